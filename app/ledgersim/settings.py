"""The settings of a server, from flags and LEDGERSIM_ variables, validated.

pydantic-settings would not do: errors name the flag or variable that a value came from, and variables that
Kubernetes injects are ignored.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    PrivateAttr,
    ValidationError,
    create_model,
)

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.http.proxies import ANY, BASE_PATH
from ledgersim.plugin import VendorSettings, option
from ledgersim.vendors import installed_vendors

PREFIX = "LEDGERSIM_"

# Kubernetes and legacy Docker links set such variables in every container for a service named `ledgersim`.
_LINK_NAME = re.compile(rf"{PREFIX}(SERVICE|PORT)_.*")
_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://.*")
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/,?#*@]+")
_HOST = re.compile(r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_PUBLIC_URL = re.compile(
    r"https?://([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(?P<path>/[^?#]*)?"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


Switch = Literal["on", "off"]
ON_OFF = "on or off"
SECRETS = ("admin_token",)  # shown as HIDDEN
HIDDEN = "***"

# Settings that do nothing without another one.
_REQUIRED = (
    ("tls_cert", "tls_key"),
    ("tls_key", "tls_cert"),
    ("tls_client_ca", "tls_cert"),
    ("close_spaces_after", "data"),
)


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("pydantic would also accept a number of seconds")
    return value


def _root_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    path = value.removesuffix("/")
    if not BASE_PATH.fullmatch(path):
        raise ValueError("not an absolute path of plain segments")
    return path


def _public_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    url = value.strip().removesuffix("/")
    found = _PUBLIC_URL.fullmatch(url)
    if found is None or not (found["path"] is None or BASE_PATH.fullmatch(found["path"])):
        raise ValueError("not the address of a server")
    if urlsplit(url).port == 0:  # it raises ValueError for one above 65535
        raise ValueError("not a port")
    return url


def _proxies(value: object) -> object:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        return value
    proxies = tuple(str(text).strip() for text in texts)
    for proxy in proxies:
        if proxy != ANY:
            ip_network(proxy)  # raises ValueError
    return proxies


def _origins(value: object) -> object:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        return value
    origins = tuple(str(text).strip().removesuffix("/").lower() for text in texts)
    if not all(map(_ORIGIN.fullmatch, origins)):
        raise ValueError("not an origin as browsers send it")
    return origins


def _named_origins(value: object) -> object:
    origins = _origins(value)
    if isinstance(origins, tuple) and not {"*", "null"}.isdisjoint(origins):
        raise ValueError("every page could call the admin API")
    return origins


def _hosts(value: object) -> object:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        return value
    hosts = tuple(str(text).strip().lower() for text in texts)
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("not a host name")
    return hosts


def _paths(value: object) -> object:
    names = value.split(os.pathsep) if isinstance(value, str) else value
    if isinstance(names, list) and "" in names:
        raise ValueError("pydantic would take it for the current folder")
    return names


class ServerSettings(BaseModel):
    """The settings of the server itself. A description is the help text of its flag."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    _given: dict[str, str] = PrivateAttr(default_factory=dict)

    host: str = option(
        "127.0.0.1",
        "Address to listen on; 0.0.0.0 is all IPv4 addresses, :: is all IPv6 addresses and, where the system "
        "allows it, all IPv4 addresses too.",
        "a host name or IP address",
        min_length=1,
    )
    port: int = option(
        8080, "Port to listen on; 0 picks a free port.", "a whole number from 0 to 65535", ge=0, le=65535
    )
    root_path: Annotated[str | None, BeforeValidator(_root_path)] = option(
        None,
        "Path below which a reverse proxy publishes the server. Links in responses begin with it; requests "
        "may have it or not.",
        "a path such as /sim, without a ? or #",
    )
    public_url: Annotated[str | None, BeforeValidator(_public_url)] = option(
        None,
        "Address by which browsers and clients reach the server, for example through a proxy or a published "
        "port. Links in responses begin with it; its host is served.",
        "an address such as https://sim.example.com or http://localhost:8080/sim",
    )
    trusted_proxy: Annotated[tuple[str, ...], BeforeValidator(_proxies)] = option(
        (),
        "IP address or network of reverse proxies whose X-Forwarded-Proto, -Host and -Prefix are believed, "
        "besides those on this machine; * is any. May be repeated (in the variable separated by commas).",
        "an IP address, a network such as 10.0.0.0/8 or *, or several",
    )
    database: Path | None = option(
        None,
        "SQLite file that keeps the default space; created if missing. By default, everything is in memory.",
        "the path of a file",
    )
    data: Path | None = option(
        None,
        "Folder that keeps every space in a SQLite file of its own; created if missing. By default, spaces are "
        "in memory. Not together with --database.",
        "the path of a folder",
    )
    close_spaces_after: float = option(
        600,
        "Seconds without a request after which a space is closed; the next request opens it. Requires --data.",
        "a number of seconds from 0 to 86400",
        ge=0,
        le=86_400,
    )
    server_name: str | None = option(
        None,
        "Name by which this server calls itself in answers about all of it, such as /_sim/info; by default, "
        "the name of the machine and the port.",
        "1 to 100 characters",
        min_length=1,
        max_length=100,
    )
    world: str = option(
        "nordic-basic",
        "World to start from: the name of a built-in world, or the path of your own.",
        "the name of a world or the path of one",
        min_length=1,
    )
    fixtures: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = option(
        (),
        "YAML or JSON file with your own customers, debtors, cases and so on, to add to the world; may be "
        "repeated (in the variable separated as in PATH).",
        "the path of a file, or several",
    )
    seed: int = option(
        1,
        "Seed of the random data and ids: equal seeds make equal worlds.",
        "a whole number from 0 to 9223372036854775807",
        ge=0,
        lt=2**63,
    )
    customers: int = option(
        200,
        "Number of customers in the world; debtors and cases grow in proportion.",
        "a whole number from 1 to 1000000",
        ge=1,
        le=1_000_000,
    )
    as_of: Annotated[date, BeforeValidator(_iso_day)] = option(
        date(2026, 1, 1),
        "Date of the world, as YYYY-MM-DD; the clocks of spaces start there.",
        "a day from 2000-01-01 to 2100-01-01",
        ge=date(2000, 1, 1),
        le=date(2100, 1, 1),
    )
    cache: Path | None = option(
        None,
        "Folder that keeps built worlds, so that later starts do not build them again; created if missing. "
        "By default, your cache folder.",
        "the path of a folder",
    )
    paths: Path | None = option(
        None,
        "YAML or JSON file that maps operation ids to the methods and paths of your gateway; those of the "
        "vendor keep working.",
        "the path of a file",
    )
    contract: Path | None = option(
        None,
        "Folder that `ledgersim contract adopt` wrote: its paths.yaml and overlay.yaml apply.",
        "the path of a folder",
    )
    overlay: Path | None = option(
        None,
        "YAML or JSON file with members, values and statuses that your gateway has besides, to store and show.",
        "the path of a file",
    )
    provider_states: Path | None = option(
        None,
        "YAML or JSON file with the provider states of Pact that POST /_sim/pact/provider-states sets up.",
        "the path of a file",
    )
    max_spaces: int = option(
        500,
        "Maximum number of spaces besides the default one; creating more returns 503. With --data, how many "
        "are open at a time.",
        "a whole number from 0 to 100000",
        ge=0,
        le=100_000,
    )
    max_space_bytes: ByteSize = option(
        ByteSize(2 * 2**30),
        "Memory for all spaces with their journals and snapshots; requests that need more return 503.",
        "a number of bytes from 1MiB on, such as 2GiB",
        ge=2**20,
    )
    spaces_on_first_use: Switch = option(
        "on", "Whether spaces are created on first use; if off, create them with POST /_sim/spaces.", ON_OFF
    )
    max_body_values: int = option(
        200_000,
        "JSON values that a request body may have; more are answered by 400.",
        "a whole number from 1000 to 10000000",
        ge=1_000,
        le=10_000_000,
    )
    max_body_elements: int = option(
        20_000,
        "Elements that all arrays of a request body may have together, such as cases, their debtors and fees; "
        "more are answered by 400.",
        "a whole number from 100 to 10000000",
        ge=100,
        le=10_000_000,
    )
    journal_entries: int = option(
        1_000,
        "Number of requests that the journal of a space keeps; 0 disables the journal.",
        "a whole number from 0 to 100000",
        ge=0,
        le=100_000,
    )
    journal_bytes: ByteSize = option(
        ByteSize(4 * 2**20),
        "Memory for the journal of a space.",
        "a number of bytes from 64KiB on, such as 4MiB",
        ge=64 * 2**10,
    )
    leniency: Literal["lenient", "strict"] = option(
        "lenient",
        "Whether requests with diagnostics are accepted (lenient) or rejected with 400 in the vendor's error "
        "format (strict).",
        "lenient or strict",
    )
    fault_header: Switch = option("on", "Whether the header Sim-Fault injects a fault: on or off.", ON_OFF)
    cors_origin: Annotated[tuple[str, ...], BeforeValidator(_origins)] = option(
        (),
        "Origin such as https://app.example.com whose pages may call the vendors' routes (CORS), or * for all; "
        "may be repeated (in the variable separated by commas). Never applies to /_sim.",
        "* or an origin such as https://app.example.com, or several",
    )
    admin_origin: Annotated[tuple[str, ...], BeforeValidator(_named_origins)] = option(
        (),
        "Origin such as https://app.example.com whose pages may call the admin API (CORS); may be repeated "
        "(in the variable separated by commas). Pages of other sites get 403.",
        "an origin such as https://app.example.com, or several",
    )
    allowed_host: Annotated[tuple[str, ...], BeforeValidator(_hosts)] = option(
        (),
        "Host name under which clients reach the server; .example.com is the name and all below it, * any. May "
        "be repeated (in the variable separated by commas). IP addresses, names without a dot and "
        "names that only local networks resolve are always served; others get 421.",
        "a host name such as sim.example.com, .example.com or *, or several",
    )
    admin_token: str | None = option(
        None,
        "Token that the admin API requires (Authorization: Bearer TOKEN), except for health and pages. "
        "Prefer the variable: other users of the machine can see command lines.",
        "a string without spaces",
        pattern=r"^[!-~]{1,500}$",
    )
    ui: Switch = option("on", "Whether /_sim/ui shows the dashboard: on or off.", ON_OFF)
    log_level: Literal["critical", "error", "warning", "info", "debug"] = option(
        "warning",
        "Lowest level to log, to standard error: critical, error, warning, info or debug. "
        "info and debug log each request; critical and error hide the start-up banner.",
        "critical, error, warning, info or debug",
    )
    read_timeout: float = option(
        30,
        "Seconds that a client may take to send the head of a request, and may pause within the body; then the "
        "connection is closed (after the head, with 408).",
        "a number of seconds from 0.1 to 3600",
        ge=0.1,
        le=3600,
    )
    tls_cert: Path | None = option(
        None, "PEM file with the certificate to serve HTTPS with; requires --tls-key.", "the path of a PEM file"
    )
    tls_key: Path | None = option(
        None, "PEM file with the unencrypted key of --tls-cert.", "the path of a PEM file"
    )
    tls_client_ca: Path | None = option(
        None,
        "PEM file with the authorities whose client certificates are required; requires --tls-cert.",
        "the path of a PEM file",
    )

    def describe(self) -> list[dict[str, Any]]:
        """Each setting with its value and source: a flag, a variable or the default."""
        return [
            {
                "name": flag(name),
                "value": HIDDEN if name in SECRETS and value is not None else value,
                "from": self._given.get(name, "default"),
            }
            for name, value in self.model_dump(mode="json").items()
        ]


def _settings_class() -> type[ServerSettings]:
    """One class with the settings of the server and of all vendors. Raises StartupError for duplicate names."""
    owners = dict.fromkeys(ServerSettings.model_fields, "the server")
    bases: list[Any] = [VendorSettings, ServerSettings]  # pydantic orders fields from the last
    for vendor in installed_vendors():
        for name in vendor.settings.model_fields.keys() - VendorSettings.model_fields.keys():
            if name in owners:
                raise StartupError(f"the vendor {vendor.name} has a setting {name}, as {owners[name]} has")
            owners[name] = f"the vendor {vendor.name}"
        if vendor.settings not in bases:
            bases.insert(0, vendor.settings)
    return create_model("Settings", __base__=tuple(bases))


if TYPE_CHECKING:

    class Settings(VendorSettings, ServerSettings):
        """The settings of the server and of all vendors."""
else:
    Settings = _settings_class()


@dataclass(frozen=True)
class _Given:
    """A value and the flag or variable that it was given by."""

    where: str
    value: object


def address_of(scheme: str, host: str, port: int) -> str:
    """The base address of a server, with IPv6 addresses in brackets."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def local_host(host: str) -> str:
    """The host by which clients on the same machine reach a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def is_loopback(host: str) -> bool:
    """Whether only programs on the same machine can reach a server that listens on `host`."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host.lower() == "localhost"


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(environ: Mapping[str, str], **flags: object) -> Settings:
    """The settings from the flags that are not None, then the environment, then the defaults.

    Raises StartupError for an unknown variable, an invalid value, a missing file or folder, or a setting
    without the one that it requires.
    """
    given = _from_environment(environ)
    given |= {name: _Given(flag(name), value) for name, value in flags.items() if value not in (None, [])}
    for name, setting in given.items():
        is_fraction = Settings.model_fields[name].annotation is int and "." in str(setting.value)
        if setting.value == "" or is_fraction:  # pydantic would read 10.000, ten thousand to many, as ten
            raise _invalid(name, setting)
    try:
        settings = Settings.model_validate({name: setting.value for name, setting in given.items()})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise _invalid(name, given[name]) from error
    _check_required(given)
    _check_tls_files(settings, given)
    settings._given.update({name: setting.where for name, setting in given.items()})
    return settings


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    names = {variable(name): name for name in Settings.model_fields}
    given = {}
    for key, value in sorted(environ.items()):
        if not key.startswith(PREFIX) or not value or _is_link(key, value):
            continue
        if key not in names:
            hint = did_you_mean(key, names, f"the settings are {', '.join(names)}", PREFIX)
            raise StartupError(f"{key} is not a setting; {hint}")
        given[names[key]] = _Given(key, value)
    return given


def _is_link(key: str, value: str) -> bool:
    if _LINK_NAME.fullmatch(key):
        return True
    return key == f"{PREFIX}PORT" and _LINK_VALUE.fullmatch(value) is not None


def _invalid(name: str, given: _Given) -> StartupError:
    extra = Settings.model_fields[name].json_schema_extra
    allowed = extra["allowed"] if isinstance(extra, dict) else ""
    value = os.pathsep.join(given.value) if isinstance(given.value, list) else str(given.value)
    shown = HIDDEN if value and name in SECRETS else value
    return StartupError(f"{given.where} is {shown!r}; it must be {allowed}")


def _check_required(given: Mapping[str, _Given]) -> None:
    for name, required in _REQUIRED:
        if name in given and required not in given:
            raise StartupError(f"{given[name].where} requires {flag(required)} or {variable(required)}")


def _check_tls_files(settings: Settings, given: Mapping[str, _Given]) -> None:
    for name in ("tls_cert", "tls_key", "tls_client_ca"):
        path: Path | None = getattr(settings, name)
        if path is not None and not path.is_file():
            raise StartupError(f"{given[name].where} is {str(path)!r}; the file does not exist")

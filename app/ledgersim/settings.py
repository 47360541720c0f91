"""The settings of a server: flags and LEDGERSIM_ variables, checked, in one frozen object."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    PrivateAttr,
    ValidationError,
    create_model,
)

from ledgersim.errors import StartupError
from ledgersim.plugin import VendorSettings, option
from ledgersim.suggestions import did_you_mean
from ledgersim.vendors import installed_vendors

PREFIX = "LEDGERSIM_"

# Kubernetes and old compose links tell every container where a service named `ledgersim` is.
_LINK_NAME = re.compile(rf"{PREFIX}(SERVICE|PORT)_.*")
_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://.*")
_ROOT_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/,?#]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


Switch = Literal["on", "off"]
ON_OFF = "on or off"
SECRETS = ("control_token",)  # shown as HIDDEN
HIDDEN = "***"


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("pydantic would also read a number of seconds")
    return value


def _root_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    path = value.removesuffix("/")
    if not _ROOT_PATH.fullmatch(path):
        raise ValueError("not an absolute path of plain segments")
    return path


def _origins(value: object) -> object:
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        return value
    origins = tuple(str(text).strip().removesuffix("/").lower() for text in texts)
    if not all(map(_ORIGIN.fullmatch, origins)):
        raise ValueError("not what a browser sends as Origin")
    return origins


def _paths(value: object) -> object:
    names = value.split(os.pathsep) if isinstance(value, str) else value
    if isinstance(names, list) and "" in names:
        raise ValueError("pydantic would read the present folder")
    return names


class ServerSettings(BaseModel):
    """The settings of the server itself. A description is the help text of its flag."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    _given: dict[str, str] = PrivateAttr(default_factory=dict)

    host: str = option(
        "127.0.0.1",
        "Address to listen on; 0.0.0.0 is every IPv4 address of this machine, and :: every IPv6 address and, "
        "where the system allows it, every IPv4 address too.",
        "a host name or IP address",
        min_length=1,
    )
    port: int = option(
        8080, "Port to listen on; 0 takes a free one.", "a whole number from 0 to 65535", ge=0, le=65535
    )
    root_path: Annotated[str | None, BeforeValidator(_root_path)] = option(
        None,
        "Path below which a reverse proxy publishes the server; links in answers begin with it, and requests "
        "are answered with and without it.",
        "a path such as /sim, without a ? or #",
    )
    database: Path | None = option(
        None,
        "SQLite file that keeps the default space; made if it is not there. Without it all is in memory.",
        "the path of a file",
    )
    world: str = option(
        "nordic-basic",
        "World to start from: the name of one that comes with ledgersim, or the path of one of yours.",
        "the name of a world or the path of one",
        min_length=1,
    )
    fixtures: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = option(
        (),
        "YAML or JSON file of your own customers, debtors, cases, ledgers and surpluses, loaded into the "
        "world; may be given more than once (in the variable separated as in PATH).",
        "the path of a file, or several",
    )
    seed: int = option(
        1,
        "Seed of the world and of the ids drawn in it: the same seed, the same world.",
        "a whole number from 0 to 9223372036854775807",
        ge=0,
        lt=2**63,
    )
    customers: int = option(
        200,
        "Number of customers in the world; debtors and cases grow in proportion.",
        "a whole number from 1 to 100000",
        ge=1,
        le=100_000,
    )
    as_of: Annotated[date, BeforeValidator(_iso_day)] = option(
        date(2026, 1, 1),
        "Day on which the world stands, as YYYY-MM-DD.",
        "a day from 2000-01-01 to 2100-01-01",
        ge=date(2000, 1, 1),
        le=date(2100, 1, 1),
    )
    cache: Path | None = option(
        None,
        "Folder that keeps built worlds, so that a start need not build them; made if it is not there. Without "
        "it they are kept in your cache folder.",
        "the path of a folder",
    )
    paths: Path | None = option(
        None,
        "YAML or JSON file that maps operation ids to the methods and paths of your gateway; both answer.",
        "the path of a file",
    )
    max_spaces: int = option(
        500,
        "Spaces that there may be beside the default one; a further one is answered by 503.",
        "a whole number from 0 to 100000",
        ge=0,
        le=100_000,
    )
    max_space_bytes: ByteSize = option(
        ByteSize(2 * 2**30),
        "Bytes that all spaces with their journals and snapshots may take; what needs more is answered by 503.",
        "a number of bytes from 1MiB on, such as 2GiB",
        ge=2**20,
    )
    spaces_on_first_use: Switch = option(
        "on", "Whether a space comes into being when it is first named: on, or off (POST /_sim/spaces).", ON_OFF
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
        "Requests that the journal of a space keeps; 0 keeps none.",
        "a whole number from 0 to 100000",
        ge=0,
        le=100_000,
    )
    journal_bytes: ByteSize = option(
        ByteSize(4 * 2**20),
        "Bytes that the journal of a space may take.",
        "a number of bytes from 64KiB on, such as 4MiB",
        ge=64 * 2**10,
    )
    fault_header: Switch = option("on", "Whether the header Sim-Fault makes a request fail: on or off.", ON_OFF)
    cors_origin: Annotated[tuple[str, ...], BeforeValidator(_origins)] = option(
        (),
        "Origin such as https://app.example.com whose pages may call the vendors' routes (CORS), or * for all; "
        "may be given more than once (in the variable separated by commas). Never for /_sim.",
        "* or an origin such as https://app.example.com, or several",
    )
    control_token: str | None = option(
        None,
        "Token that the control plane asks for (Authorization: Bearer TOKEN), save for health and pages. "
        "Better given by the variable, as command lines can be seen by others.",
        "a text without spaces",
        pattern=r"^[!-~]{1,500}$",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = option(
        "warning",
        "Least severe messages to log, to standard error: critical, error, warning, info or debug. "
        "info and debug log each request; critical and error also hide the banner at the start.",
        "critical, error, warning, info or debug",
    )
    tls_cert: Path | None = option(
        None, "PEM file with the certificate to serve https with; needs --tls-key.", "the path of a PEM file"
    )
    tls_key: Path | None = option(
        None, "PEM file with the key of --tls-cert, not encrypted.", "the path of a PEM file"
    )
    tls_client_ca: Path | None = option(
        None,
        "PEM file with the authorities whose client certificates are let in, and no others; needs --tls-cert.",
        "the path of a PEM file",
    )

    def describe(self) -> list[dict[str, Any]]:
        """Each setting with its value, and where that came from: a flag, a variable or the default."""
        return [
            {
                "name": flag(name),
                "value": HIDDEN if name in SECRETS and value is not None else value,
                "from": self._given.get(name, "default"),
            }
            for name, value in self.model_dump(mode="json").items()
        ]


def _settings_class() -> type[ServerSettings]:
    """The settings of the server and of all vendors in one class, flat. Raises StartupError where two clash."""
    owners = dict.fromkeys(ServerSettings.model_fields, "the server")
    vendors = installed_vendors()
    for vendor in vendors:
        for name in vendor.settings.model_fields.keys() - VendorSettings.model_fields.keys():
            if name in owners:
                raise StartupError(f"the vendor {vendor.name} has a setting {name}, as {owners[name]} has")
            owners[name] = f"the vendor {vendor.name}"
    own = dict.fromkeys(
        vendor.settings for vendor in reversed(vendors) if vendor.settings is not VendorSettings
    )
    bases: tuple[Any, ...] = (
        *own,
        VendorSettings,
        ServerSettings,
    )  # pydantic takes their fields from the last on
    return create_model("Settings", __base__=bases)


if TYPE_CHECKING:

    class Settings(VendorSettings, ServerSettings):
        """The settings of the server and of all vendors."""
else:
    Settings = _settings_class()


@dataclass(frozen=True)
class _Given:
    """A value and where the user wrote it."""

    where: str
    value: object


def address_of(scheme: str, host: str, port: int) -> str:
    """The base address of a server, with IPv6 addresses in brackets."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def local_host(host: str) -> str:
    """Where clients on the same machine reach a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(environ: Mapping[str, str], **flags: object) -> Settings:
    """The settings from the flags that are not None, then the environment, then the defaults.

    Raises StartupError for an unknown variable, a bad value, a folder that is not there, or TLS files that do
    not go together.
    """
    given = _from_environment(environ)
    given |= {name: _Given(flag(name), value) for name, value in flags.items() if value not in (None, [])}
    for name, one in given.items():
        if one.value == "":
            raise _refusal(name, one)
    try:
        settings = Settings.model_validate({name: one.value for name, one in given.items()})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise _refusal(name, given[name]) from error
    _check_tls(settings, given)
    settings._given.update({name: one.where for name, one in given.items()})
    return settings


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    names = {variable(name): name for name in Settings.model_fields}
    given = {}
    for key, value in sorted(environ.items()):
        if not key.startswith(PREFIX) or not value or _is_link(key, value):
            continue
        if key not in names:
            hint = did_you_mean(key.upper(), names, f"known are {', '.join(names)}")
            raise StartupError(f"{key} is no setting; {hint}")
        given[names[key]] = _Given(key, value)
    return given


def _is_link(key: str, value: str) -> bool:
    if _LINK_NAME.fullmatch(key):
        return True
    return key == f"{PREFIX}PORT" and _LINK_VALUE.fullmatch(value) is not None


def _refusal(name: str, given: _Given) -> StartupError:
    extra = Settings.model_fields[name].json_schema_extra
    allowed = extra["allowed"] if isinstance(extra, dict) else ""
    value = os.pathsep.join(given.value) if isinstance(given.value, list) else str(given.value)
    shown = HIDDEN if value and name in SECRETS else value
    return StartupError(f"{given.where} is {shown!r}; it must be {allowed}")


def _check_tls(settings: Settings, given: Mapping[str, _Given]) -> None:
    for name, needed in (("tls_cert", "tls_key"), ("tls_key", "tls_cert"), ("tls_client_ca", "tls_cert")):
        if name in given and needed not in given:
            raise StartupError(f"{given[name].where} needs {flag(needed)} or {variable(needed)} beside it")
    for name in ("tls_cert", "tls_key", "tls_client_ca"):
        path: Path | None = getattr(settings, name)
        if path is not None and not path.is_file():
            raise StartupError(f"{given[name].where} is {str(path)!r}; there is no such file")

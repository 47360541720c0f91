"""Settings from flags and environment variables, and the errors for invalid ones."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ledgersim.errors import StartupError
from ledgersim.settings import Settings, flag, load_settings, variable

DEFAULTS = {
    "host": "127.0.0.1",
    "port": 8080,
    "root_path": None,
    "public_url": None,
    "trusted_proxy": (),
    "database": None,
    "data": None,
    "close_spaces_after": 600,
    "server_name": None,
    "world": "nordic-basic",
    "fixtures": (),
    "seed": 1,
    "customers": 200,
    "as_of": date(2026, 1, 1),
    "cache": None,
    "auth": "lenient",
    "created_status": "201",
    "payex_problem_case": "pascal",
    "payex_card_check_minutes": 30,
    "services": None,
    "paths": None,
    "contract": None,
    "overlay": None,
    "provider_states": None,
    "plan_reminder_days": 1,
    "plan_overdue_limit": 2,
    "case_import_delay": "immediate",
    "known_debtors": "update",
    "max_spaces": 500,
    "max_space_bytes": 2 * 2**30,
    "max_body_values": 200_000,
    "max_body_elements": 20_000,
    "spaces_on_first_use": "on",
    "journal_entries": 1_000,
    "journal_bytes": 4 * 2**20,
    "leniency": "lenient",
    "fault_header": "on",
    "ui": "on",
    "cors_origin": (),
    "admin_origin": (),
    "allowed_host": (),
    "admin_token": None,
    "log_level": "warning",
    "read_timeout": 30,
    "tls_cert": None,
    "tls_key": None,
    "tls_client_ca": None,
}

# Name, text and value, including both ends of every range.
GOOD: list[tuple[str, str, object]] = [
    ("host", "::1", "::1"),
    ("port", "0", 0),
    ("port", "65535", 65535),
    ("root_path", "/sim", "/sim"),
    ("root_path", "/a/b-c_d~1.0/", "/a/b-c_d~1.0"),
    ("public_url", "https://sim.example.com", "https://sim.example.com"),
    ("public_url", "http://localhost:8080/sim/", "http://localhost:8080/sim"),
    ("public_url", "http://[::1]:8080", "http://[::1]:8080"),
    ("trusted_proxy", "10.0.0.0/8, 192.168.1.20,::1", ("10.0.0.0/8", "192.168.1.20", "::1")),
    ("trusted_proxy", "*", ("*",)),
    ("payex_card_check_minutes", "10080", 10_080),
    ("database", "state.db", Path("state.db")),
    ("data", "spaces", Path("spaces")),
    ("server_name", "a", "a"),
    ("server_name", "b" * 100, "b" * 100),
    ("world", "worlds/mine", "worlds/mine"),
    ("fixtures", "mine.yaml", (Path("mine.yaml"),)),
    ("fixtures", f"a.yaml{os.pathsep}b/c.json", (Path("a.yaml"), Path("b/c.json"))),
    ("seed", "0", 0),
    ("seed", "9223372036854775807", 2**63 - 1),
    ("customers", "1", 1),
    ("customers", "1000000", 1_000_000),
    ("as_of", "2000-01-01", date(2000, 1, 1)),
    ("as_of", "2100-01-01", date(2100, 1, 1)),
    ("auth", "strict", "strict"),
    ("auth", "off", "off"),
    ("payex_problem_case", "camel", "camel"),
    ("services", ".", Path()),
    ("paths", "paths.yaml", Path("paths.yaml")),
    ("contract", "contract", Path("contract")),
    ("overlay", "overlay.yaml", Path("overlay.yaml")),
    ("provider_states", "states.yaml", Path("states.yaml")),
    ("case_import_delay", "immediate", "immediate"),
    ("known_debtors", "ignore", "ignore"),
    ("case_import_delay", "1", 1),
    ("case_import_delay", "2592000", 2_592_000),
    ("max_spaces", "0", 0),
    ("max_spaces", "100000", 100_000),
    ("max_space_bytes", "1048576", 2**20),
    ("max_space_bytes", "64GiB", 64 * 2**30),
    ("spaces_on_first_use", "off", "off"),
    ("max_body_values", "1000", 1_000),
    ("max_body_elements", "100", 100),
    ("journal_entries", "0", 0),
    ("journal_bytes", "64KiB", 64 * 2**10),
    ("leniency", "strict", "strict"),
    ("fault_header", "off", "off"),
    ("ui", "off", "off"),
    ("admin_token", "s3cret", "s3cret"),
    ("cors_origin", "*", ("*",)),
    ("admin_origin", "https://a.test,http://b.test:3000", ("https://a.test", "http://b.test:3000")),
    ("allowed_host", "Sim.example.com, .example.org,*", ("sim.example.com", ".example.org", "*")),
    ("read_timeout", "0.1", 0.1),
    ("read_timeout", "3600", 3600),
    ("log_level", "critical", "critical"),
    ("log_level", "debug", "debug"),
]

WHOLE_SEED = "a whole number from 0 to 9223372036854775807"
DELAYS = "immediate or a whole number of seconds from 1 to 2592000"
LEVELS = "critical, error, warning, info or debug"
BYTES = "a number of bytes from 1MiB on, such as 2GiB"
BAD = [
    ("max_spaces", "-1", "a whole number from 0 to 100000"),
    ("max_spaces", "10.000", "a whole number from 0 to 100000"),
    ("max_space_bytes", "1048575", BYTES),
    ("max_space_bytes", "many", BYTES),
    ("max_body_values", "999", "a whole number from 1000 to 10000000"),
    ("max_body_elements", "10000001", "a whole number from 100 to 10000000"),
    ("spaces_on_first_use", "yes", "on or off"),
    ("journal_entries", "100001", "a whole number from 0 to 100000"),
    ("journal_bytes", "1KiB", "a number of bytes from 64KiB on, such as 4MiB"),
    ("leniency", "off", "lenient or strict"),
    ("fault_header", "true", "on or off"),
    ("ui", "no", "on or off"),
    ("read_timeout", "0", "a number of seconds from 0.1 to 3600"),
    ("close_spaces_after", "-1", "a number of seconds from 0 to 86400"),
    ("server_name", "b" * 101, "1 to 100 characters"),
    ("port", "-1", "a whole number from 0 to 65535"),
    ("port", "65536", "a whole number from 0 to 65535"),
    ("port", "http", "a whole number from 0 to 65535"),
    ("port", "80.5", "a whole number from 0 to 65535"),
    ("root_path", "sim", "a path such as /sim, without a ? or #"),
    *(
        ("public_url", text, "an address such as https://sim.example.com or http://localhost:8080/sim")
        for text in (
            "sim.example.com",
            "ftp://sim.example.com",
            "https://",
            "https://*",
            "https://.example.com",
            "https://a@b.test",
            "https://a.test:99999",
            "https://a.test/x?y",
            "https://a.test//x",
        )
    ),
    *(
        ("trusted_proxy", text, "an IP address, a network such as 10.0.0.0/8 or *, or several")
        for text in ("proxy", "10.0.0.1/8", "10.0.0.0/8,", "300.1.1.1")
    ),
    ("payex_card_check_minutes", "0", "a whole number from 1 to 10080"),
    ("cors_origin", "shop.test", "* or an origin such as https://app.example.com, or several"),
    ("cors_origin", "https://a.test/path", "* or an origin such as https://app.example.com, or several"),
    ("cors_origin", "https://a.test,,", "* or an origin such as https://app.example.com, or several"),
    ("admin_origin", "*", "an origin such as https://app.example.com, or several"),
    ("admin_origin", "null", "an origin such as https://app.example.com, or several"),
    ("allowed_host", "https://sim.test", "a host name such as sim.example.com, .example.com or *, or several"),
    ("allowed_host", "sim.test:8080", "a host name such as sim.example.com, .example.com or *, or several"),
    ("fixtures", os.pathsep, "the path of a file, or several"),
    ("seed", "-1", WHOLE_SEED),
    ("seed", "9223372036854775808", WHOLE_SEED),
    ("customers", "0", "a whole number from 1 to 1000000"),
    ("customers", "1000001", "a whole number from 1 to 1000000"),
    ("as_of", "1999-12-31", "a day from 2000-01-01 to 2100-01-01"),
    ("as_of", "2100-01-02", "a day from 2000-01-01 to 2100-01-01"),
    ("as_of", "2026-02-30", "a day from 2000-01-01 to 2100-01-01"),
    ("as_of", "1767225600", "a day from 2000-01-01 to 2100-01-01"),
    ("as_of", "2026-01-01T00:00:00", "a day from 2000-01-01 to 2100-01-01"),
    ("auth", "LENIENT", "lenient, strict or off"),
    ("auth", "none", "lenient, strict or off"),
    ("payex_problem_case", "Pascal", "pascal or camel"),
    ("case_import_delay", "0", DELAYS),
    ("case_import_delay", "2592001", DELAYS),
    ("case_import_delay", "1.5", DELAYS),
    ("case_import_delay", "soon", DELAYS),
    ("log_level", "trace", LEVELS),
]


def error_of(environ: dict[str, str], **flags: object) -> str:
    """The error that `load_settings` raises."""
    with pytest.raises(StartupError) as caught:
        load_settings(environ, **flags)
    return str(caught.value)


def test_nothing_given_means_the_defaults() -> None:
    assert load_settings({"PATH": "/bin", "ledgersim_port": "1"}).model_dump() == DEFAULTS


def test_settings_can_be_made_without_looking_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERSIM_PORT", "1")
    assert Settings().model_dump() == DEFAULTS


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_valid_value_is_read_from_the_environment(name: str, text: str, value: object) -> None:
    assert load_settings({variable(name): text}).model_dump() == {**DEFAULTS, name: value}


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_valid_value_is_read_from_a_flag(name: str, text: str, value: object) -> None:
    assert load_settings({}, **{name: text}).model_dump() == {**DEFAULTS, name: value}


@pytest.mark.parametrize(("name", "text", "allowed"), BAD)
def test_a_bad_variable_is_rejected_with_what_is_allowed(name: str, text: str, allowed: str) -> None:
    assert error_of({variable(name): text}) == f"{variable(name)} is {text!r}; it must be {allowed}"


@pytest.mark.parametrize(("name", "text", "allowed"), BAD)
def test_a_bad_flag_is_rejected_with_what_is_allowed(name: str, text: str, allowed: str) -> None:
    assert error_of({}, **{name: text}) == f"{flag(name)} is {text!r}; it must be {allowed}"


def test_an_error_stays_on_one_line_for_any_value() -> None:
    assert error_of({"LEDGERSIM_PORT": "80\n81"}) == (
        r"LEDGERSIM_PORT is '80\n81'; it must be a whole number from 0 to 65535"
    )


def test_a_flag_beats_its_variable() -> None:
    assert load_settings({"LEDGERSIM_PORT": "9000", "LEDGERSIM_SEED": "7"}, port="9001").model_dump() == {
        **DEFAULTS,
        "port": 9001,
        "seed": 7,
    }


def test_a_flag_beats_even_a_bad_variable() -> None:
    assert load_settings({"LEDGERSIM_PORT": "many"}, port="9001").port == 9001


def test_a_flag_that_is_none_was_not_given() -> None:
    assert load_settings({"LEDGERSIM_PORT": "9000"}, port=None).port == 9000


def test_an_empty_variable_was_not_given() -> None:
    assert load_settings({"LEDGERSIM_PORT": "", "LEDGERSIM_TYPO": ""}).model_dump() == DEFAULTS


def test_fixtures_are_given_by_one_or_more_flags_with_any_file_name() -> None:
    names = [f"a{os.pathsep}b.yaml", "c.json"]
    assert load_settings({"LEDGERSIM_FIXTURES": "d.yaml"}, fixtures=names).fixtures == tuple(map(Path, names))
    assert load_settings({"LEDGERSIM_FIXTURES": "d.yaml"}, fixtures=[]).fixtures == (Path("d.yaml"),)


@pytest.mark.parametrize("name", ["port", "database", "data", "world", "host"])
def test_an_empty_flag_is_rejected(name: str) -> None:
    assert error_of({}, **{name: ""}).startswith(f"{flag(name)} is ''; it must be ")


@pytest.mark.parametrize(
    ("unknown", "nearest"),
    [
        ("LEDGERSIM_PROT", "LEDGERSIM_PORT"),
        ("LEDGERSIM_ASOF", "LEDGERSIM_AS_OF"),
        ("LEDGERSIM_Port", "LEDGERSIM_PORT"),
        ("LEDGERSIM_TLS_CERTIFICATE", "LEDGERSIM_TLS_CERT"),
        ("LEDGERSIM_CUSTOMER", "LEDGERSIM_CUSTOMERS"),
    ],
)
def test_an_unknown_variable_is_rejected_with_the_nearest_name(unknown: str, nearest: str) -> None:
    assert error_of({unknown: "1"}) == f"{unknown} is not a setting; did you mean {nearest}?"


@pytest.mark.parametrize("unknown", ["LEDGERSIM_FOO", "LEDGERSIM_ZZZZZZZZZZZZZZZZZZ"])
def test_an_unknown_variable_without_a_similar_name_is_rejected_with_all_names(unknown: str) -> None:
    assert error_of({unknown: "1"}) == (
        f"{unknown} is not a setting; the settings are "
        + ", ".join(f"LEDGERSIM_{name.upper()}" for name in Settings.model_fields)
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEDGERSIM_SERVICE_HOST", "10.0.0.11"),
        ("LEDGERSIM_SERVICE_PORT_HTTP", "8080"),
        ("LEDGERSIM_PORT", "tcp://10.0.0.11:8080"),
        ("LEDGERSIM_PORT", "udp://10.0.0.11:8080"),
        ("LEDGERSIM_PORT_8080_TCP", "tcp://10.0.0.11:8080"),
        ("LEDGERSIM_PORT_8080_TCP_ADDR", "10.0.0.11"),
    ],
)
def test_what_kubernetes_and_compose_links_inject_is_ignored(name: str, value: str) -> None:
    assert load_settings({name: value}).model_dump() == DEFAULTS


def test_a_missing_folder_of_services_is_rejected_by_name(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for given in (str(tmp_path / "nowhere"), str(file)):
        assert (
            error_of({}, services=given)
            == f"--services is {given!r}; it must be the path of an existing folder"
        )
        assert error_of({"LEDGERSIM_SERVICES": given}) == (
            f"LEDGERSIM_SERVICES is {given!r}; it must be the path of an existing folder"
        )


def test_only_the_port_may_hold_a_link() -> None:
    assert error_of({"LEDGERSIM_SEED": "tcp://10.0.0.11:8080"}) == (
        f"LEDGERSIM_SEED is 'tcp://10.0.0.11:8080'; it must be {WHOLE_SEED}"
    )


@pytest.mark.parametrize("text", ["0", "86400"])
def test_a_time_after_which_spaces_are_closed_is_accepted_with_their_folder(text: str) -> None:
    settings = load_settings({"LEDGERSIM_DATA": "spaces"}, close_spaces_after=text)
    assert (settings.data, settings.close_spaces_after) == (Path("spaces"), float(text))


def test_a_time_after_which_spaces_are_closed_is_rejected_without_their_folder() -> None:
    message = "requires --data or LEDGERSIM_DATA"
    assert error_of({}, close_spaces_after="60") == f"--close-spaces-after {message}"
    variables = {"LEDGERSIM_CLOSE_SPACES_AFTER": "600", "LEDGERSIM_DATABASE": "state.db"}
    assert error_of(variables) == f"LEDGERSIM_CLOSE_SPACES_AFTER {message}"


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """An existing file."""
    path = tmp_path / "some.pem"
    path.touch()
    return path


def test_a_certificate_with_its_key_is_accepted(pem: Path) -> None:
    settings = load_settings({"LEDGERSIM_TLS_CERT": str(pem)}, tls_key=str(pem), tls_client_ca=str(pem))
    assert settings.model_dump() == {
        **DEFAULTS,
        "tls_cert": pem,
        "tls_key": pem,
        "tls_client_ca": pem,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("tls_cert", "--tls-cert requires --tls-key or LEDGERSIM_TLS_KEY"),
        ("tls_key", "--tls-key requires --tls-cert or LEDGERSIM_TLS_CERT"),
        ("tls_client_ca", "--tls-client-ca requires --tls-cert or LEDGERSIM_TLS_CERT"),
    ],
)
def test_a_tls_file_without_its_partner_is_rejected(given: str, message: str, pem: Path) -> None:
    assert error_of({}, **{given: str(pem)}) == message


@pytest.mark.parametrize("missing", ["tls_cert", "tls_key", "tls_client_ca"])
def test_a_missing_tls_file_is_rejected_by_name(missing: str, pem: Path, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere.pem")
    files: dict[str, Any] = {"tls_cert": str(pem), "tls_key": str(pem), missing: nowhere}
    assert error_of({}, **files) == f"{flag(missing)} is {nowhere!r}; the file does not exist"


def test_a_secret_is_never_shown() -> None:
    shown = error_of({"LEDGERSIM_ADMIN_TOKEN": "two words"})
    assert shown == "LEDGERSIM_ADMIN_TOKEN is '***'; it must be a string without spaces"
    settings = load_settings({"LEDGERSIM_ADMIN_TOKEN": "s3cret"})
    assert {"name": "--admin-token", "value": "***", "from": "LEDGERSIM_ADMIN_TOKEN"} in settings.describe()


def test_each_setting_has_the_source_of_its_value() -> None:
    shown = load_settings({"LEDGERSIM_PORT": "1", "LEDGERSIM_SEED": "2"}, port="3").describe()
    found = {one["name"]: (one["value"], one["from"]) for one in shown}
    assert found["--port"] == (3, "--port")
    assert found["--seed"] == (2, "LEDGERSIM_SEED")
    assert found["--customers"] == (200, "default")
    assert found["--as-of"] == ("2026-01-01", "default")
    assert found["--admin-token"] == (None, "default")

"""The pytest plugin, tested in separate runs of pytest."""

import tomllib
from pathlib import Path

import pytest

from tests.serving import Fork

pytest_plugins = ["pytester"]

# Whether or not the package is installed with its entry point, the plugin is loaded once.
PLUGIN = ("-p", "no:ledgersim", "-p", "ledgersim.pytest_plugin", "-p", "no:cacheprovider", "-W", "error")


VARIABLES = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # others only take their time to load
    "LEDGERSIM_AUTH": "off",  # the plugin must ignore these two
    "LEDGERSIM_WROLD": "mine",
}


def run_pytest(*arguments: str) -> pytest.RunResult:
    """The result of the tests in the current folder, which `pytester` has made."""
    run = Fork(pytest.main, [*PLUGIN, *arguments], VARIABLES)
    output, errors = run.communicate()
    return pytest.RunResult(run.returncode, output.splitlines(), errors.splitlines(), duration=0)


def test_the_package_announces_the_plugin() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    assert project["entry-points"]["pytest11"] == {"ledgersim": "ledgersim.pytest_plugin"}


def test_each_test_has_a_fresh_space_of_one_server(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def ledgersim_settings():
            return {"created_status": 200}
        """
    )
    pytester.makepyfile(
        """
        import httpx
        import pytest

        SPACES = []

        @pytest.mark.parametrize("name", ["Ada Ek", "Bo / " + 80 * "x"])
        def test_a_space(ledgersim, ledgersim_server, name):
            listed = ledgersim.admin("GET", "/spaces")["spaces"]
            assert [one["name"] for one in listed] == ["default", ledgersim.name]
            assert ledgersim.url == f"{ledgersim_server.url}/s/{ledgersim.name}"
            assert ledgersim.requests() == []
            assert ledgersim.clock.now.isoformat() < "2026-01-01T00:01"
            ledgersim.clock.freeze("2027-01-01")
            ledgersim.faults.status(503, operation="aptic.debtors.list")
            answer = httpx.put(
                f"{ledgersim.aptic}/v1/Debtors", json={"fullName": name}, headers={"Authorization": "Bearer x"}
            )
            assert answer.status_code == 200
            assert httpx.get(f"{ledgersim.aptic}/v1/Cases").status_code == 401
            ledgersim.verify(1, operation="aptic.debtors.create")
            SPACES.append(ledgersim.name)

        def test_the_names_of_the_spaces():
            assert SPACES == ["test_a_space-Ada-Ek--1", "test_a_space-Bo-" + 34 * "x" + "-2"]
        """
    )
    run_pytest().assert_outcomes(passed=3)


def test_the_report_of_a_failing_test_shows_what_went_wrong_in_the_simulator(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx
        import pytest

        def create(space, name):
            url = f"{space.aptic}/v1/Debtors"
            return httpx.put(url, json={"fullName": name}, headers={"Authorization": "Bearer x"})

        def test_rejected(ledgersim):
            assert create(ledgersim, 5).status_code == 201

        def test_in_vain(ledgersim):
            create(ledgersim, "Ada")
            ledgersim.verify(2, status=201)

        def test_passes(ledgersim):
            assert create(ledgersim, 5).status_code == 400

        @pytest.fixture
        def broken(ledgersim):
            create(ledgersim, 6)
            raise LookupError

        def test_of_a_broken_fixture(broken):
            pass

        def test_without_a_space():
            assert False
        """
    )
    result = run_pytest("-rN")
    result.assert_outcomes(passed=1, failed=3, errors=1)
    sections = [line for line in result.outlines if line.strip("-") == " ledgersim "]
    assert len(sections) == 2
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_of_a_broken_fixture*",
            "*- ledgersim -*",
            "#* PUT /APIGW/v1/Debtors -> 400 validation",
            "    validation fullName: Input should be a string",
            "*_ test_rejected _*",
            "*- ledgersim -*",
            "#* PUT /APIGW/v1/Debtors -> 400 validation",
            "    validation fullName: Input should be a string",
            "*_ test_in_vain _*",
            ">       ledgersim.verify(2, status=201)",
            "E       AssertionError: 1 found, exactly 2 expected. Criteria: status=201",
            "test_*.py:*: AssertionError",
            "*_ test_without_a_space _*",
        ],
        consecutive=False,
    )


def test_a_server_that_cannot_start_fails_the_tests_with_the_reason(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def ledgersim_settings():
            return {"customers": "lots"}
        """
    )
    pytester.makepyfile(
        """
        def test_a_space(ledgersim):
            pass

        def test_an_application(ledgersim_app):
            pass
        """
    )
    result = run_pytest("-rN")
    result.assert_outcomes(errors=2)
    reason = "ledgersim cannot start: --customers is 'lots'; it must be a whole number from 1 to 1000000"
    assert result.outlines.count(reason) == 2


def test_other_settings_in_a_folder_fail_its_tests_with_advice(pytester: pytest.Pytester) -> None:
    settings = """
        import pytest

        @pytest.fixture(scope="session")
        def ledgersim_settings():
            return {"created_status": 200}
        """
    test = "def test_a_space(ledgersim): pass"
    pytester.makepyfile(**{"test_first": test, "other/conftest": settings, "other/test_other": test})
    for order in (["test_first.py", "other"], ["other", "test_first.py"]):
        result = run_pytest("-rN", *order)
        result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "The server of this session runs with the settings {'created_status': 200}, but this test needs "
            "{}. A run has one set of settings: override ledgersim_settings in the root conftest.py, or*"
        ]
    )


def test_a_module_may_have_its_own_server(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_first="def test_a_space(ledgersim): pass",
        test_own="""
        import httpx
        import pytest

        from ledgersim.testing import Server

        @pytest.fixture(scope="module")
        def ledgersim_settings():
            return {"created_status": 200}

        @pytest.fixture(scope="module")
        def ledgersim_server(ledgersim_settings):
            with Server(**ledgersim_settings) as server:
                yield server

        def test_a_space(ledgersim, ledgersim_server):
            assert ledgersim.url.startswith(ledgersim_server.url)
            answer = httpx.put(
                f"{ledgersim.aptic}/v1/Debtors", json={"fullName": "Bo"}, headers={"Authorization": "Bearer x"}
            )
            assert answer.status_code == 200
        """,
    )
    run_pytest().assert_outcomes(passed=2)


def test_a_rejected_call_shows_only_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_refused(ledgersim):
            ledgersim.clock.advance("soon")

        def test_unknown(ledgersim):
            ledgersim.personas["Ulla Unpiad"]
        """
    )
    result = run_pytest("-rN")
    result.assert_outcomes(failed=2)
    assert [line for line in result.outlines if line.startswith(">")] == [
        '>       ledgersim.clock.advance("soon")',
        '>       ledgersim.personas["Ulla Unpiad"]',
    ]


def test_a_client_in_the_same_process_has_its_own_application(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import asyncio

        import httpx
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_in_process(ledgersim_app, time):
            async def ask():
                transport = httpx.ASGITransport(app=ledgersim_app)
                async with httpx.AsyncClient(transport=transport, base_url="http://sim") as client:
                    assert (await client.get("/_sim/requests")).json()["recorded"] == 0
                    assert (await client.get("/APIGW/v1/Debtors")).status_code == 401
                    for kind in "drop", "reset", "truncate":
                        refused = await client.get("/APIGW/v1/Debtors", headers={"Sim-Fault": kind})
                        assert refused.status_code == 501
                        assert refused.json()["title"] == "Not supported"

            asyncio.run(ask())
        """
    )
    run_pytest().assert_outcomes(passed=2)

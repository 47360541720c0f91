"""The container of Testcontainers, with a server in place of the engine."""

from pathlib import Path

import pytest

from tests.serving import Served

pytest.importorskip("testcontainers", reason="needs testcontainers")


def test_settings_fixtures_and_clock_become_variables_and_a_file_in_the_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ledgersim.testing.container import LedgersimContainer

    copied = []
    monkeypatch.setattr("testcontainers.core.container.DockerClient", lambda **_: None)
    monkeypatch.setattr(
        LedgersimContainer,
        "with_copy_into_container",
        lambda _, source, target: copied.append((source, target)),
    )
    container = LedgersimContainer("ledgersim:local").with_setting("max-spaces", 5).with_clock("2026-03-01")
    container.with_fixtures(str(tmp_path / "mine.yaml"))
    assert container.image == "ledgersim:local"
    assert container.env == {
        "LEDGERSIM_MAX_SPACES": "5",
        "LEDGERSIM_AS_OF": "2026-03-01",
        "LEDGERSIM_FIXTURES": "/fixtures.yaml",
    }
    assert copied == [(tmp_path / "mine.yaml", "/fixtures.yaml")]


def test_a_space_of_a_container_is_a_world_of_its_own(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledgersim.testing.container import LedgersimContainer

    monkeypatch.setattr("testcontainers.core.container.DockerClient", lambda **_: None)
    container = LedgersimContainer()
    host, _, port = server.url.removeprefix("http://").partition(":")
    monkeypatch.setattr(container, "get_container_host_ip", lambda: host)
    monkeypatch.setattr(container, "get_exposed_port", {8080: int(port)}.__getitem__)
    assert container.aptic() == container.vendors()["aptic"] == f"{server.url}/APIGW"
    with container.space("one") as space:
        assert space.aptic == container.aptic("one") == f"{server.url}/s/one/APIGW"

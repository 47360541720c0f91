"""Builds and runs the image without a container engine: `make image-check`.

Executes the instructions of the Dockerfile one by one in overlay file systems, as an engine does. The base image is this
machine's own system: its /usr, with the interpreter of the tests in /usr/local, and nothing else of it. Packages
are downloaded before; the build and the server have no network. The server runs as a user without a name, on a
read-only root file system.

Needs Linux, root, and mounts.
"""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROOT = shutil.which("chroot") or "chroot"
USER = "54321:0"  # any user in group 0
PORT = 8080
MAX_SIZE = 200  # MB, beside the base
KEPT = {"bin", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr"}  # of this machine
EMPTY = ("dev", "home", "opt", "root", "run", "srv", "tmp", "usr/local", "var")


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile: the name and the rest."""
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


@dataclass
class Stage:
    """A stage: its file system, and what its instructions have set so far."""

    upper: Path
    root: Path
    environ: dict[str, str]
    workdir: str = "/"
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> None:
        self.execute(["/bin/sh", "-c", f"cd {shlex.quote(self.workdir)} && {command}"])

    def execute(self, command: list[str]) -> None:
        done = subprocess.run([CHROOT, str(self.root), *command], env=self.environ, check=False)
        if done.returncode:
            sys.exit(f"{shlex.join(command)} ended with {done.returncode}")

    def path(self, name: str) -> Path:
        return self.root / os.path.normpath(os.path.join("/", self.workdir, name)).lstrip("/")

    def expand(self, text: str) -> str:
        return re.sub(r"\$\{?(\w+)\}?", lambda found: self.environ.get(found[1], ""), text)


def base_layer(folder: Path) -> Path:
    """A layer over this machine's file system that hides all but /usr, and has the interpreter in /usr/local."""
    layer = folder / "base"
    layer.mkdir()
    mount("-t", "tmpfs", "tmpfs", str(layer))  # a layer must not be part of the one below it
    for entry in Path("/").iterdir():
        if entry.name not in KEPT and entry.name not in EMPTY:
            os.mknod(layer / entry.name, stat.S_IFCHR, 0)  # a whiteout
    for name in EMPTY:
        (layer / name).mkdir(parents=True)
        os.setxattr(layer / name, "trusted.overlay.opaque", b"y")
    (layer / "tmp").chmod(0o1777)
    for name, number in {"null": 3, "zero": 5, "random": 8, "urandom": 9}.items():
        os.mknod(layer / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(1, number))
        (layer / "dev" / name).chmod(0o666)
    local, prefix = layer / "usr" / "local", Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    unused = shutil.ignore_patterns(
        "__pycache__", "test", "tests", "idlelib", "tkinter", "config-*", "site-packages", "*.a"
    )
    shutil.copytree(prefix / "lib" / version, local / "lib" / version, symlinks=True, ignore=unused)
    packages = Path("lib", version, "site-packages")
    for package in (prefix / packages).glob("pip*"):
        shutil.copytree(package, local / packages / package.name, ignore=unused)
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy(library, local / "lib", follow_symlinks=False)
    (local / "bin").mkdir()
    shutil.copy(prefix / "bin" / version, local / "bin" / version)
    (local / "bin" / "python").symlink_to(version)
    (local / "bin" / "pip").write_text('#!/bin/sh\nexec python -m pip "$@"\n')
    (local / "bin" / "pip").chmod(0o755)
    return layer


def start_stage(folder: Path, name: str, base: Path, packages: Path) -> Stage:
    """A new file system over the base, as FROM starts it."""
    upper, work, root = (folder / f"{name}-{part}" for part in ("upper", "work", "root"))
    for one in (upper, work, root):
        one.mkdir()
    options = f"lowerdir={base}:/,upperdir={upper},workdir={work}"
    mount("-t", "overlay", "overlay", "-o", options, str(root))
    mount("-t", "proc", "proc", f"{root}/proc")
    (root / "mnt").mkdir()
    mount("--bind", str(packages), f"{root}/mnt")
    environ = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": "/usr/local/lib",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "/mnt",
    }
    return Stage(upper, root, environ)


def build(folder: Path, packages: Path) -> Stage:
    """Execute the Dockerfile, print the size of each layer, and return the last stage."""
    base, stages, stage = base_layer(folder), dict[str, Stage](), None
    for instruction, rest in instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        if instruction == "FROM":
            name = rest.split()[-1] if " AS " in rest else "image"
            stage = stages[name] = start_stage(folder, name, base, packages)
        if stage is None:
            continue  # an ARG before the first FROM
        size = size_of(stage.upper)
        match instruction:
            case "ARG" | "ENV":
                for setting in shlex.split(rest):
                    key, _, value = setting.partition("=")
                    stage.environ[key] = stage.expand(value)
            case "WORKDIR":
                stage.workdir = rest
                stage.path(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                copy(stages, stage, shlex.split(rest))
            case "RUN":
                stage.run(rest)
            case _:
                stage.settings[instruction] = rest
        if instruction in {"COPY", "RUN"}:
            print(f"{size_of(stage.upper) - size:7.1f} MB  {instruction} {rest[:80]}", flush=True)
    assert stage is not None
    return stage


def copy(stages: Mapping[str, Stage], stage: Stage, words: list[str]) -> None:
    """Execute COPY, from another stage or from the files of the build context."""
    if words[0].startswith("--from="):
        shutil.copytree(stages[words[0][7:]].path(words[1]), stage.path(words[2]), symlinks=True)
        return
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = tuple(line[1:] for line in ignored if line.startswith("!"))
    listed = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    for file in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n"):
        source = Path(file)
        if file and source.parts[0] in kept and (words[0] == "." or source.parts[0] == words[0]):
            target = stage.path(words[1]) / source.relative_to(words[0])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, target)


def check(stage: Stage) -> None:
    """Start the image as a user without a name on a read-only file system, until its health check succeeds, and stop it."""
    health = json.loads(stage.settings["HEALTHCHECK"].partition(" CMD ")[2])
    command = json.loads(stage.settings["ENTRYPOINT"]) + json.loads(stage.settings["CMD"])
    mount("-t", "tmpfs", "tmpfs", f"{stage.root}/tmp")
    mount("-o", "remount,ro", str(stage.root))
    user = [CHROOT, f"--userspec={USER}", str(stage.root)]
    started = time.monotonic()
    with subprocess.Popen([*user, *command], env=stage.environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        print(server.stdout.readline().strip(), f"after {time.monotonic() - started:.2f} s", flush=True)
        subprocess.run([*user, *health], env=stage.environ, check=True)
        print(f"Healthy after {time.monotonic() - started:.2f} s")
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        connection.request("GET", "/_sim/info")
        assert connection.getresponse().status == 200
        server.send_signal(signal.Signals[stage.settings["STOPSIGNAL"]])
    if server.returncode:
        sys.exit(f"The server ended with {server.returncode}")


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def size_of(folder: Path) -> float:
    """Megabytes of the files below a folder."""
    files = (file.lstat() for file in folder.rglob("*"))
    return sum(one.st_blocks * 512 for one in files) / 1e6


def check_image() -> None:
    """Build and check the image, where that is permitted. Raises CalledProcessError if something is wrong with it."""
    isolated = ["unshare", "--mount", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*isolated, "true"], check=False).returncode:
        print("Skipped: only root on Linux may build the image without an engine.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as temporary:
        packages = Path(temporary, "packages")
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        for name in ("run", "build"):
            requirements = ROOT / "requirements" / f"{name}.txt"
            subprocess.run([*download, "--dest", packages, "--requirement", requirements], check=True)
        inside = [sys.executable, "-m", "tests.packaging.image", temporary]
        subprocess.run([*isolated, *inside], cwd=ROOT, check=True)


def main() -> None:
    """Check the image; with a folder as argument, do so in the namespaces of mounts and networks of this process."""
    if len(sys.argv) == 2:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        folder = Path(sys.argv[1])
        stage = build(folder, folder / "packages")
        size = size_of(stage.upper)
        print(f"{size:7.1f} MB in all beside the base")
        check(stage)
        if size > MAX_SIZE:
            sys.exit(f"The image must stay below {MAX_SIZE} MB.")
    else:
        check_image()


if __name__ == "__main__":
    main()

"""Generates clients from the documents in openapi/ and runs the steps in README.md with each.

`make clients` runs it. Per client: generate without a warning, compile or check types, run the program of
tests/clients/generated/ against a server of its own. All that is installed or generated goes to .clients/.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import httpx

from tests.serving import Served, complaints

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "generated"
WORK = ROOT / ".clients"
APIS = ("aptic", "payex", "riverty")
LIMIT = 300  # seconds for one command
JAR = next(WORK.glob("venv/lib/python*/site-packages/openapi_generator_cli/openapi-generator.jar"), Path())
# The generator's jar contains Jackson; the rest of what its Java clients need comes from Debian.
JAVA = [JAR, Path("/usr/share/java/httpmime.jar"), Path("/usr/share/java/jakarta-annotation-api.jar")]
CLASSPATH = ":".join(map(str, JAVA))
NSWAG = WORK / "node_modules/nswag/bin/binaries/Win"  # its program for .NET Framework, which Mono runs
MCS = [
    *("mcs", "-langversion:latest", "-warnaserror", "-out:build.exe", "-r:Newtonsoft.Json.dll"),
    *("-r:System.Net.Http", "-r:System.Runtime.Serialization", "-r:System.ComponentModel.DataAnnotations"),
]
GUZZLE = Path("/usr/share/php/GuzzleHttp/autoload.php")

# Warnings that these documents cannot avoid, with the reason.
ALLOWED = {
    "Unknown `format` decimal detected": "without it, NSwag makes doubles; a string would not be JSON's number",
    "Ignoring complex example on request body": "openapi-generator for Java shows no examples",
    "Failed to get the schema name: null": "openapi-generator for Python says so of every document",
    "Async (reserved word) cannot be used as model name": "the query parameter has the vendor's name",
    "Type mixed not handled properly": "the vendor's services take any JSON value",
    "Codegen property is null": "the answer of Ping is an object without known members",
}


class Failure(Exception):
    """The error of a client."""


class Client(NamedTuple):
    """How to generate, check and run one client; all commands run in its own folder below .clients/."""

    name: str
    files: list[str]
    generate: Callable[[str], list[str]]  # of the name of an API
    check: list[list[str]]
    run: list[str]
    commands: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    needs: str = ""


def node(tool: str) -> str:
    """A program that npm has installed."""
    return str(WORK / "node_modules/.bin" / tool)


def python(tool: str) -> str:
    """A program that pip has installed."""
    return str(WORK / "venv/bin" / tool)


def generator(kind: str, *options: str) -> Callable[[str], list[str]]:
    """openapi-generator; `{api}` and `{Api}` stand for the name of the API."""

    def command(api: str) -> list[str]:
        words = [
            "generate",
            "--input-spec",
            "openapi/{api}.codegen.json",
            "--generator-name",
            kind,
            "--output",
            "{api}",
        ]
        named = [word.format(api=api, Api=api.capitalize()) for word in (*words, *options)]
        return ["java", "-jar", str(JAR), *named]

    return command


def typescript(name: str, program: str, generate: Callable[[str], list[str]], *files: str) -> Client:
    """A client in TypeScript: tsc checks all of it, esbuild makes one file of it."""
    bundle = [node("esbuild"), program, "--bundle", "--platform=node", "--format=esm", "--outfile=build.mjs"]
    return Client(
        name,
        [program, "sim.ts", "tsconfig.json", *files],
        generate,
        [[node("tsc"), "--project", "."], [*bundle, "--log-level=warning"]],
        ["node", "build.mjs"],
        commands=("npm",),
        needs="Node.js and npm",
    )


CLIENTS = [
    Client(
        "openapi-python-client",
        ["openapi_python_client.py"],
        lambda api: [
            python("openapi-python-client"),
            *("generate", "--path", f"openapi/{api}.json", "--output-path", f"{api}_client"),
            *("--meta", "none", "--fail-on-warning"),
        ],
        [[python("mypy"), "--strict", "."]],
        [python("python"), "-W", "error", "openapi_python_client.py"],
    ),
    typescript(
        "openapi-typescript",
        "openapi_fetch.ts",
        lambda api: [node("openapi-typescript"), f"openapi/{api}.json", "--output", f"{api}.ts"],
    ),
    typescript(
        "hey-api",
        "hey_api.ts",
        lambda api: [node("openapi-ts"), "--input", f"./openapi/{api}.json", "--output", api, "--no-log-file"],
    ),
    typescript(
        "orval",
        "orval.ts",
        lambda api: [node("orval"), "--config", "orval.config.mjs", "--project", api],
        "orval.config.mjs",
    ),
    typescript("typescript-fetch", "typescript_fetch.ts", generator("typescript-fetch")),
    Client(
        "java",
        ["Conversation.java"],
        generator(
            *("java", "--library", "native"),
            *("--invoker-package", "{api}", "--api-package", "{api}.api", "--model-package", "{api}.model"),
            *("--global-property", "apis,models,supportingFiles,apiTests=false,modelTests=false"),
            *("--additional-properties", "openApiNullable=false,useJakartaEe=true"),
        ),
        [
            ["sh", "-c", "find . -name '*.java' > sources"],
            ["javac", "-proc:none", "-encoding", "UTF-8", "-cp", CLASSPATH, "-d", "build", "@sources"],
        ],
        ["java", "-cp", f"{CLASSPATH}:build", "Conversation"],
        commands=("java", "javac"),
        paths=(JAVA[1], JAVA[2]),
        needs="a JDK 17 or later, and on Debian libhttpmime-java and libjakarta-annotation-api-java",
    ),
    Client(
        "php",
        ["conversation.php"],
        generator("php", "--invoker-package", "{Api}"),
        [["sh", "-c", "find . -name '*.php' -print0 | xargs -0 -n 50 php -l > syntax"]],
        ["php", "-d", "error_reporting=-1", "-d", "display_errors=stderr", "conversation.php"],
        commands=("java", "php"),
        paths=(GUZZLE,),
        needs="Java, PHP and Guzzle: on Debian default-jre-headless, php-cli, php-curl, php-guzzlehttp-guzzle",
    ),
    Client(
        "csharp",
        ["OpenapiGenerator.cs"],
        generator(
            *("csharp", "--library", "httpclient"),
            *("--global-property", "apis,models,supportingFiles,apiTests=false,modelTests=false"),
            "--additional-properties",
            "packageName={Api},targetFramework=net47,nullableReferenceTypes=false,supportsRetry=false",
        ),
        [
            ["cp", str(NSWAG / "Newtonsoft.Json.dll"), "."],
            ["sh", "-c", "find . -path '*/src/*' -name '*.cs' > sources"],
            [*MCS, "-nowarn:219", "-r:System.Web", "OpenapiGenerator.cs", "@sources"],
        ],
        ["mono", "build.exe"],
        commands=("java", "mono", "mcs", "npm"),
        needs="Java, npm and Mono: on Debian default-jre-headless, mono-mcs, mono-devel",
    ),
    Client(
        "nswag",
        ["Nswag.cs"],
        lambda api: [
            *("mono", str(NSWAG / "NSwag.exe"), "openapi2csclient", f"/input:openapi/{api}.codegen.json"),
            *(f"/output:{api}.cs", f"/namespace:{api.capitalize()}", "/className:{controller}Client"),
            "/operationGenerationMode:MultipleClientsFromFirstTagAndOperationId",
            *("/jsonLibrary:NewtonsoftJson", "/generateOptionalParameters:true"),
            "/generateOptionalPropertiesAsNullable:true",  # else it sends 0 for numbers that are not set
        ],
        [
            ["cp", str(NSWAG / "Newtonsoft.Json.dll"), "."],
            [*MCS, "Nswag.cs", *(f"{api}.cs" for api in APIS)],
        ],
        ["mono", "build.exe"],
        commands=("mono", "mcs", "npm"),
        needs="Mono and npm: on Debian mono-mcs, mono-devel",
    ),
    Client(
        "python",
        ["openapi_generator.py"],
        generator("python", "--package-name", "{api}_client"),
        [],
        ["env", "PYTHONPATH=aptic:payex:riverty", python("python"), "-W", "error", "openapi_generator.py"],
        commands=("java",),
        needs="Java",
    ),
]


def main(names: list[str]) -> int:
    """Check the clients with these names, by default all. Returns the exit code."""
    unknown = set(names) - {client.name for client in CLIENTS}
    if unknown:
        print(
            f"There is no client {', '.join(sorted(unknown))}: there are {', '.join(one.name for one in CLIENTS)}"
        )
        return 2
    results = {"passed": 0, "failed": 0, "skipped": 0}
    chosen = [client for client in CLIENTS if not names or client.name in names]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for client, (outcome, detail) in zip(chosen, pool.map(attempt, chosen), strict=True):
            results[outcome] += 1
            print(f"{client.name}: {outcome} {detail}", flush=True)
    print(", ".join(f"{number} {outcome}" for outcome, number in results.items()))
    return 1 if results["failed"] else 0


def attempt(client: Client) -> tuple[str, str]:
    """Whether a client passed, failed or was skipped, and how long it took or why."""
    if missing(client):
        return "skipped", f"(it needs {client.needs})"
    begin = monotonic()
    try:
        check(client)
    except (Failure, subprocess.TimeoutExpired, httpx.HTTPError) as failure:
        return "failed", str(failure)
    return "passed", f"({monotonic() - begin:.0f} s)"


def missing(client: Client) -> bool:
    """Whether something that the client needs is not installed."""
    return any(shutil.which(command) is None for command in client.commands) or not all(
        path.exists() for path in client.paths
    )


def check(client: Client) -> None:
    """Generate, check and run a client."""
    folder = WORK / client.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "openapi").mkdir(parents=True)
    for api in APIS:
        for profile in ("", ".codegen"):
            shutil.copy(ROOT / f"openapi/{api}{profile}.json", folder / "openapi")
    for file in client.files:
        shutil.copy(PROGRAMS / file, folder)
    for api in APIS:
        output = call(client.generate(api), folder)
        if warnings := [line for line in dict.fromkeys(output.splitlines()) if is_warning(line)]:
            raise Failure("the generator warns:\n" + "\n".join(warnings))
    for command in client.check:
        call(command, folder)
    hold_conversation(client, folder)


def is_warning(line: str) -> bool:
    """Whether a generator emits a warning that is not allowed."""
    if " INFO " in line or any(text in line for text in ALLOWED):
        return False
    return re.search(r"warn|error|fail|⚠", line, re.IGNORECASE) is not None


def hold_conversation(client: Client, folder: Path) -> None:
    """Run the program, which prints "ok" and nothing else; the server logs no warning and records no violation."""
    server = Served("--port", "0")
    server.keep()
    space = f"{server.url}/s/{client.name}"
    try:
        output = call([*client.run, space], folder)
        journal = httpx.get(f"{space}/_sim/requests", params={"diagnostics": True}).json()
        logged = complaints(server.stop().errors)
    finally:
        server.end()
    if output != "ok\n":
        raise Failure(f"the program prints more than ok:\n{output}")
    if logged or journal["requests"]:
        raise Failure(f"the server logs {logged} and records diagnostics in {journal['requests']}")


def call(command: list[str], folder: Path) -> str:
    """The output of a command that has to succeed."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment["PATH"] = f"{WORK / 'venv/bin'}:{environment['PATH']}"  # openapi-python-client looks for ruff
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    if ended.returncode:
        raise Failure(f"{' '.join(command)}\nended with exit code {ended.returncode}:\n{ended.stdout[-4000:]}")
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

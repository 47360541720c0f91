"""Service definitions in files: what they can contain, and errors that abort start-up."""

import asyncio
from pathlib import Path

import pytest

from ledgersim.errors import StartupError
from ledgersim.problems import Problem
from ledgersim.vendors.aptic.services.definitions import Definition, ServiceRequest, ServiceResponse
from ledgersim.vendors.aptic.services.registry import read_services
from tests.serving import refusal

ASKED = ServiceRequest("Mine", b"", None, "2026-01-01T00:00:00Z", None, lambda _, __: None)
ONE = "a service definition must have either an answer or a template"
STATUS = "it must be a whole number from 200 to 599"
DELAY = "it must be a number of seconds from 0 to 600"
LINES = "template must be a string, or an array of strings that are its lines"
OBJECT = 'the file must contain an object such as {"answer": {"approved": true}}'


def definition(path: Path, content: str | bytes) -> Definition:
    """That of a folder with this one file."""
    data = content.encode() if isinstance(content, str) else content
    (path / "Mine.json").write_bytes(data)
    return read_services(path).find("Mine")


@pytest.mark.parametrize(
    ("content", "status", "text", "delay"),
    [
        ('{"answer": null}', 200, b"null", 0),
        ('\ufeff{ "answer" : {"a" : [1.10]} , "status":599 }', 599, b'{"a" : [1.10]}', 0),
        ('{"delay": 600, "status": 200, "answer": ""}', 200, b'""', 600),
        ('{"template": "1", "delay": 0.5}', 200, b"1", 0.5),
        ('{"template": ["[", "1", "]"]}', 200, b"[\n1\n]", 0),
        ('{"\\u0061nswer": {"status": 1, "template": 2}}', 200, b'{"status": 1, "template": 2}', 0),
    ],
)
def test_a_definition_is_an_answer_or_a_template_with_status_and_delay(
    tmp_path: Path, content: str, status: int, text: bytes, delay: float
) -> None:
    mine = definition(tmp_path, content)
    assert (asyncio.run(mine.respond(ASKED)), mine.delay(ASKED)) == (ServiceResponse(status, text), delay)


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("", 1, "the file is not valid JSON: Expecting value (column 1)"),
        ('{\n"answer": 1,\n"status" 200}', 3, "the file is not valid JSON: Expecting ':' delimiter (column 10)"),
        ('{"answer": NaN}', 1, "the file is not valid JSON: NaN is not a JSON number"),
        (b'{\n"answer": "\xff"}', 2, "the file is not UTF-8; save it as UTF-8"),
        ("[]", 1, OBJECT),
        ("1", 1, OBJECT),
        ("{}", 1, ONE),
        ('{"status": 200}', 1, ONE),
        ('{"answer": 1,\n"template": "1"}', 2, ONE),
        ('{"answer": 1,\n\n"answer": 2}', 3, "duplicate member answer; remove one"),
        ('{"answer": 1,\n"statis": 200}', 2, "unknown member statis in a service definition; did you mean status?"),
        ('{"answer": 1,\n"Status": 200}', 2, "unknown member Status in a service definition; did you mean status?"),
        ('{"answer": 1,\n"x": 1}', 2, "unknown member x in a service definition; the members are answer, template, status, delay"),
        ('{"answer": {"status": 1},\n"status": 199}', 2, f"status is 199; {STATUS}"),
        ('{"answer": 1, "status": 600}', 1, f"status is 600; {STATUS}"),
        ('{"answer": 1, "status": 200.0}', 1, f"status is 200.0; {STATUS}"),
        ('{"answer": 1, "status": "200"}', 1, f'status is "200"; {STATUS}'),
        ('{"answer": 1, "status": true}', 1, f"status is true; {STATUS}"),
        ('{"answer": 1, "status": null}', 1, f"status is null; {STATUS}"),
        ('{"answer": 1,\n"delay": -1}', 2, f"delay is -1; {DELAY}"),
        ('{"answer": 1, "delay": 600.5}', 1, f"delay is 600.5; {DELAY}"),
        ('{"answer": 1, "delay": "PT1S"}', 1, f'delay is "PT1S"; {DELAY}'),
        ('{"answer": 1, "delay": true}', 1, f"delay is true; {DELAY}"),
        ('{\n"template": 1}', 2, LINES),
        ('{"template": ["1", 1]}', 1, LINES),
        ('{"template": "{{ 1"}', 1, "line 1 of the template: unexpected end of template, expected 'end of print statement'."),
        ('{\n"template": ["[",\n"{% for %}", "]"]}', 2, "line 2 of the template: Expected an expression, got 'end of statement block'"),
        ('{"template": "{{ 1|unheard }}"}', 1, "line 1 of the template: No filter named 'unheard'."),
        ('{"template": "\\n{% include \'x\' %}"}', 1, "line 2 of the template: include is not supported; use for, if and set"),
    ],
)  # fmt: skip
def test_a_broken_file_stops_the_start_naming_file_line_and_what_to_do(
    tmp_path: Path, content: str | bytes, line: int, problem: str
) -> None:
    with pytest.raises(StartupError) as caught:
        definition(tmp_path, content)
    assert str(caught.value) == f"{tmp_path / 'Mine.json'}, line {line}: {problem}"


@pytest.mark.parametrize("text", ["[" * 200_000, '{"answer": ' + "[" * 200_000])
def test_a_file_nested_too_deeply_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartupError, match=r"Mine\.json, line 1: the file is not valid JSON: .*"):
        definition(tmp_path, text)


def test_a_template_nested_too_deeply_stops_the_start(tmp_path: Path) -> None:
    loops = "{% for a in [1] %}" * 30 + "{% endfor %}" * 30
    for template in (loops, "{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}"):
        with pytest.raises(StartupError, match="it is nested too deeply"):
            definition(tmp_path, f'{{"template": "{template}"}}')


def test_only_files_named_json_that_are_not_hidden_count(tmp_path: Path) -> None:
    for name in ("README.md", ".Hidden.json", "Mine.json.bak", "Mine.yaml"):
        (tmp_path / name).write_text("no definition", encoding="utf-8")
    (tmp_path / "Folder.json").mkdir()
    (tmp_path / "Mine.json").write_text('{"answer": 1}', encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_services(tmp_path).find("?")
    assert caught.value.detail == "Unknown service definition '?'; the services are Echo, Fail, Mine, Slow."


def test_a_later_change_of_a_file_is_not_seen(tmp_path: Path) -> None:
    mine = definition(tmp_path, '{"answer": 1}')
    (tmp_path / "Mine.json").write_text('{"answer": 2}', encoding="utf-8")
    assert asyncio.run(mine.respond(ASKED)) == ServiceResponse(200, b"1")


def test_a_folder_that_went_away_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartupError) as caught:
        read_services(tmp_path / "gone")
    assert str(caught.value) == (
        f"the service definitions in {tmp_path / 'gone'} cannot be read: No such file or directory"
    )


def test_an_invalid_file_aborts_start_up(tmp_path: Path) -> None:
    path = tmp_path / "Mine.json"
    path.write_text('{\n"answer": 1, "status": 1}', encoding="utf-8")
    message = refusal({"LEDGERSIM_SERVICES": str(tmp_path)})
    assert message == f"{path}, line 2: status is 1; {STATUS}"

"""Templates of services: their language and their limits."""

import asyncio
import json
from typing import Any

import pytest

from ledgersim.problems import Problem
from ledgersim.vendors.aptic.services import sandbox, worker
from ledgersim.vendors.aptic.services.definitions import ServiceRequest
from ledgersim.vendors.aptic.services.rendering import InvalidTemplate, Template
from ledgersim.vendors.aptic.services.rendering import render as render_here
from ledgersim.vendors.aptic.services.templates import render

OWNER = {"fullName": 'Åsa "Ek"', "items": [1], "count": None}
FIND = {("Debtors", "a"): {"fullName": "Bo"}}
LONG = "a text exceeds 1,048,576 bytes"


def asked(body: Any = None, text: bytes | None = None) -> ServiceRequest:
    sent = (b"" if body is None else json.dumps(body).encode()) if text is None else text
    return ServiceRequest("Mine", sent, body, "2026-01-01T00:00:00Z", OWNER, lambda *key: FIND.get(key))


def job(body: Any, text: bytes | None) -> dict[str, Any]:
    request = asked(body, text)
    return {"request": request.text.decode(), "service": "Mine", "now": request.now, "owner": OWNER}


def rendered(template: str, body: Any = None) -> Any:
    return json.loads(render_here(Template(template), job(body, None), asked().find)["text"])


def rendering_error(template: str, body: Any = None, text: bytes | None = None) -> str:
    failed = render_here(Template(template), job(body, text), asked().find)
    where = "" if failed["line"] is None else f"line {failed['line']} of "
    return f"{where}its template: {failed['reason'].rstrip('.')}."


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ {'a': 1} }}", {"a": 1}),
        ("[{{ none }}, {{ true }}, {{ 1.5 }}, {{ (1, 2) }}, {{ range(2) }}]", [None, True, 1.5, [1, 2], [0, 1]]),
        ("{{ owner.fullName|tojson }}", 'Åsa "Ek"'),
        ('"{{ service }} {{ now }}"', "Mine 2026-01-01T00:00:00Z"),
        ("[{{ owner.items }}, {{ owner.count }}, {{ owner.keys()|list }}]", [[1], None, ["fullName", "items", "count"]]),
        ("{{ find('Debtors', 'a').fullName|tojson }}", "Bo"),
        ("{{ find('Debtors', 'b') }}", None),
        ("{{ request.rows|map(attribute='sum')|sum }}", 5.5),
        ("{{ request.rows|selectattr('sum', 'gt', 3) }}", [{"sum": 3.5}]),
        ("[{% for row in request.rows %}{{ loop.index }}{{ '' if loop.last else ',' }}{% endfor %}]", [1, 2]),
        ("[{% for key, value in request.items() %}{{ key|tojson }}{% else %}{% endfor %}]", ["rows"]),
        ("{% for row in [] %}{% else %}0{% endfor %}", 0),
        ("{% set ns = namespace(n=0) %}{% for row in request.rows %}{% set ns.n = ns.n + row.sum %}{% endfor %}{{ ns.n }}", 5.5),
        ("{{ ('a' ~ 1 ~ none ~ [2])|tojson }}", "a1null[2]"),
        ("{{ ['a', 1]|join('-')|tojson }}", "a-1"),
        ("{{ request.rows|join('+', attribute='sum')|tojson }}", "2+3.5"),
        ("{{ 'abab'|replace('a', 'cc')|tojson }}", "ccbccb"),
        ("{{ 2.345|round(1) }}", 2.3),
        ("{{ 7 % 4 + 2 ** 3 * 2 }}", 19),
        ("{{ request.missing|default(4) }}", 4),
        ("{{ request.missing is defined }}", False),
        ("{{ 'å'.upper()|tojson }}", "Å"),
        ("{# a comment #} {% raw %}[1]{% endraw %}\n", [1]),
    ],
)  # fmt: skip
def test_a_template_renders_to_json(template: str, value: Any) -> None:
    assert rendered(template, {"rows": [{"sum": 2}, {"sum": 3.5}]}) == value


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("\n{{ request.a.b }}", "line 2 of its template: 'None' has no attribute 'a'."),
        ("{{ nothing }}", "line 1 of its template: 'nothing' is undefined."),
        ("{{ nothing|tojson }}", "line 1 of its template: 'nothing' is undefined."),
        ("{{ [owner.nothing] }}", "line 1 of its template: 'dict object' has no attribute 'nothing'."),
        ("{% for x in 5 %}{% endfor %}", "line 1 of its template: 'int' object is not iterable."),
        ("\n\n{{ 1 / 0 }}", "line 3 of its template: division by zero."),
        ("{{ find }}", "line 1 of its template: function cannot be converted to JSON."),
        ("{{ 1e308 * 10 }}", "line 1 of its template: Out of range float values are not JSON compliant: inf."),
        ("{'a': 1}", "its template: its output is not JSON: Expecting property name enclosed in double quotes at line 1, column 2 of \"{'a': 1}\"."),
        ("", "its template: its output is not JSON: Expecting value at line 1, column 1 of ''."),
        ("NaN", "its template: its output is not JSON: NaN is not a JSON number."),
        ('"\ud800"', "its template: its output is not JSON: 'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed."),
    ],
)  # fmt: skip
def test_a_rendering_error_is_a_409_with_the_line(template: str, reason: str) -> None:
    assert rendering_error(template) == reason


@pytest.mark.parametrize(
    ("template", "attribute"),
    [("{{ ''.__class__ }}", "__class__"), ("{{ find.__globals__ }}", "__globals__"),
     ("{{ owner.update({}) }}", "update"), ("{{ owner['items'].append(1) }}", "append"), ("{{ 'a'.format() }}", "format"),
     ("{{ 'a'['format']() }}", "format"), ("{{ 'a'.center(9) }}", "center"), ("{{ (1).to_bytes(9) }}", "to_bytes"),
     ("{{ 'a'.encode() }}", "encode"), ("{{ 'a'.join([]) }}", "join"), ("{{ 'a'.replace('', 'b') }}", "replace")],
)  # fmt: skip
def test_what_could_escape_the_sandbox_or_its_bounds_is_not_there(template: str, attribute: str) -> None:
    assert f"access to attribute '{attribute}' of" in rendering_error(template)


@pytest.mark.parametrize(
    "name",
    [
        "attr",
        "batch",
        "center",
        "format",
        "indent",
        "lipsum",
        "pprint",
        "random",
        "slice",
        "wordwrap",
        "xmlattr",
    ],
)
def test_filters_that_ask_for_any_size_or_for_chance_are_not_there(name: str) -> None:
    with pytest.raises(InvalidTemplate, match=f"No filter named '{name}'"):
        Template(f"{{{{ 'a'|{name} }}}}")


@pytest.mark.parametrize("name", ["lipsum", "cycler", "joiner"])
def test_functions_that_nobody_needs_are_not_there(name: str) -> None:
    assert rendering_error(f"{{{{ {name}() }}}}") == f"line 1 of its template: '{name}' is undefined."


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{% macro m() %}{% endmacro %}", "macro is not supported; use for, if and set"),
        ("{% block b %}{% endblock %}", "block is not supported; use for, if and set"),
        ("{% extends 'x' %}", "extends is not supported; use for, if and set"),
        ("{% import 'x' as x %}", "import is not supported; use for, if and set"),
        ("{% set x %}{% endset %}", "assignblock is not supported; use for, if and set"),
        ("{% if 1 %}{% filter upper %}{% endfilter %}{% endif %}", "filterblock is not supported; use for, if and set"),
        ("{% call f() %}{% endcall %}", "callblock is not supported; use for, if and set"),
        ("{% for x in [] %}{% with %}{% endwith %}{% endfor %}", "with is not supported; use for, if and set"),
        ("{% for x in [] recursive %}{% endfor %}", "recursive loops are not supported"),
    ],
)  # fmt: skip
def test_statements_that_escape_the_limits_are_rejected_before_they_run(template: str, what: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        Template("\n" + template)
    assert (caught.value.line, str(caught.value)) == (2, f"{what}")


DOUBLED = "{{% set ns = namespace(x={0}) %}}{{% for i in range(64) %}}{{% set ns.x = {1} %}}{{% endfor %}}1"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ 'x' * 10 ** 9 }}", "the result of * is too large"),
        ("{{ 10 ** 9 * [1] }}", "the result of * is too large"),
        ("{{ 7 ** 7 ** 7 ** 7 ** 7 }}", "the result of ** is too large"),
        ("{{ '%999999999d' % 1 }}", "formatting with % is not supported; use ~"),
        ("{{ 5|round(999999999, 'ceil') }}", "numbers can be rounded to at most 15 digits"),
        (DOUBLED.format("'a'", "ns.x ~ ns.x"), LONG),
        (DOUBLED.format("'a'", "ns.x|replace('a', 'aa')"), LONG),
        (DOUBLED.format("'a'", "[ns.x, ns.x]|join"), LONG),
        (DOUBLED.format("'a'", "ns.x + ns.x"), "the result of + is too large"),
        (DOUBLED.format("[1]", "ns.x + ns.x"), "the result of + is too large"),
        (DOUBLED.format("3", "ns.x * ns.x"), "the result of * is too large"),
        ("{% for i in range(20000) %}" + "x" * 60 + "{% endfor %}", LONG),
        ("{{ range(100001) }}", "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)"),
        ("{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}1", "its loops exceed 100,000 iterations"),
    ],
)  # fmt: skip
def test_what_grows_too_large_is_a_409(template: str, reason: str) -> None:
    assert rendering_error(template).removeprefix("line 1 of ") == f"its template: {reason}."


@pytest.mark.parametrize(
    "template",
    ["{% for i in [1] %}1{% endfor %}", "{{ 1|abs }}", "{{ owner.items }}", "{{ range(1) }}", "{{ 1 + owner.items|length }}", "1"],
)  # fmt: skip
def test_the_time_is_looked_at_on_every_step(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "thread_time", iter(range(0, 1000, 2)).__next__)
    assert rendering_error(template).removeprefix("line 1 of ") == "its template: it takes longer than 1 s."


def test_each_rendering_has_its_own_limits() -> None:
    template = Template("{% for i in range(60000) %}{% endfor %}1" + " " * 600_000)
    assert [render_here(template, job(None, None), asked().find) for _ in range(2)] == [{"text": "1"}] * 2


def test_a_request_of_1_mib_is_rendered_and_a_larger_one_is_a_413() -> None:
    most = sandbox.MAX_BYTES
    sent = asked(text=b'"' + b"a" * (most - 2) + b'"')
    assert asyncio.run(render("{{ request|length }}", sent)) == str(most - 2).encode()
    with pytest.raises(Problem) as caught:
        asyncio.run(render("1", asked(text=b'"' + b"a" * (most - 1) + b'"')))
    assert (caught.value.status, caught.value.detail) == (
        413,
        "The service Mine accepts up to 1,048,576 bytes (1 MiB).",
    )


GROWING = "{{% set ns = namespace(x={0}) %}}{{% for i in range(20000) %}}{{% set ns.x = {1} %}}{{% endfor %}}1"
EQUAL = (
    "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(40) %}{% set ns.a = [ns.a, ns.a] %}"
    "{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}"
)


@pytest.mark.parametrize(
    "template",
    [
        GROWING.format("[]", "ns.x + ['x' * 1000000 ~ i]"),
        GROWING.format("{}", "dict(ns.x, **{'k' ~ i: 'x' * 1000000 ~ i})"),
        GROWING.format("[]", "ns.x + [[0] * 1000000]"),
        "{{ range(9999)|map('string')|list|sum(start=[]) }}",
    ],
)
def test_what_takes_all_memory_is_a_409(template: str) -> None:
    with pytest.raises(Problem) as caught:
        asyncio.run(render(template, asked()))
    assert caught.value.status == 409


def test_a_rendering_without_end_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def turns() -> int:
        rendering = asyncio.create_task(render(EQUAL, asked()))
        count = 0
        while not rendering.done():
            await asyncio.sleep(0)
            count += 1
        assert isinstance(rendering.exception(), Problem)
        return count

    asyncio.run(render("{{ 1 }}", asked()))  # starts the process
    with monkeypatch.context() as patch:
        patch.setattr(worker, "MAX_SECONDS", 0.2)
        assert asyncio.run(turns()) > 100
    assert asyncio.run(render("{{ find('Debtors', 'a').fullName|tojson }}", asked())) == b'"Bo"'


def test_a_number_beyond_what_json_readers_take_is_a_409() -> None:
    assert rendering_error("{{ request }}", text=b"1e400") == (
        "line 1 of its template: Out of range float values are not JSON compliant: inf."
    )

"""Runs our documents' operations against a live API, and compares the answers with the documents.

Only GET is sent, unless the user names other operations: to each list, its first item, what is below the item,
and what answers link to. Ids come from answers or from the user.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ledgersim.contract.comparison import provenance
from ledgersim.contract.exchanges import Answer, Recording, Send
from ledgersim.contract.findings import Finding
from ledgersim.contract.model import Api, Operation, Schema
from ledgersim.contract.pairing import shape
from ledgersim.contract.values import against_schema, masked, masked_word
from ledgersim.ids import parse_guid

MAX_LINKS = 20  # of an answer that are looked at

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Checked(NamedTuple):
    """The findings, the operations that were called, and those that were not, with the reasons."""

    findings: list[Finding]
    called: list[str]
    skipped: list[tuple[str, str]]
    statuses: list[int]


def check(
    api: Api, url: str, send: Send, parameters: Mapping[str, str], bodies: Mapping[str, bytes]
) -> Checked:
    """Check the operations of an API at a base address. `bodies` are those of operations to call besides."""
    return _Check(api, url, send, parameters).run(bodies)


class _Check:
    def __init__(self, api: Api, url: str, send: Send, parameters: Mapping[str, str]) -> None:
        self._api, self._url, self._send, self._parameters = api, url, send, parameters
        self._ids: dict[str, str] = {}  # by the shape of the path that ends with it
        self._findings: dict[Finding, None] = {}  # in order, each once
        self._called: list[str] = []
        self._statuses: list[int] = []
        self._reads = [one for one in api.operations if one.method == "GET"]

    def run(self, bodies: Mapping[str, bytes]) -> Checked:
        """Call all operations that can be."""
        reads = sorted(self._reads, key=lambda one: len(_PLACEHOLDER.findall(one.path)))
        skipped = {}
        for operation in reads:
            if operation.id not in self._called:
                reason = self._call(operation, None)
                if reason is not None:
                    skipped[operation.id] = reason
        for operation in self._api.operations:
            if operation.id in bodies:
                reason = self._call(operation, bodies[operation.id])
                if reason is not None:
                    skipped[operation.id] = reason
        left = [(name, reason) for name, reason in skipped.items() if name not in self._called]
        return Checked(list(self._findings), self._called, left, self._statuses)

    def _call(self, operation: Operation, body: bytes | None) -> str | None:
        """Call an operation; the reason if it cannot be."""
        path = operation.path
        for found in _PLACEHOLDER.finditer(operation.path):
            prefix = shape(operation.path[: found.end()])
            value = self._parameters.get(found[1], self._ids.get(prefix))
            if value is None:
                return f"no {found[1]}: give --parameter {found[1]}=VALUE"
            path = path.replace(found[0], quote(value, safe=""))
        query = []
        for one in operation.parameters:
            if one.place == "query" and (one.name in self._parameters or one.required):
                if one.name not in self._parameters:
                    return f"no {one.name}: give --parameter {one.name}=VALUE"
                query.append(f"{quote(one.name)}={quote(self._parameters[one.name], safe='')}")
        self._called.append(operation.id)
        answer = self._send(operation.method, path + ("?" + "&".join(query) if query else ""), body)
        self._statuses.append(answer.status)
        self._compare(operation, answer)
        return None

    def _compare(self, operation: Operation, answer: Answer) -> None:
        status = str(answer.status)
        part = f"response {status}"
        expected = [one for one in operation.responses if one.startswith("2")]
        if status not in expected:
            is_absent = status == "404" and status in operation.responses and not self._is_list(operation)
            level = "warning" if is_absent else "error"  # there may be no such thing
            self._find(operation, level, "status", "differing", "", "", " or ".join(expected), status)
        default = _success(operation) if status.startswith("2") else operation.responses.get("default")
        schema = operation.responses.get(status, default)
        if schema is None:
            return
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            self._find(operation, "error", "type", "differing", part, "", "JSON", "no JSON")
            return
        for one in against_schema(self._api, schema, value):
            self._find(operation, one.level, one.kind, one.direction, part, one.member, one.ours, one.theirs)
        if status in expected and operation.method == "GET":
            self._learn(operation, value)
            self._follow(value)

    def _is_list(self, operation: Operation) -> bool:
        """Whether an operation answers with an array, or with an object that has one of objects."""
        found = [
            one for status, one in operation.responses.items() if status.startswith("2") and one is not None
        ]
        for schema in map(self._api.resolve, found):
            members = [self._api.resolve(one) for one in schema.members.values()]
            if "array" in schema.types or any("array" in one.types for one in members[:6]):
                return True
        return False

    def _find(self, operation: Operation, *content: Any) -> None:
        level, kind, direction, part, member, ours, theirs = content
        finding = Finding(
            level, kind, direction, operation.id, part, member, ours, theirs, provenance(operation)
        )
        self._findings[finding] = None

    # Ids

    def _learn(self, operation: Operation, value: Any) -> None:
        """Note the id of the first item of a list, for the operations below it."""
        item = first_item(value)
        if item is None:
            return
        prefix = f"{shape(operation.path)}/{{}}"
        for other in self._reads:
            for found in _PLACEHOLDER.finditer(other.path):
                if shape(other.path[: found.end()]) == prefix:
                    identifier = _id_of(item, found[1])
                    if identifier is not None:
                        self._ids.setdefault(prefix, identifier)

    def _follow(self, value: Any) -> None:
        """Call the operations that an answer links to, if they have not been called."""
        for link in list(_links(value))[:MAX_LINKS]:
            path = _below(self._url, link)
            found = None if path is None else find_operation(self._reads, path)
            if found is not None:
                operation, values = found
                for one, identifier in values.items():
                    self._ids.setdefault(one, identifier)
                if operation.id not in self._called:
                    self._call(operation, None)


def _success(operation: Operation) -> Schema | None:
    """The schema of the only response of success."""
    return None if operation.success is None else operation.responses[operation.success]


def first_item(value: Any) -> dict[str, Any] | None:
    """The first object of a list, or of the first array in an object."""
    arrays = [value] if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    for one in arrays:
        if isinstance(one, list) and one and isinstance(one[0], dict):
            return dict(one[0])
    return None


def _id_of(item: Mapping[str, Any], name: str) -> str | None:
    """The id of an item, by the name of the placeholder; or else its first GUID."""
    wanted = name.lower()
    plain = {key.lower(): str(one) for key, one in item.items() if isinstance(one, str | int) and one != ""}
    if wanted in plain:
        return plain[wanted]
    for key, one in plain.items():
        if key.endswith(wanted) or wanted.endswith(key):
            return one
    return next((one for one in plain.values() if parse_guid(one) is not None), None)


def _links(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _links(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _links(one, name)
    elif isinstance(value, str) and name.lower() in ("href", "@id", "url", "self", "next", "first", "previous"):
        yield value


def _below(url: str, link: str) -> str | None:
    """The path of a link below the base address; None if it leads elsewhere."""
    if link.startswith("/") and not link.startswith("//"):
        link = url[: len(url) - len(urlsplit(url).path)] + link
    if not link.lower().startswith(f"{url.lower()}/"):
        return None
    return link[len(url) :].partition("?")[0].partition("#")[0]


def find_operation(operations: Sequence[Operation], path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation with a path, and the values of its placeholders by the shape of the path to each."""
    parts = path.rstrip("/").split("/")
    best: tuple[Operation, dict[str, str]] | None = None
    for operation in operations:
        own = operation.path.rstrip("/").split("/")
        if len(own) != len(parts):
            continue
        values = {}
        for number, (segment, part) in enumerate(zip(own, parts, strict=True)):
            if segment.startswith("{"):
                values[shape("/".join(own[: number + 1]))] = unquote(part)
            elif segment.lower() != unquote(part).lower():
                break
        else:
            if best is None or len(values) < len(best[1]):
                best = operation, values
    return best


# Recording


class Redactor:
    """Redacts exchanges for a recording: addresses and bodies of the same shape, without anybody's data."""

    def __init__(self, api: Api, url: str) -> None:
        self._api, self._url = api, url

    def path(self, path: str) -> str:
        """A path with its query, with masks for what is no GUID and not in the path of an operation."""
        plain, _, query = path.partition("?")
        found = find_operation(self._api.operations, plain)
        literals = found[0].path.split("/") if found is not None else ()
        segments = plain.split("/")
        kept = [
            segment
            if number < len(literals) and not literals[number].startswith("{")
            else quote(masked_word(unquote(segment)), safe="")
            for number, segment in enumerate(segments)
        ]
        pairs = [pair.partition("=") for pair in query.split("&")] if query else []
        masks = [
            f"{name}{equals}{quote(masked_word(unquote(value)), safe='')}" for name, equals, value in pairs
        ]
        return "/".join(kept) + ("?" + "&".join(masks) if masks else "")

    def answer(self, operation: Operation | None, answer: Answer) -> Answer:
        """An answer of the same shape. A body that is no JSON is left out."""
        headers = [
            (name, self._link(value) if name.lower() == "location" else value) for name, value in answer.headers
        ]
        schema = None if operation is None else operation.responses.get(str(answer.status), _success(operation))
        try:
            value = self._with_links(answer.json(), masked(self._api, schema or Schema(), answer.json()))
        except (ValueError, RecursionError):
            return answer._replace(headers=headers, body=b"")
        return answer._replace(headers=headers, body=json.dumps(value, ensure_ascii=False).encode())

    def body(self, operation: Operation | None, body: bytes) -> str:
        """The body of a request with the same shape; empty if it is no JSON."""
        schema = None if operation is None else operation.body
        try:
            return json.dumps(masked(self._api, schema or Schema(), json.loads(body)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return ""

    def _link(self, link: str) -> str:
        path = _below(self._url, link)
        if path is None or find_operation(self._api.operations, path) is None:
            return masked_word(link)
        return self._url + self.path(path)

    def _with_links(self, value: Any, mask: Any) -> Any:
        """The masked value, with the links that can be followed."""
        if isinstance(value, dict):
            return {name: self._with_links(one, mask[name]) for name, one in value.items()}
        if isinstance(value, list):
            return [self._with_links(one, other) for one, other in zip(value, mask, strict=True)]
        is_link = isinstance(value, str) and _below(self._url, value) is not None
        return self._link(value) if is_link else mask


def recording_send(api: Api, url: str, send: Send, recording: Recording, credentials: Sequence[str]) -> Send:
    """A function that sends, and records what was sent and answered, redacted."""
    redactor = Redactor(api, url)

    def send_and_record(method: str, path: str, body: bytes | None) -> Answer:
        answer = send(method, path, body)
        own = [one for one in api.operations if one.method == method]
        found = find_operation(own, path.partition("?")[0])
        redacted = redactor.answer(None if found is None else found[0], answer)
        sent = "" if not body else redactor.body(None if found is None else found[0], body)
        recording.add(method, url + redactor.path(path), sent, credentials, redacted)
        return answer

    return send_and_record


def replaying_send(api: Api, url: str, recorded: Mapping[tuple[str, str], Answer]) -> Send:
    """A function that answers from a recording; with 0 as the status what is not in it."""
    redactor = Redactor(api, url)

    def replay(method: str, path: str, _: bytes | None) -> Answer:
        return recorded.get((method, url + redactor.path(path)), Answer(0, [], b""))

    return replay

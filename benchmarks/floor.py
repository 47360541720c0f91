"""The floor: the same three operations with as little as possible between the socket and SQLite.

A bare ASGI application under uvicorn, prepared statements of sqlite3 in memory, and orjson. It answers as the
simulator does, member by member, but checks nothing: no token, no validation, no journal, no clock, one filter.

`python -m benchmarks.floor PORT CUSTOMERS`
"""

import sqlite3
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4  # noqa: TID251 - no space whose stream it could come from

import orjson
import uvicorn

from benchmarks.data import COLUMNS, LISTED, MEMBERS, debtors, only

PATH = "/APIGW/v1/Debtors"
LINKS = {"self": "", "summary": "/Summary", "cases": "/Cases", "addresses": "/Addresses"}
LINKS |= {"paymentplans": "/Paymentplans", "extrafields": "/Extrafields"}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Floor:
    """The application and its table."""

    def __init__(self, customers: int) -> None:
        self.base = ""  # of links
        self.customers = self.last = customers
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.executescript(
            f"CREATE TABLE debtor (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)});"
            "CREATE UNIQUE INDEX by_guid ON debtor (debtorGuid);"
            "CREATE INDEX by_type ON debtor (juridicalType, fullName)"
        )
        self.insert = f"INSERT INTO debtor ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
        self.get = f"SELECT {', '.join(MEMBERS)} FROM debtor WHERE debtorGuid = ?"
        where = "FROM debtor WHERE juridicalType = ?"
        self.list = f"SELECT {', '.join(LISTED)} {where} ORDER BY fullName LIMIT 25 OFFSET ?"
        self.count = f"SELECT count(*) {where}"
        self.database.execute("BEGIN")
        self.database.executemany(self.insert, (tuple(one.values()) for one in debtors(customers)))
        self.database.execute("COMMIT")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        headers = [(b"content-type", b"application/json")]
        status = 200
        if path == "/_sim/reset":
            self.database.execute("DELETE FROM debtor WHERE id > ?", (self.customers,))
            self.last = self.customers
            status, answer = 204, b""
        elif method == "PUT":
            body = b""
            while (message := await receive())["more_body"]:
                body += message["body"]
            sent = orjson.loads(body + message["body"])
            made = str(uuid4())
            self.last += 1
            row = {
                **dict.fromkeys(COLUMNS),
                **sent,
                "debtorGuid": made,
                "debtorReference": str(100_000 + self.last),
                "fullName": f"{sent['firstname']} {sent['lastname']}",
                "regDate": "2026-01-01T00:00:00Z",
            }
            self.database.execute(self.insert, list(row.values()))
            status, answer = 201, self._debtor(only(MEMBERS, row))
            headers.append((b"location", f"{self.base}{PATH}/{made}".encode()))
        elif path == PATH:
            query = parse_qs(scope["query_string"].decode())
            wanted, skip = int(query["juridicalType"][0]), int(query["skip"][0])
            found = self.database.execute(self.list, (wanted, skip)).fetchall()
            (total,) = self.database.execute(self.count, (wanted,)).fetchone()
            value = [dict(zip(LISTED, row, strict=True)) for row in found]
            answer = orjson.dumps({"count": len(value), "skip": skip, "total": total, "value": value})
        elif row := self.database.execute(self.get, (path.rpartition("/")[2],)).fetchone():
            answer = self._debtor(dict(zip(MEMBERS, row, strict=True)))
        else:
            status, answer = 404, b"{}"
        headers.append((b"content-length", b"%d" % len(answer)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _debtor(self, debtor: dict[str, Any]) -> bytes:
        own = debtor["debtorGuid"]
        debtor["links"] = [
            {
                "type": "item" if name in ("self", "summary") else "list",
                "name": name,
                "href": f"{self.base}{PATH}/{own}{end}",
                "resource": "Debtors",
                "guid": own,
            }
            for name, end in LINKS.items()
        ]
        answer: bytes = orjson.dumps(debtor)
        return answer


def main() -> None:
    """Serve."""
    port, customers = map(int, sys.argv[1:3])
    floor = Floor(customers)
    floor.base = f"http://127.0.0.1:{port}"
    uvicorn.run(
        floor, port=port, loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="error"
    )


if __name__ == "__main__":
    main()

"""A plain HTTP client for a server in the same process."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from tests.answers import check

APTIC = "/APIGW/v1"
Result = TypeVar("Result")
BEARER = {"Authorization": "Bearer any"}


class Api:
    """Sends requests with a token; answers are `httpx.Response`."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.loop = loop
        self._transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=self._transport, base_url="http://sim.test")

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """One request; `headers` are sent in place of the token."""
        options["extensions"] = {"app": self.app}  # for the check of the answer
        headers = BEARER if headers is None else headers
        return self.run(self._answer(self._client.build_request(method, path, headers=headers, **options)))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """The checked answer, without httpx's work for redirects and credentials."""
        answer = await self._transport.handle_async_request(request)
        answer.request = request
        await answer.aread()
        if "set-cookie" in answer.headers:
            self._client.cookies.extract_cookies(answer)
        check(answer)
        return answer

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the event loop of the server."""
        return self.loop.run_until_complete(work)

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET with query parameters; `_filter` stands for `$filter`."""
        return self.send("GET", path, params={name.replace("_", "$"): value for name, value in query.items()})

    def put(self, path: str, body: Any) -> httpx.Response:
        """PUT with a JSON body."""
        return self.send("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> httpx.Response:
        """PATCH with a JSON body."""
        return self.send("PATCH", path, json=body)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """POST with a JSON body."""
        return self.send("POST", path, json=body)

    def delete(self, path: str) -> httpx.Response:
        """DELETE."""
        return self.send("DELETE", path)

    # What many tests need first.

    def token(self, prefix: str = "") -> str:
        """A new token of Aptic; `prefix` is that of a space."""
        form = {
            "grant_type": "client_credentials",
            "client_id": "ledgersim",
            "client_secret": "ledgersim-secret",
        }
        answer = self.send("POST", f"{prefix}/APIGW/login/oauth/access_token", headers={}, data=form)
        return str(answer.json()["access_token"])

    def create(self, path: str, body: Any) -> dict[str, Any]:
        """PUT that must succeed; the body of the answer."""
        answer = self.put(path, body)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def debtor(self, **members: Any) -> dict[str, Any]:
        """A new Aptic debtor."""
        return self.create(f"{APTIC}/Debtors", {"fullName": "Ada Ek", **members})

    def customer(self, **members: Any) -> dict[str, Any]:
        """A new Aptic customer."""
        return self.create(f"{APTIC}/Customers", {"fullName": "Bo Ek", **members})

    def case(self, **members: Any) -> str:
        """A new Aptic case; its path."""
        created = self.create(f"{APTIC}/Cases", [{"currencyCode": "SEK", **members}])
        return f"{APTIC}/Cases/{created['caseGuids'][0]}"

    def only(self, path: str) -> dict[str, Any]:
        """The one item of a list."""
        (item,) = self.get(path).json()["value"]
        return dict(item)

    def space_names(self) -> list[str]:
        """The names of all spaces, sorted."""
        listed = self.get("/_sim/spaces").json()
        return sorted([*(one["name"] for one in listed["spaces"]), *listed["closed"]])

    def freeze(self, now: str) -> None:
        """Stop the clock at an instant."""
        answer = self.put("/_sim/clock", {"mode": "frozen", "now": now})
        assert answer.status_code == 200, answer.text

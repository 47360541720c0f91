"""Lets a server accept requests while the applications are being imported, which takes most of its start.

Only servers whose start cannot fail any more do so. Those with options that may yet turn out to be unusable, or
with vendors from elsewhere, load the applications first.
"""

import gc
import logging
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgersim.admin import MOUNT
from ledgersim.diagnostics.rejections import Rejections
from ledgersim.settings import Settings
from ledgersim.vendors import installed_vendors, is_built_in
from ledgersim.world.template import world_image

PROBES = (f"{MOUNT}/health/live", f"{MOUNT}/health/ready")

# Settings that cannot make the start fail once they have been validated and the world has been found or built.
_HARMLESS = {
    *("host", "port", "tls_cert", "tls_key", "tls_client_ca", "read_timeout", "log_level", "auth", "leniency"),
    *("world", "seed", "customers", "as_of", "cache", "journal_entries", "journal_bytes"),
    *("max_spaces", "max_space_bytes", "max_body_values", "max_body_elements", "spaces_on_first_use"),
    *("server_name", "ui"),
}

log = logging.getLogger(__name__)


class LoadedLater:
    """An application that answers probes until it is loaded, while other requests wait.

    Loading turns garbage collection on, which should be off until then: importing modules creates little.
    """

    def __init__(self, load: Callable[[], ASGIApp]) -> None:
        self._load = load
        self._app: ASGIApp | None = None
        self.rejections = Rejections()
        self._loaded: Future[ASGIApp] = Future()

    def load(self) -> None:
        """Load it now."""
        app = self._load()
        if hasattr(app, "rejections"):
            app.rejections = self.rejections
        self._app = app
        gc.freeze()
        gc.enable()
        self._loaded.set_result(app)

    def end_streams(self) -> None:
        """End responses that go on until their client leaves, because the server stops."""
        from ledgersim.http.dispatcher import Dispatcher  # loaded by now, if there are any

        if isinstance(self._app, Dispatcher):
            self._app.end_streams()

    def begin(self) -> None:
        """Load it in a thread, unless it is loaded."""
        if self._app is None:
            Thread(target=self._load_in_thread, name="ledgersim-loading", daemon=True).start()

    def _load_in_thread(self) -> None:
        try:
            self.load()
        except BaseException as error:
            log.exception("The applications cannot be loaded")
            self._loaded.set_exception(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif _is_probe(scope):
            await _answer_probe(send)
        else:
            app = await wrap_future(self._loaded)
            await app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        shutdown = await receive()
        app = await wrap_future(self._loaded)

        async def receive_again() -> Message:
            return shutdown

        await app({"type": "lifespan"}, receive_again, send)


def load_later(settings: Settings) -> LoadedLater:
    """The simulator, which is loaded already if that could have failed. Raises StartupError."""
    vendors = installed_vendors()
    image = world_image(
        vendors, settings.world, settings.seed, settings.customers, settings.as_of, settings.cache
    )

    def load() -> ASGIApp:
        from ledgersim.app import create_app

        return create_app(settings, image)

    app = LoadedLater(load)
    given = settings.model_dump(exclude_defaults=True).keys()
    if not (given <= _HARMLESS and all(map(is_built_in, vendors))):
        app.load()
    return app


def _is_probe(scope: Scope) -> bool:
    """Whether a request is a probe that need not be logged."""
    is_logged = log.isEnabledFor(logging.INFO)
    return not is_logged and scope.get("path") in PROBES and scope["method"] in ("GET", "HEAD")


async def _answer_probe(send: Send) -> None:
    body = b'{"status":"ok"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""Where everything meets: the one place that knows all parts."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.exc import DatabaseError
from starlette.types import ASGIApp

from ledgersim.admin import app as control
from ledgersim.errors import StartupError
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.vendor_app import VendorApp
from ledgersim.settings import Settings
from ledgersim.spaces.models import STATE
from ledgersim.spaces.registry import Limits, Spaces
from ledgersim.spaces.scheduler import Scheduler
from ledgersim.spaces.space import SpaceSettings
from ledgersim.storage.database import Database
from ledgersim.storage.statements import row
from ledgersim.vendors import installed_vendors
from ledgersim.world.fixtures import load, seeded
from ledgersim.world.template import world_image


class Route(NamedTuple):
    """An operation as `ledgersim routes` shows it."""

    id: str
    method: str
    path: str
    method_provenance: str
    path_provenance: str
    summary: str


def create_app(settings: Settings) -> Dispatcher:
    """The whole simulator as one ASGI application, its world built and its database open.

    Raises StartupError for a world, fixtures, database or path mapping that cannot be used.
    """
    vendors = installed_vendors()
    image = world_image(
        vendors, settings.world, settings.seed, settings.customers, settings.as_of, settings.cache
    )
    if settings.fixtures:
        image = seeded(vendors, image, settings.fixtures)
    spaces = open_spaces(settings, image, _default_database(settings, image))
    return assemble(settings, mounts(settings), spaces)


def assemble(settings: Settings, mounts: Mapping[str, VendorApp], spaces: Spaces) -> Dispatcher:
    """The applications and the spaces of a server, put together. Raises StartupError."""
    if settings.root_path is not None:
        _check_root_path(settings.root_path, mounts)
    cors = _cors(settings.cors_origin) if settings.cors_origin else None
    pages = partial(_pages, settings)
    fault_header = settings.fault_header == "on"
    scheduler = Scheduler([job for vendor in installed_vendors() for job in vendor.jobs()])
    return Dispatcher(mounts, spaces, scheduler, control.MOUNT, pages, fault_header, settings.root_path, cors)


def _pages(settings: Settings) -> VendorApp:
    from ledgersim.ui.app import Server, build

    return build(Server(Path(settings.world).stem, settings.auth, settings.control_token is not None))


def _cors(origins: tuple[str, ...]) -> Callable[[ASGIApp], ASGIApp]:
    from starlette.middleware.cors import CORSMiddleware

    allowed: dict[str, Any] = {"allow_methods": ["*"], "allow_headers": ["*"], "expose_headers": ["*"]}
    return lambda app: CORSMiddleware(app, allow_origins=origins, **allowed)


def _check_root_path(path: str, mounts: Mapping[str, VendorApp]) -> None:
    """A request below the path must not be mistaken for one that comes without it."""
    own = [mount.split("/")[1] for mount in mounts] + ["s", "docs"]
    if path.split("/")[1].lower() in [name.lower() for name in own]:
        names = ", ".join(f"/{name}" for name in own)
        raise StartupError(
            f"--root-path is {path!r}; it must not begin with {names}, which the server answers itself"
        )


def mounts(settings: Settings) -> dict[str, VendorApp]:
    """The application at each mount: the vendors' and the control plane's."""
    vendors = installed_vendors()
    admin = [router for vendor in vendors for router in vendor.admin(settings)]
    control_app = control.build(partial(load, vendors), settings.describe(), settings.control_token, admin)
    return {**dict(vendor_apps(settings).values()), control.MOUNT: control_app}


def open_spaces(settings: Settings, image: bytes, default: Database | None = None) -> Spaces:
    """The spaces of a server, with what its settings say of them."""
    common = SpaceSettings(settings, settings.journal_entries, settings.journal_bytes)
    limits = Limits(
        settings.max_spaces,
        settings.max_space_bytes,
        settings.spaces_on_first_use == "on",
        settings.max_body_values,
        settings.max_body_elements,
    )
    return Spaces(image, default, common, limits)


def _default_database(settings: Settings, image: bytes) -> Database | None:
    if settings.database is None:
        return None
    database = Database.in_file(settings.database, image)
    seeded = Database.in_memory(image)
    wanted = _identity(seeded)
    seeded.close()
    try:
        found = _identity(database)
    except DatabaseError as error:
        raise StartupError(
            f"the database {settings.database} cannot be used: it is not a database of ledgersim"
        ) from error
    if found != wanted:
        differing = ", ".join(
            f"its {name} is {found.get(name)}, not {wanted[name]}"
            for name in wanted
            if found.get(name) != wanted[name]
        )
        raise StartupError(
            f"the database {settings.database} was made for another world ({differing}); "
            "start with the same options as then, or name another file"
        )
    database.enable_wal()
    return database


def _identity(database: Database) -> dict[str, Any]:
    """Of which world a database is."""
    state = row(database.connection, STATE.select()) or {}
    return {
        member: state.get(name)
        for name, member in (
            ("schema_version", "layout of tables"),
            ("world_digest", "digest of the world's files"),
            ("fixtures_digest", "digest of the --fixtures"),
            ("seed", "--seed"),
            ("customers", "--customers"),
            ("as_of", "--as-of"),
        )
    }


def vendor_apps(settings: Settings | None = None) -> dict[str, tuple[str, VendorApp]]:
    """Mount and application of each vendor, by name. Raises StartupError for paths that cannot be mapped."""
    settings = settings or Settings()
    apps = {vendor.name: (vendor.mount, vendor.app(settings)) for vendor in installed_vendors()}
    if settings.paths is not None:
        # YAML takes its time to load: only where there is such a file.
        from ledgersim.path_mapping import map_paths

        map_paths(settings.paths, dict(apps.values()))
    return apps


def routes(paths: Path | None = None) -> list[Route]:
    """All operations of all vendors, in the order they are declared, with what the user's file maps."""
    found = []
    for mount, app in vendor_apps(Settings(paths=paths)).values():
        for route in app.operations():
            provenance = (route.openapi_extra or {})["x-provenance"]
            (method,) = route.methods or {""}
            found.append(
                Route(
                    str(route.operation_id),
                    method,
                    mount + route.path,
                    provenance["method"],
                    provenance["path"],
                    route.summary or "",
                )
            )
    return found


def openapi(name: str, paths: Path | None = None) -> dict[str, Any]:
    """The OpenAPI document of a vendor, with what the user's file maps, or of the `admin` API.

    Raises KeyError for an unknown name.
    """
    if name == "admin":
        mount, app = control.MOUNT, mounts(Settings(paths=paths))[control.MOUNT]
    else:
        mount, app = vendor_apps(Settings(paths=paths))[name]
    app.servers = [{"url": mount}]
    return app.openapi()

"""Assembles the simulator: the only module that knows all parts."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from ledgersim.admin import app as admin
from ledgersim.admin.import_export import check_state
from ledgersim.errors import StartupError
from ledgersim.http.access import Access
from ledgersim.http.codegen import PROFILES, codegen
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.proxies import Proxies
from ledgersim.http.vendor_app import VendorApp
from ledgersim.plugin import resolve
from ledgersim.problems import Problem
from ledgersim.settings import Settings
from ledgersim.spaces.in_folder import SpacesInFolder
from ledgersim.spaces.in_memory import SpacesInMemory
from ledgersim.spaces.models import STATE
from ledgersim.spaces.registry import Limits, Spaces
from ledgersim.spaces.scheduler import Scheduler
from ledgersim.spaces.space import SpaceSettings
from ledgersim.storage.connections import failure
from ledgersim.storage.database import Database, StorageProblem
from ledgersim.storage.folder import DatabaseFolder, discard_space
from ledgersim.storage.images import Image, OtherSchemaError
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


def create_app(settings: Settings, image: Image | None = None) -> Dispatcher:
    """The simulator as an ASGI application, with its world built and its database open.

    `image` is that of the world of the settings, if it has been loaded already.
    Raises StartupError for an unusable world, fixtures file, database or path mapping.
    """
    vendors = installed_vendors()
    if image is None:
        image = world_image(
            vendors, settings.world, settings.seed, settings.customers, settings.as_of, settings.cache
        )
    if settings.fixtures:
        image = seeded(vendors, image, settings.fixtures)
    spaces = open_spaces(settings, image, default_database(settings, image))
    return assemble(settings, mounts(settings), spaces)


def assemble(settings: Settings, mounts: Mapping[str, VendorApp], spaces: Spaces) -> Dispatcher:
    """Assemble a server from its applications and spaces. Raises StartupError."""
    public = None if settings.public_url is None else urlsplit(settings.public_url)
    if public is not None and settings.root_path not in (None, public.path):
        raise StartupError(
            f"--root-path is {settings.root_path!r}; --public-url must end with it, or name the path alone"
        )
    root_path = settings.root_path if public is None else public.path
    if root_path:
        _check_root_path("--root-path" if public is None else "the path of --public-url", root_path, mounts)
    hosts = (settings.host, *settings.allowed_host)
    public_host = public and public.hostname
    access = Access(hosts, settings.cors_origin, settings.admin_origin, settings.admin_token, public_host)
    pages = partial(_pages, settings)
    fault_header = settings.fault_header == "on"
    scheduler = Scheduler([job for vendor in installed_vendors() for job in resolve(vendor.jobs)])
    return Dispatcher(
        mounts,
        spaces,
        scheduler,
        admin.MOUNT,
        pages,
        access,
        fault_header,
        root_path,
        settings.leniency == "strict",
        public and f"{public.scheme}://{public.netloc}",
        Proxies(settings.trusted_proxy),
        settings.server_name,
        settings.ui == "on",
    )


def _pages(settings: Settings) -> VendorApp:
    from ledgersim.ui.app import Server, build

    return build(Server(Path(settings.world).stem, settings.auth, settings.admin_token, settings.ui == "on"))


def _check_root_path(source: str, path: str, mounts: Mapping[str, VendorApp]) -> None:
    """Requests without the root path must not look as if they had it. Raises StartupError."""
    reserved = [mount.split("/")[1] for mount in mounts] + ["s", "docs"]
    if path.split("/")[1].lower() in [name.lower() for name in reserved]:
        names = ", ".join(f"/{name}" for name in reserved)
        raise StartupError(
            f"{source} is {path!r}; it must not begin with {names}, which the server uses itself"
        )


def mounts(settings: Settings) -> dict[str, VendorApp]:
    """The applications by mount: the vendors' and the admin API. Raises StartupError for an invalid file."""
    vendors = installed_vendors()
    states = None
    if settings.provider_states is not None:
        from ledgersim.provider_states import read_states

        states = read_states(settings.provider_states)
    admin_app = admin.build(partial(load, vendors), settings.describe(), vendors, states)
    return {**dict(vendor_apps(settings).values()), admin.MOUNT: admin_app}


def open_spaces(settings: Settings, image: Image, default: Database | None = None) -> Spaces:
    """The spaces of a server, with the limits in its settings. Raises StartupError."""
    common = SpaceSettings(settings, settings.journal_entries, settings.journal_bytes)
    limits = Limits(
        settings.max_spaces,
        settings.max_space_bytes,
        settings.spaces_on_first_use == "on",
        settings.max_body_values,
        settings.max_body_elements,
        settings.close_spaces_after,
    )
    if settings.data is not None:
        return SpacesInFolder(image, common, limits, _folder(settings.data, image))
    try:
        return SpacesInMemory(image, common, limits, default)
    except StorageProblem as problem:  # the clock of a new database starts here
        raise StartupError(problem.detail) from problem


def default_database(settings: Settings, image: Image) -> Database | None:
    """The database of the default space, if it is in a file. Raises StartupError if that cannot be used."""
    if settings.database is None:
        return None
    if settings.data is not None:
        raise StartupError("--data keeps the default space too; leave out --database")
    return _open_database(settings.database, image, in_folder=False)


def _open_database(path: Path, image: Image, in_folder: bool) -> Database:
    """The database in a file, created from an image if it is missing. Raises StartupError."""
    instead = discard_space(unquote(path.stem)) if in_folder else "choose another file"
    database = Database.in_file(path, image)
    try:
        with closing(Database.in_memory(image)) as reference:
            _check_identity(path, database, reference, in_folder, instead)
            database.check_content(reference)
            check_state(database, reference)
        database.enable_wal()
    except (
        DatabaseError,
        sqlite3.Error,
        Problem,
        ValueError,
        TypeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        database.close()
        remedy = f"restore a backup, or {instead}"
        if isinstance(error, OtherSchemaError):
            remedy = f"use the version that created it, {remedy}"
        raise StartupError(f"the database {path} cannot be used: {_reason(error)}; {remedy}") from error
    except StartupError:
        database.close()
        raise
    return database


def _folder(path: Path, image: Image) -> DatabaseFolder:
    """The folder of all spaces; created if missing. Raises StartupError if it cannot be used.

    Its files may be of any world, such as that of an uploaded snapshot: the folder says of which it is.
    """
    with closing(Database.in_memory(image)) as reference:
        world = row(reference.connection, _READ_IDENTITY)
    assert world is not None

    def check(path: Path, found: Mapping[str, Any]) -> None:
        _check_world(f"folder {path}", found, world, "choose another folder")

    return DatabaseFolder(path, image, partial(_open_database, in_folder=True), world, check)


# The columns of sim_state that say of which world a database is.
_IDENTITY = {
    "world_digest": "digest of the world's files",
    "fixtures_digest": "digest of the --fixtures",
    "seed": "--seed",
    "customers": "--customers",
    "as_of": "--as-of",
}
_READ_IDENTITY = select(*(STATE.c[name] for name in ("schema_version", *_IDENTITY)))


def _check_identity(
    path: Path, database: Database, reference: Database, is_any_world: bool, instead: str
) -> None:
    """Raise StartupError for a database of another version or world, ValueError for one without a state."""
    try:
        found, wanted = (row(one.connection, _READ_IDENTITY) for one in (database, reference))
    except sqlite3.OperationalError:
        raise ValueError("it is not a ledgersim database") from None
    if found is None or wanted is None:
        raise ValueError("it is corrupt: sim_state has no row")
    if is_any_world:
        found = {**wanted, "schema_version": found["schema_version"]}
    _check_world(f"database {path}", found, wanted, instead)


def _check_world(what: str, found: Mapping[str, Any], wanted: Mapping[str, Any], instead: str) -> None:
    """Raise StartupError if a file or folder was created by another version or for another world."""
    if found["schema_version"] != wanted["schema_version"]:
        raise StartupError(
            f"the {what} was created by another version of ledgersim; use that version, or {instead}"
        )
    differing = ", ".join(
        f"its {member} is {found[name]}, not {wanted[name]}"
        for name, member in _IDENTITY.items()
        if found[name] != wanted[name]
    )
    if differing:
        raise StartupError(
            f"the {what} was created for another world ({differing}); "
            f"start with the options of that world, or {instead}"
        )


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DatabaseError) else error.__cause__ or error
    if isinstance(cause, sqlite3.Error):
        return failure(cause) or str(cause)
    if isinstance(error, Problem):
        return "; ".join(f"{path}: {', '.join(texts)}" for path, texts in error.errors.items()) or error.detail
    return str(error)


def vendor_apps(settings: Settings | None = None) -> dict[str, tuple[str, VendorApp]]:
    """Mount and application of each vendor, by name.

    Raises StartupError for an invalid path mapping, overlay or contract.
    """
    settings = settings or Settings()
    apps = {vendor.name: (vendor.mount, resolve(vendor.app)(settings)) for vendor in installed_vendors()}
    if settings.contract is not None:
        from ledgersim.contract.folder import apply_folder

        apply_folder(settings.contract, dict(apps.values()))
    if settings.paths is not None:
        # Imports PyYAML, which is slow to load.
        from ledgersim.path_mapping import map_paths

        map_paths(settings.paths, dict(apps.values()))
    if settings.overlay is not None:
        from ledgersim.contract.folder import apply_overlay

        apply_overlay(settings.overlay, dict(apps.values()))
    return apps


def routes(paths: Path | None = None, contract: Path | None = None) -> list[Route]:
    """All operations of all vendors in order of declaration, with what `paths` and `contract` map."""
    found = []
    for mount, app in vendor_apps(Settings(paths=paths, contract=contract)).values():
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


def openapi(
    name: str, paths: Path | None = None, contract: Path | None = None, profile: str = "faithful"
) -> dict[str, Any]:
    """The OpenAPI document of a vendor, including what `paths` and `contract` say, or of the `admin` API.

    Raises StartupError for an unknown name or profile.
    """
    if profile not in PROFILES:
        raise StartupError(f"--profile is {profile!r}; it must be one of {', '.join(PROFILES)}")
    bases = {vendor.name: vendor.mount for vendor in installed_vendors()} | {"admin": admin.MOUNT}
    if name not in bases:
        raise StartupError(f"API is {name!r}; it must be one of {', '.join(bases)}")
    app = mounts(Settings(paths=paths, contract=contract))[bases[name]]
    app.servers = [{"url": bases[name]}]
    return codegen(app.openapi()) if profile == "codegen" else app.openapi()

"""The declaration of a vendor plugin.

A vendor is a package with a module `plugin.py` that holds a `Vendor`, registered in the entry-point group
`ledgersim.vendors`. No shared module knows a vendor by name. Keep `plugin.py` light, because `ledgersim --help`
imports it: name the parts that need FastAPI, tables and the like by import strings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ledgersim.debts import Debts
    from ledgersim.http.vendor_app import VendorApp
    from ledgersim.pages import Pages
    from ledgersim.spaces.scheduler import ScheduledJob
    from ledgersim.spaces.space import Space
    from ledgersim.timeline import Timeline
    from ledgersim.world.fixtures import FixtureKind
    from ledgersim.world.seeding import Seed

AuthMode = Literal["lenient", "strict", "off"]

_T = TypeVar("_T")
Part: TypeAlias = _T | str


def option(default: object, description: str, allowed: str, **limits: Any) -> Any:
    """Declare a setting. `description` is the help text of its flag, `allowed` completes "it must be ...".

    `limits` are constraints for `pydantic.Field`, such as `ge=0`.
    """
    return Field(default, description=description, json_schema_extra={"allowed": allowed}, **limits)


class VendorSettings(BaseModel):
    """The settings that a vendor reads. Subclass it to add your own, one `option` each.

    A field `case_delay` becomes the flag `--case-delay` and the variable `LEDGERSIM_CASE_DELAY`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    auth: AuthMode = option(
        "lenient",
        "Which credentials are accepted: lenient (any that are not known to be expired), "
        "strict (only those issued or configured), or off (none are required).",
        "lenient, strict or off",
    )


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What the pages show newcomers: requests for a persona's data, with headers that the server accepts.

    `links` are paths below the mount by label, with placeholders for the persona's ids. `headers` gets the
    space, the mode of `--auth`, and the ids of the persona or none; it returns nothing without credentials.
    """

    links: Mapping[str, str]
    headers: Callable[[Space, AuthMode, Mapping[str, Any]], Mapping[str, str]]


def resolve(part: Part[_T]) -> _T:
    """A part of a vendor, imported now if the declaration names it by an import string."""
    if not isinstance(part, str):
        return part
    from pkgutil import resolve_name  # not needed for help

    found: _T = resolve_name(part)
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Vendor:
    """A vendor's declaration. Everything but `name`, `mount` and `app` is optional.

    A `Part` is the object itself, or an import string such as `"acme.jobs:JOBS"`, imported on first use.

    `app` is called with the server's settings, an instance of `settings`. `admin` is a router for the admin
    API, mounted under `/_sim`; its paths start with `/NAME`. `models` names a module that defines or imports
    the vendor's tables; prefix your table names with the name of the vendor. `timeline` yields what happened to
    a persona at the vendor, `debts` says how debts leave the vendor and enter it. `pages` says what of its data
    the dashboard shows.
    """

    name: str
    mount: str
    app: Part[Callable[[Any], VendorApp]]
    models: str | None = None
    settings: type[VendorSettings] = VendorSettings
    jobs: Part[Sequence[ScheduledJob]] = ()
    seed: Part[Seed | None] = None
    fixtures: Part[Sequence[FixtureKind]] = ()
    admin: Part[APIRouter | None] = None
    samples: Part[Samples | None] = None
    timeline: Part[Timeline | None] = None
    debts: Part[Debts | None] = None
    pages: Part[Pages | None] = None
    label: str = ""  # the name as people write it; by default `name` with a capital letter

    @property
    def title(self) -> str:
        """The name as people write it."""
        return self.label or self.name.title()

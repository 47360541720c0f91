"""The built-in vendors, one package each, and the discovery of all installed ones.

Vendors are found through the entry-point group `ledgersim.vendors`: built-in ones first, then by name.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from ledgersim.errors import StartupError
from ledgersim.plugin import Vendor

GROUP = "ledgersim.vendors"


@cache
def installed_vendors() -> tuple[Vendor, ...]:
    """The installed vendors. Raises StartupError for one that cannot be imported or clashes with another."""
    found: dict[str, Vendor] = {}
    for entry in sorted(entry_points(group=GROUP), key=_order):
        vendor = _load(entry)
        for other in found.values():
            if other.name == vendor.name or other.mount.lower() == vendor.mount.lower():
                raise StartupError(
                    f"the vendors {other.name} ({other.mount}) and {vendor.name} ({vendor.mount}) clash: "
                    "each needs a name and a mount of its own"
                )
        found[vendor.name] = vendor
    if not found:
        raise StartupError(
            "no vendors are installed: install ledgersim with pip; a source tree on the path is not enough"
        )
    return tuple(found.values())


def is_built_in(vendor: Vendor) -> bool:
    """Whether a vendor is one of ledgersim's own."""
    return isinstance(vendor.app, str) and vendor.app.startswith(f"{__name__}.")


def _order(entry: EntryPoint) -> tuple[bool, str]:
    return not entry.value.startswith(f"{__name__}."), entry.name


def _load(entry: EntryPoint) -> Vendor:
    try:
        vendor = entry.load()
    except Exception as error:
        raise StartupError(f"the vendor {entry.name} ({entry.value}) cannot be imported: {error}") from error
    if not isinstance(vendor, Vendor):
        raise StartupError(f"the entry point {entry.name} ({entry.value}) is not a ledgersim.plugin.Vendor")
    return vendor

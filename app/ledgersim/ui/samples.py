"""Sample requests for newcomers: URLs of the personas' data, with headers that the server accepts."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from ledgersim.plugin import AuthMode, Samples, resolve
from ledgersim.spaces.space import Space
from ledgersim.vendors import installed_vendors


@cache
def _samples() -> dict[str, tuple[str, Samples]]:
    """Mount and samples of each vendor that has some."""
    return {one.name: (one.mount, samples) for one in installed_vendors() if (samples := resolve(one.samples))}


def links(persona: Mapping[str, Any], root: str) -> dict[str, dict[str, str]]:
    """Addresses of a persona's data, by vendor and label; they begin with `root`."""
    return {
        vendor: dict(_filled(samples.links, persona[vendor], root + mount))
        for vendor, (mount, samples) in _samples().items()
        if vendor in persona
    }


def _filled(paths: Mapping[str, str], ids: Mapping[str, Any], base: str) -> Iterator[tuple[str, str]]:
    quoted = {name: quote(value, safe="") for name, value in ids.items() if isinstance(value, str)}
    for label, path in paths.items():
        try:
            yield label, base + path.format_map(quoted)
        except KeyError:  # not every persona has every id
            continue


def headers(space: Space, vendor: str, auth: AuthMode, ids: Mapping[str, Any]) -> Mapping[str, str]:
    """The headers with which a vendor accepts requests for a persona's data; empty without credentials."""
    found = _samples().get(vendor)
    return {} if found is None else found[1].headers(space, auth, ids)

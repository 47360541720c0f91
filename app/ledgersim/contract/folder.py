"""The folder of an adopted contract: `paths.yaml`, `overlay.yaml` and `not-adopted.yaml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledgersim.contract.adoption import Adoption
from ledgersim.contract.ignore import ignore_text
from ledgersim.contract.overlay import ADOPTED, Overlay, read_overlay
from ledgersim.errors import StartupError
from ledgersim.http.vendor_app import VendorApp

PATHS, OVERLAY, NOT_ADOPTED = "paths.yaml", "overlay.yaml", "not-adopted.yaml"


def apply_folder(folder: Path, apps: Mapping[str, VendorApp]) -> None:
    """Have the applications, given by mount, serve a contract. Raises StartupError."""
    from ledgersim.path_mapping import map_paths

    if not any((folder / name).is_file() for name in (PATHS, OVERLAY)):
        raise StartupError(f"--contract is '{folder}'; it must be a folder with {PATHS} or {OVERLAY}")
    if (folder / PATHS).is_file():
        map_paths(folder / PATHS, apps, ADOPTED)
    if (folder / OVERLAY).is_file():
        apply_overlay(folder / OVERLAY, apps)


def apply_overlay(path: Path, apps: Mapping[str, VendorApp]) -> None:
    """Have the applications, given by mount, serve an overlay. Raises StartupError."""
    from ledgersim.contract.adopted import apply

    apply(read_overlay(path), list(apps.values()))


def write_folder(folder: Path, adoption: Adoption, title: str) -> None:
    """Write a contract. Raises StartupError."""
    overlay = adoption.overlay
    head = f"# {title}\n# SHA-256 of the file: {overlay.sha256}\n"
    by_reason: dict[str, list[Any]] = {}
    for finding, reason in adoption.left:
        by_reason.setdefault(reason, []).append(finding)
    left = "# What cannot be adopted, and why. `contract diff --ignore` takes this file.\n"
    contents = {
        PATHS: head + _yaml(adoption.paths),
        OVERLAY: head + _yaml(_content(overlay)),
        NOT_ADOPTED: head + left + ignore_text(by_reason),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StartupError(f"--out {folder} cannot be written: {error.strerror}") from error


def _content(overlay: Overlay) -> dict[str, Any]:
    content: dict[str, Any] = overlay.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"provenance": overlay.provenance, **content}


def _yaml(value: Any) -> str:
    import yaml  # slow to load

    class Dumper(yaml.SafeDumper):
        """Writes the same value twice, not an alias."""

        def ignore_aliases(self, _: Any) -> bool:
            return True

    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110) if value else ""

"""The ignore file: fingerprints of accepted findings, each with a reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ledgersim.contract.findings import Finding
from ledgersim.errors import StartupError


def read_ignored(path: Path) -> dict[str, str]:
    """The reasons by fingerprint in a YAML or JSON file. Raises StartupError."""
    from ledgersim.world.yaml_files import parse  # imports PyYAML, which is slow to load

    try:
        content = parse(path, path.read_bytes())
    except OSError as error:
        raise StartupError(f"{path} cannot be read: {error.strerror}") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(
        isinstance(one, str) for pair in content.items() for one in pair
    ):
        raise StartupError(f"{path} must map fingerprints to reasons, such as `f0123456789ab: known, ticket 7`")
    return content


def ignore_text(reasons: Mapping[str, Sequence[Finding]]) -> str:
    """An ignore file for these findings, by the reason why each is accepted."""
    import json

    lines = []
    for reason, findings in reasons.items():
        for one in findings:
            lines.append(f"# {one.level} {one.operation}: {one.message}".replace("\n", " "))
            lines.append(f"{one.fingerprint}: {json.dumps(reason, ensure_ascii=False)}")
    return "\n".join([*lines, ""])

"""Reads a specification from a file: bounded, JSON or YAML, never from the network."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from ledgersim.errors import StartupError
from ledgersim.json_text import loads

MAX_BYTES = 16 * 2**20


def read_document(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON object in a file, and the bytes of the file. Raises StartupError with one line."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StartupError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise StartupError(f"{path} is too large; a specification may have at most {MAX_BYTES // 2**20} MiB")
    content = _parse(path, data)
    if not isinstance(content, dict):
        raise StartupError(f"{path} is not a specification: it holds no object with `openapi` or `swagger`")
    return content, data


def _parse(path: Path, data: bytes) -> Any:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError as error:
            raise StartupError(f"{path} is not UTF-16, though it begins with its byte order mark") from error
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        from ledgersim.world.yaml_files import parse  # imports PyYAML, which is slow to load

        return parse(path, data.removeprefix(b"\xef\xbb\xbf"))
    try:
        return loads(data)
    except UnicodeDecodeError as error:
        raise StartupError(f"{path}: byte {error.start + 1} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise StartupError(f"{path} is not JSON: {error}") from error

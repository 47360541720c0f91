"""Metadata of the distribution that pyproject.toml cannot state."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ReadmeHook(MetadataHookInterface):
    """The README, whose relative links would lead nowhere on PyPI, with links to the repository."""

    def update(self, metadata: dict[str, Any]) -> None:
        pages = f"{metadata['urls']['Repository']}/blob/main/"
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = re.sub(r"\]\((?![a-z]+:|#)", f"]({pages}", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}

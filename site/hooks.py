"""What MkDocs does not do by itself."""

import json
import os
import subprocess
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

REPOSITORY = "https://github.com/ledgersim/ledgersim/blob/main"
ROOT = Path(__file__).parents[1]
MERMAID = ROOT / ".site/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
PYTHON = os.environ.get("SITE_PYTHON", str(ROOT / ".venv/bin/python"))  # which has ledgersim installed

# Which pages of the reference, generated from the code, a page links to.
REFERENCES = {
    "admin.md": "[all operations](reference/admin.md) with their parameters, bodies and responses",
    "settings.md": "[all commands](reference/commands.md) and [all settings](reference/settings.md)",
    "diagnostics.md": "[all codes](reference/codes.md)",
    "problems.md": "[all codes](reference/codes.md)",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the reference, and the script that draws diagrams: the theme would load one from another host."""
    written = subprocess.run([PYTHON, ROOT / "site/reference.py"], stdout=subprocess.PIPE, check=True).stdout
    for name, text in json.loads(written).items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    files.append(File.generated(config, "assets/mermaid.js", abs_src_path=str(MERMAID)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Link to the reference, below the title of a page. The server's guides show the page without it."""
    reference = REFERENCES.get(page.file.src_uri)
    title, text = markdown.split("\n", 1)
    return f"{title}\n\nGenerated from the code: {reference}.\n{text}" if reference else markdown


def on_page_content(html: str, page: Page, **_: object) -> str:
    """Let links of the guides to other files of the repository lead there."""
    return html if "/" in page.file.src_uri else html.replace('href="../', f'href="{REPOSITORY}/')

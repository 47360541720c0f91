"""What MkDocs does not do by itself."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

MERMAID = Path(__file__).parents[1] / ".site/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the script that draws diagrams. Without it, the theme would load one from another host."""
    files.append(File.generated(config, "assets/mermaid.js", abs_src_path=str(MERMAID)))
    return files

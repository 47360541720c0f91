"""Builds the documentation site and checks it: `make docs`.

MkDocs fails for links and headings that do not exist. Beyond that, each page has the lists, tables and blocks that the
server's own guides show of it, which another reader of Markdown writes; and what the pages load is part of the site. Where
there is a browser, it opens pages, draws their diagrams and searches.
"""

import functools
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ledgersim.admin import MOUNT
from ledgersim.diagnostics.codes import CODES
from ledgersim.settings import Settings, flag
from ledgersim.ui import guides
from tests.browser import CHROMIUM, DRIVER, browser, close
from tests.test_documentation import ADMIN_ROUTES, COMMANDS, first_column

ROOT = Path(__file__).parents[2]
SITE = ROOT / ".site" / "html"
ELEMENTS = re.compile(r"<(blockquote|code|h[1-6]|img|li|ol|p|table|tr|ul)\b")
LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=\"?([^\" >]+)|<link\b[^>]*?\bhref=\"?([^\" >]+)"
)


def main() -> None:
    """Build and check the site, and print where it is."""
    check_site()
    print(SITE / "index.html")


def check_site() -> None:
    """Build the site from the docs. Raises AssertionError or CalledProcessError if something is wrong with it."""
    mkdocs = ROOT / ".site" / "venv" / "bin" / "mkdocs"
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_PYTHON": sys.executable}
    subprocess.run([mkdocs, "build", "--strict", "--quiet"], cwd=ROOT, env=environ, check=True)
    for page in sorted((ROOT / "docs").glob("*.md")):
        html = (SITE / f"{page.stem}.html").read_text("utf-8")
        article = html.partition("<article")[2].partition("</article>")[0]
        ours, shown = (Counter(ELEMENTS.findall(one)) for one in (guides.html_of(f"docs/{page.name}"), article))
        ours["p"] += "Generated from the code:" in article  # the link to the reference
        assert shown == ours, (
            f"{page.name} shows {shown - ours or ours - shown} more or less than the server's guide"
        )
        assert not re.search(r"href=\"?\.\./", article), f"{page.name} has a link that leaves the site"
        loaded = {one or other for one, other in LOADED.findall(html)}
        assert not [url for url in loaded if "//" in url], f"{page.name} loads {loaded}"
    check_reference()
    if CHROMIUM and DRIVER:
        check_in_browser()
    else:
        print("There is no browser here: diagrams and the search are not checked.", file=sys.stderr)


def check_reference() -> None:
    """Each operation, command, setting and code has its entry in the pages that are generated from the code."""
    heading, first_cell = r"<h[23] id=\"[^\"]+\"><code>(.+?)</code>", r"<tr>\s*<td><code>(.+?)</code>"
    operations = [f"{method} {MOUNT}{path}" for method, path in ADMIN_ROUTES if method != "HEAD"]
    assert sorted(entries("admin", heading)) == sorted(operations)
    assert sorted(entries("commands", heading)) == sorted(f"ledgersim {name}" for name in COMMANDS)
    options = {
        option
        for name, command in COMMANDS.items()
        for parameter in command.params
        for option in parameter.opts
        if name != "serve" and option.startswith("--")
    }
    assert options <= set(entries("commands", first_cell))
    assert sorted(entries("settings", heading)) == sorted(map(flag, Settings.model_fields))
    documented = {
        code
        for page in ("problems", "aptic", "payex")
        for code in first_column(f"docs/{page}.md", "Code", "Status")
    }
    assert {*CODES, *documented} <= set(entries("codes", "<code>(.+?)</code>"))
    for page, guide in (
        ("admin", "admin"),
        ("commands", "settings"),
        ("settings", "settings"),
        ("codes", "problems"),
    ):
        assert entries(page, f'href="(../{guide}.html)')
        assert f'href="reference/{page}.html"' in (SITE / f"{guide}.html").read_text("utf-8")


def entries(page: str, pattern: str) -> list[str]:
    """What this pattern finds in a page of the reference."""
    html = (SITE / "reference" / f"{page}.html").read_text("utf-8")
    return [unescape(one) for one in re.findall(pattern, html)]


def check_in_browser() -> None:
    """Pages draw their diagrams and the search finds something, without a request to another host."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            with browser() as driver:
                for page in sorted((ROOT / "docs").glob("*.md")):
                    if diagrams := page.read_text("utf-8").count("```mermaid"):
                        driver.open(f"{url}/{page.stem}.html")
                        drawn = f"return document.querySelectorAll('div.mermaid').length == {diagrams}"
                        driver.wait(functools.partial(driver.run, drawn))
                driver.open(f"{url}/index.html")
                driver.press("input.md-search__input", "surplus")
                driver.wait(
                    lambda: driver.run("return document.querySelectorAll('.md-search-result__item').length > 0")
                )
                elsewhere = [one for one in driver.requested() if not one.startswith((url, "blob:"))]
                assert not elsewhere, f"pages have requested {elsewhere}"
                assert driver.complaints() == [], "the browser complains"
        finally:
            close()
            server.shutdown()


if __name__ == "__main__":
    main()

"""The documentation builds as a site without a warning, is whole, and asks no other host for anything."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import synthaudit
from synthaudit.cli.main import cli

ROOT = Path(__file__).parents[1]
LOADS = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("img", "srcset"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
    ("audio", "src"),
    ("embed", "src"),
    ("object", "data"),
}
"""What a browser fetches by itself; a link is followed by the reader alone."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ``make docs`` builds it: a link, an anchor or a name that leads nowhere is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-P", "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*command, "-f", str(ROOT / "docs" / "site" / "mkdocs.yml"), "-d", str(folder)],
        env={
            **os.environ,
            "NO_MKDOCS_2_WARNING": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Fetched(HTMLParser):
    """Addresses that a page makes a browser ask for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev", "alternate"):
            return
        self.addresses += [value or "" for name, value in attrs if (tag, name) in LOADS]


def text_of(path: Path) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", path.read_text("utf-8")).split())


def test_no_other_host_is_asked(site: Path) -> None:
    """No page, style sheet or script names a file of another host that a browser would fetch."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        foreign = [a for a in Fetched(page.read_text("utf-8")).addresses if re.match(r"(?i)\s*(\w+:)?//", a)]
        assert foreign == [], page
    for sheet in site.rglob("*.css"):
        assert re.findall(r"(?i)(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\"']*", sheet.read_text("utf-8")) == [], (
            sheet
        )
    for script in site.rglob("*.js"):
        named = set(re.findall(r"[\"'`]https?://(?:unpkg|cdn|fonts)[\w./@-]*", script.read_text("utf-8")))
        assert named == set(), script
    assert not list(site.rglob("*.woff*"))


def test_every_page_is_in_the_site_and_can_be_searched(site: Path) -> None:
    """Each page of docs/ and docs/figures/, README and the like: in the index of the search, and in the menu."""
    wanted = {p.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for p in (ROOT / "docs").glob("*.md")}
    wanted |= {f"figures/{p.stem}.html" for p in (ROOT / "docs" / "figures").glob("*.md")}
    wanted |= {
        "example.html",
        *(f"project/{name}.html" for name in ("readme", "changelog", "contributing", "datasets")),
    }
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    assert wanted <= {entry["location"].split("#")[0] for entry in index["docs"]}
    menu = (site / "index.html").read_text("utf-8")
    assert [page for page in wanted if f'href="{page}"' not in menu] == []
    assert (site / "search" / "search_index.js").is_file()
    assert "iframe-worker.js" in menu


def test_every_command_and_option_is_in_the_reference(site: Path) -> None:
    """In the words of ``--help``."""
    text = text_of(site / "cli.html")

    def check(command: click.Command, path: str) -> None:
        assert f"{path} " in text, path
        for item in command.params:
            for option in item.opts if isinstance(item, click.Option) and not item.hidden else ():
                assert option in text, (path, option)
        for name, child in command.commands.items() if isinstance(command, click.Group) else ():
            check(child, f"{path} {name}")

    check(cli, "synthaudit")
    assert "Sentinel" not in text


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """With what its docstring says."""
    page, text = (site / "python.html").read_text("utf-8"), text_of(site / "python.html")
    for name in synthaudit.__all__:
        summary = (getattr(synthaudit, name).__doc__ or "").strip().splitlines()[0]
        assert re.search(rf'id="synthaudit\.[\w.]*\b{name}"', page), name
        assert re.sub(r":\w+:`(?:[\w.]+\.)?(\w+)`| ", r"\1", summary) in text.replace(" ", ""), name
    assert "findings_table" in text
    assert not re.search(r":(?:class|func|meth|mod|attr):", text)


def test_the_example_is_a_page_with_its_outputs(site: Path) -> None:
    """The verdicts stand in frames that may do nothing; tables are tables."""
    page = (site / "example.html").read_text("utf-8")
    assert page.count('<iframe sandbox=""') == 2
    assert "What usually helps" in page
    assert "synthaudit.audit(train,copied,holdout" in text_of(site / "example.html").replace(" ", "")

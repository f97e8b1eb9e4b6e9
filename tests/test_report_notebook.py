"""In a notebook a report is its verdict, apart from the notebook; its tables are frames in the words of the page."""

import re
from dataclasses import fields
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from example_notebook import notebook_shell
from example_report import EXAMPLES, FAIL, HOSTILE_TEXT, NOTHING

from synthaudit.api import Audit
from synthaudit.report.notebook import attacks_table, findings_table, report_html, verdict_html
from synthaudit.report.render import render_report, render_verdict
from synthaudit.report.sections import findings
from synthaudit.types import AuditReport


def audit_of(report: AuditReport) -> Audit:
    """As an audit from Python gives it."""
    return Audit(**{field.name: getattr(report, field.name) for field in fields(AuditReport)})


def html_of(shown: Any) -> str:
    """What a notebook shows of a value."""
    html: str = shown._repr_html_()
    return html


class Elements(HTMLParser):
    """Tags and attributes in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))


@pytest.mark.parametrize("shown", [verdict_html, report_html])
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_stands_apart(name: str, shown: object) -> None:
    """One element that may do nothing, whatever a vendor wrote; the page in it is the page, byte for byte."""
    assert callable(shown)
    html = shown(EXAMPLES[name])
    ((tag, attributes),) = Elements(html).starts
    assert (tag, attributes["sandbox"]) == ("iframe", "")
    page = render_verdict if shown is verdict_html else render_report
    assert attributes["srcdoc"] == page(EXAMPLES[name])
    assert html.count("<") == html.count(">") == 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_verdict_is_that_of_the_page_and_leads_nowhere(name: str) -> None:
    """The block of the page without the lines that lead to sections; no link, no script, no moment of the audit."""
    page, alone = render_report(EXAMPLES[name]), render_verdict(EXAMPLES[name])
    block = re.search(r'(?s)<section class="verdict".*?</section>', page)
    own = re.search(r'(?s)<section class="verdict".*</section>', alone)
    assert block is not None
    assert own is not None
    without_links = re.sub(r'(?s)<dt class="on-screen">.*?</dd>\n| <a class="on-screen".*?</a>', "", block[0])
    assert own[0] == without_links
    assert [tag for tag, _ in Elements(alone).starts if tag in ("script", "iframe", "form", "base")] == []
    assert [attributes["href"] for tag, attributes in Elements(alone).starts if tag == "a"] == ["#main"]
    created = EXAMPLES[name].provenance.created_utc
    assert not created or created not in alone


def test_light_and_dark() -> None:
    """The style sheet of the report is in it, with both."""
    assert '<meta name="color-scheme" content="light dark">' in render_verdict(FAIL)
    assert "@media screen and (prefers-color-scheme: dark)" in render_verdict(FAIL)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_findings_is_that_of_the_page(name: str) -> None:
    """Row by row and word by word; its index names the findings."""
    table, frame = findings.view(EXAMPLES[name]).table, findings_table(EXAMPLES[name])
    if table is None:
        assert frame.empty
        return
    assert tuple(frame.columns) == table.head
    page = unescape(re.sub(r"<[^>]+>|\u00a0", " ", render_report(EXAMPLES[name])))
    words = " ".join(page.split())
    for code, row in frame.iterrows():
        assert f" {code} " in words
        assert all(" ".join(str(cell).split()) in words for cell in row)


def test_the_strongest_attacks_by_hand() -> None:
    """The example's figures as the page rounds them; what was not measured is a dash."""
    frame = attacks_table(FAIL)
    assert list(frame.columns)[:3] == ["Attack", "Stands", "AUC"]
    first = frame.iloc[0]
    assert first["Attack"].startswith("All attacks together")
    assert first["Members found at 1 false name in 100"] == "–"
    assert set(frame["Stands"]) <= {"within the limits", "not decided", "above a limit"}


def test_a_notebook_shows_sentences_to_their_end() -> None:
    """Also of a part of the table, and without a tag of a vendor's in it."""
    for frame in (findings_table(FAIL), findings_table(FAIL).head(1)):
        shown = unescape(html_of(frame))
        assert all(str(cell) in shown for cell in frame.to_numpy().ravel())
    assert "<script" not in html_of(findings_table(HOSTILE_TEXT))


def test_without_findings_and_attacks_the_tables_are_empty() -> None:
    """No error for a report that has nothing."""
    assert attacks_table(NOTHING).empty


def test_the_last_line_of_a_cell_is_the_verdict() -> None:
    """As HTML the verdict; as text the deciding sentence in one line."""
    audit = audit_of(FAIL)
    assert audit._repr_html_() == verdict_html(FAIL)
    assert repr(audit) == f"Audit({FAIL.outcome} under {FAIL.policy.name}: {FAIL.reasons[0]})"


def test_show_in_a_notebook() -> None:
    """The whole report, below the cell."""
    with notebook_shell() as publisher:
        audit_of(FAIL).show()
        assert publisher.history == [{"text/html": report_html(FAIL), "text/plain": repr(audit_of(FAIL))}]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that a browser was sent to; none is started."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    monkeypatch.setattr("synthaudit.commands.result.mkdtemp", lambda prefix: str(tmp_path))
    return addresses


def test_show_elsewhere(opened: list[str], tmp_path: Path) -> None:
    """The browser is sent to a file that has the report."""
    audit_of(FAIL).show()
    assert opened == [(tmp_path / "report.html").as_uri()]
    assert (tmp_path / "report.html").read_text("utf-8") == render_report(FAIL)

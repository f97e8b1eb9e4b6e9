"""Promise: what is printed is complete, short, the same every time, and made without a look at anything else."""

import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from example_report import EXAMPLES, FAIL, PASS
from markdown_it import MarkdownIt
from payloads import PAYLOADS, filled
from pypdf import PdfReader
from test_cli import call

from synthaudit.commands.seal import Seal, write_sealed
from synthaudit.commands.verify import verify_folder
from synthaudit.evidence import digest, from_json, to_json
from synthaudit.report.numbers import shown
from synthaudit.report.page import page
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.pdf import to_pdf
from synthaudit.report.render import render_letter, render_report
from synthaudit.types import AuditReport, Engagement, Vendor

try:
    import weasyprint  # noqa: F401
except OSError as error:
    pytest.skip(f"Pango or HarfBuzz is not installed: {error}", allow_module_level=True)

HERE = Path(__file__).parent
MOST_PAGES = 10
EMPTY = 250
"""Characters of a page that holds little but its foot."""
VENDOR = Vendor(name="Example Synthetics", release="release-7.csv")
ENGAGEMENT = Engagement(dataset="Patients 2025", purpose="for the partner", auditor="The office")
OLD = {path.stem: from_json(path.read_text("utf-8")) for path in sorted((HERE / "evidence_v1").glob("*.json"))}


def named(report: AuditReport) -> AuditReport:
    """The report with names."""
    return replace(report, vendor=VENDOR, engagement=ENGAGEMENT)


def demo_reports() -> dict[str, AuditReport]:
    """The demo's three reports as they were recorded, with what every run has of its own."""
    recorded = json.loads((HERE / "golden" / "expected" / "demo.json").read_text("utf-8"))["demo"]["outputs"]
    reports = {}
    for name, kept in recorded.items():
        if "evidence" in kept:
            evidence = kept["evidence"]
            own = json.loads(to_json(PASS))["provenance"]
            evidence["provenance"] = {**own, **evidence["provenance"]}
            for finding in evidence["findings"]:
                finding["seconds"] = 0.1
            evidence.setdefault("engagement", None)
            reports[name] = named(from_json(json.dumps(evidence)))
    return reports


EXAMPLE_NAMES = ("fail", "unresolved", "no_holdout", "nothing", "hostile_text")
REPORTS = {**demo_reports(), **{name: named(EXAMPLES[name]) for name in EXAMPLE_NAMES}}


@cache
def pdf(name: str) -> bytes:
    """The report of that name, printed once for all tests."""
    return to_pdf(partial(render_report, REPORTS[name]), digest(REPORTS[name]))


def words(text: str) -> str:
    """Without what printing does to blanks and line ends."""
    return "".join(text.replace("\u00ad", "").split())


def texts(printed: bytes) -> list[str]:
    """The words of each page."""
    return [words(each.extract_text()) for each in PdfReader(io.BytesIO(printed)).pages]


def bookmarks(outline: object) -> Iterator[str]:
    """Titles of bookmarks, those within others too."""
    for item in outline if isinstance(outline, list) else []:
        if isinstance(item, list):
            yield from bookmarks(item)
        else:
            yield str(item.title)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_short_and_its_first_page_complete(name: str) -> None:
    """At most ten pages, none of them nearly empty; verdict, sentence, uses, what to do, names and hash on page 1."""
    report, pages = REPORTS[name], texts(pdf(name))
    assert len(pages) <= MOST_PAGES
    assert min(map(len, pages)) > EMPTY
    summary = page(report).summary
    uses = [] if summary.uses is None else [row[0] for row in summary.uses.rows]
    needed = [summary.word, summary.heading, summary.lead, *summary.next_steps, *summary.consequence, digest(report)]
    needed += [text if isinstance(text, str) else getattr(text, "text", "") for text in uses]
    needed += ["Example Synthetics", "release-7.csv", "Patients 2025", "for the partner", "The office"]
    first = pages[0].lower()
    assert [text for text in needed if words(shown(text)).lower() not in first] == []


@pytest.mark.parametrize("name", ["memorised", "fail"])
def test_every_page_says_what_it_belongs_to(name: str) -> None:
    """Vendor, release, hash and number at its foot; title, author, subject and date in the metadata."""
    report, printed = REPORTS[name], pdf(name)
    pages = texts(printed)
    for number, text in enumerate(pages, 1):
        assert words("Example Synthetics release-7.csv SHA-256 of evidence.json:") + digest(report) in text
        assert f"{number}/{len(pages)}" in text
    reader = PdfReader(io.BytesIO(printed))
    about = reader.metadata
    assert about is not None
    assert about.title == f"{page(report).summary.heading} · Privacy audit of Example Synthetics release-7.csv"
    assert about.author == "The office"
    assert "Purpose: for the partner." in str(about.subject)
    assert digest(report) in str(about.subject)
    assert about.creation_date_raw == about.modification_date_raw == "D:20261120094107Z"


def test_it_is_a_tagged_document_with_bookmarks() -> None:
    """PDF/UA-1 by its own word, with a language, a tree of tags, and a bookmark for every section."""
    reader = PdfReader(io.BytesIO(pdf("fail")))
    root: Any = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
    titles = list(bookmarks(reader.outline))
    assert page(REPORTS["fail"]).summary.heading in titles
    headings = {
        "How the verdict was reached",
        "Attacks",
        "The tests of the test",
        "Scope and limits",
        "Words used here",
    }
    assert headings <= set(titles)
    assert len(titles) > len(page(REPORTS["fail"]).sections)


def test_charts_are_printed() -> None:
    """Words that stand in drawings alone."""
    text = "".join(texts(pdf("memorised")))
    assert words("AUC: telling members from non-members") in text
    assert words("Non-members wrongly named") in text


def test_of_a_long_table_the_first_rows_are_printed() -> None:
    """And how many there are; the page itself has them all."""
    many = replace(FAIL, columns=tuple(replace(FAIL.columns[0], name=f"column {i:03d}") for i in range(40)))
    risks = replace(many, risks=many.risks)
    printed = "".join(texts(to_pdf(partial(render_report, risks), digest(risks))))
    assert "column039" not in printed
    assert words("Columns: in the HTML report.") in printed
    assert "column 039" in render_report(risks)
    strongest = "".join(texts(pdf("memorised")))
    assert words("The first 12 rows. All 15 rows: in the HTML report.") in strongest


@pytest.mark.parametrize("name", REPORTS)
def test_a_letter_is_one_page_with_every_hash(name: str) -> None:
    """Names, verdict, each table's hash and that of the evidence, and lines to sign on."""
    report = REPORTS[name]
    (text,) = texts(to_pdf(partial(render_letter, report), digest(report)))
    needed = [digest(report), *(table.sha256 for table in report.tables if len(table.sha256) <= 64)]
    needed += [page(report).summary.heading, "Example Synthetics", "for the partner", "Place and date", "Signature"]
    assert [part for part in needed if words(part).lower() not in text.lower()] == []


def test_a_letter_of_the_longest_names_is_one_page() -> None:
    """Every text as long as an option takes."""
    long = filled(FAIL, "Wm " * 85)
    assert len(texts(to_pdf(partial(render_letter, long), digest(long)))) == 1


@pytest.mark.parametrize("name", OLD)
def test_evidence_of_version_1_is_printed(name: str) -> None:
    """As a report with its own hash, as a letter, and as Markdown."""
    report = OLD[name]
    pages = texts(to_pdf(partial(render_report, report, "ab" * 32), "ab" * 32))
    assert len(pages) <= MOST_PAGES
    assert "ab" * 32 in pages[0]
    assert words("Made by an older release") in pages[0]
    assert len(texts(to_pdf(partial(render_letter, report, "ab" * 32), "ab" * 32))) == 1
    assert page(report).summary.heading in page_markdown(render_report(report))


def test_the_same_evidence_gives_the_same_bytes() -> None:
    """In another process, with another order of sets and another clock."""
    code = (
        "import sys; from functools import partial; from synthaudit.evidence import *;"
        "from synthaudit.report.pdf import to_pdf; from synthaudit.report.render import *;"
        "r = from_json(sys.stdin.read()); sys.stdout.buffer.write(to_pdf(partial(render_report, r), digest(r)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], input=to_json(REPORTS["nothing"]).encode(), capture_output=True, check=True
    )
    assert done.stdout == pdf("nothing")


# --- nothing is fetched, nothing acts ---------------------------------------------------------------------------


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Neither from a host nor from a file, whichever element or rule asks; what a page has within itself is shown."""
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">SECRET</text></svg>')
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def serve() -> None:
            while not came:
                try:
                    came.append(server.accept())
                except TimeoutError:
                    if printed:
                        return

        printed: list[bytes] = []
        host = threading.Thread(target=serve)
        host.start()
        for url in (f"http://127.0.0.1:{server.getsockname()[1]}/x.svg", secret.as_uri()):
            html = (
                f"<html lang=en><title>x</title><link rel=stylesheet href='{url}'><link rel=attachment href='{url}'>"
                f"<style>@import '{url}'; @font-face {{ font-family: x; src: url('{url}') }}"
                f" p {{ background: url('{url}'); font-family: x }} p::after {{ content: url('{url}') }}</style>"
                f"<p>shown<img src='{url}'><object data='{url}'></object><embed src='{url}'>"
                f"<svg><image href='{url}'/><use href='{url}'/></svg>"
            )
            within = (
                "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>IN</text></svg>\">"
            )
            document = to_pdf(partial(str, html + within), "x")
            text = "".join(texts(document))
            assert "shown" in text
            assert "IN" in text
            assert "SECRET" not in text
            assert b"/EmbeddedFile" not in document
        printed.append(document)
        host.join()
    assert came == []


def test_hostile_names_are_text_on_paper() -> None:
    """All texts at once in every field: no script, no file, no form, and no link that leaves the document."""
    report = filled(FAIL, "".join(dict.fromkeys(PAYLOADS[::3]))[:2000])
    for make in (render_report, render_letter):
        reader = PdfReader(io.BytesIO(to_pdf(partial(make, report), digest(report))))
        root: Any = reader.root_object
        assert not {"/OpenAction", "/AA", "/AcroForm"} & root.keys()
        assert not {"/JavaScript", "/EmbeddedFiles"} & root.get("/Names", {}).keys()
        links = [link.get_object() for each in reader.pages for link in each.get("/Annots", ())]
        assert all(link["/Subtype"] == "/Link" and "/A" not in link for link in links)


def test_hostile_names_are_text_at_the_foot_of_a_page() -> None:
    """What ends a string or a rule of CSS is printed, hidden characters written out."""
    text = "\"; } @page { @bottom-left { content: 'X' } } \\ </style><p>\u202e\n*/ /*"
    report = replace(PASS, vendor=Vendor(release=text))
    foot = words(r""""; } @page { @bottom-left { content: 'X' } } \ </style><p>\u202e\u000a*/ /*""")
    for each in texts(to_pdf(partial(render_report, report), digest(report))):
        assert foot + words("SHA-256 of evidence.json:") in each


# --- Markdown ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["memorised", "fail", "no_holdout"])
def test_markdown_has_every_row_of_every_table(name: str) -> None:
    """As many tables and rows as the page, its headings in their order, and no HTML."""
    html = render_report(REPORTS[name])
    blocks = MarkdownIt("commonmark").enable("table").parse(page_markdown(html))
    kinds = [block.type for block in blocks]
    assert kinds.count("table_open") == html.count("<table")
    assert kinds.count("tr_open") == html.count("<tr")
    headings = sum(html.count(f"<{tag}") for tag in ("h1", "h2", "h3", "summary")) - html.count('<h2 class="label"')
    assert kinds.count("heading_open") == headings
    assert not {kind for kind in kinds if kind.startswith("html")}


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The output of an audit, sealed."""
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    report = from_json(to_json(PASS))
    write_sealed(report, [("evidence.json", to_json(report)), ("report.html", render_report(report))], out)
    return out


@pytest.mark.parametrize(("form", "name"), [("pdf", "report.pdf"), ("letter", "letter.pdf"), ("md", "report.md")])
def test_the_command_writes_one_file_and_seals_it(folder: Path, form: str, name: str) -> None:
    """Beside the evidence and under its seal; nothing else is touched, and a changed byte of it is named."""
    before = {path: path.read_bytes() for path in folder.iterdir() if path.name != "seal.json"}
    done = call("report", folder, "--format", form)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"report: {folder / name}\n", "")
    assert {path.name for path in folder.iterdir()} == {*(path.name for path in before), name, "seal.json"}
    assert all(path.read_bytes() == content for path, content in before.items())
    seal = Seal.read(folder)
    assert isinstance(seal, Seal)
    assert seal.is_own
    assert set(seal.states(folder).values()) == {"as written"}
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    altered = [item.name for item in verify_folder(folder, {}).checked if item.is_altered]
    assert altered == [name]


def test_several_forms_are_written_at_once(folder: Path) -> None:
    """Each in its own file, once, and told in the order in which they were asked for."""
    done = call("report", folder, "--format", "md", "--format", "html", "--format", "md")
    assert done.stdout.splitlines()[-2:] == [f"report: {folder / name}" for name in ("report.md", "report.html")]
    assert (folder / "report.md").exists()


def test_without_the_extra_nothing_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command that installs it, exit code 2; Markdown needs none."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    before = sorted(path.name for path in folder.iterdir())
    for form in ("pdf", "letter"):
        done = call("report", folder, "--format", form)
        assert done.returncode == 2
        assert done.stderr == (
            "synthaudit: SA-114 report as PDF: needs weasyprint, which is not installed. "
            'pip install "synthaudit-privacy[pdf]"\n'
        )
    assert sorted(path.name for path in folder.iterdir()) == before
    assert call("report", folder, "--format", "md").returncode == 0


def test_without_the_libraries_of_the_system_it_says_which(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint's own error is of a loader, and names no package."""

    def absent(name: str) -> None:
        raise OSError("cannot load library")

    monkeypatch.setattr("synthaudit.adapters.readers.extras.import_module", absent)
    done = call("report", folder, "--format", "pdf")
    assert done.returncode == 2
    assert (
        "SA-114 report as PDF: WeasyPrint is installed, and Pango or HarfBuzz, which it calls, are not." in done.stderr
    )
    assert "libharfbuzz-subset0" in done.stderr

"""Promise: a text of others is read as text in every output, and acts in none; 300 texts in every field of a report."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tinycss2
from click.testing import CliRunner
from example_batch import named
from example_report import EXAMPLES, FAIL, UNRESOLVED
from figures import Record
from markdown_it import MarkdownIt
from payloads import PAYLOADS, filled

from synthaudit.adapters.alignment.schema_file import schema_to_toml
from synthaudit.adapters.toml import read_toml
from synthaudit.cli.main import cli
from synthaudit.cli.terminal import tell
from synthaudit.evidence import from_json, to_json
from synthaudit.files import toml_text, written_out
from synthaudit.report.escaping import css_string, markdown, spreadsheet
from synthaudit.report.exports import junit_xml, metrics_csv, summary_md
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.render import render_index, render_report
from synthaudit.types import AuditReport, Column, Coverage, Schema

REPORTS = (FAIL, UNRESOLVED)
ACTS_IN_TEXT = re.compile(
    r"[@#!~$&^*`<>\[\]{}|\\]|://|www\.|\w\.[a-z]|:\w+:|\b[0-9a-f]{7,40}\b|\b\w+-\d|(?<!\w)%\w|(?<!\S)/\w", re.IGNORECASE
)
"""What GitHub, GitLab and others look for in plain text after Markdown was read."""
FORMULA = re.compile(r"""[\s"]*[=+\-@＝＋－＠]""")


def test_a_mark_of_a_list_is_plain_where_no_list_begins() -> None:
    """At the beginning of a line it would begin one; elsewhere it is a word like others."""
    assert markdown("1. one 2. two") == "`1`. one 2. two"


def test_there_are_enough_texts() -> None:
    """At least 300 in all, and every example's fields are reached."""
    assert len(PAYLOADS) >= 300
    report = filled(FAIL, "HERE")
    assert to_json(report).count("HERE") > 150
    assert from_json(to_json(report)) == report


# --- Markdown ---------------------------------------------------------------------------------------------------


def tokens_of(text: str) -> tuple[list[str], list[str], list[str]]:
    """Kinds of a Markdown text's parts in their order, its plain text, and its code, by a real parser."""
    kinds, plain, code = [], [], []
    for block in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        kinds.append(block.type)
        for part in block.children or ():
            if part.type == "text":
                plain.append(part.content)
            elif part.type == "code_inline":
                code.append(part.content)
            else:
                kinds.append(part.type)
    return kinds, plain, code


@pytest.mark.parametrize("report", REPORTS, ids=("fail", "unresolved"))
def test_no_text_is_markdown(report: AuditReport) -> None:
    """With any text in every field the summary has the same headings, lists and table, and no link, image or HTML."""
    expected = tokens_of(summary_md(filled(report, "word")))[0]
    for payload in PAYLOADS:
        summary = summary_md(filled(report, payload))
        kinds, plain, _ = tokens_of(summary)
        assert kinds == expected, payload
        assert not [text for text in plain if ACTS_IN_TEXT.search(text)], payload
        assert all(line == written_out(line) for line in summary.split("\n")), payload


def test_every_text_can_still_be_read() -> None:
    """What is shown is the text with hidden characters, backquotes and bars written out; blanks count once."""
    for payload in PAYLOADS:
        shown = "".join(tokens_of("x " + markdown(payload))[1] + tokens_of("x " + markdown(payload))[2])
        text = written_out(payload).replace("`", "\\u0060").replace("|", "\\u007c")
        if text.strip():
            assert sorted(shown.replace(" ", "")) == sorted("x" + "".join(text.split())) or "|" in payload, payload


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cells:mean)", "`cells:mean`)"),
        ("cells:mean).", "`cells:mean`)."),
        ("cells:mean.)", "`cells:mean`.)"),
        ("f(x)", "`f(x)`"),
        ("f(g(x)));", "`f(g(x))`);"),
        ("x_(1)", "`x_(1)`"),
        ("/)", "`/`)"),
        (")))", "`)))`"),
    ],
)
def test_the_end_of_a_clause_is_none_of_the_names(text: str, written: str) -> None:
    """A bracket that was opened before the name, and the marks of a sentence, stand behind the code."""
    assert markdown(text) == written


def test_markdown_in_a_table_has_as_many_cells() -> None:
    """A row with any text in a cell has two cells."""
    for payload in PAYLOADS:
        kinds = tokens_of(f"| a | b |\n|---|---|\n| {markdown(payload)} | x |\n")[0]
        assert kinds.count("td_open") == 2, payload


@pytest.mark.parametrize("report", REPORTS, ids=("fail", "unresolved"))
def test_no_text_is_markdown_on_the_whole_page(report: AuditReport) -> None:
    """With any text in every field the page as Markdown has the headings, items and rows of the page, and no more."""
    for payloads in (PAYLOADS[::3], PAYLOADS[1::3], PAYLOADS[2::3]):
        page = render_report(filled(report, " ".join(dict.fromkeys(payloads))[:4000]))
        kinds, plain, _ = tokens_of(page_markdown(page))
        tags = [tag for tag, _ in Skeleton(page).elements]
        in_contents, in_cards = page.count("<li><a "), page.count('class="label"')
        assert kinds.count("heading_open") == sum(map(tags.count, ("h1", "h2", "h3", "summary"))) - in_cards
        assert kinds.count("list_item_open") == tags.count("li") + tags.count("dt") - in_contents
        assert kinds.count("tr_open") == tags.count("tr")
        assert kinds.count("strong_open") == tags.count("caption")
        blocks = ("paragraph", "heading", "bullet_list", "ordered_list", "list_item", "strong")
        tables = ("table", "thead", "tbody", "tr", "th", "td")
        known = {f"{name}_{end}" for name in (*blocks, *tables) for end in ("open", "close")} | {"inline"}
        assert set(kinds) <= known
        assert not [text for text in plain if ACTS_IN_TEXT.search(text)]


# --- CSS --------------------------------------------------------------------------------------------------------


def test_no_text_ends_a_string_of_css() -> None:
    """One rule with one declaration of one string, which is the text; and nothing that ends the element around it."""
    for payload in PAYLOADS:
        text = css_string(payload)
        assert not set("<>&") & set(text), payload
        (rule,) = tinycss2.parse_stylesheet(f"p {{ content: {text} }}", skip_whitespace=True)
        (declaration,) = tinycss2.parse_declaration_list(rule.content, skip_whitespace=True)
        (value,) = [token for token in declaration.value if token.type != "whitespace"]
        assert (value.type, value.value) == ("string", written_out(payload)), payload


# --- CSV --------------------------------------------------------------------------------------------------------


def cells_of(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.parametrize("report", REPORTS, ids=("fail", "unresolved"))
def test_no_text_is_a_formula(report: AuditReport) -> None:
    """No cell begins one, whichever of comma, semicolon, tab and bar the spreadsheet takes for the delimiter."""
    n_lines = len(cells_of(metrics_csv(filled(report, "word")), ","))
    for payload in PAYLOADS:
        text = metrics_csv(filled(report, payload))
        lines = cells_of(text, ",")
        assert len(lines) == n_lines == len(text.splitlines()), payload
        assert {len(line) for line in lines} == {13}, payload
        for line in lines[1:]:
            assert not [cell for cell in (*line[:4], *line[9:]) if FORMULA.match(cell)], payload
        for delimiter in ";\t|":
            parts = [part for line in cells_of(text, delimiter)[1:] for part in line[1:]]
            assert not [part for part in parts if FORMULA.match(part)], (payload, delimiter)


def test_numbers_stay_numbers() -> None:
    """Only text is marked."""
    assert [spreadsheet(cell) for cell in (-0.5, 3, None, "a-b", "x = y", "1e-3")] == [
        -0.5, 3, None, "a-b", "x = y", "1e-3",
    ]  # fmt: skip


# --- XML, JSON, TOML, terminal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS, ids=("fail", "unresolved"))
def test_every_text_is_in_xml_as_it_is_shown(report: AuditReport) -> None:
    """Well-formed, of the same elements; its attributes hold the text, what hides written out."""
    expected = [node.tag for node in ElementTree.fromstring(junit_xml(filled(report, "word"))).iter()]
    for payload in PAYLOADS:
        suite = ElementTree.fromstring(junit_xml(filled(report, payload)))
        assert [node.tag for node in suite.iter()] == expected, payload
        messages = {node.get("message") for node in suite.iter() if node.get("message")}
        assert written_out(payload) in messages, payload


def test_every_text_is_in_json_as_it_was() -> None:
    """Evidence comes back equal, or with half characters written out; it is ASCII and opens no tag."""
    for payload in PAYLOADS:
        text = to_json(filled(FAIL, payload))
        assert text.isascii()
        assert not set("<>&") & set(text)
        written = json.loads(text)["vendor"]["name"]
        whole = payload.encode("utf-8", "backslashreplace").decode()
        assert written == whole, payload
        assert from_json(text) == filled(FAIL, whole), payload


def test_every_text_is_in_toml_as_it_was(tmp_path: Path) -> None:
    """A schema is valid TOML whatever its columns are called, and its comments hold one line each."""
    for payload in PAYLOADS:
        schema = Schema(columns=(Column(name=payload, kind="text", roles=("entity",)),), entity=payload)
        (tmp_path / "c.toml").write_text(
            schema_to_toml(schema, [Coverage(test="kinds", status="ran", reason=payload)]), "utf-8"
        )
        content = read_toml(tmp_path / "c.toml") if not re.search("[\ud800-\udfff]", payload) else None
        assert content is None or content == {
            "version": 1, "data": {"entity": payload}, "columns": {payload: {"kind": "text"}},
        }, payload  # fmt: skip
    assert toml_text("\U000e0041\x7f") == '"\\U000e0041\\u007f"'


def test_no_text_acts_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """One line stays one line, of characters that are seen."""
    for payload in PAYLOADS:
        tell(f"report: {payload}")
        line = capsys.readouterr().out.removesuffix("\n")
        assert line == written_out(line), payload
        assert line == written_out(f"report: {payload}")


def test_an_error_shows_no_hidden_character() -> None:
    """A path that does not exist comes back written out, from every command that takes one."""
    for arguments in (["report"], ["policy", "show"], ["schema", "infer"], ["split", "--out", "x"]):
        for payload in ("x\x1b[31m.csv", "x\u202e.csv", "x\udcff.toml", "x\nPASS.csv"):
            done = CliRunner().invoke(cli, [*arguments, payload])
            text = str(done.exception) if done.exception else done.output
            assert not set("\x1b\u202e\udcff") & set(text), arguments
            assert "\nPASS" not in text


# --- HTML -------------------------------------------------------------------------------------------------------


class Skeleton(HTMLParser):
    """Elements with the names of their attributes, and where links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", ()))

    def handle_pi(self, data: str) -> None:
        self.elements.append(("?", ()))


def acts(report: AuditReport, payload: str, expected: set[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether a text in every field makes an element or an attribute of its own, or a link that leaves the page."""
    page = Skeleton(render_report(filled(report, payload)))
    return not (set(page.elements) <= expected and all(link.startswith("#") for link in page.links))


@pytest.mark.parametrize("report", REPORTS, ids=("fail", "unresolved"))
def test_no_text_is_html(report: AuditReport) -> None:
    """The page of all texts at once, one in each field, has no element, attribute or link that another page lacks."""
    expected = {e for shown in (report, filled(report, "word")) for e in Skeleton(render_report(shown)).elements}
    assert not acts(report, "".join(dict.fromkeys(PAYLOADS[::3])), expected)


@pytest.mark.statistics
def test_no_text_is_html_one_by_one(record_figure: Record) -> None:
    """Every text in every field, page by page."""
    expected = {e for report in EXAMPLES.values() for e in Skeleton(render_report(report)).elements}
    expected |= set(Skeleton(render_report(filled(FAIL, "word"))).elements)
    acting = [payload for payload in PAYLOADS if acts(FAIL, payload, expected)]
    record_figure("texts that act on a page", len(acting), f"0 of {len(PAYLOADS)}")
    assert acting == []


def test_no_text_is_html_in_the_index() -> None:
    """The page of a batch: names, reasons and links."""
    expected = Skeleton(render_index(named("a"))).elements
    for payload in PAYLOADS:
        page = Skeleton(render_index(named(payload.replace("\ud800", "") or "a")))
        assert page.elements == expected, payload
        assert all(re.fullmatch(r"\./[\w%/.~()'!*-]+|#\w+", link) for link in page.links), (payload, page.links)

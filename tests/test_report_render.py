"""The page: self-contained, inert whatever its text, the same bytes for the same evidence."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from example_batch import BATCH, broken, record
from example_comparison import COMPARISONS
from example_report import (
    COLUMN_BARS,
    EXAMPLES,
    EXPLANATIONS,
    FAIL,
    HOSTILE_BARS,
    HOSTILE_EXPLANATIONS,
    HOSTILE_TEXT,
    NOTHING,
    PASS,
)
from jinja2 import Environment, nodes

from synthaudit.checks.explanation import Explanations
from synthaudit.report import render_index, render_internal, render_report
from synthaudit.report.batch_figures import batch_release
from synthaudit.report.environment import environment as template_environment
from synthaudit.report.page import SECTIONS
from synthaudit.report.render import render_comparison
from synthaudit.types import AuditReport
from synthaudit.types.column_bars import ColumnBars

TEMPLATES = Path(__file__).parents[1] / "reports_templates"
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def rendered(name: str) -> str:
    """Every example is rendered once for all tests; an undefined name in a template stops it."""
    if name in COMPARISONS:
        return render_comparison(COMPARISONS[name])
    if name == "index":
        return render_index(BATCH)
    internal: dict[str, tuple[AuditReport, Explanations | None, ColumnBars | None]] = {
        "internal": (FAIL, EXPLANATIONS, COLUMN_BARS),
        "internal_hostile": (HOSTILE_TEXT, HOSTILE_EXPLANATIONS, HOSTILE_BARS),
        "internal_nothing": (NOTHING, None, None),
    }
    if name in internal:
        report, explanations, bars = internal[name]
        return render_internal(report, explanations, column_bars=bars)
    return render_report(EXAMPLES[name])


PAGES = [*EXAMPLES, "index", *COMPARISONS, "internal", "internal_hostile", "internal_nothing"]


class Reader(HTMLParser):
    """Everything that a browser would see of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.text = re.sub(r"\s+", " ", " ".join(self.words)).replace("\u00a0", " ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_the_page_can_run_or_load(name: str) -> None:
    """No script, frame, image, form, event handler, or address outside the page, whatever the text says."""
    page = Reader(rendered(name))
    assert not {"script", "iframe", "object", "embed", "img", "image", "link", "base", "form", "use"} & set(page.tags)
    assert not [value for value in page.attributes if value[1].startswith("on") or value[1] in ("src", "style")]
    links = {value for _, attribute, value in page.attributes if "href" in attribute}
    assert all(link.startswith(("#", "./") if name == "index" or name in COMPARISONS else "#") for link in links)
    assert "@import" not in rendered(name)
    assert set(re.findall(r"url\((.)", rendered(name))) <= {"#"}


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_of_the_page_forbids_scripts_and_requests(name: str) -> None:
    """The browser is told, before anything else, to run and load nothing."""
    head = rendered(name).partition("<title>")[0].replace("&#39;", "'")
    assert f'<meta http-equiv="Content-Security-Policy" content="{CSP}">' in head
    assert rendered(name).startswith('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">')


@pytest.mark.parametrize("name", ["hostile_text", "index", "compare_hostile", "internal_hostile"])
def test_hostile_text_is_shown_as_it_is_written(name: str) -> None:
    """Markup is text, template syntax is not evaluated, and characters that hide or turn text are written out."""
    page = Reader(rendered(name))
    literal = "<script>document.title='pwned'</script>{{7*7}}\"' onload=alert(1) \\u202eevil\\u200b\\u0007\\u2028"
    assert literal in page.text
    assert not set("\u202e\u200b\x07\u2028") & set(rendered(name))


def test_links_of_the_index_stay_below_it() -> None:
    """No name of a release leads out of the folder or to a script."""
    names = ("javascript:alert(1)", "//host/x", "/etc/passwd", "..\\..\\up", "a b", 'q"o')
    releases = [batch_release(PASS, name, name, "") for name in names]
    links = [value for _, attribute, value in Reader(render_index(record(*releases))).attributes if attribute == "href"]
    assert sorted(link for link in links if link != "#main") == sorted(
        f"./{link}/report.html"
        for link in ("javascript%3Aalert%281%29", "host/x", "etc/passwd", "up", "a%20b", "q%22o")
    )


def test_the_index_counts_and_names_every_release() -> None:
    """A bad release stands in the list with its message, and without a link."""
    page = Reader(render_index(record(batch_release(PASS, "good", "good.csv", ""), broken("broken"))))
    assert "0 fail, 1 error, 0 inconclusive, 1 pass" in page.text
    assert "broken SA-102 synthetic s.csv: 0 bytes. Error" in page.text
    assert [value for _, name, value in page.attributes if name == "href"] == ["#main", "./good/report.html"]


@pytest.mark.parametrize("name", ["pass", "hostile_text"])
def test_the_same_evidence_gives_the_same_bytes(name: str) -> None:
    """Rendered again in the same process, after other pages, not a byte differs."""
    rendered("fail")
    assert render_report(EXAMPLES[name]) == rendered(name)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_small(name: str) -> None:
    """Fit to be mailed: well below 300 kB, also with 50 records that explain themselves."""
    assert len(rendered(name).encode()) < (285_000 if name == "internal" else 180_000)


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_reference_has_one(name: str) -> None:
    """Anchors, labels and clip paths lead somewhere, and to one place only."""
    page = Reader(rendered(name))
    ids = Counter(value for _, attribute, value in page.attributes if attribute == "id")
    assert [value for value, n in ids.items() if n > 1] == []
    used = {value for _, attribute, value in page.attributes if attribute == "aria-labelledby"}
    used |= {value[1:] for _, attribute, value in page.attributes if attribute == "href" and value.startswith("#")}
    used |= {found for _, _, value in page.attributes for found in re.findall(r"url\(#([^)]+)\)", value)}
    assert used <= set(ids)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "index" and name not in COMPARISONS])
def test_the_contents_list_the_sections_that_are_shown_in_their_order(name: str) -> None:
    """Every section once and no other; the records follow who is at risk, in the internal edition alone."""
    contents = rendered(name).partition('aria-label="Contents"')[2].partition("</nav>")[0]
    links = re.findall(r'<li><a href="#(\w+)">', contents)
    assert links == re.findall(r'<section id="(\w+)"', rendered(name))
    assert ("records" in links) is name.startswith("internal")
    assert "records" not in links or links.index("records") == links.index("risk") + 1
    assert ("columns" in links) is (name in ("internal", "internal_hostile"))


def test_every_template_of_a_section_is_on_the_page() -> None:
    """One for each section, two for the internal edition, and none that nobody prints."""
    templates = sorted(path.stem for path in (TEMPLATES / "sections").iterdir())
    assert templates == sorted(["column_bars", "records", *(section.template for section in SECTIONS)])


@pytest.mark.parametrize("name", PAGES)
def test_every_table_and_drawing_is_described(name: str) -> None:
    """Tables have captions and scopes, drawings a name, what scrolls can be reached by keyboard."""
    page, text = Reader(rendered(name)), rendered(name)
    assert page.tags["table"] == page.tags["caption"]
    assert all("scope" in head for head in re.findall(r"<th\b[^>]*>", text))
    for svg in re.findall(r"<svg\b[^>]*>", text):
        assert 'aria-hidden="true"' in svg or ('role="img"' in svg and "aria-label" in svg)
    for region in re.findall(r'<div class="scroll"[^>]*>', text):
        assert 'role="region"' in region
        assert 'tabindex="0"' in region
        assert "aria-label" in region
    assert [page.tags[tag] for tag in ("h1", "main", "title")] == [1, 1, 1]


@pytest.mark.parametrize("name", PAGES)
def test_no_table_is_called_private_safe_or_anonymous(name: str) -> None:
    """No audit can show that, so no page says it."""
    assert re.findall(r"\b(private|safe|safely|anonym\w*|secure)\b", Reader(rendered(name)).text, re.I) == []


def test_folders_and_names_of_people_stay_out_of_the_page() -> None:
    """The command and the settings name files, never folders, which hold names of people and machines."""
    text = Reader(rendered("pass")).text
    assert "synthaudit audit --train train.csv --synthetic=v.csv --entity person" in text
    assert not {"jane", "/home", "/mnt"} & set(re.findall(r"jane|/home|/mnt", text))


def test_everything_that_the_reader_is_promised_is_there() -> None:
    """Each section of the page, in its order."""
    titles = re.findall(r"<h[12][^>]*>([^<]*)</h[12]>", rendered("fail"))
    assert titles == [
        "Fail for partner use: leakage detected, above the limit",
        "What to do now",
        "A member or not?",
        "Records clearly exposed",
        "Verbatim copies",
        "Also found",
        "What to do next",
        "What could not be tested",
        "How the verdict was reached",
        "Findings",
        "Questions to the vendor",
        "Attacks",
        "Members found against false names",
        "The most isolated people, one by one",
        "The tests of the test",
        "Copies and people",
        "Who is at risk",
        "What gives people away",
        "Values of one person",
        "Other risks",
        "What this sample could decide",
        "Epsilon and the vendor's claim",
        "What was tested, and what was not",
        "Scope and limits",
        "Crosswalk",
        "Method and reproduction",
        "Words used here",
        "Sign-off",
    ]


def test_rows_are_named_in_the_internal_edition_alone() -> None:
    """It says so on top, in its headings, its title and its foot; the shareable page names no row."""
    internal, shareable = Reader(rendered("internal")).text, Reader(rendered("fail")).text
    assert rendered("internal").count("<title>INTERNAL · ") == 1
    assert "INTERNAL · names rows of the training table · not to be handed on" in internal
    assert "INTERNAL: records that stand out" in internal
    assert "It holds no record of anyone" not in internal
    assert "Who they are is not on this page." not in internal
    assert "Train row 41 against synthetic row 7, column by column" in internal
    assert len(re.findall(r"Train row \d+ against synthetic row \d+, column", internal)) == 50
    assert not re.findall(r"[Tt]rain row|synthetic row \d", shareable)
    assert not any("INTERNAL" in rendered(name) for name in (*EXAMPLES, "index"))
    assert "Who they are is not on this page." in shareable


def test_columns_are_told_range_by_range_in_the_internal_edition_alone() -> None:
    """The least alike first, each figure beside its bar; what has no bars is named with the reason."""
    section = rendered("internal").partition('<section id="columns"')[2].partition("</section>")[0]
    text = Reader(section).text
    smokes = "smokes categorical Level Train Release never 70 % 40 % missing cells 20 % 50 % all others 10 % 10 %"
    age = "age numeric Range Train Release below 20 20 % 10 % 20 to below 40 40 % 50 % 40 to below 10,000 30 % 30 %"
    visits = "before 2010-01 50 % 50 % 2010-01 to 2015-06 25 % 25 % 2015-07 and later 25 % 25 %"
    places = [text.index(part) for part in (smokes, age, "10,000 and above, or missing 10 % 10 %", visits)]
    assert places == sorted(places)
    assert "Bars show which share of the 4,480 rows of train, and of 4,480 rows of the release, a level" in text
    sampled = render_internal(FAIL, None, column_bars=replace(COLUMN_BARS, n_release=500))
    assert "of train, and of a random sample of 500 rows of the release, a level" in Reader(sampled).text
    assert "at least 10 records of train and 10 rows of the release" in text
    assert "patient identifiers and texts are never shown" in text
    assert "deaths nearly all hold one number, or a time within one month" in text
    assert re.findall(r'<rect[^>]* width="([\d.]+)"', section)[:4] == ["100.0", "57.1", "28.6", "71.4"]
    foot = Reader(rendered("internal")).text
    assert "Of cells it shows only levels, and ranges between round numbers, that ten or more share." in foot
    assert "none of their cells is shown" in foot.lower()
    assert not any('id="columns"' in rendered(name) for name in EXAMPLES)


def test_columns_that_give_people_away_are_named() -> None:
    """Counts on both sides, the strongest first; a column that chance explains is not named."""
    text = Reader(rendered("fail")).text
    assert (
        "Exact values of “income” that occur at most once in the attacker's sample of the population (1,000 records) "
        "are reused: for 212 of 2,000 members against 3 of 2,000 non-members. The same holds for 1 more column."
    ) in text
    table = text.partition("Columns whose rare exact values the release repeats")[2].partition("What this sample")[0]
    assert table.index("income 212 of 2,000 3 of 2,000 10.4 %") < table.index("first_visit 61 of 2,000 5 of 2,000")
    assert "visits 12" not in table


def test_the_table_holds_the_numbers_of_the_chart() -> None:
    """Whoever cannot see the chart reads the same estimates and intervals."""
    text = Reader(rendered("fail")).text
    for finding in FAIL.findings:
        assert f"{finding.attack}/{finding.view}" in text
    assert "0.653 (0.633 to 0.673)" in text
    for point in FAIL.curve[:3]:
        assert f"{point.fpr * 100:.4g} %" in text


def test_templates_hold_no_way_around_escaping() -> None:
    """No filter, block, or call in any template turns text into markup, and every attribute is quoted."""
    environment: Environment = template_environment()
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        tree = environment.parse(source)
        assert not {f.name for f in tree.find_all(nodes.Filter)} & {"safe", "tojson", "xmlattr", "urlize"}, path
        assert list(tree.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe))) == [], path
        assert re.findall(r"\s[\w:.-]+\s*=\s*\{\{", re.sub(r"\{%.*?%\}", "", source)) == [], path


def test_pass_and_its_words() -> None:
    """A pass says what it tolerates and what it ruled out, in people."""
    text = Reader(rendered("pass")).text
    assert "Pass for partner use: no leakage detected above the limit" in text
    assert "Of 1,000 people who were not in the data, 10 are wrongly named. Of 1,000 who were, 17 are found" in text
    bound = "What is held against the limit holds for every attack at once: at most 21 found (95 %); the limit is 50."
    assert bound in text.replace("\u00a0", " ")
    assert PASS.policy.source in text

"""Promise: the edition for vendors says what to mend and holds no figure that a next release could be tuned to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from example_report import EXAMPLES, FAIL, GROUPS, PASS, estimate, findings, risk, risks, subgroup
from judged_reports import every
from payloads import PAYLOADS, filled
from test_cli import call
from test_report_escaping import ACTS_IN_TEXT, tokens_of

from synthaudit.commands.audit import OUTPUTS
from synthaudit.commands.report import EDITIONS, FORMS, report_again
from synthaudit.commands.seal import Seal, write_sealed
from synthaudit.errors import InputError
from synthaudit.evidence import digest, from_json, to_json
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.render import render_vendor
from synthaudit.types import AuditReport


class Text(HTMLParser):
    """The words of a page, and all that is in its attributes but names and colours of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipped = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "svg"):
            self._skipped = tag
        if tag == "meta":
            given = dict(attrs)
            if given.get("name") not in ("viewport", "color-scheme") and "http-equiv" not in given:
                self.texts.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        self._skipped = "" if tag == self._skipped else self._skipped

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.texts.append(data)


FIXED = (
    "at 1 false name in 100",  # A limit's name.
    "SHA-256",
)
"""What has digits in every such page."""


def without_names(text: str, report: AuditReport) -> str:
    """The text without the day, without what others chose, and without what every such page has."""
    created = report.provenance.created_utc
    day, _, time = created.partition("T")
    names = [created, f"{day} {time[:5]}", f"`{day}` `{time[:5]}`", report.policy.source, report.policy.name]
    names += [report.vendor.name, report.vendor.release, *(column.name for column in report.columns)]
    names += [table.sha256 for table in report.tables if table.role == "synthetic"]
    names += [line.test for line in report.coverage]
    text = text.casefold()
    for name in (*filter(None, names), *FIXED):
        text = text.replace(name.casefold(), " ")
    return text


def numbers(report: AuditReport) -> list[str]:
    """Every number of the page that is no part of a name, of the day, or of the release's own hash."""
    return re.findall(r"\d[\d.,]*", without_names(" ".join(Text(render_vendor(report)).texts), report))


def test_no_page_has_a_figure() -> None:
    """Of every judged report, and of every example: not one number is left, whatever was measured."""
    for name, report in (*every(), *EXAMPLES.items()):
        if name != "hostile_text":
            assert numbers(report) == [], name


def figures(report: AuditReport) -> Iterator[str]:
    """Figures of a report as the shareable page or the evidence may write them, canaries by their many digits."""
    for key, value in leaves(json.loads(json.dumps(asdict(report), default=str))):
        if isinstance(value, float) and key not in ("confidence_level", "alpha", "power", "size", "share"):
            yield f"{value:.4f}"
            yield f"{100 * value:.2f}"
        elif isinstance(value, int) and not isinstance(value, bool) and value > 9:
            yield f"{value:,}"


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


@pytest.mark.parametrize("form", ["html", "md"])
def test_no_figure_of_the_evidence_is_in_it(form: str) -> None:
    """Neither a bound, nor an estimate, nor a count, nor any hash but the release's; looked for as bytes."""
    for name, report in every():
        page = render_vendor(report)
        text = page_markdown(page) if form == "md" else page.partition("</style>")[2]
        assert digest(report) not in text, name
        assert not any(table.sha256 in text for table in report.tables if table.role != "synthetic"), name
        text = without_names(re.sub(r"<svg.*?</svg>|</?h\d", "", text, flags=re.DOTALL), report)
        written = [figure for figure in set(figures(report)) if re.search(rf"(?<!\d){re.escape(figure)}(?!\d)", text)]
        assert written == [], name


def moved(report: AuditReport, by: float) -> AuditReport:
    """The report with every estimate, p-value and count a little elsewhere, on the same side of every limit."""
    copies, exposure = report.copies, report.exposure
    assert exposure is not None
    assert copies.single is not None
    gates = tuple(
        replace(
            gate,
            value=None if gate.value is None else gate.value + by,
            lower_bound=None if gate.lower_bound is None else gate.lower_bound + by / 10,
            upper_bound=None if gate.upper_bound is None else gate.upper_bound - by / 10,
        )
        for gate in report.uses[0].gates
    )
    return replace(
        report,
        findings=findings(0.15 + by),
        reasons=(f"The linkage attack finds {84 + round(by * 1000)} of 1,000 members.",),
        worst=None if report.worst is None else replace(report.worst, auc=estimate(0.641 + by)),
        uses=(replace(report.uses[0], gates=gates), *report.uses[1:]),
        copies=replace(copies, train=copies.train + 1, single=replace(copies.single, train=copies.train + 1)),
        exposure=replace(exposure, n_exposed=exposure.n_exposed + 1),
        subgroups=(*GROUPS, subgroup("plan", "A", 0.7, 0.0002))
        if by
        else (*GROUPS, subgroup("plan", "B", 0.66, 0.0003)),
        curve=(),
    )


def test_figures_within_a_band_give_the_same_bytes() -> None:
    """Whoever hands in a release again learns nothing of a change that crosses no limit; not even which group it is."""
    first, second = moved(FAIL, 0.0), moved(FAIL, 0.004)
    assert to_json(first) != to_json(second)
    assert render_vendor(first) == render_vendor(second)


def test_the_order_within_a_band_tells_nothing() -> None:
    """Of two attributes that are guessed too well nobody sees which one is guessed better."""

    def with_secrets(age: float, income: float) -> AuditReport:
        pair = (("income", income), ("age", age))
        return replace(
            FAIL, risks=risks(*(risk("attribute_inference", name, by, 0.0, pvalue=1e-9) for name, by in pair))
        )

    assert render_vendor(with_secrets(0.2, 0.25)) == render_vendor(with_secrets(0.25, 0.2))


def test_other_uses_are_not_told() -> None:
    """Outcomes under three policies would say between which limits a figure lies."""
    text = " ".join(Text(render_vendor(PASS)).texts)
    assert "Pass for partner use" in text
    for use in ("Internal team", "Open to the public", "Partner under contract"):
        assert use not in text
    other = replace(PASS, uses=(PASS.uses[0], *(replace(use, outcome="fail") for use in PASS.uses[1:])))
    assert render_vendor(other) == render_vendor(PASS)


def test_it_says_what_to_mend() -> None:
    """Heading, bands, kinds with their columns, what helps, and the questions without their answers."""
    text = " ".join(" ".join(Text(render_vendor(FAIL)).texts).split())
    for part in (
        "Fail for partner use: leakage detected, above the limit",
        "Members copied verbatim beyond chance far above the limit",
        "Telling members from non-members above the limit",
        "An attribute is guessed too well: “income” attribute:income above the limit",
        "Make these values up anew from a list, or leave the column out.",
        "How do rows of the training table come into the release word for word?",
    ):
        assert part in text, part
    assert "A good answer" not in text


def test_no_level_of_a_column_is_in_it() -> None:
    """A group is named by its column: a level is a cell, and the vendor learns of none which people share it."""
    report = replace(FAIL, subgroups=(subgroup("plan", "LEVEL-7Q", 0.7, 0.0002),))
    assert "group:plan" in render_vendor(report)
    assert "LEVEL-7Q" not in render_vendor(report)


def test_hostile_names_are_text_in_it() -> None:
    """With any text in every field: no element that the same page has not without it, and no request."""
    expected = re.findall(r"<(\w+)", render_vendor(filled(FAIL, "word")))
    for payloads in (PAYLOADS[::3], PAYLOADS[1::3], PAYLOADS[2::3]):
        page = render_vendor(filled(FAIL, " ".join(dict.fromkeys(payloads))[:4000]))
        assert re.findall(r"<(\w+)", page) == expected


def test_hostile_names_are_text_in_its_markdown() -> None:
    """The same parts in the same order as with a plain word in every field, and nothing that acts in plain text."""
    expected = tokens_of(page_markdown(render_vendor(filled(FAIL, "word"))))[0]
    for payloads in (PAYLOADS[::3], PAYLOADS[1::3], PAYLOADS[2::3]):
        page = render_vendor(filled(FAIL, " ".join(dict.fromkeys(payloads))[:4000]))
        kinds, plain, _ = tokens_of(page_markdown(page))
        assert [kind for kind in kinds if kind != "softbreak"] == [kind for kind in expected if kind != "softbreak"]
        assert not [text for text in plain if ACTS_IN_TEXT.search(text)]


# --- the command ----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The output of an audit, sealed."""
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    report = from_json(to_json(FAIL))
    write_sealed(report, [("evidence.json", to_json(report))], out)
    return out


def test_the_command_writes_it_beside_the_report_and_seals_it(folder: Path) -> None:
    """In files of their own, by edition and by whether an earlier audit was named; verify knows all of them."""
    done = call("report", folder, "--edition", "vendor", "--format", "html", "--format", "md")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join(f"report: {folder / f'report.vendor.{form}'}\n" for form in ("html", "md"))
    assert (folder / "report.vendor.html").read_text("utf-8") == render_vendor(from_json(to_json(FAIL)))
    assert report_again(folder, "md", previous=folder)[0] == folder / "report.changes.md"
    assert "| open |" in (folder / "report.changes.md").read_text("utf-8")
    assert report_again(folder, "html", "vendor", folder)[0] == folder / "report.vendor.changes.html"
    seal = Seal.read(folder)
    assert isinstance(seal, Seal)
    written = {
        "evidence.json",
        "report.vendor.html",
        "report.vendor.md",
        "report.changes.md",
        "report.vendor.changes.html",
    }
    assert set(seal.states(folder)) == written
    assert set(seal.states(folder).values()) == {"as written"}


def test_every_file_that_report_can_write_is_set_aside_by_the_next_audit() -> None:
    """An older page must not be taken for one of the new release."""
    marks = [
        ".".join(filter(None, marks)) for marks in (("", ""), ("vendor", ""), ("", "changes"), ("vendor", "changes"))
    ]
    names = {f"report.{mark}.{form}".replace("..", ".") for mark in marks for form in FORMS if form != "letter"}
    assert names | {"letter.pdf"} <= set(OUTPUTS)
    assert EDITIONS == ("shareable", "vendor")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("vendor", None),
            "SA-407 option --format: a letter holds the figure that decided, which the edition for the vendor leaves"
            " out. Ask for html, pdf or md.",
        ),
        (
            ("shareable", "previous"),
            "SA-407 option --format: a letter names no findings, so nothing in it could be fixed or new. Ask for html,"
            " pdf or md.",
        ),
    ],
)
def test_a_letter_is_refused_where_it_would_say_too_much_or_nothing(
    folder: Path, options: tuple[str, str | None], message: str
) -> None:
    """And nothing is written."""
    before = sorted(folder.iterdir())
    edition, previous = options
    with pytest.raises(InputError) as refused:
        report_again(folder, "letter", edition, None if previous is None else folder)
    assert str(refused.value) == message
    assert sorted(folder.iterdir()) == before


def test_an_earlier_audit_that_nobody_sealed_is_told(folder: Path, tmp_path: Path) -> None:
    """Whoever hands in the earlier evidence could have written findings into it, or out of it."""
    (tmp_path / "earlier.json").write_text(to_json(FAIL), "utf-8")
    assert report_again(folder, "md", previous=folder)[1] == ""
    assert report_again(folder, "md", previous=tmp_path / "earlier.json")[1] == (
        "of the earlier audit: no seal.json stands beside the evidence, so nobody can tell whether it is as an audit"
        " wrote it"
    )


def test_an_audit_of_another_table_is_refused_by_the_command(folder: Path, tmp_path: Path) -> None:
    """With its code and without a traceback; nothing is written."""
    hashes = {**FAIL.provenance.sha256, "train": "ee" * 32}
    other = replace(FAIL, provenance=replace(FAIL.provenance, sha256=hashes))
    (tmp_path / "other.json").write_text(to_json(other), "utf-8")
    before = sorted(folder.iterdir())
    done = call("report", folder, "--previous", tmp_path / "other.json")
    assert done.returncode == 2
    assert done.stderr.startswith("synthaudit: SA-406 option --previous: it was made of another training table.")
    assert sorted(folder.iterdir()) == before

"""Every report says one thing in one way: page, terminal, summary and JUnit of evidence of every kind, rule by rule."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree

import pytest
from judged_reports import POLICIES, PROFILES, every

from synthaudit.cli.verdict import print_verdict
from synthaudit.report import render_report
from synthaudit.report.exports import junit_xml, summary_md
from synthaudit.report.names import one_line
from synthaudit.types import AuditReport, Estimate, Gate

WORDS = {"pass": "Pass", "fail": "Fail", "inconclusive": "Inconclusive"}
STANDS = {"pass": "within the limit", "fail": "above the limit", "inconclusive": "not decided"}
STANDS_OF = {
    "positive_control": {"pass": "yes", "inconclusive": "not shown"},
    "top": {"pass": "no sign of it", "inconclusive": "not ruled out"},
    "coverage": {"pass": "nothing", "inconclusive": "yes"},
}
ADVICE = re.compile(
    r"would be enough|chances in five|would have given|give an 80 % chance|are needed|takes [\d,]+ people|Mend first"
    r"|More people|Bring a holdout|not blocked|ruled out by this|rules out a pass"
)
JARGON = re.compile(r"\b(AUC|TPR|FPR|ROC|DeLong|p-value|quantile|L1|L2)\b|\bp\s?[<=]")
MACHINE = re.compile(r"\b(?!evidence\.json)\w+_\w+\b|\w/\w+:\w|[{}`]")


class _Page(HTMLParser):
    """The words of a page: of its first screen, of what stands before the sections, and of each table, row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.first_screen: list[str] = []
        self.before_sections: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.cards: list[list[str]] = []
        self.dots: list[str] = []
        self.headings: list[str] = []
        self._open: list[tuple[str, Mapping[str, str]]] = []
        self._name = ""
        self._in_first = self._in_verdict = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            return
        self._open.append((tag, given))
        if "verdict" in given.get("class", "").split():
            self._in_first = self._in_verdict = True
        if "consequence" in given.get("class", "").split():
            self._in_first = False
        if tag == "nav":
            self._in_verdict = False
        if tag == "table":
            self._rows: list[list[str]] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "span" and "id" in given:
            self.tables[given["id"]] = self._rows
        elif tag == "li" and any("cards" in a.get("class", "").split() for _, a in self._open):
            self.cards.append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A shape of an icon or a chart, which holds no word."""

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text, tags = re.sub(r"\s+", " ", data), [tag for tag, _ in self._open]
        if not text.strip() or "style" in tags or "title" in tags:
            return
        if self._in_first:
            self.first_screen.append(text)
        if self._in_verdict:
            self.before_sections.append(text)
        if "h1" in tags:
            self.headings.append(text)
        if "figcaption" in tags and any("dots" in a.get("id", "") for _, a in self._open):
            self.dots.append(text)
        if {"td", "th"} & set(tags):
            self._rows[-1][-1] += text
        if any("cards" in a.get("class", "").split() for _, a in self._open) and "li" in tags:
            self.cards[-1].append(text)


@dataclass(frozen=True)
class Told:
    """One report with all that is printed of it."""

    report: AuditReport
    page: str
    terminal: str
    summary: str
    junit: str
    parts: _Page = field(compare=False)

    @property
    def gates(self) -> Mapping[str, Gate]:
        use = next(use for use in self.report.uses if use.use == self.report.policy.name)
        return {gate.name: gate for gate in use.gates}

    @property
    def limits(self) -> list[list[str]]:
        return [[cell.strip().replace("\u00a0", " ") for cell in row] for row in self.parts.tables["limits-table"][1:]]

    @property
    def first_screen(self) -> str:
        return _joined(self.parts.first_screen)

    @property
    def before_sections(self) -> str:
        return _joined(self.parts.before_sections)

    def broken(self, **outputs: str) -> "Told":
        """The same with outputs that somebody broke by hand."""
        texts = {"page": self.page, "terminal": self.terminal, "summary": self.summary, "junit": self.junit, **outputs}
        return Told(report=self.report, parts=_Page(texts["page"]), **texts)


def _joined(texts: list[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(texts)).replace("\u00a0", " ")


@cache
def told() -> Mapping[str, Told]:
    """Everything that is printed of every report, once for all rules."""
    return {name: _told(report) for name, report in every()}


def _told(report: AuditReport) -> Told:
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("synthaudit.cli.verdict.tell", lines.append)
        patched.setattr("click.echo", lines.append)
        # Charts have tests of their own, and take most of the time.
        patched.setattr("synthaudit.report.charts.drawn", lambda spec: "<svg/>")
        print_verdict(report, no_color=True)
        page = render_report(report)
    return Told(report, page, "\n".join(lines), summary_md(report), junit_xml(report), _Page(page))


# --- the rules: each gives what it objects to -------------------------------------------------------------

Rule = Callable[[Told], Iterator[str]]


def one_word_for_the_outcome(it: Told) -> Iterator[str]:
    """Heading, terminal, summary, badges and the table of uses have the outcome's own word."""
    word = WORDS[it.report.outcome]
    starts = {"page": it.parts.headings[0], "summary": it.summary.removeprefix("# "), "terminal": it.terminal}
    for where, text in starts.items():
        if not text.casefold().startswith(f"{word} ".casefold()):
            yield f"{where} does not begin with {word}: {text[:40]}"
    uses = {row[0].strip(): row[1].strip() for row in it.parts.tables["uses"][1:]}
    for use in it.report.uses:
        label = {"internal": "Internal team", "partner": "Partner under contract", "public": "Open to the public"}
        expected = (
            use.outcome + (": audited copy" if use.outcome == "pass" and it.report.delivered.beyond else "")
            if (it.report.delivered)
            else use.outcome
        )
        cell = next((told for name, told in uses.items() if name.startswith(label[use.use])), "")
        if cell != expected:
            yield f"{use.use} is {cell} and not {expected}"
        if f"{label[use.use]} {expected}" not in it.first_screen:
            yield f"no badge says {label[use.use]} {expected}"


def every_state_has_its_word(it: Told) -> Iterator[str]:
    """Each gate of the limits table; where there is no limit nothing is within it."""
    for gate, row in zip(it.gates.values(), it.limits, strict=True):
        word = STANDS_OF.get(gate.name, STANDS)[gate.outcome]
        if gate.name == "exposed" and it.report.policy.exposed_allowed and gate.outcome == "pass":
            word = "reported, no limit"
        if gate.reason.startswith("Not covered: "):
            word = "a test is missing"
        if row[1] != word:
            yield f"{gate.name} stands as {row[1]} and not {word}"
    if re.search(r"[Rr]equired tests ran|Limit: none|Worst attack", it.page):
        yield "a label that says less than its gate"


def every_gate_has_its_sentence(it: Told) -> Iterator[str]:
    """The same in the limits table and in JUnit, where what does not pass is no success; counts add up."""
    cases = {case.get("name"): case for case in ElementTree.fromstring(it.junit).findall("testcase")}
    for gate, row in zip(it.gates.values(), it.limits, strict=True):
        kind = {"pass": None, "fail": "failure", "inconclusive": "error"}[gate.outcome]
        marks = list(cases[gate.name])
        if not row[6].strip():
            yield f"{gate.name} has no sentence"
        if [mark.tag for mark in marks] != ([kind] if kind else []):
            yield f"{gate.name} is no {kind} of JUnit"
        if marks and (marks[0].get("message") or "").rstrip(".") != row[6].rstrip("."):
            yield f"{gate.name} is told in two ways: {marks[0].get('message')} / {row[6]}"
    suite = ElementTree.fromstring(it.junit)
    for count, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if suite.get(count) != str(len(suite.findall(f"testcase/{kind}"))):
            yield f"JUnit counts {suite.get(count)} {count}"


def the_gravest_fact_leads(it: Told) -> Iterator[str]:
    """Of a fail: by how many times its limit a gate surely is; page, terminal and summary begin with one sentence."""
    rows = dict(zip(it.gates, it.limits, strict=True))
    fails = {name: _times(it, gate) for name, gate in it.gates.items() if gate.outcome == "fail"}
    if fails:
        lead = rows[max(fails, key=lambda name: fails[name])][6]
        if not it.first_screen.replace(it.parts.headings[0], "").strip().startswith(lead):
            yield f"the page does not lead with: {lead}"
        if next(line for line in map(str.strip, it.terminal.splitlines()[1:]) if line != one_line(it.report)) != lead:
            yield f"the terminal does not lead with: {lead}"
        if lead not in _plain(it.summary):
            yield f"the summary lacks: {lead}"


def _times(it: Told, gate: Gate) -> float:
    if gate.name == "exposed":
        assert it.report.exposure is not None
        return it.report.exposure.n_exposed / it.report.exposure.n_members / it.report.policy.tpr_at_fpr
    if gate.lower_bound is None or gate.limit is None:
        return float("inf")
    guessing = 0.5 if gate.name == "auc" else 0.0
    return (gate.lower_bound - guessing) / (gate.limit - guessing)


def no_advice_without_cause(it: Told) -> Iterator[str]:
    """A fail and a pass ask for nothing that would decide; what is undecided does."""
    where = {
        "page": it.before_sections,
        "limits": " ".join(row[6] for row in it.limits),
        "coverage": " ".join(" ".join(row) for row in it.parts.tables.get("coverage-table", [])),
        "terminal": it.terminal,
        "summary": it.summary,
        "JUnit": it.junit,
    }
    if it.report.outcome != "inconclusive":
        decided = {name: text for name, text in where.items() if it.report.outcome == "fail" or name == "page"}
        for name, text in decided.items():
            for use in it.parts.tables["uses"][1:]:
                text = text.replace(_joined([use[2]]), "")
            if (found := ADVICE.search(text)) is not None:
                yield f"{name} advises in a {it.report.outcome}: {found[0]}"
    elif "Treat the release as not passed" not in it.first_screen:
        yield "nobody says that inconclusive is not passed"
    if it.report.outcome == "fail" and re.search(r"planted|Would a leak be seen", it.before_sections):
        yield "a planted leak is no matter of a fail"


def each_figure_has_one_value(it: Told) -> Iterator[str]:
    """Members found, right guesses, copies and people exposed: wherever a quantity is told, it has the same value."""
    texts = [it.before_sections, " ".join(row[6] for row in it.limits), it.terminal, _plain(it.summary), it.junit]
    quantities = {
        "members found, estimate": r"Of 1,000 (?:who|that) were, ([\d,]+) are found",
        "members found, drawn": r"In the data: ([\d,]+) of 1,000",
        "members found, at least": r"[Aa]t least ([\d,]+) of 1,000 members can be found",
        "members found, at most": r"No attack finds more than ([\d,]+) of 1,000 members",
        "right guesses, at least": r"told from non-members in at least ([\d,]+) of 100 tries",
        "right guesses, at most": r"tells members from non-members in more than ([\d,]+) of 100 tries",
        "right guesses, estimate": r"A member or not\? ([\d,]+) of 100",
        "people exposed": r"([\d,]+) (?:of [\d,]+ people are clearly exposed|of [\d,]+ members can be named)",
        "members copied": r"([\d,]+) of [\d,]+ members (?:and [\d,]+ of [\d,]+ non-members )?(?:occur verbatim|are in)",
    }
    values = {
        name: set(re.findall(pattern, "\n".join(texts).replace("&#39;", "'"))) for name, pattern in quantities.items()
    }
    for name, all_values in values.items():
        if len(all_values) > 1:
            yield f"{name} has {len(all_values)} values: {sorted(all_values)}"
    for row in it.limits:
        for bound, cell in (
            (r"excess of at least ([\d.]+ %)", row[4]),
            (r"excess (?:of at most|may be as high as) ([\d.]+ %)", row[5]),
        ):
            if (said := re.search(bound, row[6])) is not None and said[1] != cell:
                yield f"{row[0]} is {cell} in its column and {said[1]} in its sentence"
    worst = it.report.worst
    if values["members found, estimate"] and worst is not None and isinstance(worst.tpr_at_fpr, Estimate):
        most, cells = worst.tpr_at_fpr.value, it.report.cells
        if "by the search of rare pieces of cells" in it.first_screen and cells is not None:
            assert isinstance(cells.tpr_at_fpr, Estimate)
            most = cells.tpr_at_fpr.value
        expected = {str(round(most * 1000))}
        if not values["members found, estimate"] == values["members found, drawn"] == expected:
            yield f"the figure of the first pages is not {expected}"
        bridge = re.findall(r"for every attack at once: (?:at (?:least|most) )?([\d,]+)", it.before_sections)
        gate = it.gates["tpr_at_fpr"]
        told_bound = values[f"members found, at {'least' if gate.outcome == 'fail' else 'most'}"]
        if gate.outcome != "inconclusive" and told_bound and set(bridge) != told_bound:
            yield f"the bound is {bridge} in one place and {told_bound} in another"


def the_estimate_keeps_to_the_bound(it: Told) -> Iterator[str]:
    """Whom the audit finds is no fewer than it says are surely found, and nothing rests on what did not decide."""
    estimate = re.search(r"Of 1,000 (?:who|that) were, ([\d,]+) are found", it.before_sections)
    least = re.search(r"for every attack at once: at least ([\d,]+) found", it.before_sections)
    if estimate and least and _number(estimate[1]) < _number(least[1]):
        yield f"{estimate[1]} are found, and surely {least[1]}"
    if "The verdict rests on" in it.before_sections:
        yield "the verdict rests on one figure"


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def one_name_for_one_thing(it: Told) -> Iterator[str]:
    """The rate of false names is said in one way, and a control has the name that its own table gives it."""
    for where, text in (("page", it.page), ("summary", it.summary), ("terminal", it.terminal)):
        if other := re.search(
            r"false names in 1,000|A/A control|[Nn]ull control|[Bb]lind baseline|tand-in control", text
        ):
            yield f"{where} says {other[0]}"


def no_column_is_empty(it: Told) -> Iterator[str]:
    """Of every table of two rows and more, but for the limits, where a dash says that there is no bound."""
    for name, (head, *rows) in it.parts.tables.items():
        for title, *cells in zip(head, *rows, strict=True) if name != "limits-table" and len(rows) > 1 else ():
            if not "".join(cells).strip(" –-\u00a0"):
                yield f"{title} of {name} is empty"


def no_quote_of_a_program(it: Told) -> Iterator[str]:
    """No backtick anywhere on the page."""
    if "`" in it.page:
        yield "a backtick: " + it.page[it.page.index("`") - 40 :][:80]


def void_figures_are_not_told(it: Told) -> Iterator[str]:
    """Where members and non-members cannot be compared: no estimate, no dots, no card, no measure; a warning."""
    controls = it.report.controls
    all_four = (controls.a_a, controls.null, controls.blind_baseline, controls.stand_in) if controls else ()
    failed = "failed" in {control.status for control in all_four if control}
    seen = it.report.copies.strangers is not None
    if not failed and not seen:
        return
    if it.parts.dots or re.search(r"are found \(95", it.before_sections):
        yield "an estimate of members found"
    for card in it.parts.cards:
        if card[0] in ("A member or not?", "People clearly exposed", "Records clearly exposed") and re.search(
            r"\d", " ".join(card[1:])
        ):
            yield f"a figure on the card {card[0]}"
    for gate, row in zip(it.gates.values(), it.limits, strict=True):
        if gate.name in ("auc", "tpr_at_fpr", "exposed") and row[3:6] != ["–"] * 3:
            yield f"{gate.name} is measured as {row[3:6]}"
    if "cannot be relied on" not in it.page:
        yield "no warning above the figures"
    if re.search(r'class="status pill (?:good|bad)">.{0,600}?(?:within the limits|above a limit)', it.page, re.DOTALL):
        yield "an attack stands within or above a limit"


def a_refuted_claim_is_missed_nowhere(it: Told) -> Iterator[str]:
    """First screen, terminal, summary, and an error of JUnit."""
    claim = it.report.claim
    if claim is None or claim.stands != "refuted":
        return
    said = f"The vendor's claim of epsilon {claim.epsilon:g} is refuted: {claim.reason}."
    for where, text in (("first screen", it.first_screen), ("terminal", it.terminal), ("summary", _plain(it.summary))):
        if said not in text:
            yield f"{where} is silent of the claim"
    error = ElementTree.fromstring(it.junit).find("testcase[@name='vendor_claim']/error")
    if error is None or error.get("message") != said:
        yield "JUnit is silent of the claim"


def the_first_screen_is_short_and_plain(it: Told) -> Iterator[str]:
    """At most 120 words, no metric's name; before the sections no name of a program, no JSON and no backtick."""
    if (n := len(it.first_screen.split())) > 120:
        yield f"{n} words on the first screen"
    if (found := JARGON.search(it.first_screen)) is not None:
        yield f"{found[0]} on the first screen"
    if (found := MACHINE.search(it.before_sections)) is not None:
        yield f"{found[0]} where everybody reads"


def the_page_stands_alone(it: Told) -> Iterator[str]:
    """No request, no script, at most 300 KB."""
    if len(it.page.encode()) > 300_000:
        yield f"{len(it.page.encode())} bytes"
    if re.search(r"https?://(?!www\.w3\.org)|<script|src=|@import|url\((?!#)", it.page):
        yield "something to be loaded"


def _plain(markdown: str) -> str:
    """Without the code spans in which Markdown shows names."""
    return markdown.replace("`", "")


RULES: tuple[Rule, ...] = (
    one_word_for_the_outcome,
    every_state_has_its_word,
    every_gate_has_its_sentence,
    the_gravest_fact_leads,
    no_advice_without_cause,
    each_figure_has_one_value,
    the_estimate_keeps_to_the_bound,
    one_name_for_one_thing,
    no_column_is_empty,
    no_quote_of_a_program,
    void_figures_are_not_told,
    a_refuted_claim_is_missed_nowhere,
    the_first_screen_is_short_and_plain,
    the_page_stands_alone,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_report_keeps_the_rule(rule: Rule) -> None:
    """Every outcome under every policy in every profile."""
    objections = [f"{name}: {objection}" for name, it in told().items() for objection in rule(it)]
    assert objections == []


def test_the_reports_are_of_every_kind() -> None:
    """At least forty: every outcome under every policy and in every profile; people and rows; with and without a
    holdout; several releases; a release larger than memory; figures that hold and that do not.
    """
    reports = [it.report for it in told().values()]
    assert len(reports) >= 40
    assert {(r.outcome, r.policy.name) for r in reports} == set(product(WORDS, POLICIES))
    assert {(r.outcome, r.profile) for r in reports} == set(product(WORDS, PROFILES))
    assert {r.unit for r in reports} == {"row", "entity"}
    assert {bool(r.findings) for r in reports} == {bool(r.releases) for r in reports} == {True, False}
    assert {r.leakage_detected for r in reports} == {True, False, None}
    assert any("drawn at random; all others read" in r.uses[0].deciding for r in reports)


def _swap(name: str, output: str, old: str, new: str) -> Callable[[], Told]:
    def broken() -> Told:
        it = told()[name]
        text = getattr(it, output)
        assert old in text, (name, output, old)
        return it.broken(**{output: text.replace(old, new)})

    return broken


FAILING, PASSING, OPEN = "near copies of everybody, partner", "a small leak, internal", "too few people, partner"
VOID, CLAIM = "two populations, partner", "a claim refuted beside a fail, partner"
LEAD = "At least 950 of 1,000 members can be found"
BROKEN: tuple[tuple[Rule, Callable[[], Told]], ...] = (
    (one_word_for_the_outcome, _swap(PASSING, "page", "Pass for internal use", "Leakage detected")),
    (one_word_for_the_outcome, _swap(FAILING, "terminal", "FAIL", "NOT ALLOWED")),
    (one_word_for_the_outcome, _swap(FAILING, "page", "<span>fail</span>", "<span>not allowed</span>")),
    (every_state_has_its_word, _swap(OPEN, "page", "<span>not decided</span>", "<span>within the limit</span>")),
    (every_state_has_its_word, _swap(PASSING, "page", "reported, no limit</span>", "within the limit</span>")),
    (every_state_has_its_word, _swap("a gap, partner", "page", "a test is missing", "yes")),
    (every_state_has_its_word, _swap("cells, partner", "page", "Anything else against a pass", "Required tests ran")),
    (every_gate_has_its_sentence, _swap(FAILING, "junit", 'failures="4"', 'failures="3"')),
    (every_gate_has_its_sentence, _swap(OPEN, "junit", "<error", "<note")),
    (every_gate_has_its_sentence, _swap(FAILING, "junit", LEAD, "At least 949 of 1,000 members can be found")),
    (the_gravest_fact_leads, _swap(FAILING, "page", f"<p>{LEAD}", "<p>52 of 2,000 occur. At")),
    (the_gravest_fact_leads, _swap(FAILING, "terminal", f"  {LEAD}", "  52 of 2,000 members occur\n  At")),
    (
        no_advice_without_cause,
        _swap(FAILING, "page", "What to do now", "598 members would be enough"),
    ),
    (no_advice_without_cause, _swap(FAILING, "terminal", LEAD, f"4,321 give four chances in five. {LEAD}")),
    (no_advice_without_cause, _swap(OPEN, "page", "Treat the release as not passed", "Look at the release")),
    (no_advice_without_cause, _swap(FAILING, "page", "A member or not?", "Would a leak be seen?")),
    (each_figure_has_one_value, _swap(FAILING, "page", "980 are found", "31 are found")),
    (each_figure_has_one_value, _swap(FAILING, "terminal", LEAD, "At least 927 of 1,000 members can be found")),
    (each_figure_has_one_value, _swap(FAILING, "summary", "1,900 of 2,000 people", "912 of 2,000 people")),
    (each_figure_has_one_value, _swap(PASSING, "page", "at once: at most 22", "at once: at most 21")),
    (each_figure_has_one_value, _swap(FAILING, "page", "an excess of at least 1.40", "an excess of at least 0.80")),
    (the_estimate_keeps_to_the_bound, _swap(FAILING, "page", "980 are found", "31 are found")),
    (
        the_estimate_keeps_to_the_bound,
        _swap(FAILING, "page", "What is held against the limit", "The verdict rests on what"),
    ),
    (one_name_for_one_thing, _swap(FAILING, "page", "at 1 false name in 100", "at 10 false names in 1,000")),
    (no_column_is_empty, _swap(PASSING, "page", "10 of 10", "–")),
    (no_quote_of_a_program, _swap(PASSING, "page", "</main>", "<p>`synthaudit split`</p></main>")),
    (void_figures_are_not_told, _swap(VOID, "page", "so no figure is told", "99 of 100")),
    (void_figures_are_not_told, _swap(VOID, "page", "cannot be relied on", "are as follows")),
    (void_figures_are_not_told, _swap(VOID, "page", 'id="limits-table"', 'id="elsewhere"')),
    (a_refuted_claim_is_missed_nowhere, _swap(CLAIM, "page", "is refuted", "is looked at")),
    (a_refuted_claim_is_missed_nowhere, _swap(CLAIM, "summary", "refuted", "looked at")),
    (a_refuted_claim_is_missed_nowhere, _swap(CLAIM, "junit", "vendor_claim", "claim")),
    (the_first_screen_is_short_and_plain, _swap(FAILING, "page", "What to do now", "word " * 100)),
    (the_first_screen_is_short_and_plain, _swap(FAILING, "page", "What to do now", "AUC")),
    (the_first_screen_is_short_and_plain, _swap(FAILING, "page", "Nearest synthetic record", "dcr/quantile_l2:max")),
    (the_page_stands_alone, _swap(PASSING, "page", "<main", '<img src="https://a.example/x"><main')),
    (the_page_stands_alone, _swap(PASSING, "page", "</main>", f"{'x' * 300_000}</main>")),
)


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_report_broken_by_hand_breaks_the_rule(rule: Rule, broken: Callable[[], Told]) -> None:
    """No rule passes whatever is printed."""
    try:
        objections = list(rule(broken()))
    except (KeyError, ValueError):
        # What the rule looks for is gone altogether.
        objections = ["missing"]
    assert objections

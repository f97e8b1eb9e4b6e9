"""The page of a comparison says what was told apart, and no more; what cannot be compared has no order."""

import re
from dataclasses import replace

import pytest
from example_comparison import COMPARISONS, NOT_COMPARABLE, TOLD_APART, alike
from example_report import EXAMPLES, FAIL, PASS
from payloads import PAYLOADS, filled
from test_report_escaping import Skeleton
from test_report_render import Reader

from synthaudit.report.comparability import differences
from synthaudit.report.comparison import Comparison
from synthaudit.report.comparison_page import terminal_lines, view
from synthaudit.report.render import render_comparison
from synthaudit.types import AuditReport


def words_of(comparison: Comparison) -> str:
    """The page as text, blanks as blanks."""
    return Reader(render_comparison(comparison)).text.replace("\u00a0", " ")


# --- what can be compared -------------------------------------------------------------------------------


def test_audits_made_alike_can_be_compared() -> None:
    """Another release, vendor, day, verdict and figures are no obstacle."""
    assert differences([PASS, alike(FAIL), replace(PASS, vendor=FAIL.vendor, utility=None)]) == ()


def with_config(report: AuditReport, **settings: object) -> AuditReport:
    """Asked for with these settings."""
    return replace(report, provenance=replace(report.provenance, config={"audit": settings}))


MADE = PASS.provenance
OTHERWISE = {
    "the training table": replace(PASS, provenance=replace(MADE, sha256={**MADE.sha256, "train": "00" * 32})),
    "the holdout": replace(PASS, provenance=replace(MADE, sha256={**MADE.sha256, "holdout": "00" * 32})),
    "the reference sample": replace(PASS, provenance=replace(MADE, sha256={**MADE.sha256, "reference": "00" * 32})),
    "the policy": replace(PASS, policy=replace(PASS.policy, auc=PASS.policy.auc + 0.01)),
    "the version of synthaudit": replace(PASS, provenance=replace(MADE, synthaudit_version="0.0.9")),
    "the profile": replace(PASS, profile="quick"),
    "the seed": replace(PASS, provenance=replace(MADE, seed=MADE.seed + 1)),
    "the scope of the attacks": with_config(PASS, attacks=["dcr"]),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_each_difference_is_named_and_between_whom(what: str) -> None:
    """One thing that is otherwise in one of three audits, and nothing else, is what keeps them apart."""
    (difference,) = differences([PASS, OTHERWISE[what], PASS])
    assert difference.what == what
    assert difference.groups == ((0, 2), (1,))


def test_what_differs_from_vendor_to_vendor_is_no_difference() -> None:
    """How a vendor's file is written, and whose it is, decides nothing of who is attacked."""
    one = with_config(PASS, vendor="A", sep=";", rename={"a": "b"}, target=None, candidates=20_000)
    other = with_config(PASS, vendor="B", sep=",", rename={}, target="income", candidates=20_000)
    assert differences([one, other]) == ()


def test_what_is_not_comparable_has_no_letters_and_no_order() -> None:
    """The banner says what differs and between whom, and what to do; nothing of letters or of who gives less away."""
    text = words_of(NOT_COMPARABLE)
    assert "Not comparable" in text
    assert "The policy differs: " in text
    assert "That is no order." in text
    assert "What would make them comparable" in text
    assert not re.search(r"\bLetters?\b|What would change this order|can be told apart:", text)
    assert view(NOT_COMPARABLE).pairs is None
    assert view(NOT_COMPARABLE).chart is None
    assert NOT_COMPARABLE.exit_code == 3


# --- what is said ---------------------------------------------------------------------------------------


def test_the_page_says_who_is_told_apart_and_how_it_was_tested() -> None:
    """Letters stand beside the verdicts; each pair has its result; that intervals were compared is said, with why."""
    text = words_of(TOLD_APART)
    assert "Some can be told apart. Releases that share a letter cannot: their order says nothing." in text
    assert "not every audit has its scores beside it" in text
    assert "at most 5 of 100 such pages" in text
    pairs = view(TOLD_APART).pairs
    assert pairs is not None
    assert [(row[0], getattr(row[-1], "word", "")) for row in pairs.rows] == [
        ("1 and 2", "not told apart"),
        ("1 and 3", "told apart"),
        ("2 and 3", "told apart"),
    ]
    letters = view(TOLD_APART).decision.head.index("Letters")
    assert [row[letters] for row in view(TOLD_APART).decision.rows] == ["a", "a", "b"]


def test_nobody_told_apart_is_said_to_be_unknown() -> None:
    """Where no test rejects, the page does not say who is better."""
    pairs = tuple(replace(pair, adjusted=0.5) for pair in TOLD_APART.pairs)
    text = words_of(replace(TOLD_APART, pairs=pairs, letters=(("a",),) * 3))
    assert "No release could be told from another: which of them gives less away is not known." in text
    assert "More people: " in text


def test_every_figure_is_that_of_the_evidence() -> None:
    """Members found with interval, copies, exposed, likeness and target, as the evidence rounds them."""
    report = TOLD_APART.releases[0].report
    assert report.worst is not None
    text = words_of(TOLD_APART)
    assert f"{report.copies.train:,} of {report.copies.n_train:,}" in text or report.copies.single is not None
    assert "real people: 97; models of income: 41 (of train: 58)" in text
    assert "Likeness was not measured: release 3." in text


def test_a_claim_stands_beside_what_the_release_shows() -> None:
    """Only where somebody claims something is there a table of claims."""
    silent = tuple(replace(each, report=replace(each.report, claim=None)) for each in TOLD_APART.releases)
    assert "No vendor claims an epsilon" in words_of(replace(TOLD_APART, releases=silent))
    claiming = replace(silent[0], report=replace(silent[0].report, claim=FAIL.claim, epsilon=FAIL.epsilon))
    assert FAIL.claim is not None
    text = words_of(replace(TOLD_APART, releases=(claiming, *silent[1:])))
    assert f"claimed: {FAIL.claim.epsilon:g}" in text
    assert "An audit can refute a claim." in text


def test_gaps_name_the_releases_that_have_them() -> None:
    """A test that one release lacks stands there with its number, one that all lack with "all"."""
    gaps = view(TOLD_APART).gaps
    assert gaps is not None
    places = {getattr(row[0], "text", ""): row[1] for row in gaps.rows}
    for place, release in enumerate(TOLD_APART.releases, start=1):
        for line in release.report.coverage:
            if line.status in ("not_run", "ran_low_power"):
                name = next(text for text in places if text.lower() == line.test.lower())
                assert places[name] == "all" or str(place) in str(places[name]).split(", ")


def test_the_terminal_says_the_same() -> None:
    """A line a release, with its verdict and letters; of what cannot be compared, what differs."""
    lines = terminal_lines(TOLD_APART)
    assert [line.rpartition(": ")[2] for line in lines[-3:]] == ["a", "a", "b"]
    assert terminal_lines(NOT_COMPARABLE)[0] == "Not comparable"


# --- whatever stands in the evidence --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pass", "fail", "unresolved"])
def test_no_text_is_html(name: str) -> None:
    """With any text in every field of the evidence, and as names of folders, the page has no element of its own."""
    report = alike(EXAMPLES[name])

    def page(text: str) -> Skeleton:
        releases = tuple(
            replace(each, report=filled(report, text), folder=text, link=f"../{text}/report.html")
            for each in TOLD_APART.releases
        )
        return Skeleton(render_comparison(replace(TOLD_APART, releases=releases)))

    expected = set(page("word").elements) | set(Skeleton(render_comparison(TOLD_APART)).elements)
    for payloads in (PAYLOADS[::3], PAYLOADS[1::3], PAYLOADS[2::3]):
        shown = page("".join(dict.fromkeys(payloads)).replace("\ud800", ""))
        assert set(shown.elements) <= expected
        assert all(re.fullmatch(r"\./[\w%/.~-]+|#\w+", link) for link in shown.links)


@pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS)
def test_the_same_evidence_gives_the_same_bytes(comparison: Comparison) -> None:
    """Rendered twice, not a byte differs."""
    assert render_comparison(comparison) == render_comparison(comparison)


def test_twelve_releases_fit() -> None:
    """The most that a page may hold stays below 300 kB."""
    twelve = tuple(TOLD_APART.releases[i % 3] for i in range(12))
    pairs = tuple(
        replace(TOLD_APART.pairs[0], first=first, second=second) for second in range(12) for first in range(second)
    )
    page = render_comparison(replace(TOLD_APART, releases=twelve, pairs=pairs, letters=(("a",),) * 12))
    assert len(page.encode()) < 300_000

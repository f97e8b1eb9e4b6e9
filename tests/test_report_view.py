"""The rest of the page: every figure in its table, rounded once and never computed."""

from dataclasses import replace

import pytest
from example_report import FAIL, NOTHING, PASS, TOO_FEW, UNRESOLVED

from synthaudit.errors import CannotFinishError
from synthaudit.report import templates
from synthaudit.report.method import command, config
from synthaudit.report.parts import Named, Status, Table
from synthaudit.report.view import page


def row(table: Table | None, first: str) -> list[str]:
    """The cells of the row that starts with this text, as a reader sees them."""
    assert table is not None
    for cells in table.rows:
        told = [
            cell.word if isinstance(cell, Status) else cell.text if isinstance(cell, Named) else cell for cell in cells
        ]
        if told[0] == first:
            return [text.replace("\u00a0", " ") for text in told[1:]]
    raise AssertionError(f"no row {first}")


def test_gates_stand_with_limit_value_and_bounds() -> None:
    """Shares in percent, counts as counts, what does not exist as a dash."""
    gates = page(FAIL).gates
    assert row(gates, "Members found at 1 false name in 100")[:5] == [
        "above the limit",
        "5 %",
        "8.4 %",
        "6.7 %",
        "10.1 %",
    ]
    assert row(gates, "Telling members from non-members")[:3] == ["above the limit", "0.600", "0.641"]
    assert row(gates, "Members clearly exposed")[:5] == ["above the limit", "0", "37", "–", "–"]
    assert row(gates, "Planted leak found")[0] == "yes"


def test_an_estimate_that_could_not_be_made_is_named() -> None:
    """Not estimable, with its reason; a rate that nobody measured is not measured."""
    full = page(PASS).attacks_full
    assert row(full, "Record linkage")[5] == f"not estimable: {TOO_FEW.not_estimable}"
    bare = replace(PASS.findings[9], estimates={}, lower_bounds={}, upper_bounds={"auc": None})
    view = page(replace(PASS, findings=(bare,)))
    assert row(view.attacks_full, "Record linkage")[:6] == [
        "none",
        "none",
        "none",
        "none",
        "not measured",
        "not measured",
    ]


def test_the_decision_is_told_with_both_families() -> None:
    """p-values are never printed as 0."""
    first = page(FAIL).attacks_text[0].replace("\u00a0", " ")
    assert first == (
        "13 attacks, chosen before looking, were judged together: they find more than chance explains. Telling "
        "members apart: p < 0.001; members among the top scores: p < 0.001; either counts below 0.025."
    )


def test_copies_are_counted_on_both_sides() -> None:
    """Members, non-members, chance, and the excess with its interval."""
    copies = page(FAIL).copies
    assert row(copies, "Members found word for word in the release, records") == ["41 of 2,000"]
    assert row(copies, "Non-members found word for word, records") == ["1 of 2,000"]
    assert row(copies, "Share of members less share of non-members (95 %)") == ["2 % (1.4 % to 2.6 %)"]


def test_planted_leaks_say_whose_control_they_are() -> None:
    """Those of the sensitivity curve gate nothing."""
    planted = page(PASS).planted
    assert planted is not None
    assert planted.rows[0] == ("Verbatim copies", "1\u00a0%", "6 of 10", "none: for the curve only")
    assert planted.rows[-1] == ("Near copies", "5\u00a0%", "10 of 10", "partner")


def test_a_failed_control_is_told_as_failed() -> None:
    """Fixed words, the estimate, and the reason."""
    assert row(page(UNRESOLVED).controls, "Without the release") == [
        "failed", "0.610 (0.590 to 0.630)", "< 0.001", "Train and holdout differ without the release.",
    ]  # fmt: skip


def test_a_shadow_that_failed_is_reported_with_its_cause_and_cost() -> None:
    """How many of how many, why not, and what that costs."""
    assert page(FAIL).shadows == (
        "15 of 16 shadow generators (cart) were fitted, in 80 s.",
        "Failed: Shadow 7: the generator returned 0 rows.",
        "One shadow fewer widens the shadow attacks' intervals by about 3 %.",
    )


def test_what_the_sample_can_decide() -> None:
    """The chance of a pass, and how many people would be needed."""
    sample = page(PASS).sample
    assert row(sample, "Open to the public") == ["34 %", "3,100"]
    never = replace(PASS, decidable=(replace(PASS.decidable[0], n_needed=None),))
    assert row(page(never).sample, "Internal team") == ["99 %", "more than 200,000"]


def test_coverage_is_told_in_fixed_words() -> None:
    """Every line of the record, whatever its status."""
    coverage = page(UNRESOLVED).coverage
    assert row(coverage, "Blind baseline") == ["ran", "The split is not random.", "is blocked by this"]
    assert row(coverage, "Attribute guessing")[0] == "does not apply"
    assert row(coverage, "Shadow attacks")[0] == "not run"


def test_attackers_that_were_not_played_are_named() -> None:
    """A reader sees what no figure here speaks about."""
    threats = page(PASS).threats
    assert row(threats, "Release only")[1] == "yes"
    assert row(threats, "Generator on call")[1] == "no"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("synthaudit audit --train '/home/jane doe/t.csv'", "synthaudit audit --train t.csv"),
        (["/usr/bin/synthaudit", "--holdout=C:\\Users\\jane\\h.csv"], "synthaudit --holdout=h.csv"),
        ("synthaudit 'unclosed", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_command_names_files_without_folders(given: object, expected: str) -> None:
    """Folders name people and machines."""
    assert command({"command": given}) == expected


def test_settings_are_listed_without_folders() -> None:
    """However deep they are nested; the command has a place of its own."""
    table = config({"out": "/srv/jane/out/", "command": "x", "deep": {"path": ["/a/b", 3, None]}})
    assert table is not None
    assert [(cells[0], getattr(cells[1], "code", "")) for cells in table.rows] == [
        ("deep", '{"path": ["b", 3, null]}'),
        ("out", '"out"'),
    ]


def test_evidence_without_anything_still_makes_a_view() -> None:
    """Every table that would be empty is left out, and said to be."""
    view = page(NOTHING)
    assert (view.attacks, view.detection, view.controls, view.planted, view.sample, view.coverage) == (None,) * 6
    assert view.title == "Privacy audit of a synthetic table"
    assert view.assumption == "The evidence states none."


def test_missing_templates_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without its templates says so, instead of a traceback."""
    monkeypatch.setattr(templates, "__file__", "/nowhere/synthaudit/report/templates.py")
    templates.folder.cache_clear()
    try:
        with pytest.raises(CannotFinishError, match="templates are not installed; install synthaudit-privacy again"):
            templates.folder()
    finally:
        templates.folder.cache_clear()

"""The rest of the page: every figure in its table, rounded once and never computed."""

from dataclasses import replace

import pytest
from example_report import (
    EXPLANATIONS,
    FAIL,
    HOSTILE,
    NO_REUSE,
    NOTHING,
    PASS,
    PER_RECORD,
    TOO_FEW,
    UNRESOLVED,
    explanation,
    finding,
    keeping,
    reuse,
    risk,
    risks,
    stack,
)
from verdict_cases import cells as cell_search_of
from verdict_cases import identifier, identifiers

from synthaudit.checks.explanation import Contribution
from synthaudit.errors import CannotFinishError
from synthaudit.report import templates
from synthaudit.report.components import Cell, Missing, Named, Status, Table
from synthaudit.report.exports import metrics_csv
from synthaudit.report.numbers import NBSP, shown
from synthaudit.report.page import page
from synthaudit.report.sections import (
    attacks,
    cell_search,
    controls,
    copies,
    coverage,
    delivered,
    detection,
    limits,
    other_risks,
    per_record,
    provenance,
    rare_values,
    records,
    reused_identifiers,
    sample_size,
    scope,
)
from synthaudit.report.sections.provenance import command, config
from synthaudit.report.sections.records import agreement
from synthaudit.types import AuditedCopy, BeyondCopy, Decidable, Delivered, Estimate, SingleRows


def _as_read(cell: Cell) -> str:
    if isinstance(cell, Missing):
        return "–"
    return cell.word if isinstance(cell, Status) else cell.text if isinstance(cell, Named) else cell


def row(table: Table | None, first: str) -> list[str]:
    """The cells of the row that starts with this text, as a reader sees them."""
    assert table is not None
    for cells in table.rows:
        texts = [_as_read(cell) for cell in cells]
        if texts[0] == first:
            return [text.replace("\u00a0", " ") for text in texts[1:]]
    raise AssertionError(f"no row {first}")


def test_gates_stand_with_limit_value_and_bounds() -> None:
    """Shares in percent, counts as counts, what does not exist as a dash."""
    gates = limits.view(FAIL).table
    assert row(gates, "Members found at 1 false name in 100")[:5] == [
        "above the limit",
        "5 %",
        "8.4 %",
        "6.72 %",
        "10.08 %",
    ]
    assert row(gates, "Telling members from non-members")[:3] == ["above the limit", "0.600", "0.641"]
    assert row(gates, "Members clearly exposed")[:5] == ["above the limit", "nobody", "37", "–", "–"]
    assert row(gates, "Planted leak found")[0] == "yes"


def test_an_estimate_that_could_not_be_made_is_named() -> None:
    """A dash, and below the table its reason, once; a rate that nobody measured is not measured. A column in which no
    attack has anything is left out, and why stands below all the same.
    """
    full = attacks.view(PASS).every
    assert full is not None
    assert "Found at 1 in 1,000" not in full.head
    assert full.left_out == (f"Not estimable: {TOO_FEW.not_estimable}.",)
    first, *others = PASS.findings
    seen = replace(first, estimates={**first.estimates, "tpr_at_fpr_0.001": first.estimates["auc"]})
    some = attacks.view(replace(PASS, findings=(seen, *others))).every
    assert row(some, "Record linkage")[8] == "–"
    assert some is not None
    assert some.missing == full.left_out
    bare = replace(PASS.findings[9], estimates={}, lower_bounds={}, upper_bounds={"auc": None})
    every = attacks.view(replace(PASS, findings=(bare,))).every
    assert row(every, "Record linkage")[1:5] == ["none", "none", "none", "none"]


def test_the_decision_is_told_with_both_families() -> None:
    """p-values are never printed as 0."""
    first = attacks.view(FAIL).text[0].replace("\u00a0", " ")
    assert first == (
        "13 attacks, chosen before looking, were judged together: they find more than chance explains. Telling "
        "members apart: p < 0.001; members among the top scores: p < 0.001; either counts below 0.025."
    )


def test_all_attacks_together_are_told_with_who_could_do_it() -> None:
    """Tries, interval, p-value, and that nobody but the auditor can; on top of the table and never with a rate."""
    together = attacks.view(FAIL).text[-1].replace("\u00a0", " ")
    assert together == (
        "All attacks together: a model read all 13 scores and was taught who some of the members are. Of a member and "
        "a non-member whom it had yet to see it picks the member in 66 of 100 tries (64 to 68), more than chance "
        "explains (p < 0.001). Only the auditor can train it, for nobody else knows the members: it stands for a "
        "clever combination of these attacks, and a pass needs it below the limit as well."
    )
    assert "no more than chance explains (p = 0.300)" in attacks.view(PASS).text[-1].replace("\u00a0", " ")
    assert row(attacks.view(FAIL).strongest, "All attacks together, taught who other members are") == [
        "above a limit", "0.662 (0.642 to 0.682)", "–", "who is a member: auditor only",
    ]  # fmt: skip
    untrained = replace(FAIL, stack=replace(stack(0.5, 1.0), auc=TOO_FEW))
    assert attacks.view(untrained).text[-1] == (
        "What all attacks find together could not be measured: fewer than 3,688 non-members."
    )
    assert len(attacks.view(replace(FAIL, stack=None)).text) == 2


def test_what_the_chart_leaves_out_is_counted() -> None:
    """Kinds and attacks; nothing is said where everything is shown."""
    assert attacks.view(PASS).note == (
        "Chart and table show all 9 kinds of attack, each in its strongest variant. The folded table holds all 11 "
        "attacks."
    )
    assert attacks.view(replace(PASS, findings=PASS.findings[:4])).note == ""
    many = tuple(finding(f"a{i}", "cells", 0.5, 0.01) for i in range(40))
    assert attacks.view(replace(PASS, findings=many)).note.startswith("Chart and table show the 14 strongest of 40")


def test_the_most_isolated_are_told_without_names() -> None:
    """What such a generator does, what this release says, at what cost; each attack with guesses and p-value."""
    view = per_record.view(FAIL)
    assert view is not None
    text = [line.replace("\u00a0", " ") for line in view.text]
    assert text[0].startswith("The 20 records farthest from everybody else were attacked one by one")
    assert text[0].endswith("Kind of generator assumed: cart.")
    assert text[1] == (
        "Shown a new release made with such a record and one made without, the stronger attack points to the right one "
        "in 81 of 100 tries; for the one most at risk in 91. A coin is right in 50."
    )
    assert "it finds more than chance explains (both attacks together: p < 0.001)" in text[2]
    assert text[3:] == [
        "400 fits of the generator; 2 failed, and the attack rests on 398. It took 5 min.",
        "Failed: The generator cart stopped with ValueError.",
    ]
    assert row(view.table, "Rows like the person's") == [
        "0.810 (0.790 to 0.830)", "0.910 (0.860 to 0.960)", "18 of 20", "< 0.001",
    ]  # fmt: skip
    assert per_record.view(PASS) is None


def test_what_runs_beside_the_family_is_exported_after_it() -> None:
    """All attacks together and the per-record attacks have lines of their own in metrics.csv."""
    lines = [line.split(",") for line in metrics_csv(FAIL).splitlines()]
    beside = [(*line[:5], line[8]) for line in lines if line[2] == "auditor" or line[1] == "most_isolated"]
    n = str(FAIL.stack.auc.n) if FAIL.stack and isinstance(FAIL.stack.auc, Estimate) else ""
    assert beside[:5] == [
        ("stack", "all_scores", "auditor", "auc", "0.662", n),
        ("stack", "all_scores", "auditor", "pvalue", "1e-09", ""),
        ("groundhog", "most_isolated", "shadow", "auc", "0.54", n),
        ("groundhog", "most_isolated", "shadow", "auc_most_exposed", "0.64", n),
        ("groundhog", "most_isolated", "shadow", "pvalue", "0.2", ""),
    ]
    assert len(beside) == 8


def test_the_most_isolated_of_whom_nothing_is_found() -> None:
    """Without a guess none is counted, without an estimate none is told, and chance is called chance."""
    attack = replace(PER_RECORD.attacks[0], auc=TOO_FEW, n_right=0, n_guessed=0)
    report = replace(PASS, per_record=replace(PER_RECORD, attacks=(attack,), pvalue=0.2))
    view = per_record.view(report)
    assert view is not None
    assert row(view.table, "Summaries of the release")[2] == "none made"
    assert len(view.text) == 4
    assert "it finds nothing that chance does not explain" in view.text[1]
    assert row(scope.view(report).threats, "Release, sample, method")[1] == "yes"


def test_copies_are_counted_on_both_sides() -> None:
    """Members, non-members, chance, and the excess with its interval."""
    counts = copies.view(FAIL).copies
    assert row(counts, "Members found word for word in the release, records") == ["41 of 2,000"]
    assert row(counts, "Non-members found word for word, records") == ["1 of 2,000"]
    assert row(counts, "Share of members less share of non-members (95 %)") == ["2 % (1.4 % to 2.6 %)"]


def test_strangers_are_told_from_people_whom_the_vendor_saw() -> None:
    """Rows of non-members word for word, single rows that are kept to, and nothing of either in earlier evidence."""
    view = copies.view(PASS)
    assert view.strangers == (
        "2 different rows of non-members stand in the release word for word. If rows met it as often as they meet each"
        " other, p\u00a0=\u00a00.400.",
        "Rows of the release keep no closer to single rows of either real table than real rows of the other do.",
    )
    assert view.kept is not None
    assert row(view.kept, "the holdout, against members") == [
        "49.8 % (46.8 % to 52.8 %)",
        "0.400",
        "0.800",
        "not measured",
    ]
    assert row(view.kept, "train, against non-members") == [
        "50.7 % (47.7 % to 53.7 %)",
        "0.200",
        "0.400",
        "not measured",
    ]
    rows = SingleRows(holdout=keeping(0.72, 1e-9), train=keeping(0.7, 1e-9), kept="both")
    assert copies.view(replace(PASS, single_rows=rows)).strangers[1] == (
        "Rows of the release keep closer to single rows of both tables than real rows of the other table do: the vendor"
        " seems to have seen the holdout. No pass is given."
    )
    earlier = replace(PASS, single_rows=None, copies=replace(PASS.copies, strangers=None))
    assert (copies.view(earlier).strangers, copies.view(earlier).kept) == ((), None)


def test_members_as_the_release_are_a_control_of_their_own() -> None:
    """In the last line, and in no line where an earlier audit had none."""
    shown = controls.view(PASS).controls
    assert row(shown, "Members as the release")[0] == "as expected"
    assert PASS.controls is not None
    earlier = controls.view(replace(PASS, controls=replace(PASS.controls, stand_in=None))).controls
    assert earlier is not None
    assert shown is not None
    assert earlier.rows == shown.rows[:-1]


def test_planted_leaks_say_whose_control_they_are() -> None:
    """Those of the sensitivity curve gate nothing."""
    planted = controls.view(PASS).planted
    assert planted is not None
    assert planted.rows[0] == ("Verbatim copies", "1\u00a0%", "6 of 10", "none: for the curve only")
    assert planted.rows[-2] == ("Verbatim copies", "5\u00a0%", "10 of 10", "partner")


def test_near_copies_are_shown_by_their_noise() -> None:
    """Who sees them, and how many, with their intervals, the smallest noise first; earlier audits have none."""
    near = controls.view(PASS).near_copies
    assert near is not None
    rows = [tuple(str(cell).replace("\u00a0", " ") for cell in row) for row in near.rows]
    assert rows[1:3] == [
        ("1.0 % of the ranks", "97 % (93 % to 100 %)", "Likelihood of a near copy", "99 % (95 % to 100 %)"),
        ("3.0 % of the ranks", "84 % (80 % to 87 %)", "Record linkage, tolerant · max", "90 % (86 % to 93 %)"),
    ]
    assert PASS.controls is not None
    assert controls.view(replace(PASS, controls=replace(PASS.controls, near_copies=()))).near_copies is None


def test_a_failed_control_is_told_as_failed() -> None:
    """Fixed words, the estimate, and the reason."""
    assert row(controls.view(UNRESOLVED).controls, "Without the release") == [
        "failed", "0.610 (0.590 to 0.630)", "< 0.001", "Train and holdout differ without the release.",
    ]  # fmt: skip


def test_a_shadow_that_failed_is_reported_with_its_cause_and_cost() -> None:
    """How many of how many, why not, and what that costs."""
    assert controls.view(FAIL).shadows == (
        "15 of 16 shadow generators (cart) were fitted, in 80 s.",
        "Failed: Shadow 7: the generator returned 0 rows.",
        "One shadow fewer widens the shadow attacks' intervals by about 3 %.",
    )


def test_what_the_sample_can_decide() -> None:
    """The chance of a pass, and how many people would be needed."""
    sample = sample_size.view(PASS).table
    assert row(sample, "Open to the public") == ["34 %", "3,100"]
    never = replace(PASS, decidable=(replace(PASS.decidable[0], n_needed=None),))
    assert row(sample_size.view(never).table, "Internal team") == ["99 %", "more than 200,000"]
    gone = Decidable(use="internal", pass_probability=0.0, n_needed=None, ruled_out="rows of the release")
    ruled_out = sample_size.view(replace(PASS, decidable=(gone,)))
    assert row(ruled_out.table, "Internal team") == ["none: ruled out beforehand", "no number"]
    assert "“rows of the release” in the coverage record" in ruled_out.text[-1]


def test_what_a_chance_counts_is_said_beside_it() -> None:
    """The limits that a chance of a pass counts, guessed secrets only where they are, and what it leaves out."""
    beyond = "; not copies, people exposed, or the tests of the test."
    text = sample_size.view(PASS).text[1]
    assert text.endswith(f"The chance counts the limits of the AUC and of members found{beyond}")
    ten = replace(PASS, decidable=tuple(replace(one, n_secrets=10) for one in PASS.decidable))
    text = sample_size.view(ten).text[1]
    assert text.endswith(f", and of 10 secrets guessed (as if half of all guesses were right){beyond}")


def test_coverage_is_told_in_fixed_words() -> None:
    """Every line of the record, whatever its status."""
    record = coverage.view(UNRESOLVED).table
    assert row(record, "Blind baseline") == ["ran", "The split is not random.", "is ruled out by this"]
    assert row(record, "Near copies")[0] == "does not apply"
    assert row(record, "Shadow attacks") == ["not run", "Left out by profile standard; --shadows 16 runs them.", "–"]
    beside_a_fail = coverage.view(replace(UNRESOLVED, outcome="fail")).table
    assert row(beside_a_fail, "Blind baseline") == ["ran", "The split is not random."]


def test_attackers_that_were_not_played_are_named() -> None:
    """A reader sees what no figure here speaks about."""
    threats = scope.view(PASS).threats
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
    """However deep they are nested, as words and not as a program writes them; the command has a place of its own, and
    what is not set has none.
    """
    table = config(
        {
            "out": "/srv/jane/out/",
            "command": "x",
            "audit": {"entity": "family", "exclude": [], "schema": {"age": {"kind": "numeric"}}, "copies_test": True},
            "deep": {"path": ["/a/b", 3], "none": None, "empty": ""},
        }
    )
    assert table is not None
    assert table.rows == (
        ("copies_test", "yes"),
        ("deep, path", "b, 3"),
        ("entity", "family"),
        ("out", "out"),
        ("schema, age, kind", "numeric"),
    )


def test_an_audit_that_was_not_typed_has_a_command_that_repeats_it() -> None:
    """Roles in place of tables, options that are not as by default, and the seed; nothing where nothing is known."""
    audit = {"entity": "patient id", "policy": "internal", "profile": "standard", "exclude": ["a", "b"], "rename": {}}
    asked = replace(PASS, provenance=replace(PASS.provenance, config={"audit": audit}, seed=7))
    assert provenance.view(asked).command == (
        "synthaudit audit --train TRAIN --holdout HOLDOUT --synthetic RELEASE --policy internal --seed 7"
        " --entity 'patient id' --exclude a,b -o OUT"
    )
    unknown = replace(PASS, provenance=replace(PASS.provenance, config={}))
    assert provenance.view(unknown).command == ""


def test_evidence_without_anything_still_makes_a_view() -> None:
    """Every table that would be empty is left out, and said to be."""
    trust = controls.view(NOTHING)
    assert (trust.controls, trust.planted) == (None, None)
    assert (attacks.view(NOTHING).strongest, detection.view(NOTHING).curve) == (None, None)
    assert (sample_size.view(NOTHING).table, coverage.view(NOTHING).table) == (None, None)
    assert scope.view(NOTHING).assumption == "The evidence states none."
    assert page(NOTHING).title == "Privacy audit of a synthetic table"


def test_missing_templates_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without its templates says so, instead of a traceback."""
    monkeypatch.setattr(templates, "__file__", "/nowhere/synthaudit/report/templates.py")
    templates.folder.cache_clear()
    try:
        with pytest.raises(CannotFinishError, match="templates are not installed; install synthaudit-privacy again"):
            templates.folder()
    finally:
        templates.folder.cache_clear()


def test_no_reuse_and_no_test_of_it_are_told_apart() -> None:
    """One sentence each and no table: nothing found is said with what was looked at."""
    assert rare_values.view(PASS).table is None
    assert rare_values.view(PASS).text == (
        "No column was found to repeat rare exact values of members more often than of non-members. 9 columns were "
        "looked at, for values that occur at most once in the attacker's sample of the population (1,000 records).",
    )
    assert rare_values.view(NOTHING).table is None
    assert rare_values.view(NOTHING).text == (
        "Whether the release repeats rare exact values of members could not be tested.",
    )


def test_cells_searched_are_told_with_their_columns_and_without_a_cell() -> None:
    """What was found and where; that nothing was; and no section where nobody could be compared."""
    looked = (
        "40,000 rare pieces of people's cells were looked up in every cell of the release as it was delivered, in all"
        " columns and backwards too: whole cells, runs of letters and digits, digits of numbers, and two values joined."
        " Whole texts were compared as well. Distances do not see what is hidden there."
    )
    found = cell_search.view(replace(FAIL, cells=replace(cell_search_of(0.05), counters=("id", HOSTILE))))
    assert found is not None
    assert [said.replace(NBSP, " ") for said in found.text] == [
        looked,
        "Rare runs of 16 letters and digits from 'note' of members stand in 'id' and 'a\\u202eb' of the release more"
        " often than non-members'. Chance hardly does that: p < 0.001. Whoever looks them up finds 7 % (6 % to 8 %)"
        " of the members at 1 false name in 100.",
        "Look at these columns of the release: a record may be written into them, or rare values of the training table"
        " used again.",
        f"Not looked up, for they count the rows: “id”, “{shown(HOSTILE, 80)}”.",
    ]
    fresh = cell_search.view(replace(PASS, cells=cell_search_of(detected=False)))
    assert fresh is not None
    assert fresh.text == (
        looked,
        "Pieces of members' cells were not found more often than non-members' (p = 0.006; leakage is detected at"
        " 0.005).",
    )
    assert cell_search.view(replace(PASS, cells=None)) is None


def test_a_hundred_reused_columns_do_not_fill_the_page() -> None:
    """The strongest 20 stand in the table, and the text counts all."""
    many = tuple(reuse(f"column {i:03d}", 100 + i, 0, reused=True) for i in range(100))
    view = rare_values.view(replace(FAIL, reuse=replace(NO_REUSE, columns=many)))
    assert view.table is not None
    assert [cells[0] for cells in view.table.rows][:2] == ["column 099", "column 098"]
    assert len(view.table.rows) == 20
    assert "for 99 more columns" in view.text[0]
    assert view.text[1].endswith("The table shows the strongest 20; evidence.json has all 100.")


def test_values_of_one_person_stand_with_their_counts() -> None:
    """What is used again comes first; a column that was not tested says so, and without such columns nothing does."""
    assert reused_identifiers.view(PASS) is None
    columns = (
        identifier("row", space="counter", expected=None),
        identifier("mail", 1, 0, space="small", pvalue_comparison=0.51),
        identifier("ssn", 4, 0, pvalue_chance=1e-12, pvalue_comparison=0.06, reused=True, beyond_chance=True),
        identifier("phone", 0, 5, pvalue_chance=1.0, pvalue_comparison=1.0, compared_by="digits", holdout_seen=True),
    )
    view = reused_identifiers.view(replace(FAIL, identifiers=identifiers(*columns)))
    assert view is not None
    assert view.table is not None
    assert view.text == (
        "In 4 columns every value belongs to one person: a release has to make them up anew. Values that members alone,"
        " or non-members alone, have were looked up in it, whatever their case and punctuation.",
        "Columns where members' values are used again: 1. Columns where non-members' values are, which nobody knows who"
        " has not seen the holdout: 1. Either counts only beyond chance, with an error of 0.001 over all columns.",
    )
    assert [cells[0] for cells in view.table.rows] == ["ssn", "phone", "row", "mail"]
    both = ["0 of 2,000", "0 of 1,900"]
    assert row(view.table, "ssn") == ["letters and digits", "4 of 2,000", "0 of 1,900", "large", "< 0.001", "0.060"]
    assert row(view.table, "phone") == ["digits alone", "0 of 2,000", "5 of 1,900", "large", "1.000", "1.000"]
    assert row(view.table, "row") == [
        *("letters and digits", *both, "counts up: not tested", "not tested", "not tested"),
    ]
    assert row(view.table, "mail")[3:] == ["small, or not told by the form", "not tested", "0.510"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Contribution(column="a", nats=7.6, relation="same", n_same=1), "same value, 1 in 2,000"),
        (Contribution(column="a", nats=7.6, relation="same", n_same=0), "same value, no other in 2,000"),
        (Contribution(column="a", nats=0.1, relation="same", n_same=1_001), "same value, as in most records"),
        (Contribution(column="a", nats=0.1, relation="same", n_same=1_000), "same value, 1 in 2"),
        (Contribution(column="a", nats=3.0, relation="both_missing", n_same=20), "missing in both, 1 in 100"),
        (Contribution(column="a", nats=3.0, relation="close", apart=0.0), "within 1 % of ranks"),
        (Contribution(column="a", nats=3.0, relation="close", apart=0.0301), "within 4 % of ranks"),
        (Contribution(column="a", nats=3.0, relation="close", apart=0.03), "within 3 % of ranks"),
        (Contribution(column="a", nats=3.0, relation="close", apart=0.8), "within 80 % of ranks"),
        (Contribution(column="a", nats=0.0, relation="different", apart=0.4), "different"),
        (Contribution(column="a", nats=0.0, relation="one_missing"), "missing on one side"),
    ],
)
def test_agreement_in_words(part: Contribution, words: str) -> None:
    """Shares are rounded away from closeness, and rarity is told as 1 in so many."""
    assert agreement(part, 2_000).replace("\u00a0", " ") == words


def test_a_column_that_speaks_against_is_no_reason() -> None:
    """Only what makes the rows look alike is listed; where nothing does, that is said."""
    parts = (
        Contribution(column="for", nats=2.0, relation="same", n_same=1),
        Contribution(column="against", nats=-1.0, relation="different"),
        Contribution(column="neither", nats=0.0, relation="one_missing"),
    )
    first = replace(EXPLANATIONS.records[0], contributions=parts)
    second = replace(EXPLANATIONS.records[0], contributions=parts[1:])
    view = records.view(FAIL, replace(EXPLANATIONS, records=(first, second)))
    assert view.overview is not None
    reasons = [str(row[4]).replace("\u00a0", " ") for row in view.overview.rows]
    assert reasons == ["for: same value, 1 in 1,000", "no column alone"]
    assert view.overview.numeric == {2, 3}
    assert [str(row[2]) for row in view.each[0][1].rows] == ["2.0", "-1.0", "0.0"]


def test_flagged_records_say_how_many_chance_would_flag() -> None:
    """Exposed and above the threshold are told apart; the list is cut and the counts are not."""
    view = records.view(FAIL, EXPLANATIONS)
    first = view.text[0].replace("\u00a0", " ")
    assert first.startswith(
        "37 of 2,000 members are clearly exposed by “Record linkage, tolerant”; at most 5 % of these"
    )
    assert "131 more lie above the threshold" in first
    assert "as about 20 would by chance" in first
    assert first.endswith("The 50 strongest are listed.")
    for n_above, is_cut in ((13, False), (14, True)):
        text = records.view(FAIL, replace(EXPLANATIONS, n_exposed=37, n_above=n_above)).text[0]
        assert text.endswith("strongest are listed.") is is_cut
    assert view.overview is not None
    assert view.overview.rows[0] == (
        "41", "clearly exposed", "7", "19.6",
        "income: same value, 1 in 1,000; record_no: same value, no other in 1,000; age: within 1\u00a0% of ranks",
    )  # fmt: skip
    assert view.overview.rows[-1][1] == "above the 1\u00a0% threshold"


def test_flagged_records_say_how_many_may_be_there_by_chance() -> None:
    """At the rate at which the list was cut; 5 % where none was."""
    assert FAIL.exposure is not None
    for exposure, said in ((replace(FAIL.exposure, false_discovery_rate=0.1), "10 %"), (None, "5 %")):
        first = records.view(replace(FAIL, exposure=exposure), EXPLANATIONS).text[0].replace("\u00a0", " ")
        assert f"at most {said} of these" in first


def test_nobody_flagged_is_told_with_its_reason() -> None:
    """No holdout, no linkage attack, and nobody who stands out are three different things."""
    assert records.view(NOTHING, None).text == ("No record can be flagged without people who were not in the data.",)
    nobody = replace(EXPLANATIONS, records=(), n_exposed=0, n_above=0)
    assert records.view(FAIL, nobody).text == ("None of 2,000 members stands out.",)
    assert records.view(FAIL, replace(nobody, attacks=())).text == (
        "The attacks that flag single records did not run.",
    )


def test_a_record_of_many_columns_is_summed_up() -> None:
    """Thirty columns are listed and the rest are added up."""
    one = explanation(1, 2)
    wide = replace(
        one,
        contributions=one.contributions
        + tuple(Contribution(column=f"c{i}", nats=0.25, relation="different") for i in range(61)),
    )
    columns = records.view(FAIL, replace(EXPLANATIONS, records=(wide,))).each[0][1]
    assert len(columns.rows) == 31
    assert columns.rows[-1] == ("40 more columns", "together", "10.0")
    assert columns.numeric == {2}


def test_every_column_that_adds_to_an_agreement_is_a_reason() -> None:
    """However little it adds; one that adds nothing is none."""
    one = explanation(1, 2)
    parts = (
        Contribution(column="a", nats=0.25, relation="same", n_same=20),
        Contribution(column="b", nats=0.0, relation="different"),
    )
    view = records.view(FAIL, replace(EXPLANATIONS, records=(replace(one, contributions=parts),)))
    assert view.overview is not None
    assert view.overview.rows[0][-1] == "a: same value, 1 in 50"


def test_other_risks_are_told_by_their_excess() -> None:
    """Singling out and linking first, then the secrets by excess; what is beyond chance is named with its size."""
    view = other_risks.view(FAIL)
    assert view.table is not None
    assert [cells[1] for cells in view.table.rows] == ["", "", "income", "smoker"]
    assert row(view.table, "Singling out") == ["", "21 %", "4 %", "4 %", "17 % (15 % to 19 %)"]
    text = " ".join(view.text).replace("\u00a0", " ")
    assert "Members bear more than chance explains: singling out (17 %), guessing “income” (31 %), guessing" in text
    assert "limit of 10 % on the excess of every guessed attribute" in text
    assert "2,000 members and 2,000 non-members (records)" in text


def test_no_excess_no_limit_and_no_test_of_risks_are_told_apart() -> None:
    """Three different sentences, and no table where there is nothing to show."""
    assert "In none of them members bear more than chance explains." in other_risks.view(PASS).text[1]
    free = other_risks.view(replace(PASS, policy=replace(PASS.policy, attribute_excess=None)))
    assert free.text[2].startswith("The policy sets no limit")
    assert other_risks.view(NOTHING).table is None
    assert other_risks.view(NOTHING).text == (
        "Whether attributes can be guessed, people singled out or records linked was not tried.",
    )
    assert "too small" in other_risks.view(replace(PASS, risks=risks())).text[0]


def test_a_hundred_secrets_do_not_fill_the_page() -> None:
    """The strongest thirty lines; evidence.json has all."""
    many = risks(*(risk("attribute_inference", f"column {i:03d}", i / 200, 0.0) for i in range(100)))
    view = other_risks.view(replace(FAIL, risks=many))
    assert view.table is not None
    assert [cells[1] for cells in view.table.rows] == [f"column {i:03d}" for i in range(99, 69, -1)]
    assert "The table shows 30 lines" in view.text[2]


def test_risks_are_in_the_csv() -> None:
    """Both sides, the baseline and the excess of every line, with the secret's name made inert for spreadsheets."""
    lines = metrics_csv(replace(FAIL, risks=risks(risk("attribute_inference", "=income", 0.34, 0.03)))).splitlines()
    assert "attribute_inference,'=income,no_box,excess,0.31,0.29,0.33,0.95,4000,,2026-11,2026-11-20,fail" in lines
    assert any(line.startswith("attribute_inference,'=income,no_box,without_release,0.03,") for line in lines)


def test_the_delivered_file() -> None:
    """Counts with their units, the order of rows in words, the hash of the copy; not in evidence that knows of none."""
    assert delivered.view(replace(PASS, delivered=None)) is None
    nothing = delivered.view(replace(PASS, delivered=Delivered(beyond=())))
    assert nothing is not None
    assert nothing.table is None
    assert nothing.text[1:] == (
        "Nothing of the kind was found in it.",
        "No audited copy was written; --audited-copy FILE does so.",
    )
    beyond = (
        BeyondCopy(kind="row_order", n=1),
        BeyondCopy(kind="metadata", n=2),
        *(BeyondCopy(kind="decimals", n=1_200, column=f"a\u202eb{i}") for i in range(40)),
    )
    view = delivered.view(
        replace(PASS, delivered=Delivered(beyond=beyond, copy=AuditedCopy(n_rows=2_000, sha256="ab" * 32)))
    )
    assert view is not None
    assert row(view.table, "Rows in the order of the training table") == ["–", "1 row"]
    assert row(view.table, "Entries beside the table (metadata, comments, other sheets)") == ["–", "2 entries"]
    assert row(view.table, "More decimals than the real tables have") == [shown("a\u202eb0", 80), "1,200 cells"]
    assert view.table is not None
    assert len(view.table.rows) == 40
    assert view.text[1].endswith("A pass is for the audited copy alone.")
    assert "which row was made from whom" in view.text[2]
    assert view.text[3] == "2 more are in evidence.json."
    assert view.text[4] == f"The audited copy has 2,000 rows and the SHA-256 {'ab' * 32}."

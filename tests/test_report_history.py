"""The page of a history says what follows from the rows, and no text in them acts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from payloads import PAYLOADS
from test_report_escaping import Skeleton
from test_runtime_history_file import numbered

from synthaudit.report.history_page import DatasetView, HistoryView, compared_pairs, history_page
from synthaudit.report.render import render_history
from synthaudit.types.history import PairedChange, PastAudit

Change = Mapping[str, Any]

WORSE = {"n_found": 300, "tpr": 0.3, "tpr_low": 0.27, "tpr_high": 0.33, "tpr_at_10": 0.4}
OTHER_TABLE = {"train_sha256": "9" * 64}
EVERY_KIND: tuple[Change, ...] = (
    {},
    {"vendor": "Acme <script>alert(1)</script>"},
    WORSE,
    {**WORSE, "policy": "public", "policy_sha256": "1" * 64, "outcome": "fail"},
    {"n_found": None, "tpr": None, "outcome": "inconclusive"},
    {**OTHER_TABLE, "synthaudit_version": "0.2.0"},
    {"dataset": "Sales " + "long name " * 9, **OTHER_TABLE},
)
"""Better, worse, the same and not comparable, with every mark, and a second dataset."""


def audits(*changes: Change) -> list[PastAudit]:
    """One after the other, each with what differs from the first."""
    rows = []
    for n, change in enumerate(changes):
        given: Any = {"release": f"r{n}", "release_sha256": f"{n:064}", **change}
        rows.append(replace(numbered(n), **given))
    return rows


def only(view: HistoryView) -> DatasetView:
    (dataset,) = view.datasets
    return dataset


@pytest.mark.parametrize(
    ("first", "second", "word", "why"),
    [
        ({}, {}, "same", "by counts"),
        ({}, {"n_found": 18}, "same", "by counts"),
        ({}, WORSE, "worse", "by counts"),
        (WORSE, {}, "better", "by counts"),
        ({}, {**WORSE, "policy": "public", "policy_sha256": "1" * 64}, "worse", "by counts"),
        ({}, {**WORSE, **OTHER_TABLE}, "not comparable", "another training table"),
        ({}, {**WORSE, "holdout_sha256": "8" * 64}, "not comparable", "another holdout"),
        ({}, {"synthaudit_version": "0.2.0", "setup_sha256": "7" * 64}, "not comparable", "another version, settings"),
        (
            {},
            {"n_found": None, "n_members": None, "n_nonmembers": None, "tpr": None},
            "not comparable",
            "members found were not measured, or cannot be relied on",
        ),
    ],
)
def test_a_change_is_told_where_it_can_be(first: Change, second: Change, word: str, why: str) -> None:
    """Better, the same, worse and how it was tested, or not comparable and why; the first audit has none."""
    latest, earliest = only(history_page(audits(first, second))).rows
    assert latest.change is not None
    assert (latest.change.word, latest.why) == (word, why)
    assert earliest.change is None


@pytest.mark.parametrize(
    ("direction", "pvalue", "word"),
    [(1, 0.05, "worse"), (-1, 0.01, "better"), (1, 0.06, "same"), (0, 0.01, "same")],
)
def test_the_same_people_have_the_word_where_they_were_asked(direction: int, pvalue: float, word: str) -> None:
    """Whatever the counts say; the page says which of the two tests it was."""
    before, after = rows = audits({}, WORSE)
    paired = {(after.evidence_sha256, before.evidence_sha256): PairedChange(direction=direction, pvalue=pvalue)}
    latest = only(history_page(rows, paired)).rows[0]
    assert latest.change is not None
    assert (latest.change.word, latest.why) == (word, "the same people")
    assert '<span class="note">the same people</span>' in render_history(rows, paired)


def test_the_same_people_have_no_word_where_audits_cannot_be_compared() -> None:
    """Another table has other people, whatever somebody says of them; nor are such pairs asked for."""
    before, after = rows = audits({}, {**WORSE, **OTHER_TABLE})
    paired = {(after.evidence_sha256, before.evidence_sha256): PairedChange(direction=1, pvalue=0.001)}
    latest = only(history_page(rows, paired)).rows[0]
    assert latest.change is not None
    assert latest.change.word == "not comparable"
    assert compared_pairs(rows) == ()


def test_pairs_that_can_be_compared_follow_each_other_within_a_dataset() -> None:
    """Each audit with the one before, of its own dataset; none where members found were not measured, or whose row
    the page has no room for."""
    rows = audits({}, {"dataset": "Sales"}, {}, {"tpr": None}, {}, {"dataset": "Sales"}, {})
    pairs = {(audit.release, earlier.release) for audit, earlier in compared_pairs(rows)}
    assert pairs == {("r2", "r0"), ("r6", "r4"), ("r5", "r1")}
    assert len(compared_pairs(audits(*[{}] * 99))) == len(only(history_page(audits(*[{}] * 99))).rows)


def test_what_changed_beside_the_release_is_marked() -> None:
    """Training data, policy, its limits, and version; nothing else, and nothing where nothing changed."""
    changes: tuple[Change, ...] = (
        {},
        {},
        OTHER_TABLE,
        {**OTHER_TABLE, "policy": "public", "policy_sha256": "1" * 64},
        {**OTHER_TABLE, "policy": "public", "policy_sha256": "2" * 64},
        {**OTHER_TABLE, "policy": "public", "policy_sha256": "2" * 64, "synthaudit_version": "0.2.0", "seed": "7"},
    )
    rows = only(history_page(audits(*changes))).rows[::-1]
    assert [row.marks for row in rows] == [
        (),
        (),
        ("new training data",),
        ("new policy: public",),
        ("new limits in policy public",),
        ("new version: synthaudit 0.2.0",),
    ]


def test_datasets_go_by_name_and_else_by_training_table() -> None:
    """The latest audited first; a dataset of one release has no warning, one of several has."""
    named = audits({}, {"dataset": "Sales"}, {"dataset": "", **OTHER_TABLE}, {}, {"dataset": ""})
    view = history_page(named)
    assert [(d.name, len(d.rows)) for d in view.datasets] == [
        ("Training table aaaaaaaaaaa…", 1),
        ("Patients", 2),
        ("Training table 99999999999…", 1),
        ("Sales", 1),
    ]
    warnings = [dataset.warning for dataset in view.datasets]
    assert [bool(text) for text in warnings] == [False, True, False, False]
    assert warnings[1].startswith("2 releases were made of one training table. They add up:")
    apart = only(history_page(audits({}, OTHER_TABLE)))
    assert apart.warning == ""


def test_the_ledger_counts_looks() -> None:
    """Audits of a table in all datasets; one that repeats another in all is no further look; 1 - .95^k of k looks."""
    first = audits({}, {}, {"dataset": "Sales", "outcome": "fail"}, OTHER_TABLE)
    again = replace(first[0], evidence_sha256="e" * 64)
    reseeded = replace(first[0], evidence_sha256="f" * 64, seed="1")
    view = history_page([*first, again, reseeded])
    table, other = view.tables
    assert (table.n_audits, table.n_looks, table.passed) == ("5", "4", "4")
    assert table.releases == "r0 (3), r1, r2"
    assert table.share.replace("\u00a0", " ") == "18.5 %"
    assert (other.n_audits, other.n_looks, other.releases) == ("1", "1", "r3")
    assert other.share.replace("\u00a0", " ") == "5 %"


def test_the_page_prints_what_the_rows_say() -> None:
    """Figures with their interval and limit, verdicts, and a dash where nothing was measured."""
    page = render_history(audits({}, WORSE, {"tpr": None, "outcome": "inconclusive"}))
    text = re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ")
    for said in ("1.2 % (0.4 % to 3 %)", "30 % (27 % to 33 %)", "Inconclusive", "3 audits of 1 dataset.", "14.3 %"):
        assert said in text, said
    # Places on the scale of square roots: 100 sqrt(.3) and, for the limit of .05, 100 sqrt(.05).
    assert '<line class="at" x1="54.8" x2="54.8" y1="5" y2="5"/>' in page
    assert '<line class="limit" x1="22.4" x2="22.4" y1="0" y2="10"/>' in page
    assert ">–</td>" in re.sub(r"\s+", "", page)


def test_an_empty_history_is_a_page() -> None:
    """It says so, and has no ledger."""
    page = render_history([])
    assert "No audit is recorded." in page
    assert "Attempts for each" not in page


def test_no_text_in_a_history_acts() -> None:
    """Any text in every field: the page has the elements that it has with a word, and nothing is fetched or run."""
    fields = ("dataset", "release", "vendor", "policy", "attack", "created_utc", "synthaudit_version", "train_sha256")

    def filled(text: str) -> str:
        given = dict.fromkeys(fields, text)
        return render_history(audits(given, {**given, "policy_sha256": "1" * 64, "synthaudit_version": f"{text}2"}))

    expected = Skeleton(filled("word")).elements
    for payload in PAYLOADS:
        if payload.strip():
            assert Skeleton(filled(payload)).elements == expected, payload


@pytest.mark.parametrize("text", ["r", "<", "\u202e"])
def test_the_page_stays_small_however_much_is_recorded(text: str) -> None:
    """300 KB at most with 5,000 audits of 1,000 datasets, whatever their names, and with all of one; all is counted."""
    many = []
    for n in range(5000):
        names: Any = dict.fromkeys(("release", "vendor", "policy", "attack"), text * 200)
        number = f"{n % 1000:064}"
        names |= {"dataset": f"{number}{text * 200}", "train_sha256": number, "release_sha256": f"{n:064}"}
        many.append(replace(numbered(n), **names))
    page = render_history(many)
    assert len(page.encode()) <= 300_000
    assert "970 more datasets, audited longer ago, are in the file and not on this page." in page
    assert "970 more training tables, looked at less often, are in the file and not on this page." in page
    alone = render_history([replace(audit, dataset="one", train_sha256="a" * 64) for audit in many])
    assert len(alone.encode()) <= 300_000
    assert "4970 older audits are in the file and not on this page." in alone
    assert "and 4994 more" in alone


def test_the_page_loads_nothing() -> None:
    """The rules of every page of ours: the policy of contents, no script, no address, and the same bytes again."""
    rows = audits({}, WORSE)
    page = render_history(rows)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'" in page
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|https?:|url\(|@import", page)
    assert {link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("#")} == set()
    assert render_history(rows) == page

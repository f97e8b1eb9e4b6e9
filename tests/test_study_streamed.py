"""The study of releases larger than memory: its truth is planted, and no figure is flattered."""

from dataclasses import replace

import pandas as pd
import pytest
from study import large
from study.plan import Case, cases
from study.rows import Row
from study.streamed import markdown

CODE = "a program"
PLANNED = cases(large.cells(), 0)


def row_of(case: Case, outcome: str) -> Row:
    values = {name: getattr(case, name) for name in ("part", "kind", "table", "size", "policy", "profile", "seed")}
    return Row(**values, outcome=outcome, code=CODE)


def counted(rows: list[Row]) -> list[str]:
    """The three lines of figures, without their names."""
    text, _ = markdown(rows, CODE, PLANNED)
    return [line.split(" | ", 1)[1] for line in text.splitlines() if " of 20 | " in line]


def test_forty_large_releases_and_twenty_pairs() -> None:
    """Half of either leaky; the parts of a pair differ in nothing but how the release is read."""
    parts = {part: [case for case in PLANNED if case.part == part] for part in large.ROWS}
    assert [len(found) for found in parts.values()] == [40, 20, 20]
    assert [sum(case.kind in large.LEAKY for case in found) for found in parts.values()] == [20, 10, 10]
    assert [replace(case, part="held whole") for case in parts["part by part"]] == parts["held whole"]
    assert {case.profile for case in PLANNED} == {"quick", "standard"}


def test_figures_are_met_by_all_and_missed_by_one_too_few() -> None:
    """A leaky release that passes, five harmless ones that do not and a sixth, a pair that ends apart."""
    good = [row_of(case, "fail" if case.kind in large.LEAKY else "pass") for case in PLANNED]
    assert counted(good) == [
        "20 of 20 | 20 of 20 | MET |",
        "20 of 20 | 15 of 20 | MET |",
        "20 of 20 | 20 of 20 | MET |",
    ]
    harmless = [i for i, row in enumerate(good) if row.part == "larger than memory" and row.kind in large.HARMLESS]
    doubted = [replace(row, outcome="inconclusive") if i in harmless[:5] else row for i, row in enumerate(good)]
    assert counted(doubted)[1] == "15 of 20 | 15 of 20 | MET |"
    doubted[harmless[5]] = replace(good[harmless[5]], outcome="fail")
    assert counted(doubted)[1] == "14 of 20 | 15 of 20 | MISSED |"
    for part, line in (("larger than memory", 0), ("held whole", 2)):
        wrong = next(i for i, row in enumerate(good) if row.part == part and row.kind in large.LEAKY)
        bad = [replace(row, outcome="pass") if i == wrong else row for i, row in enumerate(good)]
        assert counted(bad)[line] == "19 of 20 | 20 of 20 | MISSED |"
        assert markdown(bad, CODE, PLANNED)[1] == 1


def test_what_has_not_run_is_not_met() -> None:
    """No row, one row, rows of another program."""
    nothing = [f"0 of 0 | {least} of 20 | not yet run |" for least in (20, 15, 20)]
    assert counted([]) == nothing
    assert counted([replace(row_of(case, "pass"), code="older") for case in PLANNED]) == nothing
    one = next(case for case in PLANNED if case.part == "larger than memory" and case.kind in large.LEAKY)
    assert counted([row_of(one, "fail")])[0] == "1 of 1 | 20 of 20 | not yet run |"


@pytest.mark.parametrize("kind", [*large.LEAKY, *large.HARMLESS])
def test_the_truth_is_planted(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of 40 members where 2 % are copied, of most where leaves hold one; in parts and held whole the same."""
    monkeypatch.setattr(large, "ROWS", dict.fromkeys(large.ROWS, 4_000))
    case = Case(part="part by part", kind=kind, table="bank", size=2_000, policy="partner", profile="quick", seed=3)
    given, again = large.large(case), large.large(replace(case, part="held whole"))
    pd.testing.assert_frame_equal(given.release, again.release)
    assert given.holdout is not None
    assert (len(given.train), len(given.holdout), len(given.release)) == (2_000, 2_000, 4_000)
    assert (given.options["release_rows"], again.options["release_rows"]) == (40_000, "all")
    copied = pd.merge(given.train, given.release, how="inner").drop_duplicates()
    if kind == "CART, leaf 1":
        assert len(copied) > 1_500
    else:
        assert len(copied) == (40 if kind == "copies of 2 %" else 0)
    # Amounts to the cent are nearly all unique: of whom are those that the release repeats?
    balances = given.release["balance"]
    of_members = balances.isin(given.train["balance"]).mean()
    of_others = balances.isin(given.holdout["balance"]).mean()
    assert (of_members > of_others + 0.005) == (kind in ("copies of 2 %", "CART, leaf 1"))

"""The study of the verdict: nothing is audited twice, nothing written is lost, no figure is flattered."""

import csv
from collections import Counter
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from gaming import distance
from sklearn.metrics import roc_auc_score
from study.dresses import dressed
from study.leaks import leaky
from study.plan import LAWS, WITHIN_LIMITS, Case, cases, cells, chosen_cells
from study.report import Figure, figures, markdown, passes, status
from study.rows import COLUMNS, Row, append, code_of, missing, read
from study.run import run

from synthaudit.adapters.policy import load_policy

CODE = "a program"
FOUR = cases(chosen_cells("pushed_cart"), 0, 1)


def row_of(case: Case, code: str = CODE, **said: Any) -> Row:
    values = {name: getattr(case, name) for name in ("part", "kind", "table", "size", "policy", "profile", "seed")}
    return Row(**{**values, "outcome": "pass", "code": code, **said})


def audit(case: Case, code: str, commit: str, cache: Path) -> Row:
    """A fake audit: the outcome is the case's kind."""
    return row_of(case, code, outcome=case.kind, commit=commit)


class Broken:
    """A fake audit that is killed over the case of this number."""

    def __init__(self, last: int) -> None:
        self.done, self.last = 0, last

    def __call__(self, case: Case, code: str, commit: str, cache: Path) -> Row:
        if self.done == self.last:
            raise KeyboardInterrupt
        self.done += 1
        return audit(case, code, commit, cache)


# --- rows ---------------------------------------------------------------------------------------------


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Commas, quotes and lines without a figure included; a second row keeps the first."""
    first = row_of(FOUR[0], reason='"Not covered", he said', seconds=1.5)
    second = row_of(FOUR[1], outcome="error")
    for row in (first, second):
        append(tmp_path / "deep" / "verdict.csv", row)
    assert read(tmp_path / "deep" / "verdict.csv") == [first, second]


def test_a_line_that_its_writer_was_killed_over_is_left_out_and_written_over(tmp_path: Path) -> None:
    """The rows before it stay, wherever in the line the writer died."""
    file, rows = tmp_path / "verdict.csv", [row_of(case) for case in FOUR]
    for row in rows[:2]:
        append(file, row)
    whole = file.read_bytes()
    last = whole.rfind(b"\n", 0, -1) + 1
    for cut in (last + 1, (last + len(whole)) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        assert read(file) == rows[:1]
        append(file, rows[2])
        assert read(file) == [rows[0], rows[2]]


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    """Rows of another form are never taken for rows of this one."""
    (tmp_path / "verdict.csv").write_text("part,kind\ndecides,CART\n")
    with pytest.raises(ValueError, match="has the columns"):
        read(tmp_path / "verdict.csv")
    assert not read(tmp_path / "none.csv")


def test_comments_and_docstrings_do_not_make_a_program_another(tmp_path: Path) -> None:
    """Code does, and so does the name of a module."""
    module = tmp_path / "a.py"
    hashes = []
    for text in ('"""One."""\nx = 1  # one\n', '"""Two."""\n\nx = 1\n', "x = 1\n", "x = 2\n"):
        module.write_text(text)
        hashes.append(code_of(tmp_path))
    module.rename(tmp_path / "b.py")
    assert [len(list(same)) for _, same in groupby([*hashes, code_of(tmp_path)])] == [3, 1, 1]


def test_words_for_readers_do_not_make_a_program_another(tmp_path: Path) -> None:
    """Messages may change, and what shows a verdict; what is compared or counted may not."""
    (tmp_path / "verdict").mkdir()
    (tmp_path / "report").mkdir()
    module = tmp_path / "verdict" / "a.py"
    hashes = []
    for text in ('x = N_("One {n}").format(n=3)', 'x = N_("Two {n}").format(n=3)', 'x = N_("Two {n}").format(n=4)'):
        module.write_text(text)
        hashes.append(code_of(tmp_path))
    (tmp_path / "report" / "page.py").write_text("x = 1")
    assert [len(list(same)) for _, same in groupby([*hashes, code_of(tmp_path)])] == [2, 2]


# --- running ------------------------------------------------------------------------------------------


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was written stays, is not audited again, and the rest follows in order."""
    file = tmp_path / "verdict.csv"
    with pytest.raises(KeyboardInterrupt):
        run(FOUR, file, CODE, audit=Broken(last=2), processes=1)
    assert [row.kind for row in read(file)] == [case.kind for case in FOUR[:2]]
    again = Broken(last=99)
    run(FOUR, file, CODE, audit=again, processes=1)
    assert again.done == len(FOUR) - 2
    assert [row.kind for row in read(file)] == [case.kind for case in FOUR]
    run(FOUR, file, CODE, audit=Broken(last=0), processes=1)


def test_rows_of_another_program_stay_and_are_run_again(tmp_path: Path) -> None:
    """The file only grows."""
    file = tmp_path / "verdict.csv"
    run(FOUR, file, "an older program", audit=audit, processes=1)
    before = file.read_bytes()
    run(FOUR, file, CODE, audit=audit, processes=1)
    assert file.read_bytes().startswith(before)
    assert Counter(row.code for row in read(file)) == {"an older program": len(FOUR), CODE: len(FOUR)}


def test_no_audit_is_begun_after_the_limit(tmp_path: Path) -> None:
    """With no minutes at all none is."""
    run(FOUR, tmp_path / "verdict.csv", CODE, minutes=0, audit=audit, processes=1)
    assert not read(tmp_path / "verdict.csv")


# --- the plan -----------------------------------------------------------------------------------------


def test_no_case_stands_twice_in_the_plan() -> None:
    """Else one row would count for two."""
    keys = [row_of(case).key for case in cases(cells())]
    assert len(keys) == len(set(keys))


def test_a_part_of_a_run_covers_every_cell_alike() -> None:
    """After any share of the plan every cell has that share of its seeds, one more or less."""
    planned, of_cells = cases(cells()), list(cells())
    for share in (0.3, 0.5, 0.8):
        done = Counter((case.part, case.kind, case.policy, case.size) for case in planned[: int(share * len(planned))])
        for cell in of_cells:
            if cell.size is not None and len(cell.tables) > 1:
                n = done[cell.part, cell.kind, cell.policy, cell.size]
                assert abs(n - share * cell.seeds) <= 1.5, cell


def test_the_plan_is_as_large_as_asked() -> None:
    """1,000 leak-free audits, 23 kinds of leaks on 20 seeds, and no seed that settings are chosen on."""
    planned = cases(cells())
    parts = Counter(case.part for case in planned)
    assert (parts["no false alarm"], parts["never wrongly"], parts["decides"]) == (1_000, 460, 420)
    assert min(case.seed for case in planned) >= 5_000
    assert not {case.seed for case in cases(cells(), 0)} & {case.seed for case in planned}
    sizes = [case.size for case in planned if case.part == "no false alarm"]
    assert min(sizes) >= 300
    assert max(sizes) <= 5_000


# --- the report ---------------------------------------------------------------------------------------

MOST_ONE = Figure(what="pass", of=lambda row: True, says=passes, most=1)
HALF = Figure(what="pass", of=lambda row: True, says=passes, most=0.5)
LEAST_13 = Figure(what="pass", of=lambda row: True, says=passes, least=13)
FOUR_FIFTHS = Figure(what="pass", of=lambda row: True, says=passes, least=0.8)


@pytest.mark.parametrize(
    ("figure", "said", "done", "planned", "expected"),
    [
        (MOST_ONE, 1, 20, 20, "MET"),
        (MOST_ONE, 2, 20, 20, "MISSED"),
        (MOST_ONE, 2, 3, 20, "MISSED"),
        (MOST_ONE, 0, 19, 20, "not yet run"),
        (HALF, 10, 20, 20, "MET"),
        (HALF, 11, 20, 20, "MISSED"),
        (LEAST_13, 13, 20, 20, "MET"),
        (LEAST_13, 12, 20, 20, "MISSED"),
        (LEAST_13, 13, 19, 20, "not yet run"),
        (LEAST_13, 0, 8, 20, "MISSED"),
        (LEAST_13, 0, 7, 20, "not yet run"),
        (FOUR_FIFTHS, 16, 20, 20, "MET"),
        (FOUR_FIFTHS, 15, 20, 20, "MISSED"),
        (FOUR_FIFTHS, 336, 420, 420, "MET"),
        (FOUR_FIFTHS, 335, 420, 420, "MISSED"),
        (FOUR_FIFTHS, 0, 0, 420, "not yet run"),
    ],
)
def test_a_figure_is_met_or_missed_once_nothing_can_change_it(
    figure: Figure, said: int, done: int, planned: int, expected: str
) -> None:
    """At the limit, on either side of it, and while audits are left."""
    assert status(figure, said, done, planned) == expected


def line_of(text: str, what: str) -> list[str]:
    return next(
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith(f"| {what} ")
    )


def test_the_report_counts_rows_of_this_program_alone() -> None:
    """19 of 20 stopped by this program: met; those of an older one stand beside it and decide nothing."""
    planned = [case for case in cases(cells()) if case.part == "never wrongly" and case.kind == "padded"]
    rows = [row_of(case, outcome="pass" if i == 0 else "fail") for i, case in enumerate(planned)]
    rows += [row_of(case, code="an older program") for case in planned]
    text, missed = markdown(rows, CODE, 5_000)
    assert missed == 0
    assert line_of(text, "padded: pass") == ["padded: pass", "1 of 20", "at most 1 of 20", "MET", "20 of 20"]
    assert line_of(text, "glued: pass")[3] == "not yet run (0 of 20)"
    assert line_of(text, "all 23 kinds: pass")[3] == "not yet run (20 of 460)"
    rows[1] = replace(rows[1], outcome="pass")
    text, missed = markdown(rows, CODE, 5_000)
    assert (missed, line_of(text, "padded: pass")[3]) == (1, "MISSED")


def test_an_error_is_no_pass_and_no_fail() -> None:
    """An audit that broke counts against deciding, and is seen among the cells."""
    planned = [
        case for case in cases(cells()) if case.part == "decides" and (case.kind, case.table) == ("CART", "households")
    ]
    rows = [row_of(case, outcome="error", reason="ValueError: no") for case in planned]
    text, missed = markdown(rows, CODE, 5_000)
    assert line_of(text, "CART on households: pass")[1:4] == ["0 of 20", "at least 13 of 20", "MISSED"]
    assert "ValueError: no (20)" in text
    assert missed == 1


def test_every_case_of_the_plan_is_counted_by_a_figure() -> None:
    """But those fitted on train, which are reported beside."""
    counted = [figure.of for figure in figures()]
    alone = {case.part for case in cases(cells()) if not any(of(case) for of in counted)}
    assert alone == {"fitted on train"}


def test_the_file_begins_with_its_columns(tmp_path: Path) -> None:
    """So that anything reads it."""
    append(tmp_path / "verdict.csv", row_of(FOUR[0]))
    with (tmp_path / "verdict.csv").open() as opened:
        assert next(csv.reader(opened)) == COLUMNS
    assert not missing(FOUR[:1], read(tmp_path / "verdict.csv"), CODE)


# --- dresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_dress_hides_cells_and_keeps_people_apart(seed: int) -> None:
    """Monotone: numbers in order, or in reverse; coarse: fewer numbers, in order; re-levelled: one name a level."""
    rng = np.random.default_rng(seed)
    plain = pd.DataFrame({"x": rng.normal(size=300), "c": rng.choice(list("abcd"), 300)})
    monotone, coarse, levels = (
        dressed(plain, dress, np.random.default_rng([seed, 1])) for dress in ("monotone", "coarse", "re-levelled")
    )
    assert abs(monotone["x"].corr(plain["x"], method="spearman")) == pytest.approx(1)
    assert coarse["x"].nunique() < 200
    assert (np.diff(coarse["x"].to_numpy()[np.argsort(plain["x"].to_numpy())]) >= 0).all()
    assert levels.groupby("c")["x"].size().sort_values().tolist() == plain.groupby("c").size().sort_values().tolist()
    pd.testing.assert_series_equal(levels["x"], plain["x"])


@pytest.mark.parametrize("table", LAWS)
@pytest.mark.parametrize("kind", WITHIN_LIMITS)
def test_a_kind_of_which_no_fail_is_asked_leaks_less_than_the_limit(kind: str, table: str) -> None:
    """By distances in the known columns, which are what its maker goes by; still more than nothing."""
    case = next(case for case in cases(chosen_cells(kind)) if (case.part, case.table) == ("never wrongly", table))
    given = leaky(case)
    assert given.holdout is not None
    auc = roc_auc_score(
        np.repeat([1, 0], [len(given.train), len(given.holdout)]),
        np.concatenate([distance(given.train, given.release), distance(given.holdout, given.release)]),
    )
    assert 0.52 < auc < load_policy("partner").auc

"""The pointed question about one person: what the answer rests on, and what it never says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tables import three
from test_cli import SECRET, call

import synthaudit
from synthaudit.errors import InputError
from synthaudit.types import AtLeast, NotEstimable


def tables(seed: int, copied: int = 30) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout and a release that holds the first rows of train."""
    train, holdout, release = three((300, 300, 300), np.random.default_rng(seed))
    release.iloc[:copied] = train.iloc[:copied]
    return train, release, holdout


def ask(record: pd.DataFrame, *given: Any, **options: Any) -> Any:
    return synthaudit.query(record, *given, jobs=1, **options)


def test_a_copied_member_gets_the_smallest_possible_pvalue() -> None:
    """Whoever is in the release word for word is above every stranger: p = 1 / (n0 + 1), and the copy is named."""
    train, release, holdout = tables(0)
    for row in range(0, 30, 6):
        answer = ask(train.iloc[[row]], train, release, holdout)
        assert answer.pvalue == pytest.approx(1 / (answer.n_nonmembers + 1))
        assert (answer.verbatim, answer.stands_in) == (True, "train")
        assert (answer.n_members, answer.n_nonmembers, answer.verbatim_members) == (299, 300, 29)


def bound(members: int, n_members: int, at_most: int, n_strangers: int, error: float, prior: float) -> float:
    """Share of members at least, by scipy's exact bounds: a fifth of the error for members, the rest for strangers."""
    tpr = stats.binomtest(members, n_members, alternative="greater").proportion_ci(1 - error / 5, "exact").low
    fpr = stats.binomtest(at_most, n_strangers, alternative="less").proportion_ci(1 - 4 * error / 5, "exact").high
    return float(tpr * prior / (tpr * prior + fpr * (1 - prior)))


def test_a_copy_is_stated_with_its_counts_and_what_it_is_worth() -> None:
    """29 of 299 other members and none of 300 strangers are held word for word: .03 of the error, as 1 in 1,000 needs
    more strangers; said in whole people of 100, rounded down."""
    train, release, holdout = tables(0)
    answer = ask(train.iloc[[0]], train, release, holdout)
    assert (answer.level, [level.name for level in answer.levels]) == (
        "word_for_word",
        ["word_for_word", "top_1_in_100", "top_1_in_20"],
    )
    text = answer.to_text()
    assert answer.to_text("de").startswith("War dieser Datensatz in den Trainingsdaten?")
    assert "The release holds this record word for word. So it does those of 29 of 299 other members, and 0 of" in text
    for prior, expected in ((0.5, "1 in 2 of"), (0.1, "1 in 10 of"), (0.01, "1 in 100 of")):
        worth = bound(29, 299, 0, 300, 0.03, prior)
        stated = answer.ppv[f"{prior:g}"]
        assert stated == AtLeast(at_least=stated.at_least, confidence_level=0.95, n=599)
        assert stated.at_least == pytest.approx(worth)
        assert f"    at least {int(100 * worth)} in 100, if {expected} all who may be asked about is\n" in text
    assert "By chance at most 1 in 100 strangers has such evidence, and at most 6 in 100 have any." in text


def test_a_near_copy_is_graded_by_its_score() -> None:
    """Below two strangers and above all others: among the top 1 in 100, of 300 strangers; the counts are those above
    the third highest."""
    train, release, holdout = tables(0)
    release.loc[:29, "x0"] += 0.01
    answer = ask(train.iloc[[0]], train, release, holdout)
    (level,) = (level for level in answer.levels if level.name == answer.level)
    assert (level.name, level.strangers, level.n_strangers) == ("top_1_in_100", 2, 300)
    assert f"among their top 1 in 100. So are those of {level.members} of 299" in " ".join(answer.to_text().split())
    assert not answer.levels[0].met
    # A fifth of the error: V has three parts of five, each level by score one.
    worth = bound(level.members, 299, 2, 300, 0.01, 0.1)
    assert answer.ppv["0.1"].at_least == pytest.approx(worth)


def test_a_stranger_is_told_nothing_and_no_number() -> None:
    """Where the record reaches no level there is no figure of its worth, neither in text nor in JSON."""
    train, release, holdout = tables(0)
    fresh = three((6,), np.random.default_rng(90))[0]
    answers = [ask(fresh.iloc[[i]], train, release, holdout) for i in range(6)]
    plain = [answer for answer in answers if answer.pvalue > 0.05]
    assert plain
    for answer in plain:
        assert answer.level is None
        assert all(isinstance(worth, NotEstimable) for worth in answer.ppv.values())
        assert "That tells nothing of whether the person was in the training data." in answer.to_text()
        assert "at_least" not in answer.to_json()


def test_what_many_strangers_have_too_is_no_evidence() -> None:
    """Two columns of few levels: the release holds nearly every record, strangers' as well, and that is said."""
    rng = np.random.default_rng(12)

    def few(n: int) -> pd.DataFrame:
        return pd.DataFrame({name: rng.choice(np.array([*"abcdefgh"], dtype=object), n) for name in ("c0", "c1")})

    train, release, holdout = few(300), few(300), few(300)
    answer = ask(release.iloc[[0]], train, release, holdout, allow_overlap=True)
    assert (answer.verbatim, answer.levels[0].met) == (True, False)
    assert answer.verbatim_nonmembers > 200
    assert "chance does that here, so it tells nothing by itself" in " ".join(answer.to_text().split())


def test_evidence_that_strangers_may_have_as_often_tells_nothing() -> None:
    """A stranger above nearly everybody where nothing leaks: the level with its counts, and no number."""
    train, holdout, release, fresh = three((300, 300, 300, 60), np.random.default_rng(50))
    answers = [ask(fresh.iloc[[i]], train, release, holdout) for i in range(60)]
    reached = [answer for answer in answers if answer.level is not None]
    assert 0 < len(reached) <= stats.binom.isf(0.001, 60, 0.05)
    assert all(isinstance(worth, NotEstimable) for answer in reached for worth in answer.ppv.values())
    assert all("That tells nothing: as many strangers may" in answer.to_text() for answer in reached)


def test_too_few_strangers_are_said() -> None:
    """19 reach the last level; 18 strangers allow none, and so no answer, whatever the release holds."""
    train, release, holdout = tables(0)
    answer = ask(train.iloc[[0]], train, release, holdout[:18])
    assert (answer.level, answer.levels, answer.verbatim) == (None, (), True)
    text = " ".join(answer.to_text().split())
    assert "18 strangers to compare with are too few for any answer; at least 19 are needed." in text
    assert "too few strangers are there to compare with, so it tells nothing by itself" in text
    assert [level.name for level in ask(train.iloc[[0]], train, release, holdout[:19]).levels] == ["top_1_in_20"]


@pytest.mark.parametrize("side", ["train", "holdout"])
@pytest.mark.parametrize("reference_given", [True, False])
def test_the_persons_own_row_neither_competes_nor_calibrates(side: str, reference_given: bool) -> None:
    """Asking about a row of a table gives the answer of asking with that row taken out of the table beforehand."""
    train, release, holdout = tables(1)
    reference = three((200,), np.random.default_rng(9))[0] if reference_given else None
    rows = {"train": train, "holdout": holdout}
    record = rows[side].iloc[[17]]
    asked = ask(record, train, release, holdout, reference=reference)
    rows[side] = rows[side].drop(index=17)
    without = ask(record, rows["train"], release, rows["holdout"], reference=reference)
    assert (asked.stands_in, without.stands_in) == (side, "neither")
    assert asked.pvalue == without.pvalue
    assert (asked.tpr, asked.fpr, asked.levels) == (without.tpr, without.fpr, without.levels)


def test_a_person_of_several_rows() -> None:
    """With an entity column the rows are one person's; by key the person is found in train even if a cell differs."""
    train, release, holdout = tables(2)
    train["person"], holdout["person"] = np.arange(300) // 3, 1_000 + np.arange(300) // 3
    record = train.iloc[6:9].copy()
    record["x0"] += 1.0
    answer = ask(record, train, release, holdout, entity="person")
    assert (answer.n_rows, answer.stands_in, answer.n_members, answer.n_nonmembers) == (3, "train", 99, 100)
    same_rows = ask(train.iloc[6:9].drop(columns="person"), train, release, holdout, entity="person")
    assert (same_rows.stands_in, same_rows.n_members) == ("train", 99)
    with pytest.raises(InputError, match="SA-190 record frame: 2 people in 'person'"):
        ask(train.iloc[6:10], train, release, holdout, entity="person")


def test_what_is_no_question_is_refused() -> None:
    """Two rows without an entity column, a missing column, no holdout: bad input, told without a cell."""
    train, release, holdout = tables(3)
    with pytest.raises(InputError, match="SA-190 record frame: 2 rows; without --entity"):
        ask(train.iloc[:2], train, release, holdout)
    with pytest.raises(InputError, match="SA-138 record frame: 1 of 9 columns of train is missing: 'x1'"):
        ask(train.iloc[:1].drop(columns="x1"), train, release, holdout)
    with pytest.raises(InputError, match="SA-103 record frame: 0 rows"):
        ask(train.iloc[:0], train, release, holdout)
    with pytest.raises(InputError, match="SA-191"):
        ask(train.iloc[:1], train, release, None)


ODD = ("x0", "x3", "c0", "c1")


def emptied(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows, with four cells of each blank."""
    return table.assign(x0=np.nan, x3=np.nan, c0=None, c1=None)


def test_a_blank_cell_is_as_if_nobody_had_the_column() -> None:
    """A record with blank cells gets the answer of tables that lack these columns, gaps in the release or not."""
    train, release, holdout = tables(4)
    release.loc[::3, "x0"], release.loc[::4, "c0"] = np.nan, None
    fresh = three((3,), np.random.default_rng(40))[0]
    for record in (train.iloc[[0]], holdout.iloc[[5]], *(fresh.iloc[[i]] for i in range(3))):
        asked = ask(emptied(record), train, release, holdout)
        without = ask(record.drop(columns=[*ODD]), *(table.drop(columns=[*ODD]) for table in (train, release, holdout)))
        assert asked.left_out == ODD
        assert asked.unlike == without.left_out == ()
        for figure in ("stands_in", "pvalue", "tpr", "fpr", "levels", "verbatim", "n_members"):
            assert getattr(asked, figure) == getattr(without, figure)


def _exposed(change: Any, spoil: Any, seeds: int = 4, strangers: int = 10) -> int:
    """Of 40 strangers with such a record, how many have p of at most .05."""
    found = 0
    for seed in range(seeds):
        train, holdout, release, fresh = three((150, 150, 150, strangers), np.random.default_rng(400 + seed))
        release = spoil(release)
        found += sum(ask(change(fresh.iloc[[i]]), train, release, holdout).pvalue <= 0.05 for i in range(strangers))
    return found


def _with_gaps(release: pd.DataFrame) -> pd.DataFrame:
    gaps = np.arange(len(release)) % 4 == 0
    return release.assign(x0=release["x0"].mask(gaps), c0=release["c0"].mask(gaps))


def _other_levels(release: pd.DataFrame) -> pd.DataFrame:
    odd = np.arange(len(release)) % 10 > 0
    return release.assign(**{f"c{i}": release[f"c{i}"].mask(odd, "yy") for i in range(4)})


def _raised(release: pd.DataFrame) -> pd.DataFrame:
    return release.assign(**{name: release[name] + release[name].std() for name in ("x0", "x2", "x3")})


@pytest.mark.parametrize(
    ("change", "spoil"),
    [
        (emptied, _with_gaps),
        (lambda record: record.assign(x0=1e6, x2=1e6, x3=1e6), _raised),
        (lambda record: record.assign(c0="zz", c1="zz", c2="zz", c3="zz"), _other_levels),
    ],
    ids=["blank", "out of range", "level that nobody has"],
)
def test_strangers_are_not_exposed_by_what_their_record_lacks(change: Any, spoil: Any) -> None:
    """Of 40 strangers 2 are expected at p <= .05; odd cells must not make it more than chance does (error 1 in 1,000).

    Each release is one in which such cells lifted a third of all strangers or more: gaps that the real tables lack,
    numbers that are too large, columns of a level that is nobody's either.
    """
    assert _exposed(change, spoil) <= stats.binom.isf(0.001, 40, 0.05)


def test_a_member_with_a_blank_cell_is_found_by_the_others() -> None:
    """Copied members, a cell blank or mistyped beyond everybody's: still above every stranger, and still themselves."""
    train, release, holdout = tables(6)
    cells: list[tuple[str, Any]] = [("x1", np.nan), ("c3", None), ("x4", 1e9), ("c2", SECRET)]
    for row, (name, cell) in enumerate(cells):
        answer = ask(train.iloc[[row]].assign(**{name: cell}), train, release, holdout)
        assert answer.pvalue == pytest.approx(1 / (answer.n_nonmembers + 1))
        assert answer.left_out == (name,)
        is_blank = row < 2
        assert answer.unlike == (() if is_blank else (name,))
        assert (answer.verbatim, answer.stands_in, answer.n_members) == (is_blank, "train", 299)
        assert ("blank in the record" in answer.to_text()) == is_blank
        assert ("The record is unlike the tables" in answer.to_text()) == (not is_blank)
        assert (f"'{name}'" in answer.warnings[0], len(answer.warnings)) == (True, 1 if is_blank else 2)
        assert not any(cell in answer.to_text() + answer.to_json() for cell in (SECRET, "1e9", "1e+09", "1000000000"))


def test_blank_cells_do_not_say_in_which_table_a_twin_stands() -> None:
    """Where people of both tables agree with what is filled in, nobody is taken to be the person asked about."""
    train, release, holdout = tables(7)
    holdout.iloc[0] = train.iloc[200]
    holdout.loc[0, "x0"] = 0.5
    record = train.iloc[[200]].assign(x0=np.nan)
    answer = ask(record, train, release, holdout, allow_overlap=True)
    assert (answer.stands_in, answer.n_members, answer.n_nonmembers) == ("neither", 300, 300)


def test_a_level_that_only_the_release_has_is_compared() -> None:
    """A value that nobody but the person has, and the release repeats, is the plainest sign there is."""
    train, release, holdout = tables(8)
    record = train.iloc[[100]].assign(c3=SECRET)
    train.iloc[100], release.iloc[50] = record.iloc[0], record.iloc[0]
    answer = ask(record, train, release, holdout)
    assert (answer.left_out, answer.unlike, answer.stands_in) == ((), ("c3",), "train")
    assert answer.pvalue == pytest.approx(1 / 301)
    assert "a level that no other real row has, and the release has" in answer.warnings[0]


def test_of_several_rows_those_with_the_fewest_blanks_speak() -> None:
    """A row with more blank cells than the others changes nothing but the count of rows, in any order of the rows."""
    train, release, holdout = tables(2)
    train["person"], holdout["person"] = np.arange(300) // 3, 1_000 + np.arange(300) // 3
    fresh = three((3,), np.random.default_rng(41))[0]
    more = emptied(fresh.iloc[[2]])
    for rows in ([fresh.iloc[:2], more], [more, fresh.iloc[:2]]):
        answer = ask(pd.concat(rows), train, release, holdout, entity="person")
        fewer = ask(fresh.iloc[:2], train, release, holdout, entity="person")
        assert (answer.pvalue, answer.tpr, answer.left_out) == (fewer.pvalue, fewer.tpr, fewer.left_out)
        assert answer.warnings[-1] == "1 of 3 rows have more blank cells, or others, and were left out."


def test_a_record_of_nothing_is_refused() -> None:
    """Without a cell to compare there is no answer, and no figure that could be taken for one."""
    train, release, holdout = tables(4)
    with pytest.raises(InputError, match="SA-192 record: no cell of 9 that can be compared"):
        ask(pd.DataFrame({name: [None] for name in train}), train, release, holdout)


def test_the_command_prints_text_or_json_without_a_cell(tmp_path: Path) -> None:
    """Exit code 0 for any answer, 2 for bad input; the words that limit it are always there, no cell ever is."""
    train, release, holdout = tables(5)
    train.loc[0, "c0"] = release.loc[0, "c0"] = SECRET
    for name, table in (("train", train), ("synthetic", release), ("holdout", holdout), ("record", train[:1])):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    flags = [p for n in ("record", "train", "synthetic", "holdout") for p in (f"--{n}", tmp_path / f"{n}.csv")]
    told = call("query", *flags, "--jobs", 1)
    assert told.returncode == 0
    assert "p = 0.003" in told.stdout
    assert "does not prove" in told.stdout
    assert "So it does those of 29 of 299 other members, and 0 of\n" in told.stdout
    worth = bound(29, 299, 0, 300, 0.03, 0.5)
    assert f"\n    at least {int(100 * worth)} in 100, if 1 in 2 of all" in told.stdout
    assert "100 in 100" not in told.stdout
    assert "wrong for 3 of 100 strangers" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 110
    as_json = call("query", *flags, "--jobs", 1, "--json")
    answer = json.loads(as_json.stdout)
    assert answer["pvalue"] == pytest.approx(1 / 301)
    assert set(answer["ppv"]) == {"0.5", "0.1", "0.01"}
    assert answer["ppv"]["0.5"] == {"at_least": pytest.approx(worth), "confidence_level": 0.95, "n": 599}
    assert (answer["level"], answer["levels"][0]["name"]) == ("word_for_word", "word_for_word")
    cells = {SECRET, *train["c0"], *(f"{x:.3f}" for x in train.loc[0, ["x0", "x1"]])}
    assert not any(cell in text for cell in cells for text in (told.stdout, told.stderr, as_json.stdout))
    train[:2].to_csv(tmp_path / "record.csv", index=False)
    refused = call("query", *flags)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("synthaudit: SA-190 record record.csv: 2 rows")

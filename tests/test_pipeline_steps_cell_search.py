"""Members' cells are found wherever a release hides them, and nothing is found where nothing is hidden."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figures import Record
from hidden_cells import CODES, HELD_IN, PLANTS, aligned, searched, tables, texts

import synthaudit
from synthaudit.linkage.shingles.people import people_of
from synthaudit.linkage.shingles.pieces import pieces_of
from synthaudit.linkage.shingles.score import scores_of
from synthaudit.linkage.shingles.search import searched as search_whole
from synthaudit.linkage.shingles.similarity import text_similarity
from synthaudit.pipeline.step import line
from synthaudit.statistics.one_sided import members_found, one_sided_test
from synthaudit.statistics.units import entity_scores
from synthaudit.types import CellSearch, Column, Coverage, Kind, NotEstimable, Schema


@pytest.mark.parametrize("plant", list(PLANTS))
def test_a_leak_in_one_column_is_found_and_its_column_named(plant: str) -> None:
    """400 a side, everything else fresh; the smallest p that so few permutations give."""
    search = searched(*tables(400, 3, plant)).value
    assert (search.detected, search.pvalue) == (True, 0.002)
    assert set(search.columns_in) == HELD_IN[plant]


@pytest.mark.parametrize("code", list(CODES))
def test_what_members_are_written_in_is_read(code: str) -> None:
    """The same where their cells are in a code that needs no key: nobody has to guess it, for all are tried."""
    train, holdout, release = tables(400, 3, code)
    search = searched(train, holdout, release).value
    assert (search.detected, search.pvalue) == (True, 0.002)
    fresh = tables(400, 3)[2]
    assert set(search.columns_in) == {name for name in release if not release[name].equals(fresh[name])}


def test_a_fresh_release_holds_nothing_of_members() -> None:
    """No detection, no column named, and what reads every kind of column said."""
    result = searched(*tables(400, 3))
    assert (result.value.detected, result.value.columns_from, result.value.columns_in) == (False, (), ())
    assert result.value.pvalue > 0.05
    n = result.value.n_pieces
    assert result.coverage == (
        line(
            "cell shingles",
            "ran",
            f"{n:,} rare pieces of cells were looked up in every cell of all 400 rows of the release, in 10 columns",
        ),
        *(
            line("what reads the columns", "ran", reason)
            for reason in (
                "numeric: distances, agreement of cells, and the search of pieces",
                "categorical: distances and agreement of cells, which see whole levels, and the search of pieces",
                "text: the search of pieces and text_similarity; distances see whole texts alone",
                "identifier: the search of pieces; they are in no distance",
            )
        ),
    )


def small(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A key, a number of five digits, a level: nothing of it hangs on anybody else."""
    return pd.DataFrame(
        {
            "key": texts(f"K{number:07}" for number in rng.integers(0, 10**7, n)),
            "pay": rng.integers(10_000, 99_999, n),
            "level": texts(rng.choice([f"level {i}" for i in range(30)], n)),
        }
    )


def direct(tables_of: dict[str, pd.DataFrame], release: pd.DataFrame, entity: dict[str, Any], seed: int) -> float:
    """p of the search alone, without aligning any table."""
    kinds: dict[str, Kind] = {"key": "identifier", "pay": "numeric", "level": "categorical"}
    schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()))
    pieces = pieces_of(people_of(tables_of, entity, 0), schema)
    vectors = [vector.rows for vector in scores_of(pieces, search_whole(pieces, release))]
    if not vectors:
        return 1.0
    scores = np.array([score for rows in vectors for score in entity_scores(rows, pieces.unit).values()])
    order = np.arange(len(pieces.is_member))
    rng = np.random.default_rng(seed)
    return one_sided_test(scores, pieces.is_member, rng.permutation(order), rng=rng, n_permutations=399).pvalue


def test_p_values_of_leak_free_releases_are_not_too_small() -> None:
    """200 releases of 60 rows: at most 16 p-values at 5 %, and at most 4 at 0.5 %."""
    pvalues = []
    for seed in range(200):
        rng = np.random.default_rng([seed, 5])
        train, holdout, release = (small(60, rng).astype({"pay": float}) for _ in range(3))
        pvalues.append(direct({"train": train, "holdout": holdout}, release, {}, seed))
    assert sum(p <= 0.05 for p in pvalues) <= 16
    assert sum(p <= 0.005 for p in pvalues) <= 4


def test_rows_of_one_person_count_once() -> None:
    """The names of 54 of 100 members' families and 46 of strangers': chance by family, and none by row."""
    rng, family = np.random.default_rng(6), np.repeat(np.arange(100), 10)
    names = [f"surname{number:06} street" for number in rng.permutation(10**6)[:200]]
    train, holdout, release = (small(1_000, rng).astype({"pay": float}) for _ in range(3))
    train["level"], holdout["level"] = (texts(np.repeat(part, 10)) for part in (names[:100], names[100:]))
    release["level"] = texts(np.repeat([*names[:54], *names[100:146]], 10))
    both = {"train": train, "holdout": holdout}
    assert direct(both, release, {}, 0) == 0.005
    assert direct(both, release, {"train": family, "holdout": 100 + family}, 0) > 0.2


def test_only_members_above_strangers_count() -> None:
    """A release whose keys avoid those of train finds strangers' keys alone: no leak."""
    rng = np.random.default_rng(4)
    keys = rng.permutation(np.arange(10**6, 10**6 + 40_000))[:1_200]
    tables_of = [small(300, rng).assign(key=texts(f"K{key}" for key in part)) for part in np.split(keys, 4)]
    train, holdout, release = tables_of[0], tables_of[1], tables_of[2].assign(key=tables_of[1]["key"])
    assert not searched(train, holdout, release).value.detected
    assert searched(train, holdout, release.assign(key=train["key"])).value.detected


@pytest.mark.parametrize(("n", "crowd"), [(1_200, 0.0101), (1_200, 0.0201), (4_000, 0.0101), (4_000, 0.0201)])
def test_the_lower_bound_of_members_found_holds_where_members_crowd_just_below(n: int, crowd: float) -> None:
    """Six in ten members lie where strangers are oftener than 1 %; whoever drops some of those flagged finds the rest.

    200 draws; at an error of .005, four bounds above the truth come once in fifty runs.
    """
    is_member, too_high = np.arange(n) < n // 2, 0
    for seed in range(200):
        rng = np.random.default_rng([seed, n])
        ranks = rng.random(n)
        ranks[: 3 * n // 10] = crowd
        bound = members_found([-ranks], is_member, rng.permutation(n), rng=rng, alpha=0.005).lower_bound
        assert bound is not None
        too_high += bound > (0.6 + 0.4 * crowd) * 0.01 / crowd
    assert too_high < 4


def test_members_who_stand_above_all_strangers_are_found_whatever_the_number() -> None:
    """A hundred on each side of the half measured: too few for a threshold surely below 1 %, enough for a bound."""
    rng, is_member = np.random.default_rng(1), np.arange(400) < 200
    bound = members_found([is_member * 1.0], is_member, rng.permutation(400), rng=rng, alpha=0.005).lower_bound
    # All above one stranger of a hundred, whose rate is above 5.8 % in one of 400: .01 / .058.
    assert bound == pytest.approx(0.01 / (1 - 0.0025 ** (1 / 100)), rel=0.02)


def test_one_sided_p_values_by_hand() -> None:
    """Two members and two strangers: of six orders of labels one puts both members first, and one last."""
    label = np.array([True, True, False, False])
    order, rng = np.arange(4), np.random.default_rng(0)
    above = one_sided_test([4.0, 3.0, 2.0, 1.0], label, order, rng=rng, n_permutations=5_999)
    assert above.pvalue_auc == pytest.approx(1 / 3, abs=0.02)
    below = one_sided_test([1.0, 2.0, 3.0, 4.0], label, order, rng=rng, n_permutations=99)
    assert (below.pvalue, below.pvalue_auc, below.pvalue_top) == (1.0, 1.0, 1.0)


def test_text_similarity_by_hand() -> None:
    """A text of the release whatever its case: 1 less the nearest of others; one's own other rows are no others."""
    people = texts(["alpha beta", "alpha beta", "gamma delta", "gamma delta", "epsilon zeta"])
    unit = np.array([0, 0, 1, 2, 3])
    release = texts(["EPSILON ZETA", "nothing like it"])
    assert text_similarity(people, unit, release).tolist() == [0.0, 0.0, -1.0, -1.0, 1.0]
    assert text_similarity(people, unit, texts([None])).tolist() == [0.0] * 5  # type: ignore[list-item]


def test_a_release_that_streams_gives_the_same_search(tmp_path: Path) -> None:
    """Pieces are looked up in every row, also of a release that is larger than what is held."""
    train, holdout, release = tables(300, 8, "key cut over two columns")
    release = pd.concat([release] * 4, ignore_index=True)
    release.to_csv(tmp_path / "s.csv", index=False)
    held, _ = aligned(train, holdout, tmp_path / "s.csv", release_rows="all")
    streamed, _ = aligned(train, holdout, tmp_path / "s.csv", release_rows=1_000)
    assert (held.whole is None, streamed.whole is None) == (True, False)
    assert held.found is not None
    assert streamed.found is not None
    np.testing.assert_array_equal(held.found.bits, streamed.found.bits)
    np.testing.assert_array_equal(held.found.places, streamed.found.places)
    assert (held.found.names, held.found.n_rows) == (streamed.found.names, streamed.found.n_rows)


def test_columns_that_count_rows_are_named_and_not_looked_up() -> None:
    """Sorted keys of train stand in a release whose keys count from 1: no leak, and said so."""
    rng = np.random.default_rng(9)
    train, holdout, release = (
        small(200, rng).assign(key=texts(f"P{start + i:06}" for i in range(200))) for start in (1, 201, 1)
    )
    result = searched(train, holdout, release)
    assert (result.value.detected, result.value.counters) == (False, ("key",))
    assert line("cell shingles", "ran", "not looked up, for they count the rows: 'key'") in result.coverage


def gaps(result: Any) -> tuple[Coverage, ...]:
    return tuple(said for said in result.coverage if said.blocks_pass)


def test_a_column_that_nothing_reads_rules_out_a_pass() -> None:
    """An identifier that is constant in the release."""
    rng = np.random.default_rng(10)
    train, holdout, release = small(100, rng), small(100, rng), small(100, rng)
    assert gaps(searched(train, holdout, release)) == ()
    constant = release.assign(key="K1234567")
    reason = "no attack reads 'key': no cell of it differs from others in a rare piece"
    expected = line("what reads the columns", "not_run", reason, blocks_pass=True)
    assert gaps(searched(train, holdout, constant)) == (expected,)


def test_the_verdict_names_columns_and_no_cell(tmp_path: Path) -> None:
    """A whole audit of records in an identifier: detected, refused, and nothing of anybody in what is written."""
    train, holdout, release = tables(400, 3, "record in an identifier")
    audit = synthaudit.audit(train, release, holdout, profile="quick", jobs=1, output=tmp_path)
    where = "from 'age' of members stand in 'key' of the release"
    said = f"Rare pairs of values, joined, {where} more often than non-members'."
    assert (audit.leakage_detected, audit.outcome) == (True, "fail")
    assert said in audit.reasons
    assert isinstance(audit.cells, CellSearch)
    assert audit.cells.columns_in == ("key",)
    written = (tmp_path / "evidence.json").read_text("utf-8") + (tmp_path / "report.html").read_text("utf-8")
    assert said.replace("'", "&#39;") in written
    secret = [*release["key"], *train["note"], *train["address"], *train["key"]]
    assert [cell for cell in secret if cell in written or json.dumps(cell) in written] == []


def test_without_a_holdout_it_does_not_apply() -> None:
    """And says so."""
    train, _, release = tables(60, 3)
    audit = synthaudit.audit(train, release, profile="quick", jobs=1)
    reason = "without a holdout pieces of texts alone are searched, held against one half of train"
    assert line("cell shingles", "not_applicable", reason) in audit.coverage
    assert audit.cells is None


@pytest.mark.statistics
@pytest.mark.parametrize("n", [400, 1_300])
@pytest.mark.parametrize("plant", list(PLANTS))
def test_hidden_cells_are_found(plant: str, n: int, record_figure: Record) -> None:
    """In at least 9 of 10 releases whose other columns are fresh, with the columns that hold them."""
    searches = [searched(*tables(n, 100 + seed, plant)).value for seed in range(10)]
    found = sum(search.detected for search in searches)
    record_figure(f"{plant}, {n:,} a side: found of 10", found, ">= 9")
    named = sum(set(search.columns_in) == HELD_IN[plant] for search in searches)
    record_figure(f"{plant}, {n:,} a side: columns named of 10", named, ">= 8")
    assert found >= 9
    assert named >= 8


@pytest.mark.statistics
def test_fresh_releases_raise_no_alarm(record_figure: Record) -> None:
    """Of 200 releases without a leak at most 16 have p at most .05, and at most 4 are detected."""
    searches = [searched(*tables(200, 1_000 + seed)).value for seed in range(200)]
    low, detected = sum(search.pvalue <= 0.05 for search in searches), sum(search.detected for search in searches)
    record_figure("p <= .05 of 200", low, "<= 16")
    record_figure("detected of 200", detected, "<= 4")
    assert low <= 16
    assert detected <= 4


@pytest.mark.parametrize(("members", "strangers"), [(100, 3), (3, 100)])
def test_four_of_each_are_needed_to_choose_and_to_measure(members: int, strangers: int) -> None:
    """Whichever side has fewer; who they are is said."""
    label = np.arange(members + strangers) < members
    rng = np.random.default_rng(0)
    met = members_found(rng.normal(size=(2, len(label))), label, rng.permutation(len(label)), rng=rng, alpha=0.01)
    assert met.lower_bound is None
    assert isinstance(met.share, NotEstimable)
    assert met.share.not_estimable.endswith(f"there are {members} and {strangers}.")

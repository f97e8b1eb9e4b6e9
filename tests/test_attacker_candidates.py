"""The pile hides who is a member, sets a fair reference aside, and finds the way back."""

import numpy as np
import pytest

from synthaudit.attacker.candidates import Sampling, make_pile
from synthaudit.types import Cells


def cells(start: int, n: int) -> Cells:
    """Rows that can be told apart: row i holds start + i."""
    codes = np.arange(start, start + n, dtype=np.int32)[:, None]
    return Cells(codes=codes, values=codes.astype(float))


@pytest.mark.parametrize(
    ("n_train", "n_holdout", "members", "others"),
    [
        (900, 900, 112, 113),
        (900, 551, 0, 0),
        (900, 552, 86, 52),
        (100, 900, 10, 90),
        (5_000, 600, 134, 16),
        (2_000, 2_000, 250, 250),
        (3_000, 3_000, 250, 250),
        (5_000, 5_000, 416, 417),
    ],
)
def test_the_reference_takes_the_same_share_of_either_side(
    n_train: int, n_holdout: int, members: int, others: int
) -> None:
    """As many as a quarter of the holdout, above 500 a sixth; at most as many as train."""
    pile = make_pile(
        cells(1, n_train),
        cells(10_000, n_holdout),
        None,
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(0),
    )
    reference = np.array([], dtype=np.int32) if pile.reference is None else pile.reference.codes[:, 0]
    assert pile.n_aside == ((reference < 10_000).sum(), (reference >= 10_000).sum()) == (members, others)
    assert (~pile.is_member).sum() == n_holdout - others >= min(368, n_holdout)
    assert pile.is_member.sum() == n_train - members
    everyone = [*range(1, n_train + 1), *range(10_000, 10_000 + n_holdout)]
    assert sorted(np.concatenate([pile.candidates.codes[:, 0], reference])) == everyone
    everybody = pile.everybody
    assert sorted(everybody.cells.codes[:, 0]) == everyone
    np.testing.assert_array_equal(everybody.is_member[everybody.unit], everybody.cells.codes[:, 0] < 10_000)


def test_the_order_of_rows_changes_nothing() -> None:
    """Shuffled tables give the same candidates in the same order, and the same reference."""
    train, holdout = cells(1, 700), cells(10_000, 700)
    shuffle = np.random.default_rng(1).permutation(700)
    pile = make_pile(train, holdout, None, train_entity=None, holdout_entity=None, rng=np.random.default_rng(2))
    reordered = make_pile(
        train.take(shuffle),
        holdout.take(shuffle[::-1]),
        None,
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(2),
    )
    assert pile.candidates.codes.tobytes() == reordered.candidates.codes.tobytes()
    assert pile.is_member.tobytes() == reordered.is_member.tobytes()
    assert pile.reference is not None
    assert reordered.reference is not None
    assert pile.reference.codes.tobytes() == reordered.reference.codes.tobytes()


def test_a_sorted_table_is_not_cut_at_its_middle() -> None:
    """Every row has the same chance to be set aside: mean positions within four standard errors of the middle."""
    taken = []
    for seed in range(40):
        pile = make_pile(
            cells(1, 600),
            cells(10_001, 600),
            None,
            train_entity=None,
            holdout_entity=None,
            rng=np.random.default_rng(seed),
        )
        assert pile.reference is not None
        taken.append([side.mean() % 10_000 - 300.5 for side in np.split(np.sort(pile.reference.codes[:, 0]), 2)])
    assert (np.abs(np.mean(taken, axis=0)) < 4 * (600 / np.sqrt(12) / np.sqrt(100)) / np.sqrt(40)).all()


def test_people_stay_whole() -> None:
    """Rows of one person go together: all aside or none, one label, scores by largest and mean."""
    rng = np.random.default_rng(3)
    train_entity, holdout_entity = np.sort(rng.integers(0, 200, 900)), np.sort(rng.integers(1_000, 2_000, 3_000))
    pile = make_pile(
        cells(1, 900), cells(10_000, 3_000), None, train_entity=train_entity, holdout_entity=holdout_entity, rng=rng
    )
    assert pile.aside is not None
    for is_train, entity, first in ((True, train_entity, 1), (False, holdout_entity, 10_000)):
        here = pile.aside.is_member[pile.aside.unit] == is_train
        aside = set(entity[pile.aside.cells.codes[here, 0] - first])
        stayed = set(entity[pile.source_row[pile.from_train == is_train]])
        assert not aside & stayed
        assert aside | stayed == set(entity)
        assert len(aside) == (pile.aside.is_member == is_train).sum()
    assert len(pile.aside.is_member) == len(np.unique(train_entity))
    assert sum(pile.n_units) == len(pile.is_member) + len(pile.aside.is_member)
    person = np.where(
        pile.from_train,
        train_entity[np.where(pile.from_train, pile.source_row, 0)],
        holdout_entity[np.where(pile.from_train, 0, pile.source_row)],
    )
    score = rng.normal(size=len(person))
    largest, mean = pile.by_unit(score[None])
    for unit in range(0, len(pile.is_member), 37):
        rows = pile.unit == unit
        assert len(set(person[rows])) == 1
        assert largest[unit] == score[rows].max()
        assert mean[unit] == pytest.approx(score[rows].mean())


def test_scores_find_their_way_back() -> None:
    """Scores by row stand where the given tables have the row; rows set aside have none."""
    train, holdout = cells(1, 60), cells(10_000, 600)
    pile = make_pile(train, holdout, None, train_entity=None, holdout_entity=None, rng=np.random.default_rng(4))
    back = pile.scores_by_row(pile.candidates.values[:, 0][None], [])
    for scores, table, n_aside in ((back.train, train, 5), (back.holdout, holdout, 55)):
        is_scored = ~np.isnan(scores[0])
        np.testing.assert_array_equal(scores[0][is_scored], table.values[is_scored, 0])
        assert (~is_scored).sum() == n_aside


def test_partners_of_a_pair_are_set_aside_together() -> None:
    """Where pairs were drawn and no reference was, 150 rows are 75 pairs; both partners stay, or both go."""
    pair = np.arange(600)
    pile = make_pile(
        cells(1, 600),
        cells(10_000, 600),
        None,
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(5),
        sampling=Sampling(blind=True, pair={"train": pair, "holdout": pair[::-1]}),
    )
    assert pile.n_aside == (75, 75)
    mine, theirs = pair[pile.source_row[pile.from_train]], pair[::-1][pile.source_row[~pile.from_train]]
    assert sorted(mine) == sorted(theirs)
    assert len(mine) == 525


def test_a_sample_is_drawn_by_person_and_from_everybody() -> None:
    """No side has more people than asked for, nobody comes with half of their rows, and every person is as likely."""
    person = np.repeat(np.arange(300), 3)
    drawn = np.zeros(300)
    for seed in range(400):
        pile = make_pile(
            cells(1, 900),
            cells(10_000, 900),
            cells(20_000, 50),
            train_entity=person,
            holdout_entity=person + 1_000,
            rng=np.random.default_rng(seed),
            sampling=Sampling(most=60),
        )
        assert pile.is_member.sum() == (~pile.is_member).sum() == 60
        assert pile.n_drawn_from == (300, 300)
        rows = pile.source_row[pile.from_train]
        assert (np.unique(person[rows], return_counts=True)[1] == 3).all()
        drawn[np.unique(person[rows])] += 1
    # Binomial with 400 draws at a fifth: chi square with 299 degrees of freedom, its 99.9 % point.
    expected, left = 400 * 0.2, 1 - 0.2
    assert (((drawn - expected) ** 2) / (expected * left)).sum() < 382


def test_a_sample_of_coins_is_drawn_without_a_look_at_them() -> None:
    """Under coins the sides of the sample vary as coins do; under pairs both partners are attacked or neither."""
    sides = []
    for seed in range(200):
        pile = make_pile(
            cells(1, 1_000),
            cells(10_000, 1_000),
            cells(20_000, 50),
            train_entity=None,
            holdout_entity=None,
            rng=np.random.default_rng(seed),
            sampling=Sampling(most=100, blind=True),
        )
        assert len(pile.is_member) == 200
        sides.append(int(pile.is_member.sum()))
    # Hypergeometric: 200 of 2,000 with 1,000 members have variance 200 / 4 * (1,800 / 1,999).
    variance = 200 / 4 * 1_800 / 1_999
    assert abs(np.mean(sides) - 100) < 4 * np.sqrt(variance / 200)
    assert 0.7 < np.var(sides) / variance < 1.4
    pair = np.arange(1_000)
    pile = make_pile(
        cells(1, 1_000),
        cells(10_000, 1_000),
        cells(20_000, 50),
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(0),
        sampling=Sampling(most=100, blind=True, pair={"train": pair, "holdout": pair[::-1]}),
    )
    mine = pair[pile.source_row[pile.from_train]]
    theirs = pair[::-1][pile.source_row[~pile.from_train]]
    assert sorted(mine) == sorted(theirs)
    assert len(mine) == 100


def test_small_tables_are_attacked_whole() -> None:
    """A sampling that nothing exceeds changes no bit."""
    train, holdout = cells(1, 700), cells(10_000, 700)
    plain, sampled = (
        make_pile(
            train,
            holdout,
            None,
            train_entity=None,
            holdout_entity=None,
            rng=np.random.default_rng(3),
            sampling=sampling,
        )
        for sampling in (Sampling(), Sampling(most=700))
    )
    assert plain.candidates.codes.tobytes() == sampled.candidates.codes.tobytes()
    assert sampled.n_drawn_from is None

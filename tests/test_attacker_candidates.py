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
    ("n_train", "n_holdout", "carved"),
    [(900, 900, 300), (900, 551, 0), (900, 552, 184), (900, 560, 186), (100, 900, 100), (5_000, 600, 200)],
)
def test_the_reference_is_a_third_of_the_holdout_within_its_bounds(n_train: int, n_holdout: int, carved: int) -> None:
    """At most as many as train, never leaving fewer than 368 non-members, nothing below 552."""
    pile = make_pile(
        cells(1, n_train),
        cells(10_000, n_holdout),
        None,
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(0),
    )
    assert (0 if pile.reference is None else len(pile.reference)) == carved
    assert (~pile.is_member).sum() == n_holdout - carved >= min(368, n_holdout)
    assert pile.is_member.sum() == n_train
    together = np.concatenate(
        [pile.candidates.codes[:, 0], [] if pile.reference is None else pile.reference.codes[:, 0]]
    )
    assert sorted(together) == [*range(1, n_train + 1), *range(10_000, 10_000 + n_holdout)]


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


def test_a_sorted_holdout_is_not_cut_at_its_middle() -> None:
    """Every row has the same chance to be set aside: mean position within four standard errors of the middle."""
    taken = []
    for seed in range(40):
        pile = make_pile(
            cells(1, 600),
            cells(10_000, 600),
            None,
            train_entity=None,
            holdout_entity=None,
            rng=np.random.default_rng(seed),
        )
        assert pile.reference is not None
        taken.append(pile.reference.codes.mean() - 10_000 - 299.5)
    assert abs(np.mean(taken)) < 4 * (600 / np.sqrt(12) / np.sqrt(200)) / np.sqrt(40)


def test_people_stay_whole() -> None:
    """Rows of one person go together: all aside or none, one label, scores by largest and mean."""
    rng = np.random.default_rng(3)
    train_entity, holdout_entity = np.sort(rng.integers(0, 200, 900)), np.sort(rng.integers(1_000, 1_700, 3_000))
    pile = make_pile(
        cells(1, 900), cells(10_000, 3_000), None, train_entity=train_entity, holdout_entity=holdout_entity, rng=rng
    )
    assert pile.reference is not None
    aside = set(holdout_entity[pile.reference.codes[:, 0] - 10_000])
    stayed = set(holdout_entity[pile.source_row[~pile.from_train]])
    assert not aside & stayed
    assert len(aside) == len(np.unique(train_entity))
    assert pile.is_member.sum() == len(np.unique(train_entity))
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
    train, holdout = cells(1, 50), cells(10_000, 600)
    pile = make_pile(train, holdout, None, train_entity=None, holdout_entity=None, rng=np.random.default_rng(4))
    back = pile.scores_by_row(pile.candidates.values[:, 0][None], [])
    np.testing.assert_array_equal(back.train[0], train.values[:, 0])
    is_scored = ~np.isnan(back.holdout[0])
    np.testing.assert_array_equal(back.holdout[0][is_scored], holdout.values[is_scored, 0])
    assert is_scored.sum() == 600 - 50


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
        for sampling in (None, Sampling(most=700))
    )
    assert plain.candidates.codes.tobytes() == sampled.candidates.codes.tobytes()
    assert sampled.n_drawn_from is None

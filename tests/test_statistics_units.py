"""Units: what counts as one."""

import numpy as np
import pytest

from synthaudit.statistics.units import by_unit, check, entity_labels, entity_scores, folds, random_order, split_halves


def test_entity_scores_are_the_largest_and_the_average_row() -> None:
    """An entity is judged by its most suspicious row and by its average row, in ascending order of code."""
    found = entity_scores([1.0, 5.0, 2.0, -3.0], [7, 3, 7, 9])
    assert found["max"].tolist() == [5.0, 2.0, -3.0]
    assert found["mean"].tolist() == [5.0, 1.5, -3.0]


def test_the_order_of_rows_changes_no_bit() -> None:
    """Sums inside an entity are taken in the order of scores, not of rows."""
    rng = np.random.default_rng(0)
    scores, entity = rng.normal(size=500), rng.integers(40, size=500)
    shuffled = rng.permutation(500)
    for name, values in entity_scores(scores, entity).items():
        again = entity_scores(scores[shuffled], entity[shuffled])[name]
        assert values.tobytes() == again.tobytes()


def test_no_rows_give_no_entities() -> None:
    """An empty table has no unit, and that is no error."""
    assert [len(v) for v in entity_scores([], []).values()] == [0, 0]


def test_labels_of_entities() -> None:
    """Labels follow the order of codes."""
    assert entity_labels([True, False, True, False], [7, 3, 7, 9]).tolist() == [False, True, False]


def test_an_entity_on_both_sides_is_an_error() -> None:
    """A person who is member and non-member at once cannot be permuted; the message counts, it names nobody."""
    with pytest.raises(ValueError, match=r"^entities with rows among members and non-members: 1$"):
        entity_labels([True, False, True], [4, 4, 5])


@pytest.mark.parametrize("function", [entity_scores, entity_labels])
def test_lengths_must_agree(function) -> None:  # type: ignore[no-untyped-def]
    """Two rows cannot have three owners."""
    with pytest.raises(ValueError, match="same length"):
        function([1.0, 0.0], [1, 2, 3])


def test_folds_are_balanced_by_entity() -> None:
    """23 entities in 5 folds: three folds of five and two of four, and no entity is cut in two."""
    entity = np.repeat(np.arange(23) * 10, np.arange(1, 24))
    fold = folds(len(entity), 5, np.random.default_rng(1), entity=entity)
    pairs = np.unique(np.column_stack([entity, fold]), axis=0)
    assert len(pairs) == 23
    assert sorted(np.bincount(pairs[:, 1]).tolist()) == [4, 4, 5, 5, 5]


def test_folds_without_entities_deal_rows() -> None:
    """Every row is its own unit."""
    assert np.bincount(folds(11, 4, np.random.default_rng(1))).tolist() == [3, 3, 3, 2]


def test_folds_check_their_codes() -> None:
    """Codes for another table are an error."""
    with pytest.raises(ValueError, match="entity has 2 codes for 3 rows"):
        folds(3, 2, np.random.default_rng(0), entity=[1, 2])


def test_folds_are_uniform() -> None:
    """Each row lands in each fold equally often: over 2,000 draws within 4 standard errors of a quarter."""
    rng = np.random.default_rng(2)
    share = np.mean([folds(8, 4, rng) == 0 for _ in range(2000)], axis=0)
    assert np.abs(share - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / 2000)


def test_order_of_ties_is_a_permutation_from_the_stream() -> None:
    """The same stream gives the same order, and every unit has its own place."""
    order = random_order(50, np.random.default_rng(5))
    assert sorted(order.tolist()) == list(range(50))
    assert order.tolist() == random_order(50, np.random.default_rng(5)).tolist()


def test_halves_hold_half_of_each_class() -> None:
    """10 members and 7 non-members: the first half has 5 and 3."""
    label = np.arange(17) < 10
    half = split_halves(label, np.random.default_rng(0))
    assert (int(half[label].sum()), int(half[~label].sum())) == (5, 3)


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([1.0, 2.0], [1, 0], "is_member must be boolean"),
        ([1.0, 2.0, 3.0], [True, False], "do not fit"),
        ([[[1.0, 2.0]]], [True, False], "do not fit"),
        ([1.0, float("nan")], [True, False], "scores must be finite"),
        ([1.0, float("inf")], [True, False], "scores must be finite"),
    ],
)
def test_what_cannot_be_meant_is_refused(scores: list[float], labels: list[bool], message: str) -> None:
    """Statistics never guess: integer labels, other lengths and missing scores are errors."""
    with pytest.raises(ValueError, match=message):
        check(scores, labels)


def test_units_keep_the_place_of_their_first_row() -> None:
    """The order of ties of an entity is that of its first row, so large entities are not favoured."""
    _, _, first = by_unit([0.0, 1.0, 2.0], np.array([True, False, True]), [5, 2, 5], "max")
    assert first.tolist() == [1, 0]

"""Releases that know nobody, of tables on which a test might cry wolf."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from hidden_cells import people as people_with_text
from test_promise_false_alarms import table
from test_promise_related import curve, people, relatives

from study.given import Given
from study.plan import Case

Rng = np.random.Generator


def harmless(case: Case) -> Given:
    """Train, holdout, and a release of the same people."""
    rng = np.random.default_rng([case.seed, 34])
    make = _drifted if case.part == "drift" else KINDS[case.kind]
    return make(case.size, rng)


def _independent(draw: Callable[[int], pd.DataFrame], n: int) -> Given:
    return Given(train=draw(n), holdout=draw(n), release=draw(n))


def _columns(rng: Rng) -> int:
    return int(rng.choice([1, 2, 3, 5, 8, 14, 20, 40]))


def _twins(n: int, rng: Rng) -> Given:
    train = people(n, rng)
    return Given(train=train, holdout=relatives(train, rng), release=people(n, rng))


def _every_second_row(n: int, rng: Rng) -> Given:
    rows = curve(2 * n, rng)
    return Given(
        train=rows[::2].reset_index(drop=True), holdout=rows[1::2].reset_index(drop=True), release=curve(n, rng)
    )


def _few_distinct_rows(n: int, rng: Rng) -> Given:
    def draw(rows: int) -> pd.DataFrame:
        answers = np.minimum(rng.geometric(0.5, (rows, 3)), 4)
        return pd.DataFrame({f"answer{i}": [f"a{k}" for k in answers[:, i]] for i in range(3)}).assign(
            visits=rng.poisson(1.5, rows).astype(float)
        )

    return _independent(draw, n)


def _all_categorical(n: int, rng: Rng) -> Given:
    columns = int(rng.integers(3, 21))

    def draw(rows: int) -> pd.DataFrame:
        factor = rng.normal(size=rows)
        levels = [np.floor(np.abs(rng.normal(size=rows) + factor) * (1 + i % 5)).astype(int) for i in range(columns)]
        return pd.DataFrame({f"c{i}": [f"level {k}" for k in level] for i, level in enumerate(levels)})

    return _independent(draw, n)


def _duplicates(n: int, rng: Rng) -> Given:
    """Rows of one table in which rows are repeated, so that many stand on both sides and in the release."""
    once = table(3 * n, _columns(rng), rng)
    places = np.where(rng.random(3 * n) < rng.uniform(0.1, 0.6), rng.integers(0, 3 * n, 3 * n), np.arange(3 * n))
    rows = once.iloc[rng.permutation(places)].reset_index(drop=True)
    train, holdout, release = (rows[i * n : (i + 1) * n].reset_index(drop=True) for i in range(3))
    return Given(train=train, holdout=holdout, release=release)


def _skewed_entities(n: int, rng: Rng) -> Given:
    columns = max(_columns(rng), 3)

    def draw(rows: int, first: int) -> pd.DataFrame:
        sizes = rng.zipf(1.8, rows).clip(max=max(rows // 20, 2))
        person = np.repeat(np.arange(rows), sizes)[:rows]
        own, now = table(rows, columns, rng), table(rows, columns, rng)
        # What is a person's own is the same in all of the person's rows.
        of_person = own.iloc[person].reset_index(drop=True)
        mixed = of_person.assign(**{name: now[name] for name in own.columns[::2]})
        return mixed.assign(person=[f"p{first + k}" for k in person])

    train, holdout, release = draw(n, 0), draw(n, n), draw(n, 2 * n)
    return Given(train=train, holdout=holdout, release=release.drop(columns="person"), options={"entity": "person"})


def _wide(n: int, rng: Rng) -> Given:
    # As many columns as there are, and few rows: encoded, more columns than rows.
    return _independent(lambda rows: table(rows, 60, rng), max(n // 5, 100))


def _poor_fidelity(n: int, rng: Rng) -> Given:
    columns, way = max(_columns(rng), 2), int(rng.integers(3))
    made = _independent(lambda rows: table(rows, columns, rng), n)
    release = made.release.copy()
    numbers = release.select_dtypes("number").columns
    if way == 0:
        release = release.apply(lambda column: rng.permutation(column.to_numpy()))
    elif way == 1:
        release[numbers] = (release[numbers] + release[numbers].std()).round(2)
    else:
        release = release.iloc[rng.integers(0, max(n // 10, 2), n)].reset_index(drop=True)
    return Given(train=made.train, holdout=made.holdout, release=release)


def _small_holdout(n: int, rng: Rng) -> Given:
    columns = _columns(rng)
    return Given(
        train=table(n, columns, rng),
        holdout=table(max(n // int(rng.integers(3, 11)), 100), columns, rng),
        release=table(n, columns, rng),
    )


def _text_and_identifiers(n: int, rng: Rng) -> Given:
    return _independent(lambda rows: people_with_text(rows, rng), n)


def _drifted(n: int, rng: Rng) -> Given:
    """The holdout is of later people: 3 of 8 numbers are .1 standard deviations higher."""
    made = _independent(lambda rows: pd.DataFrame(rng.normal(size=(rows, 8)), columns=list("abcdefgh")).round(3), n)
    assert made.holdout is not None
    later = made.holdout.assign(**{name: made.holdout[name] + 0.1 for name in "abc"}).round(3)
    return Given(train=made.train, holdout=later, release=made.release)


KINDS: Mapping[str, Callable[[int, Rng], Given]] = {
    "twins": _twins,
    "every second row": _every_second_row,
    "few distinct rows": _few_distinct_rows,
    "all categorical": _all_categorical,
    "duplicates": _duplicates,
    "skewed entities": _skewed_entities,
    "wide": _wide,
    "poor fidelity": _poor_fidelity,
    "small holdout": _small_holdout,
    "text and identifiers": _text_and_identifiers,
}

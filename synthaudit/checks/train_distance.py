"""Without a holdout: whether synthetic rows are nearer to training rows than training rows are to each other.

Chance is read off train itself, so this is a hint. A generator that smooths puts its rows where people are dense,
nearer to everybody than a person is; one that memorises puts them on top of people. Distances cannot tell which.
"""

from typing import Literal, NamedTuple

import numpy as np

from synthaudit.encoding import distance_columns, fit_space, row_codes
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import nearest
from synthaudit.statistics.roc import auc
from synthaudit.types import Cells, Estimate, IntArray, Measured, NotEstimable, Schema


class Nearness(NamedTuple):
    """Result of :func:`measure_nearness`."""

    nearer: Measured
    suspected: Literal["near", "far"] | None
    n_synthetic: int
    """Distinct synthetic rows."""
    n_train: int
    """Rows of the smaller half of train."""


def measure_nearness(
    schema: Schema, train: Cells, synthetic: Cells, entity: IntArray | None, rng: np.random.Generator, jobs: int = 1
) -> Nearness:
    """Compare distances to one random half of train: from the release, and from the other half.

    Parameters
    ----------
    schema : Schema
    train, synthetic : Cells
        n and m rows.
    entity : (n,) int, optional
        Person of each training row; people are halved, not rows, and counted as one.
    rng : numpy.random.Generator
        Draws the halves.
    jobs : int
        Threads; changes no figure.

    Returns
    -------
    Nearness
        ``nearer`` is P(d(s, A) < d(b, A)) + P(d(s, A) = d(b, A)) / 2 for a random distinct synthetic row s and a random
        row b of the half B. A and B share nobody, so if s is a fresh row of the population, s and b are alike, and it
        is 1/2. Two-sided 95 % interval by DeLong et al. (1988), with people as clusters (Obuchowski 1997): given A,
        rows of S and of B are independent. A release that is train itself has 3/4: half of it lies in A.

    Notes
    -----
    Distances in the quantile space of train (L2, 1 for a category that differs). Both sides are held against the same
    rows, so no size has to be corrected for. Rows of the release that repeat each other count once. Own; the share is
    that of the closest-record test of Platzer and Reutterer (2021), with half of train in place of their holdout.
    """
    person = np.arange(len(train)) if entity is None else np.unique(entity, return_inverse=True)[1]
    n_people = int(person.max(initial=-1)) + 1
    if len(synthetic) < 2 or n_people < 4:
        return Nearness(NotEstimable(not_estimable=N_("too few people or rows to compare")), None, len(synthetic), 0)
    in_a = (rng.permutation(n_people) < n_people // 2)[person]
    columns = distance_columns(schema)
    rows = row_codes({"synthetic": synthetic}, columns if columns.any() else ~columns)["synthetic"]
    distinct = np.unique(rows, return_index=True)[1]
    space = fit_space(schema, train, synthetic)
    half = space.points(train.take(in_a))
    of_release = nearest(space.points(synthetic.take(distinct)), half, 1, norm="l2", jobs=jobs).distance[:, 0]
    of_train = nearest(space.points(train.take(~in_a)), half, 1, norm="l2", jobs=jobs).distance[:, 0]
    cluster = np.concatenate([n_people + np.arange(len(distinct)), person[~in_a]])
    is_synthetic = np.arange(len(cluster)) < len(distinct)
    nearer = auc(-np.concatenate([of_release, of_train]), is_synthetic, entity=None if entity is None else cluster)
    return Nearness(nearer, _suspected(nearer), len(distinct), int(min(in_a.sum(), (~in_a).sum())))


def _suspected(nearer: Measured) -> Literal["near", "far"] | None:
    if not isinstance(nearer, Estimate):
        return None
    return "near" if nearer.low > 0.5 else "far" if nearer.high < 0.5 else None

"""People who were said to be deleted, looked up in the release where there is no holdout to compare them with."""

import numpy as np

from synthaudit.checks.copies import NATURAL_COLLISIONS, compared_columns, twin_share
from synthaudit.encoding import fit_cells, row_codes
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.statistics.copies import listed_copies
from synthaudit.types import AuditData, BoolArray, Coverage, DeletedCopies, IntArray
from synthaudit.verdict.levels import LISTED_ALPHA
from synthaudit.verdict.reasons import ReasonCode, because
from synthaudit.verdict.sentences import sentence

TEST = N_("people said to be deleted")


CANNOT_TELL = Coverage(
    test=N_("deletion"),
    status="ran_low_power",
    reason=N_(
        "rows of this table are often equal by nature, so whether people of the list are in train cannot be told"
    ),
)


def count_deleted(data: AuditData, alpha: float = LISTED_ALPHA) -> tuple[DeletedCopies | None, tuple[Coverage, ...]]:
    """Look the people of the list up in the release, where there is no holdout to compare them with.

    Returns
    -------
    deleted : DeletedCopies or None
        None where there is no list.
    coverage : tuple of Coverage
        What was counted; it blocks a pass whatever was found.

    Notes
    -----
    Records are looked up, and keys where the release has them. What chance explains is read off train
    (:func:`statistics.copies.listed_copies`); where more than 0.5 % of its rows have twins, nothing is concluded.
    """
    if data.deleted is None:
        return None, ()
    real = [table for table in (data.train, data.reference, data.deleted) if table is not None]
    encoder = fit_cells(data.schema, real, [data.synthetic])
    tables = {"train": data.train, "synthetic": data.synthetic, "deleted": data.deleted}
    rows = row_codes({role: encoder.encode(table) for role, table in tables.items()}, compared_columns(data.schema))
    twins, listed = twin_share(rows["train"], data.train_entity), rows["deleted"]
    recognisable = twins <= NATURAL_COLLISIONS
    in_train = data.deleted_in_train
    covered = [] if recognisable or in_train is not None else [CANNOT_TELL]
    if in_train is None:
        in_train = np.isin(listed, rows["train"]) & recognisable
    held = np.isin(listed, rows["synthetic"])
    is_known = held if data.deleted_named is None else held | data.deleted_named
    unit = np.arange(len(listed)) if data.deleted_entity is None else data.deleted_entity
    tested, is_member = any_row(is_known, unit), any_row(in_train, unit)
    # Equal records are one thing that chance does once; a key that the release holds is one more.
    contents = len(np.unique(listed))
    by_key_alone = int((tested & ~any_row(held, unit)).sum())
    n_found = len(np.unique(listed[held])) + by_key_alone
    n_distinct = len(np.unique(rows["synthetic"]))
    n_train = len(rows["train"])
    n_twins = round(twins * n_train)
    chance, pvalue = listed_copies(min(n_found, contents), contents, n_distinct, n_twins=n_twins, n_train=n_train)
    counted = DeletedCopies(
        n_listed=len(tested),
        n_in_train=int(is_member.sum()),
        n_tested=len(tested),
        copied=int(tested.sum()),
        copied_in_train=int((tested & is_member).sum()),
        expected=chance * len(tested),
        pvalue=pvalue,
        recognisable=recognisable,
        known=recognisable and pvalue < alpha,
    )
    if counted.n_in_train:
        covered.append(cover_in_train(counted.n_in_train, counted.n_listed))
    return counted, (*covered, _counted(counted))


def cover_in_train(n: int, of: int) -> Coverage:
    """People of the list who are in the training table all the same."""
    reason = sentence(because(ReasonCode.DELETED_IN_TRAIN, in_train=n, listed=of)).removesuffix(".")
    return line(N_("deletion"), "ran", reason, blocks_pass=True)


def any_row(mask: BoolArray, unit: IntArray | None) -> BoolArray:
    """(n_units,) whether the mask holds for any row of a person; of rows where no person is named."""
    if unit is None or not len(mask):
        return mask
    own = np.unique(unit, return_inverse=True)[1]
    return np.asarray(np.bincount(own, weights=mask) > 0, dtype=np.bool_)


def _counted(copies: DeletedCopies) -> Coverage:
    count = N_("{copied:,} of {n_tested:,} people of the list").format(copied=copies.copied, n_tested=copies.n_tested)
    if copies.known:
        reason = N_("the release holds {count} word for word, where chance explains {expected:.1f} at most").format(
            count=count, expected=copies.expected
        )
        return line(TEST, "ran", reason, blocks_pass=True)
    if not copies.recognisable:
        reason = N_(
            "{count} are in the release word for word, but rows of this table are often equal by nature"
        ).format(count=count)
    else:
        reason = N_("{count} are in the release word for word; chance explains {expected:.1f}").format(
            count=count, expected=copies.expected
        )
    reason += N_("; without a holdout nothing else could be looked for")
    return line(TEST, "ran_low_power", reason, blocks_pass=True)


def run(context: Tables) -> Result[DeletedCopies | None]:
    """Look the people of the list up; it blocks a pass whatever is found."""
    copies, coverage = count_deleted(context.data, context.error_budget.listed)
    return Result(value=copies, coverage=coverage)


STEP: Step[Tables, DeletedCopies | None] = Step(
    name=TEST, stage="no_holdout", run=run, applies=lambda context: context.data.deleted is not None
)

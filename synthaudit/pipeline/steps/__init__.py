"""The steps of an audit. A new one is one file here, one line below and one test (CONTRIBUTING, "Adding a step")."""

from typing import Any

from synthaudit.pipeline.step import Step
from synthaudit.pipeline.steps import (
    against_train,
    cell_search,
    composition,
    controls,
    copies,
    deleted_copies,
    deletion,
    delivered,
    duplicates,
    epsilon,
    explanations,
    family,
    fidelity,
    likeness,
    near_copies,
    no_holdout,
    other_risks,
    per_record,
    planted_leaks,
    rare_values,
    recoding,
    release_rows,
    release_size,
    reused_identifiers,
    seen_holdout,
    stacking,
    stand_in,
    subgroups,
)

STEPS: tuple[Step[Any, Any], ...] = (
    # On the tables alone.
    copies.STEP,
    release_size.STEP,
    release_rows.STEP,
    delivered.STEP,
    duplicates.STEP,
    reused_identifiers.STEP,
    # Where there is no holdout.
    no_holdout.MISSING,
    cell_search.ALONE,
    against_train.STEP,
    deleted_copies.STEP,
    no_holdout.HINTS,
    # Once the attacks have scored everybody.
    family.STEP,
    stacking.STEP,
    subgroups.STEP,
    recoding.STEP,
    rare_values.STEP,
    cell_search.STEP,
    explanations.STEP,
    per_record.STEP,
    other_risks.STEP,
    likeness.STEP,
    fidelity.STEP,
    seen_holdout.STEP,
    controls.A_A,
    controls.NULL,
    controls.BLIND,
    stand_in.STEP,
    planted_leaks.STEP,
    near_copies.STEP,
    deletion.STEP,
    epsilon.STEP,
    composition.STEP,
)
"""In the order in which they run, and speak in the coverage record."""

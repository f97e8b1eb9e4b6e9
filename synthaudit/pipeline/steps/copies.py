"""Whose record occurs in the release word for word."""

from dataclasses import replace

from synthaudit.checks.copies import Side, count_rows, is_identical, looks_identical, measure_copies
from synthaudit.checks.strangers import strangers_copied
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import Copies, Coverage, Estimate, StrangersCopied
from synthaudit.verdict.levels import SEEN_ALPHA, people_to_tell_copies


def run(context: Tables) -> Result[Copies]:
    """Look everybody up; a release of several that is the training table itself makes all of them so."""
    data, streamed = context.data, context.streamed
    train, holdout = context.train, context.holdout
    if streamed is None:
        counted = count_rows(data.schema, train, context.synthetic, holdout)
    else:
        counted = streamed.counted(context.encoder, train, holdout)
    members = Side(cells=train, entity=data.train_entity, named=data.train_named)
    others = None if holdout is None else Side(cells=holdout, entity=data.holdout_entity, named=data.holdout_named)
    limit = context.settings.policy.copies_excess
    copies = measure_copies(data.schema, members, others, counted, limit=limit, released=context.synthetic)
    coverage = _cover(copies, limit)
    strangers = None if others is None else strangers_copied(data.schema, members, others, counted)
    copies, seen = replace(copies, strangers=strangers), _cover_strangers(strangers)
    if not context.settings.copies_test:
        coverage = line(STEP.name, "not_run", N_("switched off"), blocks_pass=True)
        n = copies.n_train + copies.n_holdout
        excess = Estimate(value=0.0, low=-1.0, high=1.0, confidence_level=0.95, n=n)
        single = copies.single
        if single is not None:
            single = replace(single, lower_bound=-1.0, upper_bound=1.0)
            single = replace(single, lower_bound_of_both=-1.0, upper_bound_of_both=1.0)
        copies = replace(copies, pvalue=1.0, identical_to_train=False, excess=excess, single=single, strangers=None)
    parts = [context.encoder.encode(part.table) for part in data.releases]
    if streamed is None and context.settings.copies_test:
        parts.append(context.synthetic)
    if any(is_identical(data.schema, train, part) for part in parts):
        copies = replace(copies, identical_to_train=True)
    if copies.identical_to_train or not looks_identical(data.schema, train, counted):
        return Result(value=copies, coverage=(coverage, *seen))
    return Result(value=copies, coverage=(coverage, *seen, line(STEP.name, "ran_low_power", _ALIKE, blocks_pass=True)))


def _cover_strangers(strangers: StrangersCopied | None) -> tuple[Coverage, ...]:
    if strangers is None or strangers.pvalue >= SEEN_ALPHA:
        return ()
    reason = N_(
        "{rows:,} different rows of non-members occur verbatim in the release, beyond what rows of the real "
        "tables have in common: this points to a holdout that the vendor has seen"
    ).format(rows=strangers.rows)
    return (line(STEP.name, "ran_low_power", reason, blocks_pass=True),)


_ALIKE = N_(
    "the release holds every combination of values exactly as often as train; rows of this table look "
    "alike, so a copy of it cannot be told from a sample by quotas"
)


def _cover(copies: Copies, limit: float) -> Coverage:
    """By the rule of the gate, so that the record never says otherwise."""
    if copies.recognisable:
        return line(STEP.name, "ran", N_("every candidate was looked up in the release"))
    if copies.single is None:
        return line(STEP.name, "ran_low_power", N_("rows of train are often equal, so chance copies may hide others"))
    needed = people_to_tell_copies(copies.single.twins, limit)
    reason = N_(
        "{twins:.2g} % of people have a row that somebody else has too: to tell chance copies from others "
        "takes {needed:,} people on each side"
    ).format(twins=100 * copies.single.twins, needed=needed)
    return line(STEP.name, "ran_low_power", reason)


STEP: Step[Tables, Copies] = Step(name=N_("verbatim copies"), stage="tables", run=run)

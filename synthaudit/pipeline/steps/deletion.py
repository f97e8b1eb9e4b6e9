"""People who were said to be deleted before training, and whether the release still knows them.

They stand in the pile as further candidates, unlabelled and between the same members, and are then compared with the
non-members as a group. If the generator never saw them, and they are people like those of the holdout, the release
agrees with them as it agrees with strangers. The pile is one of its own, so that no other figure of the audit depends
on whether a list was given.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from synthaudit.attacker.candidates import Pile, make_pile, sampling_of
from synthaudit.attacker.view import Attacker, attacker
from synthaudit.attacks import EXPOSURE, QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.copies import NATURAL_COLLISIONS, compared_columns
from synthaudit.encoding import CellEncoder, canonical_order, fit_cells, fit_space, joined, row_codes
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps.controls import ALPHA, ControlSetup, blind_baseline
from synthaudit.pipeline.steps.deleted_copies import CANNOT_TELL, TEST, any_row, cover_in_train
from synthaudit.pipeline.streamed import Streamed
from synthaudit.pipeline.suite import Scored, gaps_of, names_of, run_attacks
from synthaudit.settings import Settings
from synthaudit.statistics.copies import copies_test
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.power import smallest_detectable
from synthaudit.statistics.roc import auc
from synthaudit.statistics.units import entity_scores
from synthaudit.types import (
    AuditData,
    BoolArray,
    Cells,
    Coverage,
    CoverageStatus,
    Deleted,
    FloatArray,
    IntArray,
    Neighbours,
)
from synthaudit.verdict.levels import LISTED_ALPHA

FEWEST = 10
"""People below whom nothing is concluded."""
_TESTS = 3
"""AUCs, counts at the top, copies: each has a third of the error."""


def measure_deleted(
    data: AuditData, settings: Settings, rng: np.random.Generator, alpha: float = LISTED_ALPHA
) -> tuple[Deleted, tuple[Coverage, ...]]:
    """Compare the people of the list with the non-members.

    Parameters
    ----------
    data : AuditData
        With a holdout and a table of people said to be deleted.
    settings : Settings
        Seed, workers, permutations.
    alpha : float
        Error at which the release is said to know them.

    Returns
    -------
    deleted : Deleted
        People of the list who are in train are compared like the others: that they were not deleted is no excuse.
    coverage : tuple of Coverage
        What was tested; people of the list who are in train, and a list that cannot be compared, block a pass.

    Notes
    -----
    The attacks of the profile quick, whatever the profile. Three tests, each at a third of the error: the largest |z|
    of the AUC and the most surprising count above the 1 % threshold, over all attacks and by permuting who of the
    deleted and the non-members is which (:func:`family_decision`), and verbatim copies (hypergeometric). Valid if the
    deleted are exchangeable with the holdout's people; a classifier that never sees the release looks for a difference
    that the list has by itself.
    """
    assert data.deleted is not None
    assert data.holdout is not None
    tables = _encoded(data)
    unit = np.arange(len(data.deleted)) if data.deleted_entity is None else data.deleted_entity
    in_train = _in_train(data, tables)
    covered = [] if in_train is not None else [CANNOT_TELL]
    in_train = np.zeros(len(unit), dtype=np.bool_) if in_train is None else in_train
    joint = _join(data, tables, in_train, unit, settings)
    scored = _scored(data, tables, joint, settings, rng)
    covered += gaps_of(scored, TEST)
    copied, of_holdout = _copied(data, tables, unit)
    is_member = any_row(in_train, unit)
    deleted = replace(
        _compared(joint, scored, (copied, of_holdout), rng, alpha),
        n_in_train=int(is_member.sum()),
        copied_in_train=int((copied & is_member).sum()),
    )
    if deleted.n_in_train:
        covered.append(cover_in_train(deleted.n_in_train, deleted.n_listed))
    return deleted, (*covered, _judged(deleted))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """All tables in one code of cells, the list among them."""

    encoder: CellEncoder
    train: Cells
    holdout: Cells
    reference: Cells | None
    synthetic: Cells
    """The release, or the sample of it that is held."""
    extremes: Cells
    """The same, and what no sample of a larger release may hide: whether a number is missing anywhere."""
    deleted: Cells

    def rows(self, data: AuditData) -> dict[str, IntArray]:
        """One integer per row, equal where rows are equal on the columns that a copy is told by."""
        given = {"train": self.train, "holdout": self.holdout, "synthetic": self.synthetic, "deleted": self.deleted}
        return row_codes(given, compared_columns(data.schema))


def _encoded(data: AuditData) -> _Tables:
    assert data.deleted is not None
    assert data.holdout is not None
    real = [t for t in (data.train, data.holdout, data.reference, data.deleted) if t is not None]
    shown = [data.synthetic] if data.whole is None else [data.synthetic, data.whole.extremes]
    encoder = fit_cells(data.schema, real, shown)
    return _Tables(
        encoder=encoder,
        train=encoder.encode(data.train),
        holdout=encoder.encode(data.holdout),
        reference=None if data.reference is None else encoder.encode(data.reference),
        synthetic=encoder.encode(data.synthetic),
        extremes=joined(*map(encoder.encode, shown)),
        deleted=encoder.encode(data.deleted),
    )


def _in_train(data: AuditData, tables: _Tables) -> BoolArray | None:
    """(n_deleted,) whether the row's person is in train: by key, else by equal rows; None where rows collide."""
    if data.deleted_in_train is not None:
        return data.deleted_in_train
    rows = tables.rows(data)
    if np.isin(rows["holdout"], rows["train"]).mean() > NATURAL_COLLISIONS:
        return None
    return np.asarray(np.isin(rows["deleted"], rows["train"]), dtype=np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Joint:
    """The audit's candidates and the listed people in one shuffled pile."""

    attacking: Attacker
    setup: ControlSetup
    """Of the listed people (``is_member``) and the non-members alone."""
    places: IntArray
    """Where the rows of the setup stand in the pile."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        return (":max", ":mean") if self.setup.by_person else ("",)

    def by_unit(self, rows: FloatArray) -> FloatArray:
        """(n_attacks, n_rows) of the pile -> (n_attacks * len(suffixes), units of the setup)."""
        return self.setup.by_unit(rows[:, self.places])


def _join(data: AuditData, tables: _Tables, in_train: BoolArray, unit: IntArray, settings: Settings) -> _Joint:
    # The stream that the audit's own pile was drawn from. Who is on the list no seal has drawn, so that a part of the
    # others is set aside as reference even where the audit sets nobody aside.
    rng = np.random.default_rng(settings.seed).spawn(1)[0]
    sampling = replace(sampling_of(data, settings.candidates), leave_one_out=False)
    others = _other_members(data, tables, in_train)
    if sampling.pair is not None:
        sampling = replace(sampling, pair={**sampling.pair, "train": sampling.pair["train"][others]})
    pile: Pile = make_pile(
        tables.train.take(others),
        tables.holdout,
        tables.reference,
        train_entity=None if data.train_entity is None else data.train_entity[others],
        holdout_entity=data.holdout_entity,
        rng=rng,
        sampling=sampling,
    )
    order = canonical_order(tables.deleted, None if data.deleted_entity is None else unit)
    deleted, person = tables.deleted.take(order), np.unique(unit[order], return_inverse=True)[1]
    n_units = len(pile.is_member)
    cells, of = joined(pile.candidates, deleted), np.r_[pile.unit, n_units + person]
    shuffled = rng.permutation(len(cells))
    cells = cells.take(shuffled)
    back = np.argsort(shuffled)
    real = cells if pile.reference is None else joined(cells, pile.reference)
    space = fit_space(data.schema, real, tables.extremes)
    attacking = attacker(
        data.schema,
        space,
        cells,
        pile.reference,
        jobs=settings.jobs,
        views=QUICK_VIEWS,
        competing=QUICK_CLAIMS,
    )
    is_other = ~np.r_[pile.is_member, np.zeros(int(person.max()) + 1, dtype=bool)]
    compared = is_other[of]
    units, own = np.unique(of[compared], return_inverse=True)
    places = back[compared]
    points = attacking.candidate_points.take(places)
    near = {
        name: Neighbours(distance=table.distance[places], row=table.row[places])
        for name, table in attacking.to_reference.items()
    }
    setup = ControlSetup(
        attacker=replace(attacking, candidates=cells.take(places), candidate_points=points, to_reference=near),
        is_member=units >= n_units,
        unit=own,
        by_unit=partial(_by_unit, unit=own) if pile.by_person else lambda rows: rows,
        by_person=pile.by_person,
        n_permutations=settings.n_permutations,
    )
    return _Joint(attacking=attacking, setup=setup, places=places)


def _other_members(data: AuditData, tables: _Tables, in_train: BoolArray) -> IntArray:
    """Rows of train that are none of the list's: no stranger meets a twin, so nobody of the list may meet one."""
    if not in_train.any():
        return np.arange(len(tables.train))
    rows = tables.rows(data)
    return np.flatnonzero(~np.isin(rows["train"], rows["deleted"][in_train]))


def _by_unit(rows: FloatArray, unit: IntArray) -> FloatArray:
    """(n_attacks, n_rows) -> (2 n_attacks, n_units): a person by the largest and by the mean over the rows."""
    persons = [entity_scores(row, unit) for row in rows]
    return np.array([person[how] for person in persons for how in ("max", "mean")])


def _copied(data: AuditData, tables: _Tables, unit: IntArray) -> tuple[BoolArray, BoolArray]:
    """Which of the listed people, and of the holdout's, occur in the release: verbatim, or by key."""
    streamed = Streamed.of(data)
    if streamed is None:
        rows = tables.rows(data)
        here, there = (np.isin(rows[role], rows["synthetic"]) for role in ("deleted", "holdout"))
    else:
        both = streamed.is_copied(tables.encoder, joined(tables.deleted, tables.holdout))
        here, there = both[: len(tables.deleted)], both[len(tables.deleted) :]
    here = here if data.deleted_named is None else here | data.deleted_named
    there = there if data.holdout_named is None else there | data.holdout_named
    return any_row(here, unit), any_row(there, data.holdout_entity)


def _scored(data: AuditData, tables: _Tables, joint: _Joint, settings: Settings, rng: np.random.Generator) -> Scored:
    synthetic = tables.synthetic.take(canonical_order(tables.synthetic))
    streamed = Streamed.of(data)
    whole = None if streamed is None else streamed.all_rows(tables.encoder, joint.attacking, settings.engine)
    view = joint.attacking.look_at(synthetic, whole=whole)
    return run_attacks(QUICK_FAMILY, view, joint.attacking.candidates, rng, lambda *_: None)


def _compared(
    joint: _Joint, scored: Scored, is_copied: tuple[BoolArray, BoolArray], rng: np.random.Generator, alpha: float
) -> Deleted:
    """The listed people against the non-members: by the attacks, by copies, and without the release."""
    setup = joint.setup
    is_deleted = setup.is_member
    scores, names = joint.by_unit(scored.rows), names_of(scored.attacks, joint.suffixes)
    decision = family_decision(
        scores, names, is_deleted, rng=rng, n_permutations=setup.n_permutations, alpha=2 * alpha / _TESTS
    ).decision
    blind = blind_baseline(setup, rng)
    comparable = blind.pvalue is None or blind.pvalue >= ALPHA
    copied, of_holdout = is_copied
    copies = copies_test(np.r_[copied, of_holdout], np.arange(len(copied) + len(of_holdout)) < len(copied))
    attacked = min(decision.pvalue_auc, decision.pvalue_top) if comparable else 1.0
    pvalue = min(1.0, _TESTS * min(attacked, copies.pvalue))
    shown = next((i for i, name in enumerate(names) if name.startswith(f"{EXPOSURE.name}/")), 0)
    n1, n0 = int(is_deleted.sum()), int((~is_deleted).sum())
    return Deleted(
        n_listed=n1,
        n_in_train=0,
        n_tested=n1,
        n_nonmembers=n0,
        attack=names[shown].split("/")[0],
        auc=auc(scores[shown], is_deleted),
        n_attacks=len(names),
        pvalue_auc=decision.pvalue_auc,
        pvalue_top=decision.pvalue_top,
        direction=decision.direction,
        copied=int(copied.sum()),
        copied_nonmembers=int(of_holdout.sum()),
        n_copies_nonmembers=len(of_holdout),
        pvalue_copies=copies.pvalue,
        pvalue=pvalue,
        pvalue_without_release=blind.pvalue,
        comparable=comparable,
        known=pvalue < alpha,
        smallest_auc=smallest_detectable(n1, n0, decision.critical_z).auc,
    )


def _judged(deleted: Deleted) -> Coverage:
    if deleted.known:
        return _line("ran", N_("the release still knows people who were said to be deleted"), blocks_pass=True)
    if not deleted.comparable:
        reason = N_(
            "the people of the list differ from those of the holdout even without the release, so nothing "
            "but copies could be compared"
        )
        return _line("ran_low_power", reason, blocks_pass=True)
    who = N_("1 person") if deleted.n_tested == 1 else N_("{n_tested:,} people").format(n_tested=deleted.n_tested)
    reason = N_(
        "no sign that the release knows them; {who} could show an AUC of {smallest_auc:.2f} at 80 % power; "
        "the test assumes that they are people like those of the holdout"
    ).format(who=who, smallest_auc=deleted.smallest_auc)
    if deleted.n_tested < FEWEST:
        return _line(
            "ran_low_power",
            N_("fewer than {fewest} people; {reason}").format(fewest=FEWEST, reason=reason),
            blocks_pass=True,
        )
    return _line("ran", reason)


def _line(status: CoverageStatus, reason: str, *, blocks_pass: bool = False) -> Coverage:
    return line(TEST, status, reason, blocks_pass=blocks_pass)


def run(context: Attacked) -> Result[Deleted]:
    """Compare the people of the list with the non-members."""
    deleted, coverage = measure_deleted(context.data, context.settings, context.rng, context.error_budget.listed)
    return Result(value=deleted, coverage=coverage)


STEP: Step[Attacked, Deleted] = Step(
    name=TEST,
    stage="attacked",
    run=run,
    stream=(14,),
    applies=lambda context: context.data.deleted is not None,
    progress=TEST,
)

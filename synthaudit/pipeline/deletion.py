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
from synthaudit.attacks import QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.copies import NATURAL_COLLISIONS, compared_columns, twin_share
from synthaudit.encoding import CellEncoder, canonical_order, fit_cells, fit_space, joined, row_codes
from synthaudit.pipeline.controls import ALPHA, Setting, blind_baseline
from synthaudit.pipeline.streamed import Streamed
from synthaudit.pipeline.suite import EXPOSURE_ATTACK, gaps_of, names_of, run_attacks
from synthaudit.settings import Progress, Settings
from synthaudit.statistics.copies import copies_test, listed_copies
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.power import smallest_detectable
from synthaudit.statistics.roc import auc
from synthaudit.statistics.units import entity_scores
from synthaudit.types import (
    AuditData,
    BoolArray,
    Cells,
    Control,
    Coverage,
    CoverageStatus,
    Deleted,
    DeletedCopies,
    FloatArray,
    IntArray,
    Neighbours,
)

TEST = "people said to be deleted"
KNOWN = 0.01
"""p below which the release is said to know them."""
FEWEST = 10
"""People below whom nothing is concluded."""
_TESTS = 3
"""AUCs, counts at the top, copies: each has a third of the error."""


def measure_deleted(
    data: AuditData, settings: Settings, rng: np.random.Generator, progress: Progress
) -> tuple[Deleted | None, tuple[Coverage, ...]]:
    """Compare the people of the list with the non-members.

    Parameters
    ----------
    data : AuditData
        With a holdout and a table of people said to be deleted.
    settings : Settings
        Seed, workers, permutations.

    Returns
    -------
    deleted : Deleted or None
        None where nobody is left to test.
    coverage : tuple of Coverage
        What was tested; people of the list who are in train, and a list that cannot be compared, block a pass.

    Notes
    -----
    The attacks of the profile quick, whatever the profile. Three tests, each at a third of 1 %: the largest |z| of the
    AUC and the most surprising count above the 1 % threshold, over all attacks and by permuting who of the deleted and
    the non-members is which (:func:`randomisation.family_decision`), and verbatim copies (hypergeometric). Valid if
    the deleted are exchangeable with the holdout's people; a classifier that never sees the release looks for a
    difference that the list has by itself.
    """
    assert data.deleted is not None
    assert data.holdout is not None
    tables = _encoded(data)
    unit = np.arange(len(data.deleted)) if data.deleted_entity is None else data.deleted_entity
    n_listed = len(np.unique(unit))
    in_train = _in_train(data, tables)
    covered = [] if in_train is not None else [_CANNOT_TELL]
    in_train = np.zeros(len(unit), dtype=np.bool_) if in_train is None else in_train
    people, n_in_train = np.unique(unit[~in_train]), len(np.unique(unit[in_train]))
    covered += [] if not n_in_train else [_cover_in_train(n_in_train, n_listed)]
    if len(people) < 2:
        reason = f"{len(people)} people are left of {n_listed} on the list; at least {FEWEST} are needed"
        return None, (*covered, _cover("ran_low_power", reason, blocks_pass=True))
    listed = np.isin(unit, people)
    joint = _join(data, tables, listed, unit, settings)
    setting = joint.setting
    is_deleted = setting.is_member
    progress(TEST, 0, 1)
    synthetic = tables.synthetic.take(canonical_order(tables.synthetic))
    whole = Streamed.of(data)
    near = {} if whole is None else whole.nearest(tables.encoder, joint.attacking, settings.engine)
    view = joint.attacking.look_at(synthetic, **near)
    scored = run_attacks(QUICK_FAMILY, view, joint.attacking.candidates, rng, lambda *_: None)
    covered += gaps_of(scored, TEST)
    scores, names = joint.by_unit(scored.rows), names_of(scored.attacks, joint.suffixes)
    test = family_decision(
        scores,
        names,
        is_deleted,
        rng=rng,
        n_permutations=settings.n_permutations,
        alpha=2 * KNOWN / _TESTS,
    )
    blind: Control = blind_baseline(setting, rng)
    comparable = blind.pvalue is None or blind.pvalue >= ALPHA
    copied, of_holdout = _copied(data, tables, listed, unit)
    copies = copies_test(np.r_[copied, of_holdout], np.arange(len(copied) + len(of_holdout)) < len(copied))
    decision = test.decision
    attacked = min(decision.pvalue_auc, decision.pvalue_top) if comparable else 1.0
    pvalue = min(1.0, _TESTS * min(attacked, copies.pvalue))
    shown = next((i for i, name in enumerate(names) if name.startswith(f"{EXPOSURE_ATTACK}/")), 0)
    n1, n0 = int(is_deleted.sum()), int((~is_deleted).sum())
    progress(TEST, 1, 1)
    found = Deleted(
        n_listed=n_listed,
        n_in_train=n_in_train,
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
        known=pvalue < KNOWN,
        smallest_auc=smallest_detectable(n1, n0, decision.critical_z).auc,
    )
    return found, (*covered, _judged(found))


def count_deleted(data: AuditData) -> tuple[DeletedCopies | None, tuple[Coverage, ...]]:
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
    given = [table for table in (data.train, data.reference, data.deleted) if table is not None]
    encoder = fit_cells(data.schema, given, [data.synthetic])
    tables = {"train": data.train, "synthetic": data.synthetic, "deleted": data.deleted}
    rows = row_codes({role: encoder.encode(table) for role, table in tables.items()}, compared_columns(data.schema))
    twins, listed = twin_share(rows["train"], data.train_entity), rows["deleted"]
    recognisable = twins <= NATURAL_COLLISIONS
    in_train = data.deleted_in_train
    covered = [] if recognisable or in_train is not None else [_CANNOT_TELL]
    if in_train is None:
        in_train = np.isin(listed, rows["train"]) & recognisable
    held = np.isin(listed, rows["synthetic"])
    found = held if data.deleted_named is None else held | data.deleted_named
    unit = np.arange(len(listed)) if data.deleted_entity is None else data.deleted_entity
    tested, known_to_train = _any_row(found[~in_train], unit[~in_train]), _any_row(found[in_train], unit[in_train])
    # Equal records are one thing that chance does once; a key that the release holds is one more.
    contents = len(np.unique(listed[~in_train]))
    by_key_alone = int((tested & ~_any_row(held[~in_train], unit[~in_train])).sum())
    n_found = len(np.unique(listed[held & ~in_train])) + by_key_alone
    n_distinct = len(np.unique(rows["synthetic"]))
    n_train = len(rows["train"])
    n_twins = round(twins * n_train)
    chance, pvalue = listed_copies(min(n_found, contents), contents, n_distinct, n_twins=n_twins, n_train=n_train)
    counted = DeletedCopies(
        n_listed=len(np.unique(unit)),
        n_in_train=len(known_to_train),
        n_tested=len(tested),
        copied=int(tested.sum()),
        copied_in_train=int(known_to_train.sum()),
        expected=chance * len(tested),
        pvalue=pvalue,
        recognisable=recognisable,
        known=recognisable and pvalue < KNOWN,
    )
    if counted.n_in_train:
        covered.append(_cover_in_train(counted.n_in_train, counted.n_listed))
    return counted, (*covered, _counted(counted))


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
    setting: Setting
    """Of the listed people (``is_member``) and the non-members alone."""
    places: IntArray
    """Where the rows of the setting stand in the pile."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        return (":max", ":mean") if self.setting.by_person else ("",)

    def by_unit(self, rows: FloatArray) -> FloatArray:
        """(n_attacks, n_rows) of the pile -> (n_attacks * len(suffixes), units of the setting)."""
        return self.setting.by_unit(rows[:, self.places])


def _join(data: AuditData, tables: _Tables, listed: BoolArray, unit: IntArray, settings: Settings) -> _Joint:
    # The stream that the audit's own pile was drawn from: the same people are set aside as reference.
    rng = np.random.default_rng(settings.seed).spawn(1)[0]
    pile: Pile = make_pile(
        tables.train,
        tables.holdout,
        tables.reference,
        train_entity=data.train_entity,
        holdout_entity=data.holdout_entity,
        rng=rng,
        sampling=sampling_of(data, settings.candidates),
    )
    rows = np.flatnonzero(listed)
    deleted, person = tables.deleted.take(rows), unit[rows]
    order = canonical_order(deleted, None if data.deleted_entity is None else person)
    deleted, person = deleted.take(order), np.unique(person[order], return_inverse=True)[1]
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
    kept = is_other[of]
    units, own = np.unique(of[kept], return_inverse=True)
    places = back[kept]
    points = attacking.candidate_points.take(places)
    near = {
        name: Neighbours(distance=table.distance[places], row=table.row[places])
        for name, table in attacking.to_reference.items()
    }
    setting = Setting(
        attacker=replace(attacking, candidates=cells.take(places), candidate_points=points, to_reference=near),
        is_member=units >= n_units,
        unit=own,
        by_unit=partial(_by_unit, unit=own) if pile.by_person else lambda rows: rows,
        by_person=pile.by_person,
        n_permutations=settings.n_permutations,
    )
    return _Joint(attacking=attacking, setting=setting, places=places)


def _by_unit(rows: FloatArray, unit: IntArray) -> FloatArray:
    """(n_attacks, n_rows) -> (2 n_attacks, n_units): a person by the largest and by the mean over the rows."""
    persons = [entity_scores(row, unit) for row in rows]
    return np.array([person[how] for person in persons for how in ("max", "mean")])


def _copied(data: AuditData, tables: _Tables, listed: BoolArray, unit: IntArray) -> tuple[BoolArray, BoolArray]:
    """Which of the listed people, and of the holdout's, occur in the release: verbatim, or by key."""
    whole = Streamed.of(data)
    if whole is None:
        rows = tables.rows(data)
        here, there = (np.isin(rows[role], rows["synthetic"]) for role in ("deleted", "holdout"))
    else:
        found = whole.is_copied(tables.encoder, joined(tables.deleted, tables.holdout))
        here, there = found[: len(tables.deleted)], found[len(tables.deleted) :]
    here = here if data.deleted_named is None else here | data.deleted_named
    there = there if data.holdout_named is None else there | data.holdout_named
    return _any_row(here[listed], unit[listed]), _any_row(there, data.holdout_entity)


def _any_row(mask: BoolArray, unit: IntArray | None) -> BoolArray:
    if unit is None or not len(mask):
        return mask
    own = np.unique(unit, return_inverse=True)[1]
    return np.asarray(np.bincount(own, weights=mask) > 0, dtype=np.bool_)


# --- words ---------------------------------------------------------------------------------------------------


def _cover(status: CoverageStatus, reason: str, *, blocks_pass: bool = False) -> Coverage:
    return Coverage(test=TEST, status=status, reason=reason, blocks_pass=blocks_pass)


def _cover_in_train(n: int, of: int) -> Coverage:
    verb = "is" if n == 1 else "are"
    reason = f"{n:,} of {of:,} people said to be deleted {verb} in the training table"
    return Coverage(test="deletion", status="ran", reason=reason, blocks_pass=True)


_CANNOT_TELL = Coverage(
    test="deletion",
    status="ran_low_power",
    reason="rows of this table are often equal by nature, so whether people of the list are in train cannot be told",
)


def _judged(found: Deleted) -> Coverage:
    if found.known:
        return _cover("ran", "the release still knows people who were said to be deleted", blocks_pass=True)
    if not found.comparable:
        reason = (
            "the people of the list differ from those of the holdout even without the release, so nothing but copies"
            " could be compared"
        )
        return _cover("ran_low_power", reason, blocks_pass=True)
    reason = (
        f"no sign that the release knows them; {found.n_tested:,} people could show an AUC of {found.smallest_auc:.2f}"
        " at 80 % power; the test assumes that they are people like those of the holdout"
    )
    if found.n_tested < FEWEST:
        return _cover("ran_low_power", f"fewer than {FEWEST} people; {reason}", blocks_pass=True)
    return _cover("ran", reason)


def _counted(found: DeletedCopies) -> Coverage:
    count = f"{found.copied:,} of {found.n_tested:,} people of the list"
    if found.known:
        reason = f"the release holds {count} word for word, where chance explains {found.expected:.1f} at most"
        return _cover("ran", reason, blocks_pass=True)
    if not found.recognisable:
        reason = f"{count} are in the release word for word, but rows of this table are often equal by nature"
    else:
        reason = f"{count} are in the release word for word; chance explains {found.expected:.1f}"
    reason += "; without a holdout nothing else could be looked for"
    return _cover("ran_low_power", reason, blocks_pass=True)

"""The pointed question, of one person: was the record in the training data, as far as the release can tell.

The record is scored by the one attack that is fixed beforehand for single people, as one more candidate, and compared
with members and non-members. If it stands in train or holdout itself, that person is left out: nobody may be judged by
a copy of oneself.
"""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables, together, with_synthetic
from synthaudit.adapters.alignment.deleted import one_person
from synthaudit.adapters.readers.tables import read_table, sources_of
from synthaudit.attacker.candidates import Pile, make_pile, sampling_of
from synthaudit.attacks import EXPOSURE
from synthaudit.checks.comparable_cells import comparable, warnings_of
from synthaudit.commands.audit import Request, open_real
from synthaudit.encoding import (
    canonical_order,
    distance_columns,
    fit_cells,
    joined,
    number_columns,
    row_codes,
)
from synthaudit.errors import InputError
from synthaudit.linkage.agreement import prepare
from synthaudit.settings import CANDIDATES
from synthaudit.statistics.single_person import Worth, percentile, pvalue_of, share_as_high, worth
from synthaudit.statistics.units import entity_scores
from synthaudit.types import (
    AgreementSums,
    AtLeast,
    AtMost,
    AttackerView,
    AuditData,
    BoolArray,
    Cells,
    Estimate,
    FloatArray,
    IntArray,
    NotEstimable,
    Schema,
)

PRIORS = (0.5, 0.1, 0.01)
"""Shares of the people asked about who are members, before the release is looked at."""
UNUSUAL = 0.05
_WIDTH = 100
CAUTIONS = (
    "This does not prove that the person was in the training data, or was not.",
    "At p = .03 the same answer is wrong for 3 of 100 strangers; whoever asks about many people must expect that many"
    " false answers.",
    "A record that agrees with nothing in the release is no proof of absence: most members of most releases leave no"
    " trace that this attack can see.",
    "p is the chance of so high a score for a stranger like those of the holdout. It is not the chance that the person"
    " is a stranger; that depends on how likely membership was beforehand (see the table).",
    "One attack was made, the one fixed beforehand for single people. Others may know more.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the release says of one person; no cell of any table."""

    attack: str
    n_rows: int
    """Rows of the record."""
    stands_in: Literal["train", "holdout", "neither"]
    """Where the record itself stands, which the attacker does not know; that person was left out of all counts."""
    n_members: int
    n_nonmembers: int
    """Members and non-members that it is compared with; some of the holdout serve as the attacker's sample."""
    pvalue: float
    """Conformal: (1 + non-members who score at least as high) / (non-members + 1)."""
    percentile_members: float
    """Share of members who score lower, ties half."""
    percentile_nonmembers: float
    tpr: Estimate
    """Share of members who score at least as high; 95 %, Clopper-Pearson."""
    fpr: Estimate
    ppv: Mapping[str, Worth]
    """Prior -> chance that somebody who scores at least as high is a member; one bound where one side has nobody."""
    verbatim: bool
    """The release holds the record word for word."""
    verbatim_members: int
    """Members of whom the same is true."""
    verbatim_nonmembers: int
    left_out: tuple[str, ...]
    """Columns in which nobody can be compared with this record; the score of everybody does without them."""
    unlike: tuple[str, ...]
    """Columns in which the record is like no other real row."""
    warnings: tuple[str, ...]
    """What is odd about the record, by the names of columns."""
    cautions: tuple[str, ...]
    seed: int
    synthaudit_version: str

    def to_json(self) -> str:
        """The answer as JSON, indented by one, with a line end."""
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    def to_text(self) -> str:
        """The answer in plain lines of at most 100 characters or so."""
        told = [
            "Was this record in the training data? What the release says:",
            "",
            f"  {_verdict(self)}",
            "",
            f"  p = {_p(self.pvalue)}: {_as_high(self.fpr)} non-members score at least as high,",
            f"  and so do {_as_high(self.tpr)} members.",
            f"  The score is above that of {_percent(self.percentile_nonmembers)} of the non-members and of"
            f" {_percent(self.percentile_members)} of the members.",
            _indented(_words_for_word(self)),
            "",
            "  If a share of the people asked about were members, so would be of those who score as high (95 %):",
            *(f"    {_percent(float(prior)):>5}   {_ppv(found)}" for prior, found in self.ppv.items()),
        ]
        if self.warnings:
            told += ["", "Before you rely on it:", *(_bullet(warning) for warning in self.warnings)]
        if self.stands_in != "neither":
            told += ["", _indented(f"{_stands(self)}; it was left out of every count above.")]
        told += ["", "What this cannot say:", *(_bullet(caution) for caution in self.cautions)]
        return "\n".join(told) + "\n"


def ask(request: Request, record: Any, synthetic: Any) -> Answer:
    """Answer the pointed question about one person.

    Parameters
    ----------
    request : Request
        Real tables, how they are read, the seed.
    record : path or frame
        The person's row, or rows where an entity column is named.
    synthetic : path or frame
        The release.

    Raises
    ------
    InputError
        SA-190 more than one person, SA-191 no holdout, SA-192 nothing to compare, and whatever an audit of these
        tables would raise.
    """
    if request.holdout is None:
        do = "Give rows of the same population that the vendor never saw."
        raise InputError("SA-191", "holdout", "none was given, and without one nobody knows what chance looks like", do)
    real = open_real(request)
    frame, key = one_person(real, read_table(record, "record", options=request.read))
    sources = sources_of(synthetic)
    data = together([with_synthetic(real, read_table(one, "synthetic", options=request.read)) for one in sources])
    with threadpool_limits(limits=1):
        return _answer(data, _own_key(real, key), frame, request.settings.seed, request.settings.jobs)


def _own_key(real: RealTables, key: str | None) -> dict[str, BoolArray]:
    """Role -> which rows are the person's own by key; empty where the record has none."""
    if key is None:
        return {}
    return {role: np.asarray(real.keys[role] == key, dtype=np.bool_) for role in ("train", "holdout")}


def _answer(data: AuditData, by_key: Mapping[str, BoolArray], record: pd.DataFrame, seed: int, jobs: int) -> Answer:
    assert data.holdout is not None
    real = [table for table in (data.train, data.holdout, data.reference, record) if table is not None]
    encoder = fit_cells(data.schema, real, [data.synthetic])
    train, holdout, synthetic, mine = map(encoder.encode, (data.train, data.holdout, data.synthetic, record))
    reference = None if data.reference is None else encoder.encode(data.reference)
    columns = distance_columns(data.schema)
    columns = columns if columns.any() else np.ones(len(columns), dtype=bool)
    tables = {"train": train, "holdout": holdout, "synthetic": synthetic, "record": mine}
    rows = row_codes(tables, columns)
    beside = [] if reference is None else [reference]
    given = columns & comparable(data.schema, mine, [train, holdout, *beside], synthetic).columns
    given &= (mine.codes != 0).all(axis=0)
    in_part = row_codes(tables, given) if given.any() and (given < columns).any() else None
    stands_in, own = _twin(data, rows, in_part, by_key)
    stay = {role: ~own if stands_in == role else np.ones(len(rows[role]), bool) for role in ("train", "holdout")}
    in_train, in_holdout = stay["train"], stay["holdout"]
    members, strangers = train.take(in_train), holdout.take(in_holdout)
    odd = comparable(data.schema, mine, [members, strangers, *beside], synthetic)
    if not odd.columns.any():
        got = f"no cell of {len(data.schema.columns)} that can be compared: all are blank, or like nobody else's"
        raise InputError("SA-192", "record", got, "Fill in what is known of the person, as train writes it.")
    pile = make_pile(
        members,
        strangers,
        reference,
        train_entity=None if data.train_entity is None else data.train_entity[in_train],
        holdout_entity=None if data.holdout_entity is None else data.holdout_entity[in_holdout],
        # The stream of an audit's own pile: the same people are set aside as the attacker's sample.
        rng=np.random.default_rng(seed).spawn(1)[0],
        sampling=sampling_of(data, CANDIDATES),
    )
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    if min(n1, n0) < 2:
        got = f"{n1} members and {n0} non-members to compare with"
        raise InputError("SA-170", "holdout", got, "Give more people on both sides.")
    by_row = _score(data.schema, pile, mine.take(odd.rows), synthetic, odd.columns, jobs)
    people = by_row[: len(pile.candidates)]
    scores = entity_scores(people, pile.unit)["max"] if pile.by_person else people
    score = float(by_row[len(pile.candidates) :].max())
    tpr, fpr = (share_as_high(score, scores[side]) for side in (pile.is_member, ~pile.is_member))
    found = row_codes({**tables, "record": mine.take(odd.rows)}, columns & odd.filled)
    verbatim = {
        role: _any_row(np.isin(found[role], found["synthetic"])[stay[role]], None if unit is None else unit[stay[role]])
        for role, unit in (("train", data.train_entity), ("holdout", data.holdout_entity))
    }
    copied = np.isin(rows["record"], rows["synthetic"]).any() or np.isin(found["record"], found["synthetic"]).any()
    names = np.array(data.schema.names, dtype=object)
    return Answer(
        attack=EXPOSURE.name,
        n_rows=len(record),
        stands_in=stands_in,
        n_members=n1,
        n_nonmembers=n0,
        pvalue=pvalue_of(score, scores[~pile.is_member]),
        percentile_members=percentile(score, scores[pile.is_member]),
        percentile_nonmembers=percentile(score, scores[~pile.is_member]),
        tpr=tpr,
        fpr=fpr,
        ppv={f"{prior:g}": worth(score, scores, pile.is_member, prior) for prior in PRIORS},
        verbatim=bool(copied),
        verbatim_members=int(verbatim["train"].sum()),
        verbatim_nonmembers=int(verbatim["holdout"].sum()),
        left_out=tuple(names[~odd.columns]),
        unlike=tuple(names[odd.unlike]),
        warnings=warnings_of(data.schema, odd),
        cautions=CAUTIONS,
        seed=seed,
        synthaudit_version=__version__,
    )


def _twin(
    data: AuditData,
    rows: Mapping[str, IntArray],
    in_part: Mapping[str, IntArray] | None,
    by_key: Mapping[str, BoolArray],
) -> tuple[Literal["train", "holdout", "neither"], BoolArray]:
    """Where the person stands already, and which rows there are the person's: by key, else by equal rows.

    Without a key one person whose rows are those of the record is taken: the first where several are equal, which are
    other people who happen to be alike. Where some cells cannot be compared, ``in_part`` compares the others, and
    whoever is alone in agreeing with all of them is taken; of several nobody, for it would say where they stand.
    """
    nobody = np.zeros(0, dtype=np.bool_)
    roles: tuple[Literal["train", "holdout"], ...] = ("train", "holdout")
    if by_key:
        return next(((role, by_key[role]) for role in roles if by_key[role].any()), ("neither", nobody))
    units = dict(zip(roles, (data.train_entity, data.holdout_entity), strict=True))
    equal = [(role, own) for role in roles for own in _alike(rows, role, units[role])]
    if not equal and in_part is not None:
        equal = [(role, own) for role in roles for own in _alike(in_part, role, units[role])]
        equal = equal if len(equal) == 1 else []
    return equal[0] if equal else ("neither", nobody)


def _alike(rows: Mapping[str, IntArray], role: str, unit: IntArray | None) -> list[BoolArray]:
    """Of each person of the table whose rows are those of the record, which rows they are."""
    wanted = np.sort(rows["record"])
    person = np.arange(len(rows[role])) if unit is None else unit
    owns = [person == one for one in np.unique(person[rows[role] == wanted[0]])]
    return [own for own in owns if np.array_equal(np.sort(rows[role][own]), wanted)]


def _score(schema: Schema, pile: Pile, record: Cells, synthetic: Cells, columns: BoolArray, jobs: int) -> FloatArray:
    """(n_candidates + rows of the record,) the attack's score by some columns, the record a candidate like others."""
    schema = replace(schema, columns=tuple(c for c, kept in zip(schema.columns, columns, strict=True) if kept))
    cells = _only(joined(pile.candidates, record), columns)
    itself = pile.reference is None
    reference = cells if pile.reference is None else _only(pile.reference, columns)
    agreement = prepare(EXPOSURE.rule, cells, reference, number_columns(schema), reference_is_candidates=itself)
    synthetic = _only(synthetic, columns)
    synthetic = synthetic.take(canonical_order(synthetic))
    sums = AgreementSums(
        synthetic=agreement.log_sums(synthetic, jobs=jobs),
        reference=agreement.log_sums(reference, exclude_self=itself, jobs=jobs),
    )
    view = AttackerView(
        schema=schema,
        synthetic=synthetic,
        reference=reference,
        reference_is_candidates=itself,
        agreement={EXPOSURE.rule: sums},
        jobs=jobs,
    )
    return EXPOSURE.score(cells, view, np.random.default_rng(0))


def _only(cells: Cells, columns: BoolArray) -> Cells:
    return Cells(codes=cells.codes[:, columns], values=cells.values[:, columns])


def _any_row(mask: BoolArray, unit: IntArray | None) -> BoolArray:
    if unit is None:
        return mask
    return np.asarray(np.bincount(np.unique(unit, return_inverse=True)[1], weights=mask) > 0, dtype=np.bool_)


# --- words ---------------------------------------------------------------------------------------------------


def _verdict(answer: Answer) -> str:
    if answer.pvalue > UNUSUAL:
        return "The release does not single this record out: many strangers score as high."
    return "The release agrees with this record more than with nearly all strangers."


def _words_for_word(answer: Answer) -> str:
    counts = f"{answer.verbatim_members:,} other members and {answer.verbatim_nonmembers:,} others"
    # What is left out and not unlike others is blank.
    blank = set(answer.left_out) - set(answer.unlike)
    cells = "record, as far as it is filled in," if blank else "record"
    if answer.verbatim:
        return f"The release holds the {cells} word for word, and those of {counts}."
    return f"The release does not hold the {cells} word for word. It holds those of {counts}."


def _stands(answer: Answer) -> str:
    if answer.left_out:
        return f"By key, or by every cell that can be compared, it is the record of one person in {answer.stands_in}"
    return f"The record itself stands in {answer.stands_in}"


def _indented(text: str, first: str = "  ") -> str:
    then = " " * len(first)
    return textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)


def _bullet(text: str) -> str:
    return _indented(text, "  - ")


def _as_high(found: Estimate) -> str:
    return f"{round(found.value * found.n):,} of {found.n:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1g}"


def _ppv(found: Worth) -> str:
    if isinstance(found, NotEstimable):
        return f"not known: {found.not_estimable}"
    if isinstance(found, AtLeast):
        return f"at least {_percent(found.at_least)}, since no non-member scores as high"
    if isinstance(found, AtMost):
        return f"at most {_percent(found.at_most)}, since no member scores as high"
    return f"{_percent(found.value)} ({_percent(found.low)} to {_percent(found.high)})"

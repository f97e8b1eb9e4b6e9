"""What a release gives away beside membership: guessed attributes, singling out, linking.

The three risks of Opinion 05/2014 of the Article 29 Working Party, each as an attack on single people that reads the
release. The attacks do not know who is a member; what counts is how much more often they are right about members than
about people the generator never saw.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.encoding import QuantileSpace, distance_columns, joined
from synthaudit.files.catalogue import N_
from synthaudit.risks.attribute_inference import Read, Secrets, choose_secrets, guessed_right, nearest_rows
from synthaudit.risks.closeness import Grid, to_grid
from synthaudit.risks.linkability import N_CUTS, N_NEIGHBOURS, linked
from synthaudit.risks.singling_out import N_PREDICATES, singled_out
from synthaudit.statistics.excess import MOST_UNITS, excess_bounds, excess_of, mean_success
from synthaudit.statistics.multiplicity import holm
from synthaudit.statistics.units import entity_scores
from synthaudit.types import BoolArray, Cells, Coverage, CoverageStatus, FloatArray, IntArray, Risk, Risks, Schema
from synthaudit.verdict.levels import PASS_ERROR

RiskKind = Literal["attribute_inference", "singling_out", "linkability"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Rows of the people asked about, or rows that an attacker reads."""

    cells: Cells
    unit: IntArray
    """(n_rows,) the people asked about are numbered from 0; -1 for rows of nobody among them."""
    grid: Grid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Game:
    """Who is asked about, and what the attacker reads: the release, and real rows in its place."""

    asked: _Rows
    is_member: BoolArray
    """(n_units,) of the people asked about."""
    tables: tuple[_Rows, _Rows]

    def by_unit(self, rows: FloatArray) -> FloatArray:
        """(n_units,) mean over the rows of each."""
        return entity_scores(rows, self.asked.unit)["mean"]


def measure_risks(
    schema: Schema,
    space: QuantileSpace,
    pile: Pile,
    synthetic: Cells,
    rng: np.random.Generator,
    *,
    error: float = 0.05,
    all_cells: Callable[[], Iterable[Cells]] | None = None,
    jobs: int = 1,
) -> tuple[Risks, tuple[Coverage, ...]]:
    """Guess attributes, single out and link, with the release and without it.

    Parameters
    ----------
    schema, space : Schema, QuantileSpace
        The audited columns, of which those declared sensitive are the secrets; fitted on candidates and reference.
    pile : Pile
        Candidates with their labels, and the reference.
    synthetic : Cells
        The release, in canonical order.
    rng : numpy.random.Generator
        Draws who is asked about in a large pile, rows that stand in for the release, descriptions, cuts and orders.
    error : float
        Of the lower bounds of all guessed columns together.
    all_cells : callable, optional
        Reads all rows of a release of which ``synthetic`` is a sample: secrets are guessed from all, for a policy may
        set a limit; people are singled out and linked in the sample.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    risks : Risks
    coverage : tuple of Coverage
        One line for each kind.

    Notes
    -----
    "Without the release" is the same attack on as many real rows as the release has (two halves meet by chance more
    often in a small table): of the reference and, where it has too few, of other candidates; nobody is compared with
    their own rows. It shows what anybody can guess who owns a sample of the population, and enters no excess.
    """
    drawing, describing, cutting = rng.spawn(3)
    game = _play(space, pile, synthetic, drawing)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    secrets = choose_secrets(schema, real)
    n_used = int(distance_columns(schema).sum())
    tables = _read(space, game, secrets, all_cells, jobs)
    measured = _guesses(schema, space, game, secrets, tables, error, jobs)
    if n_used:
        measured.append(_singling_out(schema, space, game, describing))
    if n_used > 1:
        measured.append(_linking(schema, game, cutting, jobs))
    risks = _adjusted(game, secrets, measured)
    return risks, _coverage(schema, pile, risks, secrets, n_used)


# --- who is asked, and what is read --------------------------------------------------------------------------


def _play(space: QuantileSpace, pile: Pile, synthetic: Cells, rng: np.random.Generator) -> _Game:
    sides = [np.flatnonzero(pile.is_member == label) for label in (True, False)]
    # Each side keeps as many as it can: given how many of each were drawn, labels are as exchangeable as before.
    chosen = np.sort(np.concatenate([rng.permutation(side)[:MOST_UNITS] for side in sides]))
    number = np.full(len(pile.is_member), -1, dtype=np.int64)
    number[chosen] = np.arange(len(chosen))
    unit = number[pile.unit]
    is_asked = unit >= 0
    order = rng.permutation(len(pile.candidates))
    instead, whose = pile.candidates.take(order), unit[order]
    if pile.reference is not None:
        order = rng.permutation(len(pile.reference))
        instead = joined(pile.reference.take(order), instead)
        whose = np.concatenate([np.full(len(order), -1, dtype=np.int64), whose])
    as_many = np.arange(min(len(synthetic), len(instead)))
    return _Game(
        asked=_rows(space, pile.candidates.take(is_asked), unit[is_asked]),
        is_member=pile.is_member[chosen],
        tables=(
            _rows(space, synthetic, np.full(len(synthetic), -1, dtype=np.int64)),
            _rows(space, instead.take(as_many), whose[as_many]),
        ),
    )


def _rows(space: QuantileSpace, cells: Cells, unit: IntArray) -> _Rows:
    return _Rows(cells=cells, unit=unit, grid=to_grid(space, cells, unit))


# --- the three attacks ---------------------------------------------------------------------------------------


def _adjusted(game: _Game, secrets: Secrets, measured: Sequence[Risk]) -> Risks:
    """All of them, each with its p-value adjusted for their number."""
    adjusted = holm([risk.pvalue for risk in measured])
    n_members = int(game.is_member.sum())
    return Risks(
        n_members=n_members,
        n_nonmembers=len(game.is_member) - n_members,
        n_reference=len(game.tables[1].cells),
        n_predicates=N_PREDICATES,
        declared=secrets.declared,
        found=tuple(replace(risk, pvalue_adjusted=float(p)) for risk, p in zip(measured, adjusted, strict=True)),
    )


def _read(
    space: QuantileSpace,
    game: _Game,
    secrets: Secrets,
    all_cells: Callable[[], Iterable[Cells]] | None,
    jobs: int,
) -> tuple[Read, Read]:
    """What secrets are guessed from: the release, all rows of it, and what stands in its place."""
    release, instead = (Read(cells=rows.cells, grid=rows.grid) for rows in game.tables)
    if all_cells is not None and secrets.columns:
        release = nearest_rows(space, game.asked.grid, all_cells(), secrets.columns, jobs=jobs)
    return release, instead


def _guesses(
    schema: Schema,
    space: QuantileSpace,
    game: _Game,
    secrets: Secrets,
    tables: tuple[Read, Read],
    error: float,
    jobs: int,
) -> list[Risk]:
    columns, asked = secrets.columns, game.asked
    if not columns:
        return []
    right, instead = (guessed_right(space, asked.cells, asked.grid, rows, columns, jobs=jobs) for rows in tables)
    risks = []
    for k, column in enumerate(columns):
        success = game.by_unit(right[k].astype(np.float64))
        low, high = excess_bounds(success, game.is_member, error / len(columns), PASS_ERROR)
        without = game.by_unit(instead[k].astype(np.float64))
        risk = _risk("attribute_inference", schema.columns[column].name, success, without, game.is_member)
        risks.append(replace(risk, lower_bound=low, upper_bound=high))
    return risks


def _singling_out(schema: Schema, space: QuantileSpace, game: _Game, rng: np.random.Generator) -> Risk:
    asked = game.asked
    alone, instead = (
        singled_out(schema, space, asked.cells, asked.unit, rows.cells, rows.unit, stream).astype(np.float64)
        for rows, stream in zip(game.tables, rng.spawn(2), strict=True)
    )
    return _risk("singling_out", None, alone, instead, game.is_member)


def _linking(schema: Schema, game: _Game, rng: np.random.Generator, jobs: int) -> Risk:
    hit, instead = (
        game.by_unit(linked(schema, game.asked.grid, rows.cells, rows.grid, stream, jobs=jobs))
        for rows, stream in zip(game.tables, rng.spawn(2), strict=True)
    )
    return _risk("linkability", None, hit, instead, game.is_member)


def _risk(kind: RiskKind, column: str | None, success: FloatArray, without: FloatArray, is_member: BoolArray) -> Risk:
    test = excess_of(success, is_member)
    return Risk(
        kind=kind,
        column=column,
        members=test.members,
        nonmembers=test.nonmembers,
        without_release=mean_success(without),
        excess=test.excess,
        pvalue=test.pvalue,
        pvalue_adjusted=test.pvalue,
    )


# --- what was tested -----------------------------------------------------------------------------------------


def _coverage(schema: Schema, pile: Pile, risks: Risks, secrets: Secrets, n_used: int) -> tuple[Coverage, ...]:
    drawn = _drawn(pile, risks)
    n = len(secrets.columns)
    if n:
        chosen = N_("declared sensitive") if secrets.declared else N_("that sound sensitive or have most to guess")
        message = N_("{n} column {chosen}, by whoever knows all others")
        if n > 1:
            message = N_("{n} columns {chosen}, by whoever knows all others")
        reason = message.format(n=n, chosen=chosen)
        if secrets.n_others:
            reason += N_("; {n_others} with less to guess left out; declare columns sensitive to choose").format(
                n_others=secrets.n_others
            )
        if secrets.constant:
            reason += N_("; {schema} left out, everybody has the same value").format(
                schema=_names(schema, secrets.constant)
            )
        guessing = _line(N_("attribute guessing"), "ran", reason + drawn)
    elif n_used < 2:
        guessing = _line(
            N_("attribute guessing"), "not_applicable", N_("no other column tells anything about a secret")
        )
    else:
        guessing = _line(N_("attribute guessing"), "not_applicable", N_("no column holds more than one value"))
    single = N_("{n_predicates:,} descriptions read off single rows were held against everybody").format(
        n_predicates=N_PREDICATES
    )
    link = N_("{n_cuts} random cuts of the columns, {n_neighbours} nearest rows by each half").format(
        n_cuts=N_CUTS, n_neighbours=N_NEIGHBOURS
    )
    return (
        guessing,
        _line(N_("singling out"), "ran", single + drawn)
        if n_used
        else _none(N_("singling out"), N_("no column can be described")),
        _line(N_("linking"), "ran", link + drawn)
        if n_used > 1
        else _none(N_("linking"), N_("one column cannot be cut in two")),
    )


def _drawn(pile: Pile, risks: Risks) -> str:
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    if (risks.n_members, risks.n_nonmembers) == (n1, n0):
        return ""
    return N_(
        "; asked about {n_members:,} of {n1:,} members and {n_nonmembers:,} of {n0:,} non-members, drawn at random"
    ).format(n_members=risks.n_members, n1=n1, n_nonmembers=risks.n_nonmembers, n0=n0)


def _names(schema: Schema, columns: Sequence[int]) -> str:
    return ", ".join(f"'{schema.columns[i].name}'" for i in columns[:5]) + (", ..." if len(columns) > 5 else "")


def _line(test: str, status: CoverageStatus, reason: str) -> Coverage:
    return Coverage(test=test, status=status, reason=reason)


def _none(test: str, reason: str) -> Coverage:
    return _line(test, "not_applicable", reason)

"""From the tables to an attacker who is ready: candidates, reference, encodings, and what so many people can decide."""

from dataclasses import dataclass, replace

from synthaudit.attacker.candidates import Pile, make_pile, sampling_of
from synthaudit.attacker.undressed import Undressed, undress
from synthaudit.attacker.view import attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_VIEWS
from synthaudit.attacks.common.declared import FamilyAttack
from synthaudit.checks.feasibility import forecast
from synthaudit.encoding import VIEWS, canonical_order, delivered_numbers, fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.generators.auto import Auto
from synthaudit.linkage.agreement import RULES
from synthaudit.pipeline.comparable import comparable_rows
from synthaudit.pipeline.context import Prepared, Tables, extended
from synthaudit.pipeline.coverage import (
    cover_candidates,
    cover_models,
    cover_reference,
    rows_read,
    told_beforehand,
)
from synthaudit.pipeline.step import line
from synthaudit.pipeline.suite import by_rank, chosen_attacks, left_out
from synthaudit.shadows.choose import choose_family, judge_choice
from synthaudit.types import Cells, Coverage, Decidable, IntArray, RowsRead

CANDIDATES_STREAM, FAMILY_STREAM = (0,), (17,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Who is attacked by what, and what they can decide: all that is known before the first distance."""

    pile: Pile
    real: Cells
    """Candidates and reference, unlabelled."""
    release: Cells
    given_row: IntArray
    comparable: Cells
    undressed: Undressed | None
    attacks: tuple[FamilyAttack, ...]
    rows_read: tuple[RowsRead, ...]
    coverage: tuple[Coverage, ...]
    shares: tuple[Coverage, ...]
    """Of them, what is said of columns that were rebalanced."""
    known: tuple[Coverage, ...]
    """The coverage, and what the record will say of models."""
    decidable: tuple[Decidable, ...]


def draw(tables: Tables) -> Drawn:
    """Draw the candidates, choose the attacks, and work out what so many people can decide."""
    data, settings = tables.data, tables.settings
    pile = draw_candidates(tables)
    coverage = (*tables.coverage, *_cover_choice(tables), cover_reference(data, pile), *cover_candidates(pile))
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    if min(n1, n0) < 2:
        got = N_("{n1} members and {n0} non-members to compare").format(n1=n1, n0=n0)
        raise InputError("SA-170", "holdout", got, N_("Give more people on both sides."))
    given_row = canonical_order(tables.synthetic)
    release = tables.synthetic.take(given_row)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    # Rounding to train's decimals would erase columns in other units.
    numbers = data.delivered_numbers
    numbers = delivered_numbers(data.schema, data.synthetic) if numbers is None else numbers
    comparable, shares = comparable_rows(tables, real, release)
    undressed = undress(data.schema, comparable, release, numbers[given_row])
    attacks = chosen_attacks(settings)
    attacks += [] if undressed is None else by_rank(attacks)
    n_rows, n_held = data.n_rows["synthetic"], len(release)
    read = rows_read(attacks, n_rows, n_held)
    coverage = (*coverage, *shares)
    known = (*coverage, *cover_models(read, n_rows, n_held))
    return Drawn(
        pile=pile,
        real=real,
        release=release,
        given_row=given_row,
        comparable=comparable,
        undressed=undressed,
        attacks=tuple(attacks),
        rows_read=read,
        coverage=coverage,
        shares=shares,
        known=known,
        decidable=forecast(data.schema, settings, pile, len(attacks), known),
    )


def prepare(tables: Tables) -> Prepared:
    """Draw the candidates, encode everybody once, and settle on a generator family where the audit is to choose."""
    data, settings = tables.data, tables.settings
    drawn = draw(tables)
    tables.notify(told_beforehand(drawn.pile, drawn.decidable))
    for shares in drawn.shares:
        tables.notify(shares.reason)
    if tables.streamed is not None:
        tables.notify(tables.streamed.told)
    tables.progress("neighbours", 0, 1)
    pile, real, release = drawn.pile, drawn.real, drawn.release
    space = fit_space(data.schema, real, _with_extremes(tables))
    is_quick = settings.profile == "quick" and not settings.attacks
    views, rules = (QUICK_VIEWS, QUICK_CLAIMS) if is_quick else (tuple(VIEWS), RULES)
    prepared = Prepared(
        **extended(replace(tables, coverage=drawn.coverage)),
        pile=pile,
        attacks=drawn.attacks,
        rows_read=drawn.rows_read,
        real=real,
        release=release,
        given_row=drawn.given_row,
        comparable=drawn.comparable,
        undressed=drawn.undressed,
        space=space,
        points=(space.points(real), space.points(release)),
        attacking=attacker(
            data.schema,
            space,
            pile.candidates,
            pile.reference,
            jobs=settings.jobs,
            views=views,
            competing=rules,
            shared=settings.shared,
        ),
        decidable=drawn.decidable,
        compared=(),
    )
    return _with_family(prepared)


def draw_candidates(tables: Tables) -> Pile:
    """Set a reference aside where none was given, and shuffle members and non-members."""
    data, encode = tables.data, tables.encoder.encode
    assert tables.holdout is not None
    real = [table for table in (data.train, data.holdout, data.reference, data.canaries) if table is not None]
    # Sorted as the real tables alone would be: shadows of one pile serve every release of it.
    own = fit_cells(data.schema, real, real)
    return make_pile(
        tables.train,
        tables.holdout,
        None if data.reference is None else encode(data.reference),
        train_entity=data.train_entity,
        holdout_entity=data.holdout_entity,
        rng=tables.stream(CANDIDATES_STREAM),
        sampling=sampling_of(data, tables.settings.candidates),
        sorted_by=[own.encode(table) for table in (data.train, data.holdout) if table is not None],
    )


def _cover_choice(tables: Tables) -> tuple[Coverage, ...]:
    """What is left out of the family by the user, and by the profile."""
    settings = tables.settings
    named = line(N_("attack suite"), "not_run", N_("only the attacks named by --attacks ran"), blocks_pass=True)
    return (*((named,) if settings.attacks else ()), *left_out(settings))


def _with_extremes(tables: Tables) -> Cells:
    """The release, and what no sample of a larger one may hide: whether a number is missing anywhere."""
    whole = tables.data.whole
    return tables.synthetic if whole is None else joined(tables.synthetic, tables.encoder.encode(whole.extremes))


def _with_family(prepared: Prepared) -> Prepared:
    """The generator family that the release looks most like, where nobody named one."""
    auto = prepared.settings.generator
    if not isinstance(auto, Auto):
        return prepared
    choice = choose_family(prepared.target, prepared.release, auto, prepared.stream(FAMILY_STREAM))
    return replace(
        prepared,
        settings=replace(prepared.settings, generator=choice.generator),
        compared=choice.compared,
        coverage=(*prepared.coverage, line(N_("generator family"), *judge_choice(choice))),
    )

"""Whether a release that looks like nobody may be one in disguise.

A poor generator gives columns another law and loses associations; the attacks look at the release as delivered and, so
that other units hide nobody, with the law of the real rows as well (``attacker/undressed.py``). Poor fidelity alone
therefore rules out no pass. What does is what no such look undoes, and what a poor generator does not do: levels of
other names, columns that run the other way round, associations that nobody has.
"""

from collections.abc import Iterator

import numpy as np

from synthaudit.adapters.alignment.keys import declare, is_named_like_a_key
from synthaudit.attacker.undressed import Undressed, foreign_share
from synthaudit.checks.new_associations import Association, new_associations
from synthaudit.encoding import distance_columns
from synthaudit.files.catalogue import N_
from synthaudit.types import Cells, CodeArray, Coverage, FloatArray, Schema

FARTHEST = 0.35
"""Largest total variation between the levels of one column in the release and in the real rows, above that between two
halves of the real rows."""
FEW = 0.1
"""Up to this share of the columns may be farther, unless names look exchanged: noise for privacy flattens a category,
and nine columns in ten are left to know a record by."""
RENAMED = 0.1
"""Total variation between two laws by how common their levels are, up to which they are one under other names."""
FOREIGN = 0.05
"""Largest share of cells with levels that no real row has, above that of one half of the real rows in the other."""
NEW = 0.05
"""Largest part of an association, phi-squared, that is no part of the real one ..."""
NEW_BESIDE = 0.5
"""... and so much of the real one on top: a poor generator gets the shape of a strong association wrong."""
OTHERWISE = 0.06
"""Mismatch from which on an association was made up: a disguise of single columns makes none."""
FEWEST_DISTINCT = 0.2
"""Of many rows that repeat few, at least this share counts as drawn one by one."""


def check_resemblance(
    schema: Schema, real: Cells, release: Cells, undressed: Undressed | None, rng: np.random.Generator
) -> Coverage:
    """Tell a poor release from one that may be in disguise.

    Parameters
    ----------
    schema : Schema
    real, release : Cells
        Candidates and reference together, unlabelled; the release as delivered.
    undressed : Undressed or None
        The release with the law of the real rows, where it has another one.
    rng : Generator
        Rows that are compared where there are many, and halves of the real rows.

    Returns
    -------
    Coverage
        Blocks a pass where the release may be in disguise; else it names the columns that were compared by rank.
    """
    reason = next(_objections(schema, real, release, undressed, rng), None)
    if reason is not None:
        return Coverage(test=N_("resemblance"), status="ran_low_power", reason=reason, blocks_pass=True)
    if undressed is None:
        return Coverage(
            test=N_("resemblance"), status="ran", reason=N_("every column has a law near that of the real rows")
        )
    reason = N_("{columns} of another law than in the real rows: attacked as delivered, and by rank as well").format(
        columns=_named(undressed.columns)
    )
    return Coverage(test=N_("resemblance"), status="ran", reason=reason)


def looks_renamed(real: CodeArray, release: CodeArray) -> bool:
    """Whether a column has far other shares by the names of its levels, and the same shares by their commonness.

    More cases than in life change both. Names that were exchanged change the first alone.

    Parameters
    ----------
    real, release : (n,), (m,) int
        Codes of one column; the real rows in a random order.

    Examples
    --------
    >>> real = np.repeat([1, 2, 3], [700, 200, 100]).astype(np.int32)
    >>> real = np.random.default_rng(0).permutation(real)
    >>> exchanged, balanced = np.roll(np.arange(4), -1).astype(np.int32)[real], np.arange(900, dtype=np.int32) % 3 + 1
    >>> looks_renamed(real, exchanged), looks_renamed(real, balanced)
    (True, False)
    """
    half = np.arange(len(real)) % 2 == 0
    if _excess(real, release, half) <= FARTHEST:
        return False
    by_commonness = (np.sort(np.unique(codes, return_counts=True)[1])[::-1] / len(codes) for codes in (real, release))
    return bool(np.abs(np.subtract(*_padded(*by_commonness))).sum() / 2 < RENAMED)


def _is_exchanged(real: CodeArray, release: CodeArray, rng: np.random.Generator) -> bool:
    """:func:`looks_renamed` of real rows in any order."""
    return looks_renamed(rng.permutation(real), release)


def _padded(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    width = max(len(a), len(b))
    return np.pad(a, (0, width - len(a))), np.pad(b, (0, width - len(b)))


def _objections(
    schema: Schema, real: Cells, release: Cells, undressed: Undressed | None, rng: np.random.Generator
) -> Iterator[str]:
    """Why a pass cannot be given, the plainest first."""
    seen = release if undressed is None else undressed.cells
    levels = [i for i, column in enumerate(schema.columns) if column.kind == "categorical"]
    foreign = [i for i in levels if foreign_share(real.codes[:, i], release.codes[:, i]) > FOREIGN]
    if foreign:
        yield N_("{schema} with levels that no real row has: other names would hide every copy").format(
            schema=_named(_names(schema, foreign))
        )
    half = rng.permutation(len(real)) % 2 == 0
    far = [i for i in levels if _excess(real.codes[:, i], seen.codes[:, i], half) > FARTHEST]
    exchanged = [i for i in far if _is_exchanged(real.codes[:, i], seen.codes[:, i], rng)]
    if exchanged or len(far) > FEW * int(distance_columns(schema).sum()):
        names = _names(schema, exchanged or far)
        keys = [name for name in names if is_named_like_a_key(name)]
        advice = f". {declare(keys[0], has_entity=schema.entity is not None)}" if keys else ""
        yield N_(
            "{names} whose levels have other shares than in the real rows: other names look so too{advice}"
        ).format(names=_named(names), advice=advice)
    if undressed is not None and undressed.turned:
        yield N_("{turned} reversed: associations with other columns have the opposite sign").format(
            turned=_named(undressed.turned)
        )
    if pair := _new(schema, real, release, undressed, rng):
        yield (
            N_(
                "the columns '{first}' and '{second}' are associated in the release as strongly as in the real "
                "rows and in another way: a poor generator loses associations, a disguise bends them"
            ).format(first=pair[0], second=pair[1])
        )


def _new(
    schema: Schema, real: Cells, release: Cells, undressed: Undressed | None, rng: np.random.Generator
) -> tuple[str, str] | None:
    """The two columns with the most of an association that no poor generator explains; None where there is none."""
    _, count = np.unique(release.codes, axis=0, return_counts=True)
    n_effective = max(
        len(release) ** 2 / max(float((count.astype(float) ** 2).sum()), 1.0), FEWEST_DISTINCT * len(release)
    )
    looks = [release] if undressed is None else [c for c in (undressed.cells, undressed.mirrored) if c is not None]
    compared = [list(new_associations(schema, real, look, n_effective, rng)) for look in looks]
    # Where a column may run either way, the way that explains more is believed.
    excess = {(each[0].first, each[0].second): min(map(_bent, each)) for each in zip(*compared, strict=True)}
    if not excess or max(excess.values()) <= 0:
        return None
    first, second = max(excess, key=lambda pair: excess[pair])
    return schema.columns[first].name, schema.columns[second].name


def _bent(pair: Association) -> float:
    """By how much an association is bent beyond what a poor generator does to it."""
    is_made_up = pair.mismatch > OTHERWISE
    return -np.inf if is_made_up else pair.new - NEW - NEW_BESIDE * pair.real


def _names(schema: Schema, places: list[int]) -> tuple[str, ...]:
    return tuple(schema.columns[i].name for i in places)


def _named(names: tuple[str, ...]) -> str:
    """Number of columns, and the first five of them."""
    shown = ", ".join(f"'{name}'" for name in names[:5]) + (", ..." if len(names) > 5 else "")
    return (N_("{n} columns ({names})") if len(names) > 1 else N_("{n} column ({names})")).format(
        n=len(names), names=shown
    )


def _excess(real: CodeArray, release: CodeArray, half: np.ndarray) -> float:
    return _variation(real, release) - _variation(real[half], real[~half])


def _variation(a: CodeArray, b: CodeArray) -> float:
    """Total variation between the laws of two columns of codes, in [0, 1]."""
    levels = np.unique(np.concatenate([a, b]))
    shares = [np.bincount(np.searchsorted(levels, x), minlength=len(levels)) / max(len(x), 1) for x in (a, b)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)

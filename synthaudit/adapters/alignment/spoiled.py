"""Columns of numbers or times that a few cells, or an unknown dress, would turn into categories without a word."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from synthaudit import cells
from synthaudit.adapters.alignment.missing import missing_flags
from synthaudit.adapters.notation.numbers import is_number
from synthaudit.adapters.notation.times import is_time
from synthaudit.adapters.readers.raw import plural
from synthaudit.cells import Levels
from synthaudit.errors import InputError
from synthaudit.files import printable, toml_text
from synthaudit.files.catalogue import N_

MOSTLY = 0.9
QUANTITY_LEVELS = 20
"""More different numbers than this are a quantity, not a handful of codes."""
MOST_TOKENS = 20
"""So many different words among numbers may stand for missing; more are something else."""
SHOWN_FROM = 10
"""A word is shown where so many cells have it: it names nobody."""
LONGEST_SHOWN = 20
HARDLY_REPEATED = 0.5
"""Share of different values from which equal cells say little, and cells that are nearly equal go unseen."""
MANY_LEVELS = 200
"""More levels of one form than sites, wards and products usually have."""
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def is_quantity(text: str) -> bool:
    """Whether a cell is a number or a time, in any dress.

    Examples
    --------
    >>> [is_quantity(text) for text in ("$1,200", "3.4.1971", "00501", "12a", "k.A.")]
    [True, True, False, False, False]
    """
    return is_number(text) or is_time(text)


def may_be_a_quantity(levels: Levels) -> bool:
    """Whether categories may be quantities in a dress that nobody could read: near copies of them would go unseen.

    So it is where nearly all cells have digits, and hardly repeat or are very many of one form.

    Examples
    --------
    >>> column = cells.text_column([f"~{i % 40}" for i in range(60)])
    >>> may_be_a_quantity(cells.levels_of(column)), may_be_a_quantity(cells.levels_of(column.str.strip("~1234567890")))
    (True, False)
    """
    n = levels.n_present
    n_levels = len(levels.values)
    if n_levels <= QUANTITY_LEVELS or levels.count(lambda value: any(map(str.isdigit, value))) < MOSTLY * n:
        return False
    if n_levels >= HARDLY_REPEATED * n:
        return True
    form, _ = Counter(_DIGITS.sub("0", value.strip()) for value in levels.values).most_common(1)[0]
    is_of_form = levels.count(lambda value: _DIGITS.sub("0", value.strip()) == form) >= MOSTLY * n
    # Zeros before are a code's, that may have very many levels.
    return n_levels > MANY_LEVELS and is_of_form and not all(map(cells.is_code, levels.values))


def refuse_spoiled(levels: Levels, numbers: Sequence[float | None], decimal: str, where: str, name: str) -> None:
    """A column of quantities or times that a few cells would silently turn into categories is an error.

    Parameters
    ----------
    levels : Levels
        Of a column of text.
    numbers : sequence of float or None
        Each level as a plain number.
    decimal : str
        Decimal mark of these.
    where, name : str
        For messages.

    Raises
    ------
    InputError
        SA-131 decimal comma, SA-150 words among numbers or times.
    """
    n = levels.n_present
    if decimal == ".":
        n_comma = levels.count(cells.has_decimal_comma)
        if n_comma >= MOSTLY * n:
            got = N_("{share} % of cells look like numbers with a decimal comma").format(share=100 * n_comma // n)
            raise InputError("SA-131", where, got, N_("Pass --decimal ',' or declare the column categorical."))
    not_numbers = [value for value, number in zip(levels.values, numbers, strict=True) if number is None]
    _refuse_known(levels, not_numbers, N_("numbers"), where)
    _refuse_known(levels, [value for value in levels.values if not cells.is_time_shaped(value)], N_("dates"), where)
    _refuse_words(levels, where, name)


def _refuse_known(levels: Levels, misfits: list[str], noun: str, where: str) -> None:
    """Usual spellings of missing, however many cells have them."""
    tokens = sorted({value.strip() for value in misfits})
    if len(levels.values) - len(misfits) <= QUANTITY_LEVELS or not set(tokens) <= set(cells.KNOWN_MISSING):
        return
    n_bad = _count(levels, misfits)
    got = N_("{n_good} of {n} cells are {noun}, the rest is a usual spelling of missing").format(
        n_good=levels.n_present - n_bad, n=levels.n_present, noun=noun
    )
    raise InputError(
        "SA-150", where, got, N_("Pass {flags}, or declare the column categorical.").format(flags=missing_flags(tokens))
    )


def _refuse_words(levels: Levels, where: str, name: str) -> None:
    """Words among quantities, at most as many cells as these: missing, or levels of their own."""
    misfits = [value for value in levels.values if not is_quantity(value)]
    tokens = sorted({value.strip() for value in misfits})
    if not 0 < len(tokens) <= MOST_TOKENS or len(levels.values) - len(misfits) <= QUANTITY_LEVELS:
        return
    if any(c.isdigit() for token in tokens if token not in cells.KNOWN_MISSING for c in token):
        return
    n_bad, n = _count(levels, misfits), levels.n_present
    if 2 * n_bad > n:
        return
    shown = _shown(levels, tokens)
    got = (
        N_("{n_good} of {n} cells are numbers or times, {n_bad} cell holds a word{shown}")
        if n_bad == 1
        else N_("{n_good} of {n} cells are numbers or times, {n_bad} cells hold a word{shown}")
    ).format(n_good=n - n_bad, n=n, n_bad=n_bad, shown=shown)
    do = N_(
        "Pass --missing with what stands for missing, or declare the column: [columns.{name}] kind = {kind}."
    ).format(name=toml_text(name), kind='"categorical"')
    raise InputError("SA-150", where, got, do)


def _shown(levels: Levels, tokens: Collection[str]) -> str:
    """Words that are usual, or so frequent that they name nobody, with the number of their cells."""
    counts = {token: _count(levels, [value for value in levels.values if value.strip() == token]) for token in tokens}
    public = [
        token
        for token in tokens
        if token in cells.KNOWN_MISSING or (counts[token] >= SHOWN_FROM and len(token) <= LONGEST_SHOWN)
    ]
    if not public:
        return N_(" that is not shown here")
    words = ", ".join(f"'{printable(token)}' ({plural(counts[token], 'cell')})" for token in public)
    return f": {words}" + (N_(", and others") if len(public) < len(tokens) else "")


def _count(levels: Levels, values: Collection[str]) -> int:
    wanted = set(values)
    return levels.count(lambda value: value in wanted)

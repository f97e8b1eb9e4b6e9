"""How numbers and foreign text are written on the page: rounding and escapes, no statistics."""

from math import ceil, floor

from synthaudit.files import written_out
from synthaudit.files.catalogue import _, marks, number
from synthaudit.report.retold import retold
from synthaudit.types import Measured, NotEstimable

NBSP = "\u00a0"
_NO_BACKTICKS = str.maketrans("", "", "`")
"""Commands stand between backticks in the evidence, as in a terminal; on a page they tell nobody anything."""


def shown(text: str, limit: int | None = None) -> str:
    r"""Foreign text with every character that hides or turns text written out, cut to ``limit`` characters.

    Examples
    --------
    >>> print(shown("ab\u202ec\x07"))
    ab\u202ec\u0007
    >>> shown("a rather long name", limit=8)
    'a rathe…'
    """
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return written_out(text)


def count(n: float) -> str:
    """A count with thousands separators; one decimal where an expected count is no whole number.

    Examples
    --------
    >>> count(20190), count(2.5)
    ('20,190', '2.5')
    """
    return number(n, ",.0f" if float(n).is_integer() else ",.1f")


def percent(rate: float) -> str:
    """A rate in percent with at most one decimal; what rounds to nothing is said to be below it.

    Examples
    --------
    >>> [percent(rate).replace(NBSP, " ") for rate in (0.05, 0.0842, 0.0002, -0.001)]
    ['5 %', '8.4 %', '< 0.1 %', '-0.1 %']
    """
    if 0 < abs(rate) < 0.0005:
        return f"{'<' if rate > 0 else '> -'}{NBSP if rate > 0 else ''}{number(0.1, '.1f')}{NBSP}%"
    text = f"{rate * 100:.1f}".removesuffix(".0")
    return f"{'0' if text == '-0' else marks().number(text)}{NBSP}%"


def of_1000(rate: float) -> str:
    """A rate as a natural frequency: how many of 1,000.

    Examples
    --------
    >>> of_1000(0.0213), of_1000(1.0)
    ('21', '1,000')
    """
    return count(min(1000, max(0, round(rate * 1000))))


def most_of_1000(rate: float) -> str:
    """An upper bound of a rate as one of how many of 1,000: never rounded down.

    Examples
    --------
    >>> most_of_1000(0.0213), most_of_1000(0.021)
    ('22', '21')
    """
    return count(min(1000, max(0, ceil(round(rate * 1000, 6)))))


def least_of_1000(rate: float) -> str:
    """A lower bound of a rate as one of how many of 1,000: never rounded up.

    Examples
    --------
    >>> least_of_1000(0.0219)
    '21'
    """
    return count(min(1000, max(0, floor(round(rate * 1000, 6)))))


def of_100(rate: float) -> int:
    """A rate as a natural frequency: how many of 100."""
    return min(100, max(0, round(rate * 100)))


def decimals(value: float, places: int = 3) -> str:
    """A number with fixed decimals, as tables need it."""
    return number(value, f".{places}f")


def pvalue(p: float | None) -> str:
    """A p-value with three decimals, never 0.

    Examples
    --------
    >>> pvalue(0.0432), pvalue(0.0001).replace(NBSP, " "), pvalue(None)
    ('0.043', '< 0.001', 'none')
    """
    if p is None:
        return _("none")
    return f"<{NBSP}{decimals(0.001)}" if p < 0.001 else decimals(p)


def duration(seconds: float) -> str:
    """Seconds in words, rounded to what a reader cares about.

    Examples
    --------
    >>> duration(48.2), duration(305)
    ('48 s', '5 min')
    """
    return _("{n:.0f} s").format(n=seconds) if seconds < 120 else _("{n:.0f} min").format(n=seconds / 60)


def p_is(p: float) -> str:
    """The p-value as a statement, ``p = 0.043``.

    Examples
    --------
    >>> p_is(0.0001).replace(NBSP, " ")
    'p < 0.001'
    """
    text = pvalue(p)
    return f"p{NBSP}{text}" if text.startswith("<") else f"p{NBSP}={NBSP}{text}"


def number_or_dash(value: float | None, places: int = 3) -> str:
    """A number, or a word where there is none."""
    return _("none") if value is None else decimals(value, places)


def measured(value: Measured, *, as_percent: bool = False) -> str:
    """An estimate with its interval in one cell, or why there is none.

    Examples
    --------
    >>> from synthaudit.types import Estimate
    >>> auc = Estimate(value=0.5432, low=0.52, high=0.57, confidence_level=0.95, n=100)
    >>> measured(auc).replace(NBSP, " ")
    '0.543 (0.520 to 0.570)'
    """
    if isinstance(value, NotEstimable):
        return _("not estimable: {why}").format(why=retold(value.not_estimable))
    write = percent if as_percent else decimals
    return (
        _("{value} ({low} to {high})")
        .format(value=write(value.value), low=write(value.low), high=write(value.high))
        .replace(" ", NBSP)
    )


def level(value: float) -> str:
    """A confidence level, ``95 %``."""
    return percent(value)


def sentence(text: str) -> str:
    """A sentence of the evidence in the language of the page, with a capital first letter and a full stop.

    Examples
    --------
    >>> sentence("fewer than 368 non-members"), sentence("linkage_sum found nobody.")
    ('Fewer than 368 non-members.', 'linkage_sum found nobody.')
    """
    text = capital(retold(text.strip()).translate(_NO_BACKTICKS))
    return text if not text or text[-1] in ".!?…" else text + "."


def capital(text: str) -> str:
    """The text with a capital first letter, unless it starts with a name such as ``linkage_sum``."""
    text = text.strip()
    is_word = text and text.split(maxsplit=1)[0].rstrip(",.:;").replace("-", "").isalpha()
    return text[0].upper() + text[1:] if is_word else text

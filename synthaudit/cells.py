"""Canonical cells: one spelling for every value, whatever type or text it came as.

Two cells are the same exactly when their canonical cells are: numbers as float64 of their shortest decimal (``34``,
``34.0`` and ``"3.4e1"`` are one), times as microseconds in UTC, truth values as ``"true"`` and ``"false"``, text as it
is. Blank text is missing.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

EXACT_INTEGER = 2**53
"""Above it float64 no longer tells neighbouring integers apart."""

_SAFE_DIGITS = 15
"""Digits up to which every integer is below it."""

MAX_PARSED_LENGTH = 64
"""A longer text is never a number or a time; parsing a million digits would take minutes."""

KNOWN_MISSING = (
    *("NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "NAN", "NaT", "<NA>"),
    *("NULL", "Null", "null", "None", "none", "NONE", "nil", "Nil", "NIL", "-", "--", "---", "?", ".", "..", "..."),
    *("\u2013", "\u2014", "\u2026", "\\N", "(null)", "[null]", "(blank)", "missing", "Missing", "MISSING"),
    *("n.a.", "N.A.", "k.A.", "k. A.", "k.a.", "n.v.", "s.o.", "n/v"),
    *("#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#N/A N/A", "#ERROR!"),
    # Of dates in SAP and MySQL.
    *("00.00.0000", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00"),
    # Of SAS and Stata.
    *("._", *(f".{chr(code)}" for code in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)))),
)
"""Spellings that tables use for missing; recognised in messages, never replaced without being told."""

TRUE_SPELLINGS = frozenset({"true", "t", "yes", "y", "1", "1.0", "on"})
FALSE_SPELLINGS = frozenset({"false", "f", "no", "n", "0", "0.0", "off"})
BOOLEAN_PAIRS = (("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("on", "off"))

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PLAIN_SIGNS = re.compile(r"[0-9+.eE\n-]*")
_LEADING_ZERO = re.compile(r"[+-]?0\d+", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_ISO_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_OTHER_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|\d{4}[./]\d{1,2}[./]\d{1,2}", re.ASCII)
_TELEPHONE = re.compile(r"\+\d{8,15}", re.ASCII)
_VERSION = re.compile(r"\d{1,3}\.(?:0|[1-9]\d{0,2})", re.ASCII)
_IDENTITY = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?", re.ASCII)
MAX_NORMALISED = 4_096
FEWEST_DIGITS, MOST_DIGITS = 6, 9
"""Digits of a text that tell somebody without the rest of it."""
_LINE_END = re.compile(r"\r\n?")


def fold_text(text: str) -> str:
    """Text without the differences that hide a copy: NFKC, casefold, strip.

    Examples
    --------
    >>> fold_text(" STRASSE") == fold_text("straße")
    True
    """
    if text.isascii():
        return text.lower().strip()
    # Normalising takes quadratic time on long runs of combining marks, which a hostile cell may hold.
    return (unicodedata.normalize("NFKC", text) if len(text) <= MAX_NORMALISED else text).casefold().strip()


def fold_key(text: str) -> str:
    """Letters and digits of a folded text: what is left of a key or a sentence however it is punctuated.

    Examples
    --------
    >>> fold_key("P-00001.") == fold_key("p00001")
    True
    >>> fold_key("--")
    '--'
    """
    folded = fold_text(text)
    return "".join(c for c in folded if c.isalnum()) or folded


def digits_of(text: str) -> str:
    """The last nine digits of a text in their order, where there are enough to tell somebody by; else nothing.

    What stands before them is a country's prefix of a telephone or the head of an account, written or left out.

    Examples
    --------
    >>> digits_of("DE-123 456"), digits_of("ward 12")
    ('123456', '')
    >>> digits_of("+49 170 1234567") == digits_of("0170/1234567")
    True
    """
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdecimal())
    return digits[-MOST_DIGITS:] if len(digits) >= FEWEST_DIGITS else ""


def identity_key(text: str) -> str:
    """`fold_key` of a text that names one person: of a mail address without what follows a plus, which is one's own.

    Examples
    --------
    >>> identity_key("Ann.Lee+news@example.org") == identity_key("annlee@example.org")
    True
    """
    name, at, domain = text.rpartition("@")
    return fold_key(name.partition("+")[0] + at + domain)


def parse_number(text: str, decimal: str = ".") -> float | None:
    """The finite number that a text writes in plain or exponent form, or None.

    Examples
    --------
    >>> parse_number(" 1e3 "), parse_number("00501"), parse_number("1_000"), parse_number("3,5", decimal=",")
    (1000.0, 501.0, None, 3.5)
    """
    if len(text) > MAX_PARSED_LENGTH:
        return None
    text = text.strip()
    if decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    # Adding zero turns -0.0 into 0.0: one number, one spelling.
    return value + 0.0 if math.isfinite(value) else None


def all_numbers(texts: Sequence[str], decimal: str = ".") -> list[float] | None:
    """What `parse_number` makes of many texts; None where one of them is no number.

    Examples
    --------
    >>> all_numbers(["3", "-0.50"]), all_numbers(["3", "three"])
    ([3.0, -0.5], None)
    """
    if decimal == ".":
        joined = "\n".join(texts)
        # Of these signs alone Python makes a number where we do, and reads all of them several times as fast.
        if _PLAIN_SIGNS.fullmatch(joined) and joined.count("\n") == max(len(texts) - 1, 0):
            try:
                plain = [float(text) + 0.0 for text in texts]
            except ValueError:
                return None
            is_short = max(map(len, texts), default=0) <= MAX_PARSED_LENGTH
            return plain if is_short and all(map(math.isfinite, plain)) else None
    numbers: list[float] = []
    for text in texts:
        number = parse_number(text, decimal)
        if number is None:
            return None
        numbers.append(number)
    return numbers


def has_leading_zero(text: str) -> bool:
    """Whether a text is a code like ``00501``, which a number would cut short."""
    return _LEADING_ZERO.fullmatch(text.strip()) is not None


def has_decimal_comma(text: str) -> bool:
    """Whether a text looks like ``3,5``."""
    return _DECIMAL_COMMA.fullmatch(text.strip()) is not None


def looks_like_other_date(text: str) -> bool:
    """Whether a text looks like a date in a form other than ISO 8601, such as ``31/12/2020``."""
    return _OTHER_DATE.fullmatch(text.strip()) is not None


def is_big_integer(text: str) -> bool:
    """Whether a text is an integer that float64 cannot hold exactly."""
    text = text.strip()
    digits = text.lstrip("+-").lstrip("0")
    return len(digits) > _SAFE_DIGITS and digits.isdecimal() and digits.isascii() and int(digits[:32]) > EXACT_INTEGER


def is_code(text: str) -> bool:
    """Whether digits are those of a code, whose number would say less: ``00501``, 2**60, ``+491601234567``.

    Examples
    --------
    >>> [is_code(text) for text in ("007", "0.5", "+491601234567", "+12")]
    [True, False, True, False]
    """
    text = text.strip()
    # Most numbers are told by their first letter and their length.
    if text[:1] in ("0", "+", "-") and (has_leading_zero(text) or _TELEPHONE.fullmatch(text) is not None):
        return True
    return len(text) > _SAFE_DIGITS and is_big_integer(text)


def are_versions(texts: Iterable[str]) -> bool:
    """Whether numbers in two parts are rather versions or sections: 1.1 is not 1.10, and no second part is 05.

    Examples
    --------
    >>> are_versions(["1.1", "1.2", "1.10"]), are_versions(["12.5", "12.50", "3.05"])
    (True, False)
    """
    values = set()
    n = 0
    for text in texts:
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            return False
        n += 1
        values.add(float(match[0]))
    return len(values) < n


def is_identity_shaped(text: str) -> bool:
    """Whether a text has the form of a mail address or a UUID, which is no quantity.

    Examples
    --------
    >>> is_identity_shaped("ann@example.org"), is_identity_shaped("12.5")
    (True, False)
    """
    return len(text) <= MAX_PARSED_LENGTH and _IDENTITY.fullmatch(text.strip()) is not None


def significant_digits(text: str) -> int:
    """Digits of a number's text without exponent and leading zeros."""
    return sum(map(str.isdigit, text.casefold().split("e")[0].strip().lstrip("+-0.")))


def parse_time(text: str) -> datetime | None:
    """The moment that an ISO 8601 text writes, as naive UTC with microseconds, or None.

    Examples
    --------
    >>> parse_time("2020-02-01 10:00+02:00")
    datetime.datetime(2020, 2, 1, 8, 0)
    >>> parse_time("01/02/2020") is None, parse_time("2021-02-31") is None
    (True, True)
    """
    if not is_time_shaped(text):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def is_time_shaped(text: str) -> bool:
    """Whether a text has the form of an ISO 8601 date or time, possible or not."""
    return len(text) <= MAX_PARSED_LENGTH and _ISO_TIME.fullmatch(text.strip()) is not None


def is_zoned(text: str) -> bool:
    """Whether an ISO 8601 text names its distance to UTC."""
    return re.search(r":.*(?:Z|[+-]\d{2}:?\d{2})$", text.strip()) is not None


def parse_truth(text: str) -> bool | None:
    """The truth value that a text writes in any common spelling, or None."""
    folded = fold_text(text)
    return True if folded in TRUE_SPELLINGS else False if folded in FALSE_SPELLINGS else None


def number_text(value: float) -> str:
    """The one text of a number: no exponent and no ``.0`` for integers, else the shortest decimal.

    Examples
    --------
    >>> number_text(34.0), number_text(0.1), number_text(-0.0)
    ('34', '0.1', '0')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e22 else repr(float(value))


def time_text(value: pd.Timestamp) -> str:
    """The one text of a time; a date alone at midnight."""
    return value.date().isoformat() if value == value.normalize() else value.isoformat()


def text_value(text: str) -> Decimal | None:
    """Exact value of a text that is a number; leading zeros do not matter."""
    stripped = text.strip()
    if len(stripped) > MAX_PARSED_LENGTH or not _NUMBER.fullmatch(stripped):
        return None
    try:
        return Decimal(stripped).normalize()
    except DecimalException:
        # An exponent beyond what a decimal can hold: no number that any table means.
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The different cells of one column, so that each is parsed once: ``codes`` (n,), -1 where missing."""

    codes: npt.NDArray[np.int64]
    values: list[Any]

    def spread(self, parsed: Iterable[Any], dtype: Any, missing: Any) -> npt.NDArray[Any]:
        """One parsed value per level back to one per row."""
        table = np.empty(len(self.values) + 1, dtype=dtype)
        for i, value in enumerate(parsed):
            table[i] = missing if value is None else value
        table[-1] = missing
        return table[self.codes]

    def count(self, holds: Callable[[Any], bool]) -> int:
        """Rows whose level fulfils a condition."""
        return int(self.mask(holds).sum())

    def mask(self, holds: Callable[[Any], bool]) -> npt.NDArray[np.bool_]:
        """(n,) where the level fulfils a condition; missing never does."""
        return self.spread((holds(value) for value in self.values), np.bool_, False)

    @property
    def n_present(self) -> int:
        """Rows that are not missing."""
        return int((self.codes >= 0).sum())


def levels_of(column: pd.Series) -> Levels:
    """The levels of one column of a raw table in order of appearance; blank text counts as missing."""
    codes, values = pd.factorize(column.to_numpy(), use_na_sentinel=True)
    if column.dtype != object:
        return Levels(codes=codes.astype(np.int64), values=list(values))
    is_filled = np.array([value != "" and not value.isspace() for value in values], dtype=np.bool_)
    new_code = np.append(np.where(is_filled, np.cumsum(is_filled) - 1, -1), -1)
    return Levels(codes=new_code[codes].astype(np.int64), values=list(values[is_filled]))


def characters_of(cells: pd.Series) -> npt.NDArray[np.int64]:
    """(n,) characters of each cell; 0 where it is missing."""
    try:
        return np.fromiter(map(len, cells), np.int64, len(cells))
    except TypeError:
        # Missing cells have no length.
        return np.fromiter((len(cell) if hasattr(cell, "__len__") else 0 for cell in cells), np.int64, len(cells))


def text_column(values: npt.NDArray[Any] | list[Any], index: pd.Index | None = None) -> pd.Series:
    """An object column of str and None under every pandas version."""
    return pd.Series(values, dtype=object, index=index)


def as_text(column: pd.Series) -> pd.Series:
    """A raw column as canonical text: object column of str, None where missing."""
    levels = levels_of(column)
    if column.dtype == object:
        spelled = [_LINE_END.sub("\n", value) if "\r" in value else value for value in levels.values]
    elif column.dtype.kind == "M":
        spelled = [time_text(pd.Timestamp(value)) for value in levels.values]
    else:
        spelled = [number_text(value) for value in levels.values]
    return text_column(levels.spread(spelled, object, None))

"""Cells as runs of letters and digits, without the differences that hide a copy, and hashes of their pieces."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.cells import MAX_NORMALISED, levels_of, number_text, time_text
from synthaudit.runtime.jit import jit
from synthaudit.types import IntArray

Hashes = npt.NDArray[np.uint64]

_END = "\x00"
_CONFUSABLE = {
    # Letters of other scripts that look like Latin ones, folded.
    **dict(zip("авеикмнорстухьіјѕһԁ", "abeukmhopctyxbijshd", strict=True)),
    **dict(zip("αβεικνορτυχω", "abeikvoptuxw", strict=True)),
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ħ": "h",
}
BASE = np.uint64(0x9E3779B97F4A7C15)
"""Odd: a hash is sum c_i BASE^(n-1-i) modulo 2^64, which can be read off two prefixes."""
_INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))
WHOLE = np.uint64(0xD1B54A32D192ED03)
"""Added to the hash of a whole cell, which no part of another cell is taken for."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Folded texts, end to end."""

    values: Hashes
    """One scattered number a letter or digit."""
    start: IntArray
    """(n + 1,) where each text begins, and where the last one ends."""

    @property
    def length(self) -> IntArray:
        """(n,) characters of each."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """One column: the folded text of each level, and the level of each row, -1 where missing."""

    texts: Texts
    codes: IntArray


def text_column_of(column: pd.Series, most: int | None = None) -> TextColumn:
    """A raw or canonical column as text; of more than ``most`` characters in all, the beginnings of all cells."""
    spelled, codes = spelled_levels(column)
    if most is not None and sum(map(len, spelled)) > most:
        spelled = [text[: most // len(spelled)] for text in spelled]
    return TextColumn(texts=folded(spelled), codes=codes)


def spelled_levels(column: pd.Series) -> tuple[list[str], IntArray]:
    """The different cells of a raw or canonical column as text, and (n,) which one each row has, -1 where missing."""
    levels = levels_of(column)
    if column.dtype == object:
        return levels.values, levels.codes
    if column.dtype.kind == "M":
        return [time_text(pd.Timestamp(value)) for value in levels.values], levels.codes
    return [number_text(value) for value in levels.values], levels.codes


def folded(texts: Sequence[str]) -> Texts:
    """Letters and digits alone, compatibility forms, accents, cases and look-alikes folded.

    Examples
    --------
    >>> "".join(map(chr, code_points(["Zoë K-7."])[0]))
    'zoek7'
    >>> bool((folded(["АВ"]).values == folded(["ab"]).values).all())  # Cyrillic
    True
    """
    points, start = code_points(texts)
    return Texts(values=mixed(points.astype(np.uint64) + np.uint64(1)), start=start)


def code_points(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], IntArray]:
    """Folded texts end to end, and where each begins."""
    joined = _END.join([text.replace(_END, "") if _END in text else text for text in map(_normalised, texts)])
    points = np.frombuffer((joined.casefold() + _END).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    table = _table(np.flatnonzero(np.bincount(points, minlength=1)))
    kept = table[points]
    is_end = points == 0
    ends = np.cumsum(kept != 0)[is_end]
    n = len(texts)
    return kept[kept != 0].astype(np.uint32), np.r_[0, ends[:n]].astype(np.int64)


def _normalised(text: str) -> str:
    """Compatibility forms, accents apart; in parts, for normalising takes quadratic time on runs of marks."""
    if text.isascii():
        return text
    if len(text) <= MAX_NORMALISED:
        return unicodedata.normalize("NFKD", text)
    parts = (text[i : i + MAX_NORMALISED] for i in range(0, len(text), MAX_NORMALISED))
    return "".join(unicodedata.normalize("NFKD", part) for part in parts)


def _table(present: IntArray) -> npt.NDArray[np.uint32]:
    """Code point -> the one that stands for it; 0 where it is neither letter nor digit."""
    table = np.zeros(int(present.max(initial=0)) + 1, dtype=np.uint32)
    for point in present.tolist():
        letter = chr(point)
        if letter.isalnum():
            digit = unicodedata.digit(letter, None)
            table[point] = ord(_CONFUSABLE.get(letter, letter) if digit is None else str(digit))
    return table


def mixed(values: Hashes) -> Hashes:
    """Scatter 64 bits over 64 bits, one to one (the finaliser of splitmix64)."""
    z = values.copy()
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def powers(n: int) -> tuple[Hashes, Hashes]:
    """BASE^0 to BASE^n, and their inverses."""
    both = []
    for factor in (BASE, _INVERSE):
        power = np.ones(n + 1, dtype=np.uint64)
        power[1:] = factor
        both.append(np.multiply.accumulate(power))
    return both[0], both[1]


def whole_hashes(texts: Texts) -> Hashes:
    """(n,) hash of each text, not scattered."""
    return _wholes(texts.values, texts.start, BASE)


@jit
def _wholes(values: Hashes, start: IntArray, base: np.uint64) -> Hashes:
    hashes = np.zeros(len(start) - 1, dtype=np.uint64)
    for text in range(len(hashes)):
        total = np.uint64(0)
        for i in range(start[text], start[text + 1]):
            total = total * base + values[i]
        hashes[text] = total
    return hashes


def run_hashes(texts: Texts, length: int) -> tuple[Hashes, IntArray]:
    """Hashes of all runs of so many characters, and (n + 1,) where those of each text begin."""
    n_runs = np.maximum(texts.length - length + 1, 0)
    first = np.r_[0, np.cumsum(n_runs)].astype(np.int64)
    return _runs(texts.values, texts.start, first, length, BASE, powers(length)[0][length]), first


@jit
def _runs(values: Hashes, start: IntArray, first: IntArray, length: int, base: np.uint64, power: np.uint64) -> Hashes:
    hashes = np.empty(first[-1], dtype=np.uint64)
    for text in range(len(start) - 1):
        if first[text + 1] == first[text]:
            continue
        total = np.uint64(0)
        for i in range(start[text], start[text + 1]):
            total = total * base + values[i]
            if i - start[text] >= length:
                total -= values[i - length] * power
            if i - start[text] >= length - 1:
                hashes[first[text] + i - start[text] - length + 1] = total
    return hashes

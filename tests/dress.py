"""Columns of real tables in the dresses of the world, for the tests: what is plain, and how it may be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

EURO = str.maketrans(",.", ".,")
Number = Callable[[float], str]
Time = Callable[[datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """A way of writing that can be read in one way only, or not."""

    write: Callable[..., str]
    unambiguous: bool = True
    """Whether it must be read; else it may also be stopped or block the pass."""


def _plain(value: float) -> str:
    return f"{value:.2f}"


NUMBERS: Mapping[str, Dress] = {
    "dollars": Dress(write=lambda v: f"${v:,.2f}" if v >= 0 else f"-${-v:,.2f}"),
    "euros": Dress(write=lambda v: f"{v:,.2f} €".translate(EURO)),
    "francs": Dress(write=lambda v: f"CHF {v:,.2f}".replace(",", "'")),
    "thousands": Dress(write=lambda v: f"{v:,.2f}"),
    "german": Dress(write=lambda v: f"{v:,.2f}".translate(EURO)),
    "french": Dress(write=lambda v: f"{v:,.2f}".replace(",", "\u202f").replace(".", ",")),
    "decimal comma": Dress(write=lambda v: _plain(v).replace(".", ",")),
    "percent": Dress(write=lambda v: f"{_plain(v)}%"),
    "percent apart": Dress(write=lambda v: f"{_plain(v)} %"),
    "kilograms": Dress(write=lambda v: f"{_plain(v)} kg"),
    "pressure": Dress(write=lambda v: f"{_plain(v)}mmHg"),
    "brackets": Dress(write=lambda v: _plain(v) if v >= 0 else f"({_plain(-v)})"),
    "minus behind": Dress(write=lambda v: _plain(v) if v >= 0 else f"{_plain(-v)}-"),
    "true minus": Dress(write=lambda v: _plain(v).replace("-", "\u2212")),
    "plus": Dress(write=lambda v: f"{v:+,.2f}"),
    "full width": Dress(write=lambda v: "".join(chr(ord(c) + 0xFEE0) for c in _plain(v))),
    "a word": Dress(write=lambda v: f"{_plain(v)} Stück"),
    "words between": Dress(write=lambda v: f"about {_plain(v)} or so", unambiguous=False),
    "ratio": Dress(write=lambda v: f"{_plain(v)}/1", unambiguous=False),
    "quoted": Dress(write=lambda v: f"~{_plain(v)}~", unambiguous=False),
    "letters": Dress(
        write=lambda v: "".join("ABCDEFGHIJ"[int(c)] if c.isdigit() else c for c in _plain(v)), unambiguous=False
    ),
}
WHOLE: Mapping[str, Dress] = {
    "thousands": Dress(write=lambda v: f"{int(v):,}", unambiguous=False),
    "points": Dress(write=lambda v: f"{int(v):,}".translate(EURO), unambiguous=False),
    "blanks": Dress(write=lambda v: f"{int(v):,}".replace(",", " ")),
    "yen": Dress(write=lambda v: f"¥{int(v)}"),
    "days": Dress(write=lambda v: f"{int(v)} days"),
}
TIMES: Mapping[str, Dress] = {
    form: Dress(write=lambda d, form=form: d.strftime(form), unambiguous=unambiguous)
    for form, unambiguous in {
        "%Y-%m-%d %H:%M:%S UTC": True,
        "%Y%m%dT%H%M%SZ": True,
        "%d%b%Y:%H:%M:%S": True,
        "%d.%m.%Y %H:%M:%S": True,
        "%d/%m/%Y %H:%M:%S": True,
        "%m/%d/%Y %I:%M:%S %p": True,
        "%Y/%m/%d %H:%M:%S": True,
        "%B %d, %Y %H:%M:%S": True,
        "%a, %d %b %Y %H:%M:%S GMT": True,
        "%d.%m.%y %H:%M:%S": False,
        "%j-%Y %H:%M:%S": False,
    }.items()
}
TOKENS = ("k.A.", "\\N", "#DIV/0!", ".A", "NA", "refused", "Ms Miller", "see note 4")
"""Cells among numbers that are none; the last can stand for nothing but itself."""

"""The languages there are, and how each of them writes numbers and days."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Language = Literal["en", "de", "fr"]
LANGUAGES: tuple[str, ...] = get_args(Language)
"""English is that of the source; each other one has a catalogue in ``synthaudit/locale``."""
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+(?:e[-+]?\d+)?)(?![\w.]|,\d)")
"""A number as Python writes it that another language would write otherwise."""
_QUOTED = re.compile(r"'([^']*)'")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What stands in and around a number."""

    decimal: str = "."
    group: str = ","
    """Between thousands."""
    percent: str = "%"
    day: str = r"\1-\2-\3"
    """A day, of year, month and day."""
    quotes: tuple[str, str] = ("'", "'")
    """Around a name."""
    titles: tuple[str, str] = ("“", "”")
    """Around what something on the page is called."""
    before_colon: str = ""
    """Before a colon or a semicolon."""
    has_great_nouns: bool = False
    """Whether a noun has a capital letter wherever it stands."""

    @property
    def colon(self) -> str:
        """Between a name and what is said of it."""
        return f"{self.before_colon}: "

    @property
    def semicolon(self) -> str:
        """Between parts of a sentence."""
        return f"{self.before_colon}; "

    def quoted(self, text: str) -> str:
        """Names that stand between straight quotes, between those of the language.

        Examples
        --------
        >>> Marks(quotes=("„", "“")).quoted("'age', 'town'")
        '„age“, „town“'
        """
        opened, closed = self.quotes
        return _QUOTED.sub(lambda match: f"{opened}{match[1]}{closed}", text)

    def title(self, text: str) -> str:
        """What something on the page is called, in quotes."""
        return f"{self.titles[0]}{text}{self.titles[1]}"

    def within(self, label: str) -> str:
        """A label as it stands within a line."""
        return label if self.has_great_nouns else label.lower()

    def number(self, text: str) -> str:
        """A number that Python has formatted, in these marks.

        Examples
        --------
        >>> Marks(decimal=",", group=".").number("1,234.5")
        '1.234,5'
        """
        return text.translate({ord(","): self.group, ord("."): self.decimal, ord("%"): self.percent})

    def filled(self, value: Any, spec: str) -> str:
        """A value in a placeholder: numbers in these marks, everything else as Python has it."""
        text = format(value, spec)
        is_written_otherwise = _is_number(value) and (spec or not isinstance(value, int))
        return self.number(text) if is_written_otherwise else text

    def numbers_in(self, text: str) -> str:
        """A text with every number in it in these marks; what has more points than a number, such as a version, stays.

        Examples
        --------
        >>> Marks(decimal=",", group=".").numbers_in("0.5 of 1,200 on 2026-11-30, by 1.2.3")
        '0,5 of 1.200 on 2026-11-30, by 1.2.3'
        """
        return _NUMBER.sub(lambda match: self.number(match[0]), text)

    @property
    def of_charts(self) -> dict[str, Any]:
        """The same for the axes of charts, as d3-format has it."""
        return {
            "decimal": self.decimal,
            "thousands": self.group,
            "grouping": [3],
            "currency": ["", ""],
            "percent": self.percent,
        }

    def days_in(self, text: str) -> str:
        """A text with every day in it as the language writes it."""
        return _DAY.sub(self.day, text)


def _is_number(value: Any) -> bool:
    # Also those of numpy, which is not imported here.
    return hasattr(value, "__float__") and not isinstance(value, bool | str)


_NBSP, _THIN = "\u00a0", "\u202f"
ENGLISH = Marks()
_GERMAN, _FRENCH = ("„", "“"), (f"«{_NBSP}", f"{_NBSP}»")
MARKS: Mapping[str, Marks] = {
    "de": Marks(
        decimal=",",
        group=".",
        percent=f"{_NBSP}%",
        day=r"\3.\2.\1",
        quotes=_GERMAN,
        titles=_GERMAN,
        has_great_nouns=True,
    ),
    "fr": Marks(
        decimal=",",
        group=_THIN,
        percent=f"{_NBSP}%",
        day=r"\3/\2/\1",
        quotes=_FRENCH,
        titles=_FRENCH,
        before_colon=_NBSP,
    ),
}

"""A generator family that is yet to be found: the one whose releases are hardest to tell from the vendor's."""

from dataclasses import dataclass

from synthaudit.types import Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    """Families to choose from, in the order that settles ties.

    Parameters
    ----------
    candidates : tuple of Generator
        At least one.
    """

    candidates: tuple[Generator, ...]
    name: str = "auto"

    def fingerprint(self) -> str:
        """What is chosen from."""
        return " ".join((self.name, *(family.name for family in self.candidates)))

"""A column that can be read in two ways."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Why a column of numbers or times is not read: a choice that is the user's.

    Attributes
    ----------
    got, do : str
        For a message; ``{of}`` in ``do`` stands where an option names one table.
    """

    got: str
    do: str

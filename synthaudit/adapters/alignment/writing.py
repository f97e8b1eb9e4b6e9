"""How a table writes its cells, as far as the user says: decimal mark, thousands mark, spellings of missing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What the user says of one table's cells, or of all tables'.

    Attributes
    ----------
    decimal, thousands : str, optional
        Marks within numbers in text; told from the cells if not given.
    missing : tuple of str
        Spellings of missing.

    Examples
    --------
    >>> Writing(decimal=",", missing=("NA",)).overruled_by(Writing(decimal=".", missing=("-",)))
    Writing(decimal='.', thousands=None, missing=('NA', '-'))
    """

    decimal: str | None = None
    thousands: str | None = None
    missing: tuple[str, ...] = ()

    def overruled_by(self, other: "Writing") -> "Writing":
        """What holds where ``other`` is said of one table, and this of all."""
        return Writing(
            decimal=other.decimal or self.decimal,
            thousands=other.thousands or self.thousands,
            missing=tuple(dict.fromkeys((*self.missing, *other.missing))),
        )

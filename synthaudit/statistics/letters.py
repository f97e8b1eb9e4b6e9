"""Letters that say who can be told apart: two that share one cannot (a compact letter display)."""

from collections.abc import Iterable
from string import ascii_lowercase


def letters(n: int, different: Iterable[tuple[int, int]]) -> tuple[tuple[str, ...], ...]:
    """Letters by insert-and-absorb (Piepho, J. Comput. Graph. Stat. 13, 2004).

    Parameters
    ----------
    n : int
        How many are compared; they are 0..n-1.
    different : iterable of (int, int)
        Pairs that a test told apart.

    Returns
    -------
    tuple of n tuples of str
        Letters of each, ``a`` before ``b``; beyond ``z`` they are ``a2``, ``b2`` and so on. Two share a letter where,
        and only where, they are no pair of ``different``.

    Raises
    ------
    ValueError
        A pair names one twice, or one that is not there.

    Examples
    --------
    >>> letters(3, [(0, 2)])  # the one in the middle cannot be told from either
    (('a',), ('a', 'b'), ('b',))
    """
    columns = [frozenset(range(n))] if n else []
    for first, second in sorted({(min(pair), max(pair)) for pair in different}):
        if not 0 <= first < second < n:
            raise ValueError(f"no pair of {n}: {first} and {second}")
        both = [column for column in columns if {first, second} <= column]
        inserted = [column - {one} for column in both for one in (first, second)]
        columns = _absorbed([column for column in columns if column not in both] + inserted)
    columns.sort(key=sorted)
    return tuple(tuple(_letter(place) for place, column in enumerate(columns) if i in column) for i in range(n))


def _absorbed(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    """Those that no other one holds, each once."""
    distinct = list(dict.fromkeys(columns))
    return [column for column in distinct if not any(column < other for other in distinct)]


def _letter(place: int) -> str:
    again, which = divmod(place, len(ascii_lowercase))
    return ascii_lowercase[which] + (str(again + 1) if again else "")

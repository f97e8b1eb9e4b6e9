"""Random rows of a table that is read in pieces: by hashes of what they hold, one number a row."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.types import IntArray

HashArray = npt.NDArray[np.uint64]
NOTHING = np.uint64(0x9E3779B97F4A7C15)
"""Hash of a missing cell."""


def mixed(values: HashArray) -> HashArray:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the result depends on every bit.

    Examples
    --------
    >>> mixed(np.array([0, 1], dtype=np.uint64)).tolist()
    [0, 6238072747940578789]
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def sampled(content: HashArray, n: int, seed: np.random.SeedSequence) -> IntArray:
    """Positions of n random rows, ascending, that depend on what the rows hold and not on their order.

    Rows of equal content are told apart by a number each, so every one of them is drawn on its own.
    """
    order = np.argsort(content, kind="stable")
    ordered = content[order]
    is_first = np.r_[True, ordered[1:] != ordered[:-1]]
    first = np.flatnonzero(is_first)
    twin = np.arange(len(order)) - first[np.cumsum(is_first) - 1]
    salt, tie_salt = seed.generate_state(2, np.uint64)
    priority = mixed(mixed(ordered + salt) + twin.astype(np.uint64) * NOTHING + tie_salt)
    return np.sort(order[np.argpartition(priority, n)[:n]]).astype(np.int64)


def row_hashes(table: pd.DataFrame) -> HashArray:
    """(n,) a hash of each canonical row: the same wherever rows are equal, in whatever piece of whatever table.

    Examples
    --------
    >>> whole = pd.DataFrame({"x": [1.0, np.nan, 1.0], "y": ["a", None, "a"]}).astype({"y": object})
    >>> hashes = row_hashes(whole)
    >>> bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1]), bool(row_hashes(whole[1:])[0] == hashes[1])
    (True, False, True)
    """
    total = np.zeros(len(table), dtype=np.uint64)
    for name in table.columns:
        cells = table[name]
        own = pd.util.hash_array(cells.to_numpy(), categorize=True).astype(np.uint64)
        # One missing cell is like another, whatever bits a file has for it.
        total = mixed(total + np.where(cells.isna().to_numpy(), NOTHING, own))
    return total

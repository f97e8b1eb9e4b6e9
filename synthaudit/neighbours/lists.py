"""Lists of the nearest rows so far, and how a block of rows is taken up into them, by scan and tree alike."""

from synthaudit.neighbours.coarse import Sums, units
from synthaudit.runtime.jit import jit
from synthaudit.types import CodeArray, FloatArray, IntArray


@jit
def distance(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    i: int,
    numeric: FloatArray,
    codes: CodeArray,
    row: int,
    squared: bool,
) -> float:
    """Distance of query i to a row, squared for L2; codes first, then numbers, always in one order."""
    total = 0.0
    for c in range(codes.shape[1]):
        total += 1.0 if codes[row, c] != query_codes[i, c] else 0.0
    for c in range(numeric.shape[1]):
        apart = query_numeric[i, c] - numeric[row, c]
        total += apart * apart if squared else abs(apart)
    return total


@jit
def take_up(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    i: int,
    numeric: FloatArray,
    codes: CodeArray,
    unit: float,
    row: IntArray,
    start: int,
    stop: int,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    itself: int,
    total: Sums,
) -> None:
    """Put what is nearer among the rows ``row[start:stop]`` of a block into the list of query i.

    unit, total : (128,) bounds of the rows, so many to a (squared) distance of 1;
    best, where : (n, k) lists, ascending by distance, then by row;
    offset : added to a row to give its number in the lists; itself : the number that is left out.
    """
    k = best.shape[1]
    limit, last = best[i, k - 1], where[i, k - 1]
    most = units(limit, unit)
    for j in range(stop - start):
        number = row[start + j] + offset
        if total[j] > most or number == itself:
            continue
        found = distance(query_numeric, query_codes, i, numeric, codes, row[start + j], squared)
        if found > limit or (found == limit and number > last):
            continue
        slot = k - 1
        while slot > 0 and (best[i, slot - 1] > found or (best[i, slot - 1] == found and where[i, slot - 1] > number)):
            best[i, slot], where[i, slot] = best[i, slot - 1], where[i, slot - 1]
            slot -= 1
        best[i, slot], where[i, slot] = found, number
        limit, last = best[i, k - 1], where[i, k - 1]
        most = units(limit, unit)

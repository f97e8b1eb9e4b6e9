"""Distances of one query to a run of rows, added up side by side: the innermost loop of kernel sums, which need all."""

from synthaudit.runtime.jit import jit
from synthaudit.types import CodeArray, FloatArray


@jit
def add_up(
    total: FloatArray,
    query_numeric: FloatArray,
    query_codes: CodeArray,
    i: int,
    row_numeric: FloatArray,
    row_codes: CodeArray,
    limit: float,
) -> bool:
    """Write the L1 distances of query i to some rows into ``total``, unless all of them exceed ``limit``.

    Rows come column by column, (p, width) numbers and (q, width) codes, and are added up in their whole width, a
    multiple of what the processor adds at once: what a tile is filled up with costs less than a rest that is added up
    row by row, and the caller does not read it. Every row adds its columns in one order, codes first, so its sum is
    the same bits wherever the row lies. Whole arrays are indexed, not parts of them: every part that is taken from an
    array counts references to it, which takes longer than the sums.

    Returns
    -------
    bool
        Whether any row may be at most ``limit`` away; if not, ``total`` is of no use.
    """
    p, q = query_numeric.shape[1], query_codes.shape[1]
    width = len(total)
    for j in range(width):
        total[j] = 0.0
    for c in range(q):
        code = query_codes[i, c]
        for j in range(width):
            total[j] += 1.0 if row_codes[c, j] != code else 0.0
    for c in range(0, p, 4):
        near = False
        for j in range(width):
            near |= total[j] <= limit
        if not near:
            return False
        if p - c < 4:
            for d in range(c, p):
                value = query_numeric[i, d]
                for j in range(width):
                    total[j] += abs(value - row_numeric[d, j])
            break
        # Four columns in one pass: every sum is read and written once, and adds up in the same order.
        x0, x1 = query_numeric[i, c], query_numeric[i, c + 1]
        x2, x3 = query_numeric[i, c + 2], query_numeric[i, c + 3]
        for j in range(width):
            so_far = total[j] + abs(x0 - row_numeric[c, j]) + abs(x1 - row_numeric[c + 1, j])
            so_far += abs(x2 - row_numeric[c + 2, j])
            total[j] = so_far + abs(x3 - row_numeric[c + 3, j])
    return True

"""Distances of one query to a run of rows, added up side by side: the innermost loops of scan and tree."""

from synthaudit.compiled import jit
from synthaudit.types import CodeArray, FloatArray


@jit
def add_up(
    total: FloatArray,
    size: int,
    numbers: FloatArray,
    codes: CodeArray,
    row_numbers: FloatArray,
    row_codes: CodeArray,
    squared: bool,
    limit: float,
) -> bool:
    """Write the distances of a query to ``size`` rows into ``total``, unless all of them are above ``limit``.

    The rows come column by column, (p, size) numbers and (q, size) codes. Every row adds its columns in one order,
    codes first, so its sum is the same bits wherever the row lies.

    Returns
    -------
    bool
        Whether any row may be at most ``limit`` away; if not, ``total`` is of no use.
    """
    p, q = len(numbers), len(codes)
    total[:size] = 0.0
    for c in range(q):
        code = codes[c]
        column = row_codes[c]
        for j in range(size):
            total[j] += 1.0 if column[j] != code else 0.0
    for c in range(0, p, 4):
        near = False
        for j in range(size):
            near |= total[j] <= limit
        if not near:
            return False
        if p - c < 4:
            for last in range(c, p):
                value = numbers[last]
                ones = row_numbers[last]
                for j in range(size):
                    difference = value - ones[j]
                    total[j] += difference * difference if squared else abs(difference)
            break
        # Four columns in one pass: every sum is read and written once, and adds up in the same order.
        one, two, three, four = numbers[c], numbers[c + 1], numbers[c + 2], numbers[c + 3]
        ones, twos, threes, fours = row_numbers[c], row_numbers[c + 1], row_numbers[c + 2], row_numbers[c + 3]
        if squared:
            for j in range(size):
                so_far = total[j]
                difference = one - ones[j]
                so_far += difference * difference
                difference = two - twos[j]
                so_far += difference * difference
                difference = three - threes[j]
                so_far += difference * difference
                difference = four - fours[j]
                total[j] = so_far + difference * difference
        else:
            for j in range(size):
                so_far = total[j] + abs(one - ones[j]) + abs(two - twos[j])
                total[j] = so_far + abs(three - threes[j]) + abs(four - fours[j])
    return True

"""Names that reasons use for what was found and for what lies beyond the audited copy."""

from collections.abc import Mapping

from synthaudit.types import BeyondKind

PIECES = {
    "cell": "Whole rare cells",
    "inside": "Rare cells, or the digits of rare numbers, within longer cells",
    "run_8": "Rare runs of 8 letters and digits",
    "run_16": "Rare runs of 16 letters and digits",
    "run_32": "Rare runs of 32 letters and digits",
    "pair": "Rare pairs of values, joined,",
    "text": "Words and phrases",
}
"""What was found in the release, by kind of piece."""

BEYOND: Mapping[BeyondKind, str] = {
    "columns": "columns that were not audited",
    "row_order": "rows in the order of the training table",
    "metadata": "entries beside the table (metadata, comments, other sheets)",
    "outside": "bytes that belong to no column",
    "levels": "categories that no real table has",
    "time_of_day": "finer times than the real tables have",
    "decimals": "more decimals than the real tables have",
    "marks": "marks around numbers and times (currency, unit, form)",
    "spelling": "other ways to write the same values",
    "blank_lines": "blank lines",
    "line_blanks": "blanks around the records of lines",
    "line_ends": "several kinds of line ends",
}
"""What a delivered file may hold beyond the audited copy."""

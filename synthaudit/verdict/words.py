"""Names that reasons use for what was found and for what lies beyond the audited copy."""

from collections.abc import Mapping

from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondKind

PIECES = {
    "cell": N_("Whole rare cells"),
    "inside": N_("Rare cells, or the digits of rare numbers, within longer cells"),
    "run_8": N_("Rare runs of 8 letters and digits"),
    "run_16": N_("Rare runs of 16 letters and digits"),
    "run_32": N_("Rare runs of 32 letters and digits"),
    "pair": N_("Rare pairs of values, joined,"),
    "text": N_("Words and phrases"),
}
"""What was found in the release, by kind of piece."""

BEYOND: Mapping[BeyondKind, str] = {
    "columns": N_("columns that were not audited"),
    "row_order": N_("rows in the order of the training table"),
    "metadata": N_("entries beside the table (metadata, comments, other sheets)"),
    "outside": N_("bytes that belong to no column"),
    "levels": N_("categories that no real table has"),
    "identifiers": N_("identifiers and keys that no real table has"),
    "words": N_("text with words that no real table has"),
    "time_of_day": N_("finer times than the real tables have"),
    "decimals": N_("more decimals than the real tables have"),
    "marks": N_("marks around numbers and times (currency, unit, form)"),
    "spelling": N_("other ways to write the same values"),
    "blank_lines": N_("blank lines"),
    "line_blanks": N_("blanks around the records of lines"),
    "line_ends": N_("several kinds of line ends"),
}
"""What a delivered file may hold beyond the audited copy."""

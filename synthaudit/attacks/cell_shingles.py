"""What ``cell_shingles`` and ``text_similarity`` are; their scores are those of ``synthaudit.linkage.shingles``."""

from synthaudit.attacks.common.declared import Beside
from synthaudit.files.catalogue import N_
from synthaudit.types import About

CELL_SHINGLES = Beside(
    name="cell_shingles",
    view="every cell of the release as it was delivered",
    threat_model="reference",
    about=About(
        label=N_("Rare pieces of cells"),
        idea=N_(
            "Rare pieces of x's cells are looked up in all cells of S, in any column and backwards too: whole cells,"
            " runs of 8, 16 and 32 letters and digits, the digits of numbers, and two values joined. A"
            " cell's score is the"
            " weighted share of its pieces that is found, less the share found of pieces that are as rare."
            " What a cell says in base64, base32, hexadecimal or percent signs, packed or not, and with letters"
            " exchanged by a rule without a key, is read as well."
        ),
        sees=N_(
            "What no distance looks at: records written into an identifier or a level, notes with a word changed,"
            " addresses backwards, a value cut over two columns, further decimals, rare values used again."
        ),
        misses=N_(
            "Codes with a key, blanks or zeros that carry bits, filler between the characters;"
            " values below 5 characters alone; columns that count the rows."
        ),
        cost=N_("All characters of S at 13 lengths, both ways; at most 600,000 pieces of a kind in a column."),
        source=N_("Own. Shingles: Broder 1997."),
    ),
    runs=N_("in every profile, where there is a holdout"),
    short_label=N_("Rare pieces of cells"),
    looks_at=N_("Pieces of cells in every column."),
)
TEXT_SIMILARITY = Beside(
    name="text_similarity",
    view="columns of free text",
    threat_model="reference",
    about=About(
        label=N_("Nearest text"),
        idea=N_(
            "The cosine between x's text and the nearest text of S, less that to the nearest text of somebody else, by"
            " hashed runs of 3 to 5 characters that are the heavier the rarer they are."
        ),
        sees=N_("Texts that are repeated with words changed, moved or left out."),
        misses=N_("Texts of the same meaning in other words."),
        cost=N_(
            "One sparse product of people's texts with those of S and one with each other, without the runs that more"
            " than 1 in 100 texts have."
        ),
        source=N_("Own. Memorisation in text is mostly syntactic: Shilov, Meeus and de Montjoye 2024."),
    ),
    runs=N_("in every profile, where there is a holdout and a column of free text"),
    short_label=N_("Nearest text"),
    looks_at=N_("Free text, as a whole."),
)

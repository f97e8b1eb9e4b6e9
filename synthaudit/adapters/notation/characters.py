"""One spelling for the digits, blanks, signs and marks that tables of the world use."""

import unicodedata

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000\t"), " ")
_MINUS = dict.fromkeys(map(ord, "\u2212\u2013\u2014\ufe63"), "-")
_APOSTROPHE = dict.fromkeys(map(ord, "\u2019\u02bc\u00b4"), "'")
_ARABIC = {0x066B: ".", 0x066C: ",", 0x066A: "%"}
_MICRO = {0x03BC: "\u00b5"}
_TABLE = {**_FULL_WIDTH, **_BLANKS, **_MINUS, **_APOSTROPHE, **_ARABIC, **_MICRO}


def plain_characters(text: str) -> str:
    """Text with ASCII digits, blanks, minus signs and apostrophes.

    Not by NFKC, which would make a number of ``10²``.

    Examples
    --------
    >>> plain_characters("\u22121\u202f234"), plain_characters("\u0661\u0662"), plain_characters("10\u00b2")
    ('-1 234', '12', '10\u00b2')
    """
    text = text.strip()
    if text.isascii():
        return text.replace("\t", " ")
    text = text.translate(_TABLE)
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    return text.strip()

"""Names and other foreign texts, safe to print."""

import unicodedata

# Cc control, Cf invisible format (bidi, zero-width), Cs surrogates, Co private use, Cn unassigned, Zl/Zp line ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BACKSLASH, _QUOTE = "\\", '"'


def written_out(text: str) -> str:
    """Text with every character that hides, turns or acts (control, bidi, surrogate, unassigned) as ``\\u....``.

    Examples
    --------
    >>> print(written_out("ab\\u202ec\\x07"))
    ab\\u202ec\\u0007
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str, limit: int = 40) -> str:
    """Text that is safe on a terminal and in a message: `written_out`, and cut to ``limit`` characters.

    Examples
    --------
    >>> print(printable("inc\\u200bome"))
    inc\\u200bome
    """
    shown = written_out(text[: limit + 1])
    return shown if len(text) <= limit and len(shown) <= 6 * limit else shown[: limit - 1] + "…"


def toml_text(text: str) -> str:
    """A text as a TOML string, quotes included.

    Examples
    --------
    >>> print(toml_text('a "b" é\\x7f'))
    "a \\"b\\" é\\u007f"
    """
    return f'"{written_out(text.replace(_BACKSLASH, 2 * _BACKSLASH).replace(_QUOTE, _BACKSLASH + _QUOTE))}"'

r"""Foreign text in each format that is written: it is read as text there, and acts as nothing else.

Names of columns, levels, plug-ins, policies, vendors and files are chosen by others. What a page says is escaped by
Jinja, and what JSON says by its writer; here are the formats whose readers do more with a text than to show it.
"""

import re

from markupsafe import Markup

from synthaudit.report.numbers import shown

_WORD = r"[^\W_]+(?:['’-][^\W\d_]+)*"
_NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?"
_PLAIN = re.compile(rf"[(“\"']{{0,2}}(?:{_WORD}|{_NUMBER})(?:[.,;:…)\"'”%?]{{0,3}})|[%=+–·][.,;:)]{{0,2}}")
"""A word or a number with the marks of a sentence around it."""
_REFERENCE = re.compile(r"[0-9a-f]{7,40}|[^\W_]+-\d+", re.IGNORECASE)
"""Plain to look at, and the number of a commit or of a ticket."""
_MARKER = re.compile(r"\d+[.)]|[=+]")
"""At the start of a line, a list or a heading."""
_ENDS_CLAUSE = ".,;"
_SPOILS_CODE = str.maketrans({"`": "\\u0060", "|": "\\u007c"})

_IS_NAME = re.compile("[A-Za-z0-9 ]").fullmatch

_FORMULA = "=+@＝＋－＠-"
_STARTS_FORMULA = re.compile(rf"(^|[;,|])([\s\"']*)(?=[{_FORMULA}])")


def markdown(text: str) -> str:
    r"""Text for a paragraph, a list item, a heading or a cell of a table, in CommonMark, GitHub's and GitLab's dialect.

    Plain words stay as they are; any other becomes a code span, in which no dialect looks for links, images, HTML,
    mentions, references to tickets, or formulas. A backslash would not do: mentions and references are looked for
    after it was taken away.

    Examples
    --------
    >>> print(markdown("The column '![x](https://a.example/?q)' of @ann, 3.5 % of 1,000 rows (view cells:mean)."))
    The column `'![x](https://a.example/?q)'` of `@ann`, 3.5 % of 1,000 rows (view `cells:mean`).
    """
    return " ".join(_span(token, is_first=i == 0) for i, token in enumerate(shown(text).split()))


def code_span(text: str) -> str:
    """Text as one code span of Markdown, its backquotes and bars written out."""
    return f"`{' '.join(shown(text).split()).translate(_SPOILS_CODE)}`"


def _span(token: str, *, is_first: bool) -> str:
    is_plain = _PLAIN.fullmatch(token) is not None
    is_reference = _REFERENCE.fullmatch(token.strip("(“\"'”.,;:…?%)")) is not None
    if is_plain and not is_reference and not (is_first and _MARKER.fullmatch(token)):
        return token
    # The end of a clause is none of the name's; no dialect sees anything in it behind a code span.
    name = token.rstrip(_ENDS_CLAUSE)
    while name.endswith(")") and name.count(")") > name.count("("):
        name = name[:-1].rstrip(_ENDS_CLAUSE)
    name = name or token
    return f"`{name.translate(_SPOILS_CODE)}`{token[len(name) :]}"


def css_string(text: str) -> Markup:
    r"""Text as a string of CSS within a page, quotes included: nothing in it ends the string, the rule or the element.

    Examples
    --------
    >>> print(css_string('A "b" </style>'))
    "A \22 b\22  \3c \2f style\3e "
    """
    return Markup('"{}"').format(Markup("".join(c if _IS_NAME(c) else f"\\{ord(c):x} " for c in shown(text))))


def spreadsheet(cell: object) -> object:
    r"""A cell of a CSV file that no spreadsheet takes for a formula; numbers stay numbers.

    A text that begins like a formula, in ASCII or in full width, behind blanks or quotes or not, is marked as text by
    an apostrophe. So is every part of it behind a semicolon, a comma or a bar: where these stand between cells, a
    part is a cell. Tabs and line ends are written out.

    Examples
    --------
    >>> print(spreadsheet("=1+1"), spreadsheet("a; =1+1"), spreadsheet(-0.5), spreadsheet("a-b"))
    '=1+1 a; '=1+1 -0.5 a-b
    """
    return _STARTS_FORMULA.sub(r"\1\2'", shown(cell)) if isinstance(cell, str) else cell

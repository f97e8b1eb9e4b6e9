"""The page of one audit as Markdown, for a forge or a text file: every word and figure of it, and no drawing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from synthaudit.files.catalogue import marks
from synthaudit.report.escaping import code_span, markdown

_VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})
_LEFT_OUT = frozenset({"head", "nav", "svg"})
_CLASSES_LEFT_OUT = frozenset({"skip", "on-paper", "drawing"})
"""Classes of what a text has no use for: a link that skips, words for paper, a drawing and its legend."""
_HEADINGS = {"h1": "#", "h2": "##", "h3": "###", "summary": "###"}
_BEFORE_MARK = re.compile(r" ([.,])(?!\d)")
"""A blank that an element left before the end of a clause; before .09 it belongs there."""
_BLOCKS = frozenset({*_HEADINGS, "p", "div", "li", "dt", "dd", "tr", "th", "td", "caption", "figcaption", "pre"})


@dataclass(slots=True)
class _Element:
    """An element of the page, with those within it and its text in their order."""

    tag: str
    classes: frozenset[str] = frozenset()
    inner: list["_Element | str"] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator["_Element"]:
        """Every element of these kinds below this one."""
        for part in self.inner:
            if isinstance(part, _Element):
                if part.tag in tags:
                    yield part
                yield from part.all(*tags)


class _Reader(HTMLParser):
    """The tree of a page that synthaudit made: every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = _Element("page")
        self._open = [self.root]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, frozenset((dict(attrs).get("class") or "").split()))
        self._open[-1].inner.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inner.append(data)


def page_markdown(page: str) -> str:
    """The Markdown of a page.

    Parameters
    ----------
    page : str
        As ``render_report`` makes it.

    Returns
    -------
    str
        CommonMark with tables; foreign text acts as nothing, as in ``summary.md``. Drawings are left out: the tables
        have their figures.

    Examples
    --------
    >>> print(page_markdown("<h2>Limits</h2><p>See <a href='#x'>a@b</a>.</p><ul><li>One</li></ul>"), end="")
    ## Limits
    <BLANKLINE>
    See `a@b`.
    <BLANKLINE>
    - One
    """
    blocks = (block for block in _blocks(_Reader(page).root) if block)
    return "\n\n".join(blocks) + "\n"


def _blocks(element: _Element) -> Iterator[str]:
    """Paragraphs, lists and tables, in the order of the page."""
    for part in element.inner:
        if isinstance(part, str) or part.tag in _LEFT_OUT or part.classes & _CLASSES_LEFT_OUT:
            continue
        if part.tag in _HEADINGS:
            yield f"{_HEADINGS[part.tag]} {markdown(_text(part))}"
        elif part.tag in ("p", "figcaption"):
            yield markdown(_text(part))
        elif part.tag == "pre":
            yield code_span(_text(part))
        elif part.tag in ("ul", "ol"):
            items = enumerate(part.all("li"), 1)
            yield "\n".join(f"{f'{i}.' if part.tag == 'ol' else '-'} {markdown(_item(item))}" for i, item in items)
        elif part.tag == "dl":
            pairs = zip(part.all("dt"), part.all("dd"), strict=True)
            yield "\n".join(f"- {markdown(f'{_text(term)}{marks().colon}{_text(meaning)}')}" for term, meaning in pairs)
        elif part.tag == "table":
            yield from _table(part)
        else:
            yield from _blocks(part)


def _table(table: _Element) -> Iterator[str]:
    """Its caption as a paragraph, and all of its rows."""
    yield from (f"**{markdown(_text(caption))}**" for caption in table.all("caption"))
    head, *rows = ([markdown(_text(cell)) for cell in row.all("th", "td")] for row in table.all("tr"))
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _item(item: _Element) -> str:
    """An item of a list in one line: a label with a colon, and what stands below it."""
    parts = [text for part in item.inner if isinstance(part, _Element) and part.tag in _BLOCKS if (text := _text(part))]
    if not parts:
        return _text(item)
    status = [_text(part) for part in item.inner if isinstance(part, _Element) and "status" in part.classes]
    return f"{parts[0]}{marks().colon}{marks().semicolon.join([*parts[1:], *status])}"


def _text(element: _Element) -> str:
    """The words of an element in one line; a note in a cell stands in brackets."""
    return _BEFORE_MARK.sub(r"\1", " ".join(" ".join(_words(element)).split()))


def _words(element: _Element) -> Iterator[str]:
    for part in element.inner:
        if isinstance(part, str):
            yield part
        elif part.tag not in _LEFT_OUT:
            text = " ".join(_words(part))
            yield f"({text.strip()})" if "note" in part.classes and text.strip() else text

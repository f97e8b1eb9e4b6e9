"""What the cells of a release hold beyond the table that is audited: counted by column, never shown."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.audited import AuditedForm, ColumnForm, plain_text
from synthaudit.adapters.alignment.dressed_column import Notation, are_plain
from synthaudit.adapters.alignment.made_up import MadeUpKeys, count_made_up, rewriting_of
from synthaudit.cells import Levels, as_text, levels_of, number_text
from synthaudit.types import BeyondCopy

_LETTERS: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, str.capitalize)
"""Ways to write a whole column in which no cell says more than another."""
_DIGIT = re.compile(r"\d")


def beyond_cells(
    raw: pd.DataFrame,
    notations: Mapping[str, Notation],
    release: pd.DataFrame,
    form: AuditedForm,
) -> tuple[BeyondCopy, ...]:
    """Count what is in no attack.

    Parameters
    ----------
    raw : pandas.DataFrame
        As it was read, under train's names, missing cells marked.
    notations : mapping
        Columns of quantities in dress, and how they are written.
    release : pandas.DataFrame
        Canonical, in its own precision and spelling.
    form : AuditedForm
        What is audited of it.

    Returns
    -------
    tuple of BeyondCopy
        A way of writing that all cells of a column share is left out: it says nothing.
    """
    return tuple(
        BeyondCopy(kind=kind, n=n, column=one.column.name)  # type: ignore[arg-type]
        for one in form.columns
        for kind, n in _of_column(one, raw.get(one.column.name), notations, release[one.column.name])
        if n
    )


def columns_left_out(raw: pd.DataFrame, audited: Collection[str | None], *, is_whole: bool) -> tuple[BeyondCopy, ...]:
    """Columns of the release that are not among those audited; of a whole one those that hold anything."""
    n = sum(str(name) not in audited and not (is_whole and raw[name].isna().all()) for name in raw.columns)
    return (BeyondCopy(kind="columns", n=n),) if n else ()


def _of_column(
    form: ColumnForm, raw: pd.Series | None, notations: Mapping[str, Notation], cells: pd.Series
) -> Iterator[tuple[str, int]]:
    """Kinds and counts; a column that is made of another's cells has nothing of its own."""
    if raw is None:
        return
    kind, is_text = form.column.kind, raw.dtype == object
    if kind in ("numeric", "datetime"):
        differs = int(((form.audited(cells) != cells) & cells.notna()).sum())
        yield ("decimals" if kind == "numeric" else "time_of_day"), differs
        notation = notations.get(form.column.name)
        if notation is not None and not (is_text and are_plain(levels_of(raw).values, ".")):
            # Limits of measurement alone are no dress: they are compared.
            yield "marks", int(cells.notna().sum()) if notation.text else 0
        elif is_text and kind == "numeric":
            yield "spelling", _numbers(levels_of(raw), cells)
        elif is_text:
            # A time of day among dates is told already.
            yield "spelling", max(_shapes(levels_of(raw)) - differs, 0)
    elif kind == "boolean":
        yield "spelling", _truths(levels_of(raw), cells) if is_text else 0
    elif not form.keeps_unseen:
        yield from _of_text(form, as_text(raw), cells)


def _numbers(levels: Levels, cells: pd.Series) -> int:
    """Cells that are not written as the others are: the shortest way, or all with as many decimals."""
    first = dict(zip(levels.codes.tolist(), cells.tolist(), strict=True))
    values = [float(first[code]) for code in range(len(levels.values))]
    # That a zero has a sign comes from rounding.
    texts = [text.strip().removeprefix("" if value else "-") for text, value in zip(levels.values, values, strict=True)]
    if not any("." in text for text in texts):
        texts = [text.replace(",", ".") for text in texts]
    places = max((len(text.partition(".")[2]) for text in texts), default=0)
    ways: Sequence[Callable[[float], str]] = (number_text, repr, *(_fixed(n) for n in range(min(places, 20) + 1)))
    fewest = len(levels.codes)
    for way in ways:
        odd = {text for text, own, value in zip(levels.values, texts, values, strict=True) if own != way(value)}
        fewest = min(fewest, levels.count(odd.__contains__) if odd else 0)
        if not fewest:
            break
    return fewest


def _fixed(places: int) -> Callable[[float], str]:
    return lambda value: f"{value:.{places}f}"


def _shapes(levels: Levels) -> int:
    """Cells that have another form than most."""
    shapes = pd.Series([_DIGIT.sub("0", text.strip()) for text in levels.values])
    counts = pd.Series(levels.codes[levels.codes >= 0]).map(shapes).value_counts()
    return int(counts.iloc[1:].sum())


def _truths(levels: Levels, cells: pd.Series) -> int:
    """Cells whose truth value most others spell otherwise."""
    spelled = pd.Series(levels.codes[levels.codes >= 0])
    counts = spelled.groupby(cells[levels.codes >= 0].to_numpy()).value_counts()
    return int(counts.sum() - counts.groupby(level=0).max().sum())


def _of_text(form: ColumnForm, text: pd.Series, cells: pd.Series) -> Iterator[tuple[str, int]]:
    """Categories that no real table has, and values that are written otherwise than in the copy."""
    audited = form.audited(cells).to_numpy()
    is_other = np.asarray((audited != text.to_numpy()) & text.notna().to_numpy())
    is_unseen = levels_of(cells).mask(form.is_unseen)
    n_respelled = int((is_other & ~is_unseen).sum())
    if form.column.kind == "categorical":
        yield "levels", int((is_other & is_unseen).sum())
    elif not _are_alike(text[is_unseen]):
        n_respelled += int((is_other & is_unseen).sum())
    yield "spelling", n_respelled
    if (rewriting := rewriting_of(form)) is not None:
        yield ("words" if form.column.kind == "text" else "identifiers"), count_made_up(cells, rewriting)


def _are_alike(text: pd.Series) -> bool:
    """Whether letters are large or small by one rule, and nothing else is in the spelling."""
    texts = text.unique().tolist()
    return any(all(way(plain_text(cell) or "") == cell for cell in texts) for way in _LETTERS)


def beyond_keys(raw: pd.DataFrame, known: Mapping[str, Collection[str]]) -> Iterator[BeyondCopy]:
    """The same of the columns that name a row's person, as they were read; of each the real people's keys are known."""
    for name in known:
        if name not in raw:
            continue
        texts = as_text(raw[name])
        if not _are_alike(texts.dropna()):
            n_respelled = int((texts.dropna().map(plain_text) != texts.dropna()).sum())
            yield BeyondCopy(kind="spelling", n=n_respelled, column=name)
        if n := count_made_up(texts, MadeUpKeys(known[name])):
            yield BeyondCopy(kind="identifiers", n=n, column=name)

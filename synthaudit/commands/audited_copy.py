"""The audited copy: a file that holds what was audited of a release, and nothing beyond."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, with_synthetic
from synthaudit.adapters.alignment.audited import AuditedForm
from synthaudit.adapters.alignment.made_up import Rewriting, kept_of, known_keys, numbered, rewritings
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.duck import connection, write_parquet
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.streams import read_stream
from synthaudit.adapters.values import checked_path
from synthaudit.cells import number_text, text_column, time_text
from synthaudit.errors import InputError
from synthaudit.files import printable, private_temporary
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditData, AuditedCopy, IntArray


def checked_target(path: Any) -> Path:
    """The path of a copy that can be written.

    Raises
    ------
    InputError
        SA-180 another ending, SA-196 something is there already.
    """
    target = Path(checked_path("audited_copy", path))
    where = N_("option {option}").format(option="--audited-copy")
    if target.suffix.lower() not in WRITERS:
        got = N_("the name ends in no format that is written")
        raise InputError("SA-180", where, got, N_("Let it end in {endings}.").format(endings=" or ".join(WRITERS)))
    if target.exists() or target.is_symlink():
        got = N_("{name} is already there").format(name=printable(target.name, 80))
        raise InputError("SA-196", where, got, N_("Remove it, or choose another name."))
    return target


def audited_copy(real: RealTables, data: AuditData, suffix: str) -> tuple[bytes, AuditedCopy]:
    """The bytes of a copy, and what the evidence says of it.

    It has train's columns in train's order, canonical cells, and its rows in an order of their content alone. Made-up
    identifiers and keys are numbered anew, and made-up text keeps the words of the real tables alone. What was
    written is read again, and has to be what was audited.

    Raises
    ------
    InputError
        SA-197 several releases, or one that is streamed; SA-198 a table that this format cannot hold as it is.
    """
    if data.whole is not None or data.releases:
        got = N_("several releases") if data.releases else N_("a release too large to be held whole")
        do = N_("Audit them one by one.") if data.releases else N_("Pass --release-rows all, or leave the option out.")
        raise InputError("SA-197", N_("option {option}").format(option="--audited-copy"), got, do)
    form = AuditedForm.of(real.schema, real.tables, real.notations.limits, real.deleted)
    made_up = rewritings(form, known_keys(real.keys.values(), real.key))
    written, order = rewritten(_columns(real, data), made_up)
    audited = data.synthetic.iloc[order].reset_index(drop=True)
    audited = audited.assign(**{name: written[name] for name in made_up if name in audited})
    for name in written.columns[written.isna().all().to_numpy()]:
        written[name] = text_column([str(i) for i in range(1, len(written) + 1)])
    payload = WRITERS[suffix.lower()](written)
    if not _reads_the_same(real, payload, suffix, audited):
        do = (
            N_("Let its name end in .parquet.")
            if suffix.lower() == ".csv"
            else N_("Write a .csv file, and report this.")
        )
        got = N_("the copy would be read otherwise than it was audited")
        raise InputError("SA-198", N_("option {option}").format(option="--audited-copy"), got, do)
    return payload, AuditedCopy(n_rows=len(written), sha256=hashlib.sha256(payload).hexdigest())


def rewritten(table: pd.DataFrame, made_up: Mapping[str, Rewriting]) -> tuple[pd.DataFrame, IntArray]:
    """A copy's cells in a copy's order, and (n,) which row each was.

    Rows are sorted by what is kept of them. Numbers follow that order, and the order follows the numbers where several
    rows share a made-up text: each turn settles one more column from the left.
    """
    present = {name: rewriting for name, rewriting in made_up.items() if name in table}
    kept = table.assign(**{name: kept_of(table[name], rewriting) for name, rewriting in present.items()})
    order = content_order(pd.concat([kept, table[list(present)]], axis=1))
    for _ in range(len(present) + 2):
        rows = table.iloc[order].reset_index(drop=True)
        written = rows.assign(**{name: numbered(rows[name], rewriting) for name, rewriting in present.items()})
        again = content_order(written)
        if (again == np.arange(len(again))).all():
            break
        order = order[again]
    return written, order


def content_order(table: pd.DataFrame) -> IntArray:
    """(n,) rows sorted by their cells, missing ones last; columns of nothing else do not matter.

    Examples
    --------
    >>> content_order(pd.DataFrame({"a": [2.0, 1.0, 2.0], "b": ["y", "x", None]})).tolist()
    [1, 0, 2]
    """
    keys = [pd.factorize(table.iloc[:, i], sort=True)[0] for i in range(table.shape[1])]
    # lexsort takes its most important key last; missing has the code -1.
    return np.lexsort([np.where(key < 0, len(key), key) for key in reversed(keys)]).astype(np.int64)


def _columns(real: RealTables, data: AuditData) -> pd.DataFrame:
    """What was audited under the names of train's file; a limit of measurement stands before its number again."""
    limits = {number: name for name, number in real.notations.limits.items() if name in data.synthetic}
    keys = data.key_columns
    columns: dict[str, pd.Series] = {}
    for name in real.train_names:
        if keys is not None and name in keys:
            columns[name] = keys[name].reset_index(drop=True)
        elif name in limits:
            pairs = zip(data.synthetic[limits[name]], data.synthetic[name], strict=True)
            columns[name] = text_column([_limited(limit, number) for limit, number in pairs])
        elif name in data.synthetic and name not in limits.values():
            columns[name] = data.synthetic[name]
    return pd.DataFrame(columns)


def _limited(limit: str | None, number: float) -> str | None:
    return None if np.isnan(number) else f"{'' if limit in (None, '=') else limit}{number_text(number)}"


def _reads_the_same(real: RealTables, payload: bytes, suffix: str, audited: pd.DataFrame) -> bool:
    """Whether the copy, audited as it stands, is the same table, and holds nothing beyond."""
    by_table = {**real.options.by_table, "synthetic": Writing(decimal=".")}
    plain = replace(real, options=replace(real.options, rename={}, by_table=by_table))
    try:
        data = with_synthetic(
            plain,
            read_stream(io.BytesIO(payload), f"copy{suffix}", "synthetic", ReadOptions(sep=",")),
        )
    except InputError:
        return False
    return data.synthetic.equals(audited) and not any(one.kind != "columns" for one in data.beyond)


def _as_it_is(text: str) -> str:
    return text


_SPELLED: dict[str, Callable[[Any], str]] = {"f": number_text, "M": time_text}
"""How numbers and times are written in text."""


def _csv(table: pd.DataFrame) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(table.columns)
    texts = []
    for name in table.columns:
        cells = table[name]
        spell = _SPELLED.get(cells.dtype.kind, _as_it_is)
        texts.append(["" if is_missing else spell(cell) for cell, is_missing in zip(cells, cells.isna(), strict=True)])
    writer.writerows(zip(*texts, strict=True))
    return lines.getvalue().encode()


def _parquet(table: pd.DataFrame) -> bytes:
    kinds = {"f": "DOUBLE", "M": "TIMESTAMP"}
    given = table.set_axis([f"c{i}" for i in range(table.shape[1])], axis=1)
    columns = ", ".join(
        f'CAST(c{i} AS {kinds.get(table[name].dtype.kind, "VARCHAR")}) AS "{name.replace(chr(34), 2 * chr(34))}"'
        for i, name in enumerate(map(str, table.columns))
    )
    with private_temporary(".parquet") as path:
        with connection(path) as duck:
            duck.register("given", given)
            write_parquet(duck, f"SELECT {columns} FROM given", path)
        return path.read_bytes()


WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {".csv": _csv, ".parquet": _parquet}
"""By the ending of the file's name."""

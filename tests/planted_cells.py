"""Cells that occur nowhere else, planted in real tables, and a search for them in all that a command leaves."""

import base64
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import duckdb
import numpy as np
import pandas as pd

N_PLANTED = 200
"""In each of the two real tables."""
_SHORTEST = 6
"""Characters of a spelling that is no accident."""
_CATEGORIES = ("Quzzle", "Vrimp", "Zhorn", "Blyx", "Tkark", "Wumf", "Gnep", "Dwob")


def planted_tables(n: int, rng: np.random.Generator) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Train, holdout, an honest release and one that copies; and the 400 cells planted in train and holdout.

    Of each table's 200 cells 40 are numbers among the others, 20 beyond them, 20 whole numbers, 40 dates, 40 notes and
    40 in rare categories of 1 to 9 rows.
    """
    tables = {name: _people(n, rng) for name in ("train", "holdout", "fresh")}
    cells: list[str] = []
    for t, name in enumerate(("train", "holdout")):
        cells += _plant(tables[name], t, rng)
    tables["copy"] = tables["train"].sample(n, random_state=1).reset_index(drop=True)
    assert len(set(cells)) == 2 * N_PLANTED
    return tables, cells


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    factor = rng.normal(size=n)
    days = pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 9_000, n), unit="D")
    return pd.DataFrame(
        {
            "income": (2_000 + 300 * (factor + rng.normal(size=n))).round(2),
            "visits": rng.poisson(6, n),
            "score": (factor + rng.normal(size=n)).round(4),
            "born": days.strftime("%Y-%m-%d"),
            "site": np.array(["north", "south", "east"])[rng.integers(0, 3, n)].astype(object),
            "plan": np.array(["a", "b", "c", "d"])[rng.integers(0, 4, n)].astype(object),
            "note": [f"came in week {w} for a visit of type {k}" for w, k in rng.integers(0, 50, (n, 2))],
        }
    )


def _plant(table: pd.DataFrame, t: int, rng: np.random.Generator) -> list[str]:
    rows = iter(rng.permutation(len(table)))
    cells: list[str] = []

    def put(column: str, value: str | float, text: str, times: int = 1) -> None:
        for _ in range(times):
            table.loc[next(rows), column] = value
        cells.append(text)

    table["visits"] = table["visits"].astype(np.int64)
    for i in range(40):
        value = 1_700 + t * 150 + i * 7 + (rng.integers(10**8, 10**9) * 10 + 7) / 1e11
        put("income", float(f"{value:.8f}"), f"{value:.8f}")
    for i in range(20):
        value = (-1) ** i * (7_000_019 + 1_371 * i + 500_009 * t)
        put("income", float(value), str(value))
    for i in range(20):
        put("visits", 3_400_007 + 10_103 * i + 700_001 * t, str(3_400_007 + 10_103 * i + 700_001 * t))
    for i in range(40):
        day = pd.Timestamp("1871-02-03") + pd.Timedelta(days=37 * i + 5_000 * t)
        put("born", day.strftime("%Y-%m-%d"), day.strftime("%Y-%m-%d"))
    for i in range(40):
        put("note", f'Xq{t}{i:02d}zeph told <b>us</b> & "wept" ünd', f"Xq{t}{i:02d}zeph")
    for i in range(40):
        name = f"{_CATEGORIES[i % 8]}{t}{i:02d}"
        put("site" if i % 2 else "plan", name, name, times=1 + i // 9 if i < 20 else 1)
    return cells


def spellings(cell: str) -> set[str]:
    """How a cell may be written: as it is, escaped, in other marks, as seconds, with fewer digits."""
    forms = {cell, html.escape(cell), quote(cell), json.dumps(cell)[1:-1], cell.encode("utf-16-le").decode("latin-1")}
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        value = float(cell)
        forms |= {f"{value:,.2f}", f"{value:_}", f"{value:.10g}", f"{value:.8g}", f"{value:.6e}", repr(value)}
        forms |= {f"{value:,.0f}".replace(",", mark) for mark in "., '\u00a0\u202f"} if value.is_integer() else set()
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        day = pd.Timestamp(cell)
        forms |= {
            day.strftime(form) for form in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y")
        }
        forms |= {str(int(day.timestamp())), str(int(day.timestamp() * 1_000)), str(day)}
    return {form for form in forms if len(form) >= _SHORTEST}


def texts_of(name: str, data: bytes) -> Iterator[str]:
    """Everything that bytes say: as text in two encodings, unescaped, unpacked, decoded, and as a table."""
    for text in (data.decode("utf-8", "replace"), data.decode("latin-1")):
        yield text
        yield html.unescape(unquote(text))
        yield text.encode("utf-8", "replace").decode("unicode_escape", "replace") if text.isascii() else ""
    for block in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", data):
        bare = block.rstrip(b"=")
        bare = bare[: len(bare) - (len(bare) % 4 == 1)]
        decoded = base64.b64decode(bare + b"=" * (-len(bare) % 4))
        yield decoded.decode("latin-1")
        yield " ".join(map(repr, np.frombuffer(decoded[: len(decoded) // 8 * 8], "<f8").tolist()))
    if data[:2] == b"\x1f\x8b":
        yield from texts_of(name, gzip.decompress(data))
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.namelist():
                yield from texts_of(member, packed.read(member))
    if data[:6] == b"\x93NUMPY":
        yield str(np.load(io.BytesIO(data), allow_pickle=False).tolist())


def found_cells(cells: Iterable[str], outputs: dict[str, bytes]) -> list[tuple[str, str]]:
    """Which cells are in which output, by any of their spellings."""
    by_start: dict[str, list[tuple[str, str]]] = {}
    for cell in cells:
        for form in spellings(cell):
            by_start.setdefault(form[:_SHORTEST], []).append((form, cell))
    hits = set()
    for name, data in outputs.items():
        for text in texts_of(name, data):
            for start in by_start.keys() & {text[i : i + _SHORTEST] for i in range(len(text) - _SHORTEST + 1)}:
                hits |= {(cell, name) for form, cell in by_start[start] if _stands_in(form, text)}
    return sorted(hits)


def _stands_in(form: str, text: str) -> bool:
    """Whether a spelling is there; a short number must not be some digits of another one."""
    if form not in text or sum(map(str.isdigit, form)) >= 10 or not form.replace(".", "").lstrip("-").isdigit():
        return form in text
    return re.search(rf"(?<!\d)(?<!\d\.){re.escape(form)}(?!\d)", text) is not None


def outputs_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and the cells of its Parquet files.

    Not of ``.shadows``: it is the audit's own store, private to its user, of tables that generators made of real ones.
    """
    outputs = {}
    for path in folder.rglob("*"):
        if path.is_file() and ".shadows" not in path.parts:
            outputs[str(path.relative_to(folder))] = path.read_bytes()
            if path.suffix == ".parquet":
                rows = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
                outputs[f"{path.name} rows"] = "\n".join(map(str, rows)).encode()
    return outputs

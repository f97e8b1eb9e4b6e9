"""Promise: of 400 cells planted in the real tables none is in anything that a command leaves or says.

An output is every file of the output folder, ``--scores``, ``--internal`` and ``previous`` among them, both streams of
every command, and what an error says. None is the store of finished shadows, which holds what generators made of the
real table; it is private to its user.
"""

import base64
import gzip
import json
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figures import Record
from planted_cells import N_PLANTED, found_cells, outputs_of, planted_tables, spellings
from test_cli import call

import synthaudit
from synthaudit.errors import SynthauditError

SUFFIXES = ("csv", "tsv", "csv.gz", "jsonl", "parquet", "xlsx", "db")


def write(table: pd.DataFrame, folder: Path, name: str, suffix: str) -> str:
    """A table in one format, and how it is named to a command."""
    path = folder / f"{name}.{suffix}"
    if suffix == "db":
        with sqlite3.connect(path) as database:
            table.to_sql("t", database, index=False)
        database.close()
        return f"sqlite:///{path}#t"
    if suffix == "jsonl":
        table.to_json(path, orient="records", lines=True)
    elif suffix == "parquet":
        table.to_parquet(path)
    elif suffix == "xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    return str(path)


@pytest.fixture(scope="module")
def planted() -> tuple[dict[str, pd.DataFrame], list[str]]:
    return planted_tables(700, np.random.default_rng(1_000))


def test_the_search_finds_what_is_there() -> None:
    """Each of the 400 is found in every wrapping: plain, escaped, packed, in base64, as numbers of eight bytes."""
    _, cells = planted_tables(700, np.random.default_rng(0))
    assert len(cells) == 2 * N_PLANTED
    for cell in cells:
        wrapped = {
            "plain": f"x {cell} y".encode(),
            "utf-16": cell.encode("utf-16-le"),
            "json": json.dumps({"a": cell}).encode(),
            "gzip": gzip.compress(cell.encode()),
            "base64": base64.b64encode(f"some words around {cell} and after".encode()),
        }
        wrapped |= {f"form {i}": form.encode() for i, form in enumerate(sorted(spellings(cell)))}
        if cell.replace("-", "", 1).replace(".", "").isdigit():
            wrapped["numbers"] = base64.b64encode(np.array([1.5, float(cell), 2.5]).tobytes())
        assert {name for _, name in found_cells([cell], wrapped)} == set(wrapped), cell
    assert found_cells(cells, {"x": b"nothing of 1234567 or 1980-01-01"}) == []


def audited(folder: Path, tables: dict[str, str], *more: object, release: str = "fresh") -> dict[str, bytes]:
    """What an audit leaves and says."""
    done = call(
        "audit", "--train", tables["train"], "--holdout", tables["holdout"], "--synthetic", tables[release],
        "-o", folder / "out", "--jobs", 1, "--scores", "--internal", *more,
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr
    return {**outputs_of(folder / "out"), "stdout": done.stdout.encode(), "stderr": done.stderr.encode()}


def test_no_planted_cell_in_an_audit(tmp_path: Path, planted: Any) -> None:
    """The quick profile, honest release and copy, with scores and the internal edition; then rendered again."""
    tables, cells = planted
    names = {name: write(table, tmp_path, name, "csv") for name, table in tables.items()}
    for release in ("fresh", "copy"):
        outputs = audited(tmp_path, names, "--profile", "quick", release=release)
        assert {"evidence.json", "report.internal.html", "scores.parquet rows", "summary.md"} <= outputs.keys()
        assert found_cells(cells, outputs) == []
    again = call("report", tmp_path / "out")
    assert found_cells(cells, {**outputs_of(tmp_path / "out"), "said": again.stdout.encode()}) == []
    assert (tmp_path / "out" / "previous").is_dir()


def spoiled(tables: dict[str, pd.DataFrame], folder: Path) -> dict[str, list[object]]:
    """Commands that fail, each at another place, on tables full of planted cells."""
    names = {name: write(table, folder, name, "csv") for name, table in tables.items()}
    text = Path(names["train"]).read_text()
    lines = text.splitlines()
    bad = {
        "headless": "\n".join(lines[1:]),
        "ragged": text.replace(lines[5], lines[5] + ",more"),
        "short": text.replace(lines[5], lines[5].split(",", 1)[1]),
        "quote": text + '"Xq000zeph open',
        "twice": text.replace("income,visits", "income,income"),
        "nul": text.replace("week", "we\0ek", 1),
        "words": text.replace(lines[3].split(",")[0], "Xq001zeph", 1),
        "dates": text.replace("1871-02-03", "1871-99-03"),
    }
    for name, content in bad.items():
        (folder / f"{name}.csv").write_text(content)
        names[name] = str(folder / f"{name}.csv")
    (folder / "bytes.csv").write_bytes(text.encode() + b"\xff\xfe,")
    names["bytes"] = str(folder / "bytes.csv")
    write(tables["train"].drop(columns="born"), folder, "lacking", "csv")
    write(tables["train"].assign(more=1), folder, "wider", "csv")
    write(tables["train"][:1], folder, "record", "csv")
    write(tables["train"][:5], folder, "few", "csv")
    more = {name: str(folder / f"{name}.csv") for name in ("lacking", "wider", "record", "few")}
    commands: dict[str, list[object]] = {}
    for role in ("train", "holdout", "synthetic"):
        for name, path in {**{n: names[n] for n in (*bad, "bytes")}, **more}.items():
            given = {"train": names["train"], "holdout": names["holdout"], "synthetic": names["fresh"], role: path}
            commands[f"{name} as {role}"] = ["check-inputs", *(w for r, p in given.items() for w in (f"--{r}", p))]
    whole = ["--train", names["train"], "--holdout", names["holdout"], "--synthetic", names["fresh"]]
    commands |= {
        "schema": ["schema", "infer", names["train"]],
        "check": ["check-inputs", *whole],
        "missing": ["check-inputs", *whole, "--missing", "week"],
        "entity": ["check-inputs", *whole, "--entity", "note"],
        "a form": ["check-inputs", *whole, "--date-format", "born=%d.%m.%y"],
        "decimal": ["check-inputs", *whole, "--decimal", ","],
        "seen": ["check-inputs", "--train", names["train"], "--holdout", names["train"], "--synthetic", names["fresh"]],
        "a copy": [
            "check-inputs",
            "--train",
            names["train"],
            "--holdout",
            names["copy"],
            "--synthetic",
            names["fresh"],
        ],
        "query": ["query", "--record", more["record"], *whole],
        "query as JSON": ["query", "--record", more["record"], *whole, "--json"],
        "query of several": ["query", "--record", more["few"], *whole],
    }
    return commands


def test_no_planted_cell_in_what_a_command_says(tmp_path: Path, planted: Any) -> None:
    """Messages of every failure of a table in every role, and the answers of the short commands."""
    tables, cells = planted
    cells = [*cells, "Xq000zeph", "Xq001zeph"]
    refused = 0
    for what, command in spoiled(tables, tmp_path).items():
        done = call(*command)
        assert done.returncode in (0, 2, 3), (what, done.stderr)
        refused += done.returncode == 2
        assert found_cells(cells, {"out": done.stdout.encode(), "err": done.stderr.encode()}) == [], what
    assert refused >= 25


def test_no_planted_cell_in_python(tmp_path: Path, planted: Any) -> None:
    """The result as it is shown in a notebook and as a frame, and the errors of frames."""
    tables, cells = planted
    result = synthaudit.audit(tables["train"], tables["copy"], tables["holdout"], profile="quick", jobs=1)
    said = {
        "repr": repr(result),
        "html": result._repr_html_(),
        "frame": result.to_frame().to_csv(),
        "json": result.to_json(),
    }
    changes: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
        "text": lambda t: t.assign(income=t["note"]),
        "objects": lambda t: t.assign(note=pd.Series([[note] for note in t["note"]], dtype=object)),
        "twice": lambda t: pd.concat([t, t["note"]], axis=1),
        "infinite": lambda t: t.assign(income=np.inf),
    }
    for name, change in changes.items():
        with pytest.raises(SynthauditError) as caught:
            synthaudit.audit(tables["train"], change(tables["train"]), tables["holdout"], profile="quick", jobs=1)
        said[name] = str(caught.value)
    assert found_cells(cells, {name: text.encode() for name, text in said.items()}) == []


@pytest.mark.statistics
def test_no_planted_cell_anywhere(tmp_path: Path, planted: Any, record_figure: Record) -> None:
    """Every format, profile and command that writes; two releases, shadows, a sealed split, a batch that goes on."""
    tables, cells = planted
    n_outputs, hits = 0, []

    def search(outputs: dict[str, bytes]) -> None:
        nonlocal n_outputs
        n_outputs += len(outputs)
        hits.extend(found_cells(cells, outputs))

    for suffix in SUFFIXES:
        folder = tmp_path / suffix
        folder.mkdir()
        names = {name: write(table, folder, name, suffix) for name, table in tables.items()}
        for release in ("fresh", "copy"):
            search(audited(folder, names, "--profile", "quick", "--log-format", "json", release=release))
    names = {name: write(table, tmp_path, name, "csv") for name, table in tables.items()}
    for profile in (("standard",), ("thorough", "--shadows", "2"), ("standard", "--release-rows", "1000")):
        search(audited(tmp_path, names, "--profile", *profile, release="copy"))
    store = tmp_path / "out" / ".shadows"
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (store, *store.rglob("*")) if path.exists())
    (tmp_path / "releases").mkdir()
    for release in ("fresh", "copy"):
        write(tables[release], tmp_path / "releases", release, "csv")
    (tmp_path / "releases" / "bad.csv").write_text("income\nXq000zeph\n1\n")
    for _ in range(2):
        done = call(
            "batch", tmp_path / "releases", "--train", names["train"], "--holdout", names["holdout"], "-o",
            tmp_path / "batch", "--profile", "quick", "--jobs", 1, "--internal", "--scores",
        )  # fmt: skip
        search({**outputs_of(tmp_path / "batch"), "out": done.stdout.encode(), "err": done.stderr.encode()})
    done = call("split", names["train"], "--out", tmp_path / "split", "--coins")
    secret = {
        path.name: path.read_bytes() for path in (tmp_path / "split").iterdir() if path.suffix in (".json", ".txt")
    }
    search({**secret, "out": done.stdout.encode(), "err": done.stderr.encode()})
    record_figure("planted cells in outputs", len(hits), "0 of 400")
    record_figure("outputs searched for them", n_outputs, ">= 150")
    assert hits == []
    assert n_outputs >= 150

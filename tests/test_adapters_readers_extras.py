"""Promises of the optional packages: never needed for what works without them, and named where they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OPTIONAL = ("pyarrow", "polars", "python_calamine", "openpyxl", "sqlalchemy", "psycopg", "pyreadstat")
BLOCKED = f"""
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)

sys.meta_path.insert(0, Absent())
"""


def run(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_core_works_without_any_of_them(tmp_path: Path) -> None:
    """Text, Parquet, frames, folders and file URLs are read, and an audit runs, where each of them is missing."""
    code = f"""{BLOCKED}
import duckdb, numpy as np, pandas as pd, synthaudit
from pathlib import Path
from synthaudit.adapters.readers.tables import read_table
folder = Path({str(tmp_path)!r})
people = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)).round(3), columns=list("abc"))
train, holdout, release = people[:200], people[200:400], people[400:]
(folder / "parts").mkdir()
train.to_csv(folder / "parts" / "t.csv", index=False)
duckdb.from_df(train).write_parquet(str(folder / "t.parquet"))
for source in (folder / "parts", folder / "parts" / "*.csv", (folder / "parts").as_uri(), folder / "t.parquet", train):
    assert len(read_table(source, "train").frame) == 200
print(synthaudit.audit(folder / "t.parquet", release, holdout, profile="quick", jobs=1).outcome)
print(sorted(set({OPTIONAL!r}) & set(sys.modules)))
"""
    outcome, loaded = run(code).splitlines()
    assert outcome in ("pass", "inconclusive", "fail")
    assert loaded == "[]"


@pytest.mark.parametrize(
    ("source", "package", "extra"),
    [
        ("Stream()", "train frame: needs pyarrow", "arrow"),
        ("'s3://k3y:s3cret@b/t.csv'", "train object: needs pyarrow", "io"),
        ("'sqlite:///x.db#t'", "train database: needs sqlalchemy", "db"),
        ("book", "train t.xlsx: needs python_calamine", "excel"),
        ("survey", "train t.sav: needs pyreadstat", "stats"),
    ],
)
def test_what_is_missing_is_named_with_its_install(tmp_path: Path, source: str, package: str, extra: str) -> None:
    """One line with the extra to install."""
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "t.sav").write_bytes(b"$FL2@(#)")
    code = f"""{BLOCKED}
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
class Stream:
    def __arrow_c_stream__(self, requested_schema=None): ...
book = {str(tmp_path / "t.xlsx")!r}
survey = {str(tmp_path / "t.sav")!r}
try:
    read_table({source}, "train")
except InputError as error:
    print(error)
"""
    assert run(code) == f'SA-114 {package}, which is not installed. pip install "synthaudit-privacy[{extra}]"\n'


@pytest.mark.parametrize("code", ["import synthaudit", "cli(['--help'], standalone_mode=False)"])
def test_nothing_optional_is_imported_before_it_is_needed(code: str) -> None:
    """Neither by the package nor by the help of the command line."""
    shown = run(f"import sys\nfrom synthaudit.cli.main import cli\n{code}\nprint(set({OPTIONAL!r}) & set(sys.modules))")
    assert shown.splitlines()[-1] == "set()"

"""Promise: a table without a line of names is refused by the places of its columns; no cell of it is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from tables import mixed

from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cli.main import cli
from synthaudit.errors import InputError

DO = "Put a line of names above the first row, or pass --has-header if these are the names."
PERSON = ["Zwetschgenbaum", "1984-03-12", "52017.35", "f", "zwetsch@mail.example", "+49 170 5550101"]
OTHERS = [
    [
        f"Person{i}",
        f"19{50 + i % 50}-03-{1 + i % 27:02d}",
        f"{i * 97.31:.2f}",
        "fm"[i % 2],
        f"a{i}@b.example",
        f"+49 {i}",
    ]
    for i in range(300)
]

LIKE_CELLS = (
    "34", "-3.5", "1,234.50", "1.234,50", "€ 12", "$5", "12 %", "00501", "1e5", "nan", "inf", "2020", "1984-03-12",
    "12.03.1984", "3/12/84", "12:30", "2020-01-02T03:04:05", "2020-Q1", "123-45-6789", "+49 170 5550101", "(030) 1234",
    "ann@mail.example", "https://a.example/x", "550e8400-e29b-41d4-a716-446655440000", "192.168.0.1", "x" * 81,
    "She came in with a cough and told us about the accident that her brother had in spring.",
)  # fmt: skip
NAMES = (
    "age", "income (USD)", "x0", "c17", "zip code", "Größe", "年齢", "HbA1c", "T4", "2nd visit", "May", "a", "%", "No.",
    "year_2020", "Q1", "is it true?", "e", "date of birth",
)  # fmt: skip


def refused(path: Path, role: Any = "train", **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path, role, options=ReadOptions(**options))
    return str(caught.value)


@pytest.mark.parametrize("name", LIKE_CELLS)
@pytest.mark.parametrize("role", ["train", "holdout", "synthetic", "record"])
def test_a_name_that_looks_like_a_cell(tmp_path: Path, name: str, role: str) -> None:
    """Told by its place alone, in every role; with the user's word it is a name."""
    pd.DataFrame({"age": ["1", "2"], name: ["u", "v"]}).to_csv(tmp_path / "t.csv", index=False)
    got = f"SA-141 {role} t.csv: what names column 2 looks like cells of a row. {DO}"
    assert refused(tmp_path / "t.csv", role) == got
    table = read_table(tmp_path / "t.csv", "train", options=ReadOptions(has_header=True))
    assert table.frame.columns.tolist() == ["age", name]


def test_usual_names_are_names(tmp_path: Path) -> None:
    """No name of the list is refused, nor are columns numbered from 0 or 1."""
    for names in (NAMES, [str(i) for i in range(12)], [str(i + 1) for i in range(12)]):
        pd.DataFrame([["u"] * len(names)], columns=list(names)).to_csv(tmp_path / "t.csv", index=False)
        assert read_table(tmp_path / "t.csv", "train").frame.columns.tolist() == list(names)


def test_words_that_are_cells_of_their_column_are_no_names(tmp_path: Path) -> None:
    """Where a person has words alone, the same words stand further down."""
    lines = [
        "Berlin,female,single",
        *(f"{c},{s},{m}" for c in ("Bonn", "BERLIN") for s in ("female", "male") for m in "ab"),
    ]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    assert refused(tmp_path / "t.csv") == f"SA-141 train t.csv: what names columns 1, 2 look like cells of a row. {DO}"


@pytest.mark.parametrize("suffix", ["csv", "tsv", "csv.gz", "xlsx", "parquet"])
def test_no_door_tells_the_first_person(tmp_path: Path, suffix: str) -> None:
    """Through each door, alone and as parts; the message holds no piece of the first row."""
    frame = pd.DataFrame(OTHERS, columns=PERSON)
    folder = tmp_path / "parts"
    folder.mkdir()
    path = folder / f"t.{suffix}"
    if suffix == "xlsx":
        frame.to_excel(path, index=False)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    for source in (path, *(() if suffix == "xlsx" else (folder,))):
        message = refused(source)
        assert message.startswith("SA-141 train t."), message
        assert not [cell for cell in PERSON if len(cell) > 1 and cell in message]


COMMANDS = {
    "audit": ["audit", "--train", "T", "--holdout", "H", "--synthetic", "S", "-o", "OUT", "--profile", "quick"],
    "batch": ["batch", "RELEASES", "--train", "T", "--holdout", "H", "-o", "OUT", "--profile", "quick"],
    "check-inputs": ["check-inputs", "--train", "T", "--holdout", "H", "--synthetic", "S"],
    "schema infer": ["schema", "infer", "T"],
    "split": ["split", "T", "--out", "SPLIT"],
    "split by a column": ["split", "T", "--out", "SPLIT", "--entity", "who"],
    "query": ["query", "--record", "R", "--train", "T", "--holdout", "H", "--synthetic", "S"],
    "a column": ["check-inputs", "--train", "T", "--synthetic", "S", "--columns", "born"],
    "a person": ["check-inputs", "--train", "T", "--synthetic", "S", "--entity", "who"],
    "a rename": ["check-inputs", "--train", "T", "--synthetic", "S", "--rename", "a=b"],
    "a form": ["check-inputs", "--train", "T", "--synthetic", "S", "--date-format", "born=%Y-%m-%d"],
    "a stream": ["check-inputs", "--train", "T", "--synthetic", "S", "--release-rows", "1000"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("headless", ["all", "T", "S"])
def test_no_command_tells_the_first_person(tmp_path: Path, command: str, headless: str) -> None:
    """Whatever table lacks its names, alone or with the others: no message and no file holds a cell of its row."""
    names = ["who", "born", "income", "sex", "mail", "phone"]
    (tmp_path / "R").mkdir()
    files = {name: tmp_path / f"{name}.csv" for name in "THS"} | {"R": tmp_path / "r.csv", "RELEASES": tmp_path / "R"}
    for name in ("T", "H", "S", "R"):
        rows = [[f"{who}{name}", *more] for who, *more in OTHERS[: 1 if name == "R" else None]]
        pd.DataFrame(rows, columns=PERSON if headless in ("all", name) else names).to_csv(files[name], index=False)
    pd.DataFrame(OTHERS, columns=PERSON if headless != "T" else names).to_csv(tmp_path / "R" / "s.csv", index=False)
    outputs = {"OUT": tmp_path / "out", "SPLIT": tmp_path / "split"}
    arguments = [str({**files, **outputs}.get(word, word)) for word in COMMANDS[command]]
    done = CliRunner().invoke(cli, arguments)
    text = done.output + str(done.exception)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent not in (tmp_path, tmp_path / "R")]
    text += "".join(path.read_text("utf-8", "replace") for path in written)
    assert not [cell for cell in PERSON if len(cell) > 1 and cell in text], text
    assert "SA-141" in text or headless == "S"


def test_the_users_word_goes_through_flags_file_and_python(tmp_path: Path) -> None:
    """An audit of columns named by years runs once somebody said that they are names."""
    for i, name in enumerate(("t", "h", "s")):
        mixed(300, np.random.default_rng(i)).rename(columns={"x0": "2019", "x1": "2020"}).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    arguments = ["check-inputs", "--train", str(tmp_path / "t.csv"), "--synthetic", str(tmp_path / "s.csv")]
    assert "SA-141" in str(CliRunner().invoke(cli, arguments).exception)
    assert CliRunner().invoke(cli, [*arguments, "--has-header"], catch_exceptions=False).exit_code == 0
    (tmp_path / "c.toml").write_text("[data]\nhas_header = true\n")
    done = CliRunner().invoke(cli, [*arguments, "--config", str(tmp_path / "c.toml")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "2019" in done.output

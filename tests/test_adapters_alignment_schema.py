"""Promises of synthaudit.adapters.alignment.schema: kinds and roles come from the real tables and can be overruled."""

import tomllib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.schema import ColumnOverride, infer_schema, mark_missing, schema_to_toml
from synthaudit.adapters.config import parse_config
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError

N = 100
RNG = np.random.default_rng(0)


def table(values: Any, name: str = "x", role: Any = "train") -> RawTable:
    column = text_column(values) if isinstance(values[0], str) else pd.Series(values)
    return read_table(pd.DataFrame({name: column}), role)


KINDS: list[tuple[str, Any, str]] = [
    ("x", RNG.normal(size=N), "numeric"),
    ("x", RNG.integers(0, 5, N), "numeric"),
    ("x", [f"{v:.3f}" for v in RNG.normal(size=N)], "numeric"),
    ("x", ["1", "2.0", " 3", "1e3"] * 25, "numeric"),
    ("x", ["00501", "10001"] * 50, "categorical"),
    ("x", [str(2**53 + i) for i in range(N)], "identifier"),
    ("x", np.arange(N), "identifier"),
    ("x", RNG.permutation(N) + 7, "identifier"),
    ("x", RNG.permutation(10 * N)[:N], "numeric"),
    ("patient_id", RNG.permutation(10 * N)[:N], "identifier"),
    ("patientId", RNG.permutation(10 * N)[:N], "identifier"),
    ("id", RNG.normal(size=N), "numeric"),
    ("paid", RNG.permutation(10 * N)[:N], "numeric"),
    ("x", np.arange(20), "numeric"),
    ("x", [True, False] * 50, "boolean"),
    ("x", ["Yes", "no"] * 50, "boolean"),
    ("x", ["t", "f"] * 50, "boolean"),
    ("x", ["m", "f"] * 50, "categorical"),
    ("x", ["yes"] * N, "categorical"),
    ("x", ["2020-01-01", "2020-01-02T10:00:00Z"] * 50, "datetime"),
    ("x", pd.date_range("2020", periods=N), "datetime"),
    ("x", ["31/12/2020", "01/02/2020"] * 50, "categorical"),
    ("x", ["NA", "EU", "AS"] * 34, "categorical"),
    ("x", [f"name {i}" for i in range(N)], "identifier"),
    ("x", [f"level {i % 600}" for i in range(2000)], "categorical"),
    ("x", [f"the patient number {i} was seen in the morning" for i in range(N)], "text"),
    ("x", ["the patient was seen in the morning", "the patient was not seen"] * 50, "categorical"),
    ("x", ["1", "2", "NA"] * 34, "categorical"),
]


@pytest.mark.parametrize(("name", "values", "kind"), KINDS, ids=[f"{i}-{k}" for i, (_, _, k) in enumerate(KINDS)])
def test_kinds(name: str, values: Any, kind: str) -> None:
    """Each kind of column is told by its cells, a continuous number never taken for a key."""
    assert infer_schema(table(values, name)).columns[0].kind == kind


def test_both_real_tables_decide() -> None:
    """A leading zero or a third level that only the holdout has counts as much as one of train."""
    assert infer_schema(table(["10", "11"] * 9), table(["007", "10"], role="holdout")).columns[0].kind == "categorical"
    assert infer_schema(table(["y", "n"] * 9), table(["y", "?"], role="holdout")).columns[0].kind == "categorical"


BAD: list[tuple[list[Any], str]] = [
    (
        [f"{i},5" for i in range(N)],
        "SA-131 train frame, column 1 'x': 100 % of cells look like numbers with a decimal comma. Pass --decimal ',' "
        "or declare the column categorical.",
    ),
    (
        [*(f"{i}.5" for i in range(N)), "NA", "-"],
        "SA-150 train frame, column 1 'x': 100 of 102 cells are numbers, the rest is a usual spelling of missing. "
        "Pass --missing '-' --missing 'NA', or declare the column categorical.",
    ),
    (
        [*(f"{1900 + i}-01-01" for i in range(N)), "?"],
        "SA-150 train frame, column 1 'x': 100 of 101 cells are dates, the rest is a usual spelling of missing. "
        "Pass --missing '?', or declare the column categorical.",
    ),
    (
        ["2021-02-28", "2021-02-31"],
        "SA-154 train frame, column 1 'x': 1 of 2 dates do not exist. Correct them, or declare the column categorical.",
    ),
    (
        [None, None],
        "SA-151 train frame, column 1 'x': all cells missing; the column cannot be audited. Leave it out with "
        "--columns.",
    ),
]


@pytest.mark.parametrize(("values", "message"), BAD, ids=[m[:6] for _, m in BAD])
def test_bad_columns(values: list[Any], message: str) -> None:
    """A column that a few cells would turn into categories is an error that says what to pass."""
    with pytest.raises(InputError) as caught:
        infer_schema(read_table(pd.DataFrame({"x": text_column(values)}), "train"))
    assert str(caught.value) == message


def test_overrides_win() -> None:
    """What the user declares is taken; a column that train lacks is an error with a suggestion."""
    real = table(np.arange(N), "age")
    overrides = {"age": ColumnOverride(kind="categorical", sensitive=True, quasi_identifier=False)}
    column = infer_schema(real, None, overrides).columns[0]
    assert (column.kind, column.roles) == ("categorical", ("sensitive",))
    with pytest.raises(InputError) as caught:
        infer_schema(real, None, {"agge": ColumnOverride()})
    assert str(caught.value) == (
        "SA-184 train frame: no column 'agge', which the configuration describes. Correct the name. Did you mean 'age'?"
    )


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("age", ("quasi_identifier",)),
        ("ZipNo", ("quasi_identifier",)),
        ("zip_code", ("quasi_identifier",)),
        ("diagnosis", ("sensitive",)),
        ("Race", ("sensitive", "quasi_identifier")),
        ("patient_id", ("entity",)),
        ("household", ("entity",)),
        ("user_rating", ()),
        ("percentage", ()),
    ],
)
def test_roles_by_name(name: str, roles: tuple[str, ...]) -> None:
    """Roles follow whole words of the name, none a part of a word."""
    assert infer_schema(table([1, 1, 2], name)).columns[0].roles == roles


def test_entity_is_no_audited_column() -> None:
    """The declared entity column leaves the columns and names the schema's entity."""
    real = read_table(pd.DataFrame({"who": [1, 2], "x": [1, 2]}), "train")
    schema = infer_schema(real, entity="who")
    assert (schema.names, schema.entity) == (["x"], "who")


def test_schema_to_toml_round_trip() -> None:
    """The written schema is a configuration that leads to the same schema, hostile names and all."""
    frame = pd.DataFrame({'a"b.c\\': [1, 2], "Straße ]": ["x", "y"], "income": [1.5, 2.5]})
    real = read_table(frame, "train")
    schema = infer_schema(real, None, {"income": ColumnOverride(kind="categorical")})
    config = parse_config(tomllib.loads(schema_to_toml(schema)))
    assert infer_schema(real, None, config.columns) == schema


def test_mark_missing() -> None:
    """A token is missing in text as it is spelled and in numbers by its value; codes are not numbers."""
    frame = pd.DataFrame({"t": text_column(["NA", " 999", "0999", "x"]), "n": [1, 999, 2, 3]})
    marked = mark_missing(frame, ["NA", "999"])
    assert marked["t"].tolist() == [None, None, "0999", "x"]
    assert marked["n"].isna().tolist() == [False, True, False, False]
    assert mark_missing(frame, ())["n"].tolist() == [1, 999, 2, 3]

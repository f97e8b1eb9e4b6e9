"""The registry of generators, and what stands for one."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthaudit.errors import InputError
from synthaudit.generators import GENERATORS, as_generator, generator_by_name
from synthaudit.generators.cart import Cart
from synthaudit.generators.command import Command
from synthaudit.generators.function import Function
from synthaudit.generators.ready_shadows import Releases
from synthaudit.generators.sdv import Sdv

NAMES = ("cart", "marginals", "smote", "kde", "gaussian_copula", "ctgan", "tvae", "copulagan")
LINE = "env python3 make.py {train} {rows} {seed} {out}"


def test_each_generator_answers_to_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name on the command line, in the registry and in reports is one and the same."""
    monkeypatch.setattr(Sdv, "check_installed", lambda self: None)
    assert tuple(GENERATORS) == NAMES
    for name, generator in GENERATORS.items():
        assert generator.name == name
        assert generator_by_name(name) is generator


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator of SDV is refused before any work is done, with the command that brings it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    expected = (
        "SA-208 --generator ctgan: SDV is not installed. pip install 'synthaudit-privacy[sdv]' (with torch==2.13.0 in"
        " its CPU build, gigabytes are saved)."
    )
    with pytest.raises(InputError) as error:
        generator_by_name("ctgan")
    assert str(error.value) == expected
    with pytest.raises(InputError) as error:
        GENERATORS["ctgan"].fit_sample(pd.DataFrame({"x": [1.0]}), 1, np.random.default_rng(0))
    assert str(error.value) == expected


@pytest.mark.parametrize(("name", "shown"), [("cat\x1b[31m", r"cat\u001b[31m"), ("order:66", "order:66")])
def test_unknown_generator_lists_the_known_ones(name: str, shown: str) -> None:
    """A typing error gets the list, and control characters do not reach the terminal."""
    with pytest.raises(InputError) as error:
        generator_by_name(name)
    assert str(error.value) == (
        f"SA-206 --generator {shown}: no generator of this name. Choose one of: {', '.join(NAMES)}, auto,"
        " command:PROGRAM ..., releases:FOLDER."
    )


def test_whatever_stands_for_a_generator_in_python(tmp_path: Path) -> None:
    """Names, command lines, argument lists, folders, functions and objects all become what they stand for."""
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "a.members.csv").write_text("table,row\ntrain,0\n")
    assert as_generator("cart") == Cart()
    own = Cart(leaf=50)
    assert as_generator(own) is own
    line = Command(arguments=("env", "python3", "make.py", "{train}", "{rows}", "{seed}", "{out}"))
    assert as_generator(f"command:{LINE}") == as_generator(LINE.split()) == as_generator(line) == line
    ready = Releases.of(tmp_path)
    assert as_generator(tmp_path) == as_generator(f"releases:{tmp_path}") == as_generator(ready) == ready

    def make(table: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
        return table

    assert as_generator(make) == Function(make=make)
    with pytest.raises(InputError, match="SA-206 generator: an object of type int"):
        as_generator(7)  # type: ignore[arg-type]


def test_a_function_gets_a_copy_and_a_seed_and_may_answer_in_any_dtype() -> None:
    """Whole numbers, categories and truth values of any dtype come back as the canonical cells they stand for."""
    table = pd.DataFrame(
        {
            "n": [1.0, 2.0, np.nan],
            "zip": pd.Series(["00501", "10001", None], dtype=object),
            "ok": pd.Series(["true", "false", "true"], dtype=object),
            "on": pd.Series(np.array(["2020-01-01", "NaT", "2020-02-01"], dtype="datetime64[us]")),
        }
    )
    seeds = []

    def make(train: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
        seeds.append(seed)
        release = train.assign(
            n=train["n"].astype("Int64"),
            zip=train["zip"].astype("category"),
            ok=train["ok"] == "true",
            on=train["on"].astype("datetime64[s]"),
            extra=1,
        )
        train["n"] = 0.0
        return release.iloc[::-1].head(n_rows)

    release = Function(make=make).fit_sample(table, 3, np.random.default_rng(0))
    pd.testing.assert_frame_equal(release, table.iloc[::-1].reset_index(drop=True))
    assert table["n"].tolist()[:2] == [1.0, 2.0]
    assert seeds == [int(np.random.default_rng(0).integers(2**31))]

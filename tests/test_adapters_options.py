"""One table of options: the command line, Python, the configuration file and what a batch resumes all follow it."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import click
import numpy as np
import pandas as pd
import pytest
from tables import three

import synthaudit
from synthaudit.adapters.config import Config, parse_config, setting
from synthaudit.adapters.options import DATE_FORMAT, NO_FLAG, OPTIONS, PROFILES, REQUEST, Option
from synthaudit.cli.main import cli
from synthaudit.cli.options import keywords
from synthaudit.commands.audit import open_real
from synthaudit.commands.batch import ResumeKey
from synthaudit.commands.request import request
from synthaudit.settings import PERMUTATIONS
from synthaudit.types import Vendor

DOCS = Path(__file__).parent.parent / "docs"
HARMLESS = {"jobs", "engine", "shadow_store", "max_bytes", "has_header", "scores", "internal", "fresh", "keep"}
"""Options of a request that change no figure; whoever adds one says so here as well."""
BATCH = ("include", "exit_rule", "inconclusive")
"""Of a batch alone."""
FILED = ("sign", "history", "lang")
"""What is done with an audit once it is judged, and in which language."""


def defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Parameter -> its default, of a function as it is written out."""
    return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}


def flags(*command: str) -> dict[str, click.Option]:
    """Name -> option of a command."""
    group: click.Command = cli
    for name in command:
        assert isinstance(group, click.Group)
        group = group.commands[name]
    return {str(option.name): option for option in group.params if isinstance(option, click.Option)}


# --- Python ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "own"),
    [
        (synthaudit.audit, {"synthetic", "output", "audited_copy", "progress", "notify", "config", *FILED, "previous"}),
        (synthaudit.audit_batch, {"releases", "output", "progress", "config", *FILED, *BATCH}),
    ],
)
def test_an_audit_takes_every_option_of_the_table(function: Callable[..., Any], own: set[str]) -> None:
    """Names and defaults written out are those of the table; a batch cannot do without train."""
    written = {name: default for name, default in defaults(function).items() if name not in own}
    expected = {option.name: option.default for option in REQUEST}
    if function is synthaudit.audit_batch:
        # Each is called by its file.
        del expected["release"]
        expected["train"] = inspect.Parameter.empty
    assert written == expected


@pytest.mark.parametrize(
    ("function", "command", "tables", "own"),
    [
        (synthaudit.query, "query", {"record", "train", "synthetic", "holdout"}, {"config", "as_json", "lang"}),
        (synthaudit.split, "split", {"table", "output"}, {"coins", "pairs", "lang"}),
    ],
)
def test_other_functions_take_what_their_command_takes(
    function: Callable[..., Any], command: str, tables: set[str], own: set[str]
) -> None:
    """Each option of the command is a parameter, and each parameter has the table's default."""
    written = {name: default for name, default in defaults(function).items() if name not in tables}
    assert written == {name: OPTIONS[name].default for name in written}
    assert flags(command).keys() - tables - own - {DATE_FORMAT.name} <= written.keys()


# --- the command line -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["audit", "batch"])
def test_an_audit_has_a_flag_for_every_option_of_the_table(command: str) -> None:
    """But for those that only Python and the configuration file have."""
    without = {option.name for option in NO_FLAG} | ({"release"} if command == "batch" else set())
    assert {option.name for option in REQUEST} - without <= flags(command).keys()


def test_profiles_are_those_that_the_audit_knows() -> None:
    """The table is read before any numerics are imported, so it names them by itself."""
    assert tuple(PERMUTATIONS) == PROFILES


def test_every_flag_is_documented() -> None:
    """Some page of the documentation names each flag of each command."""
    text = "".join(page.read_text("utf-8") for page in DOCS.glob("*.md"))
    options = [option for name in cli.commands if name != "schema" for option in flags(name).values()]
    assert [option.opts for option in options if not any(flag in text for flag in option.opts)] == []


def test_help_imports_no_numerics() -> None:
    """A newcomer who types --help waits for click and the table alone."""
    code = "import sys\nfrom synthaudit.cli.main import cli\ncli.main(['audit', '--help'], standalone_mode=False)\n"
    shown = "print({'numpy', 'pandas', 'pydantic', 'numba', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code + shown], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


# --- the configuration file -----------------------------------------------------------------------------------


def settings_of(kind: Any, before: str = "") -> Iterator[str]:
    """Dotted path of every setting of the configuration's dataclasses."""
    for field in fields(kind):
        inner = next((part for part in (field.type, *get_args(field.type)) if is_dataclass(part)), None)
        yield from settings_of(inner, f"{before}{field.name}.") if inner else (before + field.name,)


def test_every_setting_of_the_file_is_an_option() -> None:
    """No path of the table leads nowhere, and no setting of the file is read by nobody."""
    empty = Config()
    places = {option.toml for option in OPTIONS.values() if option.toml is not None}
    for option in OPTIONS.values():
        setting(empty, option)
    assert {path for path in settings_of(Config) if not any(f"{path}.".startswith(f"{p}.") for p in places)} == {
        "version"
    }


def test_the_defaults_of_a_command_are_what_the_file_says(tmp_path: Path) -> None:
    """Each setting reaches its flag in the form in which it would be typed; a release is a list where more may be."""
    content = """
        [data]
        train = "t.csv"
        synthetic = "s.csv"
        rename = { Alter = "age" }
        missing = ["NA"]
        allow_overlap = true
        [threat]
        generator = "releases:ready"
        attacks = ["dcr", "logan"]
        [run]
        time_budget_minutes = 1.5
        candidates = 2000
        release_rows = "all"
        [policy]
        use = "mine.toml"
        [vendor]
        name = "A"
        release = "2"
        [audit]
        dataset = "D"
        purpose = "P"
        auditor = "Q"
        """
    (tmp_path / "c.toml").write_text(content)
    called = {"vendor": "A", "release": "2", "dataset": "D", "purpose": "P", "auditor": "Q"}
    expected = {
        "train": f"{tmp_path}/t.csv",
        "rename": ("Alter=age",),
        "missing": ("NA",),
        "allow_overlap": True,
        "generator": f"releases:{tmp_path}/ready",
        "attacks": "dcr,logan",
        "time_budget": "1.5m",
        "candidates": 2000,
        "release_rows": "all",
        "policy": f"{tmp_path}/mine.toml",
        "seed": 0,
    }
    typed = ["--config", str(tmp_path / "c.toml")]
    several, single = (f"{tmp_path}/s.csv",), f"{tmp_path}/s.csv"
    for name, synthetic in (("audit", several), ("check-inputs", single)):
        params = cli.commands[name].make_context(name, list(typed)).params
        assert {option: params.get(option) for option in {**expected, **called}} == {
            # Names are for a report, and check-inputs writes none.
            **expected,
            **(called if name == "audit" else dict.fromkeys(called)),
        }
        assert params["synthetic"] == synthetic
    assert cli.commands["query"].make_context("query", ["--record", "r.csv", *typed]).params["synthetic"] == several


def test_what_no_flag_could_say_is_taken_from_the_file_as_it_is() -> None:
    """Kinds, claims, and names of columns that hold a comma; a flag still wins."""
    config = parse_config(
        {
            "data": {"columns": ["a,b", "c"], "exclude": ["d,e"]},
            "columns": {"c": {"kind": "text"}},
            "release": {"rebalanced": ["f,g"]},
            "vendor": {"claims": {"dp_epsilon": 2.0}},
        }
    )
    options = keywords({"config": config, "columns": None, "rename": ()})
    assert options["columns"] == ("a,b", "c")
    assert options["exclude"] == ("d,e",)
    assert options["rebalanced"] == ("f,g",)
    assert options["schema"]["c"].kind == "text"
    assert options["claims"].dp_epsilon == 2.0
    assert keywords({"config": config, "columns": "c", "rename": ()})["columns"] == ["c"]


# --- what a batch resumes -------------------------------------------------------------------------------------

TRAIN, HOLDOUT, REFERENCE = three((40, 40, 40), np.random.default_rng(0))
KEYED = [table.assign(who=range(i, i + 40)) for i, table in ((0, TRAIN), (100, HOLDOUT), (200, REFERENCE))]


def sealed(tmp_path: Path) -> Path:
    """The manifest of a split."""
    table = pd.concat([TRAIN, HOLDOUT], ignore_index=True)
    return synthaudit.split(table, tmp_path / "split").manifest


def ready(tmp_path: Path) -> str:
    """A program that makes shadows."""
    program = tmp_path / "program.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    return f"command:{program} {{train}} {{rows}} {{seed}} {{out}}"


CHANGED: dict[str, Any] = {
    "train": KEYED[0][:-1],
    "holdout": KEYED[1][:-1],
    "reference": KEYED[2],
    "manifest": sealed,
    "deleted": KEYED[0][:3],
    "policy": "public",
    "generator": "cart",
    "attacks": ("dcr",),
    "time_budget": "30m",
    "candidates": 2_000,
    "release_rows": 5_000,
    "shadow_store": lambda tmp_path: tmp_path,
    "engine": "dask:localhost:1",
    "entity": "who",
    "columns": ("c0", "x0", "who"),
    "exclude": ("c0",),
    "rebalanced": ("c0",),
    "target": "x0",
    "header_row": 2,
    "skip_rows": "2-3",
    "rename": {"a": "x0"},
    "missing": ("NA",),
    "sep": "|",
    "decimal": ",",
    "thousands": "'",
    "encoding": "latin-1",
    "schema": {"c0": {"kind": "categorical"}},
    "sdv_metadata": {"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": {"x0": {"sdtype": "numerical"}}},
    "vendor": Vendor(name="A"),
    "claims": {"dp_epsilon": 1.0},
}
"""Another value of each option where none follows from its kind."""


def another(option: Option, tmp_path: Path) -> Any:
    """A value that differs from the default."""
    if option.name in CHANGED:
        value = CHANGED[option.name]
        return value(tmp_path) if callable(value) else value
    if option.choices:
        return next(choice for choice in option.choices if choice != option.default)
    if isinstance(option.default, bool):
        return not option.default
    if option.kind == "int":
        return 1 if option.default is None else option.default + 1
    assert option.kind == "text", f"Say in CHANGED what another value of {option.name} is."
    return "x"


def key(**options: Any) -> ResumeKey:
    """What a finished release is compared with."""
    asked = request(**{"train": KEYED[0], "holdout": KEYED[1], "jobs": 2, **options})
    return ResumeKey.asked(asked, open_real(asked))


@pytest.fixture(scope="module")
def plain() -> ResumeKey:
    """The key without any option, the same whenever it is asked for."""
    assert key() == key()
    return key()


@pytest.mark.parametrize("option", REQUEST, ids=lambda option: option.name)
def test_whatever_decides_the_figures_decides_what_is_resumed(
    option: Option, plain: ResumeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another value nothing is resumed that was finished with the old one, unless the option is harmless."""
    monkeypatch.setattr("synthaudit.runtime.engine.Engine.check", lambda self: None)
    tables = {"train": None, "holdout": None} if option.name == "manifest" else {}
    changed = key(**{**tables, option.name: another(option, tmp_path)})
    assert (changed == plain) == (option.name in HARMLESS)


def test_a_new_generator_of_the_same_name_is_another() -> None:
    """An object without a fingerprint may do something else than before, so nothing made with it is resumed."""
    from synthaudit.generators.marginals import Marginals

    class Own(Marginals):
        """Marginals under another name."""

        name = "own"
        fingerprint = None

    assert key(generator="marginals") == key(generator="marginals")
    assert key(generator=Own()) != key(generator=Own())


def test_a_misspelt_option_is_no_option() -> None:
    """As any function of Python refuses it."""
    with pytest.raises(TypeError, match="profil"):
        synthaudit.audit(TRAIN, TRAIN, profil="quick")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'profil'"):
        request(TRAIN, profil="quick")

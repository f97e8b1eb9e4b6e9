"""Recipes for pipelines do what docs/pipelines.md says: what does not pass stops what comes after it."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from example_report import EXAMPLES, HOSTILE
from tables import three

import synthaudit
from synthaudit.commands.audit import OUTPUTS
from synthaudit.commands.batch_files import BATCH, INDEX, JUNIT
from synthaudit.commands.seal import SEAL
from synthaudit.errors import GateError
from synthaudit.evidence import to_json

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "pipelines.md").read_text("utf-8")
MLFLOW = ROOT / ".venv-mlflow" / "bin" / "python"


def block(heading: str, language: str = "python") -> str:
    """The one code block of a language below a heading."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", section, re.M | re.S)
    return str(code)


def same(*arguments: Any, **keywords: Any) -> Any:
    """A decorator, with arguments or without, that leaves a function as it is."""
    return arguments[0] if arguments and callable(arguments[0]) else same


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands modules of these names in for packages that the tests do not install."""

    def stand_in(**named: dict[str, Any]) -> None:
        for name, content in named.items():
            module = ModuleType(name.replace("__", "."))
            vars(module).update(content)
            monkeypatch.setitem(sys.modules, module.__name__, module)

    return stand_in


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """Train, holdout and a release that is train, where a recipe looks for them; audits are quick."""
    train, holdout, _ = three((120, 120, 120), np.random.default_rng(6))
    named = {"train": train, "holdout": holdout, "release": train}
    for name, table in named.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(synthaudit, "audit", partial(synthaudit.audit, profile="quick", jobs=1))
    return named


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An audit that passes, called as the real one may be called."""
    signature = inspect.signature(synthaudit.audit)

    def audit(*arguments: Any, **keywords: Any) -> Any:
        folder = tmp_path / signature.bind(*arguments, **keywords).arguments["output"]
        folder.mkdir(parents=True)
        (folder / "summary.md").write_text("# Pass")
        return SimpleNamespace(
            outcome="pass", reasons=("Nothing found.",), gate=lambda: None, to_frame=lambda: pd.DataFrame({"a": [1]})
        )

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(synthaudit, "audit", audit)


def test_every_block_is_code() -> None:
    """Python compiles, and YAML is parsed, whether another test runs it or not."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.M | re.S)
    assert {language for language, _ in blocks} == {"python", "yaml", "sh"}
    for language, code in blocks:
        if language == "python":
            compile(code, "docs/pipelines.md", "exec")
        elif language == "yaml":
            assert yaml.safe_load(code)


# --- GitHub, GitLab, pre-commit ---------------------------------------------------------------------------------


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    """Only inputs that exist; the page names all of them, and it hands no token on."""
    action = yaml.safe_load((ROOT / ".github/actions/audit/action.yml").read_text("utf-8"))
    workflow = yaml.safe_load(block("GitHub", "yaml"))
    checkout, audit = workflow["jobs"]["audit"]["steps"]
    assert audit["uses"] == "OWNER/synthaudit/.github/actions/audit@COMMIT"
    assert set(audit["with"]) <= set(action["inputs"])
    said = PAGE.partition("action takes:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", said)) == {
        *(*action["inputs"], *action["outputs"]),
        *("pass", "fail", "inconclusive", "error", "warn"),
    }
    assert re.fullmatch(r"actions/checkout@[0-9a-f]{40}", checkout["uses"])
    assert checkout["with"] == {"persist-credentials": False}
    assert workflow["permissions"] == {"contents": "read"}
    # YAML 1.1 reads the word as true.
    assert "pull_request_target" not in workflow[True]


def test_the_job_extends_the_template() -> None:
    """The included file and the job in it are there; its variables are options of an audit."""
    job = yaml.safe_load(block("GitLab", "yaml"))
    template = yaml.safe_load((ROOT / "docs" / job["include"][0]["local"]).read_text("utf-8"))
    assert job["audit release"]["extends"] in template
    from synthaudit.cli.main import cli

    options = {str(option.name).upper() for option in cli.commands["audit"].params}
    given = {*job["audit release"]["variables"], *template[".synthaudit"]["variables"]} - {"AUDIT_PACKAGE"}
    assert {name.removeprefix("SYNTHAUDIT_") for name in given} <= options
    assert job["audit release"]["allow_failure"] == {"exit_codes": [3]}


def test_the_job_for_a_folder_audits_it_and_keeps_no_rows() -> None:
    """It extends the template, its command is one, and artifacts are named one by one."""
    job = yaml.safe_load(block("Every new release in GitLab", "yaml"))["audit releases"]
    assert job["extends"] == ".synthaudit"
    (line,) = job["script"]
    program, command, folder = line.split()
    assert (program, command, folder[0]) == ("synthaudit", "batch", "/")
    assert set(job["artifacts"]["paths"]) == {f"synthaudit-out/{name}" for name in (INDEX, BATCH, SEAL)}
    assert job["artifacts"]["reports"] == {"junit": f"synthaudit-out/{JUNIT}"}


@pytest.mark.skipif(shutil.which("jq") is None, reason="the script asks jq")
@pytest.mark.parametrize(
    ("code", "skipped", "ends"), [(0, "[]", 0), (1, "[]", 1), (0, '[{"file":"a.rds","reason":"x"}]', 3), (2, "[]", 2)]
)
def test_the_script_ends_as_the_batch_and_leaves_no_old_figures(
    tmp_path: Path, code: int, skipped: str, ends: int
) -> None:
    """A skipped file is no pass; figures can be read by others, and those of a release that broke are gone."""
    from synthaudit.cli.main import cli

    script = block("Every new release", "sh")
    (line,) = [line for line in script.splitlines() if line.startswith("synthaudit ")]
    known = {name for option in cli.commands["batch"].params for name in option.opts}
    assert set(re.findall(r" (--[a-z-]+)", line)) <= known
    for folder in ("bin", "metrics", "audits/a", "audits/broken"):
        (tmp_path / folder).mkdir(parents=True)
    program = tmp_path / "bin" / "synthaudit"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o700)
    (tmp_path / "audits/batch.json").write_text(f'{{"skipped":{skipped}}}')
    (tmp_path / "audits/a/metrics.prom").write_text("new\n")
    (tmp_path / "audits/a/metrics.prom").chmod(0o600)
    for name in ("synthaudit-a.prom", "synthaudit-broken.prom", "other.prom"):
        (tmp_path / "metrics" / name).write_text("old\n")
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env={**os.environ, "PATH": path}, check=False)
    assert done.returncode == ends
    left = {each.name: each.read_text() for each in (tmp_path / "metrics").iterdir()}
    assert left == {"synthaudit-a.prom": "new\n", "other.prom": "old\n"}
    assert (tmp_path / "metrics/synthaudit-a.prom").stat().st_mode & 0o777 == 0o644


def test_the_hook_of_the_page_exists() -> None:
    """By its id; its pattern finds the configuration and tables, and nothing beside them."""
    (repository,) = yaml.safe_load(block("pre-commit", "yaml"))["repos"]
    (hook,) = repository["hooks"]
    (known,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["id"] == known["id"]
    matched = [
        name for name in ("audit.toml", "tables/a.csv", "x/audit.toml", "b.csv") if re.search(hook["files"], name)
    ]
    assert matched == ["audit.toml", "tables/a.csv"]


# --- Airflow, Dagster, dbt --------------------------------------------------------------------------------------


class StoppedError(Exception):
    """What Airflow takes for a failure for good."""


def airflow(modules: Any) -> None:
    """Runs the recipe as Airflow runs its tasks, one after the other."""
    modules(
        airflow={},
        airflow__exceptions={"AirflowFailException": StoppedError},
        airflow__sdk={"dag": same, "task": same},
    )
    exec(compile(block("Airflow"), "docs/pipelines.md", "exec"), {})


@pytest.mark.usefixtures("tables")
def test_airflow_does_not_publish_what_does_not_pass(modules: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The task fails for good with outcome and reason; evidence and report are written."""
    with pytest.raises(StoppedError, match=r"^fail: .+\.$"):
        airflow(modules)
    assert "publish" not in capsys.readouterr().out
    assert json.loads(Path("out/release/evidence.json").read_text())["outcome"] == "fail"


@pytest.mark.usefixtures("passing")
def test_airflow_publishes_what_passes(modules: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The same tasks in their order."""
    airflow(modules)
    assert capsys.readouterr().out == "publish release.csv\n"


@dataclass(frozen=True)
class CheckResult:
    """As Dagster has it."""

    passed: bool
    metadata: dict[str, Any] = field(default_factory=dict)


def dagster_check(modules: Any) -> tuple[CheckResult, dict[str, Any]]:
    """The recipe's check of the recipe's asset, and how it was declared."""
    declared: dict[str, Any] = {}

    def check(**options: Any) -> Any:
        declared.update(options)
        return same

    content = {
        "asset": same,
        "asset_check": check,
        "AssetCheckResult": CheckResult,
        "MetadataValue": SimpleNamespace(md=lambda text: text),
        "Definitions": lambda **given: given,
    }
    modules(dagster=content)
    names: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(block("Dagster").replace(" -> dg.AssetCheckResult", ""), "docs/pipelines.md", "exec"), names)
    assert names["definitions"] == {"assets": [names["release"]], "asset_checks": [names["audit"]]}
    assert declared == {"asset": names["release"], "blocking": True}
    return names["audit"](names["release"]()), declared


@pytest.mark.usefixtures("tables")
def test_dagster_blocks_what_does_not_pass(modules: Any) -> None:
    """The check fails and shows the summary that the audit wrote."""
    result, _ = dagster_check(modules)
    assert not result.passed
    assert result.metadata == {"outcome": "fail", "summary": Path("out/release/summary.md").read_text("utf-8")}


@pytest.mark.usefixtures("passing")
def test_dagster_lets_through_what_passes(modules: Any) -> None:
    """The same check."""
    assert dagster_check(modules)[0] == CheckResult(passed=True, metadata={"outcome": "pass", "summary": "# Pass"})


def dbt_model(tables: dict[str, pd.DataFrame]) -> tuple[Any, dict[str, Any]]:
    """The recipe's model, over relations of DuckDB as dbt hands them in, and its configuration."""
    names: dict[str, Any] = {}
    exec(compile(block("dbt"), "docs/pipelines.md", "exec"), names)
    configuration: dict[str, Any] = {}
    session = duckdb.connect()
    dbt = SimpleNamespace(config=configuration.update, ref=lambda name: session.from_df(tables[name]))
    return names["model"](dbt, session), configuration


def test_dbt_can_read_the_model_without_running_it() -> None:
    """It looks for literals alone, and for one function of two arguments."""
    (model,) = ast.parse(block("dbt")).body
    assert isinstance(model, ast.FunctionDef)
    assert [argument.arg for argument in model.args.args] == ["dbt", "session"]
    calls = [node for node in ast.walk(model) if isinstance(node, ast.Call) and "dbt." in ast.unparse(node.func)]
    own = [call for call in calls if ast.unparse(call.func) in ("dbt.ref", "dbt.config")]
    given = [value for call in own for value in (*call.args, *(keyword.value for keyword in call.keywords))]
    assert [ast.literal_eval(value) for value in given] == ["table", "train", "release", "holdout"]


def test_dbt_stops_at_what_does_not_pass(tables: dict[str, pd.DataFrame]) -> None:
    """The model raises, so that models that refer to it are not built."""
    with pytest.raises(GateError, match="fail under partner"):
        dbt_model(tables)
    assert json.loads(Path("target/audit/evidence.json").read_text())["outcome"] == "fail"


@pytest.mark.usefixtures("passing")
def test_dbt_makes_a_table_of_what_passes() -> None:
    """A frame, materialized as a table."""
    empty = {name: pd.DataFrame({"x": [1]}) for name in ("train", "release", "holdout")}
    model, configuration = dbt_model(empty)
    assert isinstance(model, pd.DataFrame)
    assert configuration == {"materialized": "table"}


# --- MLflow -----------------------------------------------------------------------------------------------------


def write_audit(folder: Path, name: str) -> None:
    """Evidence of an example, and files of the names that the recipe looks for."""
    folder.mkdir()
    for output in (*OUTPUTS, "scores.parquet"):
        (folder / output).write_text(f"{output} of {name}")
    (folder / "evidence.json").write_text(to_json(EXAMPLES[name]))


def expected_figures(name: str) -> dict[str, float]:
    """Every figure of every limit of the chosen policy."""
    gates = [gate for use in EXAMPLES[name].uses[:1] for gate in use.gates]
    figures = ("value", "lower_bound", "upper_bound", "limit")
    named = {f"synthaudit.{gate.name}.{each}": getattr(gate, each) for gate in gates for each in figures}
    return {key: value for key, value in named.items() if value is not None}


SHAREABLE = ["evidence.json", "metrics.csv", "report.html", "seal.json", "summary.md"]


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_mlflow_is_told_outcome_figures_and_files(tmp_path: Path, modules: Any, name: str) -> None:
    """Tags of one length at most, whatever names are like; no file that names rows."""
    tags: dict[str, str] = {}
    figures: dict[str, float] = {}
    files: list[tuple[str, str]] = []
    calls = {
        "set_tags": tags.update,
        "log_metrics": figures.update,
        "log_artifact": lambda path, place: files.append((Path(path).name, place)),
    }
    modules(mlflow=calls)
    names: dict[str, Any] = {}
    exec(compile(block("MLflow"), "docs/pipelines.md", "exec"), names)
    write_audit(tmp_path / "audit", name)
    names["log_audit"](str(tmp_path / "audit"))
    assert tags["synthaudit.outcome"] == EXAMPLES[name].outcome
    assert tags["synthaudit.leakage"] in ("detected", "not detected", "not tested")
    assert max(map(len, tags.values())) <= 250
    assert figures == expected_figures(name)
    assert sorted(files) == [(file, "synthaudit") for file in SHAREABLE]


SCRIPT = """
import json, sys
import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri(sys.argv[1])
{recipe}
runs = {{}}
for folder in sys.argv[2:]:
    with mlflow.start_run(run_name=folder) as run:
        log_audit(folder)
    client = MlflowClient()
    data = client.get_run(run.info.run_id).data
    own = {{key: value for key, value in data.tags.items() if key.startswith("synthaudit.")}}
    files = [file.path for file in client.list_artifacts(run.info.run_id, "synthaudit")]
    runs[folder] = dict(tags=own, metrics=data.metrics, files=files, id=run.info.run_id)
passed = mlflow.search_runs(filter_string="tags.`synthaudit.outcome` = 'pass'", output_format="list")
print(json.dumps(dict(runs=runs, passed=[run.info.run_id for run in passed])))
"""


@pytest.mark.mlflow
def test_mlflow_itself_keeps_what_it_is_told(tmp_path: Path) -> None:
    """In an environment without synthaudit: names, figures and files come back, hostile text as it was."""
    chosen = ["pass", "fail", "hostile_text", "no_holdout"]
    for name in chosen:
        write_audit(tmp_path / name, name)
    (tmp_path / "script.py").write_text(SCRIPT.format(recipe=block("MLflow")))
    without = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MLFLOW_TRACKING_URI")}
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    command = [str(MLFLOW), "-P", "script.py", uri, *chosen]
    done = subprocess.run(command, cwd=tmp_path, env=without, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept = json.loads(done.stdout.splitlines()[-1])
    for name in chosen:
        run = kept["runs"][name]
        assert run["tags"]["synthaudit.outcome"] == EXAMPLES[name].outcome
        assert run["tags"]["synthaudit.policy"] == EXAMPLES[name].policy.name[:250]
        assert run["metrics"] == pytest.approx(expected_figures(name))
        assert sorted(run["files"]) == [f"synthaudit/{file}" for file in SHAREABLE]
    assert kept["runs"]["hostile_text"]["tags"]["synthaudit.release"] == HOSTILE[:250]
    assert kept["passed"] == [kept["runs"]["pass"]["id"]]
    assert not list((tmp_path / "mlruns").glob("**/scores.parquet"))

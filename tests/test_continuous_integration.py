"""The templates of continuous integration: exit codes, what a pull request sees, and what leaves the runner."""

import os
import re
import shlex
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tables import three

import synthaudit
from synthaudit.commands.audit import OUTPUTS, RENDERED, SHADOWS

ROOT = Path(__file__).parents[1]
ACTION = ROOT / ".github" / "actions" / "audit"
GITLAB = ROOT / "docs" / "ci" / "gitlab.yml"
BIN = Path(sys.executable).parent
HOSTILE = "rel $(touch pwned) `touch pwned`; touch pwned ##[error]x ::error::y \" ' --internal.csv"
"""What a vendor may call a file: a shell, a runner and an option parser would each do something with it."""
INTERNAL = frozenset({"report.internal.html", "scores.parquet", SHADOWS})
STUB = """#!/usr/bin/env bash
printf '%s\\n' "$@" > words
folder="${!#}"; folder="${folder#--output=}"
if [ -n "$STUB_EVIDENCE" ]; then
  mkdir -p "$folder"; echo '{}' > "$folder/evidence.json"; echo '# Verdict' > "$folder/summary.md"
fi
echo '::error::of a column'
exit "$STUB_CODE"
"""


def parsed(path: Path) -> Any:
    """A file of YAML."""
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train, holdout, a release that is train, and one that is unrelated and far too small to be decided by."""
    folder = tmp_path_factory.mktemp("some tables")
    train, holdout, release = three((120, 120, 120), np.random.default_rng(5))
    train.to_csv(folder / "train.csv", index=False)
    holdout.to_csv(folder / "holdout.csv", index=False)
    train.to_csv(folder / HOSTILE, index=False)
    release.to_csv(folder / "fresh.csv", index=False)
    return folder


def environment(**more: str) -> dict[str, str]:
    """That of a runner: nothing of ours but the program."""
    kept = ("HOME", "PYTHONPATH", "LANG", "TMPDIR")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return {**inherited, "PATH": f"{BIN}:/usr/bin:/bin", **more}


@dataclass(frozen=True)
class Run:
    """What a run of the action's script left."""

    code: int
    lines: list[str]
    outputs: dict[str, str]
    summary: str

    def heard(self) -> list[str]:
        """Lines that the runner reads as its own: all but those between switching commands off and on again."""
        start = next(i for i, line in enumerate(self.lines) if line.startswith("::stop-commands::"))
        end = self.lines.index(f"::{self.token}::")
        return self.lines[:start] + self.lines[end + 1 :]

    @property
    def token(self) -> str:
        """The word that switches them on again."""
        return next(line for line in self.lines if line.startswith("::stop-commands::")).rpartition("::")[2]


def run_action(workspace: Path, **inputs: str) -> Run:
    """The script of the action, as its step runs it."""
    steps = parsed(ACTION / "action.yml")["runs"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "audit"]
    places = {"GITHUB_OUTPUT": str(workspace / "outputs"), "GITHUB_STEP_SUMMARY": str(workspace / "summary")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=workspace,
        env=environment(GITHUB_ACTION_PATH=str(ACTION), GITHUB_ACTIONS="true", **places, **inputs),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    pairs = [line.partition("=") for line in (workspace / "outputs").read_text().splitlines()]
    summary = (workspace / "summary").read_text("utf-8")
    return Run(done.returncode, done.stdout.splitlines(), {name: value for name, _, value in pairs}, summary)


@pytest.fixture(scope="module")
def failed(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A release that is train, under a hostile name, with everything written that an audit can write."""
    workspace = tmp_path_factory.mktemp("work space")
    options = "--scores\n--internal\n--seed=3\n--jobs=1\n\n"
    given = {"AUDIT_TRAIN": str(tables / "train.csv"), "AUDIT_HOLDOUT": str(tables / "holdout.csv")}
    run = run_action(
        workspace,
        **given,
        AUDIT_SYNTHETIC=f"{tables / HOSTILE}\n",
        AUDIT_PROFILE="quick",
        AUDIT_POLICY="internal",
        AUDIT_OPTIONS=options,
        AUDIT_OUTPUT="the audit",
        AUDIT_PROGRAM=str(BIN / "synthaudit"),
    )
    return run, workspace


def test_a_pull_request_sees_a_failed_audit(failed: tuple[Run, Path]) -> None:
    """A red check with the exit code of a fail, one line of it, the outputs, and the verdict with its reasons."""
    run, workspace = failed
    assert run.code == 1, run.lines
    assert run.outputs == {"outcome": "fail", "exit-code": "1"}
    expected = "::error title=synthaudit::The release fails. The summary of this run and its log say why."
    assert [line for line in run.heard() if line] == [expected]
    assert run.summary == (workspace / "the audit" / "summary.md").read_text("utf-8")
    assert run.summary.startswith("# Fail ")


def test_a_name_gives_no_command(failed: tuple[Run, Path]) -> None:
    """Neither to the shell nor to the runner, nor is it taken for an option."""
    run, workspace = failed
    assert "##[error]x" in "\n".join(run.lines)
    assert not [line for line in run.heard() if "touch" in line or "##[" in line]
    assert re.fullmatch("[0-9a-f]{32}", run.token)
    assert not [path for path in workspace.rglob("*") if path.name == "pwned"]


def test_what_is_uploaded_is_there_and_names_no_row(failed: tuple[Run, Path]) -> None:
    """Both templates name every file that may be handed on, and none that names rows, which are there as well."""
    _, workspace = failed
    written = {path.name for path in (workspace / "the audit").iterdir()}
    assert INTERNAL - {SHADOWS} <= written
    (upload,) = [s for s in parsed(ACTION / "action.yml")["runs"]["steps"] if "upload-artifact" in s.get("uses", "")]
    by_action = [line.removeprefix("${{ inputs.output }}/") for line in upload["with"]["path"].splitlines()]
    job = parsed(GITLAB)[".synthaudit"]
    reports = job["artifacts"]["reports"]
    by_gitlab = [path.removeprefix("synthaudit-out/") for path in (*job["artifacts"]["paths"], *reports.values())]
    for names in (by_action, by_gitlab):
        assert sorted(names) == sorted({"evidence.json", "seal.json", *RENDERED})
        assert set(names) <= written
        assert not INTERNAL & set(names)
        assert set(names) <= set(OUTPUTS)
        assert not [name for name in names if "*" in name or name.endswith("/")]
    assert job["variables"]["SYNTHAUDIT_OUTPUT"] == "synthaudit-out"
    assert "$" not in "".join(job["artifacts"]["paths"])


def test_an_audit_that_cannot_be_made_is_an_error(tables: Path, tmp_path: Path) -> None:
    """Exit code 2 as it is; the summary says that there is no verdict, and names nothing."""
    program = str(BIN / "synthaudit")
    run = run_action(tmp_path, AUDIT_TRAIN=str(tables / "no.csv"), AUDIT_SYNTHETIC="x", AUDIT_PROGRAM=program)
    assert (run.code, run.outputs) == (2, {"outcome": "error", "exit-code": "2"})
    assert run.summary.startswith("# synthaudit: no verdict\n")
    assert "SA-101" in "\n".join(run.lines)


@pytest.mark.parametrize(
    ("code", "evidence", "inconclusive", "expected"),
    [
        (0, True, "fail", ("pass", 0, [])),
        (0, False, "fail", ("error", 4, ["error"])),
        (1, True, "fail", ("fail", 1, ["error"])),
        (1, True, "warn", ("fail", 1, ["error"])),
        (1, False, "fail", ("error", 1, ["error"])),
        (2, True, "warn", ("error", 2, ["error"])),
        (3, True, "fail", ("inconclusive", 3, ["error"])),
        (3, True, "warn", ("inconclusive", 0, ["warning"])),
        (3, False, "warn", ("error", 3, ["error"])),
        (4, True, "warn", ("error", 4, ["error"])),
        (130, True, "warn", ("error", 130, ["error"])),
    ],
)
def test_only_a_pass_is_green(
    tmp_path: Path, code: int, *, evidence: bool, inconclusive: str, expected: tuple[str, int, list[str]]
) -> None:
    """Without evidence there is no verdict, whatever the exit code; inconclusive is let through where one says so."""
    stub = tmp_path / "stub"
    stub.write_text(STUB)
    stub.chmod(0o700)
    run = run_action(
        tmp_path,
        AUDIT_PROGRAM=str(stub),
        AUDIT_TRAIN="-t.csv",
        AUDIT_SYNTHETIC="a b.csv\n--internal\n",
        AUDIT_INCONCLUSIVE=inconclusive,
        STUB_CODE=str(code),
        STUB_EVIDENCE="1" if evidence else "",
    )
    outcome, ends, levels = expected
    assert (run.outputs, run.code) == ({"outcome": outcome, "exit-code": str(code)}, ends)
    assert [line.split(" ")[0].strip(":") for line in run.heard() if line] == levels
    assert run.summary.startswith("# Verdict" if outcome != "error" else "# synthaudit: no verdict")
    words = (tmp_path / "words").read_text().splitlines()
    assert words == [
        "audit",
        "--train=-t.csv",
        "--synthetic=a b.csv",
        "--synthetic=--internal",
        "--output=synthaudit-out",
    ]
    again = run_action(tmp_path, AUDIT_PROGRAM=str(stub), STUB_CODE="0", STUB_EVIDENCE="1")
    assert again.token != run.token


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Not even evidence of an earlier run makes a verdict of it."""
    (tmp_path / "synthaudit-out").mkdir()
    (tmp_path / "synthaudit-out" / "evidence.json").write_text("{}")
    run = run_action(tmp_path, AUDIT_PROGRAM=str(tmp_path / "nothing"))
    assert (run.code, run.outputs["outcome"]) == (127, "error")


def test_the_action_hands_every_input_on_as_data() -> None:
    """No input stands within a script; every variable is read there; every foreign action is named by its commit."""
    action = parsed(ACTION / "action.yml")
    script = (ACTION / "audit.sh").read_text("utf-8")
    steps = action["runs"]["steps"]
    for step in steps:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
    (step,) = [step for step in steps if step.get("id") == "audit"]
    used = set(re.findall(r"inputs\.([\w-]+)", (ACTION / "action.yml").read_text("utf-8")))
    assert used == set(action["inputs"])
    assert set(step["env"]) == set(re.findall(r"\bAUDIT_\w+", script)) - {"AUDIT_"}
    for name, value in step["env"].items():
        if name != "AUDIT_PROGRAM":
            assert value == f"${{{{ inputs.{name.removeprefix('AUDIT_').lower()} }}}}"
    assert set(re.findall(r"steps\.audit\.outputs\.([\w-]+)", str(action["outputs"]))) == {"outcome", "exit-code"}
    assert not re.search(r"\beval\b|\bbash -c\b|\bsource\b", script)


def test_what_the_action_refers_to_is_there() -> None:
    """The script can be executed; what is installed is this project, with the versions that it is tested with."""
    text = (ACTION / "action.yml").read_text("utf-8")
    assert (ACTION / "audit.sh").stat().st_mode & stat.S_IXUSR
    assert "$GITHUB_ACTION_PATH/audit.sh" in text
    for path, file in (("../../..", "pyproject.toml"), ("../../../constraints.txt", "")):
        assert f'"$GITHUB_ACTION_PATH/{path}"' in text
        assert (ACTION / path / file if file else ACTION / path).resolve().is_file()
    assert (ACTION / "../../..").resolve() == ROOT


@pytest.mark.parametrize(("release", "code", "word"), [(HOSTILE, 1, "Fail"), ("fresh.csv", 3, "Inconclusive")])
def test_the_job_of_gitlab_ends_as_the_audit_does(
    tables: Path, tmp_path: Path, release: str, code: int, word: str
) -> None:
    """Its lines are run as GitLab runs them, with variables alone; artifacts are there, the log has the verdict."""
    job = parsed(GITLAB)[".synthaudit"]

    literal = str(tables / release).replace("\\", "\\\\").replace('"', '\\"')
    (tmp_path / "audit.toml").write_text(f'version = 1\n[data]\nsynthetic = "{literal}"\n')
    variables = {
        **{name: str(value) for name, value in job["variables"].items()},
        "SYNTHAUDIT_CONFIG": "audit.toml",
        "SYNTHAUDIT_TRAIN": str(tables / "train.csv"),
        "SYNTHAUDIT_HOLDOUT": str(tables / "holdout.csv"),
        "SYNTHAUDIT_PROFILE": "quick",
        "SYNTHAUDIT_POLICY": "internal",
        "SYNTHAUDIT_JOBS": "1",
    }

    def ran(part: str) -> subprocess.CompletedProcess[str]:
        lines = "\n".join(job[part])
        command = ["bash", "-eo", "pipefail", "-c", lines]
        return subprocess.run(
            command, cwd=tmp_path, env=environment(**variables), capture_output=True, text=True, check=False
        )

    done = ran("script")
    assert done.returncode == code, done.stdout + done.stderr
    assert ran("after_script").stdout.startswith(f"# {word} ")
    files = (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values())
    assert [name for name in files if not (tmp_path / name).is_file()] == []
    assert not [path for path in tmp_path.rglob("*") if path.name == "pwned"]


def test_the_job_of_gitlab_installs_this_version() -> None:
    """The template of a version asks for that version; its installation is done before anything else."""
    job = parsed(GITLAB)[".synthaudit"]
    # A file: the name alone would ask an index, on which whoever comes first may take it.
    assert job["variables"]["AUDIT_PACKAGE"] == f"synthaudit_privacy-{synthaudit.__version__}-py3-none-any.whl"
    assert [line for line in job["before_script"] if '"$AUDIT_PACKAGE"' in line]
    # A variable of that name would be taken for the option.
    assert set(job["variables"]) == {"AUDIT_PACKAGE", "SYNTHAUDIT_OUTPUT"}


# --- pre-commit -------------------------------------------------------------------------------------------------


def hook() -> dict[str, Any]:
    """The one hook."""
    (hook,) = parsed(ROOT / ".pre-commit-hooks.yaml")
    return dict(hook)


def configured(folder: Path, release: str) -> None:
    """A configuration beside which the tables lie."""
    (folder / "audit.toml").write_text(
        f'version = 1\n[data]\ntrain = "train.csv"\nholdout = "holdout.csv"\nsynthetic = "{release}"\n'
    )


@pytest.fixture
def checkout(tables: Path, tmp_path: Path) -> Path:
    """A folder with tables, one of which has a column too few."""
    for name in ("train.csv", "holdout.csv", "fresh.csv"):
        (tmp_path / name).write_bytes((tables / name).read_bytes())
    lines = (tables / "fresh.csv").read_text().splitlines()
    (tmp_path / "short.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    return tmp_path


@pytest.mark.parametrize(("release", "code"), [("fresh.csv", 0), ("short.csv", 2), ("absent.csv", 2)])
def test_the_hook_stops_what_no_audit_could_work_with(checkout: Path, release: str, code: int) -> None:
    """Run as pre-commit runs it: the entry, its arguments, in the root of the repository; no file names are added."""
    configured(checkout, release)
    before = sorted(path.name for path in checkout.iterdir())
    command = [*shlex.split(hook()["entry"]), "--config", "audit.toml"]
    done = subprocess.run(command, cwd=checkout, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert hook()["pass_filenames"] is False
    assert ("120 rows" in done.stdout) is (code == 0)
    assert sorted(path.name for path in checkout.iterdir()) == before


def test_the_hook_looks_at_tables_and_configuration() -> None:
    """By default; and at nothing that no audit reads."""
    pattern = re.compile(hook()["files"])
    for name in ("a.csv", "b/c.tsv", "d.parquet", "e.csv.gz", "f.xlsx", "g.sav", "h.jsonl", "audit.toml", "i.dta"):
        assert pattern.search(name), name
    for name in ("a.py", "README.md", "csv", "a.csv.py"):
        assert not pattern.search(name), name
    assert {key: hook()[key] for key in ("id", "language")} == {"id": "synthaudit-check-inputs", "language": "python"}
    assert "synthaudit" in {line.split(" =")[0] for line in (ROOT / "pyproject.toml").read_text().splitlines()}


@pytest.mark.hooks
@pytest.mark.parametrize(("release", "code", "word"), [("fresh.csv", 0, "Passed"), ("short.csv", 1, "Failed")])
def test_the_hook_in_pre_commit_itself(checkout: Path, release: str, code: int, word: str) -> None:
    """A repository of hooks and one that uses it; only what is installed is not installed anew, but taken from here."""
    program = ROOT / ".venv-hooks" / "bin" / "pre-commit"
    hooks = checkout.parent / f"{checkout.name}-hooks"
    hooks.mkdir()
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    assert text.count("language: python") == 1
    (hooks / ".pre-commit-hooks.yaml").write_text(text.replace("language: python", "language: system"))
    who = environment(GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a")
    who |= {"PRE_COMMIT_HOME": str(hooks / "cache"), "PATH": f"{BIN}:{os.environ['PATH']}"}
    configured(checkout, release)

    def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=folder, env=who, capture_output=True, text=True, check=False)

    for folder in (hooks, checkout):
        call(folder, "git", "init", "--quiet")
        call(folder, "git", "add", "--all")
        assert call(folder, "git", "commit", "--quiet", "-m", "x").returncode == 0
    commit = call(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    use = {"repo": str(hooks), "rev": commit, "hooks": [{"id": hook()["id"], "args": ["--config", "audit.toml"]}]}
    (checkout / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [use]}))
    call(checkout, "git", "add", "--all")
    assert call(checkout, str(program), "validate-manifest", str(hooks / ".pre-commit-hooks.yaml")).returncode == 0
    done = call(checkout, str(program), "run", "--all-files")
    assert done.returncode == code, done.stdout + done.stderr
    assert re.search(rf"synthaudit check-inputs\.*{word}\n", done.stdout)
    assert ("exit code: 2" in done.stdout) is (code == 1)

"""What the pages for newcomers tell them to type is typed here, in order, and ends as the page says."""

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from test_readme import PAGES, ROOT, code_blocks

import synthaudit
from synthaudit.adapters.config import load_config
from synthaudit.cli.main import cli
from synthaudit.errors import InputError

PEOPLE = 120
LONG = ("audit", "batch")
"""Commands that are run with the profile ``quick`` where the page names none, to be done in seconds."""


def people_table(n_people: int) -> pd.DataFrame:
    """Two visits of each person."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(2 * n_people, 4)).round(2), columns=list("abcd"))
    return table.assign(patient_id=np.repeat(np.arange(n_people), 2), site=rng.choice(list("xyz"), 2 * n_people))


def vendor(folder: Path) -> None:
    """Whoever delivers what a page waits for: rows of the training table, half of them changed a little."""
    splits = [folder / split / "train.csv" for split in ("own", "split") if (folder / split / "train.csv").is_file()]
    if not splits or (folder / "release.csv").is_file():
        return
    train = pd.read_csv(splits[0]).drop(columns="patient_id")
    for name in ("release.csv", "release-2.csv", "candidate.csv", "candidate-2.csv"):
        train.to_csv(folder / name, index=False)
    (folder / "releases").mkdir()
    train.to_csv(folder / "releases" / "a.csv", index=False)
    train.sample(frac=0.9, random_state=1).to_csv(folder / "releases" / "b.csv", index=False)


def unmarked(page: str) -> list[str]:
    """Fenced blocks that name no language: what ends a block looks like what begins such a one."""
    blocks: list[str] = []
    language, lines = None, []
    for line in (ROOT / page).read_text("utf-8").splitlines():
        fence = re.match(r" *```(\w*)", line)
        if fence is None:
            lines.append(line)
        elif language is None:
            language, lines = fence[1], []
        else:
            blocks += ["\n".join(lines)] if language == "" else []
            language = None
    return blocks


def quick_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``synthaudit.audit`` run with few attacks and two shadows at most, to be done in seconds."""
    whole: Any = synthaudit.audit

    def quick(*given: Any, **options: Any) -> Any:
        shadows = {"shadows": 2} if "generator" in options else {}
        return whole(*given, profile="quick", jobs=1, **shadows, **options)

    monkeypatch.setattr(synthaudit, "audit", quick, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the tables that the pages say one has."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config" / "fish" / "completions").mkdir(parents=True)
    table = people_table(PEOPLE)
    table.to_csv("people.csv", index=False)
    half = table["patient_id"] < PEOPLE // 2
    table[half].to_csv("train.csv", index=False)
    return tmp_path


def typed(page: str) -> Iterator[tuple[list[str], set[int], Path | None]]:
    """Each command of a page: its words, how it may end, and the file that its output goes to."""
    for block in code_blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            command, _, comment = line.partition(" # ")
            words = shlex.split(command)
            if words and words[0] == "synthaudit":
                into = Path(words[words.index(">") + 1]).expanduser() if ">" in words else None
                words = words[1 : words.index(">")] if into else words[1:]
                ends = re.match(r" *ends with ([\d, or]+)", comment)
                yield words, {int(code) for code in re.findall(r"\d", ends[1])} if ends else {0}, into


@pytest.mark.parametrize("page", ["install.md", "tutorial-procurement.md", "tutorial-batch.md", "tutorial-vendor.md"])
def test_commands_of_a_page(page: str, folder: Path) -> None:
    """One after the other, in one folder: each ends with the code that the page names, else with 0."""
    done = 0
    for words, ends, into in typed(f"docs/{page}"):
        vendor(folder)
        quick = ["--profile", "quick", "--jobs", "1"] if words[0] in LONG else []
        result = CliRunner().invoke(cli, [*words, *quick])
        assert result.exit_code in ends, (words, result.output, result.exception)
        if into is not None:
            into.write_text(result.output, "utf-8")
        done += 1
    assert done >= 3
    text = (ROOT / "docs" / page).read_text("utf-8")
    for named in re.findall(r"`((?:out|split|own)/[\w./-]+\.\w+)`", text):
        assert Path(named.replace("NAME", "a")).is_file(), named


def test_python_of_the_data_scientist_s_page(folder: Path) -> None:
    """Block after block as in one notebook; the values that it prints are what their comments say."""
    names: dict[str, Any] = {}
    table = people_table(PEOPLE)
    table[table["patient_id"] >= PEOPLE // 2].to_csv("holdout.csv", index=False)
    pd.read_csv("train.csv").drop(columns="patient_id").to_csv("release.csv", index=False)
    for block in code_blocks("docs/tutorial-data-science.md", "python"):
        exec(compile(block, "tutorial", "exec"), names)
    assert names["report"].outcome == "fail"
    assert names["report"].shadows.generator
    assert names["answer"].level is not None
    assert (folder / "out" / "release" / "report.html").is_file()
    assert (folder / "split" / "manifest.json").is_file()


def test_python_of_the_readme(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands there."""
    table = people_table(PEOPLE)
    table[table["patient_id"] >= PEOPLE // 2].to_csv("holdout.csv", index=False)
    shutil.copy("train.csv", "release.csv")
    quick_audits(monkeypatch)
    (block,) = code_blocks("README.md", "python")
    names: dict[str, Any] = {}
    exec(compile(block, "README", "exec"), names)
    assert names["report"].outcome == "fail"


def test_python_of_the_page_about_generators(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists for ready releases, a release, and a generator of one's own, which is stood for by one that resamples."""

    class Resampler:
        def __init__(self, seed: int) -> None:
            self.seed = seed

        def fit(self, table: pd.DataFrame) -> "Resampler":
            self.table = table
            return self

        def sample(self, n_rows: int) -> pd.DataFrame:
            return self.table.sample(n_rows, replace=True, random_state=self.seed)

    quick_audits(monkeypatch)
    table = people_table(PEOPLE).drop(columns="patient_id")
    half = len(table) // 2
    names: dict[str, Any] = {"synthaudit": synthaudit, "table": table, "my_model": Resampler}
    names |= {"train": table[:half], "holdout": table[half:], "release": table[:half].sample(frac=1, random_state=0)}
    lists, release, audit = code_blocks("docs/generators.md", "python")
    exec(lists, names)
    assert len(list((folder / "shadows").glob("*.members.csv"))) == 16
    exec(release, names)
    assert len(names["release"]) == 1000
    exec(audit, names)


def test_python_of_the_page_about_reports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence that was written is read back."""
    train, release = pd.read_csv("train.csv"), pd.read_csv("train.csv").drop(columns="patient_id")
    synthaudit.audit(train, release, output="synthaudit-out", entity="patient_id", profile="quick", jobs=1)
    (block,) = code_blocks("docs/reading-a-report.md", "python")
    exec(block, {})
    assert capsys.readouterr().out.startswith("fail True ")
    assert (folder / "synthaudit-out" / "evidence.json").is_file()


def configurations() -> Iterator[Any]:
    """Every TOML block of a page that is a part of a configuration, as a whole one."""
    for page in PAGES:
        for block in code_blocks(page, "toml"):
            if re.search(r"(?m)^\[(data|columns|vendor|threat|run|policy|output|release|audit)\b", block):
                yield pytest.param(block if "version = " in block else f"version = 1\n{block}", id=page)


@pytest.mark.parametrize("text", [*configurations()])
def test_configurations_are_read(text: str, tmp_path: Path) -> None:
    """It has only keys that there are, each where it belongs: with one more it is refused by that key's name."""
    path = tmp_path / "audit.toml"
    path.write_text(text, "utf-8")
    config = load_config(path)
    assert all(getattr(config, section) for section in tomllib.loads(text))
    path.write_text(f"no_such_section = 1\n{text}", "utf-8")
    with pytest.raises(InputError, match="no_such_section"):
        load_config(path)


@pytest.mark.parametrize("page", PAGES)
def test_options_of_unmarked_blocks_exist(page: str) -> None:
    """Also where a line is cut short: every option behind ``synthaudit COMMAND`` is one of that command."""
    for block in unmarked(page):
        for line in re.sub(r"\\\n|\n {4,}", " ", block).splitlines():
            names = re.findall(r"(?:^|[ /])synthaudit ([\w-]+)(?: ([a-z]+))?", line)[:1]
            if not names or names[0][0] not in cli.commands:
                continue
            command: click.Command = cli.commands[names[0][0]]
            if isinstance(command, click.Group):
                if names[0][1] not in command.commands:
                    continue
                command = command.commands[names[0][1]]
            known = {option for item in command.params for option in item.opts + item.secondary_opts}
            assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)) <= known | {"--help"}, line


def test_figures_of_the_page_about_peers_are_measured() -> None:
    """Every row of its tables of figures stands in figures/power.md as ``make bench-power`` wrote it."""
    measured = set((ROOT / "docs" / "figures" / "power.md").read_text("utf-8").splitlines())
    page = (ROOT / "docs" / "peers.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| [^|]+ \| (none|leaks) \|", line)]
    assert len(rows) == 9
    assert set(rows) <= measured
    assert "| 5 % verbatim copies | leaks | 0.528 / 0.072 " in page
    assert "| 0.534 / 0.065 " in page

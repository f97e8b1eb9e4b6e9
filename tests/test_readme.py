"""What README, CONTRIBUTING and docs say can be done as it is written."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from scale import readme

from synthaudit.cli.main import cli

ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").glob("*.md")),
]


def code_blocks(page: str, language: str) -> list[str]:
    """Fenced blocks of one language, without the indentation of a list."""
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^ *```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)
    return [re.sub(rf"^{indent}", "", block, flags=re.M) for indent, block in blocks]


def commands(page: str) -> list[list[str]]:
    """Every synthaudit command of the shell blocks, as words after the program's name."""
    text = "\n".join(code_blocks(page, "sh")).replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [words[1:] for words in lines if words and words[0].split("/")[-1] == "synthaudit"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link and picture of a page exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t]
    assert [t for t in targets if t and not ((ROOT / page).parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    """Every command and option in a shell block is one that the command line has."""
    for words in commands(page):
        command: Any = cli
        while isinstance(command, click.Group):
            assert words[0] in command.commands, words
            command, words = command.commands[words[0]], words[1:]
        known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
        used = {word.split("=")[0] for word in words if re.match(r"-\D", word)}
        assert used <= known


def test_exit_codes_are_those_of_the_command_line() -> None:
    """The README's exit codes are the ones that ``synthaudit --help`` prints."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    codes = dict(re.findall(r"^\| (pass|fail|inconclusive) \|.*\| (\d) \|$", readme, re.M))
    shown = " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    assert len(codes) == 3
    for verdict, code in codes.items():
        assert re.search(rf"\b{code} {verdict}\b", shown), verdict


def test_every_page_is_in_the_index() -> None:
    """docs/index.md links every page and schema of the folder, so that none is found by luck only."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {p.name for p in (ROOT / "docs").iterdir() if p.is_file()} - {"index.md"}
    assert pages == set(re.findall(r"\]\(([\w.-]+)\)", index))


def test_the_table_of_speed_is_that_of_the_bench() -> None:
    """``python -P -m scale.readme`` was run after the last bench; without its part "In short" there is no table."""
    text = readme.README.read_text(encoding="utf-8")
    assert readme.updated(text, readme.BENCH.read_text(encoding="utf-8")) == text
    table = "| tool | rows |\n| --- | ---: |\n| other | 2,000 |\n"
    assert table in readme.updated(text, f"# Time\n\n## In short\n\n{table}\n## More\n\n| not | this |\n")


def test_make_targets_exist() -> None:
    """Every make target that a page names is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"\bmake ([a-z][a-z-]+)`|^make ([a-z-]+)", (ROOT / page).read_text(), re.M))
        assert {a or b for a, b in named} <= targets, page


def test_dependencies_are_all_explained() -> None:
    """docs/dependencies.md has a row for every requirement, with the version of constraints.txt where it gives one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    names = {re.split(r"[><=\[; ]", requirement)[0] for requirement in wanted}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", page, re.M)) - {"distribution"} == names
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text().lower(), re.M))
    stated = dict(re.findall(r"^\| ([a-z0-9-]+) \| (\d[\w.]+) \|", page, re.M))
    assert {name: tested[name] for name in stated} == stated

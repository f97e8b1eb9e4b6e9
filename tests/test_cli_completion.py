"""A shell that has read the script completes commands, options and choices."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from synthaudit.cli.main import cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_command_that_is_installed(shell: str) -> None:
    """Whatever started it; it asks that command by the variable that the command looks at."""
    result = CliRunner().invoke(cli, ["completion", shell], prog_name="python -m synthaudit")
    assert result.exit_code == 0
    assert f"_SYNTHAUDIT_COMPLETE={shell}_complete" in result.output
    assert "python" not in result.output


def test_another_shell_is_refused() -> None:
    """With the list of those that there are."""
    result = CliRunner().invoke(cli, ["completion", "tcsh"])
    assert result.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in result.output


@pytest.mark.parametrize(
    ("words", "last", "completed"),
    [
        ([], "he", []),
        ([], "ver", ["verify"]),
        (["audit"], "--holdo", ["--holdout"]),
        (["audit", "--profile"], "q", ["quick"]),
        (["policy"], "s", ["show"]),
    ],
)
def test_what_is_completed(words: list[str], last: str, completed: list[str]) -> None:
    """Commands, options, and the choices of an option."""
    asked = ShellComplete(cli, {}, "synthaudit", "_SYNTHAUDIT_COMPLETE")
    assert [item.value for item in asked.get_completions(words, last)] == completed


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_itself(tmp_path: Path) -> None:
    """Bash reads the script without a complaint, and gets the command's answer."""
    program = tmp_path / "synthaudit"
    program.write_text(f"#!{sys.executable} -P\nfrom synthaudit.__main__ import main\nmain()\n", "utf-8")
    program.chmod(0o700)
    script = CliRunner().invoke(cli, ["completion", "bash"]).output
    asked = (
        f'PATH="{tmp_path}:$PATH"\n{script}\n'
        "COMP_WORDS=(synthaudit split --ent); COMP_CWORD=2\n"
        '_synthaudit_completion synthaudit; echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["--entity"], "")

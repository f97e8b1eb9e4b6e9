"""A configuration file is no program: what it names gets the tables only where the user said so."""

import sys
from pathlib import Path

import pytest
from test_cli import call, folder

__all__ = ["folder"]


def configured(folder: Path, tmp_path: Path, section: str) -> list[object]:
    """Options of a command whose configuration file holds this section."""
    config = tmp_path / "audit.toml"
    config.write_text(f'version = 1\n[data]\ntrain = "{folder}/train.csv"\nholdout = "{folder}/holdout.csv"\n{section}')
    return ["--config", config]


NAMED = {
    "program": ('[threat]\ngenerator = "command:env {train} {out}"', "generator", "program env {train} {out}"),
    "dask": ('[run]\nengine = "dask:10.0.0.7:8786"', "engine", "cluster 10.0.0.7:8786"),
    "ray": ('[run]\nengine = "ray:10.0.0.7:6379"', "engine", "cluster 10.0.0.7:6379"),
}


@pytest.mark.parametrize("command", ["audit", "batch", "check-inputs"])
@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("by", ["the configuration file", "the environment"])
def test_what_nobody_typed_gets_no_table(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, named: str, by: str
) -> None:
    """Refused before anything is read or written, with the whole line that would have been run."""
    section, option, shown = NAMED[named]
    if by == "the environment":
        value = section.split("= ")[1].strip('"')
        monkeypatch.setenv(f"SYNTHAUDIT_{option.upper()}", value)
        # Whoever writes the environment could set this too.
        monkeypatch.setenv("SYNTHAUDIT_ALLOW_COMMANDS", "1")
        section = ""
    release = [folder] if command == "batch" else ["--synthetic", folder / "fresh.csv"]
    output = [] if command == "check-inputs" else ["-o", tmp_path / "out"]
    done = call(command, *release, *configured(folder, tmp_path, section), *output)
    expected = f"synthaudit: SA-220 option --{option}: {by} names {shown}, which would get the tables. Look at it;"
    assert (done.returncode, done.stderr) == (2, f"{expected} --allow-commands then allows it.\n")
    assert not (tmp_path / "out").exists()


def test_what_the_user_named_or_allowed_is_printed_before_it_runs(folder: Path, tmp_path: Path) -> None:
    """Typed on the command line, or in a file with --allow-commands; the program then gets its table."""
    mark = tmp_path / "ran"
    script = tmp_path / "make.py"
    script.write_text(f"open({str(mark)!r}, 'w')")
    program = f"command:{sys.executable} -S {script} {{train}} {{out}}"
    printed = f"synthaudit: runs the program {program.removeprefix('command:')}\n"
    configuration = configured(folder, tmp_path, f'[threat]\ngenerator = "{program}"')
    release = ["--synthetic", folder / "fresh.csv"]
    typed = ["--train", folder / "train.csv", "--generator", program]
    for options in (typed, [*configuration, "--allow-commands"]):
        done = call("check-inputs", *release, *options)
        assert (done.returncode, done.stderr) == (0, printed)
    assert not mark.exists()
    few = ["--attacks", "dcr", "--shadows", 2, "--profile", "quick", "--jobs", 1, "-o", tmp_path / "out"]
    assert call("audit", *release, *configuration, "--allow-commands", *few).stderr.startswith(printed)
    assert mark.exists()


@pytest.mark.parametrize("generator", ["cart", "auto", "releases:ready"])
def test_what_is_no_program_needs_no_leave(folder: Path, tmp_path: Path, generator: str) -> None:
    """Generators of this package, and releases that are read, are named in a file as before."""
    section = f'[threat]\ngenerator = "{generator}"'
    done = call("check-inputs", "--synthetic", folder / "fresh.csv", *configured(folder, tmp_path, section))
    assert "SA-220" not in done.stderr


def test_a_program_is_shown_to_its_end_without_hidden_characters(folder: Path, tmp_path: Path) -> None:
    """However long it is: what is cut off cannot be judged; a key in an address is none of the log's business."""
    long = "x" * 3000
    section = f'[threat]\ngenerator = "command:env {{train}} {{out}} {long} \\u202eend https://me:key@host/"'
    done = call("check-inputs", "--synthetic", folder / "fresh.csv", *configured(folder, tmp_path, section))
    assert f"{long} \\u202eend https://***@host/, which would get the tables" in done.stderr

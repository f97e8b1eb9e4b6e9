"""Where a system lacks owners, locks and process groups, an audit runs all the same; nobody else asks for them."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from tables import mixed

PACKAGE = Path(__file__).parents[1] / "synthaudit"
POSIX_ONLY = {
    *("fcntl", "resource", "pwd", "grp", "termios"),
    *("geteuid", "getuid", "getegid", "killpg", "getpgid", "setsid", "fork", "fchmod", "fchown", "chown", "mkfifo"),
    *("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "start_new_session", "preexec_fn", "umask"),
}
AT_HOME = {"files/system.py"}
"""A program that runs by its path and imports nothing of the package asks for ``resource`` by name."""
WITHOUT = """
import os, sys
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "killpg", "getpgid", "fork", "fchmod", "O_DIRECTORY", "O_NOFOLLOW"):
    delattr(os, name)
import synthaudit
folder = sys.argv[1]
tables = [f"{folder}/{name}.csv" for name in ("train", "synthetic", "holdout")]
for attempt in range(2):
    result = synthaudit.audit(*tables, output=f"{folder}/out", profile="quick", policy="internal", jobs=1)
print(result.outcome)
"""


def used(path: Path) -> set[str]:
    """What a file takes of POSIX, by its name; ``getattr`` with a default is no use of it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            names.add(node.attr)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
    return names & POSIX_ONLY


def test_one_module_asks_for_what_only_posix_has() -> None:
    """All others would stand in the way of Windows."""
    found = {path.relative_to(PACKAGE).as_posix(): used(path) for path in PACKAGE.rglob("*.py")}
    elsewhere = {name: names for name, names in found.items() if names and name not in AT_HOME}
    assert elsewhere == {"generators/command.py": {"umask"}}


def test_an_audit_runs_without_them(tmp_path: Path) -> None:
    """Twice into the same folder: the older verdict is set aside, and files are whole."""
    rng = np.random.default_rng(0)
    for name in ("train", "synthetic", "holdout"):
        mixed(60, rng).to_csv(tmp_path / f"{name}.csv", index=False)
    # It takes an open file for one that cannot be removed, so it must not see what tests beside it have open.
    (tmp_path / "temporary").mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT, str(tmp_path)],
        env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text("utf-8"))
    assert evidence["outcome"] == done.stdout.strip()
    assert len([*(tmp_path / "out" / "previous").glob("*/evidence.json")]) == 1

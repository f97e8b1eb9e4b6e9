"""An offline bundle: every wheel that the page needs, their hashes, and an installer that asks no index.

    python tests/bundle/bundle.py [--output FOLDER] [--check]

The wheels are those of this machine's system and version of Python, at the versions of ``constraints.txt``. With
``--check`` the bundle is installed in a new environment that can reach no index, and started there.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = "web,pdf,excel"
OPTIONS = "--quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes -r requirements.txt"
SHELL = """#!/bin/sh
# Installs synthaudit in the folder "synthaudit" beside this file, from the wheels beside it and from nowhere else.
set -e
cd "$(dirname "$0")"
"${{PYTHON:-python{version}}}" -m venv synthaudit
synthaudit/bin/python -m pip install {options}
synthaudit/bin/python -P -m synthaudit shortcut
"""
BATCH = """@echo off\r
rem Installs synthaudit in the folder "synthaudit" beside this file, from the wheels beside it and from nowhere else.\r
cd /d "%~dp0"\r
py -{version} -m venv synthaudit || goto failed\r
synthaudit\\Scripts\\python -m pip install {options} || goto failed\r
synthaudit\\Scripts\\python -P -m synthaudit shortcut || goto failed\r
pause\r
exit /b 0\r
:failed\r
echo It was not installed. Python {version} is needed: https://www.python.org\r
pause\r
exit /b 1\r
"""


def main() -> int:
    """Make the bundle, and check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "bundle")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    make(given.output)
    print(packed(given.output))
    if given.check:
        check(given.output)
        print("installed without an index, and started")
    return 0


def make(folder: Path) -> None:
    """Fill a new folder with wheels, hashes and installers."""
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    constraints = ["-c", str(ROOT / "constraints.txt")]
    run([*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT)])
    (own,) = wheels.glob("synthaudit*.whl")
    wanted = f"{own}[{EXTRAS}]"
    run([*pip, "download", "--quiet", "--only-binary", ":all:", *constraints, "-d", str(wheels), wanted])
    lines = [requirement(path, own) for path in sorted(wheels.glob("*.whl"))]
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", "utf-8")
    version = ".".join(map(str, sys.version_info[:2]))
    (folder / "install.cmd").write_text(BATCH.format(version=version, options=OPTIONS), "utf-8", newline="")
    script = folder / "install.sh"
    script.write_text(SHELL.format(version=version, options=OPTIONS), "utf-8")
    script.chmod(0o755)
    (folder / "README.txt").write_text(readme(version), "utf-8")


def requirement(path: Path, own: Path) -> str:
    """A line with name, version and hash of a wheel."""
    name, version = path.name.split("-")[:2]
    extras = f"[{EXTRAS}]" if path == own else ""
    return f"{name}{extras}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def readme(version: str) -> str:
    """What stands beside the installers."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["description"]
    return (
        f"synthaudit: {about}\n\nPython {version} must be installed. Double-click install.cmd on Windows, or run"
        " install.sh. It installs into this folder and puts a file on your desktop that opens the page.\n"
        "No network is used. The wheels are for the system on which the bundle was made; their SHA-256 are in"
        " requirements.txt, and the installer refuses any other file.\n"
    )


def packed(folder: Path) -> Path:
    """The bundle as one file, with its hash beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, Path("synthaudit-bundle") / file.relative_to(folder))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".zip.sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
    return path


def check(folder: Path) -> None:
    """Install a copy as a user would, with no index and no proxy, and let it start; a changed wheel is refused."""
    with tempfile.TemporaryDirectory() as temporary:
        copy, home = Path(temporary) / "bundle", Path(temporary) / "home"
        shutil.copytree(folder, copy)
        (home / "Desktop").mkdir(parents=True)
        offline = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        offline |= {"HOME": str(home), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHON": sys.executable}
        offline.pop("PYTHONPATH", None)
        run(["sh", str(copy / "install.sh")], env=offline)
        python = copy / "synthaudit" / "bin" / "python"
        run([str(python), "-P", "-m", "synthaudit", "--version"], env=offline)
        run([str(python), "-P", "-c", "import synthaudit.web.server, weasyprint"], env=offline)
        assert list((home / "Desktop").iterdir()), "no starter on the desktop"
        victim = min((copy / "wheels").glob("*.whl"), key=lambda path: path.stat().st_size)
        victim.write_bytes(victim.read_bytes() + b"\0")
        shutil.rmtree(copy / "synthaudit")
        refused = subprocess.run(["sh", str(copy / "install.sh")], env=offline, capture_output=True, check=False)
        assert refused.returncode, "a changed wheel was installed"


def run(command: list[str], env: dict[str, str] | None = None) -> None:
    """A command that must succeed."""
    subprocess.run(command, check=True, env=env, cwd=ROOT if env is None else None)


if __name__ == "__main__":
    sys.exit(main())

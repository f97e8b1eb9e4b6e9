"""The wheel holds what the checkout runs on, and nothing that only the checkout needs."""

import re
import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

import synthaudit

ROOT = Path(__file__).parents[1]
DIST_INFO = f"synthaudit_privacy-{synthaudit.__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout, built by the backend alone: no network, no environment of its own."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """What an installer and the package index read."""
    return message_from_string(wheel.read(f"{DIST_INFO}/METADATA").decode())


def files_under(folder: Path) -> dict[str, bytes]:
    """Relative name to bytes, without what Python and editors leave behind."""
    paths = [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def test_templates_are_those_of_the_checkout(wheel: zipfile.ZipFile) -> None:
    """Every template is in the wheel, byte for byte, and no other."""
    prefix = "synthaudit/report/templates/"
    shipped = {n.removeprefix(prefix): wheel.read(n) for n in wheel.namelist() if n.startswith(prefix)}
    assert shipped == files_under(ROOT / "reports_templates")


def test_the_package_is_whole(wheel: zipfile.ZipFile) -> None:
    """Every file of the package is in the wheel unchanged: modules, the typing marker, the schemas."""
    package = files_under(ROOT / "synthaudit")
    assert {"py.typed", "evidence.schema.json", "config.schema.json", "batch.schema.json", "cli/main.py"} <= set(
        package
    )
    for name, content in package.items():
        assert wheel.read(f"synthaudit/{name}") == content, name


def test_the_demo_has_its_table(wheel: zipfile.ZipFile) -> None:
    """The demo runs from an installed wheel: its table and the table's licence are inside."""
    for name in ("randhie.csv", "SOURCES.md"):
        assert wheel.read(f"synthaudit/datasets/{name}") == (ROOT / "datasets" / name).read_bytes()


def test_nothing_else_is_shipped(wheel: zipfile.ZipFile) -> None:
    """No tests, scripts or folders of the checkout: one package and its metadata."""
    assert {name.split("/")[0] for name in wheel.namelist()} == {"synthaudit", DIST_INFO}
    folders = {part for name in wheel.namelist() for part in name.split("/")[:-1]}
    assert not folders & {"tests", "__pycache__"}
    assert not [name for name in wheel.namelist() if name.rpartition("/")[2].startswith(("test_", "conftest"))]


def test_licence(wheel: zipfile.ZipFile, metadata: Message) -> None:
    """The licence is named in the metadata and shipped as text."""
    assert metadata["License-Expression"] == "Apache-2.0"
    assert wheel.read(f"{DIST_INFO}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_names(wheel: zipfile.ZipFile, metadata: Message) -> None:
    """The distribution is synthaudit-privacy, the command and the package are synthaudit."""
    assert metadata["Name"] == "synthaudit-privacy"
    assert metadata["Version"] == synthaudit.__version__
    entry_points = wheel.read(f"{DIST_INFO}/entry_points.txt").decode().split()
    assert entry_points == ["[console_scripts]", "synthaudit", "=", "synthaudit.__main__:main"]


def test_neither_torch_nor_sdv_is_required(metadata: Message) -> None:
    """A plain install stays light: what only SDV needs is behind the extra of that name."""
    plain = [r for r in metadata.get_all("Requires-Dist", []) if "extra ==" not in r]
    assert not [r for r in plain if r.lower().startswith(("torch", "sdv"))]


def test_constraints_name_every_requirement(metadata: Message) -> None:
    """Each requirement of the package and of its tests has a tested version in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if not line.startswith("#")}
    required = [r for r in metadata.get_all("Requires-Dist", []) if not re.search("extra == '(sdv|ray)'", r)]
    names = {r.split(";")[0].split(">")[0].split("[")[0].strip().lower() for r in required}
    assert names <= pinned

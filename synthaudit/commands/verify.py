"""Whether an audit's files, and the tables that it read, are still what they were: every changed one by its name."""

import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from synthaudit._version import __version__
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.adapters.readers.raw import TableRole
from synthaudit.commands.audit import OUTPUTS, RENDERED, SHADOWS, rendered
from synthaudit.commands.batch_files import INDEX
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, own_bytes, sha256
from synthaudit.commands.signature import SIGNATURE
from synthaudit.commands.verify_signature import Signed, checked_signature
from synthaudit.errors import InputError, SynthauditError
from synthaudit.evidence import from_json
from synthaudit.files import PREVIOUS, dated_folders, printable
from synthaudit.files.catalogue import N_
from synthaudit.runtime.store import Store
from synthaudit.types import AuditReport

State = Literal[
    "as written", "changed", "missing", "not sealed", "not looked at", "does not fit", "another key", "not signed"
]
STATES = (
    *(N_("as written"), N_("changed"), N_("missing"), N_("not sealed"), N_("not looked at")),
    *(N_("does not fit"), N_("another key"), N_("not signed")),
)
"""Every ``State``, as the terminal says it."""
COPY = "audited_copy"
"""Beside the roles of tables."""
_TABLES: tuple[TableRole, ...] = ("train", "holdout", "synthetic", "reference", "deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file or table of an audit, and how it is now."""

    name: str
    state: State
    why: str = ""

    @property
    def is_altered(self) -> bool:
        """Whether it is known not to be what it was."""
        return self.state in ("changed", "missing", "does not fit", "another key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Everything that was looked at."""

    checked: tuple[Checked, ...]

    @property
    def exit_code(self) -> int:
        """1 something was altered, 3 something could not be looked at, 0 everything is as it was written."""
        if any(item.is_altered for item in self.checked):
            return 1
        return 0 if all(item.state == "as written" for item in self.checked) else 3

    def to_json(self) -> str:
        """As JSON, indented by one, with a line end."""
        words = {0: "as written", 1: "altered", 3: "not wholly looked at"}
        plain = {"outcome": words[self.exit_code], "checked": [asdict(item) for item in self.checked]}
        return json.dumps(plain, indent=1) + "\n"


def verify_folder(folder: Path, tables: Mapping[str, Sequence[str]], public_key: str | None = None) -> Verification:
    """Hash again what an audit or a batch wrote into ``folder``, and the tables that it read.

    Parameters
    ----------
    tables : mapping of str to sequence of str
        Role, or ``audited_copy`` -> where its tables are now; where nothing is said, where the audit had them.
    public_key : str, optional
        Fingerprint of the key that is to have signed everything that the folder holds now.

    Raises
    ------
    InputError
        SA-101 no folder, SA-405 no audit wrote into it.
    """
    where = N_("folder {name}").format(name=printable(folder.name, 80))
    if not folder.is_dir():
        raise InputError("SA-101", where, N_("is not a folder"), N_("Give the output folder of an audit or a batch."))
    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    below = [path for path in folders if path.name != PREVIOUS]
    audits = [path for path in (folder, *below) if _is_audit(path)]
    if not audits:
        raise InputError(
            "SA-405", where, N_("no audit wrote into it"), N_("Give the output folder of an audit or a batch.")
        )
    checked = [item for path in audits for item in _audit(path, _prefix(path, folder), tables, public_key)]
    within = [*folders, *(path / PREVIOUS for path in audits if path != folder)]
    within += [each for path in within if path.name == PREVIOUS and not path.is_symlink() for each in _below(path)]
    links = [
        Checked(name=str(path.relative_to(folder)), state="changed", why="a link, which no audit makes")
        for path in within
        if path.is_symlink()
    ]
    shadows = Store(folder=folder / SHADOWS).altered()
    fits = [Checked(name=f"{SHADOWS}/{name}", state="changed", why="its next use fits it again") for name in shadows]
    return Verification(checked=(*checked, *links, *fits))


def _below(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_audit(folder: Path) -> bool:
    """Whether an audit or a batch wrote into a folder, now or earlier."""
    places = (folder, folder / PREVIOUS, *dated_folders(folder))
    return any(os.path.lexists(place / name) for place in places for name in (EVIDENCE, SEAL, INDEX))


def _prefix(path: Path, folder: Path) -> str:
    return "" if path == folder else f"{path.name}/"


def _audit(folder: Path, prefix: str, tables: Mapping[str, Sequence[str]], public_key: str | None) -> Iterator[Checked]:
    """The files of one folder, the tables that its evidence names, and what earlier runs left in it."""
    report, unchanged = yield from _files(folder, prefix, public_key)
    copies = tables.get(COPY) or _written(report, folder)
    if report is not None:
        yield from _derived(report, folder, prefix, unchanged)
        for role, digest in sorted(report.provenance.sha256.items()):
            yield _table(role, digest, prefix, tables.get(role) or _recorded(report, role))
        yield from _copy(report, folder, prefix, copies)
    # What earlier runs read may be another table by now, and signed by nobody: that is why audits are made again.
    for previous in _earlier_runs(folder):
        earlier, _ = yield from _files(previous, f"{prefix}{previous.relative_to(folder).as_posix()}/", None)
        left = _written(earlier, folder)
        if earlier is not None and left != copies:
            yield from (item for item in _copy(earlier, folder, prefix, left) if item.state != "not looked at")


def _earlier_runs(folder: Path) -> list[Path]:
    """Folders of earlier runs, the oldest first; releases of synthaudit before kept one, in ``previous/`` itself."""
    undated = folder / PREVIOUS
    is_used = undated.is_dir() and not undated.is_symlink() and any(os.path.lexists(undated / name) for name in OUTPUTS)
    return [*([undated] if is_used else []), *dated_folders(folder)]


def _files(
    folder: Path, prefix: str, public_key: str | None
) -> Generator[Checked, None, tuple[AuditReport | None, list[str]]]:
    """The files of one run, the seal first; its evidence, and what was made of it, as far as they can be believed."""
    seal = Seal.read(folder)
    signed = checked_signature(folder, seal, public_key)
    states: Mapping[str, State] = {}
    if seal is None:
        yield Checked(name=prefix + SEAL, state="not sealed", why="there is none: who wrote the files is not known")
    elif seal == "changed":
        yield Checked(name=prefix + SEAL, state="changed", why="the other files cannot be held against it")
    else:
        yield _sealed(seal, prefix, signed)
        states = dict(seal.states(folder))
        yield from (Checked(name=prefix + name, state=state) for name, state in states.items())
    if signed is not None:
        yield Checked(name=prefix + SIGNATURE, state=signed.state, why=signed.why)
    told = {SEAL, *states, *([] if signed is None else [SIGNATURE])}
    for name in OUTPUTS:
        if states and name not in told and os.path.lexists(folder / name):
            yield Checked(name=prefix + name, state="not sealed", why="no finished run wrote it")
    unchanged = [name for name in RENDERED if states.get(name) not in ("changed", "missing")]
    data = own_bytes(folder / EVIDENCE)
    if data is None or states.get(EVIDENCE) == "changed":
        return None, unchanged
    try:
        return from_json(data.decode("utf-8")), unchanged
    except (SynthauditError, UnicodeDecodeError):
        yield Checked(name=prefix + EVIDENCE, state="changed", why=N_("it is no evidence that can be read"))
        return None, unchanged


def _sealed(seal: Seal, prefix: str, signed: Signed | None) -> Checked:
    if seal.is_own:
        return Checked(name=prefix + SEAL, state="as written")
    if signed is not None and signed.is_by_given_key:
        # Wherever it was made: nobody else can have signed it.
        return Checked(name=prefix + SEAL, state="as written")
    why = N_("by another user or on another machine: whoever altered the files may have sealed them anew")
    return Checked(name=prefix + SEAL, state="not looked at", why=why)


def _derived(report: AuditReport, folder: Path, prefix: str, names: Sequence[str]) -> Iterator[Checked]:
    """What can be made again from the evidence must come out the same, where the same version made it."""
    made = report.provenance.synthaudit_version
    if made != __version__:
        why = N_("written by synthaudit {made}, this is {version}: reports were not drawn again").format(
            made=printable(made), version=__version__
        )
        yield Checked(name=f"{prefix}version", state="not looked at", why=why)
        return
    evidence = own_bytes(folder / EVIDENCE)
    for name, content in rendered(report, "" if evidence is None else sha256(evidence)):
        data = own_bytes(folder / name)
        if name in names and data is not None and data != content.encode():
            yield Checked(name=prefix + name, state="changed", why=N_("the evidence says something else"))


def _recorded(report: AuditReport, role: str) -> Sequence[str]:
    """Where the audit found a table."""
    paths: Any = report.provenance.config.get(role, ())
    return [path for path in ([paths] if isinstance(paths, str) else paths) if isinstance(path, str)]


def _written(report: AuditReport | None, folder: Path) -> Sequence[str]:
    """Where the audited copy may be: in the folder, which may have been moved, or where it was put."""
    paths = [] if report is None else _recorded(report, COPY)
    names = [Path(path).name for path in paths]
    return [*(str(folder / name) for name in names if name not in OUTPUTS), *paths]


def _copy(report: AuditReport, folder: Path, prefix: str, places: Sequence[str]) -> Iterator[Checked]:
    """The audited copy, if there is one, at the first of these places that holds something."""
    copy = None if report.delivered is None else report.delivered.copy
    if copy is None:
        return
    place = next((Path(each) for each in places if os.path.lexists(each)), None)
    if place is None:
        why = N_("no file is where the audit wrote it; say where it is with --audited-copy")
        yield Checked(name=f"{prefix}audited copy", state="not looked at", why=why)
        return
    data = own_bytes(place)
    yield Checked(
        name=prefix + (place.name if place.parent.samefile(folder) else "audited copy"),
        state="as written" if data is not None and sha256(data) == copy.sha256 else "changed",
    )


def _table(role: str, digest: str, prefix: str, paths: Sequence[str]) -> Checked:
    name = f"{prefix}table {printable(role)}"
    if role not in _TABLES or not paths or not all(os.path.exists(path) for path in paths):  # noqa: PTH110
        why = N_("no file is where the audit found it; its hash is in the evidence")
        if role in _TABLES:
            why = N_("no file is where the audit found it; say where it is with --{role}").format(role=role)
        return Checked(name=name, state="not looked at", why=why)
    try:
        hashes = [source_hash(Path(path), role) for path in paths]
    except (OSError, SynthauditError):
        return Checked(name=name, state="not looked at", why=N_("it cannot be read"))
    now = hashes[0] if len(hashes) == 1 else sha256(" ".join(hashes))
    return Checked(name=name, state="as written" if now == digest else "changed")

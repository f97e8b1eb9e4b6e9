"""What earlier runs left in a folder: kept in ``previous/``, one folder a run, by the date of what it wrote."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from synthaudit.errors import CannotFinishError
from synthaudit.files.catalogue import N_
from synthaudit.files.system import is_own
from synthaudit.files.text import printable
from synthaudit.files.writing import PREVIOUS, machine_faults, prepare_output_folder

KEPT = 10
"""Earlier runs that are kept where nobody says how many."""
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z(-\d{4})?", re.ASCII)


def set_aside_dated(folder: Path, names: Sequence[str], keep: int = KEPT) -> str:
    """Move what an earlier run left under these names into ``previous/DATE/``, and remove the oldest such folders.

    A move that was broken off goes on where it was: the last name is moved last, and a folder without it is not full.

    Parameters
    ----------
    folder : Path
        Of the run.
    names : sequence of str
        What a run writes; the first is there in every run, the last is written last.
    keep : int
        Earlier runs that stay, at least 0.

    Returns
    -------
    str
        Where it is now, below ``folder``; empty where there was nothing.

    Raises
    ------
    CannotFinishError
        SA-304 ``previous`` is a link or no folder, SA-308 it belongs to others.

    Examples
    --------
    >>> import os
    >>> from synthaudit.files import private_temporary
    >>> with private_temporary() as path:
    ...     for moment in (0, 86_400):
    ...         _ = (path.parent / "a.txt").write_text(str(moment))
    ...         os.utime(path.parent / "a.txt", (moment, moment))
    ...         print(set_aside_dated(path.parent, ["a.txt", "b.txt"], keep=1))
    ...     [each.name for each in (path.parent / "previous").iterdir()]
    previous/1970-01-01T00-00-00Z
    previous/1970-01-02T00-00-00Z
    ['1970-01-02T00-00-00Z']
    """
    leftovers = [folder / name for name in names if (folder / name).is_file() or (folder / name).is_symlink()]
    if not leftovers:
        return ""
    previous = prepare_output_folder(folder / PREVIOUS, within=True)
    what = N_("output {name}").format(name=printable(str(previous), 200))
    with machine_faults(what):
        target = _unfinished(previous, leftovers, names) or _new(previous, leftovers[0])
        for path in leftovers:
            path.replace(target / path.name)
        for old in dated_folders(folder)[: -keep or None]:
            _remove(old, names)
    return f"{PREVIOUS}/{target.name}"


def dated_folders(folder: Path) -> list[Path]:
    """The folders of earlier runs in ``previous/``, the oldest first; links are none.

    Examples
    --------
    >>> dated_folders(Path("/nowhere"))
    []
    """
    previous = folder / PREVIOUS
    if previous.is_symlink() or not previous.is_dir():
        return []
    dated = (path for path in previous.iterdir() if _DATED.fullmatch(path.name))
    return sorted(path for path in dated if path.is_dir() and not path.is_symlink())


def _unfinished(previous: Path, leftovers: Sequence[Path], names: Sequence[str]) -> Path | None:
    """The folder of a move that was broken off: the rest of the same run follows it there."""
    last = next(reversed(dated_folders(previous.parent)), None)
    if last is None or leftovers[0].name == names[0]:
        return None
    held = {path.name for path in last.iterdir()}
    return last if names[0] in held and held.isdisjoint(path.name for path in leftovers) else None


def _new(previous: Path, first: Path) -> Path:
    """A new folder, called by when the run wrote its first file."""
    moment = datetime.fromtimestamp(max(first.lstat().st_mtime, 0), UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    for n in range(10_000):
        target = previous / (f"{moment}-{n:04d}" if n else moment)
        if not (target.exists() or target.is_symlink()):
            return prepare_output_folder(target, within=True)
    what = N_("output {name}").format(name=printable(str(previous), 200))
    raise CannotFinishError(N_("SA-304 {what}: not a folder. Choose another output folder.").format(what=what))


def _remove(folder: Path, names: Sequence[str]) -> None:
    """Remove what a run of ours wrote; what somebody else laid beside it stays."""
    with suppress(OSError):
        if not is_own(folder.lstat()):
            return
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()

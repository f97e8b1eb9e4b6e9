"""What a folder of releases holds: releases, and entries that are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from synthaudit.adapters.readers.formats import may_be_table
from synthaudit.adapters.readers.parts import is_marker
from synthaudit.errors import InputError
from synthaudit.files import leaves_its_folder, printable
from synthaudit.files.catalogue import N_
from synthaudit.types.batch import BatchSkipped

OF_THE_BATCH = ("batch.json", "junit.xml", "index.html", "seal.json", "seal.sig", "previous")
"""Names in the folder of a batch that no release may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The releases of a batch with the names of their folders, and what is left out."""

    releases: tuple[tuple[Path, str], ...]
    skipped: tuple[BatchSkipped, ...]


def sources_in(folder: Path, include: Sequence[str] = ()) -> Sources:
    """Every entry directly in a folder, in the order of the names.

    Parameters
    ----------
    include : sequence of str
        Patterns such as ``*.csv``; a release matches one of them. Without any, a file is a release whose name ends as
        that of a table does, or may hold one, be it read here or not: what is refused must be told as an error.

    Raises
    ------
    InputError
        SA-101 no folder, SA-102 no release in it.
    """
    where = N_("releases {name}").format(name=printable(folder.name, 80))
    if not folder.is_dir():
        raise InputError("SA-101", where, N_("is not a folder"), N_("Give the folder of the releases."))
    releases: list[Path] = []
    skipped: list[BatchSkipped] = []
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        reason = _left_out(path, include)
        if reason:
            skipped.append(BatchSkipped(file=path.name, reason=reason))
        else:
            releases.append(path)
    if not releases:
        got, do = N_("0 releases"), N_("Put one table per release into it.")
        if skipped:
            got = N_("0 releases, {n} other entries").format(n=len(skipped))
            do = N_("Put one table per release into it, and see --include.")
        raise InputError("SA-102", where, got, do)
    return Sources(releases=tuple(zip(releases, _names(releases), strict=True)), skipped=tuple(skipped))


def refuse_outside(source: Path) -> None:
    """A release is a file or a folder of its folder: no link to elsewhere, no pipe that never ends."""
    where = f"synthetic {printable(source.name)}"
    if leaves_its_folder(source):
        raise InputError(
            "SA-105", where, N_("a link that leaves the folder of the releases"), N_("Put the file itself there.")
        )
    if not source.is_file() and not source.is_dir():
        raise InputError("SA-104", where, N_("not a regular file"), N_("Give one table per release."))


def _left_out(path: Path, include: Sequence[str]) -> str:
    """Why an entry is no release; empty where it is one."""
    if include:
        # Bytes that are no text are compared as they are; a pattern never sees a folder above.
        return "" if any(fnmatchcase(path.name, pattern) for pattern in include) else N_("no --include matches it")
    if is_marker(path.name):
        return N_("a marker, no table")
    if path.is_dir() or not path.is_file() or may_be_table(path.name):
        return ""
    return N_("its name ends in no format that is read")


def _names(sources: Sequence[Path]) -> list[str]:
    """Folder names: the file's name up to its first dot, the whole name where that is taken twice."""
    short = [source.name.split(".", 1)[0] for source in sources]
    # What the batch itself writes, and a release, must not fight for one name.
    short = ["" if name == "index" or name in OF_THE_BATCH else name for name in short]
    return [
        name
        if short.count(name) == 1 and name
        else f"release-{source.name}"
        if source.name in OF_THE_BATCH
        else source.name
        for name, source in zip(short, sources, strict=True)
    ]

"""A release, read and laid against the real tables, with what is searched while it is read."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, delivered, with_synthetic
from synthaudit.adapters.alignment.together import together
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.tables import read_table
from synthaudit.adapters.values import checked_source
from synthaudit.commands.request import Request
from synthaudit.files import private_temporary
from synthaudit.linkage.shingles.people import real_people
from synthaudit.linkage.shingles.pieces import pieces_of
from synthaudit.linkage.shingles.search import Search
from synthaudit.runtime.malloc import share_heap
from synthaudit.runtime.shared import shared
from synthaudit.streaming.spool import spooled
from synthaudit.types import AuditData, Pieces

_Stamp = tuple[Path, int, int, int, int]


def read_release(real: RealTables, sources: Sequence[Any], request: Request, resources: ExitStack) -> AuditData:
    """The release, of one source or several as one, with what of the real cells' rare pieces is in it.

    Parameters
    ----------
    resources : ExitStack
        The cells of a large release are on disk as long as it lives.
    """
    # Rare pieces are counted while the release is read.
    with ThreadPoolExecutor(1) as beside:
        searching = beside.submit(search_for, real, request)
        data = together([align_release(real, each, request, resources, searching.result) for each in sources])
    search = searching.result()
    return data if search is None else replace(data, pieces=search.pieces, found=search.found())


class ReadAhead:
    """Reads the release that comes next while one is audited.

    At most one is read ahead. What is wrong with it is raised where it is asked for, and a file that was changed since
    is read again.

    Attributes
    ----------
    upcoming : path, optional
        What is likely to be asked for next.
    """

    def __init__(self) -> None:
        self.upcoming: Path | None = None
        self._pool = ThreadPoolExecutor(1)
        self._begun: dict[_Stamp | None, Future[tuple[AuditData, ExitStack]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._discard()

    def read(self, real: RealTables, sources: Sequence[Any], request: Request, resources: ExitStack) -> AuditData:
        """As :func:`read_release`; then the upcoming release is begun."""
        asked = sources[0] if len(sources) == 1 and isinstance(sources[0], Path) else None
        stamp = None if asked is None else _stamp(asked)
        begun = None if stamp is None else self._begun.pop(stamp, None)
        self._discard()
        if begun is None:
            data = read_release(real, sources, request, resources)
        else:
            data, held = begun.result()
            resources.push(held)
        if self.upcoming is not None:
            # Looked at before it is read: a change while it is read counts.
            stamp = _stamp(self.upcoming)
            self._begun[stamp] = self._pool.submit(_held, real, self.upcoming, request)
        return data

    def _discard(self) -> None:
        for future in self._begun.values():
            if not future.cancel() and future.exception() is None:
                future.result()[1].close()
        self._begun.clear()


def _stamp(path: Path) -> _Stamp | None:
    """What tells one state of a file from another; None of one that cannot be looked at."""
    try:
        state = path.stat()
    except OSError:
        return None
    return path, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _held(real: RealTables, source: Path, request: Request) -> tuple[AuditData, ExitStack]:
    with ExitStack() as resources:
        return read_release(real, [source], request, resources), resources.pop_all()


def search_for(real: RealTables, request: Request) -> Search | None:
    """A search of releases for rare pieces of the real cells; None where no holdout says what chance looks like."""
    seed, known = request.settings.seed, request.settings.shared

    def pieces() -> Pieces | None:
        people = real_people(real, seed)
        return None if people is None else pieces_of(people, real.schema, real.schema.entity)

    # The releases of a batch have the same real tables, read with the same options.
    rare = shared(known, "pieces", lambda: (dict(real.sha256), seed), pieces)
    return None if rare is None else Search(rare, request.settings.jobs)


def align_release(
    real: RealTables,
    source: Any,
    request: Request,
    resources: ExitStack,
    search: Callable[[], Search | None] = lambda: None,
) -> AuditData:
    """Lay a release against the real tables; a large one is streamed, its cells on disk as long as ``resources`` live.

    The sample is half of what would be held whole: the other half of the memory goes to the rows that stream by.
    ``search`` is asked for once the release is read.
    """
    most_rows, read = request.settings.release_rows, request.read_of("synthetic")
    source = checked_source("synthetic", source)
    if most_rows is None:
        return _whole(real, read_table(source, "synthetic", options=read), search)
    with opened(source, "synthetic", read, most_rows) as table:
        if isinstance(table, RawTable):
            return _whole(real, table, search)
        share_heap()
        folder = resources.enter_context(private_temporary()).parent
        data = spooled(real, table, folder, most_rows // 2, request.settings.seed)
        if (pieces := search()) is not None:
            places = delivered(real, table.table(pd.DataFrame({name: [] for name in table.names})))
            for batch in table.batches(list(places.values())):
                pieces.read(dict(zip(places, batch, strict=True)))
        return data


def _whole(real: RealTables, table: RawTable, search: Callable[[], Search | None]) -> AuditData:
    data = with_synthetic(real, table)
    if (pieces := search()) is not None:
        pieces.read({name: table.frame.iloc[:, place] for name, place in delivered(real, table).items()})
    return data

"""``synthaudit split``: draw train and holdout at random, seal the draw, and keep the holdout from the vendor."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.person_key import joined_keys, key_columns, key_text
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.options import OPTIONS
from synthaudit.adapters.readers.formats import REWRITTEN, format_of
from synthaudit.adapters.readers.partition import Part, as_file, partition
from synthaudit.adapters.readers.parts import is_pattern
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, did_you_mean
from synthaudit.adapters.readers.tables import local_source, read_table
from synthaudit.adapters.values import checked
from synthaudit.cells import as_text
from synthaudit.commands.reading import reading_of
from synthaudit.errors import InputError
from synthaudit.files import prepare_output_folder, printable, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.sealed_split.canaries import make_canaries
from synthaudit.sealed_split.manifest import (
    MOST_CANARIES,
    PARTS,
    Manifest,
    SealedFile,
    canaries_in,
    draw,
    packed,
    train_order,
    units_of,
)
from synthaudit.types import Design, IntArray

MANIFEST, COMMITMENT = "manifest.json", "commitment.txt"
SHARE: float = OPTIONS["share"].default
FEWEST_CANARIES = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitRequest:
    """What is split, and how."""

    table: Any
    """Whatever :func:`read_table` takes."""
    output: str | Path
    """Folder for train, holdout, ``manifest.json`` (secret, mode 0600) and ``commitment.txt`` (public)."""
    entity: str | Sequence[str] | None = None
    """Column that names the person, or several; all rows of a person go to one side."""
    design: Design = "fixed"
    """Which units are members: a share of them; each by a fair coin of its own; one of each random pair. The last two
    set a fifth aside as the attacker's reference first, and make the bound of epsilon valid.
    """
    share: float = SHARE
    """Of the units that are members, in (0, 1); design ``fixed`` only."""
    canaries: int = 0
    """Made-up people, each in the training file or out of it by a fair coin; 0, or at least 40. With them the rows of
    the training file come in a random order.
    """
    missing: Sequence[str] = ()
    """Spellings of missing cells, as in an audit, which takes them from the manifest."""
    decimal: str | None = None
    thousands: str | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    """64 hexadecimal digits, drawn from the operating system if not given; for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResult:
    """What :func:`run_split` wrote."""

    folder: Path
    train: Path
    holdout: Path
    reference: Path | None
    """Set aside before the coins; None in the design ``fixed``, where the audit sets it aside from both tables."""
    canaries: Path | None
    """The made-up people who are not in train; secret."""
    manifest: Path
    commitment: str
    n_rows: dict[str, int]
    n_units: dict[str, int]


def split_request(**options: Any) -> SplitRequest:
    """The request that options make: they are checked, and the table is written as train is.

    Raises
    ------
    InputError
        SA-101, SA-180, SA-245 a value that an option does not take.
    """
    given = checked(options)
    reading = reading_of(given)
    own = {name: given[name] for name in ("table", "output", "entity", "design", "share", "canaries")}
    return SplitRequest(**own, **asdict(reading.writing_of("train")), read=reading.read_of("train"))


def split(
    table: Any,
    output: str | Path,
    *,
    entity: str | Sequence[str] | None = None,
    design: Design = "fixed",
    share: float = 0.5,
    canaries: int = 0,
    missing: str | Sequence[str] | Mapping[str, Any] = (),
    decimal: str | Mapping[str, str] | None = None,
    thousands: str | Mapping[str, str] | None = None,
    sheet: str | Mapping[str, str] | None = None,
    header_row: int | Mapping[str, int] | None = None,
    skip_rows: str | Mapping[str, str] | None = None,
    sep: str | Mapping[str, str] | None = None,
    encoding: str | Mapping[str, str] = "utf-8",
    max_bytes: int | None = None,
    has_header: bool = False,
) -> SplitResult:
    """Draw members and non-members from one table at random and seal the draw, before a vendor gets the members.

    Parameters
    ----------
    table : path or DataFrame
        The table to split; whatever :func:`synthaudit.audit` reads, frames and workbooks among it.
    output : path
        A folder of its own for ``train``, ``holdout``, ``manifest.json`` and ``commitment.txt``.
    entity : str or sequence of str, optional
        Column that names the person; all rows of a person go to one side.
    design : {"fixed", "coins", "pairs"}
        A share of the people; one fair coin for each person; one for each random pair of people.
    share : float
        Of the people who are members; design ``fixed`` only.
    canaries : int
        Made-up people, in or out of the training file by fair coins.
    missing, decimal, thousands, sheet, header_row, skip_rows, sep, encoding, max_bytes, has_header
        As in :func:`synthaudit.audit`.

    Returns
    -------
    SplitResult
        The paths and counts; :func:`synthaudit.audit` takes ``manifest``.

    Raises
    ------
    InputError
        See ``docs/errors.md``.
    """
    return run_split(split_request(**locals()))


def run_split(request: SplitRequest) -> SplitResult:
    """Split one table and seal the draw.

    The parts have all columns of the table; they are written in the format of one file, else as Parquet or, where cells
    have no types of their own, as CSV. No file of an earlier split is overwritten.

    Raises
    ------
    InputError
        SA-101 to SA-156 as for any table, SA-184 no such column, SA-240 nothing to split or a file of an earlier split,
        SA-245 an impossible share or number of canaries.
    """
    _refuse_impossible(request)
    raw = read_table(request.table, "train", options=request.read)
    names = list(map(str, raw.frame.columns))
    key = key_columns(key_text(request.entity), names)
    for name in key:
        if name not in names:
            do = N_("Correct the name.{hint}").format(hint=did_you_mean(name, names))
            raise InputError("SA-184", raw.where, N_("no column '{name}'").format(name=printable(name)), do)
    marked = replace(raw, frame=mark_missing(raw.frame, tuple(request.missing)))
    unit = units_of(joined_keys(marked.frame, key)) if key else np.arange(len(raw.frame))
    drawn = draw(int(unit.max()) + 1, request.design, request.secret, request.share)
    sizes = np.bincount(drawn.part, minlength=len(PARTS))
    if min(sizes[0], sizes[1]) < 2:
        who = N_("people") if key else N_("rows")
        got = N_("{n_train} {who} would be in train and {n_holdout} in the holdout").format(
            n_train=sizes[0], who=who, n_holdout=sizes[1]
        )
        raise InputError("SA-240", raw.where, got, N_("Give more people, or another share."))
    n_units = {name: int(size) for name, size in zip(PARTS, sizes, strict=True) if size}
    part = drawn.part[unit]
    rows = {name: Part(order=np.flatnonzero(part == i)) for i, name in enumerate(PARTS) if name in n_units}
    if request.canaries:
        rows |= _with_canaries(request, raw, marked, rows)
    with _source(request.table, raw, request.read) as (source, read):
        suffix = "".join(source.suffixes[-2:]) if source.suffix.lower() in (".gz", ".zst") else source.suffix
        _refuse_earlier(Path(request.output), suffix)
        contents = partition(source, raw, read, rows)
    files = {
        name: SealedFile(name=f"{name}{suffix}", sha256=hashlib.sha256(data).hexdigest(), n_rows=len(rows[name].order))
        for name, data in contents.items()
    }
    return _write(_sealed(request, raw, part, files), contents, Path(request.output), n_units)


def _refuse_impossible(request: SplitRequest) -> None:
    """What no table is needed to refuse."""
    share, canaries = request.share, request.canaries
    if request.design not in get_args(Design):
        raise InputError(
            "SA-245",
            "design",
            N_("an unknown design"),
            N_("Choose from {names}.").format(names=", ".join(get_args(Design))),
        )
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise InputError("SA-245", "share", f"{share}", N_("Give a number above 0 and below 1."))
    if share != SHARE and request.design != "fixed":
        raise InputError("SA-245", "share", N_("given with coins, which decide it"), N_("Leave it out."))
    if canaries and not FEWEST_CANARIES <= canaries <= MOST_CANARIES:
        do = N_("Ask for none, or for {fewest} to {most:,}.").format(fewest=FEWEST_CANARIES, most=MOST_CANARIES)
        raise InputError("SA-245", "canaries", f"{canaries:,} canaries", do)


def _with_canaries(request: SplitRequest, raw: RawTable, marked: RawTable, rows: Mapping[str, Part]) -> dict[str, Part]:
    """The training file with canaries among its rows, and the file of those who are not in it."""
    secret, n = request.secret, request.canaries
    entity = key_text(request.entity)
    key = key_columns(entity, list(map(str, raw.frame.columns)))
    # Members lend cells to canaries only where the vendor has them anyway and no coin decided; else the reference.
    donors = rows["reference" if "reference" in rows else "train"].order
    columns = tuple(str(name) for name in raw.frame.columns if marked.frame[name].notna().any() and name not in key)
    writing = Writing(decimal=request.decimal, thousands=request.thousands)
    real = align_real(marked, None, None, AlignOptions(entity=entity, columns=columns, writing=writing))
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{secret} canaries".encode()).digest()))
    canaries = make_canaries(raw, marked.frame, real.schema, real.train, donors, n, rng)
    for name in key[:-1]:
        # A site that nobody has would give canaries away.
        canaries[name] = _spelled(raw, name)[rng.choice(donors, size=n)]
    is_in = canaries_in(secret, n)
    members = rows["train"].order
    order = train_order(secret, len(members), int(is_in.sum()))
    order = np.where(order >= 0, members[np.maximum(order, 0)], order)
    parts = {"train": Part(order=order, extra=canaries[is_in].reset_index(drop=True))}
    outside = canaries[~is_in].reset_index(drop=True)
    if len(outside):
        parts["canaries"] = Part(order=-1 - np.arange(len(outside)), extra=outside)
    return parts


def _spelled(raw: RawTable, name: str) -> Any:
    """(n,) the cells of a column as the files of a split spell them."""
    return (as_text(raw.frame[name]) if raw.typed else raw.frame[name]).to_numpy(dtype=object)


def _sealed(request: SplitRequest, raw: RawTable, part: IntArray, files: Mapping[str, SealedFile]) -> Manifest:
    """The manifest of the draw, with its commitment."""
    manifest = Manifest(
        design=request.design,
        secret=request.secret,
        share=request.share,
        entity=key_text(request.entity),
        missing=tuple(request.missing),
        source_sha256=raw.sha256,
        parts=packed(part),
        files=dict(files),  # type: ignore[arg-type]
        n_canaries=request.canaries,
    )
    return replace(manifest, commitment=manifest.sealed())


def _write(manifest: Manifest, contents: Mapping[str, bytes], folder: Path, n_units: dict[str, int]) -> SplitResult:
    """Write the seal, then what it seals."""
    files: Mapping[str, SealedFile] = dict(manifest.files)  # type: ignore[arg-type]
    prepare_output_folder(folder)
    # The manifest first: a train file without one could never be audited as drawn.
    path = write_atomic(folder / MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
    write_atomic(folder / COMMITMENT, _commitment_text(manifest))
    paths = {name: write_atomic(folder / files[name].name, data) for name, data in contents.items()}
    return SplitResult(
        folder=folder,
        train=paths["train"],
        holdout=paths["holdout"],
        reference=paths.get("reference"),
        canaries=paths.get("canaries"),
        manifest=path,
        commitment=manifest.commitment,
        n_rows={name: file.n_rows for name, file in files.items()},
        n_units=n_units,
    )


@contextmanager
def _source(table: Any, raw: RawTable, read: ReadOptions) -> Iterator[tuple[Path, ReadOptions]]:
    """The file that the parts are cut from, and how it is read: the given one, or what was read written as one."""
    path = local_source(table)
    is_one = path is not None and not path.is_dir() and not is_pattern(path)
    if path is not None and is_one and format_of(path.name, raw.where)[0] not in REWRITTEN:
        yield path, read
    else:
        with as_file(raw, read) as written:
            yield written


def _refuse_earlier(folder: Path, suffix: str) -> None:
    names = {MANIFEST, COMMITMENT, *(f"{part}{suffix}" for part in (*PARTS, "canaries"))}
    earlier = sorted(name for name in names if (folder / name).exists())
    if earlier:
        got = N_("{name} is already there").format(name=printable(earlier[0]))
        raise InputError(
            "SA-240",
            N_("output {name}").format(name=printable(str(folder), 200)),
            got,
            N_("Choose a folder of its own."),
        )


def _commitment_text(manifest: Manifest) -> str:
    train = manifest.files["train"]
    return (
        "Commitment of a sealed split, made by synthaudit (format 1)\n"
        f"commitment sha256: {manifest.commitment}\n"
        f"training file: {train.name}, {train.n_rows} rows, sha256: {train.sha256}\n"
        "\n"
        "Send this file along with the training file, and keep everything else. It tells nothing of the draw; when\n"
        "the manifest is opened later, it proves that the draw was fixed before the release was made.\n"
    )

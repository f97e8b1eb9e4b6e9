"""``synthaudit split``: draw train and holdout at random, seal the draw, and keep the holdout from the vendor."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from synthaudit.adapters.align import AlignOptions, align_real
from synthaudit.adapters.canaries import make_canaries
from synthaudit.adapters.cells import as_text
from synthaudit.adapters.partition import Part, partition
from synthaudit.adapters.raw import ReadOptions, did_you_mean
from synthaudit.adapters.sealed import PARTS, Manifest, SealedFile, coin, draw, packed, places, units_of
from synthaudit.adapters.tables import read_table
from synthaudit.errors import InputError
from synthaudit.files import prepare_output_folder, printable, write_atomic
from synthaudit.types import Design

MANIFEST, COMMITMENT = "manifest.json", "commitment.txt"
MOST_CANARIES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResult:
    """What :func:`run_split` wrote."""

    folder: Path
    train: Path
    holdout: Path
    reference: Path | None
    """Set aside before the coins; None in the design ``fixed``, where the audit sets it aside from the holdout."""
    canaries: Path | None
    """The made-up people who are not in train; secret."""
    manifest: Path
    commitment: str
    n_rows: dict[str, int]
    n_units: dict[str, int]


def run_split(
    table: str | Path,
    output: str | Path,
    *,
    entity: str | None = None,
    design: Design = "fixed",
    share: float = 0.5,
    canaries: int = 0,
    read: ReadOptions | None = None,
    secret: str | None = None,
) -> SplitResult:
    """Split one table and seal the draw.

    Parameters
    ----------
    table : path
        CSV, TSV, Parquet or JSON lines; the parts are written in its format, with all its columns.
    output : path
        Folder for train, holdout, ``manifest.json`` (secret, mode 0600) and ``commitment.txt`` (public); no file of an
        earlier split is overwritten.
    entity : str, optional
        Column that names the person; all rows of a person go to one side.
    design : {"fixed", "coins", "pairs"}
        Which units are members: a share of them; each by a fair coin of its own; one of each random pair. The last two
        set a fifth aside as the attacker's reference first, and make the bound of epsilon valid.
    share : float
        Of the units that are members, in (0, 1); design ``fixed`` only.
    canaries : int
        Made-up people, each in the training file or out of it by a fair coin.
    read : ReadOptions, optional
        How the table is read.
    secret : str, optional
        64 hexadecimal digits, drawn from the operating system if not given; for tests.

    Returns
    -------
    SplitResult

    Raises
    ------
    InputError
        SA-184 no such column, SA-240 nothing to split or a file of an earlier split, SA-245 an impossible share or
        number of canaries.
    """
    source, folder, read = Path(table), Path(output), read or ReadOptions()
    if not 0 < share < 1:
        raise InputError("SA-245", "share", f"{share:g}", "Give a number above 0 and below 1.")
    if not 0 <= canaries <= MOST_CANARIES:
        raise InputError("SA-245", "canaries", f"{canaries:,} canaries", f"Ask for 0 to {MOST_CANARIES:,}.")
    raw = read_table(source, "train", options=read)
    if entity is not None and entity not in raw.frame:
        do = f"Correct the name.{did_you_mean(entity, list(map(str, raw.frame.columns)))}"
        raise InputError("SA-184", raw.where, f"no column '{printable(entity)}'", do)
    key = secret or secrets.token_hex(32)
    n = len(raw.frame)
    unit = np.arange(n) if entity is None else units_of(as_text(raw.frame[entity]))
    n_units = int(unit.max()) + 1
    drawn = draw(n_units, design, key, share)
    part = drawn.part[unit]
    sizes = np.bincount(drawn.part, minlength=len(PARTS))
    if min(sizes[0], sizes[1]) < 2:
        who = "rows" if entity is None else "people"
        raise InputError("SA-240", raw.where, f"{n_units} {who}", "Give a table of at least 10.")
    _refuse_earlier(folder, source)
    suffix = "".join(source.suffixes[-2:]) if source.suffix.lower() in (".gz", ".zst") else source.suffix
    wanted = {name: Part(rows=np.flatnonzero(part == i)) for i, name in enumerate(PARTS) if sizes[i]}
    inside: tuple[int, ...] = ()
    if canaries:
        real = align_real(raw, None, None, AlignOptions(entity=entity))
        rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{key} canaries".encode()).digest()))
        rows = make_canaries(raw, real.schema, real.train, canaries, rng)
        goes_in = np.array([coin(key, "canary", i) == 0 for i in range(canaries)])
        n_in = int(goes_in.sum())
        where = places(key, len(wanted["train"].rows) + n_in, n_in)
        inside = tuple(int(place) for place in where)
        wanted["train"] = replace(wanted["train"], extra=rows[goes_in].reset_index(drop=True), places=where)
        out = rows[~goes_in].reset_index(drop=True)
        none = np.empty(0, dtype=np.int64)
        wanted["canaries"] = Part(rows=none, extra=out, places=np.arange(len(out)))
    written = partition(source, raw, read, wanted)
    files = {
        name: SealedFile(
            name=f"{name}{suffix}", sha256=hashlib.sha256(data).hexdigest(), n_rows=len(wanted[name].order())
        )
        for name, data in written.items()
    }
    manifest = Manifest(
        design=design,
        secret=key,
        share=share,
        entity=entity,
        source_sha256=raw.sha256,
        parts=packed(part),
        files=files,  # type: ignore[arg-type]
        canary_rows=inside,
    )
    manifest = replace(manifest, commitment=manifest.sealed())
    prepare_output_folder(folder)
    # The manifest first: a train file without one could never be audited as drawn.
    path = write_atomic(folder / MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
    write_atomic(folder / COMMITMENT, _commitment_text(manifest))
    paths = {name: write_atomic(folder / files[name].name, data) for name, data in written.items()}
    return SplitResult(
        folder=folder,
        train=paths["train"],
        holdout=paths["holdout"],
        reference=paths.get("reference"),
        canaries=paths.get("canaries"),
        manifest=path,
        commitment=manifest.commitment,
        n_rows={name: file.n_rows for name, file in files.items()},
        n_units={name: int(sizes[i]) for i, name in enumerate(PARTS) if sizes[i]},
    )


def _refuse_earlier(folder: Path, source: Path) -> None:
    names = {MANIFEST, COMMITMENT, *(f"{part}{''.join(source.suffixes)}" for part in (*PARTS, "canaries"))}
    found = sorted(name for name in names if (folder / name).exists())
    if found:
        got = f"{printable(found[0])} is already there"
        raise InputError("SA-240", f"output {printable(str(folder), 200)}", got, "Choose a folder of its own.")


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

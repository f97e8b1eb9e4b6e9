"""The sealed split: a draw that follows from a secret, a manifest that holds it, and a commitment that binds both.

Whoever draws members and non-members at random, commits to the draw, and gives the vendor the members alone, needs no
assumption about the generator: membership is random by the auditor's own hand. The draw comes from SHA-256 alone, so
that it can be drawn again with any version of any library.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, TypeAdapter

from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.overlap import entity_codes
from synthaudit.adapters.alignment.person_key import joined_keys, key_columns
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.errors import InputError
from synthaudit.files import parsed_json, printable, read_document
from synthaudit.files.catalogue import N_
from synthaudit.types import BoolArray, Design, IntArray

PARTS = ("train", "holdout", "reference")
"""A row's part is its position here."""
REFERENCE_SHARE = 0.2
"""Of the units, set aside before any coin is tossed: a reference carved afterwards would tell coins apart."""
MAX_BYTES = 64 << 20
MOST_VALUES = 10_000
MOST_CANARIES = 100_000
_STRICT: dict[str, Any] = {"extra": "forbid"}
_Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """One file that the split wrote."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    sha256: _Hash
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The secret record of a split; see ``docs/sealed-split.md`` for every field."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    version: Literal[1] = 1
    design: Design
    secret: _Hash
    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    """Of the units that go into train, where the design is ``fixed``."""
    entity: str | None
    missing: tuple[str, ...] = ()
    """Spellings of missing: a row whose person is missing is a person of its own."""
    source_sha256: _Hash
    parts: str
    """Part of each row of the source in its order: bytes, deflated, base64."""
    files: dict[Literal["train", "holdout", "reference", "canaries"], SealedFile]
    n_canaries: Annotated[int, Field(ge=0, le=MOST_CANARIES)] = 0
    """Made-up people; which are in the training file, and where, follows from the secret."""
    commitment: str = field(default="")
    """SHA-256 of everything above."""

    def sealed(self) -> str:
        """The commitment that this content has."""
        content = {name: value for name, value in asdict(self).items() if name != "commitment"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(f"synthaudit split 1\n{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draw:
    """Where each unit went."""

    part: IntArray
    """(n,) position in :data:`PARTS`."""
    pair: IntArray
    """(n,) number of the unit's pair, -1 for none."""


def draw(n_units: int, design: Design, secret: str, share: float) -> Draw:
    """Draw where each unit goes, by SHA-256 of the secret and the unit's number.

    Parameters
    ----------
    n_units : int
        Units in the order in which they first appear in the source.
    design : {"fixed", "coins", "pairs"}
        ``fixed``: ``share`` of the units are members. The others set a fifth aside as reference first; then ``coins``
        tosses one coin for each unit, ``pairs`` one for each two units that a random order puts side by side.
    secret : str
        64 hexadecimal digits.

    Examples
    --------
    >>> drawn = draw(10, "fixed", "0" * 64, 0.5)
    >>> drawn.part.tolist(), np.bincount(draw(10, "pairs", "0" * 64, 0.5).part).tolist()
    ([0, 0, 1, 1, 0, 1, 1, 0, 1, 0], [4, 4, 2])
    """
    order = np.array(sorted(range(n_units), key=lambda i: _digest(secret, "order", i)), dtype=np.int64)
    part, pair = np.ones(n_units, dtype=np.int64), np.full(n_units, -1, dtype=np.int64)
    if design == "fixed":
        part[order[: round(share * n_units)]] = 0
        return Draw(part=part, pair=pair)
    n_aside = round(REFERENCE_SHARE * n_units)
    if design == "pairs":
        n_aside += (n_units - n_aside) % 2
    aside, tossed_for = order[:n_aside], order[n_aside:]
    part[aside] = PARTS.index("reference")
    if design == "coins":
        part[tossed_for] = [coin(secret, "unit", int(i)) for i in tossed_for]
        return Draw(part=part, pair=pair)
    first, second = tossed_for[0::2], tossed_for[1::2]
    pair[first] = pair[second] = np.arange(len(first))
    tossed = np.array([coin(secret, "pair", i) for i in range(len(first))], dtype=np.int64)
    part[first], part[second] = tossed, 1 - tossed
    return Draw(part=part, pair=pair)


def coin(secret: str, what: str, i: int) -> int:
    """0 (in) or 1 (out), each with probability one half."""
    return _digest(secret, f"coin {what}", i)[0] & 1


def _digest(secret: str, what: str, i: int) -> bytes:
    return hashlib.sha256(f"{secret} {what} {i}".encode()).digest()


def canaries_in(secret: str, n_canaries: int) -> BoolArray:
    """(n_canaries,) whether each goes into the training file, by a fair coin of its own."""
    return np.array([coin(secret, "canary", i) == 0 for i in range(n_canaries)], dtype=np.bool_)


def train_order(secret: str, n_train: int, n_in: int) -> IntArray:
    """(n_train + n_in,) rows of the training file: position among the members, or -1 - i for the i-th canary.

    Without canaries the order is that of the source; with them it is random, for canaries would break any other.

    Examples
    --------
    >>> train_order("0" * 64, 3, 0).tolist(), sorted(train_order("0" * 64, 3, 2).tolist())
    ([0, 1, 2], [-2, -1, 0, 1, 2])
    """
    if not n_in:
        return np.arange(n_train)
    order = np.array(sorted(range(n_train + n_in), key=lambda i: _digest(secret, "place", i)), dtype=np.int64)
    return np.where(order < n_train, order, n_train - 1 - order)


def packed(part: IntArray) -> str:
    """Parts of the rows as text."""
    return base64.b64encode(zlib.compress(part.astype(np.uint8).tobytes(), 9)).decode()


def _unpacked(text: str, n_rows: int) -> IntArray:
    decoder = zlib.decompressobj()
    data = decoder.decompress(base64.b64decode(text, validate=True), n_rows + 1)
    part = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    if len(part) != n_rows or part.max(initial=0) >= len(PARTS):
        raise ValueError
    return part


def load_manifest(path: str | Path) -> Manifest:
    """Read a manifest and check it against its own commitment, and against the public one where that lies beside it.

    Raises
    ------
    InputError
        SA-101, SA-104 cannot be opened; SA-241 not a manifest; SA-242 altered.
    """
    file = Path(path)
    file = file / "manifest.json" if file.is_dir() else file
    where = f"manifest {printable(file.name, 80)}"
    do = N_("Give the manifest.json that `synthaudit split` wrote.")
    data = read_document(file, where, MAX_BYTES, "SA-241", do)
    try:
        manifest = TypeAdapter(Manifest).validate_python(parsed_json(data.decode("utf-8"), MOST_VALUES))
    except ValueError:
        raise InputError("SA-241", where, N_("not a manifest of a split"), do) from None
    if any(Path(sealed.name).name != sealed.name for sealed in manifest.files.values()):
        raise InputError("SA-241", where, N_("it names a file outside of its own folder"), do)
    out = manifest.n_canaries - int(canaries_in(manifest.secret, manifest.n_canaries).sum())
    if not {"train", "holdout"} <= set(manifest.files) or ("canaries" in manifest.files) != (out > 0):
        raise InputError("SA-241", where, N_("its list of files is not that of a split"), do)
    if manifest.sealed() != manifest.commitment:
        got = N_("its content does not have the hash that it was sealed with")
        raise InputError("SA-242", where, got, N_("Give the manifest as it was written."))
    public = file.with_name("commitment.txt")
    if public.is_file() and manifest.commitment not in public.read_text("utf-8", errors="replace"):
        got = N_("commitment.txt beside it names another hash")
        raise InputError("SA-242", where, got, N_("Give manifest and commitment of one split."))
    return manifest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verified:
    """What a verified manifest says of the rows that are audited."""

    is_canary: BoolArray
    """(n_train,) made-up people in the training file, who are no members of the population."""
    unit: Mapping[str, IntArray]
    """Role -> unit of each row of the file without canaries: what was drawn."""
    pair: Mapping[str, IntArray]
    """Role -> pair of each row's unit, -1 for none."""


def verify(manifest: Manifest, tables: Mapping[str, RawTable]) -> Verified:
    """Check the tables of an audit against the manifest, and draw the split again.

    Raises
    ------
    InputError
        SA-243 a table is not the one that the split wrote, or is missing; SA-244 the draw does not follow from the
        secret.
    """
    for role, file in manifest.files.items():
        table = tables.get(role)
        if table is None:
            do = N_("Give the {name} that the split wrote.").format(name=printable(file.name, 80))
            raise InputError("SA-243", role, N_("missing, though the manifest has it"), do)
        if table.sha256 != file.sha256 or len(table.frame) != file.n_rows:
            do = N_("Give the {name} that the split wrote, unchanged.").format(name=printable(file.name, 80))
            raise InputError("SA-243", table.where, N_("not the table that the manifest seals"), do)
    extra = [role for role in PARTS if role in tables and role not in manifest.files]
    if extra:
        got = N_("given, though the split set none aside")
        raise InputError("SA-243", tables[extra[0]].where, got, N_("Leave --{role} out.").format(role=extra[0]))
    n_in = int(canaries_in(manifest.secret, manifest.n_canaries).sum())
    rows: dict[str, int] = {role: len(tables[role].frame) for role in PARTS if role in manifest.files}
    rows["train"] -= n_in
    n_out = len(tables["canaries"].frame) if "canaries" in manifest.files else 0
    if rows["train"] < 0 or n_out != manifest.n_canaries - n_in:
        raise InputError("SA-244", "manifest", N_("its canaries are not those of its secret"), N_("Split again."))
    order = train_order(manifest.secret, rows["train"], n_in)
    is_canary, source = order < 0, order[order >= 0]
    do = N_("Whoever made it did not draw at random; split again.")
    try:
        part = _unpacked(manifest.parts, sum(rows.values()))
    except (ValueError, binascii.Error, zlib.error):
        raise InputError("SA-244", "manifest", N_("its draw is damaged"), do) from None
    if np.bincount(part, minlength=len(PARTS)).tolist() != [rows.get(role, 0) for role in PARTS]:
        raise InputError("SA-244", "manifest", N_("its draw is not of these tables"), do)
    unit = _units(manifest, tables, part, is_canary, source)
    drawn = draw(int(unit.max()) + 1, manifest.design, manifest.secret, manifest.share)
    if not np.array_equal(drawn.part[unit], part):
        raise InputError("SA-244", "manifest", N_("the split does not follow from its secret"), do)
    units = {role: unit[part == PARTS.index(role)] for role in rows}
    units["train"] = units["train"][source]
    return Verified(
        is_canary=is_canary, unit=units, pair={role: drawn.pair[of_role] for role, of_role in units.items()}
    )


def _units(
    manifest: Manifest, tables: Mapping[str, RawTable], part: IntArray, is_canary: BoolArray, source: IntArray
) -> IntArray:
    """(n_source,) unit of each row of the source, put together from the parts again."""
    if manifest.entity is None:
        return np.arange(len(part))
    keys: npt.NDArray[Any] = np.empty(len(part), dtype=object)
    for place, role in enumerate(PARTS):
        if role not in manifest.files:
            continue
        frame = tables[role].frame
        columns = key_columns(manifest.entity, [str(name) for name in frame.columns])
        lacking = [name for name in columns if name not in frame]
        if lacking:
            got = N_("no column '{name}', which names the people of the split").format(name=printable(lacking[0]))
            raise InputError("SA-243", tables[role].where, got, N_("Give the table that the split wrote."))
        marked = mark_missing(frame[list(columns)], manifest.missing)
        column = joined_keys(marked, columns).to_numpy(dtype=object)
        if role == "train":
            ordered = np.empty(len(source), dtype=object)
            ordered[source] = column[~is_canary]
            column = ordered
        keys[part == place] = column
    return units_of(pd.Series(keys, dtype=object))


def units_of(keys: pd.Series) -> IntArray:
    """(n,) person of each row by its canonical text, numbered by first appearance; without a key, one of its own."""
    return np.asarray(pd.factorize(entity_codes(keys, None)[0])[0], dtype=np.int64)


def refuse_other_people(verified: Verified, entities: Mapping[str, IntArray | None]) -> None:
    """The people of the audit must be those that the coins were tossed for.

    Parameters
    ----------
    entities : mapping of str to (n,) array or None
        Role -> person of each row in the audit, codes shared by the roles; None where rows are audited.

    Raises
    ------
    InputError
        SA-243 where a setting makes other people of the rows.
    """
    drawn = np.concatenate([verified.unit[role] for role in entities])
    audited = [codes for codes in entities.values() if codes is not None]
    rows = np.unique(drawn).size == len(drawn)
    same = rows
    if audited:
        codes = np.concatenate(audited)
        both = np.unique(np.stack([drawn, codes]), axis=1).shape[1]
        same = len(codes) == len(drawn) and np.unique(drawn).size == np.unique(codes).size == both
    if not same:
        got = N_("its people are not those of the audit")
        raise InputError("SA-243", "manifest", got, N_("Leave --entity, --missing and the schema to the manifest."))

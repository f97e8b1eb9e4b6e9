"""A folder of ready shadow releases: somebody else ran the vendor's generator on sets of people that are known.

``NAME.csv`` (or any other format that is read) is a release, ``NAME.members.csv`` lists the rows it was fitted on, with
two columns: ``table`` (train or holdout) and ``row`` (0-based position in that table as it is given to the audit).
"""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
from synthaudit.files import prepare_output_folder, printable, sha256_of, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.generators.exchange import NAMED, canonical_like
from synthaudit.generators.shadow_sets import Shadows, gathered, inclusion_windows
from synthaudit.types import BoolArray, IntArray

_LIST = ".members.csv"
_CHANCE = 1e-6
"""Lists that lean on one table more than this chance allows were not drawn blindly."""
_TELLING = 4.0
"""Standard errors of a partial correlation beyond which two lists tell of each other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Membership:
    """Where each row of the pool comes from, which is what a membership list names."""

    from_train: BoolArray
    """(n_rows_pool,)"""
    row: IntArray
    """(n_rows_pool,) position in its table."""
    unit: IntArray
    """(n_rows_pool,) person, 0-based and without gaps."""
    n_train: int
    n_holdout: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Ready shadow releases and their membership lists; used where a generator would be fitted.

    Parameters
    ----------
    pairs : tuple of (str, Path, Path)
        Name, release and list, in the order of names.
    """

    pairs: tuple[tuple[str, Path, Path], ...]
    name: str = "releases"

    @classmethod
    def of(cls, folder: str | Path) -> "Releases":
        """The pairs in a folder; files whose names begin with a dot are left alone.

        Raises
        ------
        InputError
            SA-213 no such folder, nothing in it, or a release or list that stands alone.
        """
        path = Path(folder)
        where = N_("--generator releases:{name}").format(name=printable(path.name, 80))
        usage = N_("Put NAME.csv and NAME.members.csv there for every release.")
        # Unlike Path.is_dir this takes a name too long for a path as no folder.
        if not os.path.isdir(path):  # noqa: PTH112
            raise InputError("SA-213", where, N_("not a folder"), usage)
        files = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        lists = {file.name.removesuffix(_LIST): file for file in files if file.name.endswith(_LIST)}
        tables: dict[str, Path] = {}
        for file in files:
            if file.name.endswith(_LIST):
                continue
            name = file.name.split(".", 1)[0]
            shown = printable(file.name, 80)
            if name not in lists:
                raise InputError(
                    "SA-213",
                    where,
                    N_("no {name}{ending} beside {shown}").format(name=printable(name, 80), ending=_LIST, shown=shown),
                    usage,
                )
            if name in tables:
                raise InputError(
                    "SA-213", where, N_("two releases of the name {name}").format(name=printable(name, 80)), usage
                )
            tables[name] = file
        orphans = [name for name in lists if name not in tables]
        if orphans:
            raise InputError(
                "SA-213",
                where,
                N_("no release beside {name}{ending}").format(name=printable(orphans[0], 80), ending=_LIST),
                usage,
            )
        if not tables:
            raise InputError("SA-213", where, N_("an empty folder"), usage)
        return cls(pairs=tuple((name, tables[name], lists[name]) for name in sorted(tables)))

    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of the releases and their lists."""
        files = [(name, sha256_of(table), sha256_of(members)) for name, table, members in self.pairs]
        return hashlib.sha256(repr(files).encode()).hexdigest()

    def shadows(self, pool: pd.DataFrame, membership: Membership, k: int) -> Shadows:
        """Read the first ``k`` releases.

        Parameters
        ----------
        pool : DataFrame
            Rows whose membership is under attack, canonical cells.
        membership : Membership
            Their tables, positions and persons.
        k : int
            Releases to read, at most as many as there are.

        Returns
        -------
        Shadows
            A release that cannot be read or aligned is a line of ``failures``. Lists whose sets tell of each other
            share a ring.

        Raises
        ------
        InputError
            SA-214 a list that is none, SA-215 lists that lean on train or holdout, SA-216 a person half included.
        """
        started = time.perf_counter()
        chosen = self.pairs[:k]
        included = np.array([_included(path, membership) for _, _, path in chosen])
        first = np.unique(membership.unit, return_index=True)[1]
        people = included[:, first]
        _refuse_lists_with_a_leaning(people, membership.from_train[first])
        results = [_release(path, pool) for _, path, _ in chosen]
        names = [printable(name, 80) for name, _, _ in chosen]
        return gathered(names, results, included, rings_of(people), time.perf_counter() - started)


def plan_releases(
    folder: str | Path, n_train: int, n_holdout: int, *, k: int, rng: np.random.Generator, unit: IntArray | None = None
) -> None:
    """Draw the membership lists that ready releases are to be made from.

    Sets of as many rows (or persons) as train has are drawn blindly from train and holdout together, so that
    everybody is in and out at least twice.

    Parameters
    ----------
    folder : path
        Gets ``shadow-01.members.csv`` and so on.
    n_train, n_holdout : int
        Rows of the two tables.
    k : int
        Releases, at least 4.
    rng : Generator
        The draw.
    unit : (n_train + n_holdout,) int, optional
        Person of each row, train first: people are then drawn as a whole.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan_releases(folder, 3, 3, k=4, rng=np.random.default_rng(0))
    ...     print((Path(folder) / "shadow-01.members.csv").read_text(), end="")
    table,row
    train,2
    holdout,0
    holdout,2
    """
    table = np.repeat(["train", "holdout"], [n_train, n_holdout])
    row = np.concatenate([np.arange(n_train), np.arange(n_holdout)])
    code = np.arange(len(row)) if unit is None else np.unique(unit, return_inverse=True)[1]
    n_members = len(np.unique(code[:n_train]))
    path = prepare_output_folder(folder)
    for i, included in enumerate(inclusion_windows(int(code.max()) + 1, n_members, k, rng).included):
        lines = [f"{t},{r}\n" for t, r in zip(table[included[code]], row[included[code]], strict=True)]
        write_atomic(path / f"shadow-{i + 1:0{max(2, len(str(k)))}d}{_LIST}", "table,row\n" + "".join(lines))


def rings_of(included: BoolArray) -> IntArray:
    """(k,) a common number for sets that tell of each other, such as complementary halves or windows of one ring.

    Two sets are tied where their partial correlation given all others is beyond four standard errors, 1 / sqrt(n)
    each: sets drawn apart have none, and sets that together hold everybody equally often have one of 1.

    Parameters
    ----------
    included : (k, n) bool
        Who is in which set, one column per person.

    Examples
    --------
    >>> halves = inclusion_windows(100, 50, 6, np.random.default_rng(0)).included
    >>> rings_of(halves[[0, 2, 4, 1, 3, 5]]).tolist()
    [0, 1, 2, 0, 1, 2]
    """
    from scipy.sparse.csgraph import connected_components

    centred = included - included.mean(axis=1, keepdims=True)
    # The ridge keeps an exact tie, whose precision would be infinite, finite.
    covariance = np.einsum("in,jn->ij", centred, centred) / included.shape[1] + 1e-6 * np.eye(len(included))
    precision = np.linalg.inv(covariance)
    scale = np.sqrt(np.diag(precision))
    tied = np.abs(precision) > _TELLING / np.sqrt(included.shape[1]) * np.outer(scale, scale)
    ring: IntArray = connected_components(tied, directed=False)[1].astype(np.int64)
    return ring


def _release(path: Path, pool: pd.DataFrame) -> pd.DataFrame | str:
    """A release, or why there is none; only the code of an error, as a name may be a cell where no header is."""
    try:
        return canonical_like(read_table(path, "synthetic", options=NAMED), pool)
    except InputError as error:
        return f"the release cannot be read in the form of the real tables ({error.code})"


def _included(path: Path, membership: Membership) -> BoolArray:
    """(n_rows_pool,) whether a list names the row."""
    where = N_("membership list {name}").format(name=printable(path.name, 80))
    do = N_("Write the columns table (train or holdout) and row (0-based position there).")
    try:
        listed = read_table(path, "train", options=NAMED).frame
    except InputError as error:
        raise InputError(
            "SA-214", where, N_("not a table that can be read ({code})").format(code=error.code), do
        ) from None
    if list(listed.columns) != ["table", "row"]:
        raise InputError("SA-214", where, N_("its columns are not table and row"), do)
    size = {"train": membership.n_train, "holdout": membership.n_holdout}
    named = {table: np.zeros(n, dtype=bool) for table, n in size.items()}
    for i, (table, text) in enumerate(zip(listed["table"], listed["row"], strict=True)):
        place = N_("data row {position}").format(position=i + 1)
        if table not in named:
            raise InputError("SA-214", where, N_("{place} names neither train nor holdout").format(place=place), do)
        if not (isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 18):
            raise InputError("SA-214", where, N_("{place} has no row number").format(place=place), do)
        row = int(text)
        if row >= size[table]:
            got = N_("{place} names a row of {table} beyond its {n} rows, which count from 0").format(
                place=place, table=table, n=size[table]
            )
            raise InputError("SA-214", where, got, do)
        if named[table][row]:
            raise InputError(
                "SA-214",
                where,
                N_("{place} names a row that an earlier one names").format(place=place),
                N_("Remove one."),
            )
        named[table][row] = True
    included = np.empty(len(membership.row), dtype=bool)
    for table, is_from in (("train", membership.from_train), ("holdout", ~membership.from_train)):
        included[is_from] = named[table][membership.row[is_from]]
    rows_in, rows = np.bincount(membership.unit, included), np.bincount(membership.unit)
    n_split = int(((rows_in > 0) & (rows_in < rows)).sum())
    if n_split:
        got = N_("{n_split} persons have rows in the list and rows outside it").format(n_split=n_split)
        raise InputError("SA-216", where, got, N_("Put all rows of a person in or none."))
    return included


def _refuse_lists_with_a_leaning(included: BoolArray, is_member: BoolArray) -> None:
    """Lists drawn from train rather than from everybody carry the truth into the scores and void every p-value."""
    n, n_members = len(is_member), int(is_member.sum())
    for people in included:
        n_in, n_members_in = int(people.sum()), int((people & is_member).sum())
        from scipy.stats import hypergeom

        law = hypergeom(n, n_members, n_in)
        chance = 2 * min(law.cdf(n_members_in), law.sf(n_members_in - 1))
        if chance * len(included) < _CHANCE:
            share_of_train, share_of_holdout = n_members_in / n_members, (n_in - n_members_in) / (n - n_members)
            got = N_(
                "a list holds {share_of_train:.0%} of train and {share_of_holdout:.0%} of the holdout under test"
            ).format(share_of_train=share_of_train, share_of_holdout=share_of_holdout)
            do = N_("Draw every list blindly from both together; plan_releases does.")
            raise InputError("SA-215", N_("--generator releases"), got, do)

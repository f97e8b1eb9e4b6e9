"""Who a row belongs to: people of the entity column, on which side they stand, and whether a release names them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.keys import running_note
from synthaudit.adapters.alignment.overlap import entity_codes
from synthaudit.adapters.alignment.person_key import SEPARATOR
from synthaudit.adapters.readers.raw import RawTable, plural
from synthaudit.cells import as_text, fold_key
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import BoolArray, Coverage, IntArray

MAX_DIGITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Codes of the person of each row, shared by both tables; None where no entity column is named."""

    train: IntArray | None
    holdout: IntArray | None
    coverage: list[Coverage]


def people_of(
    train: RawTable, holdout: RawTable | None, reference: RawTable | None, entity: str | None, allow_overlap: bool
) -> People:
    """Code the people of the real tables.

    Raises
    ------
    InputError
        SA-151 nobody is named, SA-174 people on both sides, SA-175 people of the reference on either side.
    """
    if entity is None:
        return People(None, None, [])
    notes = []
    names = as_text(train.frame[entity])
    holdout_names = None if holdout is None else as_text(holdout.frame[entity])
    n_nameless = int(names.isna().sum()) + (0 if holdout_names is None else int(holdout_names.isna().sum()))
    if n_nameless == len(names) + (0 if holdout_names is None else len(holdout_names)):
        raise InputError("SA-151", train.where_column(entity), N_("all cells missing"), N_("Leave --entity out."))
    if n_nameless:
        reason = N_("{rows} without a value in '{name}' count as one person each.").format(
            rows=plural(n_nameless, "row"), name=printable(entity)
        )
        notes.append(Coverage(test=N_("entity"), status="ran", reason=reason))
    codes, other_codes, n_shared = entity_codes(names, holdout_names)
    if n_shared and holdout is not None:
        got = (
            N_("{n} key of '{name}' is also in train")
            if n_shared == 1
            else N_("{n} keys of '{name}' are also in train")
        ).format(n=n_shared, name=printable(entity))
        if not allow_overlap:
            raise InputError("SA-174", holdout.where, got, N_("Split by person."))
        reason = N_("{where}: {got}; their labels contradict each other.").format(where=holdout.where, got=got)
        notes.append(Coverage(test=N_("overlap"), status="ran_low_power", reason=reason, blocks_pass=True))
    if reference is not None and entity in reference.frame:
        known = set(names.dropna()) | (set() if holdout_names is None else set(holdout_names.dropna()))
        met = set(as_text(reference.frame[entity]).dropna()) & known
        notes += known_in_reference(len(met), entity, reference.where, allow_overlap)
    return People(codes, other_codes, notes)


def known_in_reference(n: int, entity: str, where: str, allow_overlap: bool) -> list[Coverage]:
    """What it means that ``n`` people of a reference are in train or holdout; SA-175 unless that is allowed."""
    if not n:
        return []
    got = (
        N_("{n} key of '{name}' is also in train or holdout")
        if n == 1
        else N_("{n} keys of '{name}' are also in train or holdout")
    ).format(n=n, name=printable(entity))
    if not allow_overlap:
        raise InputError("SA-175", where, got, N_("Give other people, or leave --reference out."))
    reason = N_("{where}: {got}; attacks that use the reference lean on them.").format(where=where, got=got)
    return [Coverage(test=N_("overlap"), status="ran_low_power", reason=reason, blocks_pass=True)]


class ReleaseKeys:
    """The keys of a release, taken up part by part: those of real people, and whether all are a running number."""

    def __init__(self, people: Mapping[str, pd.Series]) -> None:
        self._people = people
        self._known = {fold_key(key) for keys in people.values() for key in keys if isinstance(key, str)}
        self._met: set[str] = set()
        self._numbers: dict[str, list[IntArray]] | None = {}

    def read(self, column: pd.Series) -> None:
        """Take up the next rows' cells of the entity column."""
        keys = {fold_key(key) for key in as_text(column).dropna().unique()}
        self._met |= keys & self._known
        if self._numbers is None:
            return
        tails: dict[str, list[str]] = {}
        for key in keys:
            # Of a joined key the last part may count up within the others.
            head, _, tail = key.rpartition(SEPARATOR)
            tails.setdefault(head, []).append(tail)
        for head, numbers in tails.items():
            if not all(number.isascii() and number.isdigit() and len(number) < MAX_DIGITS for number in numbers):
                self._numbers = None
                return
            # The length tells 01 from 1.
            coded = np.array([int(number) * MAX_DIGITS + len(number) for number in numbers], dtype=np.int64)
            self._numbers.setdefault(head, []).append(coded)

    def named(self, entity: str) -> tuple[dict[str, BoolArray], list[Coverage]]:
        """Whose key the release holds, by role; a running number of its own names nobody."""
        column = f"'{printable(entity)}'"
        if self.counts:
            return {}, [running_note(entity)]
        named = {
            role: np.array([isinstance(key, str) and fold_key(key) in self._met for key in keys], dtype=bool)
            for role, keys in self._people.items()
        }
        reason = N_("The release has the identifier {column}; a person whose key it holds counts as copied.").format(
            column=column
        )
        return named, [Coverage(test=N_("identifier"), status="ran", reason=reason)]

    @property
    def counts(self) -> bool:
        """Whether the keys merely count the release's people."""
        if not self._numbers:
            return False
        counted = [np.unique(np.concatenate(numbers)) // MAX_DIGITS for numbers in self._numbers.values()]
        runs = [n[0] in (0, 1) and n[-1] - n[0] == len(n) - 1 for n in counted]
        return all(runs) and sum(map(len, counted)) > len(counted)


def named_people(
    table: RawTable, entity: str | None, people: Mapping[str, pd.Series]
) -> tuple[dict[str, BoolArray], list[Coverage]]:
    """Whose key the release holds, by role; see :class:`ReleaseKeys`."""
    if entity is None or entity not in table.frame:
        return {}, []
    keys = ReleaseKeys(people)
    keys.read(table.frame[entity])
    return keys.named(entity)

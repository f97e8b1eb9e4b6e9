"""The promise for quantities in dress: read as the plain column is, or said; never a pass where the plain one fails."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting_generator import evidence_of
from dress import NUMBERS, TIMES, TOKENS, WHOLE, Dress
from hypothesis import given, settings
from hypothesis import strategies as st

import synthaudit
from synthaudit.adapters.alignment.align import align
from synthaudit.adapters.readers.raw import TableRole
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
from synthaudit.types import AuditData

COLUMNS = {"amount": NUMBERS, "visits": WHOLE, "since": TIMES}
ROLES: tuple[TableRole, ...] = ("train", "holdout", "synthetic")
WAYS = [(column, dress) for column, dresses in COLUMNS.items() for dress in dresses]
Tables = dict[str, pd.DataFrame]


def plain_tables(seed: int, rows: int = 120) -> Tables:
    """Accounts; every second row of the release is a near copy of a member's."""
    rng = np.random.default_rng(seed)

    def table() -> pd.DataFrame:
        seconds = rng.integers(0, 10**9, rows)
        return pd.DataFrame(
            {
                "amount": np.round(rng.normal(500, 2_000, rows), 2),
                "visits": rng.lognormal(7, 1.5, rows).astype(int) + 1,
                "since": pd.Timestamp("1990-01-01") + pd.to_timedelta(seconds, unit="s"),
                "branch": rng.choice(["north", "south", "east"], rows),
            }
        )

    tables: Tables = {role: table() for role in ROLES}
    copied = tables["train"][: rows // 2].copy()
    copied["amount"] = np.round(copied["amount"] * 1.002, 2)
    tables["synthetic"] = pd.concat([copied, tables["synthetic"][rows // 2 :]], ignore_index=True)
    return tables


def dressed(tables: Tables, role: str, column: str, dress: Dress) -> Tables:
    """The same tables, one column of one of them written otherwise."""
    cells = tables[role][column].map(dress.write).astype(object)
    return {**tables, role: tables[role].assign(**{column: cells})}


def aligned(tables: Tables) -> AuditData:
    raw = {role: read_table(tables[role], role) for role in ROLES}
    return align(raw["train"], raw["synthetic"], raw["holdout"])


def what_became(plain: AuditData, tables: Tables) -> str:
    """``read`` as the plain column, ``stopped``, ``blocked``, or ``lost`` without a word."""
    try:
        data = aligned(tables)
    except InputError:
        return "stopped"
    if all(getattr(data, role).equals(getattr(plain, role)) for role in ROLES):
        return "read"
    return "blocked" if any(note.blocks_pass for note in data.coverage) else "lost"


NEVER_LOST = {"stopped", "blocked"}
"""What may become of a column with a foreign cell; one without may also be read."""


def outcome_of(seed: int, role: str, way: tuple[str, str], token: str | None) -> str:
    """What becomes of a column in this dress, one cell of it replaced where a token is given."""
    column, name = way
    tables = plain_tables(seed)
    written = dressed(tables, role, column, COLUMNS[column][name])
    if token is not None:
        written[role].loc[seed % 100, column] = token
    return what_became(aligned(tables), written)


DRAWN = {
    "seed": st.integers(0, 2**31),
    "role": st.sampled_from(ROLES),
    "way": st.sampled_from(WAYS),
    "token": st.one_of(st.none(), st.sampled_from(TOKENS)),
}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(**DRAWN)
def test_a_dressed_column_is_read_stopped_or_blocks(
    seed: int, role: str, way: tuple[str, str], token: str | None
) -> None:
    """Any dress in any one table, with a foreign cell or without."""
    assert outcome_of(seed, role, way, token) in NEVER_LOST | (set() if token else {"read"})


@pytest.mark.statistics
@settings(max_examples=2_000, deadline=None)
@given(**DRAWN)
def test_a_dressed_column_is_read_stopped_or_blocks_in_2000(
    seed: int, role: str, way: tuple[str, str], token: str | None
) -> None:
    """The same, 2,000 drawn anew."""
    assert outcome_of(seed, role, way, token) in NEVER_LOST | (set() if token else {"read"})


def test_of_unambiguous_dresses_nine_in_ten_are_read() -> None:
    """Every such dress in every table: the canonical cells of the plain column."""
    became = {}
    for seed in (1, 2):
        tables = plain_tables(seed)
        plain = aligned(tables)
        for column, name in WAYS:
            dress = COLUMNS[column][name]
            if dress.unambiguous:
                for role in ROLES:
                    became[seed, role, column, name] = what_became(plain, dressed(tables, role, column, dress))
    unread = {way: what for way, what in became.items() if what != "read"}
    assert len(unread) <= 0.1 * len(became), unread


EVERY_20TH = [(way, role) for way in WAYS for role in ROLES][7::20]


@pytest.mark.parametrize(("way", "role"), EVERY_20TH)
def test_a_dressed_fail_is_no_pass(way: tuple[str, str], role: str) -> None:
    """Whole audits of near copies: the evidence of the plain tables, or a stop, or anything but a pass."""
    column, name = way
    tables = plain_tables(3)
    options: dict[str, Any] = {"profile": "quick", "jobs": 1}

    def audited(given: Tables) -> synthaudit.Audit:
        return synthaudit.audit(given["train"], given["synthetic"], given["holdout"], **options)

    plain = audited(tables)
    assert plain.outcome == "fail"
    try:
        other = audited(dressed(tables, role, column, COLUMNS[column][name]))
    except InputError:
        return
    assert other.outcome != "pass"
    if not any(note.test == "kinds" for note in other.report.coverage):
        assert without_words(other) == without_words(plain)


def without_words(audit: synthaudit.Audit) -> object:
    """The evidence but for the hashes of its tables, and for what was said of reading."""
    evidence = evidence_of(audit.to_json())
    assert isinstance(evidence, dict)
    del evidence["provenance"]["sha256"], evidence["tables"]
    evidence["coverage"] = [line for line in evidence["coverage"] if line["test"] != "reading"]
    return evidence

"""Kinds and roles of the columns, inferred from the real tables only.

The vendor has no say: whatever the synthetic table looks like, a column is read as the real tables write it. The
rules are told in ``docs/input-tables.md``; every one of them can be overruled per column.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from synthaudit import cells
from synthaudit.adapters.readers.raw import RawTable, did_you_mean, plural
from synthaudit.cells import Levels, fold_text, levels_of
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.types import Column, Coverage, Kind, Role, Schema

MIN_IDENTIFIER_ROWS = 50
NEAR_UNIQUE = 0.95
MOSTLY = 0.9
QUANTITY_LEVELS = 20
"""More different numbers than this are a quantity, not a handful of codes."""
FREE_TEXT_WORDS = 5
FREE_TEXT_LENGTH = 64

KEY_WORDS = frozenset({"id", "ids", "key", "uuid", "guid", "pk", "idx", "index", "rowid", "rownum"})
PERSON_WORDS = frozenset(
    {
        *("patient", "person", "subject", "participant", "customer", "client", "user", "member", "employee"),
        *("student", "household", "family", "respondent", "account", "policyholder", "citizen"),
    }
)
SENSITIVE_WORDS = frozenset(
    {
        *("diagnosis", "disease", "icd", "icd9", "icd10", "medication", "drug", "hiv", "disability", "pregnant"),
        *("pregnancy", "income", "salary", "wage", "debt", "religion", "ethnicity", "race", "orientation"),
        *("political", "party", "union", "criminal", "conviction", "genotype"),
    }
)
QUASI_IDENTIFIER_WORDS = frozenset(
    {
        *("age", "sex", "gender", "birth", "birthday", "birthdate", "dob", "zip", "zipcode", "postcode", "postal"),
        *("city", "town", "municipality", "county", "state", "region", "country", "nationality", "marital"),
        *("occupation", "job", "profession", "education", "employer", "ethnicity", "race"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOverride:
    """What a user says of one column; None leaves it to the inference."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    kind: Kind | None = None
    sensitive: Annotated[bool, Field(strict=True)] | None = None
    quasi_identifier: Annotated[bool, Field(strict=True)] | None = None


def infer_schema(
    train: RawTable,
    holdout: RawTable | None = None,
    overrides: Mapping[str, ColumnOverride] | None = None,
    *,
    entity: str | None = None,
    columns: Collection[str] | None = None,
    decimal: str | None = None,
) -> Schema:
    """Kinds and roles of the real tables' columns.

    Parameters
    ----------
    train, holdout : RawTable
        The real tables; where both are given a column must fit its kind in both.
    overrides : mapping of str to ColumnOverride, optional
        Kinds and roles that the user declares, by column.
    entity : str, optional
        The column that names the person; it is no audited column.
    columns : collection of str, optional
        The columns to audit; all if not given.
    decimal : str
        Decimal mark of numbers in text.

    Returns
    -------
    Schema
        In the order of the train table.

    Raises
    ------
    InputError
        SA-131 decimal comma, SA-150 missing tokens among numbers, SA-151 all missing, SA-154 impossible dates,
        SA-184 an override of a column that train lacks.

    Examples
    --------
    >>> from synthaudit.adapters.readers.tables import read_table
    >>> frame = pd.DataFrame({"age": ["34", "35"], "zip": ["00501", "10001"], "smokes": ["yes", "no"]})
    >>> [column.kind for column in infer_schema(read_table(frame, "train")).columns]
    ['numeric', 'categorical', 'boolean']
    """
    schema, _ = infer_with_notes(train, holdout, overrides, entity=entity, columns=columns, decimal=decimal)
    return schema


def infer_with_notes(
    train: RawTable,
    holdout: RawTable | None,
    overrides: Mapping[str, ColumnOverride] | None,
    *,
    entity: str | None,
    columns: Collection[str] | None,
    decimal: str | None,
) -> tuple[Schema, tuple[Coverage, ...]]:
    """`infer_schema`, and what was noticed on the way."""
    overrides = overrides or {}
    names = [str(name) for name in train.frame.columns]
    for name in overrides:
        if name not in names:
            got = f"no column '{printable(name)}', which the configuration describes"
            raise InputError("SA-184", train.where, got, f"Correct the name.{did_you_mean(name, names)}")
    inferred: list[Column] = []
    notes: list[Coverage] = []
    for name in names:
        if name == entity or (columns is not None and name not in columns):
            continue
        override = overrides.get(name, ColumnOverride())
        kind = override.kind
        if kind is None:
            kind, note = _infer_kind(train, holdout, name, decimal or ".")
            if note:
                notes.append(Coverage(test="kinds", status="ran", reason=f"Column '{printable(name)}': {note}."))
        roles = _infer_roles(name, kind, override)
        if "entity" in roles and entity is None:
            reason = (
                f"Column '{printable(name)}' looks like the key of a person; if several rows belong to one person, "
                "pass it as --entity"
            )
            notes.append(Coverage(test="entity", status="ran", reason=f"{reason}."))
        declared = {role for role in ("sensitive", "quasi_identifier") if getattr(override, role)}
        by_name = tuple(role for role in roles if role not in declared)
        inferred.append(Column(name=name, kind=kind, roles=roles, inferred=by_name))
    return Schema(columns=tuple(inferred), entity=entity), tuple(notes)


# --- kinds ------------------------------------------------------------------------------------------------


def _infer_kind(train: RawTable, holdout: RawTable | None, name: str, decimal: str) -> tuple[Kind, str]:
    levels = levels_of(train.frame[name])
    where = train.where_column(name)
    if not levels.n_present:
        do = "Leave it out with --columns."
        raise InputError("SA-151", where, "all cells missing; the column cannot be audited", do)
    column = train.frame[name]
    if column.dtype.kind == "M":
        return "datetime", ""
    if column.dtype.kind in "if":
        return _number_or_key(levels, [float(value) for value in levels.values], name), ""
    both = list(levels.values)
    if holdout is not None and name in holdout.frame and holdout.frame[name].dtype == object:
        in_train = set(both)
        both += [value for value in levels_of(holdout.frame[name]).values if value not in in_train]
    if {fold_text(value) for value in both} in [set(pair) for pair in cells.BOOLEAN_PAIRS]:
        return "boolean", ""
    numbers = [cells.parse_number(value, decimal) for value in levels.values]
    if all(number is not None for number in numbers):
        if not any(cells.has_leading_zero(value) or cells.is_big_integer(value) for value in both):
            return _number_or_key(levels, [number for number in numbers if number is not None], name), ""
        note = "digits with leading zeros or beyond 2**53, kept as codes"
        return _text_kind(levels), note
    if all(cells.is_time_shaped(value) for value in levels.values):
        n_bad = levels.count(lambda value: cells.parse_time(value) is None)
        if n_bad:
            got = f"{n_bad} of {plural(levels.n_present, 'date')} do not exist"
            raise InputError("SA-154", where, got, "Correct them, or declare the column categorical.")
        return "datetime", ""
    _refuse_spoiled(levels, numbers, decimal, where)
    share = levels.count(cells.looks_like_other_date) / levels.n_present
    note = "looks like dates that are not ISO 8601, audited as text" if share >= MOSTLY else ""
    return _text_kind(levels), note


def _number_or_key(levels: Levels, numbers: list[float], name: str) -> Kind:
    """Numeric, unless whole numbers that hardly repeat are named like a key or count the rows."""
    n_rows, n_levels = levels.n_present, len(numbers)
    if n_rows < MIN_IDENTIFIER_ROWS or not all(number.is_integer() for number in numbers):
        return "numeric"
    if _is_key_name(name):
        return "identifier" if n_levels >= 0.5 * n_rows else "numeric"
    counts_rows = n_levels == n_rows and max(numbers) - min(numbers) + 1 == n_rows
    return "identifier" if counts_rows else "numeric"


def _text_kind(levels: Levels) -> Kind:
    """Categorical, free text, or an identifier: by how often values repeat and how long they are."""
    n_rows = levels.n_present
    distinct = len(levels.values) / n_rows
    words = float(np.mean([len(value.split()) for value in levels.values]))
    length = float(np.mean([len(value) for value in levels.values]))
    is_prose = words >= FREE_TEXT_WORDS or length > FREE_TEXT_LENGTH
    if is_prose and distinct > 0.5:
        return "text"
    return "identifier" if n_rows >= MIN_IDENTIFIER_ROWS and distinct >= NEAR_UNIQUE else "categorical"


def _refuse_spoiled(levels: Levels, numbers: list[float | None], decimal: str, where: str) -> None:
    """A column of quantities or times that a few cells would silently turn into categories is an error."""
    n = levels.n_present
    if decimal == ".":
        n_comma = levels.count(cells.has_decimal_comma)
        if n_comma >= MOSTLY * n:
            got = f"{100 * n_comma // n} % of cells look like numbers with a decimal comma"
            raise InputError("SA-131", where, got, "Pass --decimal ',' or declare the column categorical.")
    not_numbers = [value for value, number in zip(levels.values, numbers, strict=True) if number is None]
    _refuse_tokens(levels, not_numbers, len(numbers) - len(not_numbers), "numbers", where)
    not_times = [value for value in levels.values if not cells.is_time_shaped(value)]
    _refuse_tokens(levels, not_times, len(levels.values) - len(not_times), "dates", where)


def _refuse_tokens(levels: Levels, misfits: list[str], n_good_levels: int, noun: str, where: str) -> None:
    tokens = sorted({value.strip() for value in misfits})
    if n_good_levels <= QUANTITY_LEVELS or not set(tokens) <= set(cells.KNOWN_MISSING):
        return
    spoiling = set(misfits)
    n_bad = levels.count(lambda value: value in spoiling)
    got = f"{levels.n_present - n_bad} of {levels.n_present} cells are {noun}, the rest is a usual spelling of missing"
    raise InputError("SA-150", where, got, f"Pass {missing_flags(tokens)}, or declare the column categorical.")


def missing_flags(tokens: Collection[str]) -> str:
    """``--missing 'NA' --missing '-'``; only spellings that are constants of this package come here."""
    return " ".join(f"--missing '{token}'" for token in tokens)


# --- roles ------------------------------------------------------------------------------------------------


def _words(name: str) -> list[str]:
    """``patientId`` and ``patient_id`` as ``["patient", "id"]``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[\W_]+", " ", name)).casefold().split()


def _is_key_name(name: str) -> bool:
    words = _words(name)
    return bool(words) and (words[-1] in KEY_WORDS or words[0] == "unnamed")


def _infer_roles(name: str, kind: Kind, override: ColumnOverride) -> tuple[Role, ...]:
    words = set(_words(name))
    roles: list[Role] = []
    is_person_key = words & PERSON_WORDS and (words & KEY_WORDS or len(words) == 1)
    if is_person_key and kind not in ("boolean", "datetime", "text"):
        roles.append("entity")
    by_role: list[tuple[Role, bool | None, frozenset[str]]] = [
        ("sensitive", override.sensitive, SENSITIVE_WORDS),
        ("quasi_identifier", override.quasi_identifier, QUASI_IDENTIFIER_WORDS),
    ]
    for role, declared, role_words in by_role:
        if declared or (declared is None and words & role_words):
            roles.append(role)
    return tuple(roles)


# --- missing tokens ------------------------------------------------------------------------------------------


def mark_missing(frame: pd.DataFrame, tokens: Collection[str]) -> pd.DataFrame:
    """A raw frame with every cell that is one of the tokens missing, in text and, as a number, in numbers."""
    if not tokens:
        return frame
    spelled = {token.strip() for token in tokens}
    values = {number for token in tokens if (number := cells.parse_number(token)) is not None}

    def is_token(value: str) -> bool:
        if value.strip() in spelled:
            return True
        return bool(values) and not cells.has_leading_zero(value) and cells.parse_number(value) in values

    marked = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object:
            hit = levels_of(column).mask(is_token)
            marked[name] = cells.text_column(np.where(hit, np.array(None), column.to_numpy()))
        elif column.dtype.kind in "if" and values:
            hit = np.isin(column.to_numpy(dtype=np.float64), list(values))
            marked[name] = pd.Series(np.where(hit, np.nan, column)) if hit.any() else column
        else:
            marked[name] = column
    return pd.DataFrame(marked)


# --- writing ------------------------------------------------------------------------------------------------


def schema_to_toml(schema: Schema) -> str:
    """A schema as the ``[columns]`` part of a configuration file, to be edited and passed as ``--config``.

    Examples
    --------
    >>> print(schema_to_toml(Schema(columns=(Column(name="zip", kind="categorical", roles=("sensitive",)),))))
    version = 1
    <BLANKLINE>
    [columns."zip"]
    kind = "categorical"
    sensitive = true
    <BLANKLINE>
    """
    # A JSON string is a TOML basic string as long as it has no lone surrogate; names with those are refused.
    quote: Callable[[str], str] = lambda text: json.dumps(text, ensure_ascii=False)  # noqa: E731
    parts = ["version = 1"]
    if schema.entity is not None:
        parts.append(f"[data]\nentity = {quote(schema.entity)}")
    for column in schema.columns:
        lines = [f"[columns.{quote(column.name)}]", f"kind = {quote(column.kind)}"]
        lines += [f"{role} = true" for role in ("sensitive", "quasi_identifier") if role in column.roles]
        if "entity" in column.roles:
            lines.insert(0, "# looks like the key of a person: [data] entity = " + quote(column.name))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"

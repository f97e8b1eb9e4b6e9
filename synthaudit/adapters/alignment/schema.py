"""Kinds and roles of the columns, inferred from the real tables only.

The vendor has no say: whatever the synthetic table looks like, a column is read as the real tables write it. The
rules are told in ``docs/input-tables.md``; every one of them can be overruled per column.
"""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from synthaudit import cells
from synthaudit.adapters.alignment.canonical import no_cell
from synthaudit.adapters.alignment.declared import ColumnOverride, refuse_unknown
from synthaudit.adapters.alignment.missing import missing_flags
from synthaudit.adapters.alignment.notations import read_train
from synthaudit.adapters.alignment.spoiled import (
    MOSTLY,
    QUANTITY_LEVELS,
    is_quantity,
    may_be_a_quantity,
    refuse_spoiled,
)
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.raw import RawTable, percent, plural
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import Levels, fold_text, levels_of
from synthaudit.errors import InputError
from synthaudit.files import printable, toml_text
from synthaudit.files.catalogue import N_
from synthaudit.types import Column, Coverage, CoverageStatus, Kind, Role, Schema

MIN_IDENTIFIER_ROWS = 50
IMPOSSIBLE = N_("Correct them, pass --missing with their spelling, or declare the column categorical.")
NEAR_UNIQUE = 0.95
FREE_TEXT_WORDS = 5
FREE_TEXT_LENGTH = 64

KEY_WORDS = frozenset({"id", "ids", "key", "uuid", "guid", "pk", "idx", "index", "rowid", "rownum"})
CODE_WORDS = frozenset(
    {
        *("zip", "zipcode", "postcode", "postal", "plz", "code", "icd", "icd9", "icd10", "cpt", "atc", "isbn", "ean"),
        *("sku", "version"),
    }
)
"""Columns so named have digits that are no quantity."""
IDENTITY_WORDS = frozenset({"phone", "telephone", "mobile", "fax", "email", "mail", "iban", "ssn", "plate"})
"""Columns so named have a value of each person's own."""
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
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"age": ["34", "35"], "zip": ["00501", "10001"], "smokes": ["yes", "no"]})
    >>> [column.kind for column in infer_schema(read_table(frame, "train")).columns]
    ['numeric', 'categorical', 'boolean']
    """
    writing = Writing(decimal=decimal)
    train, notations = read_train(train, writing, overrides or {})
    holdout = None if holdout is None else notations.read(holdout, writing)
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
    refusals: Refusals | None = None,
) -> tuple[Schema, tuple[Coverage, ...]]:
    """`infer_schema` of tables whose quantities are without their dress, and what was noticed on the way.

    What is wrong with columns is raised, of all of them at once, together with what ``refusals`` already has.
    """
    overrides, found = overrides or {}, refusals or Refusals()
    names = [str(name) for name in train.frame.columns]
    refuse_unknown(overrides, names, train.where)
    inferred: list[Column] = []
    notes: list[Coverage] = []
    for name in names:
        if name == entity or (columns is not None and name not in columns) or name in found.names:
            continue
        override = overrides.get(name, ColumnOverride())
        kind = override.kind
        if kind is None:
            with found.of(train.where, name):
                kind, note = _infer_kind(train, holdout, name, decimal or ".")
                notes += [] if note is None else [note]
        if name in found.names:
            continue
        roles = _infer_roles(name, kind, override)
        if "entity" in roles and entity is None:
            reason = N_(
                "Column '{name}' looks like the key of a person; if several rows belong to one person, pass it as"
                " --entity"
            ).format(name=printable(name))
            notes.append(Coverage(test=N_("entity"), status="ran", reason=f"{reason}."))
        declared = {role for role in ("sensitive", "quasi_identifier") if getattr(override, role)}
        by_name = tuple(role for role in roles if role not in declared)
        inferred.append(Column(name=name, kind=kind, roles=roles, inferred=by_name))
    found.tell()
    return Schema(columns=tuple(inferred), entity=entity), tuple(notes)


# --- kinds ------------------------------------------------------------------------------------------------


def _are_truths(values: Sequence[str]) -> bool:
    """Whether texts spell true and false in one way, told of most columns by the first cell."""
    pairs = [set(pair) for pair in cells.BOOLEAN_PAIRS]
    known = set().union(*pairs)
    return all(fold_text(value) in known for value in values) and {fold_text(value) for value in values} in pairs


def _infer_kind(train: RawTable, holdout: RawTable | None, name: str, decimal: str) -> tuple[Kind, Coverage | None]:
    levels = levels_of(train.frame[name])
    where = train.where_column(name)
    if not levels.n_present:
        raise no_cell(where, name)
    column = train.frame[name]
    if column.dtype.kind == "M":
        return "datetime", None
    if column.dtype.kind in "if":
        return _number_or_key(levels, [float(value) for value in levels.values], name), None
    both = list(levels.values)
    if holdout is not None and name in holdout.frame and holdout.frame[name].dtype == object:
        in_train = set(both)
        both += [value for value in levels_of(holdout.frame[name]).values if value not in in_train]
    if _are_truths(both):
        return "boolean", None
    numbers = cells.all_numbers(levels.values, decimal)
    if numbers is not None:
        if not (any(cells.is_code(value) for value in both) or cells.are_versions(both)):
            return _number_or_key(levels, numbers, name), None
        kind = _text_kind(levels)
        return kind, _undeclared(
            levels, kind, name, N_("digits of a code (zeros in front, very long numbers, telephones, versions)")
        )
    if all(cells.is_time_shaped(value) for value in levels.values):
        n_bad = levels.count(lambda value: cells.parse_time(value) is None)
        if n_bad:
            got = N_("{n_bad} of {dates} do not exist").format(n_bad=n_bad, dates=plural(levels.n_present, "date"))
            bad = sorted({value.strip() for value in levels.values if cells.parse_time(value) is None})
            do = (
                N_("Pass {flags}.").format(flags=missing_flags(bad))
                if set(bad) <= set(cells.KNOWN_MISSING)
                else IMPOSSIBLE
            )
            raise InputError("SA-154", where, got, do)
        return "datetime", None
    refuse_spoiled(levels, [cells.parse_number(value, decimal) for value in levels.values], decimal, where, name)
    kind = _text_kind(levels)
    return kind, _undeclared(levels, kind, name)


def _note(name: str, reason: str, *, blocks_pass: bool = False) -> Coverage:
    status: CoverageStatus = "not_run" if blocks_pass else "ran"
    reason = f"Column '{printable(name)}': {reason}."
    return Coverage(test=N_("kinds"), status=status, reason=reason, blocks_pass=blocks_pass)


def _undeclared(levels: Levels, kind: Kind, name: str, code: str | None = None) -> Coverage | None:
    """What is to be said of a column of text that may be something else; only the user knows."""
    n = levels.n_present
    is_identity = is_key_name(name) or bool(IDENTITY_WORDS.intersection(words_of(name)))
    is_named = is_identity or bool(CODE_WORDS.intersection(words_of(name)))
    share = levels.count(cells.looks_like_other_date) / n
    if share >= MOSTLY and kind == "categorical":
        reason = N_("looks like dates that are not ISO 8601, audited as text")
        is_blocking = len(levels.values) > QUANTITY_LEVELS
        return _note(name, f"{reason}{_say_what(name) if is_blocking else ''}", blocks_pass=is_blocking)
    if kind == "text":
        return _note(
            name,
            N_("taken for free text, which is left out when rows are compared{hint}").format(hint=_say_what(name)),
            blocks_pass=True,
        )
    quantities = set(filter(is_quantity, levels.values)) if code is None else set()
    share = levels.count(lambda value: value in quantities) / n
    is_code = is_identity if kind == "identifier" else is_named and share == 1
    if len(quantities) > QUANTITY_LEVELS and share >= MOSTLY and not is_code:
        how = (
            N_("compared as categories")
            if kind == "categorical"
            else N_("taken for an identifier, which is left out when rows are compared")
        )
        rest = N_("the rest is none") if share < 1 else N_("but not of one form")
        got = N_("{share} of its cells are numbers or times, {rest}; {how}").format(
            share=percent(share), rest=rest, how=how
        )
        return _note(name, f"{got}{_say_what(name)}", blocks_pass=True)
    if kind == "identifier" and not (is_identity or all(map(cells.is_identity_shaped, levels.values))):
        got = N_("taken for an identifier since {share} of its cells differ").format(
            share=percent(len(levels.values) / n)
        )
        left_out = N_("{got}; it is left out when rows are compared{hint}")
        return _note(name, left_out.format(got=got, hint=_say_what(name)), blocks_pass=True)
    if kind == "categorical" and not is_named and may_be_a_quantity(levels):
        got = N_("{n:,} different values with digits").format(n=len(levels.values)) if code is None else code
        reason = N_("{got}, perhaps of a quantity in a form that is not read; compared as categories{hint}").format(
            got=got, hint=_say_what(name)
        )
        return _note(name, reason, blocks_pass=True)
    return None if code is None else _note(name, N_("{code}, kept as text").format(code=code))


def _say_what(name: str) -> str:
    kinds = N_('"identifier", "categorical", "numeric", "datetime" or "text"')
    return N_(". Say what it is: [columns.{name}] kind = {kinds}").format(name=toml_text(name), kinds=kinds)


def _number_or_key(levels: Levels, numbers: list[float], name: str) -> Kind:
    """Numeric, unless whole numbers that hardly repeat are named like a key or count the rows."""
    n_rows, n_levels = levels.n_present, len(numbers)
    if n_rows < MIN_IDENTIFIER_ROWS or not all(number.is_integer() for number in numbers):
        return "numeric"
    if is_key_name(name):
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


# --- roles ------------------------------------------------------------------------------------------------


def words_of(name: str) -> list[str]:
    """Words of a column's name: ``patientId`` and ``patient_id`` are ``["patient", "id"]``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[\W_]+", " ", name)).casefold().split()


def is_key_name(name: str) -> bool:
    """Whether a column is named like a key; an index of several words is rather a quantity.

    Examples
    --------
    >>> [is_key_name(name) for name in ("patientId", "index", "body_mass_index", "paid")]
    [True, True, False, False]
    """
    words = words_of(name)
    if len(words) > 1 and words[-1] in ("index", "idx"):
        return words[-2] in ("row", "record", "line")
    return bool(words) and (words[-1] in KEY_WORDS or words[0] == "unnamed")


def _infer_roles(name: str, kind: Kind, override: ColumnOverride) -> tuple[Role, ...]:
    words = set(words_of(name))
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

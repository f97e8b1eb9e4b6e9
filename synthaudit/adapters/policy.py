"""Policies: the limits of a use, built in or from a TOML file."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from synthaudit.adapters.readers.raw import did_you_mean
from synthaudit.adapters.toml import CODE, read_toml, validated
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Policy

SOURCE = N_("chosen by the synthaudit project (version 2); no regulator sets one for membership")
VERSION = 2
"""Of the built-in limits: 1 had .5, .2 and .1 % of copies."""
BUILT_IN = ("internal", "partner", "public")
"""The loosest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit of a policy: its key, what it may be, its built-in values, and its words."""

    key: str
    """In a policy file; as the fields of ``Policy`` are read and written."""
    field: str
    """Of ``Policy``; a default there makes the limit optional."""
    words: str
    """As ``synthaudit policy show`` names it."""
    built_in: tuple[float | bool, float | bool, float | bool]
    """Under each of ``BUILT_IN``."""
    least: float = 0.0
    because: str = ""
    """Why it may not be less."""

    def problem(self, policy: Policy) -> str | None:
        """What is wrong with this limit of a policy, if anything; limits are shares, so all lie below 1."""
        value = getattr(policy, self.field)
        if value is None or isinstance(value, bool):
            return None
        if self.least < value < 1:
            return None
        return N_("'{key}' must be above {least:g}{because} and below 1").format(
            key=self.key, least=self.least, because=self.because
        )

    def shown(self, policy: Policy) -> str:
        """The limit of a policy in figures; ``reported`` where it sets none."""
        value = getattr(policy, self.field)
        if value is None or value is True:
            return N_("reported")
        return N_("nobody allowed") if value is False else f"{value:g}"


LIMITS: tuple[Limit, ...] = (
    Limit(
        key="auc",
        field="auc",
        words=N_("max(AUC, 1 - AUC)"),
        built_in=(0.65, 0.60, 0.55),
        least=0.5,
    ),
    Limit(
        key="tpr_at_fpr_0.01",
        field="tpr_at_fpr",
        words=N_("members found at 1 % false names"),
        built_in=(0.10, 0.05, 0.03),
        least=0.01,
        because=", which is chance,",
    ),
    Limit(
        key="copies_excess",
        field="copies_excess",
        words=N_("excess share of members copied"),
        built_in=(0.01, 0.005, 0.002),
        because=", which no number of people can show,",
    ),
    Limit(
        key="exposed_allowed",
        field="exposed_allowed",
        words=N_("people clearly exposed"),
        built_in=(True, False, False),
    ),
    Limit(
        key="attribute_excess",
        field="attribute_excess",
        words=N_("excess share whose secret is guessed"),
        built_in=(0.20, 0.10, 0.05),
    ),
)
"""Every limit that a policy may set. A new one is a row here, a field of ``Policy`` and a gate that reads it."""


def policies() -> tuple[Policy, ...]:
    """The built-in policies, the loosest first.

    Examples
    --------
    >>> [(policy.name, policy.auc) for policy in policies()]
    [('internal', 0.65), ('partner', 0.6), ('public', 0.55)]
    """
    adapter = TypeAdapter(Policy)
    return tuple(
        adapter.validate_python(
            {"name": name, "source": SOURCE, **{limit.key: limit.built_in[column] for limit in LIMITS}}
        )
        for column, name in enumerate(BUILT_IN)
    )


def shown_limits(policy: Policy) -> Iterator[tuple[str, str]]:
    """Words and figures of every limit of a policy.

    Examples
    --------
    >>> dict(shown_limits(load_policy("internal")))["people clearly exposed"]
    'reported'
    """
    return ((limit.words, limit.shown(policy)) for limit in LIMITS)


def load_policy(name_or_path: str | os.PathLike[str]) -> Policy:
    """A built-in policy by name, or one from a TOML file.

    Parameters
    ----------
    name_or_path : str or path
        ``internal``, ``partner``, ``public``, or a file with the keys ``name``, ``auc``, ``"tpr_at_fpr_0.01"``,
        ``copies_excess``, ``exposed_allowed`` and ``source``, all of them, and ``attribute_excess`` where guessed
        attributes are to have a limit.

    Raises
    ------
    InputError
        SA-101 no such policy or file, SA-180 a file that is no policy.

    Examples
    --------
    >>> load_policy("partner").tpr_at_fpr
    0.05
    """
    text = os.fspath(name_or_path)
    built_in = {policy.name: policy for policy in policies()}
    if text in built_in:
        return built_in[text]
    path = Path(text)
    if not path.suffix and not path.exists():
        known = ", ".join(built_in)
        do = N_("Choose one of {known}, or give a TOML file.{hint}").format(
            known=known, hint=did_you_mean(text, built_in)
        )
        raise InputError(
            "SA-101",
            N_("option {option}").format(option="--policy"),
            N_("no policy '{name}'").format(name=printable(text)),
            do,
        )
    where = printable(path.name, 80)
    policy = validated(TypeAdapter(Policy), read_toml(path), where)
    problems = [problem for limit in LIMITS if (problem := limit.problem(policy)) is not None]
    if policy.name in built_in:
        problems.append("'name' is that of a built-in policy")
    if not policy.name.strip() or not policy.source.strip():
        problems.append("'name' and 'source' must not be empty")
    if problems:
        raise InputError(CODE, where, "; ".join(problems), N_("Correct the file."))
    return policy

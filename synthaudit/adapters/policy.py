"""Policies: the limits of a use, built in or from a TOML file."""

import os
from pathlib import Path

from pydantic import TypeAdapter

from synthaudit.adapters.readers.raw import did_you_mean
from synthaudit.adapters.toml import CODE, read_toml, validated
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.types import Policy

SOURCE = "chosen by the synthaudit project; no regulator sets one for membership"


def _built_in(name: str, auc: float, tpr: float, copies: float, attributes: float, *, exposed_allowed: bool) -> Policy:
    content = {
        "name": name,
        "auc": auc,
        "tpr_at_fpr_0.01": tpr,
        "copies_excess": copies,
        "exposed_allowed": exposed_allowed,
        "source": SOURCE,
        "attribute_excess": attributes,
    }
    return TypeAdapter(Policy).validate_python(content)


def policies() -> tuple[Policy, ...]:
    """The built-in policies, the loosest first.

    Examples
    --------
    >>> [(policy.name, policy.auc) for policy in policies()]
    [('internal', 0.65), ('partner', 0.6), ('public', 0.55)]
    """
    return (
        _built_in("internal", 0.65, 0.10, 0.005, 0.20, exposed_allowed=True),
        _built_in("partner", 0.60, 0.05, 0.002, 0.10, exposed_allowed=False),
        _built_in("public", 0.55, 0.03, 0.001, 0.05, exposed_allowed=False),
    )


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
        do = f"Choose one of {known}, or give a TOML file.{did_you_mean(text, built_in)}"
        raise InputError("SA-101", "option --policy", f"no policy '{printable(text)}'", do)
    where = printable(path.name, 80)
    policy = validated(TypeAdapter(Policy), read_toml(path), where)
    problems = []
    if not 0.5 < policy.auc < 1:
        problems.append("'auc' must be above 0.5 and below 1")
    if not 0.01 < policy.tpr_at_fpr < 1:
        problems.append("'tpr_at_fpr_0.01' must be above 0.01, which is chance, and below 1")
    if not 0 <= policy.copies_excess < 1:
        problems.append("'copies_excess' must be at least 0 and below 1")
    if policy.attribute_excess is not None and not 0 < policy.attribute_excess < 1:
        problems.append("'attribute_excess' must be above 0 and below 1")
    if policy.name in built_in:
        problems.append("'name' is that of a built-in policy")
    if not policy.name.strip() or not policy.source.strip():
        problems.append("'name' and 'source' must not be empty")
    if problems:
        raise InputError(CODE, where, "; ".join(problems), "Correct the file.")
    return policy

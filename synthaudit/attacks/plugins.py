"""Attacks of other packages, found by entry points and run under our rules.

A distribution registers an attack in its ``pyproject.toml``::

    [project.entry-points."synthaudit.attacks"]
    twin_distance = "my_package:TwinDistance"

The value names an object with the members of :class:`synthaudit.types.Attack`, or a class that makes one without
arguments. From then on it belongs to the family of every audit in this environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, cast, get_args

import numpy as np

from synthaudit._version import __version__
from synthaudit.attacks import ATTACKS, BESIDE
from synthaudit.attacks.common.declared import Declared
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import About, Attack, AttackerView, Cells, FloatArray, Neighbours, ThreatModel

GROUP = "synthaudit.attacks"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40
_LONGEST_TEXT = 2_000

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PluginAttack:
    """An attack of another package; what it says of itself is read once, when it is loaded."""

    declared: ClassVar[Declared] = Declared(looks_at=None, reads_sample=True)
    """The same of every plug-in: what it costs and looks at nobody knows."""
    name: str
    view: str
    threat_model: ThreatModel
    about: About
    distribution: str
    version: str
    attack: Attack

    @property
    def origin(self) -> str:
        """Distribution and version, as messages name them."""
        return f"plug-in {self.distribution} {self.version}"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) what the plug-in gives for inputs that it cannot change, cut to the threat model it declares."""
        return self.attack.score(read_only(candidates), read_only(cut(view, self.threat_model)), rng)


@cache
def plugin_attacks() -> tuple[PluginAttack, ...]:
    """The attacks of all installed plug-ins by name, loaded once per process.

    Raises
    ------
    InputError
        SA-221: one cannot be loaded; SA-222: one is no attack, or its name is taken.
    """
    ours = [*(attack.name for attack in ATTACKS), *(beside.name for beside in BESIDE)]
    taken = dict.fromkeys(ours, N_("synthaudit itself"))
    loaded = []
    for entry_point in sorted(entry_points(group=GROUP), key=lambda e: (_origin(e), e.name)):
        attack = _load(entry_point)
        if attack.name in taken:
            raise _unfit(
                entry_point,
                N_("the name {name} is taken by {other}").format(name=attack.name, other=taken[attack.name]),
            )
        taken[attack.name] = attack.origin
        loaded.append(attack)
    return tuple(sorted(loaded, key=lambda attack: attack.name))


def plugin_versions() -> Mapping[str, str]:
    """Distribution -> version of every plug-in whose attacks belong to the family."""
    return {attack.distribution: attack.version for attack in plugin_attacks()}


def cut(view: AttackerView, threat_model: ThreatModel) -> AttackerView:
    """The view without what an attacker of this threat model does not hold."""
    if threat_model in ("shadow", "black_box"):
        return replace(view, kept={})
    if threat_model == "reference":
        return replace(view, shadows={}, kept={})
    # Built anew from what needs no reference, so that whatever else a view comes to hold is left out.
    return AttackerView(
        schema=view.schema,
        synthetic=view.synthetic,
        reference=view.reference.take(np.empty(0, dtype=np.int64)),
        reference_is_candidates=False,
        points={name: points for name, points in view.points.items() if name != "reference"},
        neighbours={
            name: replace(lists, to_reference=_nobody(len(lists.to_reference.row)))
            for name, lists in view.neighbours.items()
        },
        n_whole=view.n_whole,
        parts=view.parts,
        value_counts=view.value_counts,
        jobs=view.jobs,
    )


def read_only(value: _T) -> _T:
    """The same value with every array and mapping in it, however deep, closed for writing.

    Examples
    --------
    >>> cells = Cells(codes=np.ones((2, 1), dtype=np.int32), values=np.zeros((2, 1)))
    >>> read_only(cells).codes[0] = 7
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    """
    return cast(_T, _closed(value))


def _closed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        closed = value.view()
        closed.flags.writeable = False
        return closed
    if isinstance(value, Mapping):
        return MappingProxyType({key: _closed(item) for key, item in value.items()})
    if isinstance(value, tuple):
        return tuple(map(_closed, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _closed(getattr(value, f.name)) for f in fields(value)})
    return value


def _nobody(n: int) -> Neighbours:
    return Neighbours(distance=np.empty((n, 0)), row=np.empty((n, 0), dtype=np.int64))


def _load(entry_point: EntryPoint) -> PluginAttack:
    try:
        loaded = entry_point.load()
        attack = loaded() if isinstance(loaded, type) else loaded
        members: list[Any] = [getattr(attack, name, None) for name in ("name", "view", "threat_model", "about")]
        can_score = callable(getattr(attack, "score", None))
    # A plug-in that ends the process would end it with the exit code of a pass.
    except (Exception, SystemExit) as error:
        missing = (
            N_(" of '{name}'").format(name=printable(error.name))
            if isinstance(error, ImportError) and error.name
            else ""
        )
        do = N_(
            "Install what it needs, or a version of it made for synthaudit {version}; or uninstall it ({how})."
        ).format(version=__version__, how=_uninstall(entry_point))
        got = N_("cannot be loaded: {kind}{missing}").format(kind=type(error).__name__, missing=missing)
        raise InputError("SA-221", _where(entry_point), got, do) from None
    name, view, threat_model, about = members
    if not (_is_name(name) and _is_name(view)):
        raise _unfit(
            entry_point,
            N_("its name or view is not snake case of at most {most} characters").format(most=_LONGEST_NAME),
        )
    if threat_model not in get_args(ThreatModel):
        raise _unfit(
            entry_point, N_("its threat_model is none of {names}").format(names=", ".join(get_args(ThreatModel)))
        )
    if not isinstance(about, About) or not all(_is_text(getattr(about, f.name)) for f in fields(about)):
        raise _unfit(entry_point, N_("its about is no synthaudit.types.About with a text in every field"))
    if not can_score:
        raise _unfit(entry_point, N_("it has no method score"))
    distribution, version = _distribution(entry_point)
    return PluginAttack(
        name=name,
        view=view,
        threat_model=threat_model,
        about=about,
        distribution=distribution,
        version=version,
        attack=attack,
    )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and _NAME.fullmatch(value) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST_TEXT


def _distribution(entry_point: EntryPoint) -> tuple[str, str]:
    distribution = entry_point.dist
    return ("unknown", "") if distribution is None else (printable(distribution.name), printable(distribution.version))


def _origin(entry_point: EntryPoint) -> str:
    return " ".join(("plug-in", *_distribution(entry_point))).rstrip()


def _where(entry_point: EntryPoint) -> str:
    return N_("{origin}, entry point '{name}'").format(origin=_origin(entry_point), name=printable(entry_point.name))


def _uninstall(entry_point: EntryPoint) -> str:
    return N_("pip uninstall {name}").format(name=_distribution(entry_point)[0])


def _unfit(entry_point: EntryPoint, got: str) -> InputError:
    do = N_("Correct the plug-in, or uninstall it ({how}).").format(how=_uninstall(entry_point))
    return InputError("SA-222", _where(entry_point), got, do)

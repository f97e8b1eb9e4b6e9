"""Shadow generators behind one protocol: ``fit_sample(table, n_rows, rng) -> frame``."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.generators.auto import Auto
from synthaudit.generators.cart import Cart
from synthaudit.generators.command import Command
from synthaudit.generators.function import Function
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.generators.ready_shadows import Releases
from synthaudit.generators.sdv import Sdv
from synthaudit.generators.smote import Smote
from synthaudit.types import Generator

_ALL: tuple[Generator, ...] = (
    Cart(),
    Marginals(),
    Smote(),
    Kde(),
    Sdv(name="gaussian_copula"),
    Sdv(name="ctgan"),
    Sdv(name="tvae"),
    Sdv(name="copulagan"),
)
GENERATORS: Mapping[str, Generator] = MappingProxyType({generator.name: generator for generator in _ALL})
"""Every generator by the name it has on the command line."""

GeneratorLike = str | Path | Sequence[str] | Generator | Releases | Auto | Callable[[Any, int, int], Any]
"""Whatever `as_generator` takes."""


def families() -> Auto:
    """The families that ``auto`` chooses from: those that are fitted in seconds and are installed."""
    copula = Sdv(name="gaussian_copula")
    return Auto(candidates=(Cart(), Marginals(), Smote(), Kde(), *([copula] if copula.is_installed() else [])))


def generator_by_name(name: str) -> Generator | Releases | Auto:
    """The generator that the command line names.

    Parameters
    ----------
    name : str
        A name of ``GENERATORS``, ``auto`` (see `families`), ``command:PROGRAM ARGUMENTS`` (see `Command`) or
        ``releases:FOLDER`` (see `Releases`).

    Raises
    ------
    InputError
        SA-206 there is none of this name; SA-208 its library is not installed; SA-210, SA-213 as the classes say.

    Examples
    --------
    >>> generator_by_name("cart")
    Cart(leaf=5, name='cart')
    """
    if name == "auto":
        return families()
    if name in GENERATORS:
        generator = GENERATORS[name]
        if isinstance(generator, Sdv):
            generator.check_installed()
        return generator
    kind, colon, argument = name.partition(":")
    if colon and kind == "command":
        return Command.of(argument)
    if colon and kind == "releases":
        return Releases.of(argument)
    do = N_("Choose one of: {names}, auto, command:PROGRAM ..., releases:FOLDER.").format(names=", ".join(GENERATORS))
    raise InputError("SA-206", f"--generator {printable(name)}", N_("no generator of this name"), do)


def as_generator(source: GeneratorLike) -> Generator | Releases | Auto:
    """Whatever stands for a generator in Python, as one.

    Parameters
    ----------
    source : str, Path, sequence of str, callable, Generator, Releases or Auto
        As on the command line; a folder of ready releases; program and arguments; a function
        ``(table, n_rows, seed) -> table``; or an object with ``name`` and ``fit_sample``.

    Raises
    ------
    InputError
        As `generator_by_name`; SA-206 an object that is none of these.

    Examples
    --------
    >>> as_generator(lambda table, n_rows, seed: table.sample(n_rows, replace=True, random_state=seed)).name
    'function'
    """
    if isinstance(source, str):
        return generator_by_name(source)
    if isinstance(source, Path):
        return Releases.of(source)
    if isinstance(source, Releases | Auto):
        return source
    if hasattr(source, "fit_sample"):
        return cast("Generator", source)
    if callable(source):
        return Function(make=source)
    if isinstance(source, Sequence) and all(isinstance(argument, str) for argument in source):
        return Command(arguments=tuple(source))
    got = N_("an object of type {kind}").format(kind=type(source).__name__)
    do = N_("Give a name, a command line, a folder, a function or an object with fit_sample.")
    raise InputError("SA-206", "generator", got, do)

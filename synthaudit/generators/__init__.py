"""Shadow generators behind one protocol: ``fit_sample(table, n_rows, rng) -> frame``."""

from collections.abc import Mapping
from types import MappingProxyType

from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.generators.cart import Cart
from synthaudit.generators.marginals import Marginals
from synthaudit.types import Generator

GENERATORS: Mapping[str, Generator] = MappingProxyType({"cart": Cart(), "marginals": Marginals()})
"""Every generator by the name it has on the command line."""

_PLANNED = ("gaussian_copula", "ctgan", "tvae", "copulagan")
_PLANNED_PREFIXES = ("command:", "releases:")


def generator_by_name(name: str) -> Generator:
    """Generator of this name.

    Raises
    ------
    InputError
        SA-206: there is none of this name in this version.

    Examples
    --------
    >>> generator_by_name("cart")
    Cart(leaf=5, name='cart')
    """
    if name in GENERATORS:
        return GENERATORS[name]
    planned = name in _PLANNED or name.startswith(_PLANNED_PREFIXES)
    got = "not available in this version" if planned else "no generator of this name"
    raise InputError("SA-206", f"--generator {printable(name)}", got, f"Choose one of: {', '.join(GENERATORS)}.")

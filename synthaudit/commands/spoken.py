"""Functions of Python that write for people, in the language that they are given."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from synthaudit.adapters.values import checked
from synthaudit.files.catalogue import speaking

P = ParamSpec("P")
R = TypeVar("R")


def spoken(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose keyword ``lang`` says what language it writes in.

    Raises
    ------
    InputError
        SA-180 there is no such language.
    """

    @wraps(function)
    def in_language(*args: P.args, **kwargs: P.kwargs) -> R:
        with speaking(checked({"lang": kwargs.get("lang", "en")})["lang"]):
            return function(*args, **kwargs)

    return in_language

"""What several audits of the same real tables would work out again and again, worked out once.

An entry is known by a digest of everything that its value depends on, so that it makes no difference to any figure
whether it was found or made.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthaudit.types import SharedValues

T = TypeVar("T")
_MOST = 256
"""Entries; the oldest goes first."""


@dataclass(slots=True)
class Shared:
    """Values by what they were made of; threads may ask at once."""

    _values: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, name: str, inputs: Any, make: Callable[[], T]) -> T:
        """The value made of these inputs; ``make`` is called where it is not known yet.

        Parameters
        ----------
        name : str
            What is made.
        inputs : arrays, frames, dataclasses, random generators, plain values and nests of them
            Everything that the value depends on. A random generator counts by its state.

        Examples
        --------
        >>> shared, made = Shared(), []
        >>> [shared.get("sum", (1, np.arange(3)), lambda: made.append(1) or 6) for _ in range(2)], len(made)
        ([6, 6], 1)
        """
        key = f"{name}/{digest(inputs)}"
        with self._lock:
            if key in self._values:
                value: T = self._values[key]
                return value
        value = make()
        with self._lock:
            while len(self._values) >= _MOST:
                self._values.pop(next(iter(self._values)))
            self._values[key] = value
        return value


def shared(known: SharedValues | None, name: str, inputs: Callable[[], Any], make: Callable[[], T]) -> T:
    """As :meth:`Shared.get`; where nobody shares, the value is made and nothing is hashed."""
    return make() if known is None else known.get(name, inputs(), make)


def digest(inputs: Any) -> str:
    """Hexadecimal SHA-256 of inputs.

    Examples
    --------
    >>> digest((1, "1")) == digest((1, 1)), digest(np.zeros(2)) == digest(np.zeros((2, 1)))
    (False, False)
    """
    state = hashlib.sha256()
    _take(state.update, inputs)
    return state.hexdigest()


def _take(update: Callable[[bytes], None], value: Any) -> None:
    """Hash a value with its type, so that no two different ones look alike."""
    update(f"{type(value).__qualname__}:".encode())
    if isinstance(value, np.ndarray) and value.dtype != object:
        update(f"{value.dtype.str}{value.shape}".encode())
        update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.random.Generator):
        update(repr(sorted(value.bit_generator.state.items())).encode())
    elif isinstance(value, pd.DataFrame):
        _take(update, [str(name) for name in value.columns])
        for i in range(value.shape[1]):
            cells = value.iloc[:, i]
            update(f"{cells.dtype}{len(cells)}".encode())
            update(
                cells.to_numpy().tobytes() if cells.dtype != object else repr(cells.tolist()).encode("utf-8", "replace")
            )
    elif is_dataclass(value):
        for each in fields(value):
            _take(update, getattr(value, each.name))
    elif isinstance(value, dict):
        _take(update, list(value.items()))
    elif isinstance(value, tuple | list):
        update(f"{len(value)}(".encode())
        for item in value:
            _take(update, item)
    elif value is None or isinstance(value, str | int | float | bool | np.generic):
        text = repr(value).encode("utf-8", "backslashreplace")
        update(f"{len(text)},".encode() + text)
    else:
        raise TypeError(f"a {type(value).__name__} cannot be told by its content")

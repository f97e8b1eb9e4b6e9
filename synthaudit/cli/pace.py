"""How far a batch is, in words: which release, what of it, and how long the rest will take."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from synthaudit.files.catalogue import _


@dataclass(slots=True, kw_only=True)
class Pace:
    """The place of a batch, and how long its releases took."""

    clock: Callable[[], float] = time.monotonic
    name: str = ""
    place: int = 0
    n: int = 0
    _began: float = 0.0
    _took: list[float] = field(default_factory=list)

    def begin(self, name: str, place: int, n: int) -> None:
        """A release begins; ``place`` counts from 1."""
        self.name, self.place, self.n, self._began = name, place, n, self.clock()

    def end(self, *, counts: bool) -> None:
        """It is finished; one that was kept or could not be read says nothing of how long others take."""
        if counts:
            self._took.append(self.clock() - self._began)

    @property
    def seconds_left(self) -> float | None:
        """Until the last release is done; None as long as none was audited."""
        if not self._took:
            return None
        each = sum(self._took) / len(self._took)
        # The release at hand may take longer than those before.
        return max(each - (self.clock() - self._began), 0.0) + each * (self.n - self.place)

    def line(self, stage: str = "", done: int = 0, total: int = 0) -> str:
        """Where the batch is.

        Examples
        --------
        >>> now = [0.0]
        >>> pace = Pace(clock=lambda: now[0])
        >>> pace.begin("v1", 1, 4)
        >>> pace.line("attacks", 2, 5)
        '1 of 4: v1, attacks 40 %'
        >>> now[0] = 60.0
        >>> pace.end(counts=True)
        >>> pace.begin("v2", 2, 4)
        >>> pace.line("attacks", 2, 5)
        '2 of 4: v2, attacks 40 %, about 3 min left'
        """
        parts = [_("{place} of {n}: {name}").format(place=self.place, n=self.n, name=self.name)]
        if stage:
            parts.append(f"{stage} {share(done, total)}".rstrip())
        left = self.seconds_left
        if left is not None:
            parts.append(_("about {n} min left").format(n=max(ceil(left / 60), 1)))
        return ", ".join(parts)


def share(done: int, total: int) -> str:
    """How much of a stage is done; empty at its beginning, and where it is not counted.

    Examples
    --------
    >>> share(2, 5), share(0, 5), share(0, 0)
    ('40 %', '', '')
    """
    return f"{100 * min(done, total) // total} %" if total > 0 and done > 0 else ""

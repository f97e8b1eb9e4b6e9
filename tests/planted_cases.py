"""An attacker ready to meet planted leaks: what controls and planted copies start from."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from tables import schema_of

from synthaudit.attacker.view import AllRows, Attacker, attacker
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.linkage.agreement import count_of
from synthaudit.pipeline.steps.controls import ControlSetup
from synthaudit.types import AttackerView, Cells, IntArray, Points


def ready(
    members: pd.DataFrame, strangers: pd.DataFrame, release: pd.DataFrame, reference: pd.DataFrame | None
) -> tuple[ControlSetup, AttackerView]:
    """A setup whose first candidates are the members, in order."""
    schema = schema_of(members)
    candidates = pd.concat([members, strangers], ignore_index=True)
    real = [candidates] if reference is None else [candidates, reference]
    encoder = fit_cells(schema, real, [release])
    cells = [encoder.encode(table) for table in real]
    synthetic = encoder.encode(release)
    attacking: Attacker = attacker(
        schema, fit_space(schema, joined(*cells), synthetic), cells[0], None if reference is None else cells[1]
    )
    setup = ControlSetup(
        attacker=attacking,
        is_member=np.arange(len(candidates)) < len(members),
        unit=np.arange(len(candidates)),
        by_unit=lambda rows: rows,
        by_person=False,
        n_permutations=999,
    )
    return setup, attacking.look_at(synthetic)


def in_parts(attacking: Attacker, view: AttackerView, held: IntArray, sizes: Sequence[int]) -> AttackerView:
    """The same release, of which only the rows ``held`` are held, and which is read in parts of these sizes."""
    cells, ends = view.synthetic, np.cumsum(sizes)
    assert ends[-1] == len(cells)

    def parts() -> Iterator[tuple[Cells, Points]]:
        for size, end in zip(sizes, ends, strict=True):
            part = cells.take(np.arange(end - size, end))
            yield part, attacking.space.points(part)

    lists = {name: found.to_synthetic for name, found in view.neighbours.items()}
    unplaced = {name: replace(found, row=np.full_like(found.row, -1)) for name, found in lists.items()}
    counts = count_of(attacking.candidates, cells)
    whole = AllRows(n=len(cells), parts=parts, neighbours=unplaced, value_counts=counts)
    return attacking.look_at(cells.take(held), whole=whole)

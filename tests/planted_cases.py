"""An attacker ready to meet planted leaks: what controls and planted copies start from."""

import numpy as np
import pandas as pd
from tables import schema_of

from synthaudit.attacker.view import Attacker, attacker
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.pipeline.steps.controls import ControlSetup
from synthaudit.types import AttackerView


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

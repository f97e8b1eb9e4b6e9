"""Several releases of one source, attacked as one."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.hidden import summed
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditData, BoolArray, Release


def together(parts: Sequence[AuditData]) -> AuditData:
    """Several releases of one source as one: the union of their rows, and the parts beside it.

    A person whom any release names is named; what the releases' own alignments noticed is said once.
    """
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if any(part.whole is not None for part in parts):
        got = N_("several releases, one of them too large to be held whole")
        raise InputError("SA-195", "synthetic", got, N_("Audit them one by one, or pass --release-rows all."))

    def named(role: str) -> BoolArray | None:
        masks = [mask for part in parts if (mask := getattr(part, f"{role}_named")) is not None]
        return None if not masks else np.logical_or.reduce(masks)

    numbers = [part.delivered_numbers for part in parts if part.delivered_numbers is not None]
    hashes = [part.sha256["synthetic"] for part in parts]
    if len(set(hashes)) < len(hashes):
        got = N_("{n_twice} of {n} releases given twice").format(n_twice=len(hashes) - len(set(hashes)), n=len(hashes))
        raise InputError("SA-189", "synthetic", got, N_("Give each release once."))
    return replace(
        first,
        synthetic=pd.concat([part.synthetic for part in parts], ignore_index=True),
        beyond=summed(part.beyond for part in parts),
        delivered_numbers=np.concatenate(numbers) if len(numbers) == len(parts) else None,
        releases=tuple(Release(table=part.synthetic, sha256=part.sha256["synthetic"]) for part in parts),
        train_named=named("train"),
        holdout_named=named("holdout"),
        deleted_named=named("deleted"),
        canaries_named=named("canaries"),
        coverage=tuple(dict.fromkeys(note for part in parts for note in part.coverage)),
        sha256={**first.sha256, "synthetic": hashlib.sha256(" ".join(hashes).encode()).hexdigest()},
    )

"""Audits of a history whose scores are still there, held against each other person by person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from synthaudit.commands.audit import SCORES
from synthaudit.commands.person_scores import PersonScores, read_scores
from synthaudit.commands.seal import Seal, sha256
from synthaudit.errors import InputError
from synthaudit.evidence import from_bytes
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.report.history_page import Paired, compared_pairs
from synthaudit.statistics.members_found import SharedHalves, paired_difference, standing
from synthaudit.types.history import PairedChange, PastAudit

_MOST_HELD = 2
"""Scores that are held at once: of an audit, and of the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePeople:
    """What the same people say, and which scores could not be used."""

    paired: Paired
    left_out: tuple[str, ...]


def same_people(audits: Sequence[PastAudit], evidence: Sequence[tuple[Path, bytes]]) -> SamePeople:
    """Hold audits that follow each other against each other on the same people, where both have scores.

    Parameters
    ----------
    audits : sequence of PastAudit
        Of a history, the oldest first.
    evidence : sequence of (Path, bytes)
        Evidence files and what they hold; scores are looked for beside them.

    Returns
    -------
    SamePeople
        Scores are used only where the seal beside them says that they are as an audit wrote them.
    """
    folders = {sha256(data): (place.parent, data) for place, data in evidence if (place.parent / SCORES).is_file()}
    left_out: dict[str, str] = {}

    @lru_cache(maxsize=_MOST_HELD)
    def people_of(digest: str) -> PersonScores | None:
        if digest not in folders:
            return None
        folder, data = folders[digest]
        why = N_("not as an audit wrote it, or nobody sealed it")
        if _is_sealed(folder):
            try:
                return read_scores(folder / SCORES, by_person=from_bytes(data).unit == "entity")
            except InputError as error:
                why = error.got
        left_out[digest] = f"{printable(str(folder / SCORES), 200)}: {why}"
        return None

    paired = {
        (audit.evidence_sha256, earlier.evidence_sha256): change
        for audit, earlier in compared_pairs(audits)
        if (change := _change(audit, earlier, people_of)) is not None
    }
    return SamePeople(paired=paired, left_out=tuple(left_out.values()))


def _is_sealed(folder: Path) -> bool:
    seal = Seal.read(folder)
    return isinstance(seal, Seal) and seal.states(folder).get(SCORES) == "as written"


def _change(
    audit: PastAudit, earlier: PastAudit, people_of: Callable[[str], PersonScores | None]
) -> PairedChange | None:
    """None where the two have no scores of the same people."""
    before = people_of(earlier.evidence_sha256)
    now = None if before is None else people_of(audit.evidence_sha256)
    if before is None or now is None or not now.same_people(before):
        return None
    if not (_counts(audit, now) and _counts(earlier, before)):
        return None
    # Any number will do that is the same whenever the page is made.
    seed = int(earlier.evidence_sha256[:8], 16)
    halves = SharedHalves.draw(now.is_member, seed)
    first, second = standing(now.scores, halves), standing(before.scores, halves)
    direction, pvalue = paired_difference(first, second, halves, seed)
    return PairedChange(direction=direction, pvalue=pvalue)


def _counts(audit: PastAudit, people: PersonScores) -> bool:
    """Whether the scores are of the people whom the evidence counts; where nobody was found it counts none."""
    return audit.n_members is None or audit.n_members == int(people.is_member.sum())

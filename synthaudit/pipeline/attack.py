"""From an attacker who is ready to scores: shadows and replays, the view of the release, and the family on it."""

from collections.abc import Mapping
from dataclasses import replace

from synthaudit.pipeline.context import Attacked, Prepared, extended
from synthaudit.pipeline.coverage import cover_models
from synthaudit.pipeline.suite import names_of, run_attacks
from synthaudit.shadows.replay import replayable, run_replay
from synthaudit.shadows.score import run_shadows
from synthaudit.types import Coverage, ShadowRecord, ShadowScores

SHADOWS_STREAM, ATTACKS_STREAM, TIES_STREAM, REPLAYS_STREAM = (1,), (2,), (3,), (9,)


def attack(prepared: Prepared) -> Attacked:
    """Score every candidate by every attack; no label is read."""
    shadow_scores, record, of_shadows = _shadow_scores(prepared)
    pile, attacking, streamed = prepared.pile, prepared.attacking, prepared.streamed
    whole = None if streamed is None else streamed.all_rows(prepared.encoder, attacking, prepared.settings.engine)
    view = attacking.look_at(prepared.release, shadow_scores, whole=whole)
    if (undressed := prepared.undressed) is not None:
        if streamed is not None:
            whole = streamed.all_rows(prepared.encoder, attacking, prepared.settings.engine, undressed.undoing)
        view = replace(view, by_rank=attacking.look_at(undressed.rows, whole=whole))
    prepared.progress("neighbours", 1, 1)
    of_models = cover_models(prepared.rows_read, prepared.data.n_rows["synthetic"], len(prepared.release))
    scored = run_attacks(
        prepared.attacks,
        view,
        pile.candidates,
        prepared.stream(ATTACKS_STREAM),
        prepared.progress,
        prepared.budget,
    )
    coverage = (*prepared.coverage, *of_shadows, *of_models, *scored.coverage)
    return Attacked(
        **extended(replace(prepared, coverage=coverage)),
        view=view,
        scored=scored,
        scores=pile.by_unit(scored.rows),
        names=names_of(scored.attacks, pile.suffixes),
        order=prepared.stream(TIES_STREAM).permutation(len(pile.is_member)),
        shadows=record,
    )


def _shadow_scores(
    prepared: Prepared,
) -> tuple[Mapping[str, ShadowScores], ShadowRecord | None, tuple[Coverage, ...]]:
    """Scores of shadows, and of a known-seed replay where the family has a seed to know."""
    # The attacks that need no shadows get as much of a time budget as the shadows.
    most = prepared.budget.left / 2
    shadowing = run_shadows(prepared.target, prepared.stream(SHADOWS_STREAM), most)
    record = None if shadowing.record is None else replace(shadowing.record, compared=prepared.compared)
    family = replayable(prepared.settings.generator) if shadowing.scores else None
    if family is None:
        return shadowing.scores, record, (shadowing.coverage,)
    replaying = run_replay(prepared.target, family, prepared.stream(REPLAYS_STREAM))
    return {**shadowing.scores, **replaying.scores}, record, (shadowing.coverage, replaying.coverage)

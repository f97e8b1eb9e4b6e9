"""One audit from aligned tables to a report.

Hides the labels, sets a reference aside, spawns the random streams, fills the attacker's view once, runs the
attacks, puts the labels back, and lets statistics, controls and the verdict speak.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from synthaudit.attacker.candidates import Pile, make_pile, sampling_of
from synthaudit.attacker.view import Attacker, attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_VIEWS
from synthaudit.checks.copies import Side, count_rows, is_identical, measure_copies
from synthaudit.checks.duplicates import cover_repeats, measure_repeats
from synthaudit.checks.explanation import Internal, explain
from synthaudit.checks.feasibility import forecast
from synthaudit.checks.fidelity import check_resemblance
from synthaudit.checks.likeness import measure_likeness
from synthaudit.checks.rare_values import measure_reuse
from synthaudit.checks.recoding import check_disguise
from synthaudit.checks.subgroups import measure_groups
from synthaudit.encoding import VIEWS, QuantileSpace, canonical_order, fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.generators.auto import Auto
from synthaudit.generators.ready_shadows import Releases
from synthaudit.linkage.agreement import RULES
from synthaudit.pipeline.assemble import Outcome, assemble_report
from synthaudit.pipeline.composition import each_release
from synthaudit.pipeline.controls import Setting, a_a, blind_baseline, null, plant_leaks
from synthaudit.pipeline.coverage import cover_candidates, cover_models, cover_reference, told_beforehand
from synthaudit.pipeline.deletion import count_deleted, measure_deleted
from synthaudit.pipeline.epsilon import measure_epsilon
from synthaudit.pipeline.no_holdout import run_alone
from synthaudit.pipeline.stacking import run_stack
from synthaudit.pipeline.streamed import Streamed
from synthaudit.pipeline.suite import EXPOSURE_ATTACK, Scored, chosen_attacks, left_out, measure, names_of, run_attacks
from synthaudit.risks.measure import measure_risks
from synthaudit.runtime.budget import Budget
from synthaudit.runtime.jit import telling
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.shadows.choose import choose_family, judge_choice
from synthaudit.shadows.per_record import per_record
from synthaudit.shadows.replay import replayable, run_replay
from synthaudit.shadows.score import run_shadows
from synthaudit.statistics.power import smallest_detectable
from synthaudit.statistics.subgroups import PERMUTATIONS, QUICK_PERMUTATIONS
from synthaudit.types import (
    AttackerView,
    AuditData,
    AuditReport,
    Cells,
    Controls,
    Copies,
    Coverage,
    CoverageStatus,
    Deleted,
    Estimate,
    FamilyFit,
    FloatArray,
    IntArray,
    PerRecord,
    Repeats,
    Risks,
    ShadowScores,
    Stack,
    Subgroup,
    WithoutHoldout,
)

SMALLEST_SYNTHETIC = 100
SENSITIVITY = (0.01, 0.05)


def run_audit(
    data: AuditData,
    settings: Settings,
    progress: Progress | None = None,
    notify: Notify | None = None,
    *,
    explaining: bool = False,
) -> tuple[AuditReport, Internal | None]:
    """Audit one release.

    Parameters
    ----------
    data : AuditData
        Aligned tables.
    settings : Settings
        Policy, profile, seed, workers.
    progress, notify : callable, optional
        Told how far the audit is, and what the user should know before it goes on.
    explaining : bool
        Find out why members that stand out do so; it changes nothing in the report.

    Returns
    -------
    report : AuditReport
        Everything a reader gets; no row of anyone.
    internal : Internal or None
        One score per candidate row and attack, and the explanations; None without a holdout.
    """
    # Sums over threads differ in the last bit with their number; ours are split over queries instead.
    notify = notify or (lambda _: None)
    with threadpool_limits(limits=1), telling(notify):
        return _Audit(data, settings, progress or (lambda *_: None), notify, explaining).run()


class _Audit:
    """The steps of one audit in their order, and the coverage record they write."""

    def __init__(
        self, data: AuditData, settings: Settings, progress: Progress, notify: Notify, explaining: bool
    ) -> None:
        self.data, self.settings, self.progress, self.notify = data, settings, progress, notify
        self.explaining = explaining
        self.started = time.monotonic()
        self.budget = Budget(settings.time_budget)
        self.coverage: list[Coverage] = list(data.coverage)
        names = ["pile", "shadows", "attacks", "ties", "statistics", "controls", "planted", "resemblance"]
        names += ["stack", "replays", "records", "releases", "risks", "groups", "deleted", "alone", "canaries"]
        names += ["family"]
        streams = np.random.default_rng(settings.seed).spawn(len(names))
        self.rng = dict(zip(names, streams, strict=True))
        real = [table for table in (data.train, data.holdout, data.reference, data.canaries) if table is not None]
        self.whole = Streamed.of(data)
        beside = [] if data.whole is None else [data.whole.extremes]
        self.encoder = fit_cells(data.schema, real, [data.synthetic, *beside])
        self.own = fit_cells(data.schema, real, real)

    def run(self) -> tuple[AuditReport, Internal | None]:
        data, encode = self.data, self.encoder.encode
        train, synthetic = encode(data.train), encode(data.synthetic)
        holdout = None if data.holdout is None else encode(data.holdout)
        copies = self._copies(train, synthetic, holdout)
        if any(is_identical(data.schema, train, encode(part.table)) for part in data.releases):
            copies = replace(copies, identical_to_train=True)
        smallest = min((len(part.table) for part in data.releases), default=len(synthetic))
        if smallest < SMALLEST_SYNTHETIC:
            reason = f"{smallest} synthetic rows; at least {SMALLEST_SYNTHETIC} are needed for a verdict"
            self._cover("size of the release", "ran_low_power", reason, blocks_pass=True)
        if self.whole is not None:
            self.coverage += self.whole.coverage(data)
        repeats = measure_repeats(data.schema, train, synthetic, None if data.whole is None else data.whole.occurrences)
        self.coverage.append(cover_repeats(repeats))
        if holdout is None:
            reason = (
                "no holdout was given; set one aside at random before the vendor gets anything"
                " (synthaudit split TABLE --out DIR)"
            )
            self._cover("membership attacks", "not_run", reason, blocks_pass=True)
            self._cover("other risks", "not_run", "without a holdout nobody knows what is guessed without the release")
            listed, counted = count_deleted(data)
            hints, covered = run_alone(data, train, synthetic, self.settings, self.rng["alone"], self.progress)
            self.coverage += (*counted, *covered)
            return self._assemble(copies, repeats, None, replace(hints, deleted=listed)), None
        outcome, internal = self._attack(train, holdout, synthetic)
        return self._assemble(copies, repeats, outcome), internal

    def _copies(self, train: Cells, synthetic: Cells, holdout: Cells | None) -> Copies:
        data = self.data
        if self.whole is None:
            counted = count_rows(data.schema, train, synthetic, holdout)
        else:
            counted = self.whole.counted(self.encoder, train, holdout)
        members = Side(cells=train, entity=data.train_entity, named=data.train_named)
        others = None if holdout is None else Side(cells=holdout, entity=data.holdout_entity, named=data.holdout_named)
        copies = measure_copies(data.schema, members, others, counted)
        if not self.settings.copies_test:
            self._cover("verbatim copies", "not_run", "switched off", blocks_pass=True)
            excess = Estimate(value=0.0, low=-1.0, high=1.0, confidence_level=0.95, n=copies.n_train + copies.n_holdout)
            return replace(copies, pvalue=1.0, identical_to_train=False, excess=excess)
        if copies.recognisable:
            self._cover("verbatim copies", "ran", "every candidate was looked up in the release")
        else:
            reason = "rows of this table collide by nature; copies cannot be recognised"
            self._cover("verbatim copies", "ran_low_power", reason)
        return copies

    def _attack(self, train: Cells, holdout: Cells, synthetic: Cells) -> tuple[Outcome, Internal]:
        data, settings = self.data, self.settings
        wanted = chosen_attacks(settings)
        if settings.attacks:
            self._cover("attack suite", "not_run", "only the attacks named by --attacks ran", blocks_pass=True)
        self.coverage += left_out(settings)
        given = None if data.reference is None else self.encoder.encode(data.reference)
        entities = {"train_entity": data.train_entity, "holdout_entity": data.holdout_entity}
        sampling = sampling_of(data, settings.candidates)
        # Sorted as the real tables alone would be: shadows of one pile serve every release of it.
        own = [self.own.encode(table) for table in (data.train, data.holdout) if table is not None]
        pile = make_pile(train, holdout, given, rng=self.rng["pile"], sampling=sampling, sorted_by=own, **entities)
        self.coverage += [cover_reference(data, pile.reference), *cover_candidates(pile)]
        n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
        if min(n1, n0) < 2:
            got = f"{n1} members and {n0} non-members to compare"
            raise InputError("SA-170", "holdout", got, "Give more people on both sides.")
        can = forecast(data.schema, settings, pile, len(wanted), self.coverage)
        self.notify(told_beforehand(n1, n0, can) if self.whole is None else self.whole.told)

        self.progress("neighbours", 0, 1)
        given_row = canonical_order(synthetic)
        extremes = synthetic if data.whole is None else joined(synthetic, self.encoder.encode(data.whole.extremes))
        synthetic = synthetic.take(given_row)
        real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
        space = fit_space(data.schema, real, extremes)
        points = (space.points(real), space.points(synthetic))
        is_quick = settings.profile == "quick" and not settings.attacks
        views, rules = (QUICK_VIEWS, QUICK_CLAIMS) if is_quick else (tuple(VIEWS), RULES)
        resembling = partial(check_resemblance, data.schema, real, synthetic, points, self.rng["resemblance"])
        attacking = attacker(
            data.schema, space, pile.candidates, pile.reference, jobs=settings.jobs, views=views, competing=rules
        )
        compared = self._choose(pile, space, synthetic)
        settings, rng = self.settings, self.rng["shadows"]
        # The attacks that need no shadows get as much of a time budget as the shadows.
        most = self.budget.left / 2
        shadowing = run_shadows(data, pile, attacking, self.encoder, settings, rng, self.progress, self.notify, most)
        self.coverage.append(shadowing.coverage)
        record = None if shadowing.record is None else replace(shadowing.record, compared=compared)
        shadow_scores = self._with_replays(shadowing.scores, pile, attacking)
        found = {} if self.whole is None else self.whole.nearest(self.encoder, attacking, settings.engine)
        view = attacking.look_at(synthetic, shadow_scores, **found)
        self.progress("neighbours", 1, 1)

        self.coverage += cover_models({attack.name for attack in wanted}, len(synthetic))
        scored = run_attacks(wanted, view, pile.candidates, self.rng["attacks"], self.progress, self.budget)
        self.coverage += scored.coverage
        self.progress("statistics", 0, 1)
        scores = pile.by_unit(scored.rows)
        order = self.rng["ties"].permutation(len(pile.is_member))
        measuring = partial(
            measure,
            order=order,
            n_permutations=settings.n_permutations,
            rng=self.rng["statistics"],
            engine=settings.engine,
            jobs=settings.jobs,
        )
        both = Parallel(n_jobs=min(2, settings.jobs), prefer="threads")
        measured, stack = both(
            (
                delayed(measuring)(scored, scores, pile.suffixes, pile.is_member),
                delayed(self._stack)(scores, pile),
            )
        )
        subgroups = self._groups(scores, names_of(scored.attacks, pile.suffixes), pile, attacking, order)
        self.coverage.append(
            check_disguise(
                space, pile.candidates, synthetic, pile.is_member, pile.by_unit, measured.findings, settings.jobs
            )
        )
        self.progress("statistics", 1, 1)
        setting = Setting(
            attacker=attacking,
            is_member=pile.is_member,
            unit=pile.unit,
            by_unit=pile.by_unit,
            by_person=pile.by_person,
            n_permutations=settings.n_permutations,
        )
        is_met = None if self.whole is None else self.whole.is_met(self.encoder, pile.candidates)
        reuse = measure_reuse(data.schema, pile, synthetic, pile.reference, is_met)
        self._cover("rare values by column", "ran", f"{reuse.n_columns} columns were looked up in the release")
        explanations = None
        if self.explaining:
            given_row = given_row if data.whole is None else data.whole.sampled[given_row]
            explanations = explain(attacking, pile, synthetic, given_row, scored.rows, scored.attacks)
        outcome = Outcome(
            measured=measured,
            stack=stack,
            per_record=self._per_record(pile, attacking),
            reuse=reuse,
            risks=self._risks(pile, space, synthetic),
            likeness=measure_likeness(attacking, pile, synthetic, scored.rows, scored.attacks),
            controls=self._controls(setting, view, scores, scored, pile.suffixes, resembling),
            decidable=can,
            shadows=record,
            smallest=smallest_detectable(n1, n0, measured.test.decision.critical_z),
            n_units=(n1, pile.n_holdout_units) if pile.by_person else None,
            subgroups=subgroups,
            deleted=self._deleted(),
        )
        names = names_of(scored.attacks, pile.suffixes)
        epsilon, claim, canaries, covered = measure_epsilon(
            data, self.encoder, pile, space, synthetic, settings, names, scores, order, self.rng["canaries"]
        )
        self.coverage += covered
        alone, gaps = each_release(data, self.encoder, pile, attacking, settings, order, self.rng["releases"])
        self.coverage += gaps
        if alone:
            self._cover("several releases", "ran", f"{len(alone)} releases were attacked as one, and each by itself")
        outcome = replace(outcome, epsilon=epsilon, claim=claim, canaries=canaries, releases=alone)
        by_row = pile.scores_by_row(scored.rows, scored.attacks)
        return outcome, Internal(scores=by_row, explanations=explanations)

    def _choose(self, pile: Pile, space: QuantileSpace, synthetic: Cells) -> tuple[FamilyFit, ...]:
        """Settle on a generator family where the user left it to the audit."""
        settings, auto = self.settings, self.settings.generator
        if not isinstance(auto, Auto):
            return ()
        rng = self.rng["family"]
        choice = choose_family(self.data, pile, space, self.encoder, synthetic, auto, settings, rng, self.progress)
        self.settings = replace(settings, generator=choice.generator)
        self._cover("generator family", *judge_choice(choice))
        return choice.compared

    def _with_replays(
        self, shadows: Mapping[str, ShadowScores], pile: Pile, attacking: Attacker
    ) -> Mapping[str, ShadowScores]:
        """The shadows' scores and those of a known-seed replay, where the family has a seed to know."""
        settings = self.settings
        family = replayable(settings.generator) if shadows else None
        if family is None:
            return shadows
        rng = self.rng["replays"]
        replaying = run_replay(self.data, pile, attacking, self.encoder, family, settings, rng, self.progress)
        self.coverage.append(replaying.coverage)
        return {**shadows, **replaying.scores}

    def _per_record(self, pile: Pile, attacking: Attacker) -> PerRecord | None:
        if self.settings.profile != "thorough" or isinstance(self.settings.generator, Releases):
            reason = "made in the profile thorough, with a generator that can be fitted again"
            self._cover("per-record attack", "not_run", reason)
            return None
        if self._is_out_of_time("per-record attack"):
            return None
        rng = self.rng["records"]
        found = per_record(
            self.data,
            pile,
            attacking,
            self.encoder,
            self.settings,
            rng,
            self.progress,
            notify=self.notify,
            most=self.budget.left,
        )
        if isinstance(found, Coverage):
            self.coverage.append(found)
            return None
        self._cover("per-record attack", "ran" if found.finished == found.requested else "ran_low_power", found.cost)
        return found

    def _risks(self, pile: Pile, space: QuantileSpace, synthetic: Cells) -> Risks | None:
        settings = self.settings
        if settings.profile == "quick":
            reason = "guessing of attributes, singling out and linking are tried in the profile standard"
            self._cover("other risks", "not_run", reason)
            return None
        if self._is_out_of_time("other risks"):
            return None
        self.progress("other risks", 0, 1)
        rng = self.rng["risks"]
        risks, coverage = measure_risks(self.data.schema, space, pile, synthetic, rng, jobs=settings.jobs)
        self.coverage += coverage
        self.progress("other risks", 1, 1)
        return risks

    def _stack(self, scores: FloatArray, pile: Pile) -> Stack | None:
        if self.settings.profile == "quick":
            reason = "the profile quick trains no model of all attacks together; the profile standard does"
            self._cover("combination of attacks", "not_run", reason)
            return None
        if self._is_out_of_time("combination of attacks"):
            return None
        stack = run_stack(scores, pile.is_member, self.rng["stack"])
        known = isinstance(stack.auc, Estimate)
        words = "a model of all scores, judged on people it has yet to see" if known else "too few people to train on"
        self._cover("combination of attacks", "ran" if known else "ran_low_power", words)
        return stack

    def _groups(
        self, scores: FloatArray, names: list[str], pile: Pile, attacking: Attacker, order: IntArray
    ) -> tuple[Subgroup, ...]:
        """Who is at risk, by the one attack that was fixed beforehand for single people and groups."""
        single = [row for row, name in zip(scores, names, strict=True) if name.startswith(f"{EXPOSURE_ATTACK}/")]
        if not single:
            self._cover("groups at risk", "not_run", f"the attack {EXPOSURE_ATTACK} was not asked for, or failed")
            return ()
        n = QUICK_PERMUTATIONS if self.settings.profile == "quick" else PERMUTATIONS
        groups, covered = measure_groups(self.data, pile, attacking, single[0], order, self.rng["groups"], n)
        self.coverage.append(covered)
        return groups

    def _deleted(self) -> Deleted | None:
        if self.data.deleted is None:
            return None
        found, covered = measure_deleted(self.data, self.settings, self.rng["deleted"], self.progress)
        self.coverage += covered
        return found

    def _controls(
        self,
        setting: Setting,
        view: AttackerView,
        scores: FloatArray,
        scored: Scored,
        suffixes: tuple[str, ...],
        resembling: Callable[[], Coverage],
    ) -> Controls:
        """The controls and the check of resemblance, side by side."""
        streams = self.rng["controls"].spawn(3)
        names = names_of(scored.attacks, suffixes)
        self.progress("controls", 0, 3)
        work = Parallel(n_jobs=min(4, self.settings.jobs), prefer="threads")
        nothing, blind, resemblance, halves = work(
            (
                delayed(null)(setting, streams[1]),
                delayed(blind_baseline)(setting, streams[2]),
                delayed(resembling)(),
                delayed(a_a)(setting, scores, names, streams[0]),
            )
        )
        self.coverage.append(resemblance)
        self.progress("controls", 3, 3)
        for name, control in (("A/A control", halves), ("null control", nothing), ("blind baseline", blind)):
            missing = control.status == "not_run"
            self._cover(
                name, "not_applicable" if missing else "ran", control.reason, blocks_pass=missing and control is blind
            )
        self.progress("planted leaks", 0, 1)
        limits = {policy.name: policy.tpr_at_fpr for policy in self.settings.policies}
        leaks = plant_leaks(setting, view, limits, self._sensitivity(), self.rng["planted"])
        self.progress("planted leaks", 1, 1)
        if any(not leak.recognisable for leak in leaks):
            reason = "strangers are as near to a person as a near copy would be, so such a copy gives nobody away here"
            self._cover("near copies", "not_applicable", reason)
        return Controls(a_a=halves, null=nothing, blind_baseline=blind, planted=leaks)

    def _assemble(
        self, copies: Copies, repeats: Repeats, outcome: Outcome | None, hints: WithoutHoldout | None = None
    ) -> AuditReport:
        return assemble_report(
            self.data,
            self.settings,
            copies,
            outcome,
            self.coverage,
            self.started,
            repeats=repeats,
            without_holdout=hints,
        )

    def _sensitivity(self) -> tuple[float, ...]:
        """Shares of members planted for the sensitivity curve, which decides nothing: the quick profile draws none."""
        return () if self.settings.profile == "quick" else SENSITIVITY

    def _is_out_of_time(self, test: str) -> bool:
        """Whether a test is left out because the time budget is spent, which rules out a pass."""
        # Asked once: time that runs out between two questions would leave a test out without a word.
        is_spent = self.budget.is_spent
        if is_spent:
            self._cover(test, "not_run", self.budget.reason, blocks_pass=True)
        return is_spent

    def _cover(self, test: str, status: CoverageStatus, reason: str, *, blocks_pass: bool = False) -> None:
        self.coverage.append(Coverage(test=test, status=status, reason=reason, blocks_pass=blocks_pass))

"""One audit from aligned tables to a report.

Hides the labels, sets a reference aside, spawns the random streams, fills the attacker's view once, runs the
attacks, puts the labels back, and lets statistics, controls and the verdict speak.
"""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import synthaudit
from synthaudit.attacker import Attacker, attacker
from synthaudit.attacks import ATTACKS
from synthaudit.checks.copies import measure_copies
from synthaudit.controls import Setting, a_a, blind_baseline, null, plant_leaks
from synthaudit.encoding import CellEncoder, canonical_order, distance_columns, fit_cells, fit_space
from synthaudit.errors import InputError
from synthaudit.generators import generator_by_name
from synthaudit.generators.shadows import Shadows, fit_shadows
from synthaudit.pile import SMALLEST_HOLDOUT_TO_CARVE, Pile, Scores, make_pile
from synthaudit.statistics.bounds import family_bounds
from synthaudit.statistics.exposure import exposed
from synthaudit.statistics.power import decidable, smallest_detectable
from synthaudit.statistics.randomisation import FamilyTest, family_decision
from synthaudit.statistics.roc import auc, detection_curve, tpr_at_fpr
from synthaudit.statistics.worst import worst_attack
from synthaudit.types import (
    Attack,
    AttackerView,
    AuditData,
    AuditReport,
    BoolArray,
    Cells,
    ColumnSummary,
    Controls,
    Copies,
    Coverage,
    CurvePoint,
    Decidable,
    Estimate,
    Exposure,
    Finding,
    FloatArray,
    Generator,
    IntArray,
    Policy,
    Provenance,
    ShadowRecord,
    ShadowScores,
    TableSummary,
    UseVerdict,
    Vendor,
    Worst,
)
from synthaudit.verdict import Evidence, judge, leakage_detected

SCHEMA_VERSION = 1
PERMUTATIONS: Mapping[str, int] = {"quick": 999, "standard": 9_999, "thorough": 9_999}
SHADOWS: Mapping[str, int] = {"quick": 0, "standard": 0, "thorough": 16}
FPRS = (0.1, 0.01, 0.001)
SMALLEST_SYNTHETIC = 100
EXPOSURE_ATTACK = "linkage_tolerant"
SENSITIVITY = (0.01, 0.05)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an audit is run; see ``docs/commands.md``."""

    policy: Policy
    built_in: tuple[Policy, ...]
    """Policies whose use table is filled in, whatever the chosen one."""
    profile: str = "standard"
    shadows: int | None = None
    generator: str | Generator | None = None
    attacks: tuple[str, ...] = ()
    seed: int = 0
    jobs: int = 1
    copies_test: bool = True
    """Whether the copies test may decide; switched off only to measure the attacks alone."""
    config: Mapping[str, Any] = field(default_factory=dict)
    vendor: Vendor = field(default_factory=Vendor)
    claims: bool = False
    """The vendor claims something that this version does not test."""


def run_audit(
    data: AuditData, settings: Settings, progress: Progress | None = None
) -> tuple[AuditReport, Scores | None]:
    """Audit one release.

    Parameters
    ----------
    data : AuditData
        Aligned tables.
    settings : Settings
        Policy, profile, seed, workers.
    progress : callable, optional
        Told ``(stage, done, total)``.

    Returns
    -------
    report : AuditReport
        Everything a reader gets; no row of anyone.
    scores : Scores or None
        One score per candidate row and attack; None without a holdout.
    """
    # Sums over threads differ in the last bit with their number; ours are split over queries instead.
    with threadpool_limits(limits=1):
        return _Audit(data, settings, progress or (lambda stage, done, total: None)).run()


class _Audit:
    """The steps of one audit in their order; holds what more than one step needs."""

    def __init__(self, data: AuditData, settings: Settings, progress: Progress) -> None:
        self.data, self.settings, self.progress = data, settings, progress
        self.started = time.monotonic()
        self.coverage: list[Coverage] = list(data.coverage)
        names = ("pile", "shadows", "attacks", "ties", "statistics", "controls", "planted")
        streams = np.random.default_rng(settings.seed).spawn(len(names))
        self.rng = dict(zip(names, streams, strict=True))
        real = [t for t in (data.train, data.holdout, data.reference) if t is not None]
        self.encoder: CellEncoder = fit_cells(data.schema, real, [data.synthetic])

    def run(self) -> tuple[AuditReport, Scores | None]:
        data, encode = self.data, self.encoder.encode
        train, synthetic = encode(data.train), encode(data.synthetic)
        holdout = None if data.holdout is None else encode(data.holdout)
        self._cover_size(len(synthetic))
        if self.settings.claims:
            self._cover("vendor's claims", "not_run", "this version does not test claims of differential privacy")
        copies = measure_copies(data.schema, train, synthetic, holdout, data.train_entity, data.holdout_entity)
        if not self.settings.copies_test:
            copies = _silenced(copies)
            self._cover("verbatim copies", "not_run", "switched off", blocks_pass=True)
        elif copies.recognisable:
            self._cover("verbatim copies", "ran", "every candidate was looked up in the release")
        else:
            self._cover(
                "verbatim copies", "ran_low_power", "rows of this table collide by nature; copies cannot be recognised"
            )
        if holdout is None:
            return self._without_holdout(copies), None
        return self._with_holdout(train, holdout, synthetic, copies)

    # --- the two kinds of audit

    def _without_holdout(self, copies: Copies) -> AuditReport:
        reason = (
            "no holdout was given; split the real table first (synthaudit split) and let the vendor see one part only"
        )
        self._cover("membership attacks", "not_run", reason, blocks_pass=True)
        evidence = Evidence(
            findings=(), decision=None, copies=copies, exposure=None, controls=None, coverage=self.coverage
        )
        uses = tuple(judge(policy, evidence, None) for policy in self._policies())
        return self._report(evidence, uses, decidable=(), assumption="Without a holdout no comparison was made.")

    def _with_holdout(
        self, train: Cells, holdout: Cells, synthetic: Cells, copies: Copies
    ) -> tuple[AuditReport, Scores]:
        data, settings = self.data, self.settings
        given = None if data.reference is None else self.encoder.encode(data.reference)
        pile = make_pile(
            train,
            holdout,
            given,
            train_entity=data.train_entity,
            holdout_entity=data.holdout_entity,
            rng=self.rng["pile"],
        )
        synthetic = synthetic.take(canonical_order(synthetic))
        real = [table for table in (pile.candidates, pile.reference) if table is not None]
        space = fit_space(data.schema, real, synthetic)
        self._cover_reference(pile.reference)
        is_member = pile.is_member
        wanted = self._wanted()
        n_attacks = len(wanted) * len(pile.suffixes)
        n1, n0 = int(is_member.sum()), int((~is_member).sum())
        if min(n1, n0) < 2:
            raise InputError(
                "SA-170", "holdout", f"{n1} members and {n0} non-members to compare", "Give more people on both sides."
            )
        can_decide = tuple(decidable(p, n1, n0, n_attacks) for p in self._policies())

        self.progress("neighbours", 0, 1)
        attacking = attacker(data.schema, space, pile.candidates, pile.reference, jobs=settings.jobs)
        shadow_scores, shadow_record = self._shadows(pile, attacking)
        view = attacking.look_at(synthetic, shadow_scores)
        self.progress("neighbours", 1, 1)

        rows, ran, seconds = self._attack(wanted, view, pile.candidates)
        names = [f"{a.name}/{a.view}{suffix}" for a in ran for suffix in pile.suffixes]
        scores = pile.by_unit(rows)
        self.progress("statistics", 0, 1)
        order = self.rng["ties"].permutation(len(is_member))
        n_permutations = PERMUTATIONS[settings.profile]
        test = family_decision(
            scores, names, is_member, rng=self.rng["statistics"], n_permutations=n_permutations, order=order
        )
        findings = self._findings(scores, names, is_member, order, test, ran, seconds, len(pile.suffixes))
        worst = worst_attack(scores, names, is_member, self.rng["statistics"], order)
        curve = self._curve(scores, names, worst, is_member, order)
        exposure = self._exposure(scores, names, is_member)
        self.progress("statistics", 1, 1)

        setting = Setting(
            attacker=attacking,
            is_member=is_member,
            unit=pile.unit,
            by_unit=pile.by_unit,
            n_permutations=n_permutations,
        )
        controls = self._controls(setting, view, scores, names)
        evidence = Evidence(
            findings=findings,
            decision=test.decision,
            copies=copies,
            exposure=exposure,
            controls=controls,
            coverage=self.coverage,
        )
        uses = tuple(judge(p, evidence, d) for p, d in zip(self._policies(), can_decide, strict=True))
        report = self._report(
            evidence,
            uses,
            decidable=can_decide,
            assumption=(
                "No sealed split was given: the p-values hold if members and non-members were drawn at random from one"
                " population, by whoever made the tables, and the vendor never saw the holdout."
            ),
            worst=worst,
            curve=curve,
            shadows=shadow_record,
            n_units=(n1, pile.n_holdout_units),
            smallest=smallest_detectable(n1, n0, test.decision.critical_z),
        )
        return report, pile.scores_by_row(rows, ran)

    # --- steps

    def _policies(self) -> tuple[Policy, ...]:
        chosen = self.settings.policy
        return (chosen, *(p for p in self.settings.built_in if p.name != chosen.name))

    def _wanted(self) -> list[tuple[int, Attack]]:
        """The attacks of this audit with their place in the family, which fixes their random stream."""
        settings = self.settings
        known = {attack.name for attack in ATTACKS}
        unknown = sorted(set(settings.attacks) - known)
        if unknown:
            raise InputError(
                "SA-201", "--attacks", f"unknown attack {unknown[0]!r}", f"Choose from {', '.join(sorted(known))}."
            )
        k = self._n_shadows()
        wanted = [
            (i, a)
            for i, a in enumerate(ATTACKS)
            if (not settings.attacks or a.name in settings.attacks) and (k > 0 or a.threat_model != "shadow")
        ]
        if settings.attacks:
            self._cover("attack suite", "not_run", "only the attacks named by --attacks ran", blocks_pass=True)
        if k == 0:
            self._cover(
                "shadow attacks", "not_run", f"the profile {settings.profile} runs none; ask for them with --shadows 16"
            )
        return wanted

    def _n_shadows(self) -> int:
        settings = self.settings
        if settings.shadows is not None:
            return settings.shadows
        return 16 if settings.generator is not None else SHADOWS[settings.profile]

    def _shadows(self, pile: Pile, attacking: Attacker) -> tuple[Mapping[str, ShadowScores], ShadowRecord | None]:
        k = self._n_shadows()
        if k == 0:
            return {}, None
        chosen = self.settings.generator or "cart"
        generator = generator_by_name(chosen) if isinstance(chosen, str) else chosen
        self.progress("shadows", 0, k)
        shadows: Shadows = fit_shadows(
            pile.frame(self.data),
            pile.unit,
            int(pile.is_member.sum()),
            len(self.data.synthetic),
            k,
            generator,
            self.rng["shadows"],
            self.settings.jobs,
        )
        scores: dict[str, list[FloatArray]] = {}
        for done, release in enumerate(shadows.releases):
            cells = self.encoder.encode(release)
            for base, values in attacking.base_scores(cells.take(canonical_order(cells))).items():
                scores.setdefault(base, []).append(values)
            self.progress("shadows", done + 1, k)
        finished = len(shadows.releases)
        enough = finished >= 4 and bool(
            ((shadows.included.sum(axis=0) >= 2) & ((~shadows.included).sum(axis=0) >= 2)).all()
        )
        cost = (
            "Every shadow was fitted."
            if finished == k
            else (f"{k - finished} of {k} shadows failed; the shadow attacks rest on {finished} and are weaker for it.")
        )
        record = ShadowRecord(
            generator=generator.name,
            requested=k,
            finished=finished,
            failures=shadows.failures,
            cost=cost,
            seconds=round(shadows.seconds, 3),
        )
        if not enough:
            reason = f"{finished} of {k} shadows were fitted: too few to see every candidate twice in and twice out"
            self._cover("shadow attacks", "not_run", reason, blocks_pass=True)
            return {}, record
        self._cover(
            "shadow attacks", "ran" if finished == k else "ran_low_power", f"family assumed: {generator.name}. {cost}"
        )
        target = self.data.synthetic
        cells = self.encoder.encode(target)
        base_target = attacking.base_scores(cells.take(canonical_order(cells)))
        return {
            base: ShadowScores(base=base, target=base_target[base], shadow=np.array(values), included=shadows.included)
            for base, values in scores.items()
        }, record

    def _attack(
        self, wanted: Sequence[tuple[int, Attack]], view: AttackerView, candidates: Cells
    ) -> tuple[FloatArray, list[Attack], list[float]]:
        """Scores of every attack that gave finite ones; the others become gaps that block a pass."""
        streams = self.rng["attacks"].spawn(len(ATTACKS))
        rows, ran, seconds = [], [], []
        for done, (place, attack) in enumerate(wanted):
            self.progress("attacks", done, len(wanted))
            if attack.threat_model == "shadow" and attack.view not in view.shadows:
                continue
            began = time.monotonic()
            name = f"attack {attack.name} on {attack.view}"
            try:
                score = np.asarray(attack.score(candidates, view, streams[place]), dtype=np.float64)
            except Exception as error:
                # The message may quote a cell; its type cannot.
                self._cover(name, "not_run", f"it stopped with {type(error).__name__}", blocks_pass=True)
                continue
            if score.shape != (len(candidates),) or not np.isfinite(score).all():
                self._cover(name, "not_run", "it gave scores that are not finite numbers", blocks_pass=True)
                continue
            rows.append(score)
            ran.append(attack)
            seconds.append(time.monotonic() - began)
        self.progress("attacks", len(wanted), len(wanted))
        if not rows:
            raise InputError(
                "SA-202", "attacks", "none could be run", "See the coverage record, or ask for other attacks."
            )
        self._cover("membership attacks", "ran", f"{len(rows)} attacks, each in its own view")
        return np.array(rows), ran, seconds

    def _findings(
        self,
        scores: FloatArray,
        names: Sequence[str],
        is_member: BoolArray,
        order: IntArray,
        test: FamilyTest,
        ran: Sequence[Attack],
        seconds: Sequence[float],
        per_attack: int,
    ) -> tuple[Finding, ...]:
        bounds = family_bounds(scores, is_member, order, self.rng["statistics"])
        findings = []
        for i, name in enumerate(names):
            attack = ran[i // per_attack]
            estimates = {"auc": auc(scores[i], is_member)}
            for fpr in FPRS:
                estimates[f"tpr_at_fpr_{fpr:g}"] = tpr_at_fpr(scores[i], is_member, fpr, order=order)
            findings.append(
                Finding(
                    attack=attack.name,
                    view=name.split("/", 1)[1],
                    threat_model=attack.threat_model,
                    pvalue=float(test.pvalue[i]),
                    pvalue_adjusted=float(test.pvalue_adjusted[i]),
                    estimates=estimates,
                    lower_bounds=bounds.lower(i),
                    upper_bounds=bounds.upper(i),
                    n_true_positives=int(test.n_true_positives[i]),
                    tie_block=int(test.tie_block[i]),
                    seconds=round(seconds[i // per_attack], 3),
                )
            )
        return tuple(findings)

    def _curve(
        self, scores: FloatArray, names: Sequence[str], worst: Worst, is_member: BoolArray, order: IntArray
    ) -> tuple[CurvePoint, ...]:
        i = list(names).index(f"{worst.attack}/{worst.view}")
        # An attack that ranks members low is an attack the other way round.
        measured = auc(scores[i], is_member)
        turned = isinstance(measured, Estimate) and measured.value < 0.5
        return detection_curve(-scores[i] if turned else scores[i], is_member, order)

    def _exposure(self, scores: FloatArray, names: Sequence[str], is_member: BoolArray) -> Exposure | None:
        found = [i for i, name in enumerate(names) if name.startswith(f"{EXPOSURE_ATTACK}/")]
        return exposed(scores[found[0]], is_member, name=EXPOSURE_ATTACK) if found else None

    def _controls(self, setting: Setting, view: AttackerView, scores: FloatArray, names: Sequence[str]) -> Controls:
        streams = self.rng["controls"].spawn(4)
        self.progress("controls", 0, 4)
        is_same = a_a(setting, scores, names, streams[0])
        self.progress("controls", 1, 4)
        nothing = null(setting, streams[1])
        self.progress("controls", 2, 4)
        blind = blind_baseline(setting, streams[2])
        self.progress("controls", 3, 4)
        for name, control in (("A/A control", is_same), ("null control", nothing), ("blind baseline", blind)):
            status = "not_applicable" if control.status == "not_run" else "ran"
            self._cover(name, status, control.reason)
        self.progress("planted leaks", 0, 1)
        limits = {policy.name: policy.tpr_at_fpr for policy in self._policies()}
        leaks = plant_leaks(setting, view, limits, SENSITIVITY, self.rng["planted"])
        if any(not leak.recognisable for leak in leaks):
            reason = "strangers are as near to a person as a near copy would be, so such a copy gives nobody away here"
            self._cover("near copies", "not_applicable", reason)
        self.progress("planted leaks", 1, 1)
        return Controls(a_a=is_same, null=nothing, blind_baseline=blind, planted=leaks)

    # --- words

    def _cover(self, test: str, status: Any, reason: str, *, blocks_pass: bool = False) -> None:
        self.coverage.append(Coverage(test=test, status=status, reason=reason, blocks_pass=blocks_pass))

    def _cover_size(self, n_synthetic: int) -> None:
        if n_synthetic < SMALLEST_SYNTHETIC:
            reason = f"{n_synthetic} synthetic rows; at least {SMALLEST_SYNTHETIC} are needed for a verdict"
            self._cover("size of the release", "ran_low_power", reason, blocks_pass=True)

    def _cover_reference(self, reference: Cells | None) -> None:
        if self.data.reference is not None:
            self._cover(
                "reference", "ran", "given; it was chosen without knowing who is a member, or the p-values do not hold"
            )
        elif reference is not None:
            self._cover("reference", "ran", f"{len(reference):,} rows of the holdout were set aside at random")
        else:
            reason = (
                f"the holdout has fewer than {SMALLEST_HOLDOUT_TO_CARVE} people, so the unlabelled candidates serve"
                " as reference: valid, but weaker"
            )
            self._cover("reference", "ran_low_power", reason)

    def _report(
        self,
        evidence: Evidence,
        uses: tuple[UseVerdict, ...],
        *,
        decidable: tuple[Decidable, ...],
        assumption: str,
        worst: Worst | None = None,
        curve: tuple[CurvePoint, ...] = (),
        shadows: ShadowRecord | None = None,
        n_units: tuple[int, int] | None = None,
        smallest: Any = None,
    ) -> AuditReport:
        data, settings, chosen = self.data, self.settings, uses[0]
        others = [g.reason for g in chosen.gates if g.outcome != "pass" and g.reason != chosen.deciding]
        tables = {
            "train": data.train,
            "holdout": data.holdout,
            "synthetic": data.synthetic,
            "reference": data.reference,
        }
        given = {role: table for role, table in tables.items() if table is not None}
        units = (
            {}
            if n_units is None or data.train_entity is None
            else dict(zip(("train", "holdout"), n_units, strict=True))
        )
        used = distance_columns(data.schema)
        return AuditReport(
            schema_version=SCHEMA_VERSION,
            outcome=chosen.outcome,
            leakage_detected=leakage_detected(evidence),
            policy=settings.policy,
            reasons=(chosen.deciding, *others),
            profile=settings.profile,
            unit="row" if data.train_entity is None else "entity",
            assumption=assumption,
            findings=tuple(evidence.findings),
            decision=evidence.decision,
            worst=worst,
            curve=curve,
            copies=evidence.copies,
            exposure=evidence.exposure,
            controls=evidence.controls,
            smallest_detectable=smallest,
            decidable=decidable,
            uses=uses,
            coverage=tuple(self.coverage),
            shadows=shadows,
            subgroups=(),
            tables=tuple(
                TableSummary(role=role, n_rows=len(table), n_units=units.get(role), sha256=data.sha256.get(role, ""))  # type: ignore[arg-type]
                for role, table in given.items()
            ),
            columns=tuple(
                ColumnSummary(name=column.name, kind=column.kind, used="distance" if used[i] else "exact_match")
                for i, column in enumerate(data.schema.columns)
            ),
            vendor=settings.vendor,
            provenance=Provenance(
                synthaudit_version=synthaudit.__version__,
                seed=settings.seed,
                n_rows={role: len(table) for role, table in given.items()},
                sha256=dict(data.sha256),
                libraries=_libraries(),
                created_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                seconds=round(time.monotonic() - self.started, 3),
                config={**settings.config, "jobs": settings.jobs},
            ),
        )


def _silenced(copies: Copies) -> Copies:
    """The copies test with its voice taken away; what it counted stays."""
    excess = Estimate(value=0.0, low=-1.0, high=1.0, confidence_level=0.95, n=copies.n_train + copies.n_holdout)
    return replace(copies, pvalue=1.0, identical_to_train=False, excess=excess)


def _libraries() -> dict[str, str]:
    names = ("duckdb", "numba", "numpy", "pandas", "scikit-learn", "scipy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}

"""One audit from aligned tables to a report.

Hides the labels, sets a reference aside, spawns the random streams, fills the attacker's view once, runs the
attacks, puts the labels back, and lets statistics, controls and the verdict speak.
"""

import platform
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from threadpoolctl import threadpool_limits

from synthaudit import __version__
from synthaudit.attacker import attacker
from synthaudit.checks.copies import measure_copies
from synthaudit.checks.disguise import check_disguise
from synthaudit.checks.resemblance import check_resemblance
from synthaudit.controls import Setting, a_a, blind_baseline, null, plant_leaks
from synthaudit.encoding import canonical_order, distance_columns, fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.evidence import SCHEMA_VERSION
from synthaudit.family import Measured, Scored, chosen_attacks, measure, names_of, run_attacks
from synthaudit.pile import SMALLEST_HOLDOUT_TO_CARVE, Scores, make_pile
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.shadowing import run_shadows
from synthaudit.statistics.power import decidable, smallest_detectable
from synthaudit.types import (
    AttackerView,
    AuditData,
    AuditReport,
    Cells,
    ColumnSummary,
    Controls,
    Copies,
    Coverage,
    CoverageStatus,
    Decidable,
    Estimate,
    FloatArray,
    Provenance,
    ShadowRecord,
    SmallestDetectable,
    TableSummary,
    Worst,
)
from synthaudit.verdict import Evidence, judge, leakage_detected

SMALLEST_SYNTHETIC = 100
SENSITIVITY = (0.01, 0.05)


def run_audit(
    data: AuditData, settings: Settings, progress: Progress | None = None, notify: Notify | None = None
) -> tuple[AuditReport, Scores | None]:
    """Audit one release.

    Parameters
    ----------
    data : AuditData
        Aligned tables.
    settings : Settings
        Policy, profile, seed, workers.
    progress, notify : callable, optional
        Told how far the audit is, and what the user should know before it goes on.

    Returns
    -------
    report : AuditReport
        Everything a reader gets; no row of anyone.
    scores : Scores or None
        One score per candidate row and attack; None without a holdout.
    """
    # Sums over threads differ in the last bit with their number; ours are split over queries instead.
    with threadpool_limits(limits=1):
        audit = _Audit(data, settings, progress or (lambda *_: None), notify or (lambda _: None))
        return audit.run()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Outcome:
    """What the report takes from an audit with a holdout."""

    measured: Measured
    controls: Controls
    decidable: tuple[Decidable, ...]
    shadows: ShadowRecord | None
    smallest: SmallestDetectable
    n_units: tuple[int, int] | None


class _Audit:
    """The steps of one audit in their order, and the coverage record they write."""

    def __init__(self, data: AuditData, settings: Settings, progress: Progress, notify: Notify) -> None:
        self.data, self.settings, self.progress, self.notify = data, settings, progress, notify
        self.started = time.monotonic()
        self.coverage: list[Coverage] = list(data.coverage)
        names = ("pile", "shadows", "attacks", "ties", "statistics", "controls", "planted", "resemblance")
        streams = np.random.default_rng(settings.seed).spawn(len(names))
        self.rng = dict(zip(names, streams, strict=True))
        real = [table for table in (data.train, data.holdout, data.reference) if table is not None]
        self.encoder = fit_cells(data.schema, real, [data.synthetic])

    def run(self) -> tuple[AuditReport, Scores | None]:
        data, encode = self.data, self.encoder.encode
        train, synthetic = encode(data.train), encode(data.synthetic)
        holdout = None if data.holdout is None else encode(data.holdout)
        copies = self._copies(train, synthetic, holdout)
        if len(synthetic) < SMALLEST_SYNTHETIC:
            reason = f"{len(synthetic)} synthetic rows; at least {SMALLEST_SYNTHETIC} are needed for a verdict"
            self._cover("size of the release", "ran_low_power", reason, blocks_pass=True)
        if self.settings.claims:
            self._cover("vendor's claims", "not_run", "this version does not test claims of differential privacy")
        if holdout is None:
            reason = "no holdout was given; set one aside at random before the vendor gets anything"
            self._cover("membership attacks", "not_run", reason, blocks_pass=True)
            return self._report(copies, None), None
        outcome, scores = self._attack(train, holdout, synthetic)
        return self._report(copies, outcome), scores

    def _copies(self, train: Cells, synthetic: Cells, holdout: Cells | None) -> Copies:
        data = self.data
        copies = measure_copies(
            data.schema,
            train,
            synthetic,
            holdout,
            data.train_entity,
            data.holdout_entity,
            data.train_named,
            data.holdout_named,
        )
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

    def _attack(self, train: Cells, holdout: Cells, synthetic: Cells) -> tuple[_Outcome, Scores]:
        data, settings = self.data, self.settings
        wanted = chosen_attacks(settings)
        if settings.attacks:
            self._cover("attack suite", "not_run", "only the attacks named by --attacks ran", blocks_pass=True)
        given = None if data.reference is None else self.encoder.encode(data.reference)
        entities = {"train_entity": data.train_entity, "holdout_entity": data.holdout_entity}
        pile = make_pile(train, holdout, given, rng=self.rng["pile"], **entities)
        self._cover_reference(pile.reference)
        n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
        if min(n1, n0) < 2:
            got = f"{n1} members and {n0} non-members to compare"
            raise InputError("SA-170", "holdout", got, "Give more people on both sides.")
        can = tuple(decidable(policy, n1, n0, len(wanted) * len(pile.suffixes)) for policy in settings.policies)
        self.notify(_forecast(n1, n0, can))

        self.progress("neighbours", 0, 1)
        synthetic = synthetic.take(canonical_order(synthetic))
        real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
        space = fit_space(data.schema, real, synthetic)
        points = (space.points(real), space.points(synthetic))
        self.coverage.append(check_resemblance(data.schema, real, synthetic, points, self.rng["resemblance"]))
        attacking = attacker(data.schema, space, pile.candidates, pile.reference, jobs=settings.jobs)
        shadowing = run_shadows(data, pile, attacking, self.encoder, settings, self.rng["shadows"], self.progress)
        self.coverage.append(shadowing.coverage)
        view = attacking.look_at(synthetic, shadowing.scores)
        self.progress("neighbours", 1, 1)

        scored = run_attacks(wanted, view, pile.candidates, self.rng["attacks"], self.progress)
        self.coverage += scored.coverage
        self.progress("statistics", 0, 1)
        scores = pile.by_unit(scored.rows)
        measured = measure(
            scored,
            scores,
            pile.suffixes,
            pile.is_member,
            order=self.rng["ties"].permutation(len(pile.is_member)),
            n_permutations=settings.n_permutations,
            rng=self.rng["statistics"],
        )
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
        outcome = _Outcome(
            measured=measured,
            controls=self._controls(setting, view, scores, scored, pile.suffixes),
            decidable=can,
            shadows=shadowing.record,
            smallest=smallest_detectable(n1, n0, measured.test.decision.critical_z),
            n_units=(n1, pile.n_holdout_units) if pile.by_person else None,
        )
        return outcome, pile.scores_by_row(scored.rows, scored.attacks)

    def _controls(
        self, setting: Setting, view: AttackerView, scores: FloatArray, scored: Scored, suffixes: tuple[str, ...]
    ) -> Controls:
        streams = self.rng["controls"].spawn(3)
        self.progress("controls", 0, 3)
        halves = a_a(setting, scores, names_of(scored.attacks, suffixes), streams[0])
        self.progress("controls", 1, 3)
        nothing = null(setting, streams[1])
        self.progress("controls", 2, 3)
        blind = blind_baseline(setting, streams[2])
        self.progress("controls", 3, 3)
        for name, control in (("A/A control", halves), ("null control", nothing), ("blind baseline", blind)):
            missing = control.status == "not_run"
            self._cover(
                name, "not_applicable" if missing else "ran", control.reason, blocks_pass=missing and control is blind
            )
        self.progress("planted leaks", 0, 1)
        limits = {policy.name: policy.tpr_at_fpr for policy in self.settings.policies}
        leaks = plant_leaks(setting, view, limits, SENSITIVITY, self.rng["planted"])
        self.progress("planted leaks", 1, 1)
        if any(not leak.recognisable for leak in leaks):
            reason = "strangers are as near to a person as a near copy would be, so such a copy gives nobody away here"
            self._cover("near copies", "not_applicable", reason)
        return Controls(a_a=halves, null=nothing, blind_baseline=blind, planted=leaks)

    def _cover(self, test: str, status: CoverageStatus, reason: str, *, blocks_pass: bool = False) -> None:
        self.coverage.append(Coverage(test=test, status=status, reason=reason, blocks_pass=blocks_pass))

    def _cover_reference(self, reference: Cells | None) -> None:
        if self.data.reference is not None:
            reason = "given; the p-values hold if it was chosen without knowing who is a member"
            self._cover("reference", "ran", reason)
        elif reference is not None:
            self._cover("reference", "ran", f"{len(reference):,} rows of the holdout were set aside at random")
        else:
            reason = (
                f"the holdout has fewer than {SMALLEST_HOLDOUT_TO_CARVE} people, so the unlabelled candidates serve"
                " as reference: valid, but weaker"
            )
            self._cover("reference", "ran_low_power", reason)

    def _report(self, copies: Copies, outcome: _Outcome | None) -> AuditReport:
        data, settings = self.data, self.settings
        evidence = Evidence(
            findings=() if outcome is None else outcome.measured.findings,
            decision=None if outcome is None else outcome.measured.test.decision,
            copies=copies,
            exposure=None if outcome is None else outcome.measured.exposure,
            controls=None if outcome is None else outcome.controls,
            coverage=tuple(self.coverage),
        )
        can = (None,) * len(settings.policies) if outcome is None else outcome.decidable
        uses = tuple(judge(policy, evidence, c) for policy, c in zip(settings.policies, can, strict=True))
        chosen = uses[0]
        others = [gate.reason for gate in chosen.gates if gate.outcome != "pass"]
        worst: Worst | None = None if outcome is None else outcome.measured.worst
        return AuditReport(
            schema_version=SCHEMA_VERSION,
            outcome=chosen.outcome,
            leakage_detected=leakage_detected(evidence),
            policy=settings.policy,
            reasons=tuple(dict.fromkeys([chosen.deciding, *others])),
            profile=settings.profile,
            unit="row" if data.train_entity is None else "entity",
            assumption=_assumption(outcome is not None),
            findings=tuple(evidence.findings),
            decision=evidence.decision,
            worst=worst,
            curve=() if outcome is None else outcome.measured.curve,
            copies=copies,
            exposure=evidence.exposure,
            controls=evidence.controls,
            smallest_detectable=None if outcome is None else outcome.smallest,
            decidable=() if outcome is None else outcome.decidable,
            uses=uses,
            coverage=tuple(self.coverage),
            shadows=None if outcome is None else outcome.shadows,
            subgroups=(),
            tables=self._tables(None if outcome is None else outcome.n_units),
            columns=self._columns(),
            vendor=settings.vendor,
            provenance=self._provenance(),
        )

    def _tables(self, n_units: tuple[int, int] | None) -> tuple[TableSummary, ...]:
        units = {} if n_units is None else {"train": n_units[0], "holdout": n_units[1]}
        return tuple(
            TableSummary(
                role=role,  # type: ignore[arg-type]
                n_rows=n_rows,
                n_units=units.get(role),
                sha256=self.data.sha256.get(role, ""),
            )
            for role, n_rows in self._n_rows().items()
        )

    def _n_rows(self) -> dict[str, int]:
        data = self.data
        tables = {
            "train": data.train,
            "holdout": data.holdout,
            "synthetic": data.synthetic,
            "reference": data.reference,
        }
        return {role: len(table) for role, table in tables.items() if table is not None}

    def _columns(self) -> tuple[ColumnSummary, ...]:
        schema = self.data.schema
        return tuple(
            ColumnSummary(name=column.name, kind=column.kind, used="distance" if used else "exact_match")
            for column, used in zip(schema.columns, distance_columns(schema), strict=True)
        )

    def _provenance(self) -> Provenance:
        names = ("duckdb", "numba", "numpy", "pandas", "scikit-learn", "scipy")
        return Provenance(
            synthaudit_version=__version__,
            seed=self.settings.seed,
            n_rows=self._n_rows(),
            sha256=dict(self.data.sha256),
            libraries={"python": platform.python_version(), **{name: version(name) for name in names}},
            created_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=round(time.monotonic() - self.started, 3),
            config={**self.settings.config, "jobs": self.settings.jobs},
        )


def _forecast(n1: int, n0: int, can: tuple[Decidable, ...]) -> str:
    """Which uses this many people can decide at all, said before anything is attacked."""
    said = []
    for use in can:
        needed = "more than 200,000" if use.n_needed is None else f"{use.n_needed:,}"
        more = "" if use.pass_probability >= 0.8 else f" (80 % with {needed} on each side)"
        said.append(f"{use.use} {use.pass_probability:.0%}{more}")
    return f"{n1:,} members, {n0:,} non-members; chance of a pass if nothing leaks: {', '.join(said)}"


def _assumption(compared: bool) -> str:
    if not compared:
        return "Without a holdout no comparison was made."
    return (
        "No sealed split was given: the p-values hold if members and non-members were drawn at random from one"
        " population, by whoever made the tables, and the vendor never saw the holdout."
    )

"""synthaudit from Python: one call, one report."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from synthaudit.adapters.config import Claims
from synthaudit.adapters.options import REQUEST
from synthaudit.adapters.values import checked_path
from synthaudit.commands.answer import Answer
from synthaudit.commands.audit import audit_request
from synthaudit.commands.audited_copy import checked_target
from synthaudit.commands.batch import BatchResult, Watch, run_batch
from synthaudit.commands.batch_files import batch_options
from synthaudit.commands.filing import filing
from synthaudit.commands.finished import compare as compare
from synthaudit.commands.finished import history as history
from synthaudit.commands.finished import write_report as write_report
from synthaudit.commands.plan import plan as plan
from synthaudit.commands.plan import plan_people as plan_people
from synthaudit.commands.query import ask
from synthaudit.commands.request import request
from synthaudit.commands.result import Audit as Audit
from synthaudit.commands.schema import infer_schema as infer_schema
from synthaudit.commands.split import split as split
from synthaudit.commands.spoken import spoken
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.generators import GeneratorLike
from synthaudit.settings import Notify, Progress
from synthaudit.types import AuditReport, Policy, Schema, Vendor
from synthaudit.types.batch import AsFailure, ExitRule


@spoken
def audit(
    train: Any = None,
    synthetic: Any = None,
    holdout: Any = None,
    *,
    output: str | Path | None = None,
    audited_copy: str | Path | None = None,
    progress: Progress | None = None,
    notify: Notify | None = None,
    reference: Any = None,
    manifest: str | Path | None = None,
    deleted: Any = None,
    policy: str | Path | Policy = "partner",
    profile: str = "standard",
    generator: GeneratorLike | None = None,
    shadows: int | None = None,
    rebalanced: Sequence[str] = (),
    target: str | None = None,
    attacks: Sequence[str] = (),
    entity: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    missing: str | Sequence[str] | Mapping[str, Any] = (),
    schema: Schema | Mapping[str, Any] | str | Path | None = None,
    sdv_metadata: str | Path | Mapping[str, Any] | None = None,
    allow_overlap: bool = False,
    sep: str | Mapping[str, str] | None = None,
    decimal: str | Mapping[str, str] | None = None,
    thousands: str | Mapping[str, str] | None = None,
    encoding: str | Mapping[str, str] = "utf-8",
    max_bytes: int | None = None,
    has_header: bool = False,
    sheet: str | Mapping[str, str] | None = None,
    header_row: int | Mapping[str, int] | None = None,
    skip_rows: str | Mapping[str, str] | None = None,
    seed: int = 0,
    jobs: int | None = None,
    candidates: int | Literal["all"] | None = None,
    time_budget: str | float | None = None,
    engine: str = "local",
    shadow_store: str | Path | None = None,
    fresh: bool = False,
    keep: int = 10,
    release_rows: int | Literal["all"] | None = None,
    scores: bool = False,
    internal: bool = False,
    sign: str | Path | None = None,
    history: str | Path | None = None,
    previous: str | Path | None = None,
    copies_test: bool = True,
    vendor: str | Vendor | None = None,
    release: str | None = None,
    dataset: str | None = None,
    purpose: str | None = None,
    auditor: str | None = None,
    claims: Claims | Mapping[str, Any] | None = None,
    lang: str = "en",
    config: Mapping[str, Any] | None = None,
) -> Audit:
    """Audit one synthetic release against the real table it was made from.

    Parameters
    ----------
    train : path or DataFrame
        The real table that the generator was fitted on: the members. With ``manifest``, the file beside it. Here and
        below: whatever ``docs/input-tables.md`` lists.
    synthetic : path or DataFrame, or a list of them
        The release; several releases of one source are attacked as one, and each by itself beside that.
    holdout : path or DataFrame, optional
        Real rows of the same population that the vendor never saw. Without it a leak can be found, and nothing passes.
    output : path, optional
        Folder for ``evidence.json``, ``report.html`` and the rest.
    audited_copy : path, optional
        New file (``.csv`` or ``.parquet``) for what was audited of the release, and nothing beyond. A pass is for this
        table where the delivered file holds more (``delivered.beyond``).
    progress, notify : callable, optional
        Told ``(stage, done, total)``, by default a bar in a notebook; told before the attacks which uses this many
        people can decide at all.
    reference : path or DataFrame
        The attacker's own sample of the population; by default part of train and holdout, drawn at random.
    manifest : path
        ``manifest.json`` of :func:`split`: the tables are checked against it, membership is then random by your own
        hand, and the designs ``coins`` and ``pairs`` bound epsilon.
    deleted : path or DataFrame
        People said to be deleted before training: does the release still know them?
    policy : {"internal", "partner", "public"}, path of a TOML file, or Policy
        The limits; default ``"partner"``.
    profile : {"quick", "standard", "thorough"}
        999 permutations; 9,999; 9,999 and 16 shadows. Default ``"standard"``.
    generator : str, path, sequence of str, callable, or object with ``fit_sample``, optional
        The family that shadow attacks refit: a name as on the command line; a folder of ready releases; program and
        arguments; a function ``(table, n_rows, seed) -> table``; see ``docs/generators.md``.
    shadows : int, optional
        How many of them.
    rebalanced, target
        Columns whose levels have other shares in the release on purpose; a column that models are to predict.
    attacks : sequence of str
        Only these; rules out a pass.
    entity : str or sequence of str
        Column or columns that name the person a row belongs to. People are then split, permuted and counted, not rows.
    columns, exclude, rename, schema, sdv_metadata, allow_overlap, max_bytes, has_header
        How tables are read and aligned; see ``docs/input-tables.md``.
    missing, sep, decimal, thousands, encoding, sheet, header_row, skip_rows
        How tables are written: a value for all, or a mapping by table, such as ``{"all": ",", "synthetic": "."}``.
    seed, jobs : int
        The figures depend on ``seed`` and not on ``jobs``.
    candidates : int or "all"
        People of each side that are attacked where there are more, drawn at random; 20,000, in quick 5,000.
    time_budget : str or float
        ``"90s"``, ``"30m"`` or seconds, after which nothing more is begun that a verdict can do without; no pass then.
    engine : str
        Where generators are fitted: ``"local"``, ``"dask:HOST:PORT"`` or ``"ray:ADDRESS"``; changes no figure.
    shadow_store : path, optional
        Folder of finished shadows that several audits share; by default ``.shadows`` in ``output``.
    fresh, keep : bool, int
        Whether nothing is used that an earlier run finished; how many earlier runs stay in ``previous/``.
    release_rows : int or "all"
        Rows of a release that are held at once, by default 100,000; of a larger one models read half as many.
    claims : mapping
        What the vendor claims: ``dp_epsilon``, ``dp_delta``, ``unit`` and ``relation``, as in the configuration file.
    scores, internal : bool
        Write ``scores.parquet``, or ``report.internal.html``, which names rows that stand out; never to be shared.
    sign : path, optional
        Private key (PEM, Ed25519) that signs the seal of ``output``; needs the extra ``sign``.
    history : path, optional
        File of all audits in which this one is recorded, from what ``output`` holds.
    previous : path, optional
        Evidence of an earlier audit: ``report.changes.html`` in ``output`` says which findings are fixed, open or new.
    copies_test : bool
        Whether the copies test may decide; switched off only to measure the attacks alone.
    vendor, release, dataset, purpose, auditor : str, optional
        Names for the report, of 256 characters at most; ``release`` is by default the name of its file.
    lang : {"en", "de", "fr"}
        Language of what is written for people.
    config : mapping, optional
        More for the provenance.

    Returns
    -------
    Audit
        ``outcome``, ``leakage_detected``, ``reasons``, ``findings`` and the rest of the evidence.

    Raises
    ------
    InputError
        A table or an option that cannot be audited.
    CannotFinishError
        No space, or no permission to write.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> people = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)).round(3), columns=list("abc"))
    >>> train, holdout = people[:300], people[300:]
    >>> result = audit(train, train.sample(frac=1, random_state=0), holdout, policy="internal", profile="quick")
    >>> result.outcome, result.leakage_detected, result.reasons[0]
    ('fail', True, 'The release is the training table itself, row for row.')
    """
    asked = request(**_options(locals()), config=config)
    if synthetic is None:
        raise InputError("SA-188", "synthetic", N_("no table was given"), N_("Give the release."))
    folder = None if output is None else Path(checked_path("output", output))
    copy = None if audited_copy is None else checked_target(audited_copy)
    filed = filing(folder, sign, history, previous)
    if filed.doubt and notify is not None:
        notify(filed.doubt)
    report = audit_request(filed.of(asked), synthetic, folder, progress, notify, copy)
    if folder is not None:
        filed.record(folder)
    return Audit(**{f.name: getattr(report, f.name) for f in fields(AuditReport)})


def query(
    record: Any,
    train: Any,
    synthetic: Any,
    holdout: Any,
    *,
    reference: Any = None,
    manifest: str | Path | None = None,
    entity: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    missing: str | Sequence[str] | Mapping[str, Any] = (),
    schema: Schema | Mapping[str, Any] | str | Path | None = None,
    sdv_metadata: str | Path | Mapping[str, Any] | None = None,
    allow_overlap: bool = False,
    sep: str | Mapping[str, str] | None = None,
    decimal: str | Mapping[str, str] | None = None,
    thousands: str | Mapping[str, str] | None = None,
    encoding: str | Mapping[str, str] = "utf-8",
    max_bytes: int | None = None,
    has_header: bool = False,
    sheet: str | Mapping[str, str] | None = None,
    header_row: int | Mapping[str, int] | None = None,
    skip_rows: str | Mapping[str, str] | None = None,
    seed: int = 0,
    jobs: int | None = None,
    candidates: int | Literal["all"] | None = None,
    release_rows: int | Literal["all"] | None = None,
) -> Answer:
    """Ask whether one person's record was in the training data, as far as the release can tell.

    Parameters
    ----------
    record : path or DataFrame
        The person's row, or rows where ``entity`` is named; all else as for :func:`audit`.

    Returns
    -------
    Answer
        The ``level`` of evidence, what it is worth at three priors (``ppv``: the share of members among those who
        reach it, ``at_least``), all ``levels`` with their counts, ``pvalue``, and what it cannot say; ``warnings``
        where the record is blank, or unlike the tables; ``to_text()``, ``to_json()``.

    Raises
    ------
    InputError
        SA-190 more than one person, SA-191 no holdout, SA-192 nothing to compare, or an unreadable table.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> people = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)).round(3), columns=list("abc"))
    >>> train, holdout, other = people[:200], people[200:400], people[400:]
    >>> release = pd.concat([train[:20], other[20:]])  # 20 members are copied
    >>> answer = query(train[:1], train, release, holdout)
    >>> answer.level, round(answer.ppv["0.5"].at_least, 2), answer.stands_in
    ('word_for_word', 0.73, 'train')
    """
    return ask(request(**_options(locals())), record, synthetic)


@spoken
def audit_batch(
    releases: str | Path,
    train: Any,
    holdout: Any = None,
    *,
    output: str | Path,
    progress: Progress | None = None,
    reference: Any = None,
    manifest: str | Path | None = None,
    deleted: Any = None,
    policy: str | Path | Policy = "partner",
    profile: str = "standard",
    generator: GeneratorLike | None = None,
    shadows: int | None = None,
    rebalanced: Sequence[str] = (),
    target: str | None = None,
    attacks: Sequence[str] = (),
    entity: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    missing: str | Sequence[str] | Mapping[str, Any] = (),
    schema: Schema | Mapping[str, Any] | str | Path | None = None,
    sdv_metadata: str | Path | Mapping[str, Any] | None = None,
    allow_overlap: bool = False,
    sep: str | Mapping[str, str] | None = None,
    decimal: str | Mapping[str, str] | None = None,
    thousands: str | Mapping[str, str] | None = None,
    encoding: str | Mapping[str, str] = "utf-8",
    max_bytes: int | None = None,
    has_header: bool = False,
    sheet: str | Mapping[str, str] | None = None,
    header_row: int | Mapping[str, int] | None = None,
    skip_rows: str | Mapping[str, str] | None = None,
    seed: int = 0,
    jobs: int | None = None,
    candidates: int | Literal["all"] | None = None,
    time_budget: str | float | None = None,
    engine: str = "local",
    shadow_store: str | Path | None = None,
    fresh: bool = False,
    keep: int = 10,
    release_rows: int | Literal["all"] | None = None,
    scores: bool = False,
    internal: bool = False,
    sign: str | Path | None = None,
    history: str | Path | None = None,
    include: Sequence[str] = (),
    exit_rule: ExitRule = "leak",
    inconclusive: AsFailure = "fail",
    copies_test: bool = True,
    vendor: str | Vendor | None = None,
    dataset: str | None = None,
    purpose: str | None = None,
    auditor: str | None = None,
    claims: Claims | Mapping[str, Any] | None = None,
    lang: str = "en",
    config: Mapping[str, Any] | None = None,
) -> BatchResult:
    """Audit every table in a folder against one real table; options as in :func:`audit`.

    Parameters
    ----------
    include : sequence of str
        Patterns such as ``"*.csv"``: only releases whose names match one of them.
    exit_rule : {"leak", "worst"}
        Whether ``exit_code`` is that of a leak before all else, or of what could not be read or finished before it.
    inconclusive : {"fail", "skip"}
        What ``junit.xml`` makes of an inconclusive gate.

    Returns
    -------
    BatchResult
        One entry per release, the path of the index page, ``record`` as ``batch.json`` has it, and the exit code.
    """
    folder, written = (Path(checked_path(name, path)) for name, path in (("releases", releases), ("output", output)))
    asked = request(**_options(locals()), config=config)
    options = batch_options(include, exit_rule, inconclusive)
    filed = filing(written, sign, history)
    return run_batch(folder, filed.of(asked), written, options, Watch(progress=progress, record=filed.record))


def _options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a function's parameters that are options of every audit."""
    return {option.name: parameters[option.name] for option in REQUEST if option.name in parameters}

"""The command line: parse, call, print, exit."""

import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import click

from synthaudit.errors import InputError, SynthauditError
from synthaudit.runtime.malloc import share_heap

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}
_WORD = {"pass": "PASS", "fail": "FAIL", "inconclusive": "UNRESOLVED", "error": "ERROR"}
_COLOUR = {"pass": "green", "fail": "red", "inconclusive": "yellow", "error": "magenta"}
_CONTEXT = {"auto_envvar_prefix": "SYNTHAUDIT", "show_default": True, "max_content_width": 100}

_C = TypeVar("_C", bound=Callable[..., Any])


def main() -> None:
    """Entry point: every way to end has its exit code, and none shows a traceback for a user's mistake."""
    # A polite end is an interruption like Ctrl-C: temporary copies of real tables are removed on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Before any library starts its threads.
    share_heap()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("synthaudit: interrupted; what is finished is kept", err=True)
        code = 130
    except SynthauditError as error:
        click.echo(f"synthaudit: {error}", err=True)
        code = error.exit_code
    except MemoryError:
        click.echo("synthaudit: SA-306 out of memory. Audit fewer rows, or on a larger machine.", err=True)
        code = 4
    except Exception as error:
        # Messages and local variables may hold cells of a table: only the type and the places are shown.
        places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
        where = " > ".join(places[-4:])
        text = f"SA-399 internal error: {type(error).__name__} at {where}. Please report this; nothing was judged."
        click.echo(f"synthaudit: {text}", err=True)
        code = 4
    sys.exit(code or 0)


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="synthaudit-privacy", prog_name="synthaudit")
def cli() -> None:
    """Tell from a synthetic table who was in the real one: measured attacks, honest statistics, a verdict.

    Exit codes: 0 pass, 1 fail, 2 bad input or usage, 3 inconclusive, 4 could not finish, 130 interrupted.
    """


def _config_file(context: click.Context, parameter: click.Parameter, path: str | None) -> Any:
    """Read the file before any other option, so that its values become their defaults."""
    if path is None:
        return None
    from synthaudit.adapters.config import load_config

    config = load_config(Path(path))
    data, run, threat, output = config.data, config.run, config.threat, config.output
    defaults = {
        **{name: getattr(data, name) for name in ("train", "holdout", "reference", "manifest", "entity", "missing")},
        "synthetic": data.synthetic if context.info_name != "audit" or data.synthetic is None else [data.synthetic],
        "deleted": data.deleted,
        **{name: getattr(data, name) for name in ("sep", "decimal", "encoding", "max_bytes", "allow_overlap")},
        **{name: getattr(data, name) for name in ("sheet", "sdv_metadata")},
        "rename": [f"{old}={new}" for old, new in data.rename.items()],
        "generator": threat.generator,
        "shadows": threat.shadows,
        "attacks": None if threat.attacks is None else ",".join(threat.attacks),
        "profile": run.profile,
        "seed": run.seed,
        "jobs": run.jobs,
        "time_budget": None if run.time_budget_minutes is None else f"{run.time_budget_minutes}m",
        "candidates": None if run.candidates is None else str(run.candidates),
        "engine": run.engine,
        "shadow_store": run.shadow_store,
        "release_rows": None if run.release_rows is None else str(run.release_rows),
        "policy": config.policy.use,
        "output": output.dir,
        "scores": output.scores,
        "internal": output.internal,
    }
    context.default_map = {name: value for name, value in defaults.items() if value is not None}
    return config


def _number_or_all(context: click.Context, parameter: click.Parameter, text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter("give a number, or all.") from None


def _table(name: str, help_text: str, **more: Any) -> Callable[[_C], _C]:
    """An option that names a table; its default is never shown, as it may be a URL with a password."""
    return click.option(name, metavar="FILE", help=help_text, show_default=False, **more)


_READING = [
    click.option(
        "--config", metavar="FILE", is_eager=True, callback=_config_file, help="TOML; flags and SYNTHAUDIT_* win."
    ),
    click.option("--entity", metavar="COLUMN", help="Column that names the person a row belongs to."),
    click.option("--columns", metavar="A,B", help="Audit these columns only."),
    click.option("--rename", metavar="A=B", multiple=True, help="The synthetic table's column A is train's B."),
    click.option("--missing", metavar="TOKEN", multiple=True, help="Spelling of a missing cell, in every table."),
    click.option("--sep", metavar="X", help="Delimiter of text tables, if it cannot be told."),
    click.option("--decimal", metavar="X", default=".", help="Decimal mark of numbers in text."),
    click.option("--encoding", default="utf-8", help="Encoding of text tables."),
    click.option("--sheet", metavar="NAME", help="Sheet of workbooks, where several hold data."),
    click.option("--sdv-metadata", metavar="FILE", help="Kinds of columns from SDV's metadata; [columns] wins."),
    click.option("--max-bytes", type=int, help="Limit of decoded bytes per table."),
    click.option("--allow-overlap", is_flag=True, help="Go on where train and holdout overlap; rules out a pass."),
]
_RUNNING = [
    _table("--train", "The real table the generator was fitted on."),
    _table("--holdout", "Real rows of the same population that the vendor never saw."),
    _table("--reference", "The attacker's own sample of the population."),
    click.option("--manifest", metavar="FILE", help="manifest.json of a sealed split, with its tables beside it."),
    _table("--deleted", "People said to be deleted before training: still known?"),
    click.option("--policy", metavar="NAME|FILE", default="partner", help="internal, partner, public, or a TOML file."),
    click.option("--profile", type=click.Choice(["quick", "standard", "thorough"]), default="standard"),
    click.option("--shadows", type=int, metavar="K", help="Shadow generators; 0 = none."),
    click.option(
        "--generator",
        metavar="NAME",
        help="Family that shadows are drawn from: cart, marginals, smote, kde, gaussian_copula, ctgan, tvae, copulagan,"
        " auto (the likeliest of them), command:PROGRAM ... {train} {rows} {seed} {out}, or releases:FOLDER of ready"
        " ones.",
    ),
    click.option("--attacks", metavar="A,B", help="Only these attacks; rules out a pass."),
    click.option("--seed", type=int, default=0, help="Same inputs and seed, same figures."),
    click.option("--jobs", type=int, help="Workers, by default all cores; changes no figure."),
    click.option("--time-budget", metavar="30m", help="Cheapest tests first; what it leaves out rules out a pass."),
    click.option(
        "--candidates",
        metavar="N|all",
        callback=_number_or_all,
        help="People of each side that are attacked where there are more, drawn at random: 20,000.",
    ),
    click.option(
        "--engine", metavar="local|dask:ADDRESS|ray:ADDRESS", default="local", help="Where generators are fitted."
    ),
    click.option("--shadow-store", metavar="DIR", help="Finished shadows, shared by audits; default OUTPUT/.shadows."),
    click.option(
        "--release-rows",
        metavar="N|all",
        callback=_number_or_all,
        help="Rows of the release held at once: 100,000. A larger file is streamed, which rules out a pass.",
    ),
    click.option("--scores", is_flag=True, help="Write scores.parquet: internal, never to be shared."),
    click.option("--internal", is_flag=True, help="Write report.internal.html, which names rows: never to be shared."),
]
_TALKING = [
    click.option("--quiet", is_flag=True, help="No progress."),
    click.option("--log-format", type=click.Choice(["text", "json"]), default="text"),
    click.option("--no-color", is_flag=True),
]


def _with(options: list[Callable[[_C], _C]]) -> Callable[[_C], _C]:
    def add(command: _C) -> _C:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@cli.command(context_settings=_CONTEXT)
@_with(_RUNNING)
@_table("--synthetic", "The release; several releases of one source are attacked as one.", multiple=True, required=True)
@click.option("-o", "--output", metavar="DIR", default="synthaudit-out", help="Gets evidence.json and report.html.")
@click.option("--fresh", is_flag=True, help="Fit shadows again that an earlier run finished.")
@_with(_READING)
@_with(_TALKING)
@click.pass_context
def audit(context: click.Context, /, synthetic: tuple[str, ...], output: str, **flags: Any) -> None:
    """Audit a release: a verdict, an exit code, and a report in DIR."""
    from synthaudit.cli.progress import shown_progress
    from synthaudit.commands.audit import audit_request

    talking = _talking(flags)
    shown = synthetic[0] if len(synthetic) == 1 else list(synthetic)
    request = _request(context, flags, synthetic=shown)
    folder = _folder(output)
    with shown_progress(**talking) as progress:
        report = audit_request(request, list(synthetic), folder, progress, _notify(talking["quiet"]))
    _print_verdict(report, talking["no_color"])
    click.echo(f"report: {folder / 'report.html'}")
    if request.internal:
        click.echo(f"internal report, names rows: {folder / 'report.internal.html'}")
    context.exit(EXIT[report.outcome])


@cli.command(context_settings=_CONTEXT)
@click.argument("table", type=click.Path())
@click.option("--out", "-o", "output", metavar="DIR", required=True, help="A folder of its own for the split.")
@click.option("--entity", metavar="COLUMN", help="Column that names the person: all rows of a person go to one side.")
@click.option("--share", type=float, default=0.5, help="Of the people who go to the vendor; not with coins or pairs.")
@click.option("--coins", is_flag=True, help="One fair coin for each person: the audit can bound epsilon.")
@click.option("--pairs", is_flag=True, help="One fair coin for each random pair: the same for replacing a person.")
@click.option("--canaries", type=int, metavar="N", default=0, help="Made-up people, in or out by fair coins.")
@click.option("--missing", metavar="TOKEN", multiple=True, help="Spelling of a missing cell.")
@click.option("--decimal", metavar="X", default=".", help="Decimal mark of numbers in text.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook, where several hold data.")
@click.option("--sep", metavar="X", help="Delimiter of text tables, if it cannot be told.")
@click.option("--encoding", default="utf-8", help="Encoding of text tables.")
@click.option("--max-bytes", type=int, help="Limit of decoded bytes.")
def split(
    table: str,
    output: str,
    entity: str | None,
    share: float,
    coins: bool,
    pairs: bool,
    canaries: int,
    missing: tuple[str, ...],
    decimal: str,
    sheet: str | None,
    sep: str | None,
    encoding: str,
    max_bytes: int | None,
) -> None:
    """Draw train and holdout from TABLE at random, and seal the draw before the vendor gets anything."""
    from synthaudit.adapters.readers.raw import ReadOptions
    from synthaudit.commands.split import run_split

    if coins and pairs:
        raise click.UsageError("Choose --coins or --pairs, not both.")
    made = run_split(
        table,
        output,
        entity=entity,
        design="coins" if coins else "pairs" if pairs else "fixed",
        share=share,
        canaries=canaries,
        missing=missing,
        decimal=decimal,
        read=ReadOptions(sep=sep, encoding=encoding, max_bytes=max_bytes, sheet=sheet),
    )
    who = "rows" if entity is None else "people"
    click.echo(f"for the vendor   {made.train} ({made.n_rows['train']:,} rows) and {made.folder / 'commitment.txt'}")
    kept = [path for path in (made.holdout, made.reference, made.canaries, made.manifest) if path is not None]
    click.echo(f"keep secret      {', '.join(str(path) for path in kept)}")
    click.echo(f"drawn            {', '.join(f'{n:,} {who} in {name}' for name, n in made.n_units.items())}")
    click.echo(f"commitment       {made.commitment}")
    click.echo(f"when the release is there: synthaudit audit --manifest {made.manifest} --synthetic RELEASE -o OUT")


@cli.command(context_settings=_CONTEXT)
@click.argument("releases", type=click.Path())
@_with(_RUNNING)
@click.option(
    "-o", "--output", metavar="DIR", default="synthaudit-out", help="Gets a folder per release and index.html."
)
@click.option("--fresh", is_flag=True, help="Do finished releases and their shadows again.")
@_with(_READING)
@_with(_TALKING)
@click.pass_context
def batch(context: click.Context, /, releases: str, output: str, fresh: bool, **flags: Any) -> None:
    """Audit every table in the folder RELEASES; the exit code is that of the worst."""
    from synthaudit.cli.progress import shown_progress
    from synthaudit.commands.batch import run_batch

    talking = _talking(flags)
    request = _request(context, flags)
    with shown_progress(**talking) as progress:
        result = run_batch(Path(releases), request, _folder(output), fresh=fresh, progress=progress)
    for entry in result.entries:
        again = " (finished earlier)" if entry.resumed else ""
        _say(entry.outcome, f"{_plain(entry.name)}{again}: {_plain(entry.reason)}", talking["no_color"])
    click.echo(f"index: {result.index}")
    context.exit(result.exit_code)


@cli.command(context_settings=_CONTEXT)
@_table("--record", "One person: a row, or rows with --entity.", required=True)
@_table("--train", "The real table the generator was fitted on.")
@_table("--synthetic", "The release, or several of them.", multiple=True, required=True)
@_table("--holdout", "Real rows that the vendor never saw.")
@click.option("--manifest", metavar="FILE", help="manifest.json of a sealed split, with its tables beside it.")
@_table("--reference", "The attacker's own sample of the population.")
@click.option("--seed", type=int, default=0, help="Same inputs and seed, same answer.")
@click.option("--jobs", type=int, help="Workers, by default all cores; changes no figure.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@_with(_READING)
def query(record: str, synthetic: tuple[str, ...], as_json: bool, **flags: Any) -> None:
    """Was this person's record in the training data? Exit code 0 whenever there is an answer: it is no gate."""
    from synthaudit.api import request
    from synthaudit.commands.query import ask

    options = _options(flags)
    if options["train"] is None and options["manifest"] is None:
        raise click.UsageError("Missing option '--train' (or '--manifest' of a sealed split).")
    answer = ask(request(options.pop("train"), **options), record, list(synthetic))
    click.echo(answer.to_json() if as_json else answer.to_text(), nl=False)


@cli.command(context_settings=_CONTEXT)
@click.argument("evidence", type=click.Path())
@click.option("--edition", type=click.Choice(["shareable", "internal"]), default="shareable")
def report(evidence: str, edition: str) -> None:
    """Render the report again from EVIDENCE (evidence.json, or its folder), without any data."""
    if edition == "internal":
        raise click.UsageError(
            "The internal edition names rows, and evidence.json holds none: run audit with --internal on the tables."
        )
    from synthaudit.commands.audit import render_outputs
    from synthaudit.evidence import from_json

    path = Path(evidence)
    path = path / "evidence.json" if path.is_dir() else path
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError("SA-101", f"evidence {path.name}", "cannot be read", "Give an evidence.json.") from None
    render_outputs(from_json(text), path.parent)
    click.echo(f"report: {path.parent / 'report.html'}")


@cli.group(context_settings=_CONTEXT)
def schema() -> None:
    """Kinds and roles of columns."""


@schema.command("infer", context_settings=_CONTEXT)
@click.argument("table", type=click.Path())
@_with(_READING)
def schema_infer(table: str, **flags: Any) -> None:
    """Print what is inferred from TABLE as TOML, to be put into --config and corrected."""
    from synthaudit.adapters.alignment.align import align_real
    from synthaudit.adapters.alignment.schema import schema_to_toml
    from synthaudit.adapters.readers.tables import read_table
    from synthaudit.api import request

    asked = request(table, **_options(flags))
    real = align_real(read_table(table, "train", options=asked.read), None, None, asked.align)
    click.echo(schema_to_toml(real.schema), nl=False)


@cli.command("check-inputs", context_settings=_CONTEXT)
@_with(_RUNNING)
@_table("--synthetic", "The release.", required=True)
@_with(_READING)
@click.pass_context
def check_inputs(context: click.Context, /, synthetic: str, **flags: Any) -> None:
    """Read and align the tables as an audit would, and stop there."""
    from synthaudit.commands.audit import align_release, open_real

    request = _request(context, flags, synthetic=synthetic)
    with ExitStack() as kept:
        data = align_release(open_real(request), synthetic, request, kept)
    for column in data.schema.columns:
        click.echo(
            f"{column.kind:<12} {_plain(column.name)}{' (' + ', '.join(column.roles) + ')' if column.roles else ''}"
        )
    for note in data.coverage:
        click.echo(f"{'! ' if note.blocks_pass else '  '}{_plain(note.test)}: {_plain(note.reason)}")
    click.echo(", ".join(f"{role} {n:,} rows" for role, n in data.n_rows.items()))


@cli.group(context_settings=_CONTEXT)
def policy() -> None:
    """Limits of each use."""


@policy.command("list", context_settings=_CONTEXT)
def policy_list() -> None:
    """The policies that ship with synthaudit."""
    from synthaudit.adapters.policy import policies

    for item in policies():
        click.echo(f"{item.name:<10} AUC {item.auc:g}, found at 1 false alarm in 100 {item.tpr_at_fpr:g}")


@policy.command("show", context_settings=_CONTEXT)
@click.argument("name")
def policy_show(name: str) -> None:
    """Every limit of policy NAME (or of a TOML file) and who set it."""
    from synthaudit.adapters.policy import load_policy, shown_limits

    item = load_policy(name)
    for what, limit in (("name", item.name), *shown_limits(item), ("source", item.source)):
        click.echo(f"{what:<40}{_plain(limit)}")


@cli.command(context_settings=_CONTEXT)
@click.argument("attack", required=False)
def explain(attack: str | None) -> None:
    """What ATTACK does, sees and misses; without a name, the list of all attacks."""
    from synthaudit.pipeline.suite import explained, origin_of, when_it_runs
    from synthaudit.report.explain import explanation, listing

    attacks = explained()
    if attack is None:
        click.echo(listing(attacks, [origin_of(each) for each in attacks]))
        return
    views = [each for each in attacks if each.name == attack]
    if not views:
        names = ", ".join(dict.fromkeys(each.name for each in attacks))
        raise click.UsageError(f"There is no attack '{_plain(attack)}'. Choose from {names}.")
    click.echo(explanation(views, when_it_runs(attack), origin_of(views[0])))


@cli.command(context_settings=_CONTEXT)
@click.option("-o", "--output", metavar="DIR", default="out/demo")
@_with(_TALKING)
@click.pass_context
def demo(context: click.Context, /, output: str, **flags: Any) -> None:
    """Audit three releases of a real table whose truth is known; exits 0 when the verdicts are the expected ones."""
    from synthaudit.cli.progress import shown_progress
    from synthaudit.demo import run_demo

    with shown_progress(**_talking(flags)) as progress:
        code = run_demo(Path(output), write=click.echo, progress=progress)
    context.exit(code)


def _talking(flags: dict[str, Any]) -> dict[str, Any]:
    return {name: flags.pop(name) for name in ("quiet", "log_format", "no_color")}


def _options(flags: dict[str, Any]) -> dict[str, Any]:
    """Flags as the keyword arguments of ``synthaudit.api.request``."""
    options = dict(flags)
    config = options.pop("config", None)
    for name in ("columns", "attacks"):
        if isinstance(options.get(name), str):
            options[name] = [part.strip() for part in options[name].split(",") if part.strip()]
    if "attacks" in options:
        options["attacks"] = options["attacks"] or ()
    renames = [pair.partition("=") for pair in options.pop("rename", ())]
    if any(not (old and equals and new) for old, equals, new in renames):
        raise click.UsageError("--rename wants A=B: the synthetic table's name, then train's.")
    options["rename"] = {old: new for old, _, new in renames}
    if config is not None:
        from synthaudit.types import Vendor

        options["schema"] = config.columns
        options["columns"] = options.get("columns") or config.data.columns
        options["vendor"] = Vendor(name=config.vendor.name, release=config.vendor.release)
        options["claims"] = config.vendor.claims
    return options


def _request(context: click.Context, flags: dict[str, Any], **more: str | list[str]) -> Any:
    from synthaudit.api import request

    options = _options(flags)
    train = options.pop("train")
    if train is None and options["manifest"] is None:
        raise click.UsageError("Missing option '--train' (or '--manifest' of a sealed split).")
    paths = {name: options.get(name) for name in ("holdout", "reference", "deleted", "manifest")}
    config = {"train": train, **paths, **more, "command": ["synthaudit", *sys.argv[1:]]}
    return request(train, config={key: value for key, value in config.items() if value is not None}, **options)


def _folder(output: str) -> Path:
    from synthaudit.files import prepare_output_folder

    folder = Path(output)
    prepare_output_folder(folder)
    return folder


def _notify(quiet: bool) -> Callable[[str], None] | None:
    return None if quiet else lambda text: click.echo(f"synthaudit: {text}", err=True)


def _print_verdict(report: Any, no_color: bool) -> None:
    leak = {True: "leakage detected", False: "no leakage detected", None: "leakage could not be tested"}
    _say(report.outcome, f"under {_plain(report.policy.name)}: {leak[report.leakage_detected]}", no_color)
    for reason in report.reasons:
        click.echo(f"  {_plain(reason)}")
    for use in report.decidable:
        if use.use != report.policy.name:
            continue
        if use.ruled_out is not None:
            gap = _plain(use.ruled_out)
            click.echo(f"  A pass was ruled out before any attack, however many people there are: {gap}.")
        elif use.pass_probability < 0.8:
            needed = "more than 200,000" if use.n_needed is None else f"{use.n_needed:,}"
            click.echo(
                f"  With this many people a release without any leak passes {use.use} in {use.pass_probability:.0%} of"
                f" audits; {needed} on each side would make it 80 %."
            )


def _say(outcome: str, text: str, no_color: bool) -> None:
    word = _WORD[outcome] if no_color else click.style(_WORD[outcome], fg=_COLOUR[outcome], bold=True)
    click.echo(f"{word} {text}")


def _plain(text: str) -> str:
    from synthaudit.files import printable

    return printable(text, 2_000)

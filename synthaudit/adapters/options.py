"""Every option, once: flag, place in the configuration file, help, and whether it decides what a batch may resume.

The command line, the defaults of the Python functions, the configuration file and the key of a finished release are
loops over this table. Nothing heavy is imported here: the command line reads it before it knows what it has to do.
"""

from typing import Any

from synthaudit.adapters.option import Option as Option
from synthaudit.files.catalogue import N_
from synthaudit.files.marks import LANGUAGES

PROFILES = ("quick", "standard", "thorough")
ANY_PATH, TOML_PATH, RELEASES_PATH = r"(.*)", r"(.*\.toml)", r"releases:(.*)"


def _table(name: str, toml: str, help_text: str, **more: Any) -> Option:
    """An option that names a table, whose hash the evidence holds."""
    return Option(
        name=name, kind="table", toml=toml, path=ANY_PATH, metavar=N_("FILE"), help=help_text, resume="evidence", **more
    )


def _written(name: str, metavar: str, help_text: str, **more: Any) -> Option:
    """An option that says how tables are written, all of them or one."""
    help_text = N_("{help}; TABLE={value} for one table.").format(help=help_text, value=metavar)
    return Option(name=name, toml=f"data.{name}", metavar=metavar, by_table=True, help=help_text, **more)


def _name(name: str, toml: str, help_text: str) -> Option:
    """An option that says what something is called."""
    return Option(name=name, toml=toml, metavar=N_("TEXT"), help=help_text)


RUN = (
    _table("train", "data.train", N_("The real table the generator was fitted on.")),
    _table("holdout", "data.holdout", N_("Real rows of the same population that the vendor never saw.")),
    _table("reference", "data.reference", N_("The attacker's own sample of the population.")),
    Option(
        name="manifest",
        toml="data.manifest",
        path=ANY_PATH,
        metavar=N_("FILE"),
        help=N_("manifest.json of a sealed split, with its tables beside it."),
        resume="evidence",
    ),
    _table("deleted", "data.deleted", N_("People said to be deleted before training: still known?")),
    Option(
        name="policy",
        toml="policy.use",
        path=TOML_PATH,
        metavar=N_("NAME|FILE"),
        default="partner",
        help=N_("internal, partner, public, or a TOML file."),
    ),
    Option(
        name="rebalanced",
        kind="names",
        toml="release.rebalanced",
        metavar="A,B",
        default=(),
        help=N_("Columns whose levels have other shares in the release on purpose."),
    ),
    Option(
        name="target",
        toml="release.target",
        metavar=N_("COLUMN"),
        help=N_("Column that models are to predict: says how useful the release is for that; decides nothing."),
    ),
    Option(name="profile", toml="run.profile", choices=PROFILES, default="standard"),
    Option(name="shadows", kind="int", toml="threat.shadows", metavar="K", help=N_("Shadow generators; 0 = none.")),
    Option(
        name="generator",
        toml="threat.generator",
        path=RELEASES_PATH,
        metavar=N_("NAME"),
        help=N_(
            "Family that shadows are drawn from: cart, marginals, smote, kde, gaussian_copula, ctgan, tvae, copulagan,"
            " auto (the likeliest of them), command:PROGRAM ... {train} {rows} {seed} {out}, or releases:FOLDER of"
            " ready ones."
        ),
    ),
    Option(
        name="attacks",
        kind="names",
        toml="threat.attacks",
        metavar="A,B",
        default=(),
        help=N_("Only these attacks; rules out a pass."),
    ),
    Option(
        name="seed",
        kind="int",
        toml="run.seed",
        default=0,
        help=N_("Same inputs and seed, same figures."),
        resume="evidence",
    ),
    Option(
        name="jobs",
        kind="int",
        toml="run.jobs",
        help=N_("Workers, by default all cores; changes no figure."),
        resume="harmless",
    ),
    Option(
        name="time_budget",
        toml="run.time_budget_minutes",
        metavar="30m",
        help=N_("Cheapest tests first; what it leaves out rules out a pass."),
    ),
    Option(
        name="candidates",
        kind="int_or_all",
        toml="run.candidates",
        metavar="N|all",
        help=N_("People of each side that are attacked where there are more, drawn at random: 20,000, in quick 5,000."),
    ),
    Option(
        name="engine",
        toml="run.engine",
        metavar="local|dask:ADDRESS|ray:ADDRESS",
        default="local",
        help=N_("Where generators are fitted."),
        resume="harmless",
    ),
    Option(
        name="shadow_store",
        toml="run.shadow_store",
        path=ANY_PATH,
        metavar=N_("DIR"),
        help=N_("Finished shadows, shared by audits; default OUTPUT/.shadows."),
        resume="harmless",
    ),
    Option(
        name="release_rows",
        kind="int_or_all",
        toml="run.release_rows",
        metavar="N|all",
        help=N_(
            "Rows of the release held at once: 100,000. A larger file is read part by part; models read half as many."
        ),
    ),
    # What these two write is looked for in the folder itself.
    Option(
        name="scores",
        kind="flag",
        toml="output.scores",
        default=False,
        help=N_("Write scores.parquet: internal, never to be shared."),
        resume="harmless",
    ),
    Option(
        name="internal",
        kind="flag",
        toml="output.internal",
        default=False,
        help=N_("Write report.internal.html, which names rows: never to be shared."),
        resume="harmless",
    ),
)
NAMES = (
    _name("vendor", "vendor.name", N_("Who made the release. For the report.")),
    _name("release", "vendor.release", N_("What the release is called; else the name of its file. For the report.")),
    _name("dataset", "audit.dataset", N_("The real data that it was made from. For the report.")),
    _name("purpose", "audit.purpose", N_("What the release is for. For the report.")),
    _name("auditor", "audit.auditor", N_("Who audits it. For the report.")),
)
"""What the report calls things: no figure depends on them, and a finished release is done again where they change."""
READ = (
    Option(
        name="entity",
        toml="data.entity",
        metavar=N_("COLUMN"),
        help=N_("Column that names the person a row belongs to; several with commas between them."),
    ),
    Option(name="columns", kind="names", toml="data.columns", metavar="A,B", help=N_("Audit these columns only.")),
    Option(
        name="exclude",
        kind="names",
        toml="data.exclude",
        metavar="A,B",
        default=(),
        multiple=True,
        help=N_("Leave these columns out of every table; rules out a pass where the release holds something in them."),
    ),
    Option(
        name="rename",
        toml="data.rename",
        metavar="A=B",
        multiple=True,
        help=N_("The synthetic table's column A is train's B."),
    ),
    Option(
        name="missing",
        toml="data.missing",
        metavar=N_("TOKEN"),
        default=(),
        multiple=True,
        by_table=True,
        help=N_("Spelling of a missing cell, in every table or in one (TABLE=TOKEN)."),
    ),
    _written("sep", "X", N_("Delimiter of text tables, if it cannot be told")),
    _written("decimal", "X", N_("Decimal mark of numbers in text, . or a comma, if not told")),
    _written("thousands", "X", N_("Mark between thousands in text: , . ' _ or space, if not told")),
    _written("encoding", N_("TEXT"), N_("Encoding of text tables"), default="utf-8"),
    _written("sheet", N_("NAME"), N_("Sheet of workbooks, where several hold data")),
    _written("header_row", "N", N_("Line of text, or row of a sheet, that names the columns, counted from 1")),
    _written(
        "skip_rows", "A-B,C", N_("Lines of text, or rows of a sheet, that are no rows of the table, counted from 1")
    ),
    Option(
        name="sdv_metadata",
        toml="data.sdv_metadata",
        path=ANY_PATH,
        metavar=N_("FILE"),
        help=N_("Kinds of columns from SDV's metadata; [columns] wins."),
    ),
    Option(
        name="max_bytes",
        kind="int",
        toml="data.max_bytes",
        help=N_("Limit of decoded bytes per table."),
        resume="harmless",
    ),
    Option(
        name="has_header",
        kind="flag",
        toml="data.has_header",
        default=False,
        help=N_("The names of the columns are names, though they look like cells."),
        resume="harmless",
    ),
    Option(
        name="allow_overlap",
        kind="flag",
        toml="data.allow_overlap",
        default=False,
        help=N_("Go on where train and holdout overlap; rules out a pass."),
    ),
)
DATE_FORMAT = Option(
    name="date_format",
    metavar=N_("COLUMN=FORMAT"),
    default=(),
    multiple=True,
    help=N_("Form of a column's dates, as for strptime: born=%d.%m.%y."),
)
"""On the command line only; elsewhere it is the ``format`` of a column."""
NO_FLAG = (
    Option(name="schema", toml="columns"),
    Option(name="claims", toml="vendor.claims"),
    Option(name="copies_test", default=True),
)
"""Of the Python functions and the configuration file only."""

SYNTHETIC = _table(
    "synthetic",
    "data.synthetic",
    N_("The release; several releases of one source are attacked as one."),
    multiple=True,
    required=True,
)
OUTPUT = Option(
    name="output",
    flags=("-o", "--output"),
    toml="output.dir",
    path=ANY_PATH,
    metavar=N_("DIR"),
    default="synthaudit-out",
    help=N_("Gets evidence.json and report.html."),
    resume="harmless",
)
AUDITED_COPY = Option(
    name="audited_copy",
    toml="output.audited_copy",
    path=ANY_PATH,
    metavar=N_("FILE"),
    help=N_("Write the table that was audited, and nothing beyond it: .csv or .parquet."),
    resume="harmless",
)
SIGN = Option(
    name="sign",
    metavar=N_("KEY"),
    help=N_("Private key (PEM, Ed25519) that signs the seal; its passphrase from SYNTHAUDIT_SIGN_PASSPHRASE."),
    resume="harmless",
)
HISTORY = Option(
    name="history",
    metavar=N_("FILE"),
    help=N_("Record the audit in this file of all audits, which synthaudit history shows."),
    resume="harmless",
)
PREVIOUS = Option(
    name="previous",
    metavar="EVIDENCE",
    help=N_("An earlier audit of the same dataset: report.changes.html says which findings are fixed, open or new."),
    resume="harmless",
)
"""No part of the audit, nor of its evidence: who signs, where audits are recorded, and what was there before."""
FRESH = Option(
    name="fresh",
    kind="flag",
    default=False,
    help=N_("Fit shadows again that an earlier run finished."),
    resume="harmless",
)
KEEP = Option(
    name="keep",
    kind="int",
    metavar="N",
    default=10,
    help=N_("Earlier runs that are kept in previous/; the oldest are removed."),
    resume="harmless",
)
CONFIG = Option(name="config", metavar=N_("FILE"), help=N_("TOML; flags and SYNTHAUDIT_* win."), resume="harmless")
ALLOW_COMMANDS = Option(
    name="allow_commands",
    kind="flag",
    help=N_("Run programs, and send tables to clusters, that the configuration file or the environment names."),
    resume="harmless",
)
"""Typed by the user, never set by a file or the environment: whoever writes those may run programs on the tables."""
BATCH = (
    Option(
        name="include",
        metavar=N_("PATTERN"),
        default=(),
        multiple=True,
        help=N_("Only releases whose names match, such as '*.csv'; several may be given."),
        resume="harmless",
    ),
    Option(
        name="exit_rule",
        flags=("--exit",),
        choices=("leak", "worst"),
        default="leak",
        help=N_("The exit code: leak, a fail before all else, or worst, what could not finish or be read before it."),
        resume="harmless",
    ),
    Option(
        name="inconclusive",
        choices=("fail", "skip"),
        default="fail",
        help=N_("What junit.xml makes of what is inconclusive: a failure, or skipped. No exit code depends on it."),
        resume="harmless",
    ),
)
"""Of a batch alone."""
TALK = (
    Option(name="quiet", kind="flag", help=N_("No progress."), resume="harmless"),
    Option(name="log_format", choices=("text", "json"), default="text", resume="harmless"),
    Option(name="no_color", kind="flag", resume="harmless"),
)

LANG = Option(
    name="lang",
    toml="output.lang",
    choices=LANGUAGES,
    default="en",
    help=N_("Language of pages, letters and the terminal. What machines read stays English."),
    resume="harmless",
)
"""English unless somebody says otherwise, wherever the machine stands."""

DESIGN = Option(name="design", default="fixed")
DRAW = (
    Option(
        name="share", kind="float", default=0.5, help=N_("Of the people who go to the vendor; not with coins or pairs.")
    ),
    Option(name="coins", kind="flag", help=N_("One fair coin for each person: the audit can bound epsilon.")),
    Option(name="pairs", kind="flag", help=N_("One fair coin for each random pair: the same for replacing a person.")),
    Option(name="canaries", kind="int", metavar="N", default=0, help=N_("Made-up people, in or out by fair coins.")),
)
"""How a sealed split is drawn; the design is two flags on the command line."""

REQUEST = (*RUN, FRESH, KEEP, *READ, *NAMES, *NO_FLAG)
"""What every audit is asked for, apart from the release itself."""
_OTHERS = (
    SYNTHETIC,
    OUTPUT,
    AUDITED_COPY,
    SIGN,
    HISTORY,
    PREVIOUS,
    CONFIG,
    ALLOW_COMMANDS,
    *BATCH,
    *TALK,
    LANG,
    DESIGN,
    *DRAW,
)
OPTIONS = {option.name: option for option in (*REQUEST, *_OTHERS)}

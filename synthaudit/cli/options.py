"""The table of options as flags, and flags as what an audit is asked for."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from synthaudit.adapters.by_table import ALL, TABLES, by_table, laid_over, plain, read_flags, typed
from synthaudit.adapters.options import ALLOW_COMMANDS, CONFIG, DATE_FORMAT, LANG, NO_FLAG, OPTIONS, READ, TALK, Option
from synthaudit.cli import log
from synthaudit.cli.told import Option as ToldOption
from synthaudit.commands.signature import PASSPHRASE
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_, _, speak

PREFIX = "SYNTHAUDIT"
CONTEXT = {"auto_envvar_prefix": PREFIX, "show_default": True, "max_content_width": 100}
READING = (CONFIG, *READ, DATE_FORMAT)
_TYPES: Mapping[str, Any] = {"int": int, "float": float}
_WHOLE = {"columns", "exclude", "rebalanced", *(option.name for option in NO_FLAG)}
"""Options that are taken from the file as they are: they have no flag, or it could not tell a comma within a name."""
_NEXT_TABLE = re.compile(rf"\s+(?=(?:{'|'.join((*TABLES, ALL))})=)")

_C = TypeVar("_C", bound=Callable[..., Any])


class _Names(click.types.StringParamType):
    """Names with commas between them; in an environment variable in one text, as a name may hold blanks."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """One text."""
        return [rv]


class _Written(click.types.StringParamType):
    """A value for all tables or, with a prefix, for one; in an environment variable several stand side by side."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Cut where the next table is named: a sheet's name may hold blanks."""
        return _NEXT_TABLE.split(rv)


def takes(*options: Option) -> Callable[[_C], _C]:
    """A command with these options, in this order."""

    def add(command: _C) -> _C:
        for option in reversed(options):
            command = _flag(option)(command)
        return command

    return add


def changed(name: str, **changes: Any) -> Option:
    """An option of the table where a command has something else of it."""
    return replace(OPTIONS[name], **changes)


def _flag(option: Option) -> Callable[[_C], _C]:
    settings: dict[str, Any] = {
        "help": option.help,
        "metavar": option.metavar,
        "multiple": option.multiple,
        "required": option.required,
        "type": click.Choice(option.choices) if option.choices else _TYPES.get(option.kind),
    }
    if option.kind == "names" and option.multiple:
        settings["type"] = _Names()
    if option.kind == "flag":
        settings["is_flag"] = True
    elif option.default not in (None, ()):
        settings["default"] = option.default
    if option is ALLOW_COMMANDS:
        settings["allow_from_autoenv"] = False
    if option.kind == "table":
        # Its default may be a URL with a password.
        settings["show_default"] = False
    if option.by_table:
        settings |= {"multiple": True, "callback": _for_tables}
        if not option.multiple:
            settings["type"] = _Written()
            settings |= {"default": [option.default]} if option.default else {}
    if option.kind == "int_or_all":
        settings["callback"] = _number_or_all
    if option is CONFIG:
        settings |= {"is_eager": True, "callback": _config_file}
    if option is LANG:
        settings |= {"is_eager": True, "expose_value": False, "callback": _speak}
    flags = option.flags or (f"--{option.name.replace('_', '-')}",)
    return click.option(*flags, option.name, cls=ToldOption, **settings)


def _speak(context: click.Context, parameter: click.Parameter, name: str) -> None:
    """Go on in a language that somebody asked for; a file is read before this, as it is named before it."""
    if context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT:
        speak(name)


def unread(group: click.Group, names: Iterable[str]) -> list[str]:
    """Variables of the environment that look like options of any command and are none: most likely misspelt.

    An option that must be typed is none of them: what needs it says so.

    Examples
    --------
    >>> from synthaudit.cli.main import cli
    >>> unread(cli, ["SYNTHAUDIT_POLICY", "SYNTHAUDIT_POLCY", "SYNTHAUDIT_SIGN_PASSPHRASE", "HOME"])
    ['SYNTHAUDIT_POLCY']
    """
    known, commands = {PASSPHRASE}, [group]
    while commands:
        command: click.Command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        known |= {f"{PREFIX}_{option.name}".upper() for option in command.params if isinstance(option, click.Option)}
    return sorted(name for name in names if name.startswith(f"{PREFIX}_") and name not in known)


def speak_as_typed(words: Sequence[str]) -> None:
    """Go on in the language that the command line names, or else the environment, before anything can be refused."""
    flags = [os.environ.get("SYNTHAUDIT_LANG", "")]
    flags += [word for before, word in zip(["", *words], words, strict=False) if before == "--lang"]
    flags += [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    if flags[-1] in LANG.choices:
        speak(flags[-1])


def _config_file(context: click.Context, parameter: click.Parameter, path: str | None) -> Any:
    """Read the file before any other option, so that its values become their defaults."""
    if path is None:
        return None
    from synthaudit.adapters.config import load_config, setting

    config = load_config(Path(path))
    several = {other.name for other in context.command.params if getattr(other, "multiple", False)}
    defaults: dict[str, Any] = {}
    for name, option in OPTIONS.items():
        value = setting(config, option)
        if value is not None and name not in _WHOLE:
            flag = _as_typed(option, value)
            if isinstance(flag, list) and name not in several and name == "synthetic":
                raise InputError(
                    "SA-180",
                    "synthetic",
                    N_("{n} releases, one is looked at").format(n=len(flag)),
                    N_("Name one of them."),
                )
            defaults[name] = [flag] if name in several and isinstance(flag, str) else flag
    context.default_map = defaults
    return config


def _as_typed(option: Option, value: Any) -> Any:
    """A value of the configuration file as the flag would have it."""
    if option.by_table:
        return typed(by_table(value))
    if isinstance(value, Mapping):
        return [f"{old}={new}" for old, new in value.items()]
    if option.kind == "names":
        return ",".join(value)
    if option.kind == "table":
        return list(value) if isinstance(value, tuple) else value
    if option.name == "entity":
        from synthaudit.adapters.alignment.person_key import key_text

        return key_text(value)
    if option.name == "time_budget":
        return f"{value}m"
    return str(value) if option.kind == "int_or_all" else value


def _for_tables(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> Any:
    """A setting by table: the flag beats the environment, which beats the file, each for the tables that it names."""
    name = str(parameter.name)
    option = OPTIONS[name]
    said: dict[str, Any] = {}
    for layer in (context.lookup_default(name), parameter.value_from_envvar(context), texts):
        said = laid_over(said, read_flags(name, layer or (), option.multiple))
    return plain(said, option.default)


def _number_or_all(context: click.Context, parameter: click.Parameter, text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter("give a number, or all.") from None


def keywords(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Flags as the keyword arguments of ``synthaudit.commands.request.request``."""
    from synthaudit.adapters.readers.leave_out import names_in

    options = {name: value for name, value in flags.items() if value is not None}
    config = options.pop("config", None)
    for name in options.keys() & {option.name for option in OPTIONS.values() if option.kind == "names"}:
        texts = (options[name],) if isinstance(options[name], str) else options[name]
        options[name] = [part for text in texts for part in names_in(text)]
        if texts and not options[name]:
            raise InputError(
                "SA-180",
                N_("option {option}").format(option=f"--{name}"),
                N_("no name"),
                N_("Give one, or leave the option out."),
            )
    options["rename"] = _pairs(
        "rename", options, N_("not A=B"), N_("Write the synthetic table's name, =, train's name.")
    )
    do = N_("Write the column's name, =, and the form: born=%d.%m.%Y.")
    formats = _pairs("date_format", options, N_("not COLUMN=FORMAT"), do)
    options.pop("date_format", None)
    if config is not None:
        from synthaudit.adapters.config import setting

        options |= {option.name: setting(config, option) for option in NO_FLAG if option.toml is not None}
        options["columns"] = options.get("columns") or config.data.columns
        options["exclude"] = options.get("exclude") or config.data.exclude or ()
        options["rebalanced"] = options.get("rebalanced") or config.release.rebalanced or ()
    if formats:
        from synthaudit.adapters.alignment.declared import with_formats

        options["schema"] = with_formats(options.get("schema") or {}, formats)
    return options


def _pairs(name: str, options: Mapping[str, Any], got: str, do: str) -> dict[str, str]:
    """Texts with an ``=`` in their midst as a mapping."""
    pairs = [text.partition("=") for text in options.get(name, ())]
    if any(not (left.strip() and right.strip()) for left, _, right in pairs):
        raise InputError("SA-180", N_("option {option}").format(option=f"--{name.replace('_', '-')}"), got, do)
    return {left: right for left, _, right in pairs}


def refusal(error: click.BadParameter) -> InputError:
    """A value that a flag cannot have, in our words: click's quote it, however long it is."""
    kind = getattr(error.param, "type", None)
    got, do = N_("not what it takes"), N_("See --help.")
    if isinstance(kind, click.Choice):
        got, do = N_("none of its values"), N_("Choose from {names}.").format(names=", ".join(kind.choices))
    elif kind is click.INT or getattr(error.param, "callback", None) is _number_or_all:
        got, do = N_("no whole number"), N_("Give a whole number.")
    elif kind is click.FLOAT:
        got, do = N_("no number"), N_("Give a number.")
    flag = N_("argument") if error.param is None else N_("option {option}").format(option=error.param.opts[0])
    return InputError("SA-180", flag, got, do)


def talking(flags: dict[str, Any]) -> dict[str, Any]:
    """Flags that say how progress is shown, taken out of the others."""
    shown = {option.name: flags.pop(option.name) for option in TALK}
    log.speak(shown["log_format"])
    return shown


def need_train(options: Mapping[str, Any]) -> None:
    """Refuse a command without the real table, as click refuses a missing option."""
    if "train" not in options and "manifest" not in options:
        raise click.UsageError(_("Missing option '--train' (or '--manifest' of a sealed split)."))


def allow_programs(flags: Mapping[str, Any], is_allowed: bool) -> None:
    """Name every program and cluster that is to get the tables; refuse those that nobody typed, unless allowed.

    Raises
    ------
    InputError
        SA-220 one was named by the configuration file or the environment.
    """
    context = click.get_current_context()
    for name in ("generator", "engine"):
        text = str(flags.get(name) or "")
        kind, colon, target = text.partition(":")
        if not colon or kind not in ("command", "dask", "ray"):
            continue
        source = context.get_parameter_source(name)
        if source is not ParameterSource.COMMANDLINE and not is_allowed:
            who = N_("the environment") if source is ParameterSource.ENVIRONMENT else N_("the configuration file")
            got = (
                N_("{who} names program {target}, which would get the tables")
                if name == "generator"
                else N_("{who} names cluster {target}, which would get the tables")
            ).format(who=who, target=_shown(target))
            raise InputError(
                "SA-220",
                N_("option {option}").format(option=f"--{name}"),
                got,
                N_("Look at it; --allow-commands then allows it."),
            )
        line = (
            _("runs the program {target}").format(target=_shown(target))
            if name == "generator"
            else _("sends tables to the cluster {target}").format(target=_shown(target))
        )
        log.note(line)


def signer_of(path: str | None) -> Any:
    """The key that ``--sign`` names, read before any work; None where nobody signs."""
    if path is None:
        return None
    from synthaudit.adapters.values import checked_path
    from synthaudit.commands.signature import load_signer

    return load_signer(Path(checked_path("sign", path)))


def _shown(text: str) -> str:
    """A program or an address as it is printed, to its end: what is not shown cannot be judged."""
    from synthaudit.adapters.readers.urls import masked
    from synthaudit.files import printable

    return printable(str(masked(text)), max(len(text), 1) * 2)


def requested(flags: Mapping[str, Any], **more: str | list[str]) -> Any:
    """The request that flags make; ``more`` for its provenance."""
    from synthaudit.commands.request import request

    given = dict(flags)
    allow_programs(given, given.pop(ALLOW_COMMANDS.name))
    options = keywords(given)
    need_train(options)
    tables = ("train", "holdout", "reference", "deleted", "manifest")
    paths = {name: options[name] for name in tables if name in options}
    return request(config={**paths, **more, "command": ["synthaudit", *sys.argv[1:]]}, **options)

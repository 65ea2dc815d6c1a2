"""Pages of the site made from the code: command line, Python reference, pages of the root."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
#: Pages of the repository that the site shows as they are: file, page.
PAGES = {
    "scenarios/README.md": "library.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE-DATA.md": "data-licence.md",
}
#: Parts of the Python reference: title and packages, or modules of one folder.
REFERENCE = {
    "geodata": ("From facts to the network", ("geodata", "geodata.sources")),
    "model": ("The words of the field", ("corridors.model",)),
    "scenario": ("Scenarios and the register", ("corridors.scenario",)),
    "solve": ("Solvers on arrays", ("corridors.solve",)),
    "metrics": ("Numbers with names", ("corridors.metrics",)),
    "report": ("Tables, maps, pages", ("corridors.report",)),
    "verbs": ("A module for each verb", ("corridors",)),
}
CLI = """# Command line

Every command answers `--help`. Data goes to standard output, talk to standard error; exit codes:
0 done, 2 wrong command line, 3 a scenario or data invalid, 4 infeasible, 5 stopped at a limit with
a usable answer, 6 an input is missing or no longer what it was, 130 interrupted; 1 is a fault of
the program."""
#: What the theme's search loads to work from file://.
SHIM = "https://unpkg.com/iframe-worker/shim"
#: A link or picture: its text, its file, the place in it.
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and those that stand outside the folder of the docs."""
    made = {page: _moved(ROOT / name) for name, page in PAGES.items()}
    made["reference/cli.md"] = command_line()
    for name, (title, packages) in REFERENCE.items():
        made[f"reference/{name}.md"] = "\n".join(_reference(title, packages))
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Take the one script that the theme would fetch from elsewhere from this site."""
    up = "../" * len(PurePosixPath(page.file.src_uri).parent.parts)
    return output.replace(SHIM, f"{up}assets/iframe-worker.js")


def on_post_template(output_content: str, **_: object) -> str:
    """Do the same for the page that tells of a page not found."""
    return output_content.replace(SHIM, "/assets/iframe-worker.js")


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links to files that the site does not show stand as their names."""
    folder = PurePosixPath(page.file.src_uri).parent
    return LINK.sub(lambda link: _shown(link, folder), markdown)


def _shown(link: re.Match[str], folder: PurePosixPath) -> str:
    text, target, anchor = link.groups()
    found = (ROOT / "docs" / folder / target).resolve()
    if ":" in target or not found.is_relative_to(ROOT):
        return link.group()
    place = found.relative_to(ROOT).as_posix()
    if place in PAGES:
        return f"[{text}]({'../' * len(folder.parts)}{PAGES[place]}{anchor or ''})"
    if place.startswith("docs/") or not found.exists():
        return link.group()
    return f"`{place}`" if text.strip("`") in {place, target} else f"{text} (`{place}`)"


def _moved(path: Path) -> str:
    """Return a page of another folder, its links counted from the folder of the docs."""

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link.groups()
        found = (path.parent / target).resolve()
        if ":" in target or not found.is_relative_to(ROOT):
            return link.group()
        place = found.relative_to(ROOT)
        inside = place.is_relative_to("docs")
        to = place.relative_to("docs") if inside else f"../{place}"
        return f"[{text}]({to}{anchor or ''})"

    return LINK.sub(moved, path.read_text(encoding="utf-8"))


def command_line() -> str:
    """Return the page of all commands, each as its own help tells it."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from corridors.cli.app import app

    parts = [CLI]
    for words in _commands(get_command(app), ()):
        told = CliRunner(env={"COLUMNS": "100"}).invoke(
            app, [*words, "--help"], prog_name="corridors"
        )
        parts.append(f"## corridors {' '.join(words)}\n\n```text\n{told.stdout.rstrip()}\n```")
    return "\n\n".join(parts)


def _commands(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, those of a group after each other."""
    subs = getattr(command, "commands", None)
    if subs is None:
        yield words
        return
    for key, sub in subs.items():
        if not sub.hidden:
            yield from _commands(sub, (*words, key))


def _reference(title: str, packages: tuple[str, ...]) -> Iterator[str]:
    yield f"# {title}\n"
    for package in packages:
        yield f"::: {package}\n    options:\n      members: false\n"
        for module in _modules(package):
            yield f"::: {module}\n"


def _modules(package: str) -> list[str]:
    found: ModuleType = __import__(package, fromlist=["__path__"])
    return sorted(
        f"{package}.{module.name}"
        for module in pkgutil.iter_modules(found.__path__)
        if not module.ispkg and not module.name.startswith("_")
    )

"""`python -m tools.languages [NAME ...]`: generate, compile strictly and run the clients in other languages.

Each language's smoke program lives the whole life of a thread against a server of its own, in that language's style.
They do the same, so they must print the same.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from threads_server.testing import LocalServer
from tools.document import document
from tools.publish.forms import write_forms

from . import checksums

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "languages"


@dataclass(frozen=True)
class Language:
    """How one language's client is made and used; commands run in the language's folder."""

    name: str
    generator: str
    tools: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    run: tuple[str, ...]
    before: Callable[[Path, bool], None] | None = None
    after: Callable[[Path, bool], None] | None = None


LANGUAGES = {
    "typescript": Language(
        "TypeScript",
        "openapi-typescript and openapi-fetch",
        ("node", "npm"),
        (("npm", "ci", "--no-progress", "--loglevel=error"), ("npm", "run", "--silent", "build")),
        ("npm", "start", "--silent"),
    ),
    "java": Language(
        "Java",
        "openapi-generator, library `native`",
        ("java", "mvn"),
        (("mvn", "--batch-mode", "--no-transfer-progress", "test"),),
        ("java", "-classpath", f"target/classes{os.pathsep}target/lib/*", "com.example.Smoke"),
        after=checksums.of_jars,
    ),
    "go": Language(
        "Go",
        "oapi-codegen",
        ("go",),
        (
            ("go", "generate", "./..."),
            ("go", "vet", "./..."),
            ("go", "test", "./..."),
            ("go", "build", "-o", "smoke", "."),
        ),
        ("./smoke",),
    ),
    "rust": Language(
        "Rust",
        "openapi-to-rust",
        ("cargo",),
        (("cargo", "test", "--quiet", "--locked"), ("cargo", "build", "--locked")),
        ("cargo", "run", "--quiet", "--locked"),
        before=checksums.of_crates,
    ),
}


class Failed(Exception):
    """A command of a language did not do what it should; the text says which and what it printed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Build and run the named languages, or all, and exit with 1 if one fails."""
    parser = argparse.ArgumentParser(prog="make languages", description="Build and run the clients in other languages")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(LANGUAGES)}; all unless given")
    parser.add_argument(
        "--lock", action="store_true", help="write the checksums of what is downloaded instead of comparing them"
    )
    options = parser.parse_args(arguments)
    names = options.names or list(LANGUAGES)
    if unknown := [name for name in names if name not in LANGUAGES]:
        parser.error(f"no such language: {', '.join(unknown)}")
    printed: dict[str, str] = {}
    try:
        derive()
        for name in names:
            language = LANGUAGES[name]
            print(f"\n{language.name}, by {language.generator}", flush=True)
            build(name, lock=options.lock)
            printed[name] = live(name)
            print(printed[name], end="", flush=True)
        first = names[0]
        for name in names[1:]:
            if printed[name] != printed[first]:
                raise Failed(f"{name} and {first} do not print the same")
    except Failed as failure:
        sys.exit(f"languages: {failure}")
    print(f"\n{len(names)} passed, 0 failed")


def derive() -> None:
    """Write the forms of the document that the languages' settings name into `languages/document`."""
    folder = FOLDER / "document"
    folder.mkdir(exist_ok=True)
    write_forms(document(), folder, "openapi")


def build(name: str, *, lock: bool = False) -> None:
    """Generate and compile one language's client and its smoke program.

    With `lock` the checksums of what it downloads are written; else they are compared.

    Raises:
        Failed: if a tool is not installed, a command does not exit with 0, or a checksum differs.
    """
    language = LANGUAGES[name]
    if missing := [tool for tool in language.tools if shutil.which(tool) is None]:
        raise Failed(f"{language.name} needs {' and '.join(missing)}, not found on this machine")
    try:
        if language.before:
            language.before(FOLDER / name, lock)
        for command in language.build:
            _run(name, command, os.environ)
        if language.after:
            language.after(FOLDER / name, lock)
    except checksums.WrongChecksum as wrong:
        raise Failed(f"{name}: {wrong}") from None


def live(name: str) -> str:
    """Run one language's smoke program against a server of its own, and return what it printed.

    Raises:
        Failed: if it does not exit with 0.
    """
    with tempfile.TemporaryDirectory() as folder, LocalServer(Path(folder) / "threads.db") as server:
        environment = {**os.environ, "BACKBOARD_BASE_URL": server.url, "BACKBOARD_API_KEY": server.api_key}
        return _run(name, LANGUAGES[name].run, environment)


def _run(name: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=FOLDER / name, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Failed(f"{name}: `{' '.join(command)}` exited with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()

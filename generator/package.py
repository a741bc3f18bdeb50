"""Write the package: render it in a temporary folder, format and try it, replace the old one in one step."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sysconfig
import tempfile
import tomllib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .client.adapters import ADAPTERS, Adapter
from .client.names import EXCEPTIONS, NameTable, read_names
from .document.document import Document, UnusableDocument
from .project import HERE, parse, refuse
from .report import Verdict, judge
from .trial import run_trial, trial_program
from .unasync import derive

RUNTIME = HERE / "runtime"
SETTINGS = HERE.parent / "pyproject.toml"
"""Pins the tools whose versions decide the bytes, and says how code is laid out."""

MARK = "_api_info.py"
"""The file by which a client of this generator is known."""

RUFF = Path(sysconfig.get_path("scripts")) / "ruff"
TOOLS = ("openapi-python-client", "ruff", "unasync")


@dataclass(frozen=True)
class Generated:
    """A new client: its package in a temporary folder, the names of its methods, and what was left out."""

    package: Path
    names: NameTable
    left_out: tuple[Verdict, ...] = ()


class Unwritable(Exception):
    """The package could not be written; the text says what and why."""


@contextmanager
def generate(
    document: Path, names: Path | None = EXCEPTIONS, *, leave_out: bool = False, trial: bool = True
) -> Iterator[Generated]:
    """Make the package of a document in a temporary folder, which lives as long as the `with`.

    `leave_out` leaves out the operations that are refused, instead of refusing the document. Without `trial` the client
    is not tried: half of the time, for callers that call its methods themselves.

    Raises UnusableDocument for a document that cannot be used in full, Unwritable if a template or a tool fails, or if
    the package cannot be imported.
    """
    refuse_other_tools()
    contract = Document.at(document)
    table = read_names(contract, names)
    left_out: tuple[Verdict, ...] = ()
    if leave_out:
        left_out = tuple(verdict for verdict in judge(contract, table) if verdict.reason)
        lost = {verdict.operation.id for verdict in left_out}
        contract = contract.only({operation.id for operation in contract.operations} - lost)
        table = table.without(lost)
    with tempfile.TemporaryDirectory(prefix="backboard-client-") as folder:
        package = Path(folder).resolve() / "backboard_threads"
        client = parse(contract, table, package)
        try:
            refuse(client.build(), contract)
        except UnusableDocument:
            raise
        except Exception as error:
            raise Unwritable(f"{_failing_template(error)}: {error}") from error
        _add_runtime(package, table.adapter, downloads=client.api.downloads)
        derive(package / "_async", package / "_sync")
        _format(package)
        if trial:
            _try_client(package, trial_program(client.api, client.catalogue))
        yield Generated(package, table, left_out)


def refuse_other_tools(settings: Path = SETTINGS) -> None:
    """Raise Unwritable if a tool is not installed in the version that this project pins."""
    groups = tomllib.loads(settings.read_text("utf-8"))["dependency-groups"]
    pins = dict(one.split("==") for group in groups.values() for one in group if isinstance(one, str) and "==" in one)
    for tool in TOOLS:
        if version(tool) != pins[tool]:
            raise Unwritable(f"{tool} {version(tool)} is installed, but {settings.name} pins {pins[tool]}")


def differences(expected: Path, found: Path) -> list[str]:
    """Return one line for each file of two packages that is not the same in both, in the order of their names."""
    if not found.is_dir():
        return [f"{found}: missing"]
    lines = []
    for name in sorted(_files(expected) | _files(found)):
        if not (found / name).exists():
            lines.append(f"{name}: missing")
        elif not (expected / name).exists():
            lines.append(f"{name}: not generated")
        elif not filecmp.cmp(expected / name, found / name, shallow=False):
            lines.append(f"{name}: different")
    return lines


def replace(target: Path, package: Path) -> None:
    """Put a package in the place of another: all of it or, if anything fails, nothing.

    Raises Unwritable if that cannot be done, or if what is there is no client of this generator.
    """
    if target.exists() and not (target.is_dir() and (target / MARK).exists()) and not _is_empty(target):
        raise Unwritable(f"{target}: not a client of this generator, so it is not replaced")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as aside:
            new, old = Path(aside) / "new", Path(aside) / "old"
            try:
                shutil.copytree(package, new)
                if target.exists():
                    target.rename(old)
                new.rename(target)
            except BaseException:
                if old.exists() and not target.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise Unwritable(f"{target}: {error.strerror}") from error


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _files(folder: Path) -> set[Path]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path for path in found if "__pycache__" not in path.parts}


def _failing_template(error: Exception) -> str:
    """Return the template, and the line in it, that an error came from."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{Path(frame.filename).name} line {frame.lineno}" for frame in frames if frame.filename.endswith(".jinja")
    ]
    return f"template {places[-1] if places else getattr(error, 'name', 'unknown')}"


DOWNLOADS = {Path("_partial_file.py"), Path("_async/downloads.py")}
"""Modules of the runtime that a client needs whose API answers with bytes."""


def _add_runtime(package: Path, adapter: Adapter | None, *, downloads: bool) -> None:
    left_out = {file for one in ADAPTERS.values() if one is not adapter for file in one.files}
    left_out |= set() if downloads else DOWNLOADS
    for path in sorted(_files(RUNTIME) - left_out):
        if path == Path("__init__.py"):
            continue
        target = package / path
        if target.exists():
            raise UnusableDocument(f"names: a generated module has the name of the client's own {path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(RUNTIME / path, target)


def _format(package: Path) -> None:
    """Sort the imports, drop the unused ones and lay the code out, by this project's settings alone."""
    lines = 'format.line-ending = "lf"'
    commands = (
        ["check", "--fix", "--select", "I,F401,F821,F811", "--fixable", "I,F401"],
        ["format", "--config", lines],
    )
    for command in commands:
        done = subprocess.run(
            [RUFF, *command, "--no-cache", "--config", str(SETTINGS), str(package)],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            check=False,
        )
        if done.returncode != 0:
            raise Unwritable(f"ruff: {' '.join((done.stderr or done.stdout).split())[:500]}")


def _try_client(package: Path, program: str) -> None:
    """Run the trial of a client: code that parses can still lack a module or a name."""
    with tempfile.TemporaryDirectory(prefix="backboard-trial-") as folder:
        trial = Path(folder) / "trial.py"
        trial.write_text(program, "utf-8")
        failure = run_trial(trial, package.parent)
    if failure is not None:
        raise Unwritable(" ".join(failure.split())[-700:])

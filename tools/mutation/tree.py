"""Copies of the project to mutate: own sources, shared installed packages."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tools.mutation.mutation import ROOT

LINKED = (".venv", "node_modules")


def copy(target: Path) -> Path:
    """Copy the project's files into `target`; installed packages are linked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for name in LINKED:
        if (ROOT / name).exists():
            (target / name).symlink_to(ROOT / name)
    return target


def environment(tree: Path) -> dict[str, str]:
    """Environment in which a copy's code is imported before the installed one."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "THREADS_", "BACKBOARD_"))
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    sources = (tree / "generated", tree / "server", tree)
    return {**kept, "PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONHASHSEED": "0", "PROPERTIES": "quick"}


def run(tree: Path, arguments: list[str], seconds: float) -> tuple[int, str]:
    """Run a command in a copy; return its exit code, -1 after `seconds`, and its output."""
    with subprocess.Popen(
        arguments,
        cwd=tree,
        env=environment(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            output, _ = process.communicate()
            return -1, output.decode(errors="replace")
        finally:
            kill_rest(process.pid)
    return process.returncode, output.decode(errors="replace")


def kill_rest(group: int) -> None:
    """Kill the processes that a command has left."""
    with suppress(ProcessLookupError):
        os.killpg(group, 9)


def imported_from(tree: Path) -> list[str]:
    """Paths from which a copy imports client, server and generator."""
    code = "import {0}; print({0}.__file__)"
    names = ("backboard_threads", "threads_server", "generator")
    _, output = run(tree, [sys.executable, "-c", "\n".join(code.format(name) for name in names)], 60)
    return output.split()

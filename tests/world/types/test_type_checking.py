"""Programs and generated clients, as mypy and pyright see them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from generator.__main__ import ROOT
from tests.support.guide import SCRIPT

COPIED = ["sample_program.py", "typed_program.py", "hosted_program.py"]
PROGRAMS = [*COPIED, "guide.py"]
PYRIGHT = ROOT / "node_modules" / ".bin" / "pyright"
needs_node = pytest.mark.skipif(not PYRIGHT.exists() or shutil.which("node") is None, reason="pyright needs Node")
SOURCES = [str(ROOT / "generated"), str(ROOT / "server")]


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, hosted_client: Path, hostile_client: Path, cases_client: Path
) -> Path:
    """The programs, the code of the guide, and the clients that they or nobody uses."""
    folder = tmp_path_factory.mktemp("types")
    for name in COPIED:
        shutil.copyfile(ROOT / "tests" / "support" / "programs" / name, folder / name)
    (folder / "guide.py").write_text(SCRIPT, encoding="utf-8")
    for client, name in (
        (hosted_client, "package"),
        (hostile_client, "hostile_client"),
        (cases_client, "cases_client"),
    ):
        shutil.copytree(client, folder / name)
    return folder


def test_programs_and_clients_pass_mypy(folder: Path) -> None:
    settings = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    asked = [sys.executable, "-m", "mypy", *settings, *PROGRAMS, "package", "hostile_client", "cases_client"]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(SOURCES)}
    done = subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@needs_node
def test_programs_and_clients_pass_pyright(folder: Path) -> None:
    """The client of all cases is left to mypy: what it has more costs pyright 12 s of CPU."""
    strict = ["typed_program.py", "hosted_program.py", "package", "hostile_client"]
    settings = {"include": [*PROGRAMS, "package", "hostile_client"], "strict": strict, "extraPaths": SOURCES}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    asked = [PYRIGHT, "--project", str(folder), "--pythonpath", sys.executable]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@needs_node
def test_types_of_the_public_api_are_known(tmp_path: Path) -> None:
    site = tmp_path / "venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    shutil.copytree(ROOT / "generated" / "backboard_threads", site / "backboard_threads")
    (site / "installed.pth").write_text(f"{Path(attrs.__file__).parent.parent}\n", "utf-8")
    asked = [PYRIGHT, "--verifytypes", "backboard_threads", "--ignoreexternal", "--outputjson"]
    environment = {"PATH": f"{tmp_path / 'venv' / 'bin'}:{Path(shutil.which('node') or '').parent}:/usr/bin:/bin"}
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["typeCompleteness"]["completenessScore"] >= 0.99

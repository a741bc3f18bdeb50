"""The other clients: the vendor's SDK, and what two stock generators make of the same document.

They are made anew under build/ for each run. openapi-generator needs Java and its wheel from the package index; where
one is missing that peer is left out, and the table says so.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "peers"
NEEDED = ["openapi-generator-cli==7.26.0", "urllib3", "python-dateutil", "six"]


def vendor(name: str) -> Any:
    """A module of the vendor's SDK."""
    return importlib.import_module(f"backboard.{name}")


def stock(name: str) -> Any:
    """A module of openapi-python-client's own output, its templates untouched."""
    _make_stock()
    return importlib.import_module(f"stock_client.{name}")


@cache
def _make_stock() -> None:
    target = BUILD / "stock_client"
    shutil.rmtree(target, ignore_errors=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    tool = str(Path(sys.executable).parent / "openapi-python-client")
    arguments = ["--path", str(ROOT / "openapi.yaml"), "--output-path", str(target), "--meta", "none", "--overwrite"]
    subprocess.run([tool, "generate", *arguments], check=True, capture_output=True, cwd=BUILD)
    sys.path.append(str(BUILD))


@cache
def openapi_generator() -> Any:
    """The package that openapi-generator makes; None where it cannot be had."""
    if shutil.which("java") is None:
        return None
    wheel = BUILD / "openapi-generator"
    jar = wheel / "openapi_generator_cli" / "openapi-generator.jar"
    if not jar.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(wheel)]
        if subprocess.run([*pip, *NEEDED], capture_output=True, check=False).returncode:
            return None
    target = BUILD / "openapi-generator-output"
    shutil.rmtree(target, ignore_errors=True)
    options = ["-g", "python", "-i", str(ROOT / "openapi.yaml"), "-o", str(target), "--skip-validate-spec"]
    command = ["java", "-jar", str(jar), "generate", *options, "--package-name", "generator_client"]
    subprocess.run(command, check=True, capture_output=True)
    sys.path += [str(wheel), str(target)]
    return importlib.import_module("generator_client")

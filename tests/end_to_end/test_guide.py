"""docs/guide.md is true: its Python is run, top to bottom; its commands are those of the command line."""

import os
import re
import subprocess
import sys
from pathlib import Path

from threads_server.testing import LocalServer

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SCRIPT = "\n".join(block for block in BLOCKS if not block.startswith("def test_"))
TESTS = [block for block in BLOCKS if block.startswith("def test_")]
COMMANDS = re.findall(r"^\.venv/bin/threads-server .*$", GUIDE, re.MULTILINE)

# other plugins have their assertions rewritten too, which takes longer than the tests
PLUGINS = (
    "-p",
    "no:cacheprovider",
    "--disable-plugin-autoload",
    "-p",
    "threads_server.pytest_plugin",
    "-p",
    "anyio.pytest_plugin",
)


def run(arguments: list[str], environment: dict[str, str], folder: Path) -> str:
    outcome = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_python_of_the_guide_runs(tmp_path: Path) -> None:
    with LocalServer(tmp_path / "threads.db", api_key="guide-key") as server:
        printed = run(
            ["-W", "error", "-c", SCRIPT + "\nbackboard.close()\n"],
            {"BACKBOARD_API_KEY": server.api_key, "BACKBOARD_BASE_URL": server.url},
            tmp_path,
        )
    for expected in (
        "REQUIRES_ACTION",
        "404 Thread not found",
        "['query', 'limit']",
        "\nTrue\n",
        "map.txt",
        "GET /api/threads 200",
    ):
        assert expected in printed


def test_python_of_the_guide_is_typed(tmp_path: Path) -> None:
    (tmp_path / "guide.py").write_text(SCRIPT, encoding="utf-8")
    cache = str(ROOT / ".mypy_cache")  # that of `make check`, under its settings
    settings = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", cache]
    sources = os.pathsep.join((str(ROOT / "generated"), str(ROOT / "server")))
    assert "Success" in run(["-m", "mypy", *settings, "guide.py"], {"MYPYPATH": sources}, tmp_path)


def test_tests_of_the_guide_pass(tmp_path: Path) -> None:
    for number, source in enumerate(TESTS):
        (tmp_path / f"test_application_{number}.py").write_text(source, encoding="utf-8")
    assert f"{len(TESTS)} passed" in run(["-m", "pytest", "-q", *PLUGINS], {}, tmp_path)


def test_commands_of_the_guide_work_while_the_server_runs(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    serve, *others = COMMANDS
    assert serve.endswith("serve --database threads.db --port 8000")
    with LocalServer(tmp_path / "threads.db"):
        for command in others:
            subprocess.run(["bash", "-euc", command], cwd=tmp_path, stdin=subprocess.DEVNULL, timeout=600, check=True)
    assert (tmp_path / "account.jsonl").exists()

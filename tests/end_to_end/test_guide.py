"""docs/guide.md is true: its Python is run, top to bottom; its commands are those of the command line.

`tests/world/types` holds its types.
"""

import shlex
import shutil
from pathlib import Path

import pytest

from tests.support.guide import COMMANDS, SCRIPT, TESTS
from tests.support.programs.run import python
from tests.support.server import command_line
from tests.support.server.server_thread import serving

VISITS = Path(__file__).parents[2] / "examples" / "test_visits.py"


@pytest.mark.usefixtures("backboard_threads_environment")
def test_python_of_the_guide_runs() -> None:
    printed = python("-c", SCRIPT + "\nbackboard.close()\n")
    for expected in (
        "REQUIRES_ACTION",
        "404 Thread not found",
        "['query', 'limit']",
        "\nTrue\n",
        "map.txt",
        "GET /api/threads 200",
    ):
        assert expected in printed


def test_tests_of_the_guide_and_of_the_examples_pass(tmp_path: Path) -> None:
    for number, source in enumerate(TESTS):
        (tmp_path / f"test_application_{number}.py").write_text(source, encoding="utf-8")
    shutil.copy(VISITS, tmp_path)
    plugins = ["no:cacheprovider", "no:faulthandler", "threads_server.pytest_plugin", "anyio.pytest_plugin"]
    options = ["-q", "--disable-plugin-autoload", "--import-mode=importlib", *(f"-p{name}" for name in plugins)]
    assert f"{len(TESTS) + 2} passed" in python("-m", "pytest", *options, str(tmp_path))


def test_commands_of_the_guide_work_while_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    serve, *others = COMMANDS
    assert serve == "serve --database threads.db --port 8000"
    with serving("--database", str(tmp_path / "threads.db"), environment={"THREADS_SERVER_API_KEY": "key"}):
        for command in others:
            words, _, file = command.partition(" > ")
            done = command_line.run(*shlex.split(words))
            assert done.returncode == 0, done.stderr
            if file:
                Path(file).write_text(done.stdout, encoding="utf-8")
    assert Path("account.jsonl").exists()

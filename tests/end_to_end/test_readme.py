"""README.md is true: every command and every snippet in it is run, in a copy of the tree."""

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.programs.run import python
from threads_server.testing import free_port
from tools.document import document

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERSION = document()["info"]["version"]

OLD = 1_577_836_800  # 2020, in seconds: before any setup


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


SERVER = next(block for block in blocks("sh") if "threads-server serve" in block)
COMMANDS = {line for block in blocks("sh") if block != SERVER for line in block.splitlines()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, with the environments that `make setup` and `make test` made.

    The files are old, so that no `make` in there sets anything up anew: that would change the environments of this one.
    """
    assert (ROOT / ".venv" / f".installed-{VERSION}").exists(), "run `make setup` first"
    copy = tmp_path_factory.mktemp("readme")
    archive = f"tar --create --null --files-from=- --mtime=@{OLD}"
    run(ROOT, f"git ls-files -z | {archive} | tar --extract --directory={copy}")
    for environment in (".venv", "node_modules"):
        (copy / environment).symlink_to(ROOT / environment)
    assert run(copy, "make setup") == "make: Nothing to be done for 'setup'.\n"
    return copy


def environment() -> dict[str, str]:
    """This one, without what the `make test` around this test has in it for its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ARGS", "MAKE", "MFLAGS"))}


def run(tree: Path, command: str, timeout: float = 3600) -> str:
    outcome = subprocess.run(
        ["bash", "-euc", command],
        cwd=tree,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_make_demo(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo is played; `tests/generator/test_generation.py` has the comparison before it."""
    steps = run(tree, "make --dry-run demo").splitlines()
    assert "-m generator --check" in steps[1]
    _, program = steps[2].split()
    backup = tree / "demo.db.important-backup"
    backup.touch()
    monkeypatch.chdir(tree)
    played = python(program)
    assert backup.exists()
    for promise in ("thread A remembers Ada", "thread B has a memory of its own", "asked for again", "demo.db"):
        assert promise in played
    assert "broken" not in played


def test_make_test_runs_everything(tree: Path) -> None:
    """The command that runs this very test; looked at, not run once more."""
    assert run(tree, "make --dry-run test").strip().endswith("-m pytest --numprocesses auto --dist loadfile")


def test_make_generate(tree: Path) -> None:
    """Only that it runs the program; `tests/generator/test_generation.py` has that it changes nothing."""
    assert run(tree, "make --dry-run generate").strip().endswith("-m generator")


def test_make_check_is_what_ci_runs_first(tree: Path) -> None:
    """Run by `.ci/run` itself before the tests; here only that it checks what README says."""
    checks = run(tree, "make --dry-run check")
    linters = ("ruff format --check", "ruff check", "mypy", "pyright", "redocly", "spectral")
    for tool in (*linters, "generator --check", "tools.release --standing"):
        assert tool in checks
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall("^make .*", script, re.MULTILINE) == ["make check", "make test", "make world", "make languages"]


@pytest.mark.parametrize(("job", "offered"), [("fuzz", "--examples"), ("soak", "--minutes"), ("mutation", "--only")])
def test_long_jobs_of_the_makefile_start(tree: Path, job: str, offered: str) -> None:
    _, *arguments = run(tree, f"make --dry-run {job} ARGS=--help").split()
    assert offered in python(*arguments)


def test_make_publish(tree: Path) -> None:
    """Only that it runs the program; `tests/tools/publish` has what that leaves."""
    assert "-m tools.publish" in run(tree, "make --dry-run publish")


def test_no_command_is_left_out() -> None:
    assert {
        "make demo",
        "make test",
        "make generate",
        "make check",
        "make publish",
    } == COMMANDS
    named = set(re.findall(r"`(make(?: \w+)?)`", README))
    assert named <= COMMANDS | {"make", "make fuzz", "make soak", "make mutation"}


def test_make_alone_lists_every_job(tree: Path) -> None:
    listed = re.findall(r"^  make ([\w-]+) ", run(tree, "make"), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    jobs = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert jobs is not None
    assert listed == jobs[1].split()


def test_server_in_three(tree: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        ["bash", "-euc", SERVER],
        cwd=tree,
        env=environment() | {"THREADS_SERVER_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api/health", process)
        assert "Backboard Threads" in urllib.request.urlopen(f"{address}/docs", timeout=600).read().decode()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{address}/api/threads", timeout=600)
        assert (tree / "threads.db").exists()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(600)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=600).close()
            return
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}")


@pytest.mark.parametrize("snippet", blocks("python"))
@pytest.mark.usefixtures("backboard_threads_environment")
def test_snippet(snippet: str) -> None:
    assert python("-c", snippet).strip().endswith(" 4")

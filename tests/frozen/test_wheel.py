"""The wheel of 0.1.0 beside this release: its client with this server, and this client with its server.

`wheel.tar.xz` has the files of the wheel that 0.1.0 built, packed again to half its size. It is committed, since a
shallow clone has no history to build it from.
"""

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import backboard_threads
from tests.frozen.exchange import HANG_SECONDS
from tests.support.programs.run import python
from tests.support.server.server_thread import serving

PROGRAM = Path(__file__).parent / "wheel_program.py"
KEY = "key-of-the-default-account"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of 0.1.0, to import from."""
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(PROGRAM.parent / "v0_1_0" / "wheel.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder


def test_released_client_works_with_this_server(released: Path, tmp_path: Path) -> None:
    with serving("--database", str(tmp_path / "threads.db"), environment={"THREADS_SERVER_API_KEY": KEY}) as address:
        paths = {"PYTHONPATH": str(released), "BACKBOARD_API_KEY": KEY, "BACKBOARD_BASE_URL": f"{address}/api"}
        done = subprocess.run(
            [sys.executable, PROGRAM, released],
            env=os.environ | paths,
            cwd=released,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
    assert done.stdout == "done\n", done.stderr


def test_this_client_works_with_the_released_server(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, threads_server\n"
        "from pathlib import Path\n"
        "assert Path(threads_server.__file__).is_relative_to(sys.argv.pop(1)), threads_server.__file__\n"
        "from threads_server.cli import main\n"
        "sys.exit(main())"
    )
    environment = {**os.environ, "PYTHONPATH": str(released), "THREADS_SERVER_API_KEY": KEY}
    arguments = ["serve", "--port", "0", "--database", str(tmp_path / "threads.db")]
    with subprocess.Popen(
        [sys.executable, "-c", code, released, *arguments],
        env=environment,
        cwd=released,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\d+/api", said):
                    break
            else:
                raise AssertionError(said)
            monkeypatch.setenv("BACKBOARD_API_KEY", KEY)
            monkeypatch.setenv("BACKBOARD_BASE_URL", found[0])
            packages = Path(backboard_threads.__file__).parents[1]
            assert python(str(PROGRAM), str(packages)) == "done\n"
        finally:
            process.terminate()

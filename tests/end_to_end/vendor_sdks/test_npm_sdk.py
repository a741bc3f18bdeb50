"""The vendor's npm SDK against the server: `npm_sdk.test.mjs`, run by Node's own test runner."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from threads_server.testing import LocalServer

SCRIPT = Path(__file__).with_name("npm_sdk.test.mjs")
WRITTEN = len(re.findall(r"^test\(", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE))


def test_npm_sdk(server: LocalServer) -> None:
    try:
        # The SDK keeps a socket open after its last call (§7.5), for which Node would wait: hence --test-force-exit.
        run = subprocess.run(
            ["node", "--test", "--test-force-exit", "--test-reporter=tap", str(SCRIPT)],
            env=os.environ | {"BACKBOARD_BASE_URL": server.url, "BACKBOARD_API_KEY": server.api_key},
            capture_output=True,
            text=True,
            timeout=1000,
            check=False,
        )
    except FileNotFoundError:
        pytest.fail("Node 20 is needed to run the vendor's npm SDK")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"# pass {WRITTEN}\n" in run.stdout, run.stdout

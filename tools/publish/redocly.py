"""Redocly's command line, which bundles documents and builds the reference page."""

import os
import subprocess
from pathlib import Path

COMMAND = Path(__file__).parents[2] / "node_modules" / ".bin" / "redocly"
ENVIRONMENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
"""Telemetry is off not only for its own sake: Redocly writes the setting into the page."""


class RedoclyFailed(Exception):
    """Redocly did not do what it was asked for; the text says what it printed."""


def redocly(*arguments: str | Path) -> None:
    """Run a command of Redocly.

    Raises:
        RedoclyFailed: if it is not installed, or does not exit with 0.
    """
    if not COMMAND.exists():
        raise RedoclyFailed("Redocly is not installed; `make publish` installs it")
    command = [COMMAND, *arguments]
    done = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if done.returncode != 0:
        raise RedoclyFailed(f"redocly {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")

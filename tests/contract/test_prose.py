"""Numbers in the prose of document, guide and README are those of the code."""

import re
from pathlib import Path

import pytest

from backboard_threads import _retries as retries
from threads_server.runs.heartbeat import HEARTBEAT_INTERVAL_SECONDS
from threads_server.settings import (
    EVENT_LOG_RETENTION_HOURS,
    FIRST_USER_MESSAGE_CHARACTERS,
    IDEMPOTENCY_KEY_RETENTION_HOURS,
    Settings,
)

ROOT = Path(__file__).parents[2]
TEXTS = {path: " ".join((ROOT / path).read_text("utf-8").split()) for path in ("openapi.yaml", "docs/guide.md")}
DEFAULTS = Settings()
UNITS = {"s": 1, "seconds": 1, "MiB": 1024**2, "KiB": 1024}
LISTED = sorted(retries.UNKNOWN_OUTCOME)

SENTENCES = [
    ("openapi.yaml", f"waits for a busy thread for up to {DEFAULTS.busy_wait:.0f} seconds."),
    ("openapi.yaml", f"Keys are kept for {IDEMPOTENCY_KEY_RETENTION_HOURS} hours."),
    ("openapi.yaml", f"Logs are kept for {EVENT_LOG_RETENTION_HOURS} hours after the run has ended"),
    ("openapi.yaml", f"At most {FIRST_USER_MESSAGE_CHARACTERS} characters."),
    ("openapi.yaml", "a quoted number, which grows by one with every message."),
    ("docs/guide.md", f"after {', '.join(map(str, LISTED[:-1]))}, {LISTED[-1]} or a dropped connection"),
]


@pytest.mark.parametrize(("path", "sentence"), SENTENCES)
def test_prose_has_the_number_of_the_code(path: str, sentence: str) -> None:
    assert sentence in TEXTS[path]


def test_prose_of_retries_and_heartbeats_is_that_of_the_code() -> None:
    assert retries.MAX_RETRY_AFTER == 60, "the guide says: up to a minute"
    assert HEARTBEAT_INTERVAL_SECONDS == 0.5, "the guide says: a cancel reaches its process within half a second"


def options() -> list[tuple[str, str, str]]:
    """The options of the server that the guide gives a number for, as `--name`, 30 s or `--name` (30)."""
    found = re.findall(r"`--([a-z-]+)`(?:, | \()([\d,.]+)(?: (s|seconds|MiB|KiB)\b)?", TEXTS["docs/guide.md"])
    return [one for one in found if hasattr(DEFAULTS, one[0].replace("-", "_"))]


@pytest.mark.parametrize(("name", "number", "unit"), options())
def test_guide_gives_the_default_of_an_option(name: str, number: str, unit: str) -> None:
    assert float(number.replace(",", "")) * UNITS.get(unit, 1) == getattr(DEFAULTS, name.replace("-", "_"))


def test_guide_gives_defaults() -> None:
    assert len(options()) >= 8

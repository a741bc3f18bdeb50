"""Numbers in the text of the document, the guide and the decisions are those of the code."""

import re
from pathlib import Path

import pytest

from backboard_threads import _retries as retries
from threads_server.http import budgets
from threads_server.openapi.body_reader import LARGE_BODY_BYTES, MEMORY_BYTES
from threads_server.openapi.document import Document
from threads_server.openapi.validation_errors import MAX_NODES_WITH_ALL_ERRORS
from threads_server.runs import live_runs
from threads_server.runs.heartbeat import HEARTBEAT_INTERVAL_SECONDS, HEARTBEAT_TIMEOUT_SECONDS
from threads_server.runs.log_writer import UNLOGGED_BYTES
from threads_server.settings import (
    EVENT_LOG_RETENTION_HOURS,
    FIRST_USER_MESSAGE_CHARACTERS,
    IDEMPOTENCY_KEY_RETENTION_HOURS,
    Settings,
)

ROOT = Path(__file__).parents[2]
FILES = ("openapi.yaml", "docs/guide.md", "docs/decisions.md")
TEXTS = {path: " ".join((ROOT / path).read_text("utf-8").split()) for path in FILES}
DEFAULTS = Settings()
LIMITS = Document.read().limits
UNITS = {"s": 1, "seconds": 1, "MiB": 1024**2, "KiB": 1024}
MIB, KIB = UNITS["MiB"], UNITS["KiB"]
LISTED = sorted(retries.UNKNOWN_OUTCOME)


def shares(bound: tuple[int, int], unit: str = "") -> str:
    """The bound for each key and each process, as the guide's table has it."""
    key, process = (f"{number // UNITS.get(unit, 1)} {unit}".strip() for number in bound)
    return f"{key} a key, {process} a process"


ENDED_WITHIN_SECONDS = HEARTBEAT_TIMEOUT_SECONDS + 2 * HEARTBEAT_INTERVAL_SECONDS
SPOOLED = f"on disk beyond {MEMORY_BYTES // MIB} MiB each and {budgets.MEMORY_BODY_BYTES // MIB} MiB a key"
DECODED = f"bodies beyond {LARGE_BODY_BYTES // KIB} KiB that are decoded"

SENTENCES = [
    ("openapi.yaml", f"waits for a busy thread for up to {DEFAULTS.busy_wait:.0f} seconds."),
    ("openapi.yaml", f"Keys are kept for {IDEMPOTENCY_KEY_RETENTION_HOURS} hours."),
    ("openapi.yaml", f"Logs are kept for {EVENT_LOG_RETENTION_HOURS} hours after the run has ended"),
    ("openapi.yaml", f"At most {FIRST_USER_MESSAGE_CHARACTERS} characters."),
    ("openapi.yaml", f"A request head longer than {LIMITS.head_bytes // KIB} KiB gives 431"),
    ("openapi.yaml", f"more than {MAX_NODES_WITH_ALL_ERRORS} members and items in all, only the first invalid value"),
    ("docs/decisions.md", f"more than {MAX_NODES_WITH_ALL_ERRORS} members and items lists its first error only"),
    ("docs/decisions.md", f"without a heartbeat for {HEARTBEAT_TIMEOUT_SECONDS:.0f} s is gone"),
    ("docs/guide.md", f"a process that died end as failed within {ENDED_WITHIN_SECONDS:.0f} seconds"),
    ("docs/guide.md", f"| uploads in flight | {shares(budgets.UPLOAD_BYTES, 'MiB')}, {SPOOLED} |"),
    ("docs/guide.md", f"| {DECODED} | {shares(budgets.BODY_BYTES, 'MiB')}; one of a key is decoded at once |"),
    ("docs/guide.md", f"| values of a JSON body | {LIMITS.json_values:,} |"),
    ("docs/guide.md", f"| unread responses | {shares(budgets.RESPONSE_BYTES, 'MiB')}, in memory"),
    ("docs/guide.md", f"| open event streams | {shares(budgets.OPEN_STREAMS)} |"),
    ("docs/guide.md", f"| runs at work, also those whose client left | {shares(live_runs.RUNS_AT_WORK)} |"),
    ("docs/guide.md", f"| messages and tool outputs of these runs | {shares(live_runs.REQUEST_BYTES, 'MiB')} |"),
    ("docs/guide.md", f"| their histories, events and replies in memory | {shares(live_runs.LIVE_BYTES, 'MiB')} |"),
    ("docs/guide.md", f"| events of a run that are not in the log | {UNLOGGED_BYTES // MIB} MiB |"),
    ("docs/guide.md", f"| events in memory for readers of a run | {live_runs.KEPT_BYTES // KIB} KiB a run"),
    ("openapi.yaml", "a quoted number, which grows by one with every message."),
    ("docs/guide.md", f"after {', '.join(map(str, LISTED[:-1]))}, {LISTED[-1]} or a dropped connection"),
]


@pytest.mark.parametrize(("path", "sentence"), SENTENCES)
def test_text_has_the_number_of_the_code(path: str, sentence: str) -> None:
    assert sentence in TEXTS[path]


def test_text_about_retries_and_heartbeats_is_that_of_the_code() -> None:
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

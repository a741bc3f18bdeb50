"""docs/scale.md, durability.md and deploying.md name the code's limits and the features of PostgreSQL that it uses."""

import re
from itertools import chain
from pathlib import Path

import pytest

from threads_server.http.budgets import LARGE_READS, MIB, RESPONSE_BYTES
from threads_server.openapi import Contract
from threads_server.permits import RESERVED_DIVISOR
from threads_server.runs.heartbeat import HEARTBEAT_INTERVAL_SECONDS
from threads_server.runs.run_context import LOG_INTERVAL_SECONDS
from threads_server.settings import EVENT_LOG_RETENTION_HOURS, IDEMPOTENCY_KEY_RETENTION_HOURS, Settings
from threads_server.store import clearing
from threads_server.store.backends import postgres_schema
from threads_server.store.backends.schema import MIGRATIONS
from threads_server.store.backends.sqlite_file import CHECK_INTERVAL_SECONDS
from threads_server.store.transaction import PAGE_BYTES

DOCS = Path(__file__).parents[2] / "docs"
STORE = Path(postgres_schema.__file__).parents[1]
NUMBERS = {2: "two", 3: "three"}


def page(name: str) -> str:
    """The text of a page, without line breaks."""
    return " ".join((DOCS / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("scale.md", f"in pages of about {PAGE_BYTES // 1_000_000} MB"),
        ("scale.md", f"reads one page at a time and a process {NUMBERS[LARGE_READS]}"),
        ("scale.md", f"While an account has {RESPONSE_BYTES[0] // MIB} MiB of unread answers, more are refused"),
        ("scale.md", f"clearing goes on in the background in pieces of {clearing.MAX_ROWS} rows"),
        ("scale.md", f"Retention reads every thread once in {clearing.INTERVAL_SECONDS // 60} minutes"),
        (
            "scale.md",
            f"`--pool-size` ({Settings().pool_size}), of which one account has {RESERVED_DIVISOR - 1} quarters",
        ),
        ("scale.md", f"writes one row every {HEARTBEAT_INTERVAL_SECONDS:g} s and reads those of all others"),
        ("durability.md", f"sent at once and logged every {LOG_INTERVAL_SECONDS:g} s"),
        ("durability.md", f"is noticed within {CHECK_INTERVAL_SECONDS:g} s"),
        ("durability.md", f"event logs after {EVENT_LOG_RETENTION_HOURS} hours"),
        ("durability.md", f"(idempotency keys and event logs after {IDEMPOTENCY_KEY_RETENTION_HOURS} hours"),
        ("deploying.md", f"opens up to `--pool-size` ({Settings().pool_size}) connections"),
        ("deploying.md", f"every {clearing.INTERVAL_SECONDS // 60} minutes, and a line at `info`"),
    ],
)
def test_limit_on_the_page_is_that_of_the_code(name: str, sentence: str) -> None:
    assert sentence in page(name)


def test_maximum_of_skip_is_that_of_the_document() -> None:
    parameters = Contract.read().document.root["paths"]["/threads"]["get"]["parameters"]
    resolved = map(Contract.read().document.resolve, parameters)
    (skip,) = [parameter["schema"] for parameter in resolved if parameter["name"] == "skip"]
    assert f"at its maximum, {skip['maximum']:,}, these are {skip['maximum']:,} entries" in page("scale.md")


@pytest.mark.parametrize(
    "absent", ["TRIGGER", "FUNCTION", "EXTENSION", "LISTEN", "NOTIFY", "TEMP", "CURSOR", r"\[\]", "->"]
)
def test_feature_that_is_said_to_be_absent_is_not_used(absent: str) -> None:
    statements = [*chain.from_iterable(MIGRATIONS)]
    for path in STORE.rglob("*.py"):
        statements += re.findall(
            r'"((?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|SET|BEGIN)\b[^"]*)"', path.read_text()
        )
    assert len(statements) > 60
    assert not [sql for sql in statements if re.search(rf"\b{absent}\b" if absent.isalpha() else absent, sql)]

"""docs/scale.md is true: its bounds are those of the code, and PostgreSQL is asked for nothing that it denies."""

import re
from itertools import chain
from pathlib import Path

import pytest

from threads_server.http.budgets import LARGE_READS, MIB, RESPONSE_BYTES
from threads_server.openapi import Contract
from threads_server.permits import RESERVED_DIVISOR
from threads_server.runs.heartbeat import HEARTBEAT_INTERVAL_SECONDS
from threads_server.settings import Settings
from threads_server.store import clearing
from threads_server.store.backends import postgres_schema
from threads_server.store.backends.schema import MIGRATIONS
from threads_server.store.transaction import PAGE_BYTES

ROOT = Path(__file__).parents[3]
PAGE = " ".join((ROOT / "docs" / "scale.md").read_text(encoding="utf-8").split())
STORE = Path(postgres_schema.__file__).parents[1]
NUMBERS = {2: "two", 3: "three"}


@pytest.mark.parametrize(
    "sentence",
    [
        f"in pages of about {PAGE_BYTES // 1_000_000} MB",
        f"an account reads one page at a time and a process {NUMBERS[LARGE_READS]}",
        f"While an account has {RESPONSE_BYTES[0] // MIB} MiB of unread answers, more are refused",
        f"clearing goes on in the background in pieces of {clearing.MAX_ROWS} rows",
        f"Retention reads every thread once in {clearing.INTERVAL_SECONDS // 60} minutes",
        f"up to `--pool-size` ({Settings().pool_size}), of which one account has {RESERVED_DIVISOR - 1} quarters",
        f"writes one row every {HEARTBEAT_INTERVAL_SECONDS:g} s and reads those of all others",
    ],
)
def test_bound_is_that_of_the_code(sentence: str) -> None:
    assert sentence in PAGE


def test_maximum_of_skip_is_that_of_the_document() -> None:
    parameters = Contract.read().document.root["paths"]["/threads"]["get"]["parameters"]
    resolved = map(Contract.read().document.resolve, parameters)
    (skip,) = [parameter["schema"] for parameter in resolved if parameter["name"] == "skip"]
    assert f"at its maximum, {skip['maximum']:,}, these are {skip['maximum']:,} entries" in PAGE


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

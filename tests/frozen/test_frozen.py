"""The frozen state of each release holds: its databases are opened and go on, its archives are imported, and
its requests are answered the same but for ids and times (make.py says how the folder was made)."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.frozen import exchange
from tests.frozen.database import copied, restored, tables
from tests.frozen.exchange import ID, TIME, Exchange, Replay
from tests.frozen.model import Model, answering, as_sent_today
from tests.frozen.server import make_keys, requests_to, run, upgrade
from tests.support.server.server_thread import serving
from threads_server.store.backends.schema import MIGRATIONS
from tools.document import document

FROZEN = Path(__file__).with_name("v0_1_0")
MODEL_OPTIONS = ("--responder", "openai", "--busy-wait", "0")
REFUSED = {400, 401, 404, 405, 409, 412, 413, 415, 422, 429, 431}

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture
def frozen(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of the frozen database of the kind, as if it had been left just now."""
    if kind == "postgres":
        return restored(FROZEN / kind / "threads.sql", request.getfixturevalue("new_postgres"))
    return copied(FROZEN / kind / "threads.sqlite.gz", tmp_path / "threads.sqlite")


@pytest.fixture
def model() -> Iterator[Model]:
    """A model for the server to ask."""
    with answering() as model:
        yield model


@contextmanager
def replaying(
    database: str, keys: dict[str, str], *options: str, known: frozenset[str] = frozenset(), **environment: str
) -> Iterator[Replay]:
    """Serves a database, to ask again what was asked."""
    arguments = ("--database", database, *options)
    with serving(*arguments, environment=environment) as address, requests_to(address, keys) as wire:
        yield Replay(wire, known)


def keys_of(kind: str) -> dict[str, str]:
    keys: dict[str, str] = json.loads((FROZEN / kind / "keys.json").read_text())
    return keys


def known_of(kind: str) -> frozenset[str]:
    """The ids and times in the answers of the frozen database: they are to stay."""
    text = (FROZEN / kind / "reads.jsonl").read_text(encoding="utf-8")
    return frozenset([*ID.findall(text), *TIME.findall(text)])


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (FROZEN / name).read_bytes().splitlines()]


def transcript() -> list[Exchange]:
    """All that was asked of new databases, in order of its answers."""
    asked = [*exchange.read(FROZEN / "life.jsonl"), *exchange.read(FROZEN / "model_life.jsonl")]
    asked += exchange.read(FROZEN / "limited.jsonl")
    return [one for line in asked for one in (*line.held, line)]


def test_released_migrations_are_the_same_byte_for_byte() -> None:
    digests = json.loads((FROZEN / "migrations.json").read_text())
    released = MIGRATIONS[: len(digests)]
    assert [hashlib.sha256(json.dumps(statements).encode()).hexdigest() for statements in released] == digests


def test_tables_of_new_database_are_those_of_frozen_one(
    kind: str, frozen: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    upgrade(frozen)
    before = tables(frozen)
    new = str(tmp_path / "new.sqlite")
    if kind == "postgres":
        new = request.getfixturevalue("postgres_server").cleared()
    run("keys", "create", "first", "--database", new)
    assert tables(new) == before


def test_keys_of_frozen_database_are_the_same(kind: str, frozen: str) -> None:
    upgrade(frozen)
    rows = [json.loads(line) for line in run("keys", "list", "--json", "--database", frozen).splitlines()]
    listed = [(row["name"], row["account"], row["created_at"], row["revoked_at"] or "in use") for row in rows]
    before = (FROZEN / kind / "keys.txt").read_text().splitlines()[1:]
    assert listed == [tuple(re.split("  +", line)) for line in before]


def test_frozen_database_when_read_answers_as_before(kind: str, frozen: str) -> None:
    with replaying(frozen, keys_of(kind), known=known_of(kind)) as replay:
        replay.play(exchange.read(FROZEN / kind / "reads.jsonl"))


def test_frozen_database_when_used_goes_on_as_before(kind: str, frozen: str) -> None:
    with replaying(frozen, keys_of(kind), known=known_of(kind)) as replay:
        replay.play(exchange.read(FROZEN / kind / "continuation.jsonl"))


def test_waiting_run_resumed_with_model_asks_it_what_its_settings_say(kind: str, frozen: str, model: Model) -> None:
    with replaying(frozen, keys_of(kind), *MODEL_OPTIONS, known=known_of(kind), **model.environment()) as replay:
        replay.play(exchange.read(FROZEN / kind / "resumed_with_model.jsonl"))
    assert model.asked == as_sent_today(lines("sqlite/resumed_with_model_requests.jsonl"))


@pytest.mark.parametrize("account", ["default", "second"])
def test_archive_of_frozen_database_is_the_same(account: str, tmp_path: Path) -> None:
    frozen = copied(FROZEN / "sqlite" / "threads.sqlite.gz", tmp_path / "threads.sqlite")
    upgrade(frozen)
    assert body_of(run("export", "--account", account, "--database", frozen)) == archive(account).read_text("utf-8")


@pytest.mark.parametrize("account", ["default", "second"])
def test_archive_imported_is_exported_the_same(account: str, empty: str) -> None:
    said = run("import", archive(account), "--account", account, "--database", empty)
    kinds = Counter(line["kind"] for line in lines(f"sqlite/{account}.jsonl"))
    counts = [f"{kinds[kind]} {kind}{'s' if kinds[kind] > 1 else ''}" for kind in ("assistant", "thread")]
    assert said == f"{' and '.join(counts)} were new in the account {account}\n"
    assert body_of(run("export", "--account", account, "--database", empty)) == archive(account).read_text("utf-8")


def test_archive_imported_goes_on_as_before(empty: str) -> None:
    keys = make_keys(empty)
    run("import", archive("default"), "--database", empty)
    with replaying(empty, keys, known=known_of("sqlite")) as replay:
        replay.play(exchange.read(FROZEN / "sqlite" / "imported.jsonl"))


def body_of(exported: str) -> str:
    """An archive without its first and last line, which 0.1.0 did not write."""
    return "".join(exported.splitlines(keepends=True)[1:-1])


def archive(account: str) -> Path:
    return FROZEN / "sqlite" / f"{account}.jsonl"


def test_life_played_anew_is_answered_the_same(empty: str) -> None:
    with replaying(empty, make_keys(empty)) as replay:
        replay.play(exchange.read(FROZEN / "life.jsonl"))


def test_life_with_model_played_anew_is_answered_the_same(empty: str, model: Model) -> None:
    with replaying(empty, make_keys(empty), *MODEL_OPTIONS, **model.environment()) as replay:
        replay.play(exchange.read(FROZEN / "model_life.jsonl"))
    assert model.asked == as_sent_today(lines("model_life_requests.jsonl"))


def test_too_many_requests_are_refused_the_same(tmp_path: Path) -> None:
    database = str(tmp_path / "limited.sqlite")
    with replaying(database, make_keys(database), "--rate-limit", "0.01") as replay:
        replay.play(exchange.read(FROZEN / "limited.jsonl"))


def test_transcript_has_every_operation_and_every_kind_of_refusal() -> None:
    asked = {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    done = {operation for one in transcript() if one.status == 200 and (operation := operation_of(one, asked))}
    assert done == asked
    assert {one.status for one in transcript()} >= REFUSED | {200, 204, 304}
    headers = {name for one in transcript() for name in one.answer_headers}
    assert headers >= {"allow", "content-type", "etag", "idempotency-replayed", "retry-after", "x-request-id"}


def operation_of(one: Exchange, known: set[tuple[str, str]]) -> tuple[str, str] | None:
    """The method and the path of the document that a request is of; a path without a parameter comes first."""
    path = one.path.removeprefix("/api").split("?")[0]
    for method, template in sorted(known, key=lambda operation: operation[1].count("{")):
        if method == one.method and re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path):
            return method, template
    return None

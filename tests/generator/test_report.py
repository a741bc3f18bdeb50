"""`--report` says of each operation whether it is accepted; `--leave-out` leaves out those that are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.__main__ import HINT, main
from generator.package import differences
from tests.support.generator.documents import imported, operation, small_document
from tests.support.generator.source import NAMES

COOKIE = {"name": "session", "in": "cookie", "schema": {"type": "string"}}
UNION = {"oneOf": [{"type": "array", "items": {"type": kind}} for kind in ("string", "integer")]}
PATHS = {
    "/things": {"get": operation("listThings", answer={"type": "object", "properties": {"any": UNION}})},
    "/things/{thing_id}": {"get": operation("getThing", path=["thing_id"])},
    "/session": {"get": operation("getSession", parameters=[COOKIE])},
    "/sessions": {"get": {**operation("listSessions", parameters=[COOKIE]), "tags": ["sessions"]}},
    "/unnamed/{id}": {
        "put": {key: value for key, value in operation("", path=["id"]).items() if key != "operationId"},
    },
}
REASON = "parameter session: a parameter in 'cookie' cannot be sent"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document with an operation that is refused, one without an operationId, and a union that is read as Any."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(small_document(paths=PATHS)), "utf-8")
    return path


def test_report_lists_operations(document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--document", str(document), "--output", str(tmp_path / "package"), "--report"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        "listThings         GET /things  accepted: things.list",
        "                   note: schema ListThingsResponse.any: read as Any, since nothing tells the values of this "
        "union apart",
        "getThing           GET /things/{thing_id}  accepted: things.get",
        f"getSession         GET /session  refused: {REASON}",
        f"listSessions       GET /sessions  refused: {REASON}",
        "put_unnamed_by_id  PUT /unnamed/{id}  accepted: things.put_unnamed_by_id",
        "3 of 5 operations accepted.",
    ]
    assert not (tmp_path / "package").exists()


def test_refused_operation_refuses_the_document(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--document", str(document), "--output", str(tmp_path / "package")]) == 1
    assert capsys.readouterr().err == f"generator: getSession (GET /session): {REASON}\n{HINT}\n"


def test_leave_out_leaves_out_refused_operations(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--document", str(document), "--output", str(tmp_path / "package"), "--leave-out"]) == 0
    assert f"left out: getSession (GET /session): {REASON}" in capsys.readouterr().out
    client = imported(tmp_path / "package").Client(api_key="key")
    assert hasattr(client.things, "put_unnamed_by_id")
    assert not hasattr(client.things, "get_session")


def test_left_out_operations_leave_nothing_behind(document: Path, tmp_path: Path) -> None:
    without = tmp_path / "without.json"
    accepted = {path: item for path, item in PATHS.items() if "session" not in path}
    without.write_text(json.dumps(small_document(paths=accepted)), "utf-8")
    for path, package in ((document, "left_out"), (without, "without")):
        assert main(["--document", str(path), "--output", str(tmp_path / package), "--leave-out"]) == 0
    # the module that has the digest of the document
    assert differences(tmp_path / "left_out", tmp_path / "without") == ["_api_info.py: different"]


def test_table_without_an_operation_names_it_nowhere() -> None:
    for identifier in NAMES.operations:
        assert repr(identifier) in repr(NAMES)
        assert repr(identifier) not in repr(NAMES.without({identifier}))

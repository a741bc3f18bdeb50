"""`make generate` writes the client's public API to a file, so that a change is reviewed as a diff."""

from __future__ import annotations

import json
import re
import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

from generator.__main__ import PUBLIC_API, ROOT, main
from generator.public_api import public_api
from tests.support.generator.documents import small_document, small_names

CHANGES = [
    ("_sync/resources/threads.py", "thread_id: str |", "id: str |", "+        id: str | UUID,"),
    ("_sync/base_client.py", "def with_options(", "def but(", "+    but("),
    ("_errors.py", "class NotFoundError(APIStatusError)", "class NotFoundError(APIError)", "+class NotFoundError("),
    ("models/message_role.py", '= "user"', '= "human"', "+    USER = 'human'"),
    ("__init__.py", '"ConflictError",\n', "", "-    ConflictError"),
]


def test_public_api_shows_changes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for module, old, new, _ in CHANGES:
        changed = tmp_path / "backboard_threads" / module
        assert old in changed.read_text("utf-8")
        changed.write_text(changed.read_text("utf-8").replace(old, new), "utf-8")
    before, after = PUBLIC_API.read_text("utf-8"), public_api(tmp_path, "Backboard")
    shown = "\n".join(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))
    assert [line for *_, line in CHANGES if line not in shown] == []


def test_foreign_client_knows_nothing_of_runs(cases_client: Path, tmp_path: Path) -> None:
    shutil.copytree(cases_client, tmp_path / "backboard_threads")
    api = public_api(tmp_path, "Shop")
    assert [word for word in ("run", "partial_text", "turn") if re.search(rf"(?i)(\b|_){word}(_|\b)", api)] == []
    ours, theirs = (
        re.findall(r"^        (\w+): ", text.partition(f"class {name}(")[2].partition(") -> None")[0], re.MULTILINE)
        for text, name in ((PUBLIC_API.read_text("utf-8"), "Backboard"), (api, "Shop"))
    )
    assert [name for name in ours if name != "raise_on_failed_run"] == theirs


def test_public_api_is_written_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing = tmp_path / "public_api.txt"
    (tmp_path / "openapi.yaml").write_text(json.dumps(small_document()), "utf-8")
    (tmp_path / "names.yaml").write_text(json.dumps(small_names(small_document())), "utf-8")
    asked = ["--document", str(tmp_path / "openapi.yaml"), "--names", str(tmp_path / "names.yaml")]
    asked += ["--output", str(tmp_path / "package"), "--public-api", str(listing)]
    assert main(asked) == 0
    assert "class Shop" in listing.read_text("utf-8")
    assert "\nnew: public_api.txt\n" in capsys.readouterr().out
    listing.write_text("other", "utf-8")
    assert main([*asked, "--check"]) == 1
    assert "public_api.txt: different\n" in capsys.readouterr().err

"""Whoever changes what the client offers sees it, and says so by writing it down anew."""

from __future__ import annotations

import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

from generator.__main__ import ROOT
from tests.generator.public_api import SNAPSHOT, public_api


def difference(packages: Path) -> str:
    """What a folder's package offers otherwise than is written down, as a diff; empty if nothing."""
    written, offered = SNAPSHOT.read_text("utf-8").splitlines(), public_api(packages).splitlines()
    return "\n".join(unified_diff(written, offered, SNAPSHOT.name, "generated/backboard_threads", lineterm=""))


def test_the_client_offers_what_is_written_down() -> None:
    told = difference(ROOT / "generated")
    if told:
        pytest.fail(
            f"The client's API is another than is written down:\n\n{told}\n\n"
            "If that is meant, run `python -m tests.generator.public_api` and commit the file with the change.",
            pytrace=False,
        )


@pytest.mark.parametrize(
    ("module", "old", "new", "told"),
    [
        ("_sync/resources/threads.py", "thread_id: str,", "id: str,", "-        thread_id: str,\n+        id: str,"),
        ("_sync/base_client.py", "max_retries: int = 2", "max_retries: int = 3", "+        max_retries: int = 3,"),
        ("_sync/base_client.py", "def with_options(", "def but(", "+    but("),
        ("models/thread.py", "title: str | Unset | None", "title: int | Unset | None", "+    title: int | Unset"),
        (
            "_errors.py",
            "class NotFoundError(APIStatusError)",
            "class NotFoundError(APIError)",
            "+class NotFoundError(API",
        ),
        ("models/message_role.py", '= "user"', '= "human"', "+    USER = 'human'"),
        ("__init__.py", '"NotFoundError",\n', "", "-    NotFoundError\n"),
    ],
)
def test_a_change_is_shown(module: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "backboard_threads" / module
    assert old in changed.read_text("utf-8")
    changed.write_text(changed.read_text("utf-8").replace(old, new), "utf-8")
    assert told in difference(tmp_path)

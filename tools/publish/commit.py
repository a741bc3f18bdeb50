"""Which commit is published, and when it was made."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]


class NoCommit(Exception):
    """It is not known which commit this is, and SOURCE_DATE_EPOCH does not say from when it is."""


@dataclass(frozen=True)
class Commit:
    """A commit's id, which ends in `+` if files differ from it, and its time in seconds since 1970."""

    id: str | None
    epoch: int

    @property
    def date(self) -> str:
        """Its time, RFC 3339, in UTC."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def current() -> Commit:
    """Return the commit that is checked out. SOURCE_DATE_EPOCH, if set, is its time.

    Raises:
        NoCommit: outside a git repository, unless SOURCE_DATE_EPOCH is set.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH")
    shown = _git("log", "-1", "--format=%H %ct")
    if shown is None:
        if said is None:
            raise NoCommit("this is no git repository; set SOURCE_DATE_EPOCH to the sources' time")
        return Commit(None, int(said))
    commit, epoch = shown.split()
    changed = "+" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return Commit(commit + changed, int(said or epoch))


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None

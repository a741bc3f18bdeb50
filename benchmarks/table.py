"""Rows of a benchmark and their table in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One ratio: its name, value, target ("<= 1.10") and the figures behind it.

    The target is empty where machines differ too much: there the goal is a factor over the state before.
    """

    name: str
    ratio: float | None
    reach: str
    detail: str

    @property
    def is_reached(self) -> bool | None:
        """Whether the ratio meets its target; None without a target or a measurement."""
        if self.ratio is None or not self.reach:
            return None
        sign, bound = self.reach.split()
        return self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)

    def __str__(self) -> str:
        mark = {True: "yes", False: "NO", None: ""}[self.is_reached]
        ratio = "not measured" if self.ratio is None else f"{self.ratio:.2f}"
        return f"| {self.name} | {ratio} | {self.reach} | {mark} | {self.detail} |"


def markdown(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    return "\n".join(["| ratio | here | reach | reached | figures |", "|---|---|---|---|---|", *map(str, rows)])


def write(page: Path, part: str, rows: list[Row]) -> None:
    """Replace the part's table on the page, with machine and date."""
    text = page.read_text("utf-8") if page.exists() else "# Benchmarks\n"
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    block = f"{begin}\n{machine()}\n\n{markdown(rows)}\n{end}"
    if begin in text:
        text = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: block, text, flags=re.DOTALL)
    else:
        text = f"{text.rstrip()}\n\n## {part.capitalize()}\n\n{block}\n"
    page.write_text(text, "utf-8")


def machine() -> str:
    """Date and machine of the measurement."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        model = f"{found[1]}, " if found else ""
    python = f"Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {model}{os.cpu_count()} cores, {platform.system()}, {python}."

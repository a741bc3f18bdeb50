"""Faults of the stock generator, as the comments of our templates name them."""

import re
from pathlib import Path

from generator.project import TEMPLATES


def named_by(template: Path) -> list[str]:
    """The faults that the comment at the top of a template names."""
    comment = re.match(r"\{#(.*?)#\}", template.read_text("utf-8"), re.DOTALL)
    named = re.search(r"Upstream faults: ([a-z, \n-]+)\.", comment[1]) if comment else None
    return [slug.strip() for slug in named[1].split(",")] if named else []


FAULTS = sorted({slug for template in TEMPLATES.iterdir() for slug in named_by(template)})

"""Code of docs/guide.md."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SCRIPT = "\n".join(block for block in _BLOCKS if not block.startswith("def test_"))
TESTS = [block for block in _BLOCKS if block.startswith("def test_")]
COMMANDS = re.findall(r"^\.venv/bin/threads-server (.*)$", TEXT, re.MULTILINE)

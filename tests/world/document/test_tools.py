"""Tools that serve, convert, lint or offer the document."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.world.document.conftest import PATIENCE_SECONDS, ROOT, TOOLS, Npm, run
from threads_server.testing import LocalServer, free_port
from tools.document import operations, resolve

pytestmark = pytest.mark.timeout(1200)

QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
EVENTS = "text/event-stream"


@contextlib.contextmanager
def prism(tools: Path, document: Path) -> Iterator[httpx.Client]:
    """Serve a document's examples, with a client that speaks to them."""
    port = free_port()
    command = [tools / "node_modules/.bin/prism", "mock", "--errors", "-p", str(port), document]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": "key"}, timeout=60) as client:
                until = time.monotonic() + PATIENCE_SECONDS
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        client.get("/threads")
                        break
                    assert time.monotonic() < until
                    assert process.poll() is None
                    time.sleep(0.2)
                yield client
        finally:
            process.terminate()


def test_prism_serves_every_example_and_stream(npm: Npm, forms: dict[str, Path]) -> None:
    with prism(npm("prism"), forms["oas-3.0"]) as client:
        for operation in operations().values():
            path = operation.path
            for parameter in operation.parameters:
                if parameter["in"] == "path":
                    path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
            media = operation.bodies.get("application/json", {"examples": {}})
            bodies = [resolve(example)["value"] for example in media["examples"].values()]
            body = bodies[0] if bodies else None
            for media_type, described in operation.responses["200"].get("content", {}).items():
                response = client.request(operation.method, path, json=body, headers={"Accept": media_type})
                assert response.status_code == 200, f"{operation.id} {media_type}: {response.text}"
                if media_type == EVENTS:
                    assert '"type":"run_ended"' in response.text.strip().rpartition("data: ")[2]
                else:
                    shown = [resolve(example)["value"] for example in described["examples"].values()]
                    assert response.json() in shown, operation.id


def test_postman_converts_every_operation(npm: Npm, forms: dict[str, Path], tmp_path: Path) -> None:
    tools = npm("postman")
    for form in ("oas-3.1", "oas-3.0"):
        target = tmp_path / f"{form}.json"
        run([tools / "node_modules/.bin/openapi2postmanv2", "-s", forms[form], "-o", target], tools)
        collection = json.loads(target.read_text())
        assert sorted(requests_of(collection["item"])) == sorted(one.node["summary"] for one in operations().values())


def requests_of(items: list[dict[str, object]]) -> list[str]:
    """Return the names of all requests of a collection."""
    names: list[str] = []
    for item in items:
        inner = item.get("item")
        names += requests_of(inner) if isinstance(inner, list) else [str(item["name"])]
    return names


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.0", "for-generators"])
def test_fastmcp_lists_every_operation_and_calls_three(
    fastmcp: Path, forms: dict[str, Path], tmp_path: Path, form: str
) -> None:
    with LocalServer(tmp_path / "threads.db") as server:
        environment = {"THREADS_URL": server.url, "THREADS_KEY": server.api_key, "FASTMCP_LOG_LEVEL": "ERROR"}
        shown = run([fastmcp, TOOLS / "fastmcp" / "three_calls.py", forms[form]], tmp_path, **environment)
    result = json.loads(shown.splitlines()[-1])
    assert sorted(result["tools"]) == sorted(operations())
    assert result["name"] == "Guide"
    assert result["thread_id"]
    assert result["content"].startswith("I have seen 1 message")


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.2", "oas-3.0", "for-generators"])
def test_redocly_finds_no_error(forms: dict[str, Path], form: str) -> None:
    """By its own recommended rules; our stricter ones are asked of the document itself."""
    command = ROOT / "node_modules" / ".bin" / "redocly"
    skipped = [
        f"--skip-rule={rule}" for rule in ("info-license-strict", "operation-4xx-response", "no-unused-components")
    ]
    run([command, "lint", "--extends=recommended", *skipped, forms[form]], forms[form].parent, **QUIET)


@pytest.mark.parametrize("form", ["oas-3.1", "oas-3.2", "oas-3.0", "for-generators"])
def test_spectral_finds_no_error(forms: dict[str, Path], tmp_path: Path, form: str) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    command = ROOT / "node_modules" / ".bin" / "spectral"
    run([command, "lint", "--fail-severity=error", "--ruleset", rules, forms[form]], ROOT, **dict(os.environ))

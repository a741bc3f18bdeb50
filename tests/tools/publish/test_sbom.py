"""The bill of materials names what the wheel brings, in the versions and with the sums of the lock."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from tools.publish import sbom


def test_bill_has_every_package_with_version_sums_and_dependencies(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    sbom.write_sbom(target, "1.2.3", "2026-02-02T02:40:00Z")
    bill = json.loads(target.read_text())
    components = {one["name"]: one for one in bill["components"]}
    assert {"attrs", "httpx", "h11", "starlette", "asyncpg", "msgspec", "uvloop"} <= components.keys()
    assert not {"pytest", "ruff", "schemathesis"} & components.keys()
    for name, component in components.items():
        assert component["version"] == version(name)
        assert component["hashes"]
    references = {one["bom-ref"] for one in (*components.values(), bill["metadata"]["component"])}
    assert {one["ref"] for one in bill["dependencies"]} == references
    assert {other for one in bill["dependencies"] for other in one["dependsOn"]} < references


def test_package_outside_the_lock_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("attrs==26.1.0 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(sbom, "LOCK", lock)
    with pytest.raises(sbom.Unlocked, match="httpx"):
        sbom.write_sbom(tmp_path / "sbom.json", "1.2.3", "2026-02-02T02:40:00Z")

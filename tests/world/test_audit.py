"""The audit's own tools, in the versions that the workflow runs: zizmor for workflows, and CycloneDX."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.publish.sbom import write_sbom

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / ".github" / "audit" / "requirements.txt"
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the audit's tools; return the folder of their programs."""
    folder = tmp_path_factory.mktemp("audit")
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", folder], check=True)
    install = ["pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", REQUIREMENTS]
    subprocess.run([*uv, *install], check=True)
    return python.parent


def test_zizmor_finds_nothing_in_the_workflows(tools: Path) -> None:
    command = [tools / "zizmor", "--offline", "--no-progress", ROOT / ".github" / "workflows"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_sbom_is_valid_by_the_schema_of_cyclonedx(tools: Path, tmp_path: Path) -> None:
    sbom = tmp_path / "sbom.json"
    write_sbom(sbom, "1.2.3", "2026-02-02T02:40:00Z")
    done = subprocess.run([tools / "python", "-c", VALIDATE, sbom], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    sbom.write_text(sbom.read_text().replace('"library"', '"book"', 1))
    refused = subprocess.run([tools / "python", "-c", VALIDATE, sbom], capture_output=True, text=True)
    assert "book" in refused.stderr

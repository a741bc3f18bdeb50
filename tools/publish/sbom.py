"""Software bill of materials of the Python distribution, CycloneDX 1.6: its packages, in the versions of the lock."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[2] / "requirements.txt"
NAME = "backboard-threads"


class Unlocked(Exception):
    """The distribution needs a package that the lock does not have."""


def write_sbom(target: Path, version: str, date: str) -> None:
    """Write the bill of client and server with all extras, as installed on this platform.

    Args:
        target: the file to write.
        version: version of the distribution.
        date: when its sources were made, RFC 3339.

    Raises:
        Unlocked: if a package is not in the lock.
    """
    lock = _locked(LOCK.read_text(encoding="utf-8"))
    graph = dependency_graph()
    if missing := graph.keys() - lock.keys() - {NAME}:
        raise Unlocked(f"not in {LOCK.name}: {', '.join(sorted(missing))}")
    components = [_component(name, *lock[name]) for name in sorted(graph) if name != NAME]
    references = {NAME: f"pkg:pypi/{NAME}@{version}", **{one["name"]: one["purl"] for one in components}}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": date, "component": _component(NAME, version, [])},
        "components": components,
        "dependencies": [
            {"ref": references[name], "dependsOn": sorted(references[one] for one in needed)}
            for name, needed in sorted(graph.items())
        ],
    }
    target.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")


def _locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and SHA-256 sums of each package of a lock."""
    entries = re.findall(r"^([\w.-]+)==([^\s;]+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return {canonicalize_name(name): (version, re.findall(r"sha256:(\w+)", rest)) for name, version, rest in entries}


def dependency_graph() -> dict[str, set[str]]:
    """Return what each package needs, beginning with this distribution and all its extras."""
    graph: dict[str, set[str]] = {}
    extras = distribution(NAME).metadata.get_all("Provides-Extra") or ()
    waiting = [(NAME, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, chosen = waiting.pop()
        if (name, chosen) in seen:
            continue
        seen.add((name, chosen))
        needed = graph.setdefault(name, set())
        for requirement in map(Requirement, distribution(name).requires or ()):
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in ("", *chosen)):
                continue
            other = canonicalize_name(requirement.name)
            needed.add(other)
            waiting.append((other, frozenset(requirement.extras)))
    return graph


def _component(name: str, version: str, sums: list[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    hashes = [{"alg": "SHA-256", "content": one} for one in sums]
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return {**found, "hashes": hashes} if hashes else found

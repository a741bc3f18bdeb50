"""The bill of materials names what the wheel brings, in the versions and with the sums of the lock."""

import json
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import examples
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


NAMES = ["backboard-threads", "a", "b", "c"]
EXTRAS = ["x", "y"]
needs = st.tuples(
    st.sampled_from(NAMES[1:]),
    st.sets(st.sampled_from(EXTRAS)),
    st.sampled_from(["", *EXTRAS]),
    st.sampled_from("0111"),
)
"""A requirement: the package, its extras, the extra that asks for it, and whether its environment marker is true."""


@examples(40)
@given(st.fixed_dictionaries({name: st.lists(needs, min_size=3, max_size=4) for name in NAMES}))
def test_bill_has_what_is_needed_by_extras_and_markers(
    packages: dict[str, list[tuple[str, set[str], str, str]]],
) -> None:
    def distribution(name: str) -> SimpleNamespace:
        requires = [
            f"{other}[{','.join(sorted(extras))}]; python_version {'>' if is_true == '1' else '<'} '3'"
            + (f" and extra == '{of_extra}'" if of_extra else "")
            for other, extras, of_extra, is_true in packages[name]
        ]
        return SimpleNamespace(requires=requires, metadata=SimpleNamespace(get_all=lambda key: EXTRAS))

    chosen: dict[str, set[str]] = {name: set() for name in NAMES} | {NAMES[0]: set(EXTRAS)}
    expected: dict[str, set[str]] = {NAMES[0]: set()}
    for _ in range(len(NAMES) * (1 + len(EXTRAS))):  # each step adds a package or an extra, or is the last
        for name in list(expected):
            for other, extras, of_extra, is_true in packages[name]:
                if is_true == "1" and of_extra in {"", *chosen[name]}:
                    expected[name].add(other)
                    expected.setdefault(other, set())
                    chosen[other] |= extras
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sbom, "distribution", distribution)
        assert sbom.dependency_graph() == expected

"""Every change of the keys that are enough, of the whole document and of one operation, is rated as it should be."""

import itertools
from typing import Any

from tools.release.document_changes import Level, security_changes
from tools.release.reach import Document

SECURITY: list[list[dict[str, list[str]]] | None] = [
    *(None, [], [{}], [{"Key": []}], [{"Key": []}, {}]),
    *([{"Token": []}], [{"Key": [], "Token": []}, {"Token": []}]),
]
"""What a document or an operation may say of keys; None is nothing."""


def secured(whole: Any, own: Any) -> Document:
    """A document of one operation."""
    operation = {"responses": {}} | ({} if own is None else {"security": own})
    return {"paths": {"/x": {"get": operation}}} | ({} if whole is None else {"security": whole})


def level_of(before: Any, after: Any) -> Level:
    """How much it is that other keys are enough: breaking if one no longer is, or if none is needed."""
    was, now = ({frozenset(one) for one in said or [{}]} for said in (before, after))
    added = Level.additive if now - was else Level.editorial
    return Level.breaking if was - now or frozenset() in now - was else added


def test_any_change_of_what_a_caller_must_show_is_rated() -> None:
    for whole, own, other, others in itertools.product(SECURITY, repeat=4):
        found = list(security_changes(secured(whole, own), secured(other, others)))
        said = own is not None or others is not None
        expected = {
            "#/security": level_of(whole, other),
            "#/paths/~1x/get/security": level_of(whole if own is None else own, other if others is None else others)
            if said
            else Level.editorial,
        }
        for place, level in expected.items():
            levels = [change.level for change in found if change.place == place]
            assert max(levels, default=Level.editorial) is level, (place, whole, own, other, others)

"""Every sentence of the document names what holds it, and nothing else is named."""

import re

import pytest

from tests.contract.evidence import CLAIM, NAME, Sentence, evidence, functions, sections, written
from tools.document import ROOT

EVIDENCE = [pytest.param(one, names, id=f"{one.place}: {one.text[:40]}") for one, names in evidence().items()]


def test_every_sentence_of_the_document_has_evidence() -> None:
    assert [one for one in written() if one not in evidence()] == []


def test_all_evidence_is_of_a_sentence_of_the_document() -> None:
    there = set(written())
    assert [one for one in evidence() if one not in there] == []


@pytest.mark.parametrize(("sentence", "names"), EVIDENCE)
def test_evidence_exists(sentence: Sentence, names: tuple[str, ...]) -> None:
    assert names
    for name in names:
        if name == NAME:
            assert names == (NAME,)
            assert sentence.place.startswith("examples/") or not CLAIM.search(re.sub(r"`[^`]*`", "", sentence.text))
        elif section := re.fullmatch(r"hosted-api\.md §([\d.]+)", name):
            assert section[1] in sections()
        else:
            path, _, function = name.partition("::")
            assert path.startswith("tests/")
            assert (ROOT / path).is_file()
            assert function in functions(path)

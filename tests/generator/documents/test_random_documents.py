"""Clients of documents drawn at random, against an independent reading of them by OpenAPI's rules."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.generator.document_checks import check_document
from tests.support.generator.random_documents import Document, documents


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning", "ignore:Generating overly large repr")
@settings(max_examples=3)
@given(documents(), st.randoms(use_true_random=True))
def test_client_of_a_random_document_sends_and_reads_what_it_says(document: Document, random: Random) -> None:
    check_document(document, random)

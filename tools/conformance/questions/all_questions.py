"""The one set of questions: what the document implies, its limits, and its statements."""

from collections.abc import Iterator

from tools.conformance.questions import assistants, service, threads, turns
from tools.conformance.questions.accounts import accounts, wrong_keys
from tools.conformance.questions.limits import limits
from tools.conformance.questions.links import links
from tools.conformance.questions.operations import of_operation
from tools.conformance.questions.paths import paths
from tools.conformance.questions.question import Question
from tools.conformance.questions.statements import STATEMENTS
from tools.conformance.questions.statuses import statuses
from tools.document import operations

STATING = (assistants, threads, turns, service)
"""The modules whose import adds to STATEMENTS."""


def all_questions() -> Iterator[Question]:
    for operation in operations().values():
        yield from of_operation(operation)
        yield from statuses(operation)
        yield from accounts(operation)
        yield from links(operation)
    yield wrong_keys()
    yield from paths()
    yield from limits()
    yield from STATEMENTS

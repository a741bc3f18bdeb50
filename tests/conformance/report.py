"""What was found out, as text, JSON and JUnit."""

import json
from textwrap import fill
from xml.etree import ElementTree

from tests.conformance.ledger import DOES_NOT, HOLDS, NOT_ASKED, Ledger


def as_text(ledger: Ledger, url: str) -> str:
    """For a person: what does not hold first, then what could not be asked, then the count."""
    lines = [url]
    if against := ledger.those(DOES_NOT):
        lines += ["", DOES_NOT]
        lines += [f"  {fact.name}{shown(fact.mark)}: {fact.text}\n      {fact.reason}" for fact in against]
    reasons: dict[str, list[str]] = {}
    for fact in ledger.those(NOT_ASKED):
        reasons.setdefault(fact.reason, []).append(fact.name)
    for reason, names in reasons.items():
        lines += [
            "",
            f"{NOT_ASKED}: {reason}",
            fill(", ".join(names), 116, initial_indent="  ", subsequent_indent="  "),
        ]
    count = {verdict: len(ledger.those(verdict)) for verdict in (HOLDS, DOES_NOT, NOT_ASKED)}
    lines += ["", ", ".join(f"{number} {verdict}" for verdict, number in count.items())]
    marked = sum(1 for fact in ledger.those(DOES_NOT) if fact.mark)
    if marked:
        lines.append(f"{marked} of those that do not hold are marked: extensions, or not known of the hosted API")
    return "\n".join(lines)


def shown(mark: str) -> str:
    return f" ({mark})" if mark else ""


def as_json(ledger: Ledger, url: str) -> str:
    """For a program: every fact with its verdict."""
    facts = [
        {"name": one.name, "text": one.text, "mark": one.mark, "verdict": one.verdict, "reason": one.reason}
        for one in ledger.facts.values()
    ]
    return json.dumps({"base_url": url, "facts": facts}, indent=2, ensure_ascii=False)


def as_junit(ledger: Ledger, url: str) -> str:
    """For a CI system: a fact is a test; what could not be asked is skipped."""
    facts = ledger.facts.values()
    suite = ElementTree.Element(
        "testsuite",
        name=f"conformance of {url}",
        tests=str(len(facts)),
        failures=str(len(ledger.those(DOES_NOT))),
        skipped=str(len(ledger.those(NOT_ASKED))),
    )
    for fact in facts:
        case = ElementTree.SubElement(suite, "testcase", classname=fact.mark or "documented", name=plain(fact.name))
        if fact.verdict != HOLDS:
            kind = "failure" if fact.verdict == DOES_NOT else "skipped"
            ElementTree.SubElement(case, kind, message=plain(fact.reason))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def plain(text: str) -> str:
    """A text without the characters that XML does not have."""
    return "".join(one if one >= " " or one in "\t\n" else "?" for one in text)

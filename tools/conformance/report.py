"""Reports of a run as text, JSON and JUnit."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from xml.etree import ElementTree

from tools.conformance.results import DOES_NOT, HOLDS, NOT_ASKED, Fact, Results

WIDTH = len(NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Report:
    """Three forms of the results: every fact by name, what is left behind, and the count.

    Attributes:
        url: the address of the server, as it can be shown.
        requests: how many were sent.
    """

    results: Results
    url: str
    requests: int

    def as_text(self) -> str:
        """Text report: facts by subject, failures again, and the count."""
        lines = [self.url]
        subjects = dict.fromkeys(fact.subject for fact in self.results.facts.values())
        for subject in subjects:
            lines += ["", subject]
            lines += [line(fact) for fact in self.results.facts.values() if fact.subject == subject]
        return "\n".join([*lines, *self._ending()])

    def _ending(self) -> Iterator[str]:
        against = self.results.those(DOES_NOT)
        if against:
            yield from ("", DOES_NOT)
            yield from (f"  {fact.name}{shown(fact.mark)}: {fact.text}\n      {fact.reason}" for fact in against)
        if self.results.left:
            yield from ("", "left behind")
            yield from (f"  {one}" for one in self.results.left)
        yield ""
        if self.results.is_interrupted:
            yield "interrupted: what was not asked until then could not be asked"
        yield ", ".join(f"{len(self.results.those(verdict))} {verdict}" for verdict in (HOLDS, DOES_NOT, NOT_ASKED))
        if marked := sum(1 for fact in against if fact.mark):
            yield f"{marked} of those that do not hold are marked: extensions, or not known of the hosted API"
        yield f"{self.requests} requests"

    def as_json(self) -> str:
        """JSON report: every fact with its verdict."""
        found = {
            "base_url": self.url,
            "requests": self.requests,
            "is_interrupted": self.results.is_interrupted,
            "left_behind": self.results.left,
            "facts": [asdict(fact) for fact in self.results.facts.values()],
        }
        return json.dumps(found, indent=2, ensure_ascii=False)

    def as_junit(self) -> str:
        """JUnit report: a fact is a test, one that could not be asked is skipped, leftovers fail."""
        suite = ElementTree.Element("testsuite", name=f"conformance of {self.url}")
        for fact in self.results.facts.values():
            case = ElementTree.SubElement(suite, "testcase", classname=fact.mark or "documented", name=fact.name)
            if fact.verdict != HOLDS:
                kind = "failure" if fact.verdict == DOES_NOT else "skipped"
                ElementTree.SubElement(case, kind, message=fact.reason)
        if self.results.left:
            case = ElementTree.SubElement(suite, "testcase", classname="run", name="nothing is left behind")
            ElementTree.SubElement(case, "failure", message="; ".join(self.results.left))
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("*/failure"))))
        suite.set("skipped", str(len(suite.findall("*/skipped"))))
        return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def line(fact: Fact) -> str:
    name = fact.name.removeprefix(f"{fact.subject}: ")
    return f"  {fact.verdict:{WIDTH}}  {name}{shown(fact.mark)}{f': {fact.reason}' if fact.reason else ''}"


def shown(mark: str) -> str:
    return f" ({mark})" if mark else ""

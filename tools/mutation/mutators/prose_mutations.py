"""Mutations of sentences: a number, a status, a word that inverts the meaning."""

import re
from collections.abc import Callable

from tools.mutation.places import Mutated, nodes, put, shown


def number_in_prose_changed() -> Mutated:
    """Double a number in a sentence."""
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str):
            for match in re.finditer(r"(?<![\w`.])\d+(?![\w`]|\.\d)", node):
                if match[0] not in STATUSES and int(match[0]) > 1:
                    text = node[: match.start()] + str(int(match[0]) * 2) + node[match.end() :]
                    yield f"{shown(place)} {match[0]}", put(place[:-1], place[-1], text)


STATUSES = {
    "200",
    "204",
    "304",
    "400",
    "401",
    "404",
    "405",
    "409",
    "412",
    "413",
    "415",
    "422",
    "429",
    "431",
    "500",
    "503",
}


OTHER_STATUS = dict.fromkeys(STATUSES, "404") | {"404": "409", "400": "422", "422": "400", "409": "400"}


def status_in_prose_changed() -> Mutated:
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str):
            for number, match in enumerate(re.finditer(r"(?<![\w.])[2345]\d\d\b", node), start=1):
                if match[0] in STATUSES:
                    text = node[: match.start()] + OTHER_STATUS[match[0]] + node[match.end() :]
                    yield f"{shown(place)} {match[0]} ({number})", put(place[:-1], place[-1], text)


OPPOSITES = {
    "oldest": "newest",
    "newest": "oldest",
    "descending": "ascending",
    "Only": "Also",
    "never": "always",
    "nothing": "something",
    "ignored": "refused",
    "cannot": "can",
}


def sentence_turned_round() -> Mutated:
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str) and place[0] != "tags":
            for word, opposite in OPPOSITES.items():
                if re.search(rf"\b{word}\b", node):
                    text = re.sub(rf"\b{word}\b", opposite, node, count=1)
                    yield f"{shown(place)} {word}", put(place[:-1], place[-1], text)


def sentence_denied() -> Mutated:
    """Negate a verb."""
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str):
            for match in re.finditer(r" (?:is|are|was|can|may)(?= (?!not\b))", node):
                before = node[: match.start()].split()[-1]
                text = f"{node[: match.end()]} not{node[match.end() :]}"
                yield f"{shown(place)} {before}{match[0]}", put(place[:-1], place[-1], text)


MUTATORS: tuple[Callable[[], Mutated], ...] = (
    number_in_prose_changed,
    status_in_prose_changed,
    sentence_turned_round,
    sentence_denied,
)

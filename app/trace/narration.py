"""The sentence for a step, and for an outcome, told from one catalogue per language.

A catalogue (`sentences/*.json`) holds, for each kind of step, rules in order: the first whose
`when` agrees with the facts of the step is told. `static/player/narrate.js` reads the same
catalogue by the same reading; a test holds the two against each other. In a sentence `{...}`
stands for a fact and `[...]` encloses what the step does, which a page may set in colour.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from app.trace.document import Actor, Outcome, Step, Trace
from app.trace.vocabulary import DELEGATIONS, ENTERS

_NAMED: Final = re.compile(r"\{(of|name)\}")
_MARK: Final = re.compile(r"\{([a-z.]+)\}|([\[\]])")


class Part(NamedTuple):
    """A stretch of a sentence. `role`: `text`, `name` of an actor, or `value`."""

    text: str
    role: str
    action: bool


type Sentence = tuple[Part, ...]
type Facts = Mapping[str, str]


@cache
def catalogue(language: str = "en") -> Mapping[str, Any]:
    """The catalogue of a language; raises FileNotFoundError where there is none."""
    path = files(__package__) / "sentences" / f"{language}.json"
    content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def plain(sentence: Sentence) -> str:
    """A sentence as text."""
    return "".join(part.text for part in sentence)


def narrate(trace: Trace, language: str = "en") -> Iterator[Sentence]:
    """One sentence per step."""
    words = catalogue(language)
    entries: dict[int | None, str] = {}
    links: set[tuple[int | None, int | None]] = set()
    for step in trace.steps():
        link = step.giver, step.receiver
        facts = {**_facts(trace, step, words, entries), "linked": _yes(link in links)}
        if step.kind in ENTERS:
            entries[step.receiver] = step.kind
            links.add(link)
        yield _told(words, words["steps"][step.kind], facts)


def narrate_outcome(outcome: Outcome, language: str = "en") -> str:
    """The sentence that says how the run ended."""
    words = catalogue(language)
    facts = {name: "" if value is None else _said(value) for name, value in asdict(outcome).items()}
    facts["waiting"] = ", ".join(outcome.waiting) or words["nothing waiting"]
    return plain(_told(words, words["outcomes"][outcome.kind], facts))


def _facts(trace: Trace, step: Step, words: Mapping[str, Any], entries: Mapping[int | None, str]) -> Facts:
    """The facts of a step; `entries` says by which kind of step each actor was entered last."""
    facts = {
        "from": _called(trace, step.giver, words),
        "to": _called(trace, step.receiver, words),
        "value": step.value or "",
        "line": _said(step.line),
        "time": _said(step.time),
        "via": step.via or "",
        "task": _called(trace, step.task, words),
        "first": _yes(step.receiver not in entries),
        "entry": entries.get(step.giver, ""),
        "to.entry": entries.get(step.receiver, ""),
        "link": _yes(step.via in DELEGATIONS),
        "self": _yes(step.giver == step.receiver),
    }
    for end, actor_id in (("from", step.giver), ("to", step.receiver)):
        if actor_id is not None:
            actor = trace.actors[actor_id]
            facts[f"{end}.kind"] = actor.kind
            facts[f"{end}.home"] = actor.home
            facts[f"{end}.role"] = actor.role or ""
            facts[f"{end}.of"] = _called(trace, actor.of, words)
    return facts


def _called(trace: Trace, actor_id: int | None, words: Mapping[str, Any]) -> str:
    if actor_id is None:
        return str(words["nobody"])
    actor: Actor = trace.actors[actor_id]
    pattern = words["roles"].get(actor.role) or words["actors"][actor.kind]
    named = {"of": _called(trace, actor.of, words) if "{of}" in pattern else "", "name": actor.name}
    # At once: a name is taken as it is, also one that reads like a mark.
    return _NAMED.sub(lambda mark: named[mark[1]], pattern)


def _told(words: Mapping[str, Any], rules: list[Mapping[str, Any]], facts: Facts) -> Sentence:
    for rule in rules:
        if all(facts.get(name, "") in accepted for name, accepted in rule.get("when", {}).items()):
            first, *rest = _filled(rule["say"], facts)
            if first.role == "text" or first.text in _phrases(words):
                first = first._replace(text=first.text[:1].upper() + first.text[1:])
            return (first, *rest)
    raise LookupError("the last of the rules must hold always")


def _phrases(words: Mapping[str, Any]) -> set[str]:
    """What is called by a phrase, not by a name of its own: it begins a sentence with a capital."""
    return {pattern for pattern in words["actors"].values() if "{" not in pattern}


def _filled(pattern: str, facts: Facts) -> Sentence:
    parts: list[Part] = []
    action = False
    end = 0
    for mark in _MARK.finditer(pattern):
        _add(parts, pattern[end : mark.start()], "text", action)
        end = mark.end()
        if mark[2]:
            action = mark[2] == "["
        else:
            _add(parts, facts.get(mark[1], ""), _role(mark[1]), action)
    _add(parts, pattern[end:], "text", action)
    return tuple(parts)


def _role(fact: str) -> str:
    if fact in ("from", "to", "task") or fact.endswith(".of"):
        return "name"
    return "value" if fact == "value" else "text"


def _add(parts: list[Part], text: str, role: str, action: bool) -> None:
    if text:
        parts.append(Part(text, role, action))


def _said(value: object) -> str:
    # As JavaScript writes a number: 2 and 0.5, never 2.0.
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"

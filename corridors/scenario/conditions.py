"""Conditions of rules: `a and not (b or c)` over events, regimes and other rules.

A condition is parsed once into a small frozen tree; conditions that name each other in a
circle are refused with the circle named, so that they can be decided in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_][\w:.-]*)|(?P<sign>[()]))")
_WORDS = ("and", "or", "not")


class ConditionError(ScenarioError):
    """A condition cannot be read; `at` is the character where, counted from 1."""

    def __init__(self, message: str, at: int) -> None:
        """Keep the message and the place."""
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Name:
    """True if the thing named is true."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """True if its part is false."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """True if all parts are: of none, true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """True if any part is: of none, false."""

    parts: tuple[Condition, ...]


Condition = Name | Not | Both | Either

#: The condition of a rule without one.
ALWAYS = Both(())


@cache
def parse(text: str) -> Condition:
    """Return a condition read from words; `not` binds before `and`, `and` before `or`.

    Raises
    ------
    ConditionError
        If the words make no condition; says where.

    Examples
    --------
    >>> parse("a or not b")
    Either(parts=(Name(name='a'), Not(part=Name(name='b'))))
    >>> parse("") == ALWAYS
    True
    """
    if not text.strip():
        return ALWAYS
    reader = _Reader(_tokens(text))
    condition = reader.either()
    word, at = reader.next()
    if word:
        msg = f"{word!r} does not belong here"
        raise ConditionError(msg, at)
    return condition


def names_in(condition: Condition) -> frozenset[str]:
    """Return the names a condition depends on.

    Examples
    --------
    >>> sorted(names_in(parse("a and (b or not a)")))
    ['a', 'b']
    """
    match condition:
        case Name(name):
            return frozenset({name})
        case Not(part):
            return names_in(part)
        case Both(parts) | Either(parts):
            return frozenset().union(*map(names_in, parts))


def holds(condition: Condition, truth: Callable[[str], bool]) -> bool:
    """Whether a condition is true, given the truth of each name.

    Examples
    --------
    >>> holds(parse("a and not b"), {"a": True, "b": False}.__getitem__)
    True
    """
    match condition:
        case Name(name):
            return truth(name)
        case Not(part):
            return not holds(part, truth)
        case Both(parts):
            return all(holds(part, truth) for part in parts)
        case Either(parts):
            return any(holds(part, truth) for part in parts)


def find_cycle(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the first circle among names that need each other, empty if there is none.

    Parameters
    ----------
    needs
        What each name depends on; names without an entry depend on nothing.

    Returns
    -------
    tuple
        The names in order, the first again at the end.

    Examples
    --------
    >>> find_cycle({"a": ["b"], "b": ["c"], "c": ["a"]})
    ('a', 'b', 'c', 'a')
    """
    order = _walk(needs)
    return order if isinstance(order, tuple) else ()


def in_order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names of `needs`, each after all it needs.

    Raises
    ------
    ScenarioError
        If some need each other in a circle; names the circle.

    Examples
    --------
    >>> in_order({"a": ["b"], "b": []})
    ['b', 'a']
    """
    order = _walk(needs)
    if isinstance(order, tuple):
        msg = f"conditions go round in a circle: {' -> '.join(order)}"
        raise ScenarioError(msg)
    return order


def _walk(needs: Mapping[str, Iterable[str]]) -> list[str] | tuple[str, ...]:
    """Return the names in order, or the circle that forbids one."""
    done: dict[str, None] = {}
    for start in sorted(needs):
        path: dict[str, list[str]] = {}
        enter: str | None = None if start in done else start
        while enter is not None or path:
            if enter is not None:
                path[enter] = sorted(set(needs[enter]) & needs.keys(), reverse=True)
            last = next(reversed(path))
            if not path[last]:
                done[last] = None
                del path[last]
                enter = None
                continue
            name = path[last].pop()
            if name in path:
                whole = list(path)
                return (*whole[whole.index(name) :], name)
            enter = None if name in done else name
    return list(done)


def _tokens(text: str) -> list[tuple[str, int]]:
    """Return words and brackets, each with its character, and an empty one at the end."""
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            where = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            msg = f"{text[where - 1]!r} is neither a name nor and, or, not, ( or )"
            raise ConditionError(msg, where)
        kind = token.lastgroup or ""
        found.append((token[kind], token.start(kind) + 1))
        at = token.end()
    return [*found, ("", len(text) + 1)]


@dataclass
class _Reader:
    """Reads tokens one after the other."""

    tokens: list[tuple[str, int]]
    at: int = 0

    def next(self) -> tuple[str, int]:
        """Return the token that comes, without taking it."""
        return self.tokens[self.at]

    def take(self, word: str) -> bool:
        """Take the token that comes if it is this one."""
        came = self.tokens[self.at][0] == word
        self.at += came
        return came

    def either(self) -> Condition:
        """Read parts joined by `or`."""
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self) -> Condition:
        """Read parts joined by `and`."""
        parts = [self.part()]
        while self.take("and"):
            parts.append(self.part())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def part(self) -> Condition:
        """Read a name, a negation or a bracket."""
        if self.take("not"):
            return Not(self.part())
        word, at = self.next()
        if self.take("("):
            inside = self.either()
            if not self.take(")"):
                msg = "a bracket is not closed"
                raise ConditionError(msg, at)
            return inside
        if not word or word == ")" or word in _WORDS:
            msg = f"a name is missing before {word!r}" if word else "a name is missing at the end"
            raise ConditionError(msg, at)
        self.at += 1
        return Name(word)

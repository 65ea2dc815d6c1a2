"""Conditions are read, decided and ordered; circles are named."""

from __future__ import annotations

import pytest

from corridors.errors import ScenarioError
from corridors.scenario.conditions import (
    ALWAYS,
    Both,
    ConditionError,
    Either,
    Name,
    Not,
    find_cycle,
    holds,
    in_order,
    names_in,
    parse,
)

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", ALWAYS),
        ("  ", ALWAYS),
        ("a", A),
        ("a and b and c", Both((A, B, C))),
        ("a or b and c", Either((A, Both((B, C))))),
        ("(a or b) and c", Both((Either((A, B)), C))),
        ("not a and b", Both((Not(A), B))),
        ("not not a", Not(Not(A))),
        ("not (a or b)", Not(Either((A, B)))),
        ("meghri:tripp-2026", Name("meghri:tripp-2026")),
    ],
)
def test_reads(text: str, condition: object) -> None:
    assert parse(text) == condition


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("a and", 6, "missing at the end"),
        ("and a", 1, "missing before 'and'"),
        ("a or or b", 6, "missing before 'or'"),
        ("(a", 1, "not closed"),
        ("a)", 2, "')' does not belong here"),
        ("a b", 3, "'b' does not belong here"),
        ("a & b", 3, "'&' is neither"),
        ("()", 2, "missing before ')'"),
    ],
)
def test_says_where_it_cannot_be_read(text: str, at: int, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert caught.value.at == at
    assert message in caught.value.message
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
@pytest.mark.parametrize("c", [True, False])
def test_decides_as_python_does(*, a: bool, b: bool, c: bool) -> None:
    truth = {"a": a, "b": b, "c": c}
    for text, wanted in {
        "a and not b or c": (a and not b) or c,
        "a and not (b or c)": a and not (b or c),
        "not a or b and c": (not a) or (b and c),
    }.items():
        assert holds(parse(text), truth.__getitem__) == wanted
        assert names_in(parse(text)) == {"a", "b", "c"}


def test_order_puts_needs_first() -> None:
    needs = {"a": ["b", "c"], "b": ["d"], "c": ["d", "outside"], "d": []}
    order = in_order(needs)
    assert sorted(order) == sorted(needs)
    assert all(
        order.index(need) < order.index(name)
        for name, wanted in needs.items()
        for need in wanted
        if need in needs
    )
    assert find_cycle(needs) == ()


@pytest.mark.parametrize(
    ("needs", "cycle"),
    [
        ({"a": ["a"]}, ("a", "a")),
        ({"a": ["b"], "b": ["a"]}, ("a", "b", "a")),
        ({"z": [], "a": ["b"], "b": ["z", "c"], "c": ["d"], "d": ["b"]}, ("b", "c", "d", "b")),
    ],
)
def test_a_circle_is_named(needs: dict[str, list[str]], cycle: tuple[str, ...]) -> None:
    assert find_cycle(needs) == cycle
    with pytest.raises(ScenarioError, match=" -> ".join(cycle)):
        in_order(needs)


def test_a_long_chain_is_no_circle() -> None:
    needs = {f"n{at:05d}": [f"n{at + 1:05d}"] for at in range(20_000)}
    assert in_order(needs)[0] == "n19999"

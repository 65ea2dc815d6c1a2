"""Readers of public instances: what they read, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.errors import InputMissingError, InstanceError
from corridors.instances import (
    read_dow,
    read_max_flow,
    read_min_cost_flow,
    read_tntp_network,
    read_tntp_trips,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC = Path(__file__).parents[2].parent / "shared" / "instances"

DOW = """\
MULTIGEN.DAT:
      3     2     1
      1     2    20   284  1000     1     1
      2     3  1.5     6   258
      1     3    30
"""
MIN = """\
c two ways
p min 3 2
n 1 4
n 3 -4
a 1 2 0 5 3
a 2 3 1 6 2
"""
MAX = """\
c this is one too
p max 3 2
n 1 s
n 3 t
a 1 2 5
a 2 3 6
"""
NET = """\
<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 2
<END OF METADATA>

~ \tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t2\t25900.2\t6\t6\t0.15\t4\t0\t0\t1\t;
\t2\t3\t100\t4\t4\t0.15\t4\t0\t0\t1;
"""
TRIPS = """\
<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 350.0
<END OF METADATA>

Origin \t1
    1 :      0.0;     2 :    100.0;
Origin  2
    1 : 250.0;
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "case.txt"
    file.write_bytes(text.encode())
    return file


def mistakes(reader: Callable[[Path], Any], folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(InstanceError) as caught:
        reader(written(folder, text))
    assert all(one.file == "case.txt" for one in caught.value.findings)
    return [(one.line, one.message) for one in caught.value.findings]


def test_dow_has_arcs_and_demands(tmp_path: Path) -> None:
    read = read_dow(written(tmp_path, DOW))
    assert (read.n_nodes, read.n_arcs, read.n_demands) == (3, 2, 1)
    assert read.tail.tolist() == [0, 1]
    assert read.head.tolist() == [1, 2]
    assert read.cost.tolist() == [20, 1.5]
    assert read.capacity.tolist() == [284, 6]
    assert read.fixed.tolist() == [1000, 258]
    assert (read.origin[0], read.destination[0], read.volume[0]) == (0, 2, 30)


@pytest.mark.parametrize(
    "text",
    [
        DOW.replace("\n", "\r\n"),
        DOW.replace("\n", "\r"),
        "\ufeff" + DOW,
        DOW.partition("\n")[2],
        "\n\n SCENARIO 0\n " + DOW.replace("\n", "\n\n"),
        DOW.replace("\n", "  # a comment\n"),
        "# a comment\n" + DOW.rstrip("\n").replace("     ", "\t"),
    ],
    ids=["windows", "old mac", "mark", "no title", "blank", "comments", "tabs"],
)
def test_dow_may_be_laid_out_in_other_ways(text: str, tmp_path: Path) -> None:
    read, plain = read_dow(written(tmp_path, text)), read_dow(written(tmp_path, DOW))
    for name, values in vars(plain).items():
        assert np.array_equal(getattr(read, name), values), name


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("20   284", "twenty   284", (3, "cost 'twenty' is no number")),
        ("20   284", "20   -284", (3, "capacity is -284")),
        ("20   284", "nan   284", (3, "cost 'nan' is no number")),
        ("2     3  1.5", "2     4  1.5", (4, "to is 4")),
        ("2     3  1.5", "2.5     3  1.5", (4, "from '2.5' is no whole number")),
        ("6   258", "6", (4, "4 words where 5 belong")),
        ("1     3    30", "3     3    30", (5, "the demand ends where it starts")),
        ("1     3    30", "1     3    30  9", (5, "4 words")),
        (
            "3     2     1",
            "3     2     2",
            (5, "2 arcs and 2 demands need 4 lines, the file has 3"),
        ),
        ("3     2     1", "3     2", (2, "2 words where 3 belong")),
        ("3     2     1", "3     0     1", (2, "the header is wrong")),
        (DOW, "", (1, "there is no header")),
    ],
)
def test_dow_mistakes_have_their_line(
    old: str, new: str, found: tuple[int, str], tmp_path: Path
) -> None:
    assert found in mistakes(read_dow, tmp_path, DOW.replace(old, new))


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    bad = DOW.replace("20", "x").replace("1.5", "-1").replace("3    30", "9    -30")
    assert [line for line, _ in mistakes(read_dow, tmp_path, bad)] == [3, 4, 5, 5]


@settings(max_examples=30)
@given(data=st.data())
def test_dow_written_is_read_again(data: st.DataObject, tmp_path_factory: Any) -> None:
    n = data.draw(st.integers(2, 9))
    node, amount = st.integers(1, n), st.integers(0, 10**6)
    arcs = data.draw(st.lists(st.tuples(node, node, amount, amount, amount), min_size=1))
    ends = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
    demands = data.draw(st.lists(st.tuples(ends, amount), min_size=1))
    rows = [" ".join(map(str, row)) for row in arcs]
    rows += [f"{a}\t{b}  {volume}" for (a, b), volume in demands]
    text = "\n".join([f"{n} {len(arcs)} {len(demands)}", *rows])
    read = read_dow(written(tmp_path_factory.mktemp("dow"), text))
    again = zip(read.tail + 1, read.head + 1, read.cost, read.capacity, read.fixed, strict=True)
    assert [tuple(map(int, row)) for row in again] == arcs
    assert read.volume.tolist() == [volume for _, volume in demands]


@pytest.mark.parametrize(("name", "size"), [("c33", (20, 228, 39)), ("c35", (20, 230, 40))])
def test_public_instances_are_read(name: str, size: tuple[int, int, int]) -> None:
    file = PUBLIC / f"{name}.dow"
    if not file.is_file():
        pytest.skip(f"{file.name} of the Canad set is not beside the repository")
    read = read_dow(file)
    assert (read.n_nodes, read.n_arcs, read.n_demands) == size


def test_min_cost_flow(tmp_path: Path) -> None:
    read = read_min_cost_flow(written(tmp_path, MIN))
    assert read.supply.tolist() == [4, 0, -4]
    assert (read.n_nodes, read.tail.tolist(), read.head.tolist()) == (3, [0, 1], [1, 2])
    assert (read.low.tolist(), read.capacity.tolist()) == ([0, 1], [5, 6])
    assert read.cost.tolist() == [3, 2]


def test_max_flow(tmp_path: Path) -> None:
    read = read_max_flow(written(tmp_path, MAX))
    assert (read.n_nodes, read.source, read.sink) == (3, 0, 2)
    assert read.capacity.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("p min 3 2", "p max 3 2", (2, "this is no problem of kind min")),
        ("p min 3 2", "p min 3 3", (2, "the header says 3 arcs, the file has 2")),
        ("p min 3 2", "", (1, "0 problem lines")),
        ("p min 3 2", "p min 3 2\np min 3 2", (3, "2 problem lines")),
        ("n 3 -4", "n 3 -5", (2, "supplies add up to -1")),
        ("n 3 -4", "n 9 -4", (4, "node is 9")),
        ("a 1 2 0 5 3", "a 1 2 6 5 3", (5, "capacity is 5")),
        ("a 1 2 0 5 3", "a 1 2 -1 5 3", (5, "low is -1")),
        ("a 1 2 0 5 3", "a 1 2 0 5", (5, "5 words where 6 belong")),
        ("c two", "x two", (1, "a line begins with 'x'")),
    ],
)
def test_min_cost_flow_mistakes_have_their_line(
    old: str, new: str, found: tuple[int, str], tmp_path: Path
) -> None:
    assert found in mistakes(read_min_cost_flow, tmp_path, MIN.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("n 1 s\n", "", (2, "there is no source")),
        ("n 3 t", "n 1 t", (2, "source and sink are one node")),
        ("n 3 t", "n 3 s", (4, "no source or sink, or a second one")),
        ("a 1 2 5", "a 1 2 -5", (5, "capacity is -5")),
        ("a 1 2 5", "a 1 0 5", (5, "to is 0")),
    ],
)
def test_max_flow_mistakes_have_their_line(
    old: str, new: str, found: tuple[int, str], tmp_path: Path
) -> None:
    assert found in mistakes(read_max_flow, tmp_path, MAX.replace(old, new))


def test_tntp_network_and_trips(tmp_path: Path) -> None:
    roads = read_tntp_network(written(tmp_path, NET))
    assert (roads.n_nodes, roads.n_zones, roads.first_thru_node) == (3, 2, 0)
    assert (roads.tail.tolist(), roads.head.tolist()) == ([0, 1], [1, 2])
    assert roads.capacity.tolist() == [25900.2, 100]
    assert (roads.b.tolist(), roads.link_type.tolist()) == ([0.15, 0.15], [1, 1])
    trips = read_tntp_trips(written(tmp_path, TRIPS))
    assert (trips.n_zones, trips.volume.tolist()) == (2, [100, 250])
    assert (trips.origin.tolist(), trips.destination.tolist()) == ([0, 1], [1, 0])


@pytest.mark.parametrize(
    ("reader", "text", "found"),
    [
        (read_tntp_network, NET.replace("2\t3\t100", "2\t4\t100"), (9, "term_node is 4")),
        (read_tntp_network, NET.replace("\t100\t", "\tx\t"), (9, "capacity 'x' is no number")),
        (
            read_tntp_network, NET.replace("LINKS> 2", "LINKS> 3"),
            (4, "the header says 3 links, the file has 2"),
        ),
        (
            read_tntp_network, NET.replace("<NUMBER OF NODES> 3\n", ""),
            (1, "<NUMBER OF NODES> is missing"),
        ),
        (read_tntp_network, "1 2 3\n", (1, "the metadata has no end")),
        (read_tntp_trips, TRIPS.replace("1 : 250", "5 : 250"), (8, "destination is 5")),
        (read_tntp_trips, TRIPS.replace("1 : 250", "1  250"), (8, "'1 250.0' is no item")),
        (read_tntp_trips, TRIPS.replace("250.0;", "-250.0;"), (8, "trips is -250")),
        (
            read_tntp_trips, TRIPS.replace("350", "351"),
            (2, "<TOTAL OD FLOW> is 351, the trips add up to 350"),
        ),
        (read_tntp_trips, TRIPS.replace("Origin \t1\n", ""), (5, "trips before the first origin")),
    ],
)  # fmt: skip
def test_tntp_mistakes_have_their_line(
    reader: Callable[[Path], Any], text: str, found: tuple[int, str], tmp_path: Path
) -> None:
    assert found in mistakes(reader, tmp_path, text)


@pytest.mark.parametrize(
    "reader", [read_dow, read_min_cost_flow, read_max_flow, read_tntp_network, read_tntp_trips]
)
def test_missing_files_are_named_and_empty_ones_refused(
    reader: Callable[[Path], Any], tmp_path: Path
) -> None:
    with pytest.raises(InputMissingError, match="absent"):
        reader(tmp_path / "absent")
    assert mistakes(reader, tmp_path, "")

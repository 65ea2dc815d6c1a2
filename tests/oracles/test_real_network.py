"""The contraction of the real network: exact costs under random states, every chain whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.model.scenario import Access, AccessEntry, NetworkChoice, Scenario
from corridors.scenario.closures import close
from corridors.scenario.load import load_scenario
from corridors.scenario.pricing import price
from corridors.scenario.rates import load_rates
from corridors.solve.paths import Router
from geodata.types import Kind, Mode, Status
from tests.oracles.chains import assert_chains
from tests.oracles.full_search import FullSearch

if TYPE_CHECKING:
    from corridors.scenario.pricing import Prices
    from geodata.types import Arcs, Bools, Floats, Links
    from tests.conftest import Real

pytestmark = [pytest.mark.slow, pytest.mark.long]

STATES, DEEP_STATES = 20, 400
#: Origins searched per state: each costs a search over the whole network.
ORIGINS = 3


class State(NamedTuple):
    """What is open and what it costs, for the links and for the arcs."""

    links: tuple[Floats, Bools]
    arcs: tuple[Floats, Bools]


class Whole(NamedTuple):
    """What is the same in all states: the search, and what links and arcs cost."""

    search: FullSearch
    links: Prices
    arcs: Prices


@pytest.fixture(scope="module")
def whole(real: Real) -> Whole:
    network, rates = real.network, load_rates()
    tables = (network.links, real.snapshot.graph.arcs)
    links, arcs = (price(table, rates, network.assets, network.countries) for table in tables)
    return Whole(FullSearch(network), links, arcs)


def scenario_of(seed: int, real: Real) -> Scenario:
    """Return the baseline with random decisions: a few, or very many, closed things."""
    rng = np.random.default_rng(seed)
    base = load_scenario("baseline").scenario
    network = real.network
    ids = [asset.id for asset in network.assets]
    crossings = [asset.id for asset in network.assets if asset.kind == "crossing"]
    many = [0, 3, 30, 300][seed % 4]

    def some(names: list[str], count: int) -> list[str]:
        return [str(name) for name in rng.choice(names, min(count, len(names)), replace=False)]

    places = [*some(ids, many), *some(crossings, many // 3)]
    places += some(list(network.countries), seed % 5)
    pairs = [a.countries for a in network.assets if len(a.countries) == 2 and a.kind == "crossing"]
    places += ["-".join(pairs[k]) for k in rng.choice(len(pairs), seed % 7)]
    entries = [AccessEntry(place) for place in places]
    entries += [
        AccessEntry("*", mode) for mode in some(["rail", "road", "sea"], int(seed % 3 == 1))
    ]
    choice = NetworkChoice(all_planned=bool(seed % 2), built=tuple(some(ids, 20)))
    access = Access(close=tuple(entries))
    return replace(base, network=choice, access=access)


def state_of(seed: int, real: Real, whole: Whole) -> State:
    """Return prices and closures of both tables, with random factors by cell."""
    network, graph = real.network, real.snapshot.graph
    scenario = scenario_of(seed, real)
    rng = np.random.default_rng([seed, 1])
    factor = rng.choice([0.3, 1.0, 3.0], (len(Mode), len(network.countries)))
    value_of_time = float(rng.choice([0.0, 0.5, 20.0]))

    def one(table: Links | Arcs, prices: Prices) -> tuple[Floats, Bools]:
        closed = close(table, scenario, network.assets, network.countries)
        weight = prices.cost_usd_per_teu + value_of_time * prices.time_h
        return weight * factor[table.mode, table.country], closed.open

    return State(one(network.links, whole.links), one(graph.arcs, whole.arcs))


def assert_exact(seed: int, real: Real, whole: Whole) -> int:
    """Compare the costs of the baseline's demands; return how many have a way."""
    graph = real.snapshot.graph
    state = state_of(seed, real, whole)
    demands = load_scenario("baseline").scenario.demands
    at = {name: k for k, name in enumerate(graph.terminal_ids)}
    rng = np.random.default_rng([seed, 2])
    names = rng.permutation(sorted({demand.origin for demand in demands}))[:ORIGINS]
    starts = np.array([graph.origin[at[str(name)]] for name in names])
    ends = graph.destination[[at[demand.destination] for demand in demands]]
    full = whole.search.distances(*state.links, graph.network_node[starts])
    weight, opened = state.arcs
    arcs = graph.arcs
    router = Router(arcs.tail, arcs.head, weight, usable=opened, n_nodes=len(graph.nodes))
    wanted = full[:, graph.network_node[ends]]
    found = router.trees(starts).distance[:, ends]
    np.testing.assert_allclose(found, wanted, rtol=1e-9, err_msg=f"state {seed}")
    return int(np.isfinite(wanted).sum())


def test_the_cheapest_cost_is_that_of_the_full_network(real: Real, whole: Whole) -> None:
    ways = [assert_exact(seed, real, whole) for seed in range(STATES)]
    # The states are no trifles: some leave most demands a way, some leave few.
    assert max(ways) > 40
    assert len(set(ways)) > 5


@pytest.mark.deep
def test_the_cheapest_cost_is_that_of_the_full_network_deep(real: Real, whole: Whole) -> None:
    for seed in range(STATES, DEEP_STATES):
        assert_exact(seed, real, whole)


def test_every_chain_of_the_real_network_rebuilds_its_arc(real: Real) -> None:
    assert_chains(real.network, real.snapshot.graph)


def test_a_closure_closes_links_and_arcs_alike(real: Real, whole: Whole) -> None:
    """Each arc is as open as the links behind it, in a state with much closed."""
    state, graph = state_of(3, real, whole), real.snapshot.graph
    first = graph.chain[graph.arcs.chain_start]
    row = np.where(first < 0, ~first, first)
    np.testing.assert_array_equal(state.links[1][row], state.arcs[1])
    assert 0 < state.arcs[1].mean() < 1


def test_no_line_of_the_real_network_is_one_way_or_without_length(real: Real) -> None:
    links = real.network.links
    line = links.kind == Kind.LINE
    assert not links.oneway[line].any()
    assert (links.length_km[line] > 0).all()
    assert (links.length_km[~line] == 0).all()
    assert set(np.unique(links.status)) <= set(Status)


def test_no_arc_joins_two_countries_modes_or_gauges_without_a_stop(real: Real) -> None:
    graph = real.snapshot.graph
    nodes, arcs = graph.nodes, graph.arcs
    rail = (arcs.kind == Kind.LINE) & (arcs.mode == Mode.RAIL)
    for end in (arcs.tail[rail], arcs.head[rail]):
        np.testing.assert_array_equal(nodes.gauge_mm[end], arcs.gauge_mm[rail])
    land = (arcs.kind == Kind.LINE) & np.isin(arcs.mode, (Mode.RAIL, Mode.ROAD))
    for end in (arcs.tail[land], arcs.head[land]):
        np.testing.assert_array_equal(nodes.country[end], arcs.country[land])
        np.testing.assert_array_equal(nodes.mode[end], arcs.mode[land])

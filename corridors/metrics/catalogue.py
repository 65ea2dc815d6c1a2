"""The catalogue of metrics: what each number that the tool writes is, in one place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from corridors.errors import ScenarioError, nearest
from corridors.model.result import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN, SWEEP, CONTROL, COMPARE = "run", "sweep", "control", "compare"
_USD_YEAR, _USD_TEU, _TEU = "usd_2024_per_year", "usd_2024_per_teu", "teu_per_year"
_CPMM = "CAREC CPMM, trade facilitation indicators"
_OWN = "own definition"


class Entry(NamedTuple):
    """One metric: what it is called, how it is reckoned, and how it is read.

    `of` says what it is about, `better` which way is better, `source` where the idea comes
    from, `by` which command writes it.
    """

    name: str
    of: str
    formula: str
    unit: str
    reading: str
    better: Literal["higher", "lower", "neither"]
    source: str
    by: str


#: Notation: c a cost, q a volume, P the penalty, N all players, S some, X a closed set.
ENTRIES = (
    Entry("generalised_cost", "scenario", "sum of q_k c_k over what is carried", _USD_YEAR,
          "What carrying the cargo that has a way costs a year, time at its value.",
          "lower", "Hanssen et al. 2012", RUN),
    Entry("unserved_penalty", "scenario", "P x unserved", _USD_YEAR,
          "What the cargo that is not carried counts as.", "lower", _OWN, RUN),
    Entry("cost_bound", "scenario", "bound of the flow programme", _USD_YEAR,
          "No flow costs less.", "neither", "linear programming duality", RUN),
    Entry("gap", "scenario", "(cost - bound) / cost", "ratio",
          "How far the cost may be above the least.", "lower", "linear programming duality", RUN),
    Entry("capacity", "capacity", "smallest of the limits that hold", _TEU, "What may pass.",
          "neither", _OWN, RUN),
    Entry("capacity_used", "capacity", "flow through it", _TEU, "What passes.", "neither", _OWN,
          RUN),
    Entry("capacity_share", "capacity", "used / capacity", "share", "How full it is.", "neither",
          _OWN, RUN),
    Entry("shadow_price_low", "capacity", "- dC/du to the right", _USD_TEU,
          "What one TEU more of capacity would save.", "neither", "linear programming duality",
          RUN),
    Entry("shadow_price_high", "capacity", "- dC/du to the left", _USD_TEU,
          "What one TEU less of capacity would cost.", "neither", "linear programming duality",
          RUN),
    Entry("congestion_rent_low", "capacity or actor", "shadow_price_low x capacity", _USD_YEAR,
          "What the scarcity is worth at the low price.", "neither",
          "locational prices of power markets", RUN),
    Entry("congestion_rent_high", "capacity or actor", "shadow_price_high x capacity", _USD_YEAR,
          "What the scarcity is worth at the high price.", "neither",
          "locational prices of power markets", RUN),
    Entry("hhi_WHAT_RULE", "demand or scenario", "sum of squared shares", "ratio",
          "How concentrated cargo is on routes, borders or operators, by rule of assignment; "
          "1 is all on one.", "neither", "Herfindahl and Hirschman", RUN),
    Entry("demand", "scenario", "sum_k q_k", _TEU, "Cargo wanted.", "neither", _OWN, RUN),
    Entry("unserved", "scenario", "sum of q_k without a way", _TEU,
          "Cargo that finds no way under the rules.", "lower",
          "Jenelius, Petersen and Mattsson 2006", RUN),
    Entry("cost", "route", "tariffs + fees + handling", _USD_TEU,
          "What a TEU pays on the route.", "lower", "Beresford and Dubey 1990", RUN),
    Entry("time", "route", "sum of hours moving and waiting", "h", "Door to door.", "lower",
          "Beresford and Dubey 1990", RUN),
    Entry("time_sd", "route", "standard deviation over draws", "h",
          "How far the time spreads.", "lower", _OWN, RUN),
    Entry("time_sd_bound", "route", "sum of the standard deviations of the legs", "h",
          "The spread if all that is late is late together: the most it can be.", "lower", _OWN,
          RUN),
    Entry("time_mean", "route", "mean over draws", "h", "Mean time.", "lower", _OWN, RUN),
    Entry("time_p50", "route", "median over draws", "h", "Time met every other time.", "lower",
          _OWN, RUN),
    Entry("time_p80", "route", "80 % quantile over draws", "h", "Time met four times in five.",
          "lower", _OWN, RUN),
    Entry("time_p95", "route", "95 % quantile over draws", "h", "Time met 19 times in 20.",
          "lower", _OWN, RUN),
    Entry("time_certain_share", "route", "hours told without a range / hours", "ratio",
          "How much of the time is told as if it were certain.", "lower", _OWN, RUN),
    Entry("time_within_Nd", "route", "share of draws within N days", "probability",
          "Chance to arrive within so many days.", "higher", _OWN, RUN),
    Entry("on_time", "route", "share of draws within what the demand allows", "probability",
          "Chance to arrive in time.", "higher", _OWN, RUN),
    Entry("distance", "route", "sum of km", "km", "Length of the route.", "neither", _OWN, RUN),
    Entry("emissions", "route", "sum of factor x km", "kgco2e_per_teu", "Greenhouse gases.",
          "lower", "emission factors of parameters.csv", RUN),
    Entry("borders", "route", "count of borders crossed", "count", "Borders.", "lower", _OWN, RUN),
    Entry("gauge_changes", "route", "count", "count", "Breaks of gauge.", "lower", _OWN, RUN),
    Entry("cost_per_feu", "route", "cost of a 40-foot box", "usd_2024_per_feu",
          "What a 40-foot box pays.", "lower", _OWN, RUN),
    Entry("cost_per_t", "route", "cost / tonnes per TEU", "usd_2024_per_t",
          "What a tonne pays.", "lower", _OWN, RUN),
    Entry("assumed_cost_share", "route", "cost of assumed rates / cost", "ratio",
          "How much of the cost rests on assumptions.", "lower", _OWN, RUN),
    Entry("assumed_time_share", "route", "hours of assumed values / hours", "ratio",
          "How much of the time rests on assumptions.", "lower", _OWN, RUN),
    Entry("provisional_cost_share", "route", "cost of provisional rates / cost", "ratio",
          "How much of the cost rests on values that wait for a source.", "lower", _OWN, RUN),
    Entry("provisional_time_share", "route", "hours of provisional values / hours", "ratio",
          "How much of the time rests on values that wait for a source.", "lower", _OWN, RUN),
    Entry("tfi1_border_time", "corridor or country", "border hours / borders", "h_per_border",
          "Hours at a border crossing.", "lower", _CPMM, RUN),
    Entry("tfi2_border_cost", "corridor or country", "border cost of 20 t / borders",
          "usd_2024_per_border_20t", "Cost of a border crossing.", "lower", _CPMM, RUN),
    Entry("tfi3_corridor_cost", "corridor or country", "cost of 20 t / (km / 500)",
          "usd_2024_per_500km_20t", "Cost of 500 km.", "lower", _CPMM, RUN),
    Entry("tfi4_swd", "corridor or country", "km / all hours", "km_per_h", "Speed with delay.",
          "higher", _CPMM, RUN),
    Entry("swod", "corridor or country", "km / hours moving", "km_per_h", "Speed without delay.",
          "higher", _CPMM, RUN),
    Entry("traffic", "asset", "sum of q_k whose way passes it", _TEU, "Cargo over the asset.",
          "neither", "Freeman 1977, by volume", RUN),
    Entry("traffic_share", "asset", "traffic / sum_k q_k", "share",
          "Part of all cargo that passes the asset.", "neither", "Freeman 1977, by volume", RUN),
    Entry("states", "sweep", "2^n, or the number drawn", "states", "States answered.",
          "neither", _OWN, SWEEP),
    Entry("state_cost_least", "sweep", "min over states of sum_k q_k min(c_k, P_k)", _USD_YEAR,
          "Cost of the best state answered.", "lower", _OWN, SWEEP),
    Entry("state_cost_most", "sweep", "max over states of the same", _USD_YEAR,
          "Cost of the worst state answered.", "lower", _OWN, SWEEP),
    Entry("state_cost_all_open", "sweep", "the same with X empty", _USD_YEAR,
          "Exact lower end, also of a sample.", "lower", _OWN, SWEEP),
    Entry("state_cost_all_closed", "sweep", "the same with X all switches", _USD_YEAR,
          "Exact upper end, also of a sample.", "lower", _OWN, SWEEP),
    Entry("state_unserved_most", "sweep", "max over states of q without a way", _TEU,
          "Most cargo stuck in any state.", "lower", _OWN, SWEEP),
    Entry("state_reached_least", "sweep", "min over states of demands with a way", "demands",
          "Fewest demands served in any state.", "higher", _OWN, SWEEP),
    Entry("state_cost_mean", "sweep", "mean over draws", _USD_YEAR,
          "Mean cost of random states.", "lower", _OWN, SWEEP),
    Entry("state_cost_mean_low", "sweep", "mean - 1.96 s / sqrt(draws)", _USD_YEAR,
          "Lower end of the 95 % interval of the mean.", "lower", "normal law", SWEEP),
    Entry("state_cost_mean_high", "sweep", "mean + 1.96 s / sqrt(draws)", _USD_YEAR,
          "Upper end of the 95 % interval of the mean.", "lower", "normal law", SWEEP),
    Entry("reached_share_of_states", "demand", "states with a way / states", "share",
          "How often a demand finds a way if every state counts alike.", "higher",
          "Birnbaum 1969, at one half", SWEEP),
    Entry("cost_all_open", "demand", "c_k(nothing closed)", _USD_TEU,
          "Cost with everything open.", "lower", _OWN, SWEEP),
    Entry("cost_all_closed", "demand", "c_k(all closed)", _USD_TEU,
          "Cost on ways that no switch touches; none written if there is none.", "lower", _OWN,
          SWEEP),
    Entry("criticality", "asset", "C({a}) - C(0), over demands that pass a", _USD_YEAR,
          "What losing the asset alone costs; terminals at a demand's own end do not count.",
          "neither", "Jenelius, Petersen and Mattsson 2006", CONTROL),
    Entry("criticality_unserved", "asset", "U({a}) - U(0)", _TEU,
          "Cargo given up if the asset alone is lost.", "neither",
          "Jenelius, Petersen and Mattsson 2006", CONTROL),
    Entry("criticality_capacitated", "asset", "z(a closed) - z, z the flow's cost and penalty",
          _USD_YEAR, "What losing the asset costs if all cargo must fit through the capacities "
          "that are left; the penalty is that of a run.", "neither",
          "Jenelius, Petersen and Mattsson 2006, with capacities", CONTROL),
    Entry("criticality_capacitated_unserved", "asset", "unserved of the same flows", _TEU,
          "Cargo given up beyond what is given up today.", "neither",
          "Jenelius, Petersen and Mattsson 2006, with capacities", CONTROL),
    Entry("chokepoint_traffic_share", "asset", "q of demands that pass a / sum q", "share",
          "Part of all cargo that passes the asset on its best way.", "neither",
          "Freeman 1977, by volume", CONTROL),
    Entry("betweenness_share", "asset", "demands that pass a / demands", "share",
          "Part of the demands, each counted once.", "neither", "Freeman 1977", CONTROL),
    Entry("detour_factor", "asset", "mean of c_k({a}) / c_k(0) by volume", "ratio",
          "How much dearer what passes the asset becomes without it, where it still moves.",
          "neither", _OWN, CONTROL),
    Entry("trade_disrupted", "asset", "chance x days / 365 x value of what passes a", _USD_YEAR,
          "Value of goods expected to meet the closed asset in a year, whether they wait or go "
          "round; chance and days are assumed unless the scenario states them.", "neither", _OWN,
          CONTROL),
    Entry("bridge", "asset", "1 if a link of a is a bridge that parts a demand", "0_or_1",
          "Whether the lines leave no second way at all, whoever may pass.", "neither",
          "bridges, Tarjan 1974", CONTROL),
    Entry("articulation", "asset", "1 if a place on a is an articulation point that parts a demand",
          "0_or_1", "The same of a place, not being an end of that demand.", "neither",
          "articulation points, Hopcroft and Tarjan 1973", CONTROL),
    Entry("country_exposure", "country", "max over a of the cost added to its demands", _USD_YEAR,
          "What the worst loss of one chokepoint or actor costs demands that begin or end in "
          "the country.", "neither", "Jenelius, Petersen and Mattsson 2006", CONTROL),
    Entry("denial_worst", "number of assets", "max over |X| <= k of C(X) - C(0)", _USD_YEAR,
          "What losing the worst k assets costs, proven.", "neither", "Israeli and Wood 2002",
          CONTROL),
    Entry("denial_random", "number of assets", "mean over random X of size k of C(X) - C(0)",
          _USD_YEAR, "What losing k assets by chance costs.", "neither", _OWN, CONTROL),
    Entry("denial_greedy_gap", "number of assets", "1 - greedy / worst", "share",
          "What choosing the worst asset one after the other misses.", "neither", _OWN, CONTROL),
    Entry("fragility", "scenario", "area between worst and random over k", _USD_YEAR,
          "How much worse intent is than bad luck.", "neither", _OWN, CONTROL),
    Entry("transit_share_teu", "actor", "q of demands that pass i, not its own / sum q", "share",
          "Part of all cargo that passes what the actor may close.", "neither",
          "practitioners' transit share", CONTROL),
    Entry("transit_share_value", "actor", "the same by value of goods", "share",
          "Part of all value.", "neither", "practitioners' transit share", CONTROL),
    Entry("transit_share_tkm", "actor", "t-km inside what i may close / all t-km", "share",
          "Part of all haulage.", "neither", "practitioners' transit share", CONTROL),
    Entry("veto_share_teu", "actor", "q of demands that pass i and c_k(N - i) infinite / sum q",
          "share", "Cargo that has no way at all without the actor.", "neither", "veto player",
          CONTROL),
    Entry("effective_veto_share_teu", "actor", "q with c_k(N - i) > (1 + tolerance) c_k(N) / sum q",
          "share", "Cargo that without the actor pays more than the tolerance beyond.",
          "neither", _OWN, CONTROL),
    Entry("rent_ceiling", "actor", "sum_k q_k (min(c_k(N - i), P_k) - c_k(N))", _USD_YEAR,
          "The most that the actor could charge in all before cargo leaves.", "neither",
          "Nisan and Ronen 2001, the Vickrey payment", CONTROL),
    Entry("shapley_g1", "actor", "sum_S |S|!(n-1-|S|)!/n! (v(S+i) - v(S))", _USD_YEAR,
          "The actor's share of what letting pass saves, in the game of gatekeepers.", "neither",
          "Shapley 1953; Hubert and Ikonnikova 2011", CONTROL),
    Entry("banzhaf_g1", "actor", "mean over S of v(S+i) - v(S)", _USD_YEAR,
          "What the actor adds to others' coalitions on average.", "neither", "Banzhaf 1965",
          CONTROL),
    Entry("pivotal_share_g1", "actor", "sum_k q_k swings_k / 2^(n-1) / sum q", "share",
          "How often the actor alone decides whether cargo moves.", "neither", "Banzhaf 1965",
          CONTROL),
    Entry("shapley_g2", "actor", "as shapley_g1 in the game with shippers", _USD_YEAR,
          "The actor's share where those at the ends of a demand play too.", "neither",
          "Shapley 1953", CONTROL),
    Entry("nucleolus_g2", "actor", "lexicographic maximum of the least excess", _USD_YEAR,
          "The division that leaves the worst-off coalition best off.", "neither",
          "Schmeidler 1969", CONTROL),
    *(Entry(f"rank_{name}_{what}", of, formula, unit,
            f"{reading} by {words} if all uncertain rates vary at once; written with "
            "--rank-draws alone.", "neither", "Monte Carlo, triangular, seeded", CONTROL)
      for of, name, words in (
          ("actor", "transit", "cargo that passes"), ("actor", "rent_ceiling", "rent ceiling"),
          ("actor", "shapley_g1", "Shapley value"), ("asset", "traffic", "cargo that passes"),
          ("asset", "criticality", "what its loss costs"))
      for what, formula, unit, reading in (
          ("holds", "share of draws in which the rank is the one told", "share",
           "How firmly the rank stands"),
          ("first", "share of draws in which the rank is 1", "share", "Chance to be first"),
          ("p05", "5 % quantile of the rank over draws", "rank", "The best rank that is likely"),
          ("p95", "95 % quantile of the rank over draws", "rank",
           "The worst rank that is likely"))),
    Entry("core_empty", "game", "1 if epsilon < 0", "0_or_1",
          "1: no division satisfies every coalition; in G1 a sign that routes replace each "
          "other.", "neither", "Gillies 1959", CONTROL),
    Entry("least_core_epsilon", "game", "max eps: x(S) >= v(S) + eps", _USD_YEAR,
          "What every coalition can have beyond its own value; below 0 what it must forgo.",
          "neither", "Shapley and Shubik 1966", CONTROL),
    Entry("game_worth", "game", "v(N) = C(nobody) - C(N)", _USD_YEAR,
          "What all players letting pass saves.", "neither", "Shapley 1953", CONTROL),
    Entry("severing_size", "demand or corridor", "least number of actors whose refusal severs",
          "actors", "How many must refuse together to close it, of all actors or, for a "
          "corridor, of the players; none written if they cannot.", "higher", "minimal cut sets",
          CONTROL),
    Entry("independent_routes", "demand", "most ways that share no player", "routes",
          "Ways that no single player can close together, among minimal enabling sets.",
          "higher", "Menger 1927", CONTROL),
    Entry("corridor_worth", "corridor", "C(no lines of its sections) - C(0)", _USD_YEAR,
          "What all cargo would pay more if nobody could use the corridor's own lines, nobody "
          "refusing beyond the scenario.", "neither",
          "Jenelius, Petersen and Mattsson 2006, of a group", CONTROL),
    Entry("hedge_value", "corridor/actor", "worth if i refuses - worth if it does not", _USD_YEAR,
          "How much more the corridor is worth if the actor refuses what passes it; below 0 "
          "where the corridor needs the actor.", "neither", "interaction of group criticality",
          CONTROL),
    Entry("hedge_value_expected", "corridor/actor", "the same, means over what others do",
          _USD_YEAR, "The same if the other players close by chance, rho 0.3.", "neither",
          "interaction of group criticality", CONTROL),
    Entry("link_value_now", "link", "C(s) - C(s + l), all else as it is", _USD_YEAR,
          "What the link saves if built today.", "neither", _OWN, CONTROL),
    Entry("link_value_expected", "link", "mean over states of the same, rho 0.3", _USD_YEAR,
          "What the link saves on average over who may refuse.", "neither", _OWN, CONTROL),
    Entry("link_value_most", "link", "max over states of the same", _USD_YEAR,
          "What the link saves when it is needed most, other links built or not.", "neither",
          _OWN, CONTROL),
    Entry("link_value_per_usd", "link", "link_value_expected / likely cost to build", "per_year",
          "USD a year saved for each USD of cost; none written where no table tells the cost. "
          "No discounting, no upkeep, no revenue.", "higher", _OWN, CONTROL),
    Entry("link_used_share", "link", "mean q of demands that pass it / sum q", "share",
          "How much cargo uses the link; a link unused can still be worth something.",
          "neither", _OWN, CONTROL),
    Entry("link_regret_reduced", "link", "regret without - with", _USD_YEAR,
          "What the link takes off the worst regret of fixed routes; below 0 where it makes "
          "better ways that a fixed route misses.", "neither", "Savage 1951", CONTROL),
    Entry("expected_cost", "demand or all, rho", "E[min(c_k, P_k)]", "as the subject's",
          "Mean cost over closures with the chances of the scenario.", "lower",
          "reliability over the lattice", CONTROL),
    Entry("served_chance", "demand or all, rho", "P(c_k < P_k)", "share",
          "Chance that cargo moves; of all the mean by volume.", "higher",
          "reliability over the lattice", CONTROL),
    Entry("cvar_95", "demand or all, rho", "mean of the worst 5 %", "as the subject's",
          "Cost in the bad tail.", "lower", "Rockafellar and Uryasev 2000", CONTROL),
    Entry("regret_route", "demand", "min over routes of max over states of regret", _USD_TEU,
          "The least that committing to one route may be regretted.", "lower",
          "Kouvelis and Yu 1997", CONTROL),
    Entry("robust_cost", "demand", "min over routes of cost + its 2 largest surcharges", _USD_TEU,
          "The least cost that holds if any two places on the way turn out as dear and slow as "
          "their rates allow.", "lower", "Bertsimas and Sim 2003", CONTROL),
    Entry("breakpoint_chance", "demand", "min over actors of (c_k(N - i) - c_k) / (P_k - c_k)",
          "probability", "From this chance of a refusal on, cargo that commits itself does better "
          "to avoid the actor; none written if it passes none it could avoid.", "higher", _OWN,
          CONTROL),
    Entry("breakpoint_time", "demand", "value of time nearest to now where the best way changes",
          "usd_2024_per_teu_h", "Where another way wins, within the range of the goods; none "
          "written if none does.", "neither", "parametric shortest ways", CONTROL),
    Entry("regret_portfolio", "demand", "the same over shares of routes", _USD_TEU,
          "The same if cargo is spread.", "lower", "Kouvelis and Yu 1997", CONTROL),
    Entry("carried", "scenario", "sum of q_k carried", _TEU, "Cargo that moves.", "higher", _OWN,
          COMPARE),
    Entry("carried_t", "scenario", "sum of q_k carried x tonnes per TEU", "t_per_year",
          "The same by weight.", "higher", _OWN, COMPARE),
    Entry("carried_value", "scenario", "sum of q_k carried x worth of a TEU", _USD_YEAR,
          "The same by what the goods are worth.", "higher", _OWN, COMPARE),
    Entry("haulage", "scenario", "sum of q_k carried x tonnes per TEU x km", "tkm_per_year",
          "Tonne-kilometres of all that moves.", "neither", _OWN, COMPARE),
    Entry("emissions_all", "scenario", "sum of q_k carried x emissions of its route",
          "tco2e_per_year", "Greenhouse gases of all that moves.", "lower",
          "emission factors of parameters.csv", COMPARE),
    Entry("mean_cost", "scenario", "sum of q_k carried x cost / sum of q_k carried", _USD_TEU,
          "What a TEU that moves pays on average.", "lower", _OWN, COMPARE),
    Entry("mean_time", "scenario", "sum of q_k carried x hours / sum of q_k carried", "h",
          "How long a TEU that moves takes on average.", "lower", _OWN, COMPARE),
)  # fmt: skip

_BY_NAME = {one.name: one for one in ENTRIES}
#: Parts of names for which the catalogue has a word.
_FAMILIES = (
    (re.compile(r"_[0-9.]+d$"), "_Nd"),
    (re.compile(r"^hhi_(routes|borders|operators)_(least_cost|all_or_nothing|logit)$"),
     "hhi_WHAT_RULE"),
)  # fmt: skip


def entry(name: str) -> Entry:
    """Return a metric of the catalogue.

    Raises
    ------
    ScenarioError
        If there is none of this name; names the nearest.

    Examples
    --------
    >>> entry("denial_worst").source
    'Israeli and Wood 2002'
    """
    for pattern, word in _FAMILIES:
        name = pattern.sub(word, name)
    if name not in _BY_NAME:
        msg = f"no metric is called {name}; {nearest(name, _BY_NAME, count=3)}".rstrip("; ")
        raise ScenarioError(msg)
    return _BY_NAME[name]


def metric(name: str, kind: str, subject: str, value: float, *, unit: str = "") -> Metric:
    """Return a number as a metric with the unit and the direction of the catalogue."""
    one = entry(name)
    return Metric(name, kind, subject, value, unit or one.unit, one.better)


def page() -> str:
    """Return the catalogue as a page in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Metrics"
    yield ""
    yield (
        "Every number that the tool writes into `metrics.csv` or `compare.csv`, from the catalogue "
        "in the code (`corridors explain metric NAME` prints one, `corridors explain metrics "
        "--docs docs/metrics.md` writes this page). In formulas `c` is the generalised cost of a "
        "TEU, `q` a volume, `P` what a TEU without a way counts as, `C` and `U` the cost and the "
        "cargo unserved of all demands, `X` what is closed, `N` all players and `S` some."
    )
    for by in (RUN, SWEEP, CONTROL, COMPARE):
        yield ""
        yield f"## `corridors {by}`"
        for one in ENTRIES:
            if one.by == by:
                yield ""
                yield f"### {one.name}"
                yield ""
                yield one.reading
                yield ""
                yield f"- of: {one.of}"
                yield f"- formula: `{one.formula}`"
                yield f"- unit: {one.unit}; better: {one.better}"
                yield f"- source: {one.source}"

"""The files of a control run as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from corridors.metrics.actors import (
    ACTOR_FIELDS,
    INTERACTION_FIELDS,
    LEVERAGE_FIELDS,
    RENT_FIELDS,
)
from corridors.metrics.assets import DENIAL_FIELDS, PAIR_FIELDS
from corridors.metrics.coalitions import COALITION_FIELDS
from corridors.metrics.demand_cuts import CUT_FIELDS
from corridors.metrics.exposed import CLOSURE_DAYS, EXPOSURE_FIELDS
from corridors.metrics.hedges import HEDGE_FIELDS
from corridors.metrics.link_costs import COST_FIELDS
from corridors.metrics.links import LINK_FIELDS, LINK_PAIR_FIELDS, PLAN_FIELDS, RISK_FIELDS
from corridors.metrics.ranks import HOLD_FIELDS
from corridors.metrics.robust_plans import GAMMA
from corridors.metrics.transit import SWEEP
from corridors.metrics.turning import BREAKPOINT_FIELDS
from corridors.report.geojson import chokepoints_geojson
from corridors.report.rows import rows_csv
from corridors.report.tables import metric_rows, metrics_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from corridors.metrics.actors import Solved
    from corridors.metrics.assets import Assets
    from corridors.metrics.transit import Game, Holdings
    from corridors.model.result import Metric

    Row = dict[str, object]

    class Found(Protocol):
        """What a control run found."""

        @property
        def holdings(self) -> Holdings: ...  # noqa: D102
        @property
        def game(self) -> Game: ...  # noqa: D102
        @property
        def values(self) -> Solved: ...  # noqa: D102
        @property
        def assets(self) -> Assets: ...  # noqa: D102
        @property
        def tables(self) -> Mapping[str, Sequence[Row]]: ...  # noqa: D102
        @property
        def metrics(self) -> Sequence[Metric]: ...  # noqa: D102
        @property
        def unreachable(self) -> Sequence[str]: ...  # noqa: D102
        @property
        def scenario(self) -> str: ...  # noqa: D102
        @property
        def network(self) -> str: ...  # noqa: D102


#: Columns of the tables by their names.
FIELDS = {
    "actors": (*ACTOR_FIELDS, *HOLD_FIELDS),
    "rents": RENT_FIELDS,
    "leverage": LEVERAGE_FIELDS,
    "interactions": INTERACTION_FIELDS,
    "coalitions": COALITION_FIELDS,
    "denial": DENIAL_FIELDS,
    "pairs": PAIR_FIELDS,
    "exposure": EXPOSURE_FIELDS,
    "hedges": HEDGE_FIELDS,
    "risk": RISK_FIELDS,
    "links_value": (*LINK_FIELDS, *COST_FIELDS),
    "links_pairs": LINK_PAIR_FIELDS,
    "plans": PLAN_FIELDS,
    "breakpoints": BREAKPOINT_FIELDS,
}
#: Columns of the tables that are written only if they are asked for.
IF_ASKED = {"cuts": CUT_FIELDS}
#: What the games are, told with every result.
GAMES = {
    "G1": "gatekeepers: the players let pass or refuse what passes; the demands are there "
    "whoever plays, and nobody refuses its own trade",
    "G2": "with shippers: a demand counts only if the players at its own ends take part; "
    "demands without a player at either end are left out",
}


def control_files(found: Found) -> dict[str, bytes]:
    """Return the files of a control run by name, the manifest left out."""
    meta = {"schema_version": 1, "scenario": found.scenario, "snapshot": found.network}
    place = {one.id: np.array([[one.lon, one.lat]]) for one in found.assets.assets}
    points = found.tables["chokepoints"]
    rows = metric_rows(found.scenario, found.metrics)
    told = orjson.dumps(result_of(found), option=orjson.OPT_INDENT_2) + b"\n"
    return {
        "result.json": told,
        "chokepoints.geojson": chokepoints_geojson(
            points, [place[str(row["asset_id"])] for row in points], meta=meta
        ),
        **{
            f"{name}.csv": rows_csv(fields, found.tables[name])
            for name, fields in (FIELDS | IF_ASKED).items()
            if name in FIELDS or name in found.tables
        },
        "metrics.csv": metrics_csv(rows),
    }


def result_of(found: Found) -> dict[str, Any]:
    """Return what a control run answers and under which assumptions, as plain values."""
    board, choice = found.game.board, found.game.board.scenario.control
    return {
        "schema_version": 1,
        "scenario": found.scenario,
        "network": found.network,
        "games": GAMES,
        "players": [{"id": one.id, "name": one.title} for one in found.game.players],
        "links": [
            {
                "id": one.id, "title": one.title, "builds": list(one.builds),
                "closed_in_scenario": bool(board.as_is >> (found.game.n + at) & 1),
            }
            for at, one in enumerate(found.game.links)
        ],
        "demands": [one.id for one in found.holdings.demands],
        "unreachable": list(found.unreachable),
        "assumptions": {
            "penalty_multiple": choice.penalty_multiple,
            "penalty_swept": list(SWEEP),
            "tolerance": choice.tolerance,
            "usual_chance": choice.usual_chance,
            "chances": dict(choice.chances),
            "chances_by": choice.chances_source,
            "dear_places": GAMMA,
            "closure_days": choice.closure_days or CLOSURE_DAYS,
            "closure_days_assumed": choice.closure_days is None,
            "blocs_that_close_alike": list(choice.blocs),
        },
        "core": {
            name: {"empty": bool(found.values.core_empty[at]),
                   "epsilon_usd_per_year": found.values.epsilon[at],
                   "worth_usd_per_year": found.values.worth[at]}
            for at, name in enumerate(("G1", "G2"))
        },
        "metrics": [
            {
                "name": one.name, "subject_kind": one.subject_kind, "subject": one.subject,
                "value": one.value, "unit": one.unit, "better": one.better,
            }
            for one in found.metrics
        ],
    }  # fmt: skip

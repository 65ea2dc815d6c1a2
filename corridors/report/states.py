"""The files of a sweep: every state, and what each demand costs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from corridors.report.tables import metric_rows, metrics_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corridors.metrics.states import Swept

#: Rows of `costs` beyond which it is written as Parquet only.
MOST_CSV = 200_000


def write_states(swept: Swept, scenario: str, network: str, folder: Path) -> None:
    """Write the files of a sweep into a folder, its manifest left out.

    Parameters
    ----------
    swept
        What was found.
    scenario, network
        Ids that the files name.
    folder
        Where they go.
    """
    from pyarrow import csv, parquet

    states = _states(swept)
    parquet.write_table(states, folder / "states.parquet", compression="zstd")
    csv.write_csv(states, folder / "states.csv", csv.WriteOptions(quoting_style="needed"))
    small = swept.n_states * len(swept.columns) <= MOST_CSV
    tables = _costs(swept)
    first = next(tables)
    with parquet.ParquetWriter(folder / "costs.parquet", first.schema, compression="zstd") as file:
        file.write_table(first)
        if small:
            options = csv.WriteOptions(quoting_style="needed")
            csv.write_csv(first, folder / "costs.csv", options)
        for table in tables:
            file.write_table(table)
    rows = metric_rows(scenario, swept.metrics())
    (folder / "metrics.csv").write_bytes(metrics_csv(rows))
    told = orjson.dumps(result_of(swept, scenario, network), option=orjson.OPT_INDENT_2)
    (folder / "result.json").write_bytes(told + b"\n")


def _states(swept: Swept) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a row for each state."""
    import pyarrow as pa

    cost, unserved, reached = swept.totals
    every = np.arange(swept.n_states)
    names = swept.names(every)
    return pa.table(
        {
            "state": pa.array(every, pa.int64()),
            "closed": pa.array(names, pa.string()),
            "closed_switches": pa.array([one.count(";") + bool(one) for one in names], pa.int16()),
            "cost_usd_per_year": pa.array(cost),
            "unserved_teu_per_year": pa.array(unserved),
            "reached_demands": pa.array(reached.astype(np.int64), pa.int32()),
        }
    )


def _costs(swept: Swept) -> Iterator[Any]:
    """Yield what each demand costs in each state, a range of states at a time."""
    import pyarrow as pa

    ids = pa.array([one.id for one in swept.board.demands], pa.string())
    count = len(swept.columns)
    size = swept.n_states if swept.n_states * count <= MOST_CSV else max(1, (1 << 20) // count)
    for states, cost in swept.chunks(size):
        flat = cost.T.ravel()
        there = np.isfinite(flat)
        which = pa.array(np.tile(np.arange(count, dtype=np.int32), len(states)))
        yield pa.table(
            {
                "state": pa.array(np.repeat(states, count), pa.int64()),
                "demand": pa.DictionaryArray.from_arrays(which, ids).cast(pa.string()),
                "cost_usd_per_teu": pa.array(flat, mask=~there),
                "reached": pa.array(there),
            }
        )


def result_of(swept: Swept, scenario: str, network: str) -> dict[str, Any]:
    """Return the summary of a sweep as plain values, with `schema_version`."""
    board = swept.board
    return {
        "schema_version": 1,
        "scenario": scenario,
        "network": network,
        "status": "exact" if swept.exact else "sampled",
        "states": swept.n_states,
        "switches": [
            {
                "bit": at, "id": one.id, "kind": one.kind, "title": one.title,
                "closed_in_scenario": bool(board.as_is >> at & 1),
            }
            for at, one in enumerate(board.switches)
        ],
        "penalty_multiple": board.scenario.control.penalty_multiple,
        "unreachable": list(swept.unreachable),
        "demands": [
            {
                "demand_id": demand.id,
                "teu_per_year": demand.teu_per_year,
                "penalty_usd_per_teu": float(penalty),
                "relevant": [board.switches[at].id for at in column.relevant.tolist()],
                "searches": int(column.searches[0]),
            }
            for demand, column, penalty in zip(
                board.demands, swept.columns, swept.penalty, strict=True
            )
        ],
        "metrics": [
            {
                "name": one.name, "subject_kind": one.subject_kind, "subject": one.subject,
                "value": one.value, "unit": one.unit, "better": one.better,
            }
            for one in swept.metrics()
        ],
    }  # fmt: skip

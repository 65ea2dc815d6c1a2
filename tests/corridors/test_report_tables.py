"""Metrics as tidy tables."""

from __future__ import annotations

import csv
import io

from pyarrow import parquet

from corridors.model.result import Metric
from corridors.report.tables import METRIC_FIELDS, metric_rows, metrics_csv, metrics_parquet

ROWS = metric_rows(
    "baseline",
    [
        Metric("cost", "demand", "d1", 0.1 + 0.2, "USD/TEU", "lower"),
        Metric("share", "corridor", "Zəngəzur, TRIPP", 1 / 3, "1"),
    ],
)


def test_csv_reads_back_equal() -> None:
    head, *rows = csv.reader(io.StringIO(metrics_csv(ROWS).decode()))
    assert tuple(head) == METRIC_FIELDS
    assert [(*row[:4], float(row[4]), row[5]) for row in rows] == ROWS


def test_parquet_reads_back_equal() -> None:
    table = parquet.read_table(io.BytesIO(metrics_parquet(ROWS)))
    assert tuple(table.column_names) == METRIC_FIELDS
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


def test_equal_rows_give_equal_bytes() -> None:
    assert metrics_parquet(ROWS) == metrics_parquet(list(ROWS))
    assert metrics_csv(ROWS) == metrics_csv(list(ROWS))


def test_no_metrics_is_a_table_too() -> None:
    assert parquet.read_table(io.BytesIO(metrics_parquet([]))).num_rows == 0
    assert metrics_csv([]).decode().strip() == ",".join(METRIC_FIELDS)

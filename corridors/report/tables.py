"""The metrics of a run as tidy tables, one number per row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.model.result import Metric

__all__ = ["METRIC_FIELDS", "metric_rows", "metrics_csv", "metrics_parquet"]

#: Columns of `metrics.csv` and `metrics.parquet`.
METRIC_FIELDS = ("scenario", "metric", "subject_kind", "subject", "value", "unit")

Row = tuple[str, str, str, str, float, str]


def metric_rows(scenario: str, metrics: Iterable[Metric]) -> list[Row]:
    """Return the metrics as rows.

    Parameters
    ----------
    scenario
        Id of the scenario they belong to.
    metrics
        The metrics; their order is kept.

    Returns
    -------
    list of tuple
        A row per metric with the columns of `METRIC_FIELDS`.
    """
    return [(scenario, m.name, m.subject_kind, m.subject, float(m.value), m.unit) for m in metrics]


def metrics_csv(rows: Iterable[Row]) -> bytes:
    r"""Return the rows as CSV, UTF-8 with line feeds.

    Parameters
    ----------
    rows
        Rows of `metric_rows`, of one scenario or many.

    Returns
    -------
    bytes
        The file; floats are written so that they read back equal.

    Examples
    --------
    >>> metrics_csv([("base", "cost", "demand", "d1", 2.5, "USD")]).decode()
    'scenario,metric,subject_kind,subject,value,unit\nbase,cost,demand,d1,2.5,USD\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(METRIC_FIELDS)
    writer.writerows(rows)
    return text.getvalue().encode()


def metrics_parquet(rows: Sequence[Row]) -> bytes:
    """Return the rows as Parquet.

    Parameters
    ----------
    rows
        Rows of `metric_rows`, of one scenario or many.

    Returns
    -------
    bytes
        The file; equal rows give equal bytes.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    # By way of the CSV: building columns from Python lists would import pandas.
    types = {name: pa.float64() if name == "value" else pa.string() for name in METRIC_FIELDS}
    table = arrow_csv.read_csv(
        pa.BufferReader(metrics_csv(rows)),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()

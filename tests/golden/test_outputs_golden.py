"""The outputs of a tiny world are as kept; `python -m tests.golden` rewrites what is kept."""

from __future__ import annotations

import json

from tests.golden.outputs import GOLDEN, golden_text


def test_the_outputs_are_as_they_were() -> None:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    made = json.loads(golden_text())
    for part, value in kept.items():
        assert made[part] == value, part
    # Order of fields too, which equality of mappings does not see.
    assert json.dumps(made) == json.dumps(kept)

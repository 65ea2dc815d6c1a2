"""Rewrite what is kept: ``python -m tests.golden``; look at the difference before a commit."""

from __future__ import annotations

from tests.golden.outputs import GOLDEN, golden_text

GOLDEN.write_text(golden_text(), encoding="utf-8")

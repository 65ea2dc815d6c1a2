"""Findings in words: what folders of results say, the most important first.

::

    for one in findings_of([open_folder(Path("build/baseline"))]):
        print(one.words, "-", one.source)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.findings_control import of_control
from corridors.report.findings_other import of_comparison, of_design
from corridors.report.findings_run import of_run
from corridors.report.references import References
from corridors.report.runs import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.report.material import Folder
    from corridors.report.pieces import Finding
    from corridors.report.told import Weighed

__all__ = ["findings_of"]

#: Findings of a scenario at most.
MOST = 10


def findings_of(folders: Sequence[Folder], *, most: int = MOST) -> tuple[Finding, ...]:
    """Return what some folders found, scenario by scenario.

    Parameters
    ----------
    folders
        Folders of results; the first run among them is what further runs are held against.
    most
        How many findings a scenario may have; the least important are left out.

    Returns
    -------
    tuple of Finding
        Scenarios in the order in which they first come, each with its findings by
        importance. Every number stands in the file that its source names.
    """
    references, base = References(), None
    found: list[Weighed] = []
    for folder in folders:
        if folder.kind == "run":
            run = Run(folder)
            found += of_run(run, base, references)
            base = base or run
        elif folder.kind in _OF:
            found += _OF[folder.kind](folder, references)
    order = dict.fromkeys(one.scenario for _, one in found)
    return tuple(
        one
        for scenario in order
        for _, one in sorted(
            (each for each in found if each[1].scenario == scenario), key=lambda each: each[0]
        )[:most]
    )


_OF = {"control": of_control, "comparison": of_comparison, "design": of_design}

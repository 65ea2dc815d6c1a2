"""Open a project with QGIS itself, say what it found as JSON, and print its page.

Run by the Python that QGIS is installed for: ``render_qgis.py PROJECT [PICTURE [DPI]]``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

DPI = 110


def main(path: str, picture: str = "", dpi: str = str(DPI)) -> None:
    """Tell what QGIS makes of a project; leave a picture of its page if one is named."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from qgis.core import (  # type: ignore[import-not-found]
        QgsApplication,
        QgsLayoutExporter,
        QgsProject,
    )

    application = QgsApplication([], False)  # noqa: FBT003 - QGIS names no arguments
    application.initQgis()
    project = QgsProject.instance()
    told: dict[str, Any] = {"read": project.read(path), "title": project.title()}
    told["projection"] = project.crs().isValid()
    told["abstract"] = project.metadata().abstract()
    order = project.layerTreeRoot().layerOrder()
    told["layers"] = {layer.id(): _told(layer) for layer in order}
    pages = project.layoutManager().printLayouts()
    told["pages"] = [page.name() for page in pages]
    if picture:
        settings = QgsLayoutExporter.ImageExportSettings()
        settings.dpi = float(dpi)
        told["drawn"] = QgsLayoutExporter(pages[0]).exportToImage(picture, settings)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS may fall over its own feet on the way out; all that matters has been said.
    os._exit(0)


def _told(layer: Any) -> dict[str, Any]:
    rules = layer.renderer().rootRule().children()
    return {
        "valid": layer.isValid(),
        "projection": layer.crs().authid() if layer.crs().isValid() else "",
        "name": layer.name(),
        "rows": layer.featureCount(),
        "rules": [rule.label() for rule in rules],
        "wrong": [
            rule.label() for rule in rules if rule.filter() and rule.filter().hasParserError()
        ],
        "abstract": layer.metadata().abstract(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

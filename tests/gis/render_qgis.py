"""Open a project with QGIS itself, say what it found as JSON, and print its page.

Run by the Python that QGIS is installed for: ``render_qgis.py PROJECT [PICTURE [DPI]]``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsLayoutExporter,
    QgsProject,
)

DPI = 110


def main(arguments: list[str]) -> None:
    path, *more = arguments
    application = QgsApplication([], False)  # noqa: FBT003 - of QGIS
    application.initQgis()
    project = QgsProject.instance()
    told = {"read": project.read(path), "title": project.title(), "layers": {}}
    told["projection"] = project.crs().isValid()
    told["abstract"] = project.metadata().abstract()
    for layer in project.layerTreeRoot().layerOrder():
        told["layers"][layer.id()] = {
            "valid": layer.isValid(),
            "name": layer.name(),
            "rows": layer.featureCount(),
            "rules": [rule.label() for rule in layer.renderer().rootRule().children()],
            "wrong": [
                rule.label()
                for rule in layer.renderer().rootRule().children()
                if rule.filter() and rule.filter().hasParserError()
            ],
            "abstract": layer.metadata().abstract(),
        }
    pages = project.layoutManager().printLayouts()
    told["pages"] = [page.name() for page in pages]
    if more:
        settings = QgsLayoutExporter.ImageExportSettings()
        settings.dpi = float(more[1]) if len(more) > 1 else DPI
        told["drawn"] = QgsLayoutExporter(pages[0]).exportToImage(more[0], settings)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS may fall over its own feet on the way out; all that matters has been said.
    os._exit(0)


main(sys.argv[1:])

"""An Overpass server on the loopback, with every fault that a real one has."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.oracles.osm_world import World

REMARK = 'runtime error: Query timed out in "query" at line 1 after 181 seconds.'


@dataclass
class Overpass:
    """Answers queries on a world; `faults` are given before it does, the first first."""

    world: World
    faults: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def answer(self, query: str) -> dict[str, Any]:
        """Return the ways whose tags pass the filter and that touch the box, and their nodes."""
        flat = [float(x) for x in re.search(r"poly:'([^']+)'", query)[1].split()]  # type: ignore[index]
        south, north, west, east = min(flat[::2]), max(flat[::2]), min(flat[1::2]), max(flat[1::2])
        keys, values = _filter(query)
        whole = self.world.overpass()
        elements: list[Any] = whole["elements"]  # type: ignore[assignment]
        inside = {
            one["id"] for one in elements
            if one["type"] == "node" and west <= one["lon"] <= east and south <= one["lat"] <= north
        }  # fmt: skip
        ways = [
            one for one in elements
            if one["type"] == "way" and inside & set(one["nodes"])
            and any(keys.search(k) and values.search(v) for k, v in one["tags"].items())
        ]  # fmt: skip
        used = {node for way in ways for node in way["nodes"]}
        nodes = [one for one in elements if one["type"] == "node" and one["id"] in used]
        return whole | {"elements": [*nodes, *ways]}


def _filter(query: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    found = re.search(r'way\[(~?)"([^"]+)"~"([^"]+)"\]', query)
    assert found is not None
    return re.compile(found[2] if found[1] else f"^{found[2]}$"), re.compile(found[3])


def serving(overpass: Overpass) -> Iterator[str]:
    """Yield the address of a server while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            overpass.queries.append(parse_qs(body)["data"][0])
            overpass.headers.append(dict(self.headers))
            fault = overpass.faults.pop(0) if overpass.faults else ""
            if fault.isdecimal():
                self.send_response(int(fault))
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"<no/>")
                return
            found = overpass.answer(overpass.queries[-1])
            text = json.dumps(found | ({"remark": REMARK} if fault == "remark" else {})).encode()
            text = {"malformed": b"<html>busy</html>", "list": b"[]"}.get(fault, text)
            size = len(text)
            if fault in {"truncated", "cut off"}:
                text = text[: size // 2]
                size = len(text) if fault == "truncated" else size
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            overpass.queries.append(f"GET {self.path}")
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Tags of a way of OpenStreetMap to what it means here, by the tables of the rules."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.sources.osm_rules import (
    BORDERS,
    DROPPED,
    ELECTRIFIED,
    GAUGE_WORDS,
    GREATEST_GAUGE_MM,
    GREATEST_KMH,
    LEAST_GAUGE_MM,
    LEAST_KMH,
    LIFE,
    LINES,
    NAMES,
    ONEWAY,
    ONEWAY_BY,
    SPEED_UNITS,
    SPEED_UNSAID,
    SPEED_WORDS,
)
from geodata.tracks import UNKNOWN
from geodata.types import Mode, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Tags = Mapping[str, str]

NARROW = "narrow_gauge"
#: Letters of a value that a note shows.
SHOWN = 40
_ISO = re.compile(
    r"P(?:(?P<d>\d{1,3})D)?(?:T(?:(?P<h>\d{1,4})H)?(?:(?P<m>\d{1,6})M)?(?:(?P<s>\d{1,8})S)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_SPEED = re.compile(r"(\d{1,4}(?:\.\d{1,9})?)\s*([a-z/]*)", re.ASCII)
_GAUGE = re.compile(r"(\d{1,6})(?:\s*mm)?", re.ASCII)
_MINUTES = re.compile(r"\d{1,6}", re.ASCII)
_VOLTS = re.compile(r"0*[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the tags of a way say of one line along it.

    `gauges_mm` is empty where not a railway or not said; `oneway` is +1 as drawn, -1
    against it, 0 in both directions; `electrified` 1, 0 or `UNKNOWN`; `speed_kmh` and
    `duration_h` (of the whole way) are not a number where not said.
    """

    mode: Mode
    status: Status
    gauges_mm: tuple[int, ...]
    oneway: int
    electrified: int
    speed_kmh: float
    duration_h: float
    name: str


def read_tags(
    tags: Tags, *, modes: Collection[Mode], roads: Collection[str]
) -> tuple[list[Meaning], list[str]]:
    """Return the lines that a way is, and notes on what was left out or not understood.

    Parameters
    ----------
    tags
        Tags of the way.
    modes
        Modes that are wanted.
    roads
        Values of `highway` that are wanted.

    Returns
    -------
    meanings, notes
        At most one line per mode: a bridge may carry a track and a road. Notes are words
        to be counted, such as ``left out: service=yard`` or ``not read: gauge=wide``.
    """
    found: dict[Mode, Meaning] = {}
    notes: list[str] = []
    for mode, kind, status in _lines(tags, roads):
        if mode not in modes or mode in found:
            continue
        dropped = _dropped(tags, mode)
        gauges = _gauges(tags, notes) if mode == Mode.RAIL else ()
        if not dropped and kind == NARROW and not gauges:
            dropped = f"railway={NARROW} without gauge"
        if dropped:
            notes.append(f"left out: {dropped}")
            continue
        found[mode] = Meaning(
            mode=mode,
            status=status,
            gauges_mm=gauges,
            oneway=_oneway(tags, kind) if mode == Mode.ROAD else 0,
            electrified=_electrified(tags, notes) if mode == Mode.RAIL else UNKNOWN,
            speed_kmh=_speed(tags, notes) if mode != Mode.FERRY else math.nan,
            duration_h=_duration(tags, notes) if mode == Mode.FERRY else math.nan,
            name=name_of(tags),
        )
    return list(found.values()), notes


def is_border(tags: Tags) -> bool:
    """Return whether a node is marked as a border crossing."""
    return any(tags.get(key) == value for key, value in BORDERS)


def name_of(tags: Tags) -> str:
    """Return the preferred name, empty if there is none.

    Examples
    --------
    >>> name_of({"name": "Баку", "name:en": "Baku"})
    'Baku'
    """
    return next((" ".join(tags[key].split()) for key in NAMES if tags.get(key)), "")


def _lines(tags: Tags, roads: Collection[str]) -> Iterator[tuple[Mode, str, Status]]:
    """Yield each line that the tags name: mode, kind, and what stands there; today's first."""
    kinds = {key: dict(table) for key, table in LINES.items()}
    kinds["highway"] = dict.fromkeys(roads, Mode.ROAD)
    for key, table in kinds.items():
        value = tags.get(key, "")
        if value in table:
            yield table[value], value, _old_style(tags)
        elif value in LIFE:
            kind = tags.get(value) or tags.get(f"{value}:{key}") or ""
            if key == "railway" and kind in {"", "yes"}:
                kind = "rail"
            if kind in table:
                yield table[kind], kind, LIFE[value]
    for life, status in LIFE.items():
        for key, table in kinds.items():
            kind = tags.get(f"{life}:{key}", "")
            kind = "rail" if key == "railway" and kind == "yes" else kind
            if kind in table:
                yield table[kind], kind, status


def _old_style(tags: Tags) -> Status:
    """Return the status that `disused=yes` and its like give to a tag of today."""
    for word in ("abandoned", "disused"):
        if tags.get(word) == "yes":
            return LIFE[word]
    return Status.BUILT


def _dropped(tags: Tags, mode: Mode) -> str:
    for key, values in DROPPED[mode].items():
        if tags.get(key) in values:
            return f"{mode.name.lower()} with {key}={tags[key]}"
    return ""


def _words(text: str) -> list[str]:
    return [word for part in text.replace(",", ";").split(";") if (word := part.strip())]


def _gauges(tags: Tags, notes: list[str]) -> tuple[int, ...]:
    """Return the widths in mm, each once, in the order of the tag."""
    found: dict[int, None] = {}
    for word in _words(tags.get("gauge", "")):
        match = _GAUGE.fullmatch(word)
        width = int(match[1]) if match else GAUGE_WORDS.get(word, 0)
        if LEAST_GAUGE_MM <= width <= GREATEST_GAUGE_MM:
            found[width] = None
        else:
            notes.append(f"not read: gauge={word[:SHOWN]}")
    return tuple(found)


def _electrified(tags: Tags, notes: list[str]) -> int:
    value = tags.get("electrified", "")
    said = [ELECTRIFIED[word] for word in _words(value) if word in ELECTRIFIED]
    if said:
        return max(said)
    if value:
        notes.append(f"not read: electrified={value[:SHOWN]}")
        return UNKNOWN
    return 1 if any(map(_VOLTS.fullmatch, _words(tags.get("voltage", "")))) else UNKNOWN


def _oneway(tags: Tags, kind: str) -> int:
    value = tags.get("oneway", "")
    if value in ONEWAY:
        return ONEWAY[value]
    return int(kind in ONEWAY_BY["highway"] or tags.get("junction", "") in ONEWAY_BY["junction"])


def _speed(tags: Tags, notes: list[str]) -> float:
    """Return the least of the speeds said, in km/h."""
    text = tags.get("maxspeed") or ";".join(
        tags.get(f"maxspeed:{way}", "") for way in ("forward", "backward")
    )
    found: list[float] = []
    for word in _words(text):
        match = _SPEED.fullmatch(word.lower())
        if word in SPEED_WORDS:
            found.append(SPEED_WORDS[word])
        elif match and match[2] in SPEED_UNITS:
            found.append(float(match[1]) * SPEED_UNITS[match[2]])
        elif word not in SPEED_UNSAID:
            notes.append(f"not read: maxspeed={word[:SHOWN]}")
    good = [kmh for kmh in found if LEAST_KMH <= kmh <= GREATEST_KMH]
    notes += ["not read: maxspeed out of range"] * (len(found) - len(good))
    return round(min(good), 1) if good else math.nan


def _duration(tags: Tags, notes: list[str]) -> float:
    """Return the time of a crossing in hours."""
    text = tags.get("duration", "").strip()
    hours = hours_of(text) if text else math.nan
    if text and math.isnan(hours):
        notes.append(f"not read: duration={text[:SHOWN]}")
    return hours


def hours_of(text: str) -> float:
    """Return a duration in hours, not a number if it is not understood or is zero.

    Examples
    --------
    >>> hours_of("12:30"), hours_of("P1DT2H"), hours_of("90")
    (12.5, 26.0, 1.5)
    """
    iso, clock = _ISO.fullmatch(text), _CLOCK.fullmatch(text)
    minutes = 0.0
    if iso:
        day, hour, minute, second = (int(iso[part] or 0) for part in "dhms")
        minutes = 1440 * day + 60 * hour + minute + second / 60
    elif clock:
        minutes = 60 * int(clock[1]) + int(clock[2]) + int(clock[3] or 0) / 60
    elif _MINUTES.fullmatch(text):
        minutes = int(text)
    return minutes / 60 if minutes > 0 else math.nan

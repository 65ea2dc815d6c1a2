"""The frame of a `.osm.pbf` file: its blocks, taken apart so that few are in memory at once.

A file is a sequence of blocks, each a length, a short header and its data; the first says
what the file is. What is in a block is left to the reader of OpenStreetMap.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from geodata.errors import OsmError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The format's own limits for a block's header and its data, in bytes.
MOST_HEADER, MOST_DATA = 64 * 1024, 32 * 1024 * 1024
#: Blocks are handed on together up to about this many bytes; with 16 times as many the
#: reader takes three times as long, as it moves what is left forward with each block.
BATCH = 1024 * 1024
_LENGTH = struct.Struct(">I")
_VARINT, _BYTES = 0, 2


def batches(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the file in parts, each a file of its own: the first block and some others.

    Yields
    ------
    end, part
        Byte of the file where the part ends, and its bytes.

    Raises
    ------
    OsmError
        If the blocks do not follow each other as they must: truncated, or no such file.
    """
    with path.open("rb") as file:
        kind, head = _block(path, file)
        if kind != b"OSMHeader":
            raise _broken(path, 0, "no .osm.pbf file: it does not begin with a header")
        part = bytearray(head)
        while True:
            kind, block = _block(path, file)
            part += block
            if not kind or len(part) >= BATCH:
                if len(part) > len(head):
                    yield file.tell(), bytes(part)
                part = bytearray(head)
            if not kind:
                return


def _block(path: Path, file: BinaryIO) -> tuple[bytes, bytes]:
    """Return the kind and the bytes of the next block, both empty at the end."""
    at = file.tell()
    length = file.read(_LENGTH.size)
    if not length:
        return b"", b""
    if len(length) < _LENGTH.size:
        raise _broken(path, at, "truncated")
    (size,) = _LENGTH.unpack(length)
    if not 0 < size <= MOST_HEADER:
        raise _broken(path, at, "no header of a block")
    header = file.read(size)
    try:
        kind, count = _header(header)
    except (IndexError, ValueError) as error:
        raise _broken(path, at, "no header of a block") from error
    if count > MOST_DATA:
        raise _broken(path, at, f"a block of {count:,} bytes")
    data = file.read(count)
    if len(data) < count:
        raise _broken(path, at, "truncated")
    return kind, length + header + data


def _header(header: bytes) -> tuple[bytes, int]:
    """Return the kind of a block and the bytes of its data, from its header."""
    kind, count, at = b"", -1, 0
    while at < len(header):
        tag, at = _varint(header, at)
        value, at = _varint(header, at)
        if tag & 7 == _BYTES:
            if tag >> 3 == 1:
                kind = header[at : at + value]
            at += value
        elif tag & 7 == _VARINT:
            count = value if tag >> 3 == 3 else count  # noqa: PLR2004 - number of the field
        else:
            msg = f"a field of type {tag & 7}"
            raise ValueError(msg)
    if not kind or count < 0 or at > len(header):
        msg = "fields are missing"
        raise ValueError(msg)
    return kind, count


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number written in steps of seven bits, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, at


def _broken(path: Path, at: int, what: str) -> OsmError:
    return OsmError(f"{path}: broken at byte {at:,}: {what}; fetch the file anew")

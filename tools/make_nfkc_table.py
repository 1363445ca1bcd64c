"""Writes the table behind KernelGen.Text's NFKC normalisation, from Python's own Unicode data.

    python3.11 tools/make_nfkc_table.py

writes
    runtime/KernelGen.Text/Normalization/nfkc.bin       the table
    tests/KernelGen.Text.Tests/Data/assigned.txt        the ranges of characters that this Unicode version assigns, which the tests compare with ICU

Python decides the Unicode version (3.11 has 14.0); the table carries it. The format, little-endian, everything in 16-bit units:

    0    magic 0x464E ("NF")
    1    Unicode version, major << 8 | minor
    2    number of blocks of the character map
    3    number of units in the decompositions
    4    number of compositions
    5..  the block of each 64 characters from U+0000 to U+2FFFF (3,072 units)
         the blocks, 64 units each, one per character:
             0                    nothing happens to it
             bit 15 clear         bits 0-7 its canonical combining class, bit 8 it may compose with what stands before it
             bit 15 set           bits 0-14 the start of its decomposition
         the decompositions: a unit (bit 15: the character itself is normal, since its decomposition composes back to it;
             bits 0-7: the length), then that many UTF-16 code units, fully decomposed and in canonical order
         the compositions, sorted, six units each: first, second, composed, each as low and high 16 bits

Hangul syllables are left out: their decomposition is arithmetic. Beyond U+2FFFF no character decomposes or combines.
"""

import struct
import sys
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 0x30000
BLOCK = 64
HANGUL = range(0xAC00, 0xAC00 + 11172)
HANGUL_SECOND = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}


def characters(limit: int):
    return (c for c in range(limit) if not 0xD800 <= c <= 0xDFFF)


def compositions() -> dict[tuple[int, int], int]:
    """Every pair of characters that compose, without those that Unicode excludes."""
    pairs = {}
    for c in characters(0x110000):
        parts = unicodedata.decomposition(chr(c)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and unicodedata.normalize("NFC", chr(c)) == chr(c):
            pairs[int(parts[0], 16), int(parts[1], 16)] = c
    return pairs


def main() -> None:
    pairs = compositions()
    second = {b for _, b in pairs} | HANGUL_SECOND
    values = [0] * LIMIT
    decompositions: list[int] = []
    starts: dict[tuple[int, ...], int] = {}
    for c in characters(0x110000):
        if c in HANGUL:
            continue
        decomposed = unicodedata.normalize("NFKD", chr(c))
        combining = unicodedata.combining(chr(c))
        value = 0
        if decomposed != chr(c):
            encoded = decomposed.encode("utf-16-le")
            units = struct.unpack(f"<{len(encoded) // 2}H", encoded)
            normal = unicodedata.normalize("NFKC", chr(c)) == chr(c)
            entry = (len(units) | (0x8000 if normal else 0), *units)
            if entry not in starts:
                starts[entry] = len(decompositions)
                decompositions.extend(entry)
            value = 0x8000 | starts[entry]
            if normal and (combining or c in second):
                sys.exit(f"U+{c:04X} decomposes, is normal alone and yet combines: the format has no room for it")
        elif combining or c in second:
            value = combining | (0x100 if c in second else 0)
        if value:
            if c >= LIMIT:
                sys.exit(f"U+{c:04X} is beyond the table")
            values[c] = value
    if len(decompositions) > 0x7FFF:
        sys.exit(f"{len(decompositions)} units of decompositions do not fit in 15 bits")

    blocks: dict[tuple[int, ...], int] = {}
    index = [blocks.setdefault(tuple(values[i:i + BLOCK]), len(blocks)) for i in range(0, LIMIT, BLOCK)]
    major, minor, _ = (int(part) for part in unicodedata.unidata_version.split("."))
    units = [0x464E, major << 8 | minor, len(blocks), len(decompositions), len(pairs), *index]
    for block in blocks:
        units.extend(block)
    units.extend(decompositions)
    for (first, then), composed in sorted(pairs.items()):
        for c in (first, then, composed):
            units.extend((c & 0xFFFF, c >> 16))
    table = ROOT / "runtime/KernelGen.Text/Normalization/nfkc.bin"
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_bytes(struct.pack(f"<{len(units)}H", *units))
    print(f"{table.relative_to(ROOT)}: Unicode {unicodedata.unidata_version}, {len(blocks)} blocks, "
          f"{len(decompositions)} units of decompositions, {len(pairs)} compositions, {2 * len(units)} bytes")

    assigned = [c for c in characters(0x110000) if unicodedata.category(chr(c)) != "Cn"]
    ranges: list[list[int]] = []
    for c in assigned:
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    listing = ROOT / "tests/KernelGen.Text.Tests/Data/assigned.txt"
    listing.parent.mkdir(parents=True, exist_ok=True)
    listing.write_text(f"# Characters assigned in Unicode {unicodedata.unidata_version} (tools/make_nfkc_table.py)\n"
                       + "".join(f"{a:X}..{b:X}\n" for a, b in ranges), newline="\n")
    print(f"{listing.relative_to(ROOT)}: {len(assigned)} characters in {len(ranges)} ranges")


if __name__ == "__main__":
    main()

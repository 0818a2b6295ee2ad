"""Identifiers made of a fixed number of hexadecimal digits, as a hash gives them: whether they are, and 64 bits that stand for them."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from safeground.engine.catalogue import Variant

_HEX_DIGITS = re.compile(r"\^?\[0-9a-f\]\{(\d+)\}\$?")
_BLOCK = 1 << 18
_WORD = 8


def find_digits(variant: Variant) -> dict[str, int]:
    """Columns that hold a fixed number of hexadecimal digits, and how many: a multiple of eight."""
    patterns = {column.name: _HEX_DIGITS.fullmatch(column.constraints.pattern or "") for column in variant.columns}
    return {name: int(found[1]) for name, found in patterns.items() if found and int(found[1]) % _WORD == 0}


def octets_of(column: pa.StringArray, number: int) -> np.ndarray:
    """(n, number) bytes of the cells that are not blank. Raises pa.ArrowInvalid where one is not of that many digits."""
    octets, lengths = _octets_and_lengths(column)
    is_blank = lengths == 0
    is_fit = ((lengths == number) | is_blank).all() and np.count_nonzero(is_blank) == column.null_count
    if not is_fit or not _are_hexadecimal(octets):
        raise pa.ArrowInvalid(f"a cell does not hold {number} hexadecimal digits")
    return octets.reshape(-1, number)


def hash_digits(column: pa.StringArray) -> np.ndarray:
    """(n,) 64-bit hashes of cells of one length, a multiple of eight, and none blank. Equal hashes may be of different cells.

    A sum of the cell's words, each times an odd number of its own, modulo 2**64: cells that are hashes themselves need no more, and it
    takes a fifth of the time of DuckDB's.
    """
    octets, lengths = _octets_and_lengths(column)
    if not len(lengths):
        return np.empty(0, np.uint64)
    words = octets.view("<u8").reshape(len(lengths), -1)
    hashes = np.zeros(len(words), np.uint64)
    for place in range(words.shape[1]):
        hashes += words[:, place] * _FACTORS[place % len(_FACTORS)]
    return hashes


_FACTORS = tuple(np.uint64(pow(0x9E3779B97F4A7C15, 2 * place + 1, 1 << 64)) for place in range(32))


def _octets_and_lengths(column: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    if len(column) == 0:
        return np.empty(0, np.uint8), np.empty(0, np.int32)
    _, ends, data = column.buffers()
    offsets = np.frombuffer(ends, np.int32)[column.offset : column.offset + len(column) + 1]
    octets = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return octets[offsets[0] : offsets[-1]], np.diff(offsets)


def _are_hexadecimal(octets: np.ndarray) -> bool:
    """All bytes are 0 to 9 or a to f. By blocks that stay in the processor's cache: a third of the time of a table look-up."""
    for start in range(0, len(octets), _BLOCK):
        block = octets[start : start + _BLOCK]
        # Unsigned, so that what is below the first of a range wraps around to far above its last.
        if not ((block - np.uint8(48) < 10) | (block - np.uint8(97) < 6)).all():
            return False
    return True

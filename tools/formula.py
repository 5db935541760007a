"""Numbers that Python and tests/support/formula.hpp compute identically: golden files need no inputs and weights.

word(stream, i) = MurmurHash3's finaliser of i + stream * 0x9E3779B9 (32 bits); stream = FNV-1a of a name.
value(stream, i) = (word >> 8) / 2^24 - 0.5, exact in single precision.
"""

import numpy as np


def stream_of(name: str) -> int:
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def words(name: str, count: int, first: int = 0) -> np.ndarray:
    index = np.arange(first, first + count, dtype=np.uint64).astype(np.uint32)
    word = index + np.uint32(stream_of(name) * 0x9E3779B9 & 0xFFFFFFFF)
    word = (word ^ word >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    word = (word ^ word >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return word ^ word >> np.uint32(16)


def values(name: str, count: int, first: int = 0) -> np.ndarray:
    return (words(name, count, first) >> np.uint32(8)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)


def filled(name: str, shape, scale: float = 2, offset: float = 0, levels: int = 0, choices=()) -> np.ndarray:
    """value * scale + offset, each step in single precision; levels > 0 first rounds down to multiples of 1/levels.

    If there are choices (bits of floats), each element is one of them, selected by its word.
    """
    if choices:
        chosen = words(name, int(np.prod(shape))) % np.uint32(len(choices))
        return np.array(choices, dtype=np.uint32).view(np.float32)[chosen].reshape(shape)
    value = values(name, int(np.prod(shape)))
    if levels:
        value = np.floor(value * np.float32(levels)) / np.float32(levels)
    return (value * np.float32(scale) + np.float32(offset)).reshape(shape)


def philox4x32(counter, key) -> list:
    """Salmon et al. 2011, ten rounds, for the dropout mask of include/lehr/backend/dropout_mask.hpp."""
    counter, key = list(counter), list(key)
    for _ in range(10):
        low, high = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(high >> 32) ^ counter[1] ^ key[0], high & 0xFFFFFFFF,
                   (low >> 32) ^ counter[3] ^ key[1], low & 0xFFFFFFFF]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter

"""Lengths and bytes in sentences."""

from __future__ import annotations

from cnnviz.numbers import number


def distance(centimetres: float) -> str:
    """A length as one would say it: 3.2 cm, 45 m, 1,200 km."""
    for unit, length in (("km", 100_000), ("m", 100), ("cm", 1)):
        if centimetres >= length or unit == "cm":
            value = centimetres / length
            return f"{number(value, 2)} {unit}"
    raise AssertionError


def bytes_of(count: int) -> str:
    """So many numbers of 4 bytes each: 896 bytes, 58 GB."""
    size = 4.0 * count
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{number(size, 2)} {unit}"
        size /= 1000
    raise AssertionError

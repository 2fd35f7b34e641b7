"""Numbers as this lesson says them, from 1e-49 to millions."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """About three digits: 2.06e-9 is 0.00000000206 to nobody, so small ones are powers of ten, 2.1 × 10⁻⁹."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e5:
        text = f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"
        return text.replace("-", "−")
    digits, power = f"{value:.1e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits.replace('-', '−')}\u00a0×\u00a010{raised}"


def share(count: int, size: int) -> str:
    """A count as a share: 0 % and 100 % are said only where they are exact."""
    percent = 100 * count / size
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100:
        return "over 99.9 %"
    return f"{percent:.3g} %" if percent < 99.5 else f"{math.floor(10 * percent) / 10:g} %"


def first(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:]

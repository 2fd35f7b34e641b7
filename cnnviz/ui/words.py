"""Numbers, shares, counts and lists as text, for all pages: what is said in one lesson reads as it does in another."""

from __future__ import annotations

import math
from collections.abc import Sequence

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 4) -> str:
    """Up to `digits` digits, and never fewer than stand before the point: 0.5, −1.235, 1,234,567.

    2.06e-9 is 0.00000000206 to nobody, so numbers below a thousandth, and from a billion on, are powers of ten in two
    digits: 2.1 × 10⁻⁹.
    """
    value = float(value)
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"  # a zero has no sign
    mantissa, power = f"{value:.1e}".split("e")
    if not 1e-3 <= abs(float(f"{mantissa}e{power}")) < 1e9:
        return _minus(f"{mantissa}\u00a0×\u00a010{str(int(power)).translate(_RAISED)}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return _minus(text.rstrip("0").rstrip(".") if decimals else text)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def percent(part: float, whole: float = 1.0) -> str:
    """A share of `whole`, not negative, to three digits; 0 % and 100 % are said only where they are exact."""
    share = 100 * part / whole or 0.0  # a zero has no sign
    if 0 < share < 0.001:
        return "under 0.001\u00a0%"
    if share != 100 and f"{share:.3g}" == "100":
        return "over 99.9\u00a0%" if share < 100 else "just over 100\u00a0%"
    return f"{share:,.0f}\u00a0%" if share > 100 else f"{share:.3g}\u00a0%"


def many(count: int, word: str) -> str:
    """1 row, 2 rows."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def a(name: str) -> str:
    """With its article: a 7, an 8."""
    return f"{'an' if name.startswith(('8', '11', '18')) else 'a'} {name}"


def listed(items: Sequence[object], last: str = "and") -> str:
    """1, 2 and 4; of nothing, nothing."""
    names = [str(item) for item in items]
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def capital(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:]

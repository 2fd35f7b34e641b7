"""Numbers as text: the one rule, for pages, figures and messages. ui/drawing/numbers.js is the same in JavaScript.

    number   one number by itself                0.5   −1.235   37,386,904   2.1 × 10⁻⁹
    fixed    one of several read together, all in as many decimals       0.50 − 1.23 = −0.73
    percent  a share; 0 % and 100 % only where they are exact            66.7 %   < 0.1 %
    grouped  a whole number, every digit of it   1,576,964
    times    sizes: height × width × depth       300 × 451 × 3

What stands before the point is never cut. From a billion on, and below a thousandth, numbers are powers of ten. Halves
are rounded away from zero, and a number is taken as it is meant: 1.005 is a half, though the nearest float64 lies below
it. The minus is a minus (U+2212), and zero has no sign.

tests/numbers.json holds the cases that both languages are held to.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS, TIMES = "−", "×"
FULL = 7  # digits: all that a float32 has, none of what rounding left of it (20.983999252319336 is 20.984)

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_GAP = "\u00a0"  # within a number, so that no line ends in it
_FINER = 3  # places: rounded there first, a half stays one though its last bits are off
_HALF_UP = Context(prec=2000, rounding=ROUND_HALF_UP)
_PLAIN_DECIMALS = 6  # with more of them a number below a thousandth is a power of ten: 0.000012, but 1.23 × 10⁻⁵


def number(value: float, digits: int = 4) -> str:
    """Up to `digits` digits, and never fewer than stand before the point: 0.5, −1.235, 1,234,567.

    2.06e-9 is 0.00000000206 to nobody, so numbers below a thousandth, and from a billion on, are powers of ten: in two
    digits, 2.1 × 10⁻⁹, or two fewer than asked for where that is more.
    """
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return _unusual(value)
    few = max(2, digits - 2)
    power = _power(value, few)
    if not -3 <= power < 9:
        return _as_power(_units(value, few - 1 - power), few - 1 - power, least=1)
    decimals = max(0, digits - 1 - Decimal(value).adjusted())
    return _written_out(_units(value, decimals), decimals, least=0)


def full(value: float) -> str:
    """Every digit that is meant, where one number is pointed at: 20.984."""
    return number(value, FULL)


def fixed(value: float, decimals: int) -> str:
    """In so many decimals, as the numbers beside it: 0.50. A multiple of 1,000 where `decimals` is -3."""
    value = float(value)
    return spelled(_units(value, decimals), decimals) if math.isfinite(value) else _unusual(value)


def up_to(value: float, decimals: int) -> str:
    """The same without the noughts that say nothing: 0.5."""
    value = float(value)
    return spelled(_units(value, decimals), decimals, least=0) if math.isfinite(value) else _unusual(value)


def decimals_for(largest: float, digits: int = 4) -> int:
    """In how many decimals numbers up to `largest` have `digits` digits; whole numbers below a billion keep all."""
    if largest == 0 or not math.isfinite(largest):
        return 0
    power = _power(largest, digits)
    return digits - 1 - power if power >= 9 else max(0, digits - 1 - power)


def spelled(units: int, decimals: int, least: int | None = None) -> str:
    """`units` of the last of so many decimals, as text; noughts at the end go until `least` decimals are left."""
    size = len(str(abs(units))) - 1 - decimals  # the power of ten of its first digit
    if units and (size >= 9 or (size < -3 and decimals > _PLAIN_DECIMALS)):
        return _as_power(units, decimals, least if least is None else max(1, least))
    return _written_out(units, decimals, least) if units or decimals <= _PLAIN_DECIMALS else "0"


def percent(part: float, whole: float = 1.0) -> str:
    """A share of `whole`, not negative, to three digits; 0 % and 100 % are said only where they are exact."""
    share = 100 * float(part) / float(whole)
    text = number(share, 3)
    if 0 < share < 0.1:
        text = f"<{_GAP}0.1"
    elif text == "100" and share != 100:
        text = f">{_GAP}99.9" if share < 100 else f">{_GAP}100"
    return f"{text}{_GAP}%"


def grouped(value: float) -> str:
    """Of things, a whole number: every digit, 1,576,964."""
    return _signed(int(value), f"{abs(int(value)):,}")


def many(value: int, word: str) -> str:
    """1 row, 2 rows."""
    return f"{grouped(value)} {word}{'' if value == 1 else 's'}"


def times(*sides: int) -> str:
    """300 × 451, 3 × 3 × 64: height × width × depth."""
    return f" {TIMES} ".join(map(grouped, sides))


def plus_minus(limit: float, digits: int = 4) -> str:
    """±2.5: from −2.5 to 2.5. A zero has no sign here either."""
    return number(0) if limit == 0 else f"±{number(abs(limit), digits)}"


def ends(limit: float, digits: int = 4) -> tuple[str, str]:
    """The ends of a scale that has its zero in the middle: −2.5 and 2.5."""
    return number(-abs(limit), digits), number(abs(limit), digits)


def _unusual(value: float) -> str:
    return "–" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "0"


def _power(value: float, digits: int) -> int:
    """The power of ten of the first digit, once the number is rounded to so many digits: 1 of 9.9996 in four."""
    power = Decimal(value).adjusted()
    return power + (len(str(abs(_units(value, digits - 1 - power)))) > digits)


def _units(value: float, decimals: int) -> int:
    """12.25 in 1 decimal is 123 tenths."""
    finer = int(_HALF_UP.to_integral_value(abs(Decimal(value)).scaleb(decimals + _FINER, _HALF_UP)))
    found = (finer + 10**_FINER // 2) // 10**_FINER
    return -found if value < 0 else found


def _written_out(units: int, decimals: int, least: int | None) -> str:
    if decimals <= 0:
        return _signed(units, f"{abs(units) * 10**-decimals:,}")
    whole, part = divmod(abs(units), 10**decimals)
    return _signed(units, f"{whole:,}{_fraction(str(part).rjust(decimals, '0'), least)}")


def _as_power(units: int, decimals: int, least: int | None) -> str:
    digits = str(abs(units))
    mantissa = f"{digits[0]}{_fraction(digits[1:], least)}"
    return _signed(units, f"{mantissa}{_GAP}{TIMES}{_GAP}10{str(len(digits) - 1 - decimals).translate(_RAISED)}")


def _fraction(digits: str, least: int | None) -> str:
    kept = digits if least is None else digits.rstrip("0").ljust(min(least, len(digits)), "0")
    return f".{kept}" if kept else ""


def _signed(units: int, text: str) -> str:
    return f"{MINUS}{text}" if units < 0 else text

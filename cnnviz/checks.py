"""What a value must be, whoever gives it: one door for each kind.

Each takes a value and what to call it, and gives it back as the kind says: 3 for np.int64(3), an array for rows of
numbers. What it cannot be is refused in a sentence that names the value and what would work. `signatures.checked` opens
these doors by what a signature says; operations that are called thousands of times a second open them by hand.
"""

from __future__ import annotations

import math
import numbers as kinds
import operator
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.numbers import fixed, grouped

T = TypeVar("T")

MOST_BYTES = 2**31  # of one array that is made: what a machine with a few gigabytes can do
LARGEST = 10**1000  # a whole number that Python can still write out; no setting comes near it
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
MOST_IN_A_RANGE = 10**7  # values of a range that become a list
MOST_DIGITS = 15  # of a number that is written out in a sentence


def told(value: object, deep: int = 2) -> str:
    """A value in a sentence: short, on one line, never an address in memory. `deep`: how far tuples are opened."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return str(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, np.timedelta64):  # an integer to NumPy alone
        number = int(value)
        if abs(number) < 10**MOST_DIGITS:
            return str(number)
        return f"a whole number of some {grouped(int(number.bit_length() * math.log10(2)) + 1)} digits"
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, str):
        return repr(value[:40] + "…" if len(value) > 41 else str(value))
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    is_plain = type(value) in (tuple, list, dict, set)
    count = len(value) if isinstance(value, (tuple, list, dict, set)) and is_plain else None
    if isinstance(value, (tuple, list)) and count is not None and count <= 6 and deep:
        parts = ", ".join(told(part, deep - 1) for part in value)
        if len(parts) <= 80:
            return f"[{parts}]" if kind == "list" else f"({parts}{',' * (count == 1)})"
    of = f" of {grouped(count)}" if count is not None else ""
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}{of}"


def amount(count: int) -> str:
    """So many things, in a sentence: every digit, grouped, of a count that has no more than fifteen."""
    return grouped(count) if abs(count) < 10**MOST_DIGITS else told(count)


def whole(value: Any, name: str, least: int | None = None) -> int:
    """`value` as an int, of at least `least`; booleans, fractions and text are refused with SettingError."""
    if type(value) is int:
        number: int | None = value
    elif isinstance(value, (bool, np.bool_)):
        number = None
    else:
        try:
            number = operator.index(value)
        except Exception:  # a stranger's object may raise anything
            number = None
    if number is not None and (least is None or number >= least) and -LARGEST < number < LARGEST:
        return number
    bound = "" if least is None else f" of at least {least}"
    raise SettingError(f"{name} is {told(value)}; it must be a whole number{bound}.")


def real(value: object, name: str, least: float = -math.inf, most: float = math.inf) -> float:
    """`value` as a finite float from `least` to `most`; anything else is a SettingError."""
    number = number_of(value)
    if number is not None and math.isfinite(number) and least <= number <= most:
        return number
    shown = told(value)
    if number is not None and isinstance(value, kinds.Integral) and not math.isfinite(number):
        shown = "a number that float64 does not hold"  # a whole number with hundreds of digits to show
    bounds = f" from {least:g} to {most:g}" if most < math.inf else f" of at least {least:g}" * (least > -math.inf)
    raise SettingError(f"{name} is {shown}; it must be a finite number{bounds}.")


def number_of(value: Any) -> float | None:
    """`value` as a float, inf where float64 does not hold it; None for what is no real number, such as a boolean."""
    if type(value) is float:
        return value
    if not isinstance(value, kinds.Real) or isinstance(value, (bool, np.timedelta64)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if operator.gt(value, 0) else -math.inf


def flag(value: object, name: str) -> bool:
    """`value` as a bool: True, False, or the 1 and 0 that stand for them; anything else is a SettingError."""
    if value is True or value is False:
        return value
    if isinstance(value, np.bool_) or (isinstance(value, (int, np.integer)) and value in (0, 1)):
        return bool(value)
    raise SettingError(f"{name} is {told(value)}; it must be True or False.")


def text(value: object, name: str) -> str:
    """`value` as a str; anything else is a SettingError."""
    if isinstance(value, str):
        return value
    raise SettingError(f"{name} is {told(value)}; it must be text.")


def one_of(value: object, name: str, allowed: Collection[str]) -> str:
    """`value`, which is one of `allowed`; anything else is a SettingError that lists them."""
    if isinstance(value, str) and value in allowed:
        return value
    raise SettingError(f"{name} is {told(value)}; it is one of {', '.join(allowed)}.")


def a(value: object, kind: type[T], name: str) -> T:
    """`value`, which is of this class; anything else is a SettingError."""
    if isinstance(value, kind):
        return value
    article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
    raise SettingError(f"{name} is {told(value)}; it must be {article} {kind.__name__}.")


def entry(values: Mapping[str, object], name: str, kind: type[T]) -> T:
    """The value of that name among others; SettingError where it is missing, or of another class."""
    if name not in values:
        there = ", ".join(told(name) for name in values) or "none"
        raise SettingError(f"There is no {name} among the settings; there are {there[:200]}.")
    return a(values[name], kind, name)


def is_row(value: object) -> bool:
    """Whether `value` is several values in a row: a tuple, a list, a range that is no longer than a list can be, or an
    array of one axis or more."""
    if isinstance(value, range):  # one of 10 ** 12 takes no room until it is a list
        return not value or abs(value[-1] - value[0]) < MOST_IN_A_RANGE * abs(value.step)
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def numbers(value: ArrayLike, name: str) -> NDArray:
    """`value` as an array of real numbers, long doubles and what is masked excepted; anything else is an
    ArrayError."""
    if type(value) is np.ndarray:
        if (value.dtype is FLOAT32 or value.dtype is FLOAT64) and value.nbytes <= MOST_BYTES:
            return value  # nearly always, and asked for thousands of times
        array = value
    else:
        if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
            raise ArrayError(f"The {name} has numbers that are masked; fill those with what they stand for.")
        try:
            array = np.asarray(value)
        except ValueError:
            raise ArrayError(f"The {name} is no array: its rows differ in length.") from None
        except Exception:  # what a stranger's object raises when it is asked for numbers may be anything
            raise ArrayError(f"The {name} is {told(value)}, which gives no array of numbers.") from None
    if array.nbytes > MOST_BYTES:  # a view, perhaps, which repeats a number and takes no room itself
        afford(array.shape, array.dtype, f"The {name}", "a smaller one fits")
    dtype = array.dtype
    if dtype.kind not in "biuf" or dtype.type is np.longdouble:
        raise ArrayError(
            f"The {name} holds {dtype} values; it must hold real numbers: float32, float64, whole numbers or booleans."
        )
    # Bytes in another machine's order, as a file may hold them, would stay so through every operation.
    return array if dtype.isnative else array.astype(dtype.newbyteorder("="))


def afford(shape: tuple[int, ...], dtype: DTypeLike, what: str, remedy: str) -> None:
    """Raises DoesNotFit for an array that would take more than MOST_BYTES, before anything is allocated.

    what, remedy  as the sentence has them: "The output", "less padding needs less"
    """
    needed = math.prod(shape) * np.dtype(dtype).itemsize
    if needed > MOST_BYTES:
        sizes = " × ".join(grouped(size) if size < 10**MOST_DIGITS else "…" for size in shape)
        raise DoesNotFit(
            f"{what} would be {sizes} numbers, {_bytes(needed)}; {_bytes(MOST_BYTES)} can be made at once: {remedy}."
        )


def _bytes(count: int) -> str:
    """4.3 GB, or 12 TB."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{fixed(count / size, 1)} {unit}" if count < 10**MOST_DIGITS else "more than 1,000 TB"
    return f"{grouped(count)} bytes"

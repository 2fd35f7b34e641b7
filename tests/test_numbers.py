"""Numbers as text, by the list of cases that both languages are held to (tests/js/numbers.test.mjs), and read back."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.numbers import (
    decimals_for,
    fixed,
    full,
    grouped,
    many,
    number,
    percent,
    plus_minus,
    spelled,
    times,
    up_to,
)
from server import ROOT

CASES = json.loads((ROOT / "tests" / "numbers.json").read_text("utf-8"))
SAID = {
    "number": number, "fixed": fixed, "upTo": up_to, "percent": percent, "grouped": grouped, "plusMinus": plus_minus,
    "decimalsFor": decimals_for, "times": lambda sides: times(*sides),
}  # fmt: skip
SECONDS = settings(derandomize=True, deadline=None, max_examples=500)
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def read_back(text: str) -> float:
    """What a number as text says: "−1.2 × 10⁻⁹" is -1.2e-9."""
    return float(text.translate(LOWERED).replace("\u00a0×\u00a010", "e").replace(",", ""))


def test_the_list_is_long_and_leaves_no_function_out():
    assert {*CASES} == {*SAID, "unusual"}
    assert sum(map(len, CASES.values())) > 1000


@pytest.mark.parametrize("name", SAID)
def test_the_cases_of_both_languages(name):
    wrong = [(*given, said, SAID[name](*given)) for *given, said in CASES[name] if SAID[name](*given) != said]
    assert wrong == []


def test_what_is_no_finite_number_reads_the_same_everywhere():
    for given_, said in CASES["unusual"]:
        value = float(given_)
        assert {number(value), full(value), fixed(value, 2), up_to(value, 2)} == {said}


def test_numbers_of_numpy_are_numbers():
    said = [number(value) for value in (np.float32(0.1), np.int64(-7), np.float32(-0.0), np.uint8(200))]
    assert said == ["0.1", "−7", "0", "200"]
    assert fixed(np.float32(20.984), 3) == "20.984" and grouped(np.int32(1234)) == "1,234" and percent(np.uint8(1), 2)


@SECONDS
@given(st.floats(1e-300, 1e300), st.sampled_from([2, 3, 4, 7]), st.booleans())
@example(0.00095, 4, False)
@example(9.995e-4, 4, True)
@example(949_999_999.0, 3, False)
def test_a_number_says_what_it_is(size, digits, is_negative):
    text = number(-size if is_negative else size, digits)
    assert ("−" in text) == is_negative and "-" not in text and "e" not in text
    # A power of ten has two digits less, or two; all others at least as many as asked for, but for noughts at the end.
    kept = max(2, digits - 2) if "×" in text else digits
    assert abs(read_back(text)) == pytest.approx(size, rel=0.5 * 10 ** (1 - kept) * 1.002)
    if "×" not in text:
        assert re.fullmatch(r"−?\d{1,3}(,\d{3})*(\.\d*[1-9])?", text), text
    else:
        assert re.fullmatch("−?[1-9]\\.\\d+\u00a0×\u00a010⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", text), text


@SECONDS
@given(st.floats(-1e12, 1e12), st.integers(-9, 12))
@example(-0.0, 2)
@example(-0.004, 2)
@example(999_999_999.6, 0)
def test_a_number_among_others_is_a_whole_number_of_their_units(value, decimals):
    text = fixed(value, decimals)
    unit = 10.0**-decimals
    assert abs(read_back(text) - value) <= 0.501 * unit + 1e-15 * abs(value)
    assert round(read_back(text) / unit) == pytest.approx(read_back(text) / unit, rel=1e-9)
    assert not re.fullmatch(r"−0(\.0*)?", text)
    if 0 < decimals <= 6 and "×" not in text:
        assert re.fullmatch(rf"−?\d{{1,3}}(,\d{{3}})*\.\d{{{decimals}}}", text), text
    assert read_back(up_to(value, decimals)) == read_back(text)


@SECONDS
@given(st.integers(-(10**15), 10**15), st.integers(-3, 12))
def test_units_are_spelled_without_losing_one(units, decimals):
    text = spelled(units, decimals).translate(LOWERED).replace("\u00a0×\u00a010", "e").replace(",", "")
    mantissa, _, power = text.partition("e")
    whole, _, part = mantissa.partition(".")
    assert int(whole + part) * 10 ** (int(power or 0) - len(part) + decimals) == units


@SECONDS
@given(st.integers(0, 5000), st.integers(1, 5000))
@example(4998, 5000)
@example(4999, 5000)
@example(1, 5000)
def test_a_share_is_nothing_or_all_only_where_it_is(part, whole):
    text = percent(part, whole)
    assert text.endswith("\u00a0%") and " %" not in text
    assert (text == "0\u00a0%") == (part == 0) and (text == "100\u00a0%") == (part == whole)
    if text == ">\u00a099.9\u00a0%":
        assert 0.999 * whole < part < whole
    elif text == ">\u00a0100\u00a0%":
        assert whole < part <= 1.005 * whole
    elif text == "<\u00a00.1\u00a0%":
        assert 0 < part < 0.001 * whole
    else:
        assert read_back(text.removesuffix("\u00a0%")) == pytest.approx(100 * part / whole, rel=0.005001)


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1000, "1,000 rows"), (1_234_567, "1,234,567 rows")]
)
def test_counts_of_things(value, said):
    assert many(value, "row") == said


def test_decimals_show_the_digits_asked_for():
    for power in range(-11, 15):
        for first in (1, 1.5, 9.99):
            largest = float(f"{first}e{power}")
            text = fixed(largest, decimals_for(largest))
            mantissa = text.translate(LOWERED).split("\u00a0")[0].replace(",", "").replace(".", "").lstrip("0")
            assert len(mantissa) == max(4, power + 1 if power < 9 else 4), text
            assert math.isclose(read_back(text), largest, rel_tol=5e-4)

"""Numbers, shares, counts and lists as text: table by table, and read back against the numbers that they say."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.ui.words import capital, listed, many, number, percent

SECONDS = settings(derandomize=True, deadline=None, max_examples=500)
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def read_back(text: str) -> float:
    """What a number as text says: "−1.2 × 10⁻⁹" is -1.2e-9."""
    return float(text.translate(LOWERED).replace("\u00a0×\u00a010", "e").replace(",", ""))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"), (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "−1"), (0.5, "0.5"), (-0.25, "−0.25"), (255, "255"),
        (0.1 + 0.2, "0.3"), (1 / 3, "0.3333"), (-1.23456, "−1.235"), (123.456, "123.5"), (999.94, "999.9"),
        (999.96, "1,000"), (-999.96, "−1,000"), (1000, "1,000"), (1234.5678, "1,235"), (12345.6, "12,346"),
        (1_234_567, "1,234,567"), (-1234567.8, "−1,234,568"), (25_500_000, "25,500,000"), (999_999_999, "1.0 × 10⁹"),
        (940_000_001, "940,000,001"), (3.7e9, "3.7 × 10⁹"), (-2.5e12, "−2.5 × 10¹²"), (1e300, "1.0 × 10³⁰⁰"),
        (0.1, "0.1"), (0.012346, "0.01235"), (0.001, "0.001"), (0.0012346, "0.001235"), (0.00099999, "0.001"),
        (0.0004, "4.0 × 10⁻⁴"), (-0.0004, "−4.0 × 10⁻⁴"), (2.0611e-9, "2.1 × 10⁻⁹"), (1e-49, "1.0 × 10⁻⁴⁹"),
        (-1.44e-49, "−1.4 × 10⁻⁴⁹"), (5e-324, "4.9 × 10⁻³²⁴"),
        (math.nan, "–"), (math.inf, "∞"), (-math.inf, "−∞"),
        (np.float32(0.1), "0.1"), (np.int64(-7), "−7"), (np.float32(-0.0), "0"), (np.uint8(200), "200"),
    ],
)  # fmt: skip
def test_numbers_of_any_size(value, said):
    assert number(value).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("value", "said"), [(5.8731, "5.9"), (1.96, "2"), (0.0456, "0.046"), (123.4, "123"), (120, "120"), (0.5, "0.5")]
)
def test_a_number_in_fewer_digits_keeps_what_stands_before_the_point(value, said):
    assert number(value, 2) == said


@SECONDS
@given(st.floats(1e-300, 1e300), st.sampled_from([2, 3, 4]), st.booleans())
@example(0.00095, 4, False)
@example(9.995e-4, 4, True)
@example(949_999_999.0, 3, False)
def test_a_number_says_what_it_is(size, digits, is_negative):
    value = -size if is_negative else size
    text = number(value, digits)
    assert ("−" in text) == is_negative and "-" not in text and "e" not in text
    # A power of ten has two digits, all others at least as many as asked for, but for noughts at the end.
    assert read_back(text) == pytest.approx(value, rel=0.5 * 10 ** (1 - (2 if "×" in text else digits)) * 1.000001)
    if "×" not in text:
        assert re.fullmatch(r"−?\d{1,3}(,\d{3})*(\.\d*[1-9])?", text), text
    else:
        assert re.fullmatch("−?[1-9]\\.\\d\u00a0×\u00a010⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", text), text


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 1, "0 %"), (-0.0, 1, "0 %"), (1, 1, "100 %"), (0.25, 1, "25 %"), (2 / 3, 1, "66.7 %"),
        (1 / 64, 1, "1.56 %"), (11.5, 1, "1,150 %"), (1.414214, 1, "141 %"), (9.996, 1, "1,000 %"), (0.05, 1, "5 %"),
        (1.5, 1, "150 %"), (0, 9, "0 %"), (9, 9, "100 %"), (3, 9, "33.3 %"), (1234, 10_000, "12.3 %"),
        (9975, 10_000, "99.8 %"), (9994, 10_000, "99.9 %"), (9996, 10_000, "over 99.9 %"),
        (9999, 10_000, "over 99.9 %"),
        (10_001, 10_000, "just over 100 %"), (10_040, 10_000, "just over 100 %"), (10_100, 10_000, "101 %"),
        (1, 10_000, "0.01 %"), (123, 10_000_000, "0.00123 %"), (1, 10_000_000, "under 0.001 %"),
        (1e-49, 1, "under 0.001 %"), (1_234_567, 100, "1,234,567 %"),
    ],
)  # fmt: skip
def test_shares(part, whole, said):
    assert percent(part, whole) == said.replace(" %", "\u00a0%")
    if whole == 1:
        assert percent(part) == percent(part, whole)


@SECONDS
@given(st.integers(0, 5000), st.integers(1, 5000))
@example(4998, 5000)
@example(4999, 5000)
@example(1, 5000)
def test_a_share_is_nothing_or_all_only_where_it_is(part, whole):
    text = percent(part, whole)
    assert text.endswith("\u00a0%") and " %" not in text
    assert (text == "0\u00a0%") == (part == 0) and (text == "100\u00a0%") == (part == whole)
    if text == "over 99.9\u00a0%":
        assert 0.999 * whole < part < whole
    elif text == "just over 100\u00a0%":
        assert whole < part <= 1.005 * whole
    else:
        assert read_back(text.removesuffix("\u00a0%")) == pytest.approx(100 * part / whole, rel=0.005001)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1000, "1,000 rows"), (1_234_567, "1,234,567 rows")]
)
def test_counts(count, said):
    assert many(count, "row") == said


@pytest.mark.parametrize(
    ("items", "last", "said"),
    [
        ([], "and", ""), ([4], "or", "4"), ([1, 2], "and", "1 and 2"), ([1, 2], "or", "1 or 2"),
        ((1, 2, 4), "or", "1, 2 or 4"), (["2 rows", "1 column"], "and", "2 rows and 1 column"),
    ],
)  # fmt: skip
def test_lists(items, last, said):
    assert listed(items, last) == said
    assert last != "and" or listed(items) == said


def test_a_name_at_the_beginning_of_a_sentence():
    assert [capital(name) for name in ("leaky ReLU", "GELU", "tanh", "")] == ["Leaky ReLU", "GELU", "Tanh", ""]

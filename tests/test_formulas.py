"""The formula with its numbers put in: read back and calculated by other code, against positions counted one by one."""

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.geometry import Window
from cnnviz.pictures import Picture
from cnnviz.ui.formulas import filled, general, output_size, overlap, reading, with_numbers
from cnnviz.ui.settings import Windows

SECONDS = settings(derandomize=True, deadline=None, max_examples=300)
WINDOWS = st.builds(
    Window, st.integers(1, 15), st.integers(1, 8), st.tuples(st.integers(0, 15), st.integers(0, 15)), st.integers(1, 4)
)
SIZES = st.integers(57, 90)  # 57: K = 15 and D = 4 fit


def blank(height, width):
    return Picture(np.zeros((1, height, width), np.uint8), "L", (height, width))


def places(window, size):
    """The first position of every window, the padding in front counted as negative ones, found by walking."""
    starts, start = [], -window.before
    while start + window.dilation * (window.kernel_size - 1) < size + window.after:
        starts.append(start)
        start += window.stride
    return starts


def read(windows, height, width):
    """Which pixels the windows read."""
    seen = np.zeros((height, width), bool)
    axes = [
        {start + tap * window.dilation for start in places(window, size) for tap in range(window.kernel_size)}
        for window, size in ((windows.rows, height), (windows.columns, width))
    ]
    for row in axes[0] & set(range(height)):
        for column in axes[1] & set(range(width)):
            seen[row, column] = True
    return seen


def calculated(line):
    """What each side of the equations of a line comes to, once it is written as Python."""
    python = re.sub(r"</?(b|em|span)>", "", line)
    for sign, written in {"−": "-", "·": "*", "⌊": "math.floor(", "⌋": ")", "[": "(", "]": ")"}.items():
        python = python.replace(sign, written)
    return [eval(side, {"math": math}) for side in python.split(" = ")]


def shown(line):
    return re.sub(r"<[^>]*>", "", line)


@SECONDS
@given(WINDOWS, SIZES)
def test_every_side_of_the_equation_is_the_number_of_places(window, size):
    line = with_numbers(window, size)
    values = calculated(line)
    assert values == [len(places(window, size))] * len(values)
    assert line.endswith(f" = <b>{values[0]}</b>")
    # The floor is shown at work exactly where it takes something away.
    rest = (size + window.before + window.after - (window.dilation * (window.kernel_size - 1) + 1)) % window.stride
    assert ("<em>" in line) is (rest > 0)
    assert len(values) == (3 if rest else 2)


@SECONDS
@given(WINDOWS, SIZES)
def test_the_numbers_put_in_are_the_ones_of_the_settings(window, size):
    ends = f"2·{window.before}" if window.before == window.after else f"({window.before} + {window.after})"
    k, d = window.kernel_size, window.dilation
    span = str(k) if d == 1 else f"[{d}·({k} − 1) + 1]"
    assert with_numbers(window, size).startswith(f"⌊({size} − {span} + {ends}) / {window.stride}⌋ + 1 = ")


@pytest.mark.parametrize(
    ("window", "size", "line"),
    [
        (Window(3, 2, 1), 5, "⌊(5 − 3 + 2·1) / 2⌋ + 1 = 3"),  # the demo of stride and padding
        (Window(3), 5, "⌊(5 − 3 + 2·0) / 1⌋ + 1 = 3"),  # the 5 x 5 demo
        (Window(3, 2), 6, "⌊(6 − 3 + 2·0) / 2⌋ + 1 = ⌊1.5⌋ + 1 = 2"),
        (Window(4, 1, (1, 2)), 7, "⌊(7 − 4 + (1 + 2)) / 1⌋ + 1 = 7"),
        (Window(3, 3, (0, 1), 4), 10, "⌊(10 − [4·(3 − 1) + 1] + (0 + 1)) / 3⌋ + 1 = ⌊0.667⌋ + 1 = 1"),
        (Window(1, 8), 8, "⌊(8 − 1 + 2·0) / 8⌋ + 1 = ⌊0.875⌋ + 1 = 1"),
        (Window(7, 7, 3), 224, "⌊(224 − 7 + 2·3) / 7⌋ + 1 = ⌊31.857⌋ + 1 = 32"),
    ],
)
def test_lines_written_out_by_hand(window, size, line):
    assert shown(with_numbers(window, size)) == line


@pytest.mark.parametrize(
    ("windows", "line"),
    [
        (Windows(Window(3, 2, 1), Window(3, 2, 1)), "O = ⌊(W − K + 2P) / S⌋ + 1"),
        (Windows(Window(3, 1, 1, 2), Window(3, 1, 1, 2)), "O = ⌊(W − [D(K − 1) + 1] + 2P) / S⌋ + 1"),
        (Windows(Window(3), Window(3, padding=(0, 1))), "O = ⌊(W − K + (P1 + P2)) / S⌋ + 1"),
        (
            Windows(Window(3, padding=(2, 1), dilation=3), Window(3, dilation=3)),
            "O = ⌊(W − [D(K − 1) + 1] + (P1 + P2)) / S⌋ + 1",
        ),
    ],
)
def test_the_letters(windows, line):
    assert shown(general(windows)) == line


def test_one_line_where_both_axes_are_the_same():
    square = Windows(Window(3, 2, 1), Window(3, 2, 1))
    assert shown(output_size(square, blank(5, 5))) == "O = ⌊(W − K + 2P) / S⌋ + 1 = ⌊(5 − 3 + 2·1) / 2⌋ + 1 = 3"


@pytest.mark.parametrize(
    ("windows", "height", "width"),
    [
        (Windows(Window(3, 2, 1), Window(3, 2, 1)), 5, 8),
        (Windows(Window(3, 2, 1), Window(5, 2, 1)), 6, 6),
        (Windows(Window(3, 2, (1, 2)), Window(3, 2, 1)), 6, 6),
    ],
)
def test_height_and_width_each_have_their_line_where_they_differ(windows, height, width):
    line = output_size(windows, blank(height, width))
    assert with_numbers(windows.rows, height) in line
    assert with_numbers(windows.columns, width) in line
    assert line.index("height") < line.index("width")
    sizes = re.findall(r"<b>(\d+)</b>", line)
    assert sizes == [str(len(places(windows.rows, height))), str(len(places(windows.columns, width)))]


@SECONDS
@given(WINDOWS, WINDOWS, SIZES, SIZES)
def test_the_line_is_html_whose_every_tag_is_closed(rows, columns, height, width):
    class Reader(HTMLParser):
        open, text = [], ""

        def handle_starttag(self, tag, attributes):
            assert tag in ("b", "em", "span", "sub") and not attributes
            self.open = [*self.open, tag]

        def handle_endtag(self, tag):
            assert self.open[-1] == tag
            self.open = self.open[:-1]

        def handle_data(self, data):
            self.text += data

    line = output_size(Windows(rows, columns), blank(height, width))
    reader = Reader(convert_charrefs=False)
    reader.feed(line)
    reader.close()
    assert reader.open == []
    assert reader.text == shown(line)
    assert not set(reader.text) & set("<>&$`*_")


@SECONDS
@given(WINDOWS, WINDOWS, SIZES, SIZES)
def test_reading_counts_what_no_window_reads(rows, columns, height, width):
    seen = read(Windows(rows, columns), height, width)
    down, across = int((~seen.any(axis=1)).sum()), int((~seen.any(axis=0)).sum())
    sentence = reading(Windows(rows, columns), blank(height, width))
    if seen.all():
        assert sentence == "every pixel is read"
        return
    told = {word: int(count) for count, word in re.findall(r"(\d+) (row|column)", sentence)}
    assert told == {word: count for word, count in (("row", down), ("column", across)) if count}


@pytest.mark.parametrize(
    ("rows", "columns", "height", "width", "sentence"),
    [
        (Window(3), Window(3), 5, 5, "every pixel is read"),
        (Window(3, 2), Window(3, 2), 6, 5, "1 row is never read (shaded)"),
        (Window(3, 2), Window(3, 2), 5, 6, "1 column is never read (shaded)"),
        (Window(3, 2), Window(3, 2), 6, 8, "1 row and 1 column are never read (shaded)"),
        (Window(2, 5), Window(2, 4), 10, 8, "6 rows and 4 columns are never read (shaded)"),  # gaps between windows
        (Window(3, 4, 1), Window(1, 1), 9, 4, "2 rows are never read (shaded)"),
        (Window(2, 1, 0, 3), Window(2, 4, 0, 2), 9, 4, "2 columns are never read (shaded)"),  # gaps within a window
        (Window(3, 2, (0, 1)), Window(3, 2), 6, 7, "every pixel is read"),  # the floor throws padding away
        (Window(1, 3, (2, 0)), Window(1), 4, 3, "3 rows are never read (shaded)"),  # all but the second
    ],
)
def test_sentences_about_what_is_never_read(rows, columns, height, width, sentence):
    assert reading(Windows(rows, columns), blank(height, width)) == sentence


def test_a_border_that_borrows_may_read_them_from_the_padding():
    # The window's first position is the padding, which a circular border fills with row 5, a reflecting one with row 2.
    rows = Window(2, 3, 1)
    for border, sentence in (("zeros", "never read (shaded)"), ("circular", "never read in place (shaded)")):
        assert reading(Windows(rows, Window(1), border), blank(5, 3)) == f"2 rows are {sentence}"


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(3), "windows overlap by 2 of 3"),
        (Window(3, 2), "windows overlap by 1 of 3"),
        (Window(3, 3), "windows touch and do not overlap"),
        (Window(3, 5), "windows leave 2 between them"),
        (Window(3, 3, 0, 4), "windows overlap by 6 of 9"),
        (Window(1), "windows touch and do not overlap"),
        (Window(1, 4), "windows leave 3 between them"),
    ],
)
def test_what_the_stride_does_to_neighbours(window, words):
    assert overlap(window, window) == words


def test_the_numbers_alone_are_the_end_of_the_whole_line():
    for windows, picture in (
        (Windows(Window(3, 2, 1), Window(3, 2, 1)), blank(5, 5)),
        (Windows(Window(3, 2, 1), Window(3, 2, 1)), blank(5, 8)),
        (Windows(Window(4, 1, (1, 2)), Window(3)), blank(7, 7)),
    ):
        numbers = filled(windows, picture)
        assert output_size(windows, picture).endswith(numbers) and "W" not in numbers
    assert shown(filled(Windows(Window(3, 2, 1), Window(3, 2, 1)), blank(5, 5))) == "⌊(5 − 3 + 2·1) / 2⌋ + 1 = 3"

"""Any text at all: a stack or a sentence, from the parser, the row of layers, its dials, its remedies, and at once."""

from __future__ import annotations

import random

import pytest

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window
from cnnviz.layers.sliding import read_inside
from cnnviz.layers.typed import read
from cnnviz.stacks import stack_of
from cnnviz.ui.lessons.layers import layers_dials
from cnnviz.ui.lessons.layers.layers_builder import chip
from cnnviz.ui.lessons.layers.layers_stack import remedies
from pace import loops
from visitor import Visitor

INPUT = (3, 16, 24)
WORDS = (
    "conv", "max", "avg", "fc", "dropout", "batch norm", "relu", "global avg", "gelu", "3x3", "2x2", "1x4", "5",
    "3x4", "1+2", "2+2", "1+2x0+1", "0", "1", "4", "8", "f3x4", "k5", "k3x2", "s2", "s0", "s1x2", "p1", "p0+1x2",
    "d2", "d2x1", "g2", "g3", "g2x3", "g2+2", "g0", "same", "reflect", "no bias", "ceil", "ignore padding", "1e999",
    "1e308", "0.3", "50%", "7", "p 1e999", "eps 1e999", "eps 1e-999", "9999999999999999999", "1000000", "4096", ";",
)  # fmt: skip
FOUND = (
    "fc 3x4", "fc 1+2", "conv f3x4 k5", "conv 4 3 g2x3", "conv 4 3 g2+2", "dropout 1e999", "dropout 1e308",
    "batch norm eps 1e999", "conv 4 3+2", "max 2+2", "conv 4 3 s1+2", "conv 4 3 d1+2",
)  # fmt: skip

DIALS = {
    "conv": ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups"),
    "max": ("kernel_size", "stride", "padding"),
    "avg": ("kernel_size", "stride", "padding"),
    "fc": ("out_features",),
    "dropout": ("p",),
}


def texts() -> list[str]:
    draw = random.Random(11)
    kinds = ("conv", "max", "avg", "fc", "dropout", "batch norm")
    some = [f"{draw.choice(kinds)} {' '.join(draw.choices(WORDS, k=draw.randint(1, 5)))}" for _ in range(500)]
    return [*FOUND, *some]


def test_any_text_is_a_stack_or_a_sentence():
    for text in texts():
        try:
            read(text)
        except CnnvizError as refused:
            assert 0 < len(str(refused)) < 250, text
        stack = stack_of(text, INPUT)
        assert stack.problem or len(stack.network.layers) == len(stack.parts), text
        assert len({label for label, _ in remedies(stack)}) == len(remedies(stack)), text
        for at, part in enumerate(stack.parts):
            assert chip(part), text
            assert "((" not in chip(part) and "(" not in chip(part), text
            if part.draft is None:
                continue
            for name in DIALS.get(part.draft.kind, ()):
                shown = layers_dials.value_of(part.draft, name, 100 if name == "p" else 1)
                assert isinstance(shown, (int, tuple)), (text, name)
            if part.draft.kind in ("conv", "max", "avg"):
                assert layers_dials.kernel_words(part.draft) and layers_dials.stride_words(part.draft), text
                stack_of(stack.changed(at, stride=2), INPUT)
            stack_of(stack.removed(at), INPUT)
        for row in stack.network.rows:
            assert row.layer.product(row.input_shape) or not row.parameters
            assert row.layer.operations(row.input_shape) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("relu; fc 3x4", "Layer 2, “fc 3x4”: its number of outputs is one number; write it like fc 120."),
        ("conv f3x4 k5", "Layer 1, “conv f3x4 k5”: its number of filters is one number; write it like conv 16"),
        ("conv 4 3 g2+2", "Layer 1, “conv 4 3 g2+2”: its number of groups is one number; write it like conv 16"),
        ("conv 4 3+2", "Layer 1, “conv 4 3+2”: only padding differs at the two ends of an axis; write it like"),
        ("dropout 1e999", "A stack is written with numbers up to 1,000,000; “1e999” is more."),
        ("max 5000", "A stack is written with a kernel size up to 4,096; 5,000 is more."),
    ],
)
def test_what_is_refused_is_no_draft_and_can_be_left_out(text, words):
    stack = stack_of(text, INPUT)
    assert words in stack.problem and stack.parts[-1].draft is None
    assert remedies(stack)[-1][1] == "; ".join(part.text for part in stack.parts[:-1])


def test_positions_read_inside_are_counted_one_by_one():
    draw = random.Random(3)
    for _ in range(400):
        window = Window(
            draw.randint(1, 6), draw.randint(1, 4), (draw.randint(0, 5), draw.randint(0, 5)), draw.randint(1, 3)
        )
        size = draw.randint(1, 12)
        if not window.fits(size):
            continue
        outputs = window.output_size(size, ceil_mode=draw.random() < 0.5)
        expected = sum(0 <= at < size for index in range(outputs) for at in window.taps(index))
        assert read_inside(window, size, outputs) == expected


HEAVY = {
    "fc 1000000000": "A stack is written with numbers up to 1,000,000; 1,000,000,000 is more.",
    "conv 100000 3x3": "numbers to keep, maps and parameters (the budget is 30,000,000); it is counted and not run.",
    "relu;" * 10_000: "The stack is written in 50,000 characters; it may have 4,000.",
    "relu;" * 799: "The stack has 799 layers; it may have 100.",
    "max 1000x1000 p500": "1,000,000 numbers in one window (the budget is 131,072); it is counted and not run.",
    "max 1000000 p500000": "A stack is written with a kernel size up to 4,096; 1,000,000 is more.",
    "conv 1 1000x1000 p500": "3,000,000 numbers in one window (the budget is 131,072)",
    "conv 1 2 p4000 s4000 d3000": "numbers in the maps before one layer, with their padding (the budget is",
    "conv 1 1x1 p1500; max 300 s1 p150": "numbers to lay out, compare or add (the budget is 1,000,000,000)",
    "conv 1 1x1 p2000x0; max 4000 s1 p2000": "numbers in one window",
    "conv 64 1x1; conv 1 256x256 p128": "4,194,304 numbers in one window",
}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor("layers", size="24")


@pytest.mark.parametrize("text", HEAVY, ids=lambda text: text[:24])
def test_no_text_takes_long(visitor, text):
    assert loops(lambda: visitor.set(stack=text), enough=500) < 500
    assert HEAVY[text] in visitor.said()


@pytest.mark.parametrize("text", FOUND)
def test_the_page_takes_it(visitor, text):
    visitor.set(stack=text)

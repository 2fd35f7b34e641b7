"""What the Layers page keeps, sends and computes: within a budget, whatever the picture and the stack."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cnnviz.graph import Graph
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.passes import Pass
from cnnviz.pictures import encode_png, sample
from cnnviz.stacks import stack_of
from cnnviz.ui.lessons.layers import layers_run
from cnnviz.ui.lessons.layers.layers_setup import OWN_SIZE, Setup
from cnnviz.ui.memory import CACHES
from cnnviz.ui.settings import MOST_NUMBERS
from visitor import Visitor


@pytest.fixture(autouse=True)
def nothing_kept():
    for cache in CACHES:
        cache.clear()


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The layers that were run, by name, as they are run."""
    found: list[str] = []
    run = Graph.step

    def step(self, row, *given):
        found.append(row.layer.kind)
        return run(self, row, *given)

    monkeypatch.setattr(Graph, "step", step)
    return found


def test_a_draw_runs_again_from_the_first_dropout_on(counted):
    at = page(stack="conv 4 3x3; dropout 0.4; fc 3; dropout 0.2; relu", unit="2.1", mode="training")
    assert counted == ["CONV", "DROPOUT", "FC", "DROPOUT", "ACTIVATION"]
    counted.clear()
    before = at.stage().output
    at.press("draw-again")
    assert counted == ["DROPOUT", "FC", "DROPOUT", "ACTIVATION"]
    assert ((before != 0) != (at.stage().output != 0)).any()
    counted.clear()
    at.set(dropped=30)
    assert counted == []
    assert page(stack="conv 4 3x3; relu", mode="training") and counted == ["CONV", "ACTIVATION"]


def passed(text: str, seed: int, draw: int, divisor: float = 1.0) -> Pass:
    """The pass that the page shows of a stack in training on a small cat."""
    picture = sample("chelsea").at(24, "rgb")
    stack = stack_of(text, picture.shape)
    return layers_run.passed(Setup(stack, picture, divisor, seed, True, draw, OWN_SIZE, 0))


def test_a_run_in_two_parts_is_the_run_in_one():
    text = "conv 4 3x2; batch norm; dropout 0.4; max 2; dropout 0.3; fc 5"
    picture = sample("chelsea").at(24, "rgb")
    network = Network(picture.shape, read(text))
    parameters, values = network.initial(3), picture.levels().astype(np.float32) / 255
    for draw in (0, 5, 0):
        expected = network.forward(values, parameters, True, np.random.default_rng(draw))
        for map, other in zip(passed(text, 3, draw, 255.0).maps, expected, strict=True):
            assert np.array_equal(map, other)


def test_two_runs_are_kept_and_one_draw_of_each():
    text, picture = "conv 2 3x3; dropout 0.5; relu", sample("chelsea").at(24, "rgb")
    network, values = Network(picture.shape, read(text)), picture.levels().astype(np.float32)

    def holds(run: Pass, seed: int, draw: int) -> bool:
        expected = network.forward(values, network.initial(seed), True, np.random.default_rng(draw))
        return all(np.array_equal(map, other) for map, other in zip(run.maps, expected, strict=True))

    first, second = passed(text, 3, 1), passed(text, 4, 2)
    assert passed(text, 3, 1) is first and holds(first, 3, 1)
    assert passed(text, 4, 2) is second and holds(second, 4, 2)
    other = passed(text, 3, 2)
    assert holds(other, 3, 2) and passed(text, 3, 2) is other and passed(text, 4, 2) is second
    again = passed(text, 3, 1)
    assert again is not first and holds(again, 3, 1), "the draw before is made anew"
    assert again.map(1) is first.map(1), "and not what hangs on no draw"
    assert passed(text, 4, 2) is second
    passed(text, 5, 0)
    assert passed(text, 4, 2) is second and passed(text, 3, 1) is not again, "that goes which was asked for longest ago"
    assert holds(passed(text, 3, 1), 3, 1)


@pytest.fixture(scope="module")
def large() -> bytes:
    return encode_png(np.random.default_rng(2).integers(0, 256, (3, 1024, 1024), dtype=np.uint8))


def page(**link: str) -> Visitor:
    return Visitor("layers", **{"size": "24", "values": "0–1", **link})


def own(picture: bytes, **link: str) -> Visitor:
    return page(size="2048", **link).upload("mine.png", picture)


def test_a_map_that_reads_too_much_is_not_on_the_stage(large):
    at = own(large, stack="conv 20 1x1; conv 1 1x1", unit="2.1")
    assert not at.shows("stage") and at.shows("volumes")
    # 20 maps and its own of 1024 x 1024, and 20 weights of 8 bytes
    assert "A map of layer 2, CONV 1 × 1, with all that it reads, is 22,020,136 numbers of 4 bytes;" in at.said()
    assert "the stage draws up to 4,000,000. Fewer pixels fit" in at.said()
    at.press("remedy stage")
    assert at.setting("size") == 384 and at.shows("stage")
    assert len(at.stage().data) < 4 * MOST_NUMBERS + 100_000
    assert "Not on the stage." not in at.said()


@pytest.mark.parametrize(
    "text",
    [
        "conv 6 3x3", "fc 3", "conv 6 3x3 s2; fc 1", "conv 2 1x1; conv 4 3x3 g2", "conv 8 1x1 s2; max 2; relu",
        "tconv 3 4x3 s2x3 p1; tconv 2 2x2 s1x2 p3",
    ],
)  # fmt: skip
def test_what_is_counted_is_what_is_sent(text, large):
    for number, row in enumerate(Network((3, 40, 60), read(text)).rows, 1):
        at = page(stack=text, unit=f"{number}.1", size="60")
        envelope = at.stage()
        assert row.traced_bytes(levels=True) <= len(envelope.data) < row.traced_bytes(levels=True) + 8000


def test_pictures_of_maps_are_encoded_as_they_are_drawn(large):
    at = own(large, stack="conv 1 1x1")
    bodies = "".join(body for body in at.markup() if "data:image/png" in body)
    assert len(bodies) < 800_000  # of which a browser shows half: each map for a light page and for a dark one
    pictures = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) for data in re.findall('base64,([^"]+)', bodies)
    ]
    assert [picture.shape for picture in pictures] == [(342, 342)] * 6  # three maps, each for a light and a dark page
    assert "Drawn is one number of each 3 × 3" in at.said()
    assert "Drawn is one" not in page().said()

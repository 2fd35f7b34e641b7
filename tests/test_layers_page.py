"""The Layers page: the stack in the link, what its buttons and dials make of it, what is run, counted and refused."""

from __future__ import annotations

import math
import re
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.formats import open_network, write_network
from cnnviz.layers.typed import read
from cnnviz.models import ARCHITECTURES
from cnnviz.models.weights import pack
from cnnviz.network import Network
from cnnviz.ops import adaptive_avg_pool2d
from cnnviz.pictures import sample
from cnnviz.stacks import stack_of
from cnnviz.ui.formulas import size
from cnnviz.ui.lessons.layers.layers_builder import chip
from cnnviz.ui.lessons.layers.layers_counted import bytes_of, distance
from cnnviz.ui.lessons.layers.layers_setup import NET, OWN_SIZE, Setup
from cnnviz.ui.lessons.layers.layers_stack import NEW, START, remedies
from cnnviz.ui.lessons.layers.layers_take import as_trained, with_weights
from cnnviz.ui.words import number
from stacks import branched, by_onnxruntime
from visitor import Visitor

SMALL = {"size": "24", "values": "0–1"}  # a picture of 16 x 24
INPUT = (3, 16, 24)


# --- a visitor ---


def page(**link: str) -> Visitor:
    return Visitor("layers", **{**SMALL, **link})


def is_drawn(at: Visitor) -> bool:
    assert at.shows("stage") == at.shows("volumes")
    return at.shows("stage")


def maps_of(text: str, divisor: float = 255.0, seed: int = NET.start) -> list[np.ndarray]:
    """Every map of a stack on the small sample, by ONNX Runtime."""
    picture = sample("chelsea").at(24, "rgb")
    layers = read(text)
    parameters = Network(INPUT, layers).initial(seed)
    return by_onnxruntime(layers, parameters, picture.levels().astype(np.float32) / np.float32(divisor))


# --- what is run ---

EVERYTHING = (
    "conv 6 3x2 p1 s1x2 g3; batch norm; leaky relu; max 3x3 s2 p1 ceil; avg 2x2 s1; dropout 0.3; fc 9; sigmoid; fc 4"
)


def test_every_layers_map_on_the_stage_is_onnxruntimes():
    maps = maps_of(EVERYTHING)
    at = page(stack=EVERYTHING)
    for layer, expected in enumerate(maps[1:]):
        channel = len(expected) - 1
        unit = f"{layer + 1}.{channel + 1}.1.1" if expected.ndim == 3 else f"{layer + 1}.{channel + 1}"
        stage = at.follow(unit=unit).stage()
        assert stage.header["options"]["unit"] == [layer, channel]
        np.testing.assert_allclose(stage.output, np.atleast_2d(expected[channel]), rtol=1e-4, atol=1e-5)
        # Only what it reads goes over: FC all, the last of three groups over RGB the last channel, the rest their own.
        reads = maps[layer] if read(EVERYTHING)[layer].kind == "FC" else maps[layer][[2 if layer == 0 else channel]]
        given = stage.input / stage.header["divisor"]
        np.testing.assert_allclose(given, reads.reshape(given.shape), rtol=1e-4, atol=1e-5)
        name = read(EVERYTHING)[layer].name
        assert stage.header["names"]["output"].startswith(f"{layer + 1} {name}, ")


def test_values_of_the_sidebar_are_what_is_multiplied():
    at = page(values="0–255")
    stage = at.stage()
    assert stage.header["divisor"] == 1 and stage.input.dtype == np.uint8
    np.testing.assert_allclose(stage.output, maps_of(START, 1.0)[1][0], rtol=1e-4, atol=1e-3)
    assert page().stage().header["divisor"] == 255


def test_the_seed_draws_other_weights():
    at = page()
    before = at.stage().weight.copy()
    at.set(net=5)
    assert (at.stage().weight != before).all()
    np.testing.assert_allclose(at.stage().output, maps_of(START, seed=5)[1][0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_presets_reach_their_published_counts(name):
    at = page().press(f"preset {name}")
    told = ARCHITECTURES[name]
    published = f"Published: {told.parameters:,} parameters ({told.counted_by}); counted here: {told.parameters:,}."
    assert published in at.said()
    assert at.setting("stack") == told.stack
    assert f"{told.parameters:,}" in at.said() and f"{told.network.multiply_adds:,}" in at.said()
    assert f"Input {size(told.input_shape)}" in at.said()
    assert is_drawn(at) == (name == "LeNet-5")
    if name != "LeNet-5":
        assert "Counted, not run. This network takes" in at.said() and "the budget is 30,000,000" in at.said()
    if name == "VGG-16":
        assert "7 × 7 × 512" in at.said() and "212 × 212" in at.said()
    at.press("preset small")
    assert at.setting("stack") == START and is_drawn(at)


def test_a_picture_too_large_to_run_is_counted_and_offered_smaller():
    at = page(size="440", stack="conv 64 9x9 p4; relu; max 2")
    assert "Counted, not run. This network takes 2,004,963,840 multiply-adds (the budget is 2,000,000,000);" in (
        at.said()
    )
    assert not is_drawn(at)
    at.press("remedy size")
    assert at.setting("size") == 384 and is_drawn(at)
    assert not at.press("preset AlexNet").controls("remedy size")


def test_a_square_input_says_what_was_done():
    at = page(stack="conv 4 3x3", input="32 × 32, grey")
    assert at.stage().input.shape == (1, 32, 32)
    words = at.said().replace("\\", "")
    assert "Cut to the square in the middle, 300 × 300 of 300 × 451" in words and "Reduced from 300 × 300" in words


# --- building ---


def test_a_click_on_a_layer_brings_its_dials_and_its_map():
    at = page().press("chip 3")
    assert at.link("unit") == "4.1"
    assert [at.control(f"layer-{letter}").value for letter in "fksp"] == [16, 3, 1, 1]
    assert at.stage().header["options"]["unit"] == [3, 0]
    at.press("chip 6")
    assert at.control("layer-f").value == 10


def test_dials_write_the_text():
    at = page().set({"layer-k": 5})
    assert at.setting("stack").startswith("conv 8 5x5 p1; relu;")
    for letter, value in (("f", 12), ("s", 2), ("p", 2), ("d", 2)):
        at.set({f"layer-{letter}": value})
    assert at.setting("stack").startswith("conv 12 5x5 s2 p2 d2; relu;")
    at.set({"layer-g": 3})
    at.set({"layer-border": "reflect"})
    at.set({"layer-bias": False})
    assert at.setting("stack").startswith("conv 12 5x5 s2 p2 d2 g3 no bias reflect; relu;")
    assert at.stage().output.shape == (6, 10)
    at.press("chip 1")
    at.set({"layer-function": "GELU"})
    at.press("chip 2")
    at.set({"layer-pool": "average"})
    at.set({"layer-k": 3})
    assert "; gelu; avg 3x3 s2; conv" in at.setting("stack")
    at.set({"layer-ceil": True})
    assert "; gelu; avg 3x3 s2 ceil; conv" in at.setting("stack")


def test_what_dials_cannot_reach_is_told_and_kept():
    at = page(stack="conv 6 3x2 p0+1x2; max 9; fc 4097")
    assert "as typed: 3 × 2" in at.said() and "as typed: 0+1 × 2" in at.said()
    at.set({"layer-f": 7})
    assert at.setting("stack") == "conv 7 3x2 p0+1x2; max 9x9; fc 4097"
    at.press("chip 2")
    assert "as typed: 4,097" in at.said()


def test_layers_of_every_kind_are_added_behind_the_chosen_one():
    at, texts = page(unit="3.1"), START.split("; ")
    for name, text in NEW.items():
        at.press(f"add {name}")
        assert at.setting("stack").split("; ") == [*texts[:3], text, *texts[3:]]
        assert at.link("unit") == "4.1" and at.stage() is not None or name == "FC"
        at.press("remove")
        at.press("chip 2")
    assert at.setting("stack") == START


def test_pooling_to_a_size_and_upsampling_have_their_dials_and_their_stage():
    at = page(stack="conv 2 3x3; adaptive avg 5; upsample 2x bilinear", unit="2.2")
    assert "gives 5 × 5 × 2" in at.said()
    stage = at.stage()
    expected = adaptive_avg_pool2d(stage.input[:1].astype(float), 5)[0] / stage.header["divisor"]
    np.testing.assert_allclose(stage.output, expected, rtol=1e-5)
    assert at.stage().axes[0]["counts"] == [3, 4, 4, 4, 3] and at.stage().axes[0]["starts"] == [0, 2, 5, 8, 11]
    at.set({"layer-output_size": 7})
    assert at.setting("stack") == "conv 2 3x3; adaptive avg 7; upsample 2x bilinear"
    assert "counts" not in at.stage().axes[0] and at.stage().axes[0]["kernel"] == 2  # 14 divided by 7
    at.follow(unit="3.1")
    assert at.stage()["weight"].shape == (14, 14, 1, 2, 2)
    at.set({"layer-scale_factor": 3})
    at.set({"layer-corners": True})
    assert at.setting("stack").endswith("upsample 3x bilinear align corners")
    at.set({"layer-mode": "nearest"})
    assert at.setting("stack").endswith("upsample 3x") and at.stage().output.shape == (21, 21)
    at.set(stack="adaptive max keepx3; upsample to 4x5; upsample 1.5x2x")
    assert [chip(part).replace("\\", "") for part in stack_of(at.setting("stack"), INPUT).parts] == [
        "MAX TO as it is × 3", "UPSAMPLE TO 4 × 5", "UPSAMPLE 1.5 × 2",
    ]  # fmt: skip
    for unit in ("1.1", "2.1", "3.1"):
        assert "as typed" in at.follow(unit=unit).said()
    assert "no operator has others" in at.set(stack="adaptive avg 5x7").said()


def test_layers_are_moved_and_removed():
    at = page(unit="3.1").press("move earlier")
    assert at.setting("stack").startswith("conv 8 3x3 p1; max 2x2; relu;") and at.link("unit") == "2.1"
    at.press("move later")
    assert at.setting("stack") == START
    at.press("remove")
    assert at.setting("stack") == START.replace("max 2x2; ", "", 1)
    for _ in range(6):
        at.press("remove")
    assert at.setting("stack") == "" and "The stack has no layer yet." in at.said() and not is_drawn(at)
    at.press("add FC")
    assert at.setting("stack") == "fc 10" and is_drawn(at)
    assert at.control("move earlier").disabled and at.control("move later").disabled


def test_a_link_holds_the_whole_page():
    at = page(stack="conv 4 5x5; max 2; fc 3", unit="2.3.4.5", mode="training", net="7")
    options = at.stage().header["options"]
    assert options["unit"] == [1, 2] and options["at"] == [3, 4]
    assert at.control("layer-k").value == 2
    np.testing.assert_allclose(at.stage().output, maps_of("conv 4 5x5; max 2", seed=7)[2][2], rtol=1e-4, atol=1e-5)


def test_a_link_to_a_unit_that_is_not_there_shows_one_that_is():
    at = page()
    for text in ("99.1", "1.99.99.99", "0.0", "x", "<b>"):
        assert is_drawn(at.follow(unit=text))


# --- what is pasted ---


def test_pasted_code_becomes_the_pages_own_words_and_can_be_changed_layer_by_layer():
    at = page()
    at.set(stack="nn.Sequential(\n    nn.Conv2d(3, 8, 3, padding=1),  # first\n    nn.ReLU(),\n    nn.MaxPool2d(2),\n)")
    assert at.setting("stack") == at.control("stack").value == "conv 8 3x3 p1; relu; max 2x2" and is_drawn(at)
    at.set(**{"layer-k": 5})
    assert at.setting("stack").startswith("conv 8 5x5 p1;")
    # What is not here stays as it was pasted, and one press leaves it out.
    at.set(stack="Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))\nSELU()\nLinear(in_features=9, out_features=5)")
    assert at.setting("stack") == "conv 4 3x3; SELU(); fc 5 in 9"
    assert "Layer 2, “SELU()”, is no layer that can be typed here; there are conv," in at.said() and is_drawn(at)
    at.press("remedy leave layer 2 out")
    assert "Layer 2, FC 5: it is written for 9 numbers, and 1,232 come in" in at.said()
    at.press("remedy take the 1,232 that come in")
    assert at.setting("stack") == "conv 4 3x3; fc 5" and is_drawn(at)
    # A network on digits reads one plane: the picture in grey is one press away, and not where it would not help.
    at.set(stack="Conv2d(1, 4, 3)\nReLU()").press("remedy depth")
    assert at.setting("stack") == "conv 4 3x3 in 1; relu" and at.setting("depth") == "Grey" and is_drawn(at)
    assert not at.set(stack="conv 4 3x3 in 5").controls("remedy depth")
    # Code that is no chain of layers stays, and says why.
    at.set(stack="class Net(nn.Module): pass")
    assert at.setting("stack") == "class Net(nn.Module): pass" and "is code of a module" in at.said()


def test_a_summary_says_what_it_left_open_until_the_stack_is_another():
    at = page(depth="Grey").set(stack=KERAS)
    assert at.setting("stack") == "conv 4 3x3; relu; max 2x2; fc 10" and is_drawn(at)
    said = "Keras’ summary does not say everything. Taken here: kernels as square"
    assert said in at.said()
    assert said not in at.set(**{"layer-k": 5}).said()


KERAS = """
│ Layer (type) │ Output Shape │ Param # │ Connected to │
│ i (InputLayer) │ (None, 16, 24, 1) │ 0 │ - │
│ a (Conv2D) │ (None, 14, 22, 4) │ 40 │ i[0][0] │
│ b (ReLU) │ (None, 14, 22, 4) │ 0 │ a[0][0] │
│ c (MaxPooling2D) │ (None, 7, 11, 4) │ 0 │ b[0][0] │
│ d (Flatten) │ (None, 308) │ 0 │ c[0][0] │
│ e (Dense) │ (None, 10) │ 3,090 │ d[0][0] │
"""


def test_the_stack_is_taken_away_as_code_and_as_a_file():
    at = page(stack=RESIDUAL)
    assert [at.app.get("download_button")[index].proto.disabled for index in range(3)] == [False] * 3
    assert "Netron draws it, and ONNX Runtime runs it" in at.said()
    at.set(stack="conv 4 3x3 p1 reflect; lrn 4")
    assert [at.app.get("download_button")[index].proto.disabled for index in range(3)] == [False, True, True]
    assert "Keras: Layer 1, CONV 3 × 3: Keras has no layer whose border is reflect; zeros it has." in at.said()
    assert "ONNX: LRN 4: a file's LRN looks at an odd number of maps; 4 is even." in at.said()


def test_the_file_that_is_taken_away_is_the_network_on_the_page():
    picture = sample("chelsea").at(24, "rgb")
    told = Setup(stack_of(RESIDUAL, INPUT), picture, 255.0, NET.start, False, 0, OWN_SIZE, 0)
    run, why = with_weights(told)
    opened = open_network(write_network(as_trained(told, run)))
    assert why == "" and opened.network.input_shape == told.shape
    np.testing.assert_allclose(opened.network.output(run.map(0), opened.parameters), run.maps[-1], rtol=1e-4, atol=1e-5)


def test_weights_come_from_a_file_and_what_does_not_fit_says_so():
    at = page(stack="conv 4 3x3; relu")
    drawn = at.stage().output
    own = Network(INPUT, read("conv 4 3x3; relu")).initial(5)
    at.upload("net.npz", pack(own), key="layer-weights", kind="application/octet-stream")
    assert "The weights are those of net.npz; the seed does nothing now." in at.said()
    np.testing.assert_allclose(at.stage().output, maps_of("conv 4 3x3; relu", 1, 5)[1][0] / 255, atol=1e-4)
    assert not np.array_equal(at.stage().output, drawn)
    at.set(stack="conv 4 5x5; relu")
    said = "Layer 1, CONV 5 × 5: its weight is 4 × 3 × 5 × 5, and 0.weight, the next in the file, is 4 × 3 × 3 × 3."
    assert said in at.source() and is_drawn(at)


def test_code_in_a_link_is_read_as_well():
    at = page(stack="Conv2d(3, 4, kernel_size=(3, 3), stride=(2, 2)); ReLU()")
    assert is_drawn(at) and at.stage().output.shape == (7, 11)


def test_a_same_with_a_stride_says_whose_it_is():
    at = page(stack="conv 8 3x3 s2 same; relu; max 3x3 s2 same")
    assert at.stage().axes[0] == {"kernel": 3, "stride": 2, "before": 0, "after": 1, "dilation": 1}
    said = at.said().replace("\\", "")
    assert (
        "Layer 1: “same” is TensorFlow’s here, for PyTorch has none with a stride. On 16 × 24 it pads 0 above and 1 "
        "below, 0 on the left and 1 on the right. conv 8 3x3 s2 p1, usual in PyTorch, gives the same size and other "
        "numbers."
    ) in said
    assert "Layer 3: “same”" not in said  # one sentence at a time: of the chosen layer, or of the first
    pool = page(stack="conv 8 3x3 s2 same; relu; max 3x3 s2 same", unit="3.1").said().replace("\\", "")
    assert "Layer 3: “same” is TensorFlow’s here, for PyTorch’s POOL has none. On 8 × 12 it pads 0 above" in pool
    assert "Layer 1: “same”" not in pool
    assert at.setting("stack") == "conv 8 3x3 s2 same; relu; max 3x3 s2 same" and "as typed: same" in said
    # On a picture of odd sides both are the same, and at stride 1 nothing needs to be said.
    assert "usual in PyTorch" not in page(stack="conv 8 3x3 s2 same", size="25").said()
    assert "TensorFlow" not in page(stack="conv 8 3x3 same").said()


# --- what cannot follow ---

STUCK = (
    "conv 4 3x3; conv 4 20x3; relu",
    "max 2; max 2; max 2; max 2; max 2; max 2",
    "fc 10; relu; conv 4 3x3",
    "conv 4 3x3; fc 5; max 2; fc 3",
    "conv 4 3x3 g2",
    "conv 6 3x3 g4",
    "relu; max 3 p2; relu",
    "conv 4 3x3 p15; max 4; conv 4 3x3 p14 reflect",
    "conv 4 9x9 d4; relu",
    "relu; foo; max 2",
    "dropout 7; relu",
    "fc 3; global avg",
    "conv 4 3x3 s0",
    "avg 2x2; conv 4",
)


@pytest.mark.parametrize("text", STUCK)
def test_every_remedy_lets_the_layer_follow(text):
    stack = stack_of(text, INPUT)
    assert stack.problem.startswith(f"Layer {stack.stuck + 1}, ") and stack.problem.endswith((".", ")"))
    offered = remedies(stack)
    assert offered and len({label for label, _ in offered}) == len(offered)
    for label, other in offered:
        again = stack_of(other, INPUT)
        assert again.stuck is None or again.stuck > stack.stuck or len(again.parts) < len(stack.parts), label


def test_nearest_values_are_the_nearest():
    offered = dict(remedies(stack_of("conv 4 3x3; conv 8 20x20; relu", INPUT)))
    assert offered["K = 14"] == "conv 4 3x3; conv 8 14x14; relu" and "K = 15" not in offered
    assert offered["P = 3"] == "conv 4 3x3; conv 8 20x20 p3; relu"
    offered = dict(remedies(stack_of("conv 4 3x3 g2", INPUT)))
    assert offered["groups = 1"] == "conv 4 3x3"
    stack = stack_of("conv 6 3x3 g4", INPUT)
    assert "1, 2, 3 or 6 can be." in stack.problem  # with 3 channels coming in, 1 or 3
    assert [label for label, _ in remedies(stack) if label.startswith("groups")] == ["groups = 1", "groups = 3"]
    stack = stack_of("conv 720 1x1; conv 720 1x1 g7", INPUT)
    assert "1, 2, 3, 4, 5, 6, 8, … or 720" in stack.problem
    told = [label.removeprefix("groups = ") for label, _ in remedies(stack) if label.startswith("groups")]
    assert told == ["1", "2", "3", "4", "5", "6", "8", "720"]
    offered = dict(remedies(stack_of("fc 10; relu; conv 4 3x3", INPUT)))
    assert offered["put it before layer 1, FC"] == "conv 4 3x3; fc 10; relu"


def test_a_stuck_layer_keeps_what_is_before_it_and_can_be_mended():
    at = page(stack="conv 4 3x3; relu; conv 4 15x15; relu", unit="3.1")
    assert "Layer 3, CONV 15 × 15: the map before it is only 14 × 22; a kernel of at most 14 fits" in at.said()
    assert is_drawn(at) and at.stage().header["options"]["unit"] == [0, 0]
    assert at.control("layer-k").value == 15 and "cannot follow: see below" in at.said()
    at.press("remedy K = 14")
    assert at.setting("stack") == "conv 4 3x3; relu; conv 4 14x14; relu"
    assert at.stage().header["options"]["unit"] == [2, 0] and "cannot" not in at.said()


@pytest.mark.parametrize(("text", "words", "remedy"), [
    ("conv 4 0x0", "Layer 1, the kernel's size K is 0; it must be", "K = 1"),
    ("conv 4 3x3 s0", "Layer 1, the stride S is 0; it must be", "S = 1"),
])  # fmt: skip
def test_a_setting_of_0_is_named_as_its_dial_and_mended(text, words, remedy):
    at = page(stack=text)
    assert words in at.said() and "kernel_size" not in at.said()
    assert is_drawn(at.press(f"remedy {remedy}"))


def test_any_text_gives_a_sentence():
    at = page()
    for text in ("<img src=x onerror=alert(1)>", "; ;", "relu;" * 101, "**bold** [a](b)"):
        at.set(stack=text)
        assert not is_drawn(at)
        assert "<img src=x" not in "".join(at.markup())
        assert at.remedies()


def test_batch_norm_of_single_numbers_in_training_is_refused_and_mended():
    at = page(stack="conv 4 3x3; fc 5; batch norm", mode="training")
    assert "Layer 3, BATCH NORM: in training it needs more than one number" in at.said() and not is_drawn(at)
    at.press("remedy inference")
    assert is_drawn(at)


# --- dropout, batch norm, FC ---


def test_dropout_in_training_drops_and_draws_again():
    text = "conv 4 3x3; dropout 0.4; fc 3"
    assert page(stack=text, unit="2.1").stage().header["scale"] == 1
    at = page(stack=text, unit="2.1", mode="training")
    first, zeros = at.stage(), maps_of(text)[1][0]
    assert first.header["scale"] == pytest.approx(1 / 0.6)
    kept = first.output != 0
    assert 0.45 < kept.mean() < 0.75
    np.testing.assert_allclose(first.output[kept], (zeros / 0.6)[kept], rtol=1e-4)
    again = at.press("draw-again").stage()
    assert ((again.output != 0) != kept).any()


def test_dropout_keeps_the_expectation():
    at = page(values="0–255")
    at.set(dropped=30)
    words = at.said()
    mean = maps_of(START, 1.0)[1][0].mean()
    assert f"the map itself, mean {number(mean)}" in words
    share = float(re.search(r"([\d.]+)\u00a0% of what was not 0 dropped", words)[1])
    assert 22 < share < 38
    off = re.search(r"one draw is off by ([\d.]+) a number on average, the mean of 1,000 draws by ([\d.]+):", words)
    one, many = map(float, off.groups())
    # A number x is off by x with probability p, else by x p / (1 - p); the mean of 1,000 draws is about normal.
    size = np.abs(maps_of(START, 1.0)[1][0]).mean()
    assert one == pytest.approx(2 * 0.3 * size, rel=0.15)
    assert many == pytest.approx(math.sqrt(2 / math.pi * 0.3 / 0.7 / 1000) * size, rel=0.1)
    assert at.press("dropout-again").said() != words


def test_batch_norm_moves_the_distribution_to_beta_and_gamma():
    at = page()
    map = maps_of(START)[1][0]
    assert f"Before: mean {number(map.mean())}, deviation {number(map.std())}" in at.said()
    assert "After: mean 0, deviation 0.999" in at.said() or "After: mean 0, deviation 1" in at.said()
    at.set(gamma=-2.0)
    at.set(beta=0.5)
    after = re.search(r"After: mean ([\d.]+), deviation ([\d.]+)", at.said())
    assert float(after[1]) == pytest.approx(0.5) and float(after[2]) == pytest.approx(2, rel=2e-3)
    assert "16 × 24 = 384 numbers" in at.said()
    assert "One number has no spread" in page(unit="7.1").said()



def test_fc_against_conv_on_the_visitors_sizes():
    words = page().said()
    assert "(3 × 3 × 3 + 1) × 8 = 224 parameters, 896 bytes; 82,944 multiply-adds" in words
    assert "(16 × 24 × 3 + 1) × 3,072 = 3,542,016 parameters, 14 MB; 3,538,944 multiply-adds" in words
    assert "FC’s is 158 m long: 15,813 times" in words and "does not fit on any screen" in words
    words = page(stack="conv 2 15x15 s2; relu; fc 2").said()
    assert "(15 × 15 × 3 + 1) × 2 = 1,352 parameters" in words and "(16 × 24 × 3 + 1) × 10 = 11,530 parameters" in words
    assert "FC’s is 8.5 cm long" in words and "screen" not in words
    assert "Put a CONV layer into the stack" in page(stack="relu").said()


def test_the_closing_note_tells_this_stack():
    words = page().said()
    assert "7 layers make 10 numbers of the picture’s 16 × 24 × 3, with 5,242 parameters." in words
    assert "A unit of layer 1 sees 3 × 3 of the picture, one of layer 6 sees 10 × 10: deeper units see more" in words
    assert "73.4\u00a0% of the parameters are in FC layers" in words
    words = page(stack="conv 4 3x3; relu").said()
    assert "sees 3 × 3 of the picture; behind it no layer widens that." in words and "in FC layers" not in words


@pytest.mark.parametrize(
    ("stack", "told"),
    [
        ("fc 10; fc 5", "the whole picture 16 × 24"),
        ("conv 4 5x5; relu; conv 4 12x20; fc 2", "the whole picture 16 × 24"),
        ("conv 4 15x15 p7; fc 3", "the whole picture 30 × 38, padding included"),
        ("conv 4 15x15 p7; conv 4 15x15 p7", "one of layer 2 sees 29 × 29, padding included: deeper units see more"),
        ("conv 4 17x3 p8", "A unit of layer 1 sees 17 × 3 of the picture, padding included; behind it"),
    ],
)
def test_padding_is_included_only_where_a_unit_sees_more_than_the_picture(stack, told):
    words = page(stack=stack).said()
    assert told in words and ("padding included" in words) == ("padding included" in told)


def test_what_strides_leave_out_of_what_is_seen_is_said():
    words = page(stack="conv 2 2x1 s3; max 1x2 s1x3").said()
    assert "one of layer 2 sees 2 × 4, of which it reads every row and 2 of 4 columns: deeper units see more" in words
    words = page(stack="conv 2 2x2 s3; fc 3").said()
    assert "14 × 23, of which it reads 10 of 14 rows and 16 of 23 columns" in words  # of 16 × 24


def test_lenet_pads_nothing():
    words = page().press("preset LeNet-5").said()
    assert "the whole picture 32 × 32" in words and "padding included" not in words


def test_layers_that_share_the_most_are_told_together():
    words = page(stack="conv 3 3x3 p1; relu; conv 3 3x3 p1; conv 3 3x3 p1").said()
    assert "33.3\u00a0% of the 252 parameters are in layer 1, CONV 3 × 3, and 2 others, each;" in words
    assert "multiply-adds in layer 1, CONV 3 × 3, and 2 others, each." in words
    vgg = page().press("preset VGG-16").said()
    counted = ARCHITECTURES["VGG-16"].network.rows
    assert [row.index + 1 for row in counted if row.multiply_adds == 1_849_688_064] == [3, 8, 13, 15, 20, 22]
    assert "12\u00a0% of the 15,470,264,320 multiply-adds in layer 3, CONV 3 × 3, and 5 others, each." in vgg


def test_a_share_just_below_all_is_not_all():
    words = page(stack="conv 1 1x1; fc 4096").said()
    assert ">\u00a099.9\u00a0% of the 1,576,964 parameters are in layer 2" in words and "100\u00a0%" not in words


def test_a_stack_that_reads_its_own_square_says_so():
    silent = "“Depth” and “Longest side” in the sidebar do nothing now"
    assert silent not in page().said()
    at = page().press("preset LeNet-5")
    assert f"a square of its own, 32 × 32, grey: {silent}" in at.said() and "“the picture as it is”" in at.said()
    assert silent not in at.set(input="the picture as it is").said()


def test_the_question_can_be_answered_with_this_stack():
    assert "Remove the POOL layers one by one" in page().said()
    for stack in ("conv 4 3x3; relu; fc 3", "conv 4 3x3; global avg; fc 3"):
        words = page(stack=stack).said()
        assert "Remove the POOL" not in words and "Put a max pool behind the first CONV" in words
        assert "FC’s parameters, of CONV’s, and of what" in words
    assert "global average" not in page(stack="conv 4 3x3; max 2x2").said().split("Remove the POOL")[1]
    assert "Put a CONV layer first" in page(stack="fc 3").said()


@pytest.mark.parametrize(("stack", "words"), [("fc 10", "One number is"), ("conv 2 14x20", "15 numbers are")])
def test_dropout_on_few_numbers_claims_nothing(stack, words):
    told = page(stack=stack).said()
    assert f"{words} too few to show that the mean stays" in told and "expectation" not in told
    assert "expectation is kept" in page(stack="conv 2 13x21").said()  # 4 x 4


# --- branches ---

RESIDUAL = "conv 4 3x3 p1; [conv 4 3x3 p1; relu; conv 4 3x3 p1 | same] add; relu; max 2x2"


def test_every_map_of_branches_on_the_stage_is_onnxruntimes():
    network = branched(INPUT, RESIDUAL)
    levels = sample("chelsea").at(24, "rgb").levels()
    maps = by_onnxruntime(network, network.initial(NET.start), levels.astype(np.float32) / np.float32(255))
    at = page(stack=RESIDUAL)
    for layer, expected in enumerate(maps[1:]):
        stage = at.follow(unit=f"{layer + 1}.3.5.6").stage()
        np.testing.assert_allclose(stage.output, expected[2], rtol=1e-4, atol=1e-5)
    add = at.follow(unit="6.3.5.6").stage()  # the third map of either branch, one behind the other
    np.testing.assert_allclose(add.input / add.header["divisor"], [maps[4][2], maps[1][2]], rtol=1e-4, atol=1e-5)
    assert "6 ADD" in add.header["names"]["output"]


def test_a_residual_block_is_added_taken_apart_and_moved_within_its_branch():
    at = page(stack="conv 4 3x3 p1; max 2x2", unit="1.1").press("add RESIDUAL BLOCK")
    block = "[conv 4 3x3 p1; relu; conv 4 3x3 p1 | same] add"
    assert at.setting("stack") == f"conv 4 3x3 p1; {block}; max 2x2" and is_drawn(at)
    at.press("add RESIDUAL BLOCK")  # pressed twice, one stands behind the other
    assert at.setting("stack") == f"conv 4 3x3 p1; {block}; {block}; max 2x2" and at.link("unit") == "11.1"
    at.follow(stack=f"conv 4 3x3 p1; {block}; max 2x2")
    at.press("chip 2").press("move earlier")
    assert at.setting("stack") == "conv 4 3x3 p1; [relu; conv 4 3x3 p1; conv 4 3x3 p1 | same] add; max 2x2"
    at.press("chip 4").press("remove")  # alone in its branch, it is what came in already
    assert "| same]" in at.setting("stack")
    at.press("chip 5").press("remove")  # where branches met, the first is left
    assert at.setting("stack") == "conv 4 3x3 p1; relu; conv 4 3x3 p1; conv 4 3x3 p1; max 2x2" and is_drawn(at)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[conv 4 3x3 p1 | same] add", "Layer 3, ADD: branch 1 makes 4 maps and branch 2 makes 3"),
        ("[relu | conv 4 2x2] concat; relu", "Layer 3, CONCATENATION: branch 1 makes 16 × 24 and branch 2"),
        ("relu; [relu | same", "A bracket is never closed"),
        ("[relu | same]", "Layer 3, behind ] stands how the branches meet"),
        ("relu] add", "Layer 2, ] stands outside of branches"),
    ],
)
def test_branches_that_cannot_meet_are_a_sentence(text, words):
    at = page(stack=text)
    assert words in at.said() and at.control("stack").value == text


def test_branches_that_see_different_parts_of_the_picture_say_so():
    at = page(stack="[conv 3 2x2 p0+1x0+1 | same] add; max 2x2")
    assert "Where branches meet, the middles of what they see lie 0.5 pixels apart." in at.said()
    assert "Where branches meet" not in page(stack="[conv 3 3x3 p1 | same] add; max 2x2").said()


# --- in a browser ---


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1440, 900)], ids=lambda size: str(size[0]))
def test_the_first_screen(warm, size):
    page = warm("layers?size=96")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if size[0] == 1024 else "light")
    expect(page.locator(".stage")).to_have_attribute("data-ready", re.compile(r"\d"), timeout=20_000)
    page.wait_for_function(f"() => innerWidth === {size[0]}")
    boxes = {name: page.locator(name).first.bounding_box() for name in (".volumes", ".stage", ".st-key-settings")}
    bottom = {name: box["y"] + box["height"] for name, box in boxes.items()}
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for box in boxes.values():
        assert box["x"] >= 0 and box["x"] + box["width"] <= size[0]
    assert bottom[".volumes"] <= boxes[".stage"]["y"] and bottom[".volumes"] <= size[1]
    if size[0] == 390:
        assert boxes[".stage"]["y"] < boxes[".st-key-settings"]["y"]
    else:
        assert bottom[".st-key-settings"] <= boxes[".volumes"]["y"]
    if size[0] == 1440:
        controls, line = (page.locator(f".stage {part}").bounding_box() for part in (".controls", ".line"))
        assert controls["y"] + controls["height"] <= 900 and line["y"] + 20 <= 900


def test_a_click_on_a_map_puts_it_on_the_stage_and_into_the_link(warm):
    page = warm("layers?size=96")
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-ready", "1", timeout=20_000)
    page.get_by_role("group", name=re.compile("^2 ReLU, ")).click()
    expect(stage.locator(".output header b")).to_have_text("2 ReLU, map 1")
    expect(page.locator(".st-key-layer-settings")).to_contain_text("Function")
    assert re.search(r"unit=2\.1\.\d+\.\d+", page.url)
    # What the browser adds up is what Python computed.
    line = stage.locator(".line")
    written, computed = (float(line.get_attribute(f"data-{name}")) for name in ("sum", "output"))
    assert written == pytest.approx(computed, rel=1e-5, abs=1e-3)


def test_the_dial_of_a_layer_changes_the_link_and_the_volumes(warm):
    page = warm("layers?size=96")
    expect(page.locator(".stage")).to_have_attribute("data-ready", "1", timeout=20_000)
    page.get_by_role("slider", name="K kernel").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".volumes")).to_contain_text("1 CONV 5 × 5")
    expect(page.get_by_role("textbox", name="The stack as text")).to_have_value(re.compile("^conv 8 5x5 p1; relu"))
    page.wait_for_function("() => decodeURIComponent(location.search).includes('5x5')")


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=lambda size: str(size[0]))
def test_branches_are_drawn_as_arcs_and_their_units_lead_back_by_both(warm, size):
    page = warm(f"layers?size=96&stack={quote(RESIDUAL)}&unit=6.2.20.30")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-ready", "1", timeout=20_000)
    expect(stage.locator(".output header b")).to_have_text("6 ADD, map 2")
    expect(stage.locator(".line")).to_contain_text("Row 20 of 64, column 30 of 96")
    written, computed = (float(stage.locator(".line").get_attribute(f"data-{name}")) for name in ("sum", "output"))
    assert written == pytest.approx(computed, rel=1e-5, abs=1e-3)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


# --- words ---


def test_products_come_out_as_counted():
    network = Network((6, 9, 8), read("conv 4 3x2 g2; conv 3 2x2 no bias; batch norm; fc 7; fc 5 no bias"))
    for row in network.rows:
        text = row.layer.product(row.input_shape)
        assert eval(text.replace("×", "*").replace(",", "")) == row.parameters, text
    assert read("relu")[0].product((1, 2, 3)) == ""


def test_lengths_and_bytes_as_one_says_them():
    assert [distance(length) for length in (1, 3.21, 45, 250, 4_512, 230_000, 64_712_997)] == [
        "1 cm", "3.2 cm", "45 cm", "2.5 m", "45 m", "2.3 km", "647 km"]  # fmt: skip
    assert [bytes_of(count) for count in (1, 224, 1_168, 61_706, 138_357_544, 14_495_711_232)] == [
        "4 bytes", "896 bytes", "4.7 KB", "247 KB", "553 MB", "58 GB"]  # fmt: skip


def test_the_start_stack_is_within_the_budget_at_any_working_size():
    for side in (8, 192, 512):
        assert stack_of(START, (3, side, side)).network.over_budget == ""


def test_what_a_unit_reads_is_called_what_it_is():
    """Of a softmax powers are read, and of a layer norm numbers that are normalised already: not the map before."""
    at = page(stack="conv 4 3x3; softmax; layer norm", unit="2.1.3.3")
    assert at.stage().header["names"]["input"] == "e^(1 CONV 3 × 3 − the largest there)"
    at.follow(stack="conv 4 3x3; softmax; layer norm", unit="3.1.3.3")
    assert at.stage().header["names"]["input"] == "2 SOFTMAX, normalised"

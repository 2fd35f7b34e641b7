"""The page “Your network”: what a file is, what is asked of it, its numbers on the picture, and what is refused."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import expect

from cnnviz.formats import open_network, write_network
from cnnviz.graph import Graph
from cnnviz.layers.typed import nodes
from cnnviz.models import Trained, blazeface, digits, squeezenet
from cnnviz.models.lenet5 import prepare
from cnnviz.models.weights import pack
from cnnviz.numbers import percent
from cnnviz.pictures import sample
from cnnviz.ui.nodes import blocks
from stacks import some_parameters
from visitor import Visitor

SHAPE = (3, 32, 24)
TEXT = "conv 4 3x3 p1; relu; max 2x2; [conv 4 1x1 | conv 4 3x3 p1] concat; relu; conv 5 1x1; global avg"


def page(**link: str) -> Visitor:
    return Visitor("network", **link)


@cache
def file(text: str = TEXT, shape: tuple[int, ...] = SHAPE, seed: int = 2) -> bytes:
    network = Graph(shape, nodes(text))
    count = network.shapes[-1][0]
    return write_network(Trained(
        "some", network, some_parameters(network, seed), network.names, tuple(map(str, range(count))), np.float32
    ))  # fmt: skip


def apart(data: bytes, name: str) -> tuple[bytes, bytes]:
    """A file and the file of its weights, as PyTorch writes them."""
    model, weights = onnx.ModelProto.FromString(data), b""
    for one in model.graph.initializer:
        raw = numpy_helper.to_array(one).tobytes()
        kept = onnx.TensorProto(name=one.name, dims=one.dims, data_type=one.data_type)
        kept.data_location = TensorProto.EXTERNAL
        for key, value in {"location": f"some/where/{name}", "offset": len(weights), "length": len(raw)}.items():
            kept.external_data.add(key=key, value=str(value))
        weights += raw
        one.CopyFrom(kept)
    return model.SerializeToString(), weights


def drop(at: Visitor, *files: tuple[str, bytes]) -> Visitor:
    return at.set({"network-upload": [(name, data, "application/octet-stream") for name, data in files]})


@pytest.fixture(scope="module")
def own() -> Visitor:
    """The page with a file of one's own dropped on it."""
    return drop(page(sample="Coffee cup"), ("mine.onnx", file()))


# --- the networks that ship ---


def test_her_face_is_framed_at_once_and_asked_of_the_unit_that_saw_it():
    at = page()
    frame = re.search(r'class="face" style="top: ([\d.]+)%; left: ([\d.]+)%', "".join(at.markup()))
    assert frame and 10 < float(frame[1]) < 20 and 30 < float(frame[2]) < 40
    assert "1 face, 92.3 % certain" in at.said() and "100,412 parameters" in at.said()
    stage = at.stage()
    assert stage.output.max() == pytest.approx(np.log(0.9227053 / (1 - 0.9227053)), rel=1e-4), "her score"
    row, column = np.unravel_index(int(stage.output.argmax()), stage.output.shape)
    assert (row, column) == (4, 6), "where her face is on 16 x 16"


def test_of_another_picture_nothing_of_the_example_is_left():
    at = page().set(sample="Coffee cup")
    assert "No face" in at.said() and "astronaut" not in "".join(at.markup())
    at.press("astronaut")
    assert "1 face" in at.said() and at.setting("sample").startswith("Astronaut")
    assert "No face" in page(example="false").said(), "the cat, as the link says"


@pytest.mark.parametrize(
    ("name", "words"), [("SqueezeNet v1.1", "Egyptian cat"), ("LeNet-5 (1998)", "60,000 parameters")]
)
def test_the_other_networks_answer_too(name, words):
    at = page(network=name)
    assert words in at.said() and at.shows("nodes") and at.shows("volumes") and at.shows("stage")


def test_lenet_reads_its_example_as_it_was_taught():
    at = page(network="LeNet-5 (1998)")
    assert at.told("volumes")["picture"].shape[1:] == (32, 32)
    assert f"What it says {digits('test').labels[0]} 100 %" in at.said()


# --- one's own ---


def test_what_the_file_is_is_counted_and_listed(own):
    network = open_network(file()).network
    said = own.said()
    assert f"mine.onnx takes 32 × 24 × 3, gives 1 × 1 × 5: {len(network.rows)} nodes" in said
    assert f"{network.parameters:,} parameters" in said and f"{network.multiply_adds:,} multiply-adds" in said
    told = own.told("nodes").header
    rows = told["rows"]
    assert [row["name"].split(" ", 1)[1] for row in rows][:3] == ["CONV 3 × 3, ReLU", "MAX POOL 2 × 2", "CONV 1 × 1"]
    assert sum(row["parameters"] for row in rows) == network.parameters
    assert sum(row["multiply_adds"] for row in rows) == network.multiply_adds
    assert rows[0]["gives"] == "32 × 24 × 4" and told["blocks"] == [[2, 4]]
    assert {source for row in rows for source in row["sources"]} == {-1, *range(len(rows) - 1)}


def test_its_numbers_are_those_of_onnxruntime_on_the_picture_as_it_is_received(own):
    at = own.set({"net-scale": "−1 to 1"})
    levels = sample("coffee").taken((32, 24), "rgb").levels()
    session = onnxruntime.InferenceSession(file(), providers=["CPUExecutionProvider"])
    scores = session.run(None, {session.get_inputs()[0].name: levels[None].astype(np.float32) / 127.5 - 1})[0].ravel()
    rows = [one for one in at.sent_to("overlay") if one.header["kind"] == "panels"]
    planes = next(one for one in rows if one.header["panels"][0]["title"].startswith("Channel"))
    np.testing.assert_allclose(planes["map 2"], levels[2] / 127.5 - 1, atol=1e-6)
    shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    best = int(shares.argmax())
    assert re.search(rf"What it says {best} {100 * shares[best]:.1f} %", at.said())
    at.set({"net-scale": "0 to 1 (guessed)"})
    assert at.setting("net-scale") == "guessed"


def test_any_node_is_asked_by_the_link_and_the_stage_adds_it_up(own):
    at = own.follow(node="5.3.4.5")
    stage = at.stage()
    network = open_network(file())
    levels = sample("coffee").taken((32, 24), "rgb").levels()
    maps = network.maps(levels)
    np.testing.assert_allclose(stage.output, maps[network.names.index(network.names[5]) + 1][2], rtol=1e-5, atol=1e-6)
    assert stage.header["options"]["unit"] == [4, 2]
    assert "Traced back to its pixels" in at.said() and "It can see" in at.said()


def test_labels_are_pasted_and_a_wrong_count_is_said(own):
    at = own.set({"net-labels": "ant\nbee\ncat\ndog\neel"})
    assert re.search(r"What it says (ant|bee|cat|dog|eel) ", at.said())
    at.set({"net-labels": "ant\nbee"})
    assert "2 lines for 5 numbers" in at.said()
    at.set({"net-labels": ""})


def test_weights_that_lie_in_a_file_of_their_own_come_along_by_their_base_name():
    small, weights = apart(file(), "mine.onnx.data")
    at = drop(page(), ("mine.onnx", small))
    assert "mine.onnx.data: choose both files together" in at.said() and at.setting("network") == "BlazeFace"
    drop(at, ("mine.onnx", small), ("mine.onnx.data", weights))
    assert "mine.onnx takes" in at.said() and not at.app.error
    network, whole = at.remembered("network-own").thing.trained, open_network(file())
    for found, expected in zip(network.parameters, whole.parameters, strict=True):
        assert all(np.array_equal(found[key], expected[key]) for key in expected)


def test_one_after_the_other_each_is_shown_and_none_is_kept_in_the_uploader():
    at = drop(page(), ("one.onnx", file()))
    drop(at, ("two.onnx", file("conv 2 3x3", (1, 9, 7), 1)))
    assert "two.onnx takes 9 × 7 × 1" in at.said() and "one.onnx" not in at.said()
    drop(at, ("bad.onnx", b"no network"))
    assert "bad.onnx cannot be read. The file is no ONNX network. Your network two.onnx is still shown." in at.said()
    drop(at, ("bad.onnx", b"no network"), ("cut.onnx", file()[:-2000]))  # the uploader keeps what it was given before
    assert "cut.onnx cannot be read. The file begins as an ONNX network does, and is cut short or damaged." in at.said()
    assert "bad.onnx" not in at.said()
    at.set(network="LeNet-5 (1998)")
    assert not at.app.error and "LeNet-5 (1998) takes" in at.said()
    at.set(network="Your own network")
    assert "two.onnx takes" in at.said()


def test_a_node_that_does_not_open_ends_it_and_is_told():
    graph = helper.make_graph(
        [helper.make_node("Relu", ["in"], ["a"]), helper.make_node("Hardmax", ["a"], ["out"])], "part",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, (1, 3, 9, 7))],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    at = drop(page(), ("part.onnx", model.SerializeToString()))
    assert "Open as far as it goes. Node 2, called out, is Hardmax" in at.said()
    assert len(at.told("nodes").header["rows"]) == 1 and at.shows("stage")


def test_what_would_take_too_long_is_counted_and_not_run():
    at = drop(page(), ("large.onnx", file("conv 64 15x15 p7; conv 64 15x15 p7", (3, 512, 512), 1)))
    assert "Counted, not run. A run would take about" in at.said()
    assert not at.shows("stage") and "Where it learns, where it works" in at.said()


def test_a_size_that_the_file_leaves_open_is_asked():
    model = onnx.ModelProto.FromString(file("conv 4 3x3 p1; relu; global avg", (3, 16, 16), 1))
    for at in (2, 3):
        model.graph.input[0].type.tensor_type.shape.dim[at].dim_param = "side"
    at = drop(page(), ("free.onnx", model.SerializeToString()))
    assert "takes 224 × 224 × 3" in at.said()
    at.set({"net-side": 48})
    assert "takes 48 × 48 × 3" in at.said() and at.told("volumes").header["image"] == [3, 48, 48]


def test_a_row_of_numbers_is_a_picture_s_pixels():
    at = drop(page(), ("rows.onnx", file("fc 7; relu; fc 4", (784,), 1)))
    assert "takes 784 numbers" in at.said() and at.told("volumes").header["image"] == [1, 28, 28]


def test_networks_that_the_app_gives_away_are_opened_again():
    at = drop(page(), ("network.onnx", write_network(squeezenet())))
    assert "network.onnx takes 227 × 227 × 3" in at.said() and "1,235,496 parameters" in at.said()


def test_what_learning_lets_one_download_reads_a_digit_as_it_was_taught():
    text = "conv 4 5x5; relu; max 4x4; fc 10"
    network = Graph((1, 32, 32), nodes(text))
    learnt = Trained("own", network, some_parameters(network, 5), network.names, tuple("0123456789"), prepare)
    at = drop(page(), ("network.npz", pack(learnt, text)))
    assert "network.npz takes 32 × 32 × 1" in at.said() and at.told("nodes").header["rows"][0]
    scores = learnt.maps(digits("test").images[0])[-1]
    best = int(np.argmax(scores))
    assert f"{best} {percent(float(learnt.probabilities(scores)[best]))}" in at.said()


def test_a_link_to_one_s_own_says_that_it_is_not_here():
    at = page(network="Your own network")
    assert "One's own network is not kept in a link" in at.said() and "BlazeFace takes" in at.said()


# --- the list ---


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([(-1,), (0,), (1,), (2, 0), (3,), (4,), (4,), (5, 6), (7,)], [(1, 3), (5, 7)]),
        ([(-1,), (0,), (0,), (1,), (2,)], []),  # two ends, that never meet
        ([(-1,), (0,), (1, 0), (2, 1, 0), (3,), (4,), (5,), (6,)], [(1, 3)]),  # dense: the largest
        ([(-1,), (0,), (1, -1)], []),  # all of it is no part of it
        ([(-1,), (0,), (1,), (2, 0), (3, 2), (4,), (5,), (6,), (7,), (8,)], [(1, 4)]),  # read from outside, no block
    ],
)
def test_a_block_is_where_branches_part_and_meet(sources, expected):
    assert blocks(sources) == expected


def test_the_blocks_of_networks_that_ship():
    for network, count in ((open_network(blazeface.FILE.read_bytes()), 16), (squeezenet(), 8)):
        at = page(network="BlazeFace" if count == 16 else "SqueezeNet v1.1").told("nodes").header
        assert len(at["blocks"]) == count and len(at["rows"]) < len(network.network.rows)


# --- in a browser ---


def test_a_file_is_dropped_a_node_chosen_and_a_place_clicked(open_page):
    page = open_page("network")
    stage = page.locator(".st-key-network-stage [data-ready]")
    expect(stage).to_be_visible(timeout=30_000)
    expect(page.locator(".network-photo .face")).to_be_visible()
    rows = page.locator(".nodes .node-row")
    page.get_by_role("button", name=re.compile("block of 3")).first.click()
    opened = page.get_by_role("button", name=re.compile("^3 CONV 1 × 1"))
    expect(opened).to_be_visible()
    opened.click()
    expect(page.locator(".nodes [aria-current]")).to_contain_text("3 CONV 1 × 1")
    expect(page).to_have_url(re.compile(r"node=3\."))
    expect(page.get_by_text(re.compile("^Traced back to its pixels: 3 CONV 1 × 1"))).to_be_visible()
    expect(stage).to_contain_text("3 CONV 1 × 1")
    small, weights = apart(file(), "mine.onnx.data")
    page.locator(".st-key-network-choice input[type=file]").set_input_files([
        {"name": "mine.onnx", "mimeType": "application/octet-stream", "buffer": small},
        {"name": "mine.onnx.data", "mimeType": "application/octet-stream", "buffer": weights},
    ])  # fmt: skip
    expect(page.locator(".network-facts")).to_contain_text("mine.onnx", timeout=15_000)
    expect(rows.first).to_contain_text("32 × 24 × 3")
    expect(page.locator(".answer-bar")).to_have_count(5)
    drawn = page.locator(".nodes svg.lanes path").evaluate_all("(paths) => paths.map((path) => path.getTotalLength())")
    assert len(drawn) >= 6 and min(drawn) > 20, "each row has its node and its lanes"
    page.get_by_role("button", name=re.compile("^1 CONV 3 × 3")).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".nodes [aria-current]")).to_contain_text("2 MAX POOL 2 × 2")
    traced = page.locator(".st-key-traced-maps canvas, .st-key-traced canvas").first
    traced.click(position={"x": 20, "y": 20})
    place = re.compile(r"^Traced back to its pixels: 2 MAX POOL 2 × 2, map \d+, row [12], column [12]$")
    expect(page.get_by_text(place)).to_be_visible()

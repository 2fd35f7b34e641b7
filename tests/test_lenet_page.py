"""The LeNet-5 page: what reads the digit, every map and the answer, what changes it, and the stage's own arithmetic."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz import lenet5_1998, models, open_network
from cnnviz.experiments.counterfactual import Move, moved
from cnnviz.experiments.plans import Plan, composed
from cnnviz.layers import Activate, BatchNorm2d, Conv2d, Dropout, Linear, MaxPool2d
from cnnviz.models import Trained, digits
from cnnviz.network import Network
from cnnviz.steps import FUNCTIONS
from cnnviz.training import Recipe
from cnnviz.ui.lessons.lenet.lenet_answers import answer as answered
from cnnviz.ui.lessons.lenet.lenet_moves import times
from cnnviz.ui.lessons.lenet.lenet_setup import columns_of, read_off
from cnnviz.ui.settings import OWN
from sent import Sent
from stacks import by_onnxruntime
from visitor import Visitor

NAMES = ["C1", "S2", "C3", "S4", "C5", "F6", "output"]
DOES = {
    "1998": ["filters", "shrinks", "filters", "shrinks", "weighs all", "draws", "compares"],
    "Modern": ["filters", "shrinks", "filters", "shrinks", "weighs all", "weighs all", "scores"],
}
LEARNT = {"1998": [156, 12, 1516, 32, 48120, 10164, 0], "Modern": [156, 0, 2416, 0, 48120, 10164, 850]}


def page(own: Trained | None = None, **link: str) -> Visitor:
    brought = {"own-network": own} if own else None
    return Visitor("lenet", brought, **{"digit": "Test digit", "test-digit": "17", **link})


def drawn(at: Visitor) -> Sent:
    return at.told("volumes")


def answer(at: Visitor) -> dict:
    return drawn(at).header["answer"]


def off(at: Visitor) -> list[list[int]]:
    return [layer["off"] for layer in drawn(at).header["layers"]]


def digit() -> np.ndarray:
    return np.pad(models.digits("test").images[16], 2)


# --- every map, and the answer ---


@pytest.mark.parametrize("form", LEARNT)
def test_every_map_is_sent_as_the_network_makes_it(form):
    at = page(form=form)
    found = drawn(at)
    trained = models.lenet5() if form == "Modern" else models.lenet5_1998()
    maps = trained.maps(digit())
    assert [layer["name"] for layer in found.header["layers"]] == NAMES
    assert [layer["note"] for layer in found.header["layers"]] == [f"{count:,} learnt" for count in LEARNT[form]]
    assert [layer["detail"] for layer in found.header["layers"]] == DOES[form]
    np.testing.assert_array_equal(found["picture"][0], digit())
    for at_column, column in enumerate(columns_of(trained)):
        array = found[f"maps {at_column}"]
        np.testing.assert_allclose(array.ravel(), maps[column.last + 1].ravel(), rtol=1e-5, atol=1e-6)
    assert found.header["flat"] and found.header["layers"][0]["reads"] is None
    table = found.header["layers"][2]["reads"]
    assert (table and tuple(tuple(row) for row in table)) == (models.TABLE_I if form == "1998" else None)
    told = answer(at)
    assert told["verdict"] == f"It reads a {models.digits('test').labels[16]}."
    assert told["winner"] == trained.winner(maps[-1])
    if form == "Modern":
        exact = np.exp(maps[-1].astype(float) - maps[-1].max())
        assert [share for _, share, _ in told["rows"]] == pytest.approx(exact / exact.sum(), abs=1e-4)
    else:
        distances = [((maps[-2] - code) ** 2).sum() for code in trained.parameters[-1]["codes"]]
        assert [share for _, share, _ in told["rows"]] == pytest.approx(distances / max(distances), abs=1e-3)
        assert found["codes"].shape == (10, 12, 7) and found.header["layers"][5]["ink"]


@pytest.mark.parametrize("form", LEARNT)
def test_the_stage_tells_how_a_number_came_about(form):
    at = page(form=form)
    for unit in ("1.3.9.12", "2.4.5.6", "3.7.3.4", "3.16.5.5", "4.9.2.3", "5.100", "6.84", "7.4"):
        check_stage(at.follow(lenet=unit), form, unit)


def check_stage(at: Visitor, form: str, unit: str) -> None:
    stage = at.stage()
    header = stage.header
    layer, channel, *place = (int(part) - 1 for part in unit.split("."))
    trained = models.lenet5() if form == "Modern" else models.lenet5_1998()
    column = columns_of(trained)[layer]
    expected = np.atleast_2d(trained.maps(digit())[column.last + 1][channel])
    np.testing.assert_allclose(stage["output"], expected, rtol=1e-5, atol=1e-6)
    assert header["options"]["unit"] == [layer, channel] and header["names"]["output"].startswith(NAMES[layer])
    assert header.get("function", "identity") == (column.function or "identity")
    # The sum written out from what was sent gives the number that is shown.
    row, across = place or (0, 0)
    given = stage["input"].astype(float) / header["divisor"]
    down, right = (header[axis] for axis in ("rows", "columns"))
    top, left = row * down["stride"], across * right["stride"]
    window = given[:, top : top + down["kernel"], left : left + right["kernel"]]
    weight = stage.arrays.get("weight")
    terms = window if weight is None else window * weight if header["term"] == "product" else (window - weight) ** 2
    reduced = {"sum": np.sum, "mean": np.mean, "max": np.max}[header["reduction"]](terms)
    result = FUNCTIONS[header["function"]](float(reduced) * header["scale"] + header["bias"])
    assert result == pytest.approx(expected[row, across], rel=1e-4, abs=1e-4)


def test_before_the_activation_the_bare_sum_is_shown():
    at = page(form="Modern", lenet="1.1.9.9", shown="before")
    trained = models.lenet5()
    maps = trained.maps(digit())
    np.testing.assert_allclose(drawn(at)["maps 0"], maps[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(at.stage()["output"], maps[1][0], rtol=1e-5, atol=1e-6)


def test_both_forms_are_compared_as_the_paper_counts_them():
    text = page().said()
    for name, old, new in zip(NAMES, *LEARNT.values(), strict=True):
        assert re.search(rf"{name} {old:,} .{{5,60}} {new:,} ", text), name
    assert "60,000" in text and "61,706" in text and "99.23 %" in text and "99.49 %" in text
    assert "60 of 96 links" in text and "What the ten outputs measure" in text
    modern = page(form="Modern").said()
    assert "Table I: what each map" not in modern and "What the ten outputs" not in modern


@pytest.mark.parametrize("form", LEARNT)
def test_one_that_it_gets_wrong_is_found_and_owned_up_to(form):
    at = page(form=form).press("wrong-test-digit")
    number = at.setting("test-digit")
    test, trained = models.digits("test"), models.lenet5() if form == "Modern" else models.lenet5_1998()
    label = test.labels[number - 1]
    winners = [trained.winner(trained.maps(image)[-1]) for image in test.images[:number]]
    assert (winners != test.labels[:number]).nonzero()[0][-1] == number - 1  # wrong itself; none before it was left out
    assert re.search(rf"Its writer meant an? {label}: the network is wrong", answer(at)["more"])


def test_an_empty_pad_is_told():
    trained = models.lenet5()
    told = answered(trained, trained.maps(np.zeros((28, 28), np.uint8))[-1], None, None, True)
    assert told.verdict == "Draw a digit, and it is read." and "some answer always wins" in told.more


@pytest.mark.parametrize("trained", [models.lenet5_1998(), models.lenet5()], ids=LEARNT)
def test_a_scribble_is_doubted(trained):
    scribble = (np.random.default_rng(4).random((28, 28)) < 0.3).astype(np.uint8) * 255
    told = answered(trained, trained.maps(scribble)[-1], None, None, False)
    assert re.fullmatch(r"Perhaps an? \d: it is not sure\.", told.verdict)
    assert answered(trained, trained.maps(digit())[-1], None, None, False).verdict == "It reads a 6."


def test_how_often_it_doubts_is_as_said():
    test = models.digits("test")
    for trained in (models.lenet5_1998(), models.lenet5()):
        outputs = trained.network.forward(trained.prepare(test.images[:500]), trained.parameters)[-1]
        sure = [answered(trained, output, None, None, False).verdict.startswith("It reads") for output in outputs]
        assert 0.95 <= np.mean(sure) < 1


# --- what if ---


def test_a_map_is_switched_off_and_on_by_the_button_and_in_the_link():
    at = page(lenet="3.5")
    before = drawn(at)["maps 6"].copy()
    at.press("switch")
    assert off(at)[2] == [4] and not drawn(at)["maps 2"][4].any()
    assert np.abs(drawn(at)["maps 6"] - before).max() > 1e-3
    assert "Switched off: C3, map 5." in at.said() and "As drawn, with all that was learnt, it is" in answer(at)["more"]
    assert at.link("off") == "C3.5"
    at.press("switch")
    assert off(at)[2] == [] and at.link("off") is None
    np.testing.assert_array_equal(drawn(at)["maps 6"], before)
    several = page(off="C1.1 C1.2 C1.3 C1.4 C1.5 C1.6 C3.1 C3.3").said()
    assert "Switched off: all of C1; C3, maps 1 and 3." in several
    at = page(off="C1.2 S4.16 F6.3 output.1 C9.1 C1.7 x", lenet="7.1").press("all-on")
    assert not any(off(at))


def test_on_an_empty_pad_there_is_nothing_to_move():
    text = page(digit="Draw", drawn="Sw").said()
    assert "There is nothing to move yet: draw a digit." in text and "For example: 2 pixels" not in text


def test_what_a_move_changes_is_said_of_the_network_as_it_is_changed():
    assert "The digit, through the network as it is changed: 5 pixels right." in page(off="C3.1", dx="5").said()
    assert "The digit: 5 pixels right." in page(dx="5").said()


def test_only_what_there_is_can_be_off():
    found = columns_of(models.lenet5_1998())
    assert read_off("C1.2 S4.16 F6.3 output.1 C9.1 C1.7 C1.0 x", found) == ((0, 1), (3, 15), (5, 2))
    assert read_off(None, found) == () and read_off("C1.22222222", found) == ()


def test_a_moved_digit_is_what_the_network_reads():
    at = page(dx="2", dy="-4", form="Modern")
    levels = moved(digit(), Move(2, -4))
    np.testing.assert_array_equal(drawn(at)["picture"][0], levels)
    np.testing.assert_allclose(
        drawn(at)["maps 6"].ravel(), models.lenet5().maps(levels)[-1], rtol=1e-4, atol=1e-4
    )
    text = at.said()
    assert "2 pixels right, 4 pixels up" in text and "C1 goes along exactly." in text
    assert re.search(r"S2 [\d.]+ 0: it goes along exactly", text)
    assert "one cell is 4 pixels, so this is no whole cell" in text and "it has no place to move in" in text
    at.press("move-back")
    np.testing.assert_array_equal(drawn(at)["picture"][0], digit())
    assert "The Input moves" in text
    turned = page(turn="20", percent="80")
    np.testing.assert_array_equal(drawn(turned)["picture"][0], moved(digit(), Move(turn=20, percent=80)))
    assert "turned or sized, no map goes along" in turned.said()


def test_what_a_move_changes_is_measured_before_anything_is_moved():
    text, trained = page().said(), models.lenet5_1998()
    assert "For example: 2 pixels right. The answer 6 stays 6;" in text
    still, after = (trained.maps(levels) for levels in (digit(), moved(digit(), Move(2))))
    change = np.linalg.norm(after[2] - still[2]) / np.linalg.norm(still[2])
    assert re.search(rf"C1 {change:.3g} 0: it goes along exactly", text)


def test_what_was_all_0_before_a_move_is_told_so():
    assert [times(change) for change in (math.inf, 0, 1.2543)] == ["– all was 0 before", "0", "1.25"]


def test_an_8_is_called_so():
    place = int(np.flatnonzero(models.digits("test").labels == 8)[0]) + 1
    at = page(**{"test-digit": str(place), "lenet": "7.9"})
    text = at.said()
    assert "The output for 8 compares F6 with the code of an 8:" in text and " a 8" not in text
    assert f"Test digit {place:,}: an 8" in text
    assert at.stage().header["names"]["output"] == "output for 8"


def test_what_is_counted_is_what_is_shown():
    sizes = 6 * 28 * 28 + 6 * 14 * 14 + 16 * 10 * 10 + 16 * 5 * 5 + 120 + 84 + 10
    assert f"60,000 learnt numbers made {sizes:,} numbers of this digit’s 1,024 pixels" in page().said()


def test_what_is_off_and_what_is_looked_at_outlast_another_page():
    at = page(off="C1.2", lenet="3.5")
    assert at.leave_link().go("pixels").link("off") is None
    at.go("lenet")
    assert off(at)[0] == [1] and drawn(at).header["selected"] == "3.5"
    assert not any(off(at.press("all-on"))) and at.link("off") is None


def test_a_moved_digit_is_read_with_the_map_off():
    at = page(dx="3", off="C1.2", form="Modern")
    levels, trained = moved(digit(), Move(3)), models.lenet5()
    weights = [dict(given) for given in trained.parameters]
    for name in ("weight", "bias"):
        weights[0][name] = weights[0][name].copy()
        weights[0][name][1] = 0
    expected = trained.network.forward(trained.prepare(levels), weights)[-1]
    np.testing.assert_allclose(drawn(at)["maps 6"].ravel(), expected, rtol=1e-4, atol=1e-4)
    assert "C1 goes along exactly." in at.said()  # the move is measured with the map off, before and after


def test_the_first_filter_is_exchanged_for_the_labs():
    at = page(**{"own-filter": "true", "lenet": "1.1.5.5"})
    weight = at.stage()["weight"][0]
    np.testing.assert_array_equal(weight[1:4, 1:4], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert not weight[0].any() and not weight[:, 4].any()
    assert "3 × 3, with zeros around it to 5 × 5, from the lab" in at.said()
    at.give("k", 7)
    at.run()
    assert "Not exchanged." in at.said() and "7 × 7" in at.said()
    assert np.abs(at.stage()["weight"]).max() < 5


def test_a_link_carries_the_exchanged_filter():
    at = page(**{"own-filter": "true", "lenet": "1.1.5.5"})
    assert at.link("kernel") is None and at.link("own-filter") == "true"  # the lab's first kernel needs no words
    own = {"kernel": OWN, "weights": "1 2; 3 4; 5 6", "k": "3", "rect": "true", "kw": "2", "bias": "-0.5"}
    at = page(**{"own-filter": "true", "lenet": "1.1.5.5", **own})
    stage = at.stage()
    np.testing.assert_array_equal(stage["weight"][0][1:4, 1:3], [[1, 2], [3, 4], [5, 6]])
    assert stage.header["bias"] == -0.5 and f"stands “{OWN}”, 3 × 2" in at.said()
    for text in ("x", "1 2; 3", "nan", "1e99", "1" * 5_000, "1 | 2", "~"):
        assert "Not exchanged." in at.follow(weights=text).said(), text[:9]


def test_a_filter_goes_to_the_lab():
    at = page(lenet="1.4")
    assert at.control("lenet-to-lab").label == "filter 4 to the lab"
    assert not page(lenet="2.4").controls("lenet-to-lab")


# --- the visitor's own ---


def own_network() -> Trained:
    layers = (
        Conv2d(4, 3), BatchNorm2d(), Activate("relu"), MaxPool2d(2), Dropout(0.5),
        Conv2d(5, 3, groups=1), Activate("tanh"), Linear(10),
    )  # fmt: skip
    network = Network((1, 28, 28), layers)
    names = ("first", "norm", "a", "pool", "d", "second", "b", "scores")
    parameters = network.initial(3)
    return Trained(
        "Yours", network, parameters, names, tuple("0123456789"), lambda levels: levels[None] / np.float32(255)
    )


def test_any_network_of_ones_own_is_shown():
    own = own_network()
    at = page(own, form="Yours", lenet="2.3.4.5")
    found = drawn(at)
    assert [layer["name"] for layer in found.header["layers"]] == ["first", "norm", "pool", "second", "scores"]
    plain = tuple(layer for layer in own.network.layers if layer.kind != "DROPOUT")
    kept = [given for given, layer in zip(own.parameters, own.network.layers, strict=True) if layer.kind != "DROPOUT"]
    maps = by_onnxruntime(plain, kept, models.digits("test").images[16][None] / np.float32(255))
    for place, last in enumerate((1, 3, 4, 6, 7)):
        expected = np.asarray(maps[last])
        np.testing.assert_allclose(found[f"maps {place}"].ravel(), expected.ravel(), rtol=1e-3, atol=1e-4)
    text = at.press("switch").said()
    assert "Switched off: norm, map 3." in text


def test_one_from_the_learning_page_is_read_moved_and_drawn():
    plan = Plan("LeNet-5", composed("LeNet-5", "relu", False, False), Recipe())
    own = plan.trained(plan.network.initial(2), 0.1, 0)
    at = page(own, form="Yours", dx="2", lenet="1.1.5.5")
    expected = own.maps(moved(digit(), Move(2)))
    np.testing.assert_allclose(drawn(at)["maps 0"], expected[2], rtol=1e-5, atol=1e-6)
    assert [layer["name"] for layer in drawn(at).header["layers"]] == ["C1", "S2", "C3", "S4", "F5", "F6", "F7"]


def test_without_one_the_way_to_it_is_told():
    assert "You have not trained a network yet" in page(form="Yours").said()


# --- in a browser ---


def test_a_click_anywhere_puts_the_unit_on_the_stage_and_all_is_seen(warm):
    page = warm("lenet?digit=Test+digit&test-digit=17")
    volumes = page.locator(".volumes")
    expect(volumes).to_have_attribute("data-ready", re.compile(r"\d"))
    expect(page.locator(".verdict b")).to_have_text(re.compile(r"^It reads an? \d\.$"))
    canvas = page.locator(".volumes canvas.maps")
    box = canvas.bounding_box()
    # Every column has units to click, from the first map to the last row of the answer.
    for name, head in (("C1, map", 1), ("S4, map", 4), ("F6, unit", 6), ("output for", 7)):
        column = page.locator(".volumes header").nth(head).bounding_box()
        x, y = column["x"] + column["width"] / 2 - 12, box["y"] + box["height"] * 0.55
        page.mouse.click(x, y)
        expect(page.locator(".line").first).to_have_text(re.compile(rf"^{name} \d"))
        expect(page.locator(".stage").first).to_contain_text(re.compile(rf"{name} \d"))
        # The sum is seen whole: S4's is the longest.
        total = page.locator(".stage .total").first
        assert total.evaluate(
            "({ scrollWidth: w, clientWidth: c, scrollHeight: h, clientHeight: d }) => w <= c && h <= d"
        )
    check_small(page)


def check_small(page: Page) -> None:
    """On a smaller screen every map and the answer stand in the room that there is."""
    page.set_viewport_size({"width": 1024, "height": 768})
    scroller = page.locator(".volumes .scroller")
    page.wait_for_function("document.documentElement.clientWidth === 1024")
    expect(scroller).to_have_js_property("scrollLeft", 0)
    assert scroller.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
    rows = page.locator(".answer .row")
    expect(rows).to_have_count(10)
    last, box = rows.last.bounding_box(), scroller.bounding_box()
    assert last["x"] + last["width"] <= box["x"] + box["width"] + 1


def test_the_network_is_taken_away_as_it_reads_here(warm):
    page = warm("lenet?form=1998")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the network, .onnx").click()
    opened, own = open_network(taken.value.path().read_bytes()), lenet5_1998()
    image = own.prepare(digits("test").images[3])
    np.testing.assert_allclose(
        opened.network.output(image, opened.parameters), own.network.output(image, own.parameters), rtol=1e-4
    )

"""Filters and volumes: both layers against ONNX Runtime, their costs against loops, the page as a visitor meets it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.kernels import KERNELS, LUMA, named
from cnnviz.pictures import Picture, encode_png, sample
from cnnviz.ui.lessons.filters import filters_two_layers
from cnnviz.ui.lessons.filters.filters_costs import links
from cnnviz.ui.lessons.filters.filters_two_layers import LAB, ORDER, RANDOM, START, F
from lab import Lab
from oracles import convolve_by_onnxruntime
from visitor import Visitor


def noise(height: int, width: int, depth: int = 3) -> Picture:
    levels = np.random.default_rng(height * 100 + width).integers(0, 256, (depth, height, width), np.uint8)
    return Picture(levels, "RGB", (height, width))


# --- the two layers as plain values ---


@pytest.mark.parametrize("k", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(("depth", "g"), [(3, 1), (3, 3), (1, 1)])
def test_the_first_layer_s_filters_are_the_lab_s_over_the_whole_depth(k, depth, g):
    state = {**START, "k": k, "p": k, "f": 15, "g": g}
    weight = filters_two_layers.parameters(state, filters_two_layers.network(state, (depth, 9, 12)))[0]["weight"]
    names = filters_two_layers.names(state)
    keys, same = [], []  # at K = 2 Sobel's and Prewitt's are one and the same
    for key in ORDER:
        if KERNELS[key].allows(k) and not any(np.array_equal(named(key, k), other) for other in same):
            keys, same = [*keys, key], [*same, named(key, k)]
    keys = keys[:15]
    assert names[: len(keys)] == [KERNELS[key].name for key in keys]
    for at, key in enumerate(keys):
        for channel in range(depth // g):
            share = LUMA[channel] if (depth, g) == (3, 1) else 1
            np.testing.assert_allclose(weight[at, channel], share * named(key, k), atol=1e-12)
    # Where the lab has no more of this size, random ones follow: all different.
    assert names[len(keys) :] == [f"random {at + 1}" for at in range(len(keys), 15)]
    assert len({row.tobytes() for row in weight}) == 15


def test_every_one_of_the_lab_s_kernels_that_is_not_random_has_its_place():
    assert set(ORDER) == set(KERNELS) - {"random"} and len(set(ORDER)) == len(ORDER) == F.most


def test_random_filters_are_those_of_their_seed():
    def weights(seed: int) -> list[np.ndarray]:
        state = {**START, "first": RANDOM, "seed": seed}
        network = filters_two_layers.network(state, (3, 9, 9))
        return [own["weight"] for own in filters_two_layers.parameters(state, network)]

    for first, again, other in zip(weights(4), weights(4), weights(5)):
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)
    assert filters_two_layers.names({**START, "first": RANDOM})[:2] == ["random 1", "random 2"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"g": 2}, "Layer 1: 3 channels and 6 filters cannot both be divided into 2 equal groups; 1 or 3 can be."),
        ({"g": 3, "f": 5}, "Layer 1: 3 channels and 5 filters cannot both be divided into 3 equal groups; 1 can be."),
        ({"g2": 4}, "Layer 2: 6 maps and 12 filters cannot both be divided into 4 equal groups; 1, 2, 3 or 6 can be."),
        (
            {"f": 1, "f2": 1, "g2": 2},
            "Layer 2: 1 map and 1 filter cannot both be divided into 2 equal groups; 1 can be.",
        ),
        ({"k": 15, "p": 0}, "Layer 1, "),
        ({"k": 8, "p": 0}, "Layer 2, "),
    ],
)
def test_what_cannot_be_is_a_sentence_and_every_remedy_works(changes, sentence):
    picture, state = noise(13, 14), {**START, **changes}
    assert str(filters_two_layers.problem(state, picture.shape)).startswith(sentence)
    remedies = filters_two_layers.remedies(state, picture)
    assert remedies
    for label, change in remedies:
        assert filters_two_layers.problem({**state, **change}, picture.shape) is None, label
    # Every number of groups that the sentence names can be pressed.
    if " can be." in sentence:
        letter = "G" if "g" in changes else "G₂"
        named = re.findall(r"\d+", sentence.rpartition("; ")[2])
        assert [label for label, _ in remedies if label.startswith(f"{letter} =")] == [f"{letter} = {n}" for n in named]
    # Of one setting the nearest: nothing nearer works. Of groups, all.
    for label, change in remedies:
        if len(change) == 1 and (key := next(iter(change))) in changes and not label.startswith("G"):
            for value in range(*sorted((state[key], change[key]))):
                if value not in (state[key], change[key]):
                    assert filters_two_layers.problem({**state, key: value}, picture.shape) is not None


def test_what_is_too_large_says_so_and_a_smaller_picture_helps():
    picture = noise(800, 1200)
    state = {**START, "k": 15, "p": 7, "f": 16, "f2": 16, "size": 1200}
    assert "multiply-adds; this page runs up to 2,000,000,000" in str(filters_two_layers.problem(state, picture.shape))
    smaller = dict(filters_two_layers.remedies(state, picture))
    assert any(label.startswith("Longest side") for label in smaller)
    few = filters_two_layers.problem({**state, "k": 1, "p": 0}, picture.shape)
    assert "this page draws up to 4,000,000" in str(few)


@pytest.mark.parametrize(("depth", "filters", "groups"), [(3, 6, 1), (3, 6, 3), (6, 12, 2), (1, 4, 1), (16, 16, 16)])
def test_the_drawing_of_links_has_a_line_for_each(depth, filters, groups):
    import base64

    found = re.search(r'base64,([^"]+)" .*alt="([^"]+)"', links(depth, filters, groups))
    assert found
    svg = base64.b64decode(found[1]).decode()
    reads = [(f, c) for f in range(filters) for c in range(depth) if f // (filters // groups) == c // (depth // groups)]
    assert svg.count("<line") == len(reads)
    assert found[2] == f"{depth} channels, {filters} filters, {len(reads)} links"
    assert svg.count("<circle") == depth + filters


# --- the page, without a browser ---


def filters_page(**link: str) -> Visitor:
    return Visitor("filters", **{"size": "24", **link})


def maps_by_onnxruntime(state: dict, picture: Picture, divisor: float) -> list[np.ndarray]:
    """The two layers' maps, from the parameters that the page uses."""
    parameters = filters_two_layers.parameters(state, filters_two_layers.network(state, picture.shape))
    maps = [picture.levels()[np.newaxis].astype(np.float32) / np.float32(divisor)]
    for own, groups in zip(parameters, (state["g"], state["g2"])):
        maps.append(
            convolve_by_onnxruntime(
                maps[-1], own["weight"].astype(np.float32), own["bias"].astype(np.float32), (state["s"],) * 2,
                ((state["p"],) * 2,) * 2, (1, 1), groups, "zeros",
            )
        )  # fmt: skip
    return [map[0] for map in maps[1:]]


@pytest.mark.parametrize(
    ("link", "values"),
    [
        ({}, "0–255"),
        ({"k": "4", "s": "2", "p": "3", "f": "9", "g": "3", "f2": "6", "g2": "3"}, "0–1"),
        ({"first": RANDOM, "seed": "7", "f": "4", "f2": "8", "g2": "4", "depth": "Grey"}, "0–1"),
    ],
)
def test_the_volumes_and_the_stage_hold_what_onnx_runtime_says(link, values):
    at = filters_page(values=values, **link)
    state = {**START, **{key: int(value) if value.isdigit() else value for key, value in link.items()}}
    picture = sample("chelsea").at(24, "grey" if link.get("depth") else "rgb")
    maps = maps_by_onnxruntime(state, picture, 255 if values == "0–1" else 1)
    sent = at.told("volumes")
    np.testing.assert_array_equal(sent["picture"], picture.levels())
    for number, map in enumerate(maps):
        np.testing.assert_allclose(sent[f"maps {number}"], map, atol=2e-6 * np.abs(map).max(), rtol=1e-4)
        assert sent.header["layers"][number]["shape"] == list(map.shape)
    # The second layer's first map is on the stage; its windows reach through the first layer's maps.
    on_stage = at.stage()
    np.testing.assert_array_equal(on_stage.output, sent["maps 1"][0])
    assert on_stage.header["channels"] == list(range(state["f"] // state["g2"]))
    options = on_stage.header["options"]
    assert options["unit"] == [1, 0] and options["group"] == sent.header["group"] == "filters"


def test_a_link_puts_its_unit_on_the_stage():
    at = filters_page(map="1.3.2.5", g="3")
    on_stage, sent = at.stage(), at.told("volumes")
    assert (on_stage.header["options"]["unit"], on_stage.header["options"]["at"]) == ([0, 2], [1, 4])
    assert on_stage.header["names"]["output"] == "Map 3: Gaussian blur"
    assert on_stage.header["channels"] == [1] and on_stage.header["names"]["channels"] == ["red", "green", "blue"]
    np.testing.assert_array_equal(on_stage.output, sent["maps 0"][2])
    assert sent.header["selected"] == "1.3.2.5"
    # What no longer is there becomes the nearest that is.
    assert filters_page(map="1.99.2.5").stage().header["options"]["unit"] == [0, 5]


def test_a_unit_chosen_on_the_layers_page_is_none_of_this_page():
    assert filters_page(unit="1.3.2.5").stage().header["options"]["unit"] == [1, 0]
    # And the last layer of a stack that has grown shorter is not another than the one on the stage.
    at = Visitor("layers", size="24", stack="conv 4 3x3; relu", unit="7.3.2.5", map="2.1")
    assert at.stage().header["options"]["unit"] == [0, 0] and at.told("volumes").header["selected"] == "1.1"
    assert at.control("chip 0").proto.type == "primary"


def parameters_by_hand(k: int, depth: int, filters: int, groups: int) -> int:
    return sum(1 + sum(1 for _ in range(k * k) for c in range(depth // groups)) for _ in range(filters))


@pytest.mark.parametrize(("k", "f", "g", "f2", "g2"), [(3, 6, 1, 12, 1), (2, 3, 3, 6, 3), (5, 16, 1, 4, 2)])
def test_costs_are_products_with_their_numbers(k, f, g, f2, g2):
    at = filters_page(k=str(k), p=str(k), f=str(f), g=str(g), f2=str(f2), g2=str(g2))
    text = at.said()
    for depth, filters, groups, map in ((3, f, g, "maps 0"), (f, f2, g2, "maps 1")):
        parameters = parameters_by_hand(k, depth, filters, groups)
        of_depth = f"{depth}/{groups}" if groups > 1 else f"{depth}"
        assert f"({k}·{k}·{of_depth} + 1)·{filters} = {parameters:,}" in text
        height, width = at.told("volumes")[map].shape[1:]
        products = height * width * filters * k * k * (depth // groups)
        assert f"{height}·{width}·{k}·{k}·{of_depth}·{filters} = {products:,}" in text
        assert f"{k} × {k} × {depth // groups}" in text


def test_a_card_for_each_number_of_groups_tells_its_costs_and_is_chosen_by_a_click():
    at = filters_page()
    assert {*at.controls("choose-")} == {
        "choose-g-1", "choose-g-3", "choose-g2-1", "choose-g2-2", "choose-g2-3", "choose-g2-6",
    }  # fmt: skip
    text = at.said().replace("\n", " ")
    for groups in (1, 2, 3, 6):
        parameters, links_ = parameters_by_hand(3, 6, 12, groups), 72 // groups
        title = f"G = {groups}" + (", depthwise" if groups == 6 else "")
        assert f"{title} {links_} links of 72 {parameters:,} parameters {16 * 24 * 9 * links_:,} multiply-adds" in text
    assert "2 cannot be: G must divide C and F." in text and "4 and 5 cannot be" in text
    at.press("choose-g2-3")
    assert at.setting("g2") == 3
    assert len(at.stage().header["channels"]) == 2
    assert at.control("choose-g2-3").disabled


def test_the_shares_of_a_colour_are_said_where_a_kernel_of_the_lab_is_on_the_stage():
    shares = "the lab’s kernel times 0.299 on red, 0.587 on green, 0.114 on blue"
    assert shares in filters_page(map="1.2").said()
    without = {"map": "2.2"}, {"map": "1.2", "g": "3"}, {"map": "1.2", "first": RANDOM}, {"map": "1.2", "depth": "Grey"}
    for link in without:
        assert "kernel times" not in filters_page(**link).said(), link


def test_what_cannot_be_leaves_buttons_that_work():
    at = filters_page(g="2", sample="5 x 5 varied numbers", size="8")
    assert "cannot both be divided into 2 equal groups" in at.said()
    assert [key for key in at.remedies() if key.startswith("remedy G =")] == ["remedy G = 1", "remedy G = 3"]
    at.press("remedy G = 3")
    assert at.told("volumes").header["layers"][0]["groups"] == 3


def test_what_rounding_leaves_of_a_zero_is_a_zero_in_the_maps_of_both_layers():
    """On a flat picture three weighted planes add up to some 1e-14, though there is no edge."""
    flat = np.broadcast_to(np.array([[[255]], [[201]], [[77]]], np.uint8), (3, 9, 12))
    sent = filters_page(p="0").upload("flat.png", encode_png(np.ascontiguousarray(flat))).told("volumes")
    edges = [ORDER.index("sobel-x"), ORDER.index("sobel-y"), ORDER.index("laplacian")]
    assert sent["maps 0"].shape == (6, 7, 10) and not sent["maps 0"][edges].any() and sent["maps 0"].any()


def test_the_closing_note_has_these_settings_numbers():
    text = filters_page(f="1", f2="1", k="5", p="2").said()
    assert "1 filter, 1 map, stacked to a volume of depth 1" in text
    assert "1 filter is 1 deep: (5·5·1 + 1)·1 = 26" in text and "sees 9 × 9 pixels" in text
    assert "from 1 to 2" in text
    assert "from 16 to 8" in filters_page(f="16").said()


# --- in a browser ---


def shown(page: Page) -> Lab:
    expect(page.locator(".volumes")).to_have_attribute("data-ready", re.compile("[0-9]+"), timeout=20_000)
    return Lab(page).ready()


@pytest.mark.parametrize(("size", "dark"), [((1440, 900), False), ((1024, 768), True), ((390, 844), False)])
def test_the_first_screen(open_page, size, dark):
    page = open_page("filters", size, dark=dark)
    shown(page)
    box = page.locator(".volumes").bounding_box()
    assert box["y"] + box["height"] <= size[1] and box["x"] >= 0 and box["x"] + box["width"] <= size[0]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    heads = page.locator(".volumes header")
    expect(heads).to_have_text([re.compile("The picture"), re.compile("Layer 1: 6"), re.compile("Layer 2: 12")])
    if size[0] > 1000:  # nothing to scroll for
        assert page.locator(".scroller").evaluate("e => e.scrollWidth <= e.clientWidth")
    cut = page.locator(".st-key-filter-dials, .st-key-groups-g2").evaluate_all(
        "es => es.flatMap(e => [...e.querySelectorAll('p, span, button')])"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')"
        ".map(e => e.textContent)"
    )
    assert cut == []


def test_volumes_and_stage_go_together(warm):
    page = warm("filters?size=24&k=3&values=0%E2%80%931")
    lab = shown(page)
    line = page.locator(".volumes .line")
    # Where the stage goes, the volumes follow: 3 x 3 over 3 x 3 sees 5 x 5 pixels, cut off at the corner.
    lab.press("Home")
    expect(line).to_have_text(
        re.compile(
            "^Layer 2, map 1 of 12, row 1, column 1: .*rows 1 to 3 and 2 of padding, columns 1 to 3 and 2 of padding"
        )
    )
    lab.press("ArrowRight", "ArrowDown")
    expect(line).to_have_text(re.compile("row 2, column 2: "))
    # A map of the other layer comes onto the stage with its number.
    page.get_by_role("group", name=re.compile("^Layer 1: 6 filters")).focus()
    page.keyboard.press("PageDown")
    expect(line).to_have_text(re.compile("^Layer 1, map 2 of 6"))
    page.keyboard.press("Enter")
    expect(lab.stage.locator(".panel.output header b")).to_have_text("Map 2: Sobel, top to bottom")
    row, column = map(int, re.search(r"map=1[.]2[.](\d+)[.](\d+)", page.url).groups())
    expect(lab.stage).to_have_attribute("data-ready", "2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # on the stage's own map: the cursor moves, the server is not asked
    column += 1
    expect(line).to_have_text(re.compile(f"^Layer 1, map 2 of 6, row {row}, column {column}: "))
    words = line.inner_text()
    expect(lab.line).to_have_text(re.compile(f"^Row {row} of 16, column {column} of 24"))
    value = re.search(r": (−?[\d.]+);", words)[1].replace("−", "-")
    assert float(value) == pytest.approx(lab.numbers()[1], abs=0.01)
    expect(lab.stage).to_have_attribute("data-ready", "2")
    # Guess first: what the stage hides no words here tell, at the next place too, once an answer has been seen.
    lab.stage.get_by_text("guess first").click()
    expect(line).to_have_text(re.compile(f"column {column}: [?];"))
    lab.stage.get_by_role("button", name="Show the answer").click()
    expect(line).to_have_text(re.compile(f"column {column}: −?[0-9.]+;"))
    page.get_by_role("group", name=re.compile("^Layer 1: 6 filters")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(lab.line).to_have_text(re.compile(f"^Row {row} of 16, column {column + 1} of 24"))
    expect(line).to_have_text(re.compile(f"column {column + 1}: [?];"))
    lab.stage.get_by_text("guess first").click()


def test_the_map_that_is_gone_on_to_comes_onto_the_stage(warm):
    """Case 2.4: map 2 above is map 2 below, its arithmetic too."""
    page = warm("filters?size=24")
    lab = shown(page)
    line, head = page.locator(".volumes .line"), lab.stage.locator(".panel.output header b")
    expect(head).to_have_text("Map 1 of layer 2")
    for _ in range(2):
        page.get_by_role("button", name="Layer 2: the next map").click()
    expect(line).to_have_text(re.compile("^Layer 2, map 3 of 12"))
    expect(head).to_have_text("Map 3 of layer 2")
    expect(page).to_have_url(re.compile("map=2[.]3"))
    expect(line).to_have_text(re.compile("^Layer 2, map 3 of 12"))
    page.get_by_role("button", name="Layer 2: the map before").click()
    expect(head).to_have_text("Map 2 of layer 2")
    # The other layer's maps are gone through by themselves.
    page.get_by_role("button", name="Layer 1: the next map").click()
    expect(line).to_have_text(re.compile("^Layer 1, map 2 of 6"))
    expect(head).to_have_text("Map 2 of layer 2")


def test_colours_are_scaled_to_each_map_or_to_its_layer_and_say_so(warm):
    """Of twelve filters Scharr's answers most strongly: on its scale Sobel's map, a quarter as strong, is bare."""
    page = warm("filters?f=12&size=96&map=1.1")
    lab = shown(page)
    foot = page.locator(".volumes .foot").first.locator(".scale")
    own = foot.locator("span").last.inner_text()

    def coloured() -> tuple[float, float]:
        """How far from bare the front map and the stage's map are, on the average."""
        maps = page.locator(".volumes canvas.maps")
        lab.painted()
        area = page.locator(".volumes .area").first.evaluate(
            "(area, canvas) => { const box = canvas.getBoundingClientRect(), own = area.getBoundingClientRect();"
            " return [own.left - box.left, own.right - box.left]; }",
            maps.element_handle(),
        )
        drawn = lab.picture_of(maps)[:, round(area[0]) : round(area[1]), :3].astype(int)
        stage = lab.image("output")[..., :3].astype(int)
        return float((drawn.max(-1) - drawn.min(-1)).mean()), float((stage.max(-1) - stage.min(-1)).mean())

    by_map = coloured()
    page.get_by_role("button", name="each layer").click()
    expect(page.get_by_role("button", name="each layer")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("colours=each"))
    expect(foot.locator("span").last).not_to_have_text(own)
    by_layer = coloured()
    assert all(bare < 0.55 * full for bare, full in zip(by_layer, by_map)), (by_map, by_layer)
    assert foot.locator("span").last.inner_text() > own or len(foot.locator("span").last.inner_text()) > len(own)
    said = lab.line.inner_text(), lab.numbers()
    page.get_by_role("button", name="each map").click()
    expect(foot.locator("span").last).to_have_text(own)
    assert (lab.line.inner_text(), lab.numbers()) == said, "the numbers are the same, however they are coloured"
    # Another map comes to the front with its own scale.
    page.get_by_role("button", name="Layer 1: the next map").click()
    expect(foot.locator("span").last).not_to_have_text(own)


def test_the_lab_s_order_starts_with_what_differs_most():
    assert [KERNELS[key].name for key in ORDER[:3]] == ["Sobel, left to right", "Sobel, top to bottom", "Gaussian blur"]
    assert START["first"] == LAB

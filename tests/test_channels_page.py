"""Channels: every kind against ONNX Runtime, its costs against loops and PyTorch's shapes, films, the page as met."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.kernels import named, over_rgb
from cnnviz.pictures import sample, with_disc
from cnnviz.ui.lessons.channels import channels_kinds as kinds
from cnnviz.ui.lessons.channels import channels_view
from cnnviz.ui.lessons.channels.channels_kinds import CHANNELS, FULL, KIND, MAPS, SEPARABLE, THREE_D
from lab import Lab
from oracles import by_onnxruntime, convolve_by_onnxruntime
from tiny import tiny_film
from visitor import Visitor

EVERY = [(kind, "3") for kind in KIND.options] + [("grouped", "2")]


# --- the kinds as plain values ---


@pytest.mark.parametrize(("kind", "groups"), EVERY)
def test_every_kind_reads_what_its_window_over_the_channels_covers(kind, groups):
    slides = kinds.kinds(int(groups))[kind]
    assert slides[-1].maps == MAPS
    for slide in slides:
        assert slide.places * slide.each == slide.maps
        for map in range(slide.maps):
            assert slide.reads(map) == slide.layer.reads((CHANNELS, 8, 9), map)
        assert {channel for map in range(slide.maps) for channel in slide.reads(map)} == set(range(CHANNELS))
        assert slide.layer.output_shape((CHANNELS, 8, 9)) == (slide.maps, 8, 9)


# PyTorch's own shapes: torch.nn.Conv2d's weight is (out_channels, in_channels / groups, K, K), Conv3d's one axis more.
SHAPES = {
    ("full", "3"): [(12, 6, 3, 3)],
    ("grouped", "2"): [(12, 3, 3, 3)],
    ("grouped", "3"): [(12, 2, 3, 3)],
    ("depthwise", "3"): [(12, 1, 3, 3)],
    ("1 × 1", "3"): [(12, 6, 1, 1)],
    ("separable", "3"): [(6, 1, 3, 3), (12, 6, 1, 1)],
    ("3-D", "3"): [(3, 1, 3, 3, 3)],
}


# What torch.utils.flop_counter (2.13) counts on 128 × 192, two operations a multiply-add.
FLOPS = {
    ("full", "3"): 31_850_496, ("grouped", "2"): 15_925_248, ("grouped", "3"): 10_616_832,
    ("depthwise", "3"): 5_308_416, ("1 × 1", "3"): 3_538_944, ("separable", "3"): 6_193_152, ("3-D", "3"): 15_925_248,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "groups"), EVERY)
def test_weights_and_multiply_adds_are_those_of_pytorch_s_shapes_and_of_the_loop(kind, groups):
    slides, shapes = kinds.kinds(int(groups))[kind], SHAPES[kind, groups]
    drawn = kinds.weights(kind, slides)
    assert [one.size for one in drawn] == [int(np.prod(shape)) for shape in shapes] == [one.weights for one in slides]
    counted = 0
    for slide in slides:  # a product for each number of each map, channel and tap
        taps = [*np.ndindex(slide.side, slide.side)]
        counted += sum(1 for map in range(slide.maps) for _ in range(4 * 5) for _ in slide.reads(map) for _ in taps)
    assert kinds.multiply_adds(slides, 4, 5) == counted
    assert 2 * kinds.multiply_adds(slides, 128, 192) == FLOPS[kind, groups]
    assert kinds.all_weights(slides) == sum(one.size for one in drawn)
    for slide, weight in zip(slides, drawn, strict=True):
        assert slide.layer.multiply_adds((CHANNELS, 4, 5)) == slide.multiply_adds(4, 5)
        laid = slide.parameters(weight)["weight"]
        assert len({row.tobytes() for row in laid}) == slide.maps  # of 3-D, too: the same filter at another place
        if not slide.shares:
            assert slide.layer.parameters((CHANNELS, 4, 5)) == slide.weights


def test_separable_costs_1_over_o_and_1_over_k_squared_of_full():
    every = kinds.kinds(3)
    for size in ((1, 1), (128, 192)):
        ratio = Fraction(kinds.multiply_adds(every[SEPARABLE], *size), kinds.multiply_adds(every[FULL], *size))
        assert ratio == Fraction(1, MAPS) + Fraction(1, 9)


def test_smaller_windows_have_what_is_left_of_the_same_filters():
    full, grouped, each = (kinds.weights(kind, kinds.kinds(3)[kind])[0] for kind in ("full", "grouped", "1 × 1"))
    assert abs(full.std() - (2 / 54) ** 0.5) < 0.01  # He et al. (2015)
    for map in range(MAPS):
        first = map // 4 * 2
        np.testing.assert_array_equal(grouped[map], full[map, first : first + 2])
        np.testing.assert_array_equal(each[map, :, 0, 0], full[map, :, 1, 1])


# --- the page, without a browser ---


def page(kind: str, groups: str = "3", **link: str) -> Visitor:
    return Visitor("channels", **{"size": "24", "kind": kind, "groups": groups, **link})


def conv(maps: np.ndarray, weight: np.ndarray, groups: int, border: str = "zeros") -> np.ndarray:
    side = weight.shape[-1] // 2
    given = maps[np.newaxis].astype(np.float32), weight.astype(np.float32), None
    return convolve_by_onnxruntime(*given, (1, 1), ((side, side),) * 2, (1, 1), groups, border)[0]


def by_onnx(kind: str, groups: str, levels: np.ndarray) -> list[np.ndarray]:
    """The maps of every layer behind the channels, by ONNX Runtime's groups, and by its convolution of volumes."""
    weights = kinds.weights(kind, kinds.kinds(int(groups))[kind])
    if kind == THREE_D:
        volume = levels[np.newaxis, np.newaxis]
        found = by_onnxruntime("Conv", volume, weights[0][:, np.newaxis], pads=[0, 1, 1, 0, 1, 1])[0]
        return [levels, np.stack([found[map % 3, map // 3] for map in range(MAPS)])]
    lab = [named(key, 3) for key in channels_view.FIRST]
    first = [over_rgb(kernel) if len(levels) == 3 else kernel[np.newaxis] for kernel in lab]
    maps = [conv(levels, np.stack(first), 1, "replicate")]
    for weight in weights:
        maps.append(conv(maps[-1], weight, CHANNELS // weight.shape[1]))
    return maps


@pytest.mark.parametrize(("kind", "groups"), EVERY)
@pytest.mark.parametrize("link", [{}, {"values": "0–1", "depth": "Grey"}])
def test_the_maps_and_the_stage_hold_what_onnx_runtime_says(kind, groups, link):
    at, picture = page(kind, groups, **link), sample("chelsea").at(24, "grey" if link else "rgb")
    levels = with_disc(picture, CHANNELS).levels if kind == THREE_D else picture.levels()
    maps, sent, on_stage = by_onnx(kind, groups, levels / (255 if link else 1)), at.told("volumes"), at.stage()
    for number, map in enumerate(maps):
        np.testing.assert_allclose(sent[f"maps {number}"], map, atol=3e-6 * np.abs(map).max(), rtol=1e-4)
    last, slide = len(maps) - 1, kinds.kinds(int(groups))[kind][-1]
    layer, map = on_stage.header["options"]["unit"]
    assert layer == last
    np.testing.assert_array_equal(on_stage.output, sent[f"maps {last}"][map])
    # Its arithmetic goes through the channels that the window covers, and no others.
    np.testing.assert_array_equal(on_stage.input, sent[f"maps {last - 1}"][list(slide.reads(map))])
    assert on_stage.weight.shape == (slide.over.kernel_size, slide.side, slide.side)
    word = "frame" if kind == THREE_D else "map" if kind == SEPARABLE else "channel"
    assert on_stage.header["names"]["channels"] == [f"{word} {channel + 1}" for channel in slide.reads(map)]


def test_the_table_has_every_kind_s_products_with_their_numbers():
    at = page("separable")
    text = at.said()
    for line in (
        "full 3 × 3 × 6 K·K·C·O = 3·3·6·12 = 648 16·24·3·3·6·12 = 248,832 100\u00a0%",
        "grouped 3 × 3 × 2 K·K·(C/G)·O = 3·3·2·12 = 216 16·24·3·3·2·12 = 82,944 33.3\u00a0%",
        "depthwise 3 × 3 × 1 K·K·O = 3·3·12 = 108 16·24·3·3·12 = 41,472 16.7\u00a0%",
        "1 × 1 1 × 1 × 6 C·O = 6·12 = 72 16·24·6·12 = 27,648 11.1\u00a0%",
        "separable 3 × 3 × 1, then 1 × 1 × 6 K·K·C + C·O = 3·3·6 + 6·12 = 126",
        "126 16·24·(3·3·6 + 6·12) = 48,384 19.4\u00a0%",
        "3-D 3 × 3 × 3 K·K·K·F = 3·3·3·3 = 81 16·24·3·3·3·12 = 124,416 50\u00a0%",
        "1/O + 1/K² = 1/12 + 1/9 = 0.1944", "K = 3 is of rows and columns.",
        "F = 3 filters makes a map at every one of 4 places: the work is 4 times that.",  # 16·24·81·4 = 124,416
    ):
        assert line in text, line
    marked = re.findall('<tr class="chosen"><th scope="row">(.*?)</th>', "".join(at.markup()))
    assert marked == ["separable"]
    drawings = re.findall('alt="of 6 channels: ([^"]+)"', "".join(at.markup()))
    assert drawings == [
        "1 place of 6 channels", "3 places of 2 channels", "6 places of 1 channel", "1 place of 6 channels",
        "6 places of 1 channel; then 1 place of 6 channels", "4 places of 3 channels",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "groups", "formula"), [
    ("grouped", "2", "KC = 3, SC = 3: ⌊(6 − 3 + 2·0) / 3⌋ + 1 = 2 places, 6 filters at each"),
    ("full", "3", "KC = 6, SC = 1: ⌊(6 − 6 + 2·0) / 1⌋ + 1 = 1 place, 12 filters there"),
    ("3-D", "3", "Over the frames, KC = 3, SC = 1: ⌊(6 − 3 + 2·0) / 1⌋ + 1 = 4 places, the same 3 filters at each"),
])  # fmt: skip
def test_the_third_axis_has_the_formula_of_every_window(kind, groups, formula):
    assert formula in page(kind, groups).said()


def test_groups_are_asked_for_where_there_are_some_and_a_click_chooses_a_map():
    at = page("full")
    assert "groups" not in at.drawn()
    at.set(kind="grouped").set(groups="2")
    assert at.stage().header["channels"] == [0, 1, 2] and at.link("groups") == "2"
    at = page("grouped", **{"of-channels": "2.12.3.4"})
    assert at.stage().header["options"]["unit"] == [1, 11]
    assert at.stage().header["names"]["channels"] == ["channel 5", "channel 6"]
    # A channel on the stage: a filter of the lab over the picture, as the lesson before has it.
    at = page("grouped", **{"of-channels": "1.3"})
    assert at.stage().header["names"]["output"] == "Channel 3: gaussian-blur"
    assert at.stage().header["names"]["channels"] == ["red", "green", "blue"]


def test_where_nothing_moves_the_first_filter_gives_nothing():
    at = page("3-D")
    frames, maps = at.told("volumes")["maps 0"], at.told("volumes")["maps 1"]
    around = np.lib.stride_tricks.sliding_window_view(np.pad(frames, ((0, 0), (1, 1), (1, 1))), (3, 3), axis=(1, 2))
    for place in range(4):
        is_still = (around[place] == around[place + 2]).all(axis=(2, 3))
        assert is_still.mean() > 0.5 and not maps[3 * place][is_still].any() and maps[3 * place].any()
    assert at.told("volumes").header["layers"][0]["grey"] and at.stage().header["inputLimit"] == 0


def test_the_frames_of_one_s_own_film_are_those_of_the_file():
    at = page("3-D").upload("moves.gif", tiny_film(16, width=24), kind="image/gif")
    text = at.said()
    assert "They are frames 1, 4, 7, 10, 13 and 16 of your file’s 16." in text
    frames = at.told("volumes")["maps 0"]
    assert [int(np.flatnonzero((frame > 200).any(axis=0))[0]) for frame in frames] == [0, 3, 6, 9, 12, 15]
    np.testing.assert_array_equal(at.told("volumes")["picture"], frames[:1])
    # The others read its first frame, as every lesson does; and a film too short is a still picture.
    assert at.set(kind="full").told("volumes")["picture"].shape == (3, 9, 24)
    short = page("3-D").upload("short.gif", tiny_film(5), kind="image/gif")
    assert "a disc moves over the picture" in short.said()
    broken = tiny_film(8)
    broken = page("3-D").upload("broken.gif", broken[: len(broken) // 2], kind="image/gif")
    assert "a disc moves over the picture" in broken.said()


def test_too_many_numbers_are_refused_with_a_size_that_works():
    at = page("full", size="512", sample="Astronaut Eileen Collins")
    assert "7,077,888 numbers; this page draws up to 4,000,000" in at.said() and at.envelope() is None
    assert at.remedies() == ["remedy Longest side = 384"]
    assert at.press("remedy Longest side = 384").stage().output.shape == (384, 384)


@pytest.mark.parametrize("kind", ["grouped", "3-D"])
def test_the_smallest_picture_has_its_maps(kind):
    at = page(kind, sample="5 x 5 varied numbers", size="8")
    assert at.told("volumes")["maps 1"].shape == (12, 5, 5)


# --- in a browser ---


def shown(page: Page) -> Lab:
    expect(page.locator(".volumes")).to_have_attribute("data-ready", re.compile("[0-9]+"), timeout=20_000)
    return Lab(page).ready()


@pytest.mark.parametrize(("size", "dark"), [((1440, 900), False), ((1024, 768), True), ((390, 844), False)])
def test_the_first_screen(open_page, size, dark):
    page = open_page("channels", size, dark=dark)
    shown(page)
    box = page.locator(".volumes").bounding_box()
    assert box["y"] + box["height"] <= size[1] and box["x"] >= 0 and box["x"] + box["width"] <= size[0]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".scroller").evaluate("e => e.scrollWidth <= e.clientWidth")  # on a phone too
    expect(page.locator(".volumes header b")).to_have_text(["Input", "Channels", "Grouped"])


# The rows of the maps' canvas, from 0 to 1, that an orange frame over the channels covers: its left edge is the longest
# orange line from top to bottom. And the colour of a pixel in it.
FRAME = """(canvas) => {
  const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const isOrange = (x, y) => {
    const [red, green, blue, opacity] = data.subarray(4 * (y * width + x));
    return Math.abs(red - 217) < 30 && Math.abs(green - 95) < 30 && blue < 40 && opacity > 200;
  };
  let [best, from, to, left] = [0, 0, 0, 0];
  for (let x = 0; x < width; x += 1) {
    for (let y = 0, run = 0; y < height; y += 1) {
      run = isOrange(x, y) ? run + 1 : 0;
      if (run > best) [best, from, to, left] = [run, y - run + 1, y + 1, x];
    }
  }
  const inside = 4 * (Math.round(to - 12 * devicePixelRatio) * width + left + Math.round(12 * devicePixelRatio));
  return [from / height, to / height, [...data.subarray(inside, inside + 3)]];
}"""


def test_the_window_over_the_channels_stands_where_the_chosen_map_s_is(warm):
    page = warm("channels")
    lab, line, canvas = shown(page), page.locator(".volumes .line"), page.locator(".volumes canvas.maps")
    maps = page.locator(".volumes .area").last.bounding_box()

    def covers(first: float, last: float, is_film: bool = False) -> None:
        """The frame is around these sixths of the channels."""
        lab.painted()
        top, bottom, (red, green, blue) = canvas.evaluate(FRAME)
        assert abs(top - first / 6) < 0.03 and abs(bottom - last / 6) < 0.03, (top, bottom)
        assert (red == green == blue < 240) == is_film, "frames are pictures in grey, channels maps in colours"

    def click(row: float) -> None:
        page.mouse.click(maps["x"] + maps["width"] * 0.3, maps["y"] + maps["height"] * row)
        page.mouse.move(1, 1)

    expect(line).to_have_text(re.compile("^Grouped, map 5 of 12"))
    covers(2, 4)
    # A map of the last row: its window is the last, and the stage shows its channels.
    click(11 / 12)
    expect(line).to_have_text(re.compile("^Grouped, map 11 of 12"))
    expect(page.locator(".stage .now, .stage [aria-live]").first).to_contain_text("channel 5")
    covers(4, 6)
    page.get_by_role("radio", name="3-D").or_(page.get_by_text("3-D", exact=True)).first.click()
    expect(page.locator(".volumes header b").last).to_have_text("3-D")
    expect(line).to_have_text(re.compile("^3-D, map 11 of 12"))
    covers(3, 6, is_film=True)


def test_another_kind_puts_a_map_of_its_own_on_the_stage():
    at = page(kind="grouped", **{"of-channels": "1.1"})
    assert at.stage().header["names"]["output"] == "Channel 1: sobel-x"
    at.set(kind="1 × 1")
    assert at.stage().header["names"]["output"].startswith("Map ")


def test_frames_are_looked_at_first_where_something_moves():
    stage = page(kind="3-D").stage()
    row, column = stage.header["options"]["at"]
    assert abs(stage.output[row, column]) == np.abs(stage.output).max() > 0

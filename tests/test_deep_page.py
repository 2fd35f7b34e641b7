"""The Deep CNN page: what is sent is what the network made, any unit by link or click, the questions, two photos."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import expect

from bad_pictures import HTML
from cnnviz.models import squeezenet
from cnnviz.models.squeezenet_depths import PEOPLE, SEEN
from cnnviz.pictures import Picture, encode_png, sample
from cnnviz.ui import questions
from cnnviz.ui.lessons.deep.deep_filters import filter_of
from cnnviz.ui.lessons.deep.deep_look import Look, stops
from sent import Sent
from visitor import Visitor

STOPS = stops()
AT = {name: at for at, name in enumerate(STOPS)}
APART = 1_100  # ms: keys on one control with less than a second between them are one act, which Back takes back whole


# --- a visitor ---


def page(**link: str) -> Visitor:
    return Visitor("deep", **link)


def sent(at: Visitor) -> dict[str, Sent]:
    """The stage by its name, the other components by their kind and number."""
    found: dict[str, Sent] = {}
    for one in at.sent():
        kind = one.header.get("kind", "")
        found["stage" if one.component == "stage" else f"{kind} {sum(key.startswith(kind) for key in found)}"] = one
    return found


@pytest.fixture(scope="module")
def cat() -> Visitor:
    """The page on the cat, for tests that only go from unit to unit."""
    return page()


def to(at: Visitor, link: str) -> dict[str, Sent]:
    """What is sent once the link names another unit."""
    return sent(at.follow(deep=link))


@cache
def maps_of(key: str) -> list[np.ndarray]:
    return squeezenet().maps(sample(key).square(227, "rgb").levels())


# --- the walk ---


def test_every_depth_is_sent_as_the_network_made_it_and_the_five_best_add_up():
    walk = sent(page(sample="Coffee cup"))["walk 0"]
    maps = maps_of("coffee")
    stops = walk.header["stops"]
    assert [stop["name"] for stop in stops] == ["conv1", *(f"fire{of}" for of in range(2, 10)), "conv10"]
    for stop in stops:
        depth = STOPS[stop["name"]]
        assert 8 <= len(stop["channels"]) <= 12 and AT[stop["name"]] == stop["at"]
        np.testing.assert_array_equal(walk[f"stop {stop['at']}"], maps[depth.last + 1][stop["channels"]])
        inside = maps[depth.last + 1][stop["channels"], 1:-1, 1:-1].reshape(len(stop["channels"]), -1)
        assert inside.max(1).min() > 0, "a map that answers to the border alone was shown"
        places = (divmod(int(at), maps[depth.last + 1].shape[2] - 2) for at in inside.argmax(1))
        assert stop["peaks"] == [[row + 1, column + 1] for row, column in places]
    scores = maps[-2].mean((1, 2), dtype=np.float64)
    shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    bars = walk.header["bars"]
    assert [bar["id"] for bar in bars] == list(np.argsort(-shares)[:5])
    np.testing.assert_allclose([bar["share"] for bar in bars], np.sort(shares)[::-1][:5], rtol=1e-4)
    assert bars[0]["name"] == "espresso" and bars[0]["text"].startswith("98.9")


def test_what_is_cut_off_is_shown_and_said():
    at = page(sample="Chelsea the cat")
    walk = sent(at)["walk 0"]
    assert (walk.header["size"], walk.header["start"]) == ([300, 451], 75)
    assert walk["whole"].shape[1:] == (213, 320)
    assert "300 × 300 of 300 × 451; left out: 75 columns on the left, 76 on the right." in at.said()


# --- the square that it takes ---


@cache
def cat_and_cup() -> Picture:
    """A cat on the left of a wide photo, a cup on its right."""
    photos = [sample(key).square(227, "rgb").levels() for key in ("chelsea", "coffee")]
    between = photos[0][:, :, :-81:-1]
    return Picture(np.concatenate([photos[0], between, photos[1]], 2), "RGB", (227, 534))


def said_of(picture: Picture, start: int | None) -> tuple[np.ndarray, str]:
    """The core's own crop, and what the network's own answer to it is called."""
    square = picture.square(227, "rgb", start).levels()
    return square, squeezenet().classes[int(squeezenet().maps(square)[-1].argmax())]


@pytest.mark.parametrize(
    ("link", "start", "words"),
    [
        ("0", 0, "Cut to a square, 300 × 300 of 300 × 451; left out: 0 columns on the left, 151 on the right."),
        ("151", 151, "Cut to a square, 300 × 300 of 300 × 451; left out: 151 columns on the left, 0 on the right."),
        ("9999", 151, "left out: 151 columns on the left"),  # beyond the picture: the last square that there is
        ("75", 75, "Cut to the square in the middle, 300 × 300"),
        ("-1", 75, "Cut to the square in the middle, 300 × 300"),
        ("1e2", 75, "Cut to the square in the middle, 300 × 300"),
    ],
)
def test_the_network_reads_the_square_that_the_link_says(link, start, words):
    """Case 7.8."""
    at = page(square=link)
    walk = sent(at)["walk 0"]
    assert walk.header["start"] == start and words in at.said()
    square, name = said_of(sample("chelsea"), start)
    np.testing.assert_array_equal(walk["photo"], square)
    assert walk.header["bars"][0]["name"] == name


def test_a_tall_photo_s_square_goes_down_and_a_square_photo_s_nowhere():
    at = page()
    tall = Picture(cat_and_cup().pixels.swapaxes(1, 2), "RGB", (534, 227))
    at.upload("tall.png", encode_png(tall.levels()))
    at.follow(square="307")
    np.testing.assert_array_equal(sent(at)["walk 0"]["photo"], said_of(tall, 307)[0])
    assert "left out: 307 rows above, 0 below." in at.said()
    at = page(square="20", sample="Astronaut Eileen Collins")
    assert sent(at)["walk 0"].header["start"] == 0 and "left out" not in at.said()


def test_with_another_picture_the_square_is_in_the_middle_again():
    for other in (
        lambda at: at.set(sample="Coffee cup"),
        lambda at: at.upload("wide.png", encode_png(cat_and_cup().levels())),
        lambda at: at.press("guide 0"),
        lambda at: at.press("barbell"),
    ):
        at = page(square="3")
        assert at.setting("square") == 3
        other(at)
        assert at.setting("square") is None and at.link("square") is None


def test_the_other_photo_keeps_its_middle():
    of = [[one for one in page(**link).markup() if 'class="answers"' in one][1] for link in ({}, {"square": "0"})]
    assert of[0] == of[1]


def test_nothing_gives_the_answer_away_while_it_is_guessed():
    at = page(**{"guess-first": "true", "deep": "21.286.7.7", "second": "Camera operator"})
    walk = sent(at)["walk 0"]
    assert walk.header["guess"] and walk.header["bars"] == [] and len(walk.header["stops"]) == 9
    assert "Egyptian" not in at.said() + str([found.header for found in sent(at).values()])
    assert "conv10" not in at.control("deep-layer").options
    at.give("deep-guessed", sample("chelsea").square(227, "rgb").digest)
    at.run()
    walk = sent(at)["walk 0"]
    assert walk.header["bars"][0]["name"] == "Egyptian cat" and walk.header["selected"] == "21.286.7.7"
    assert "tripod 57.9" in at.said(), "the second photo was forgotten"


def test_depth_grey_shows_the_network_a_grey_photo():
    walk = sent(page(depth="Grey"))["walk 0"]
    red, green, blue = walk["photo"]
    assert (red == green).all() and (green == blue).all()


def test_what_changes_nothing_here_is_neither_shown_nor_linked():
    """Case 7.7: the network takes its own size of the photo, in its own numbers."""
    at = Visitor("convolution", size="24", values="0–1")
    at.leave_link().go("deep")
    shown = {key.split("~")[0] for key in at.controls()}
    assert "depth" in shown and not {"size", "size-typed", "values"} & shown
    assert at.link("size") is None and at.link("values") is None
    at.leave_link().go("convolution")
    assert (at.link("size"), at.link("values")) == ("24", "0–1"), "forgotten on the way"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("16.131.6.5", "16.131.6.5"),
        ("16.131", "16.131.6.5"),  # the place of its largest number
        ("16.9999.1.99", "16.384.1.13"),
        ("3.7.2.2", "3.7.2.2"),  # a squeeze, which is none of the walk's own depths
        ("22.1.1.1", None),
        ("0.1.1.1", None),
        ("rubbish", None),
    ],
)
def test_a_link_leads_to_any_unit(cat, link, shown):
    walk = to(cat, link)["walk 0"]
    selected = walk.header["selected"]
    first = walk.header["stops"][0]["channels"][0]
    assert selected == shown or (shown is None and selected.startswith(f"1.{first + 1}."))
    at, channel, *_ = (int(part) - 1 for part in selected.split("."))
    (stop,) = [stop for stop in walk.header["stops"] if stop["at"] == at]
    assert channel in stop["channels"]


@pytest.mark.parametrize("name", ["conv1", "pool1", "fire3 squeeze", "fire4", "fire9", "conv10"])
def test_the_stage_ends_in_the_number_that_was_clicked(cat, name):
    """Terms summed here in float64 from what the stage was sent; the last of the maps are 3 x 3 filters' own."""
    depth, maps = STOPS[name], maps_of("chelsea")
    channel = len(maps[depth.last + 1]) - 1
    found = to(cat, f"{AT[name] + 1}.{channel + 1}.5.4")
    stage = found["stage"]
    expected = maps[depth.last + 1][channel]
    np.testing.assert_array_equal(stage["output"], expected)
    read = stage["input"].astype(np.float64)
    if name.startswith("pool"):
        assert read[0, 8:11, 6:9].max() == expected[4, 3]
        return
    weight = stage["weight"]
    _, high, wide = weight.shape
    stride, pad = (2 if name == "conv1" else 1), high // 2
    padded = np.pad(read, ((0, 0), (pad, pad), (pad, pad)))
    window = padded[:, 4 * stride : 4 * stride + high, 3 * stride : 3 * stride + wide]
    assert stage.header["function"] == "relu"
    total = (window * weight).sum() + stage.header["bias"]
    np.testing.assert_allclose(max(0, total), expected[4, 3], rtol=1e-4, atol=1e-3 * abs(window * weight).sum())


def test_a_unit_s_light_is_its_gradient_and_its_frame_what_it_can_see(cat):
    answers = maps_of("chelsea")[STOPS["fire6"].last + 1][192:, 6, 6]  # the second half are the 3 x 3 filters'
    seen = to(cat, f"14.{193 + int(answers.argmax())}.7.7")["panels 0"]
    (panel,) = seen.header["panels"]
    assert panel["sight"] == [6 * 16 - 41, 6 * 16 - 41, 111, 111]
    light = seen["light 0"]
    rows, columns = np.nonzero(light)
    assert light.max() == 255 and rows.min() >= 55 and rows.max() < 166 and columns.min() >= 55


def test_the_sheet_has_every_map_once_the_strongest_first(cat):
    sheet = to(cat, "11.1.3.3")["sheet 0"]
    maps = maps_of("chelsea")[STOPS["fire5"].last + 1]
    order = sheet.header["order"]
    assert sorted(order) == list(range(256)) and sheet.header["chosen"] == 0
    inside = maps[order][:, 1:-1, 1:-1].reshape(256, -1)
    above = inside.max(1) - np.median(inside, axis=1)
    assert (np.diff(above[:200]) <= 0).all()
    stop = next(stop for stop in to(cat, "11.1.3.3")["walk 0"].header["stops"] if stop["name"] == "fire5")
    assert {*stop["channels"]} - {0} <= {*order[:12]}, "the sheet and the walk rank apart"
    np.testing.assert_allclose(sheet.header["limits"], maps[order].max((1, 2)), rtol=1e-6)


def test_layer_and_map_can_be_chosen_by_name_and_number():
    at = page()
    at.set({"deep-layer": "fire4 squeeze"})
    assert at.link("deep").startswith("8.")
    at.set({"deep-map": 1000})
    assert at.link("deep").startswith("8.32.") and at.control("deep-map").value == 32


def test_the_guide_leads_where_it_says():
    at = page(sample="Camera operator")
    for place in (0, 4):
        words, name, channel = SEEN["camera"][place]
        assert at.control(f"guide {place}").label == words
        at.press(f"guide {place}")
        depth, map, *_ = at.link("deep").split(".")
        assert (int(depth) - 1, int(map)) == (AT[name], channel)


# --- where it looks ---


def test_the_class_map_is_the_class_s_own_and_its_average_the_score():
    at = page(**{"class": "lynx"})
    panel = sent(at)["panels 1"]
    index = squeezenet().classes.index("lynx")
    np.testing.assert_array_equal(panel["map 0"], maps_of("chelsea")[-2][index])
    assert "27.1" in panel.header["panels"][0]["words"]
    at.press(f"class {squeezenet().classes.index('tabby')}")
    assert "tabby" in sent(at)["panels 1"].header["panels"][0]["title"]
    assert "Egyptian cat" in sent(page(**{"class": "no such thing"}))["panels 1"].header["panels"][0]["title"]


def test_a_question_is_the_network_s_answer_to_the_covered_photo(monkeypatch):
    monkeypatch.setattr(questions, "BATCH", 0)  # a question a run
    at = page(sample="Coffee cup").press("ask")
    at.run()
    asked = at.remembered("questions-asked")
    assert len(asked.probes) == 2
    probe = asked.probes[1]
    levels = sample("coffee").square(227, "rgb").levels().copy()
    top, left = 16 * probe.row, 16 * probe.column
    levels[:, top : top + 51, left : left + 51] = np.array([123, 117, 104], np.uint8)[:, None, None]
    scores = squeezenet().maps(levels)[-1].ravel().astype(np.float64)
    share = np.exp(scores - scores.max())[967] / np.exp(scores - scores.max()).sum()
    lost, patch = sent(at)["panels 2"], sent(at)["panels 2"].header["panels"][1]["patch"]
    uncovered = sent(at)["walk 0"].header["bars"][0]["share"]
    np.testing.assert_allclose(lost["map 0"][probe.row, probe.column], uncovered - share, atol=1e-4)
    assert patch == [top, left, 51, 51]
    at.press("stop")
    assert len(at.run().remembered("questions-asked").probes) == 2, "it asks on after a stop"
    at.press("stop")  # go on
    assert len(at.remembered("questions-asked").probes) == 3
    at.set(sample="Falcon 9 lifting off")
    assert "Not asked yet." in sent(at)["panels 2"].header["panels"][0]["words"]


# --- a mistake, two photos, filters ---


def test_one_click_leads_to_the_barbell():
    at = page().press("barbell")
    walk = sent(at)["walk 0"]
    assert walk.header["bars"][0]["name"] == "barbell" and walk.header["bars"][0]["share"] > 0.7
    assert walk.header["selected"].startswith(f"21.{squeezenet().classes.index('barbell') + 1}.")
    assert "barbell 79" in at.said() and all(name in squeezenet().classes for name in PEOPLE)


def test_another_photo_stands_beside_with_the_same_maps_on_one_scale():
    at = page(deep="16.131.6.5", second="Camera operator")
    first, second = sent(at)["panels 3"], sent(at)["panels 4"]
    assert [p["title"] for p in first.header["panels"]] == [p["title"] for p in second.header["panels"]]
    maps = [maps_of(key)[STOPS["fire7"].last + 1][130] for key in ("chelsea", "camera")]
    for found, map in zip((first, second), maps):
        np.testing.assert_array_equal(found["map 0"], map)
        assert found.header["panels"][0]["limit"] == pytest.approx(max(float(each.max()) for each in maps))
    assert "tripod 57.9" in at.said()


def test_an_upload_can_be_the_other_photo_and_a_refusal_is_one_sentence():
    at = page()
    at.upload("page.png", HTML, key="second-upload")
    assert len(at.app.error) == 1
    levels = np.random.default_rng(1).integers(0, 256, (3, 40, 90), np.uint8)
    at.upload("mine_*b*.png", encode_png(levels), key="second-upload")
    assert not at.app.error and "mine_*b*.png" in at.said()


def test_any_picture_gets_an_answer_and_one_colour_is_told_apart_from_its_padding_alone():
    at = page()
    for shape in ((1, 1, 1), (3, 500, 3), (1, 30, 40)):
        at.upload("a.png", encode_png(np.full(shape, 7, np.uint8)))
        walk = sent(at)["walk 0"].header
        assert len(walk["bars"]) == 5
        assert all(stop["note"].startswith("One colour") for stop in walk["stops"][:-1])


def test_a_filter_stands_in_the_order_of_the_lab():
    weight = squeezenet().parameters[0]["weight"]
    np.testing.assert_array_equal(filter_of(5)[0], weight[5, 2])
    np.testing.assert_array_equal(filter_of(5)[2], weight[5, 0])


def test_a_look_keeps_23_megabytes():
    run = squeezenet().passed(sample("coffee").square(227, "rgb").levels())
    look = Look(sample("coffee"), sample("coffee"), (400, 600), 100, run)
    owned = {id(map if map.base is None else map.base): map if map.base is None else map.base for map in look.maps}
    assert sum(array.nbytes for array in owned.values()) < 24_000_000


# --- in a browser ---

YELLOW = """(canvas) => {
  const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let [count, sum] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] > 220 && data[at + 1] > 200 && data[at + 2] < 90) { count += 1; sum += (at / 4) % width; }
  }
  return [count / (width * height), sum / count / width];
}"""


def test_both_eyes_light_up_a_click_goes_from_map_to_map_and_the_patch_slides(warm):
    page = warm("deep?deep=16.131.6.5&guess-first=true")
    large, line = page.locator("canvas.large"), page.locator(".is-walk .line")
    expect(line).to_have_text(re.compile(r"^Row 6, column 5: 488\.8\. It can see 111 × 111 pixels"))
    share, place = large.evaluate(YELLOW)
    assert 0.003 < share < 0.03 and 0.25 < place < 0.45, "the left eye is not lit"
    walk = page.locator(".is-walk")
    expect(page.get_by_text("Egyptian cat")).to_have_count(0)
    walk.get_by_role("button", name="Show it").click()
    expect(walk.locator(".bar").first).to_contain_text("Egyptian cat")
    drawn = walk.get_attribute("data-ready")
    page.get_by_role("radio", name="319").click()
    expect(page).to_have_url(re.compile(r"deep=16\.319\."))
    expect(page.locator(".is-walk .over header")).to_contain_text("Map 319 of fire7")
    large.click(position={"x": 200, "y": 200})
    expect(line).to_have_text(re.compile(r"^Row 7, column 7: "))
    expect(page.get_by_text("Traced back: map 319 of fire7, row 7, column 7")).to_be_visible()
    assert walk.get_attribute("data-ready") == drawn, "the maps were sent again for a click"
    page.locator(".bar", has_text="tiger cat").click()
    expect(page.locator(".is-walk .over header")).to_contain_text("“tiger cat”, map 283 of conv10")
    expect(page).to_have_url(re.compile(r"deep=21\.283\."))
    # The answers come in while the patch slides.
    page.get_by_role("button", name="slide the patch over it").click()
    expect(page.get_by_text(re.compile(r"\d+ of 144 asked"))).to_be_visible(timeout=20_000)
    lost = page.locator(".is-panels figure", has_text="What is lost").locator("canvas")
    coloured = """(canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, at) => at % 4 === 1 && value < data[at - 1] - 40 && value < data[at + 1] - 40)
        || data.some((value, at) => at % 4 === 1 && value > data[at - 1] + 40);
    }"""
    page.wait_for_function(coloured, arg=lost.element_handle(), timeout=20_000, polling=100)
    page.locator(".st-key-clear button").click()
    expect(page.get_by_role("button", name="slide the patch over it")).to_be_visible()


def test_the_walk_stands_where_the_page_does(warm):
    """However often the same button is pressed, and on coming back from another page."""
    page = warm("deep")
    walk, muzzle = page.locator(".is-walk"), page.get_by_role("button", name="the muzzle")
    for _ in range(2):
        muzzle.click()
        expect(walk.locator(".over header")).to_contain_text("Map 489 of fire9")
        expect(page.get_by_text("Traced back: map 489 of fire9")).to_be_visible()
        walk.locator(".tiles").get_by_role("radio").nth(3).click()
        expect(page.get_by_text("Traced back: map 489 of fire9")).to_have_count(0)
    clicked = walk.locator(".over header").inner_text()
    page.get_by_role("link", name="Stride").first.click()
    expect(walk).to_have_count(0)
    page.get_by_role("link", name="Deep CNN").first.click()
    expect(walk.locator(".over header")).to_have_text(clicked)


def test_another_photo_opens_on_its_own_strongest_unit():
    """Case 2.3: the muzzle of the cat is no place to look at on one's own orange."""
    at = page()
    muzzle = next(key for key in at.controls("guide ") if at.control(key).label == "the muzzle")
    at.press(muzzle)
    chosen = at.link("deep")
    assert chosen and "Here: its muzzle." in str(at.sent_to("overlay")[0].header)
    orange = np.zeros((60, 60, 3), np.uint8)
    orange[15:45, 15:45] = 255, 140, 0
    at.upload("orange.png", encode_png(np.moveaxis(orange, -1, 0)))
    assert at.link("deep") is None and "muzzle" not in str(at.sent_to("overlay")[0].header)
    at.set(sample="Coffee cup")
    assert at.link("deep") is None and "Here: the coffee in its cup." in str(at.sent_to("overlay")[0].header)


def test_the_square_is_moved_by_pointer_and_keys_and_the_network_reads_what_is_in_it(warm):
    """Case 7.8: a cat left and a cup right in a wide photo."""
    page, picture = warm("deep"), cat_and_cup()
    walk = page.locator(".is-walk")
    expect(walk.locator(".bar").first).to_be_visible()
    file = {"name": "a.png", "mimeType": "image/png", "buffer": encode_png(picture.levels())}
    page.get_by_test_id("stSidebar").locator("input[type=file]").set_input_files(file)
    handle = walk.get_by_role("slider", name="The square that the network takes")
    expect(handle).to_have_attribute("aria-valuetext", "columns 154 to 380 of 534")

    def reads(start: int) -> None:
        """It says of the square what the core says of its own crop."""
        expect(page).to_have_url(re.compile(rf"square={start}(&|$)"))
        expect(handle).to_have_attribute("aria-valuenow", str(start))
        _, name = said_of(picture, start)
        expect(walk.locator(".bar span").first).to_have_text(name)
        expect(walk).not_to_have_class(re.compile("is-moved"))
        expect(page.get_by_text(f"{start} columns on the left, {307 - start} on the right")).to_be_visible()

    box = handle.bounding_box()
    assert box
    scale, middle = box["width"] / 534, box["y"] + box["height"] / 2

    def drag(from_column: float, to_column: float) -> None:
        page.mouse.move(box["x"] + from_column * scale, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + (from_column + to_column) / 2 * scale, middle)
        page.mouse.move(box["x"] + to_column * scale, middle)

    drag(300, 0)  # as far as it goes
    expect(handle).to_have_attribute("aria-valuenow", "0")
    expect(walk).to_have_class(re.compile("is-moved"))  # what stands there is no answer to this square
    page.mouse.up()
    reads(0)
    assert said_of(picture, 0)[1] == "Egyptian cat"
    page.wait_for_timeout(APART)
    handle.press("End")
    reads(307)
    assert said_of(picture, 307)[1] == "espresso"
    page.wait_for_timeout(APART)
    handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuetext", "columns 303 to 529 of 534")
    reads(302)
    page.go_back()
    reads(307)
    page.locator(".st-key-guide button").first.click()  # another photo: its middle
    expect(handle).to_have_attribute("aria-valuetext", "columns 76 to 375 of 451")
    expect(page).not_to_have_url(re.compile("square="))


@pytest.mark.parametrize("is_tall", [False, True])
def test_the_square_goes_as_far_as_the_pointer_that_holds_it_and_comes_to_one_beside_it(warm, is_tall):
    """Case 7.8: along a wide photo and down a tall one."""
    page, picture = warm("deep"), cat_and_cup()
    levels = picture.levels().swapaxes(1, 2) if is_tall else picture.levels()
    walk = page.locator(".is-walk")
    expect(walk.locator(".bar").first).to_be_visible()
    file = {"name": "a.png", "mimeType": "image/png", "buffer": encode_png(levels)}
    page.get_by_test_id("stSidebar").locator("input[type=file]").set_input_files(file)
    handle = walk.get_by_role("slider", name="The square that the network takes")
    expect(handle).to_have_attribute("aria-valuetext", f"{'rows' if is_tall else 'columns'} 154 to 380 of 534")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box

    def point(along: float) -> None:
        share = along / 534, 0.5
        x, y = share[::-1] if is_tall else share
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])

    def comes_to(start: int) -> None:
        page.mouse.up()
        found = int(handle.get_attribute("aria-valuenow") or "-1")
        assert abs(found - start) <= 6, found  # a pixel of the screen is some of the photo
        expect(page).to_have_url(re.compile(rf"square={found}(&|$)"))
        expect(walk).not_to_have_class(re.compile("is-moved"))

    point(340)
    page.mouse.down()
    point(260)
    comes_to(153 + 260 - 340)
    point(380)
    page.mouse.down()
    comes_to(380 - 113)  # with its middle

"""A picture is numbers: what the lesson says of them, and the views that one cursor moves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Locator, Page, expect

from cnnviz.pictures import Picture, sample
from cnnviz.ui.lessons.pixels_ending import ending, levels
from door import Door
from lab import Lab
from visitor import Visitor


def of_planes(*planes: list[list[int]]) -> Picture:
    pixels = np.array(planes, np.uint8)
    return Picture(pixels, "RGB" if len(planes) == 3 else "L", pixels.shape[1:])


# --- what is said ---


@pytest.mark.parametrize("key", ["chelsea", "coffee", "camera", "numbers"])
@pytest.mark.parametrize("depth", ["grey", "rgb"])
def test_smallest_largest_and_mean_are_pillows(key, depth):
    picture = sample(key).at(64, depth)
    stat = ImageStat.Stat(Image.merge("RGB", [Image.fromarray(plane) for plane in picture.levels()]) if depth == "rgb"
                          else Image.fromarray(picture.levels()[0]))  # fmt: skip
    for (least, most, mean), extremes, other in zip(levels(picture), stat.extrema, stat.mean, strict=True):
        assert (least, most) == extremes
        assert mean == pytest.approx(other, rel=1e-12)


def test_the_notice_puts_the_numbers_in():
    picture = of_planes([[0, 255, 30]], [[10, 20, 30]], [[7, 7, 9]])
    see, question = ending(picture, 1)
    assert see.startswith(
        "This picture is 1 × 3 × 3 = 9 numbers: red from 0 to 255, mean 95; green from 10 to 30, mean 20; "
        "blue from 7 to 9, mean 7.7."
    )
    assert "On the whole the red plane is the brightest." in see
    assert "reddest" in question
    see, _ = ending(picture, 255)
    assert "red from 0 to 1, mean 0.373; green from 0.039 to 0.118, mean 0.078" in see


@pytest.mark.parametrize(
    ("planes", "said"),
    [
        (([[9, 9]], [[4, 4]], [[3, 15]]), "On the whole red and blue are equally bright, brighter than the third."),
        (([[4, 4]], [[5, 9]], [[6, 6]]), "On the whole the green plane is the brightest."),
        (([[4, 4]], [[3, 5]], [[8, 0]]), "equally bright, but not at every pixel"),
        (([[255, 0, 0]], [[0, 255, 0]], [[0, 0, 255]]), "equally bright, but not at every pixel"),
        (([[4, 9]], [[4, 9]], [[9, 4]]), "equally bright, but not at every pixel"),
        (([[4, 9]], [[4, 9]], [[4, 9]]), "equal at every pixel: together they are grey."),
    ],
)
def test_which_plane_is_the_brightest(planes, said):
    see = ending(of_planes(*planes), 1)[0]
    assert said in see
    assert ("are grey" in see) == (planes[0] == planes[1] == planes[2])


def test_a_grey_picture_is_asked_for_its_other_planes():
    see, question = ending(of_planes([[1, 2], [3, 4]]), 1)
    assert "2 × 2 × 1 = 4 numbers: grey from 1 to 4, mean 2.5." in see
    assert "RGB" in question


# --- the page, without a browser ---


@pytest.mark.parametrize(("depth", "values"), [("RGB", "0–255"), ("Grey", "0–1")])
def test_the_levels_are_sent_a_byte_each(depth, values):
    at = Visitor("pixels", sample="Coffee cup", size="48", depth=depth, values=values)
    sent = at.told("pixels")
    expected = sample("coffee").at(48, depth.lower()).levels()
    assert sent["levels"].dtype == np.uint8
    np.testing.assert_array_equal(sent["levels"], expected)
    assert sent.header["divisor"] == (1 if values == "0–255" else 255)
    count = f"{expected.size:,}"
    assert f"32 × 48 × {len(expected)} = {count} numbers" in at.said()


# --- in a browser ---

COFFEE = "pixels?sample=Coffee+cup&size=96"
LINE = re.compile(r"Row (\d+) of (\d+), column (\d+) of (\d+): red (\d+), green (\d+), blue (\d+)\.")


class Views(Lab):
    """The lesson's views: Lab's panels and pixels, on this component."""

    @property
    def stage(self) -> Locator:
        return self.page.locator(".pixels")

    def place(self) -> tuple[int, int]:
        """The cursor's row and column, from 0, as the line says them."""
        found = LINE.fullmatch(self.line.inner_text())
        assert found, self.line.inner_text()
        return int(found[1]) - 1, int(found[3]) - 1

    def read(self) -> list[int]:
        found = LINE.fullmatch(self.line.inner_text())
        assert found
        return [int(found[at]) for at in (5, 6, 7)]

    def go(self, row: int, column: int) -> None:
        """By keys alone."""
        self.press("Home", *["Shift+ArrowDown"] * (row // 10), *["ArrowDown"] * (row % 10))
        self.press(*["Shift+ArrowRight"] * (column // 10), *["ArrowRight"] * (column % 10))

    def cell(self, panel: str) -> tuple[float, float]:
        """The middle of the cell that is outlined in the window's orange, on the panel."""
        image = self.image(panel).astype(int)
        rows, columns = np.nonzero((np.abs(image[..., :3] - (217, 95, 2)) <= 12).all(axis=-1) & (image[..., 3] > 200))
        # The numbers of row and column are orange too, but only the outline has whole lines of it.
        across, down = (np.nonzero(np.bincount(places) > 20)[0] for places in (columns, rows))
        return (across[0] + across[-1]) / 2, (down[0] + down[-1]) / 2


@pytest.fixture(scope="module")
def tab(browser, app_server) -> Iterator[Page]:
    """One warm tab for what needs no page of its own. Motion is reduced, so that the planes stand still."""
    door = Door(browser, app_server.url)
    page = door(COFFEE, reduced_motion=True)
    yield page
    door.close()
    assert door.errors == [] and door.outside == []


@pytest.fixture
def views(tab) -> Views:
    """The lesson on the coffee cup, 64 × 96: all lights on, in their colour, nothing held."""
    expect(tab.locator(".pixels")).to_have_attribute("data-ready", "1", timeout=20_000)
    tab.mouse.move(5, 5)
    for light in tab.locator(".light").all():
        if light.get_attribute("aria-pressed") == "false":
            light.click()
    tab.get_by_role("button", name="in their colour").click()
    found = Views(tab)
    found.press("Escape", "Home")
    return found


CUP = sample("coffee").at(96, "rgb").levels()


def test_one_cursor_in_all_views(views):
    # Keys, with the true levels of the place that they lead to.
    views.go(23, 41)
    assert views.place() == (23, 41)
    assert views.read() == CUP[:, 23, 41].tolist()
    # The outlined cell stands at the same place of both enlarged views, on the pixel's colour.
    x, y = views.cell("enlarged")
    assert views.pixels("enlarged", x, y)[0, :3].tolist() == CUP[:, 23, 41].tolist()
    across, down = views.cell("numbers")
    assert (across - 30, down) == pytest.approx((x, y), abs=2), (
        "the numbers stand 30 px to the right, for the rows' own"
    )
    # Pointing at a neighbour in either moves the one cursor; the region stays.
    views.hover("enlarged", x + 34, y)
    assert views.place() == (23, 42)
    views.hover("numbers", across, down + 34)
    assert views.place() == (24, 41)
    # On the picture one CSS pixel is one pixel.
    views.hover("picture", 90, 150)
    first = views.place()
    views.press("Home")  # the frame goes away, and what is under the pointer can be seen
    under = views.pixels("picture", 95, 157)[0, :3].tolist()
    views.hover("picture", 95.5, 157.5)
    assert views.place() == (first[0] + 7, first[1] + 5)
    assert views.read() == CUP[:, *views.place()].tolist() == under


def test_the_true_size_is_the_picture_itself(views):
    views.go(0, 0)  # the frame, out of the way
    image = views.image("picture")
    places = np.argwhere(image[..., 3] > 0)
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
    part = image[bottom - 40 : bottom - 1, right - 60 : right - 1, :3]
    np.testing.assert_array_equal(part, np.moveaxis(CUP, 0, -1)[-40:-1, -60:-1])
    assert bottom - top < 64 + 12 and right - left < 96 + 12


def test_a_click_holds_and_lets_go(views):
    views.hover("picture", 90, 150)
    held = views.place()
    box = views.canvas("picture").bounding_box()
    views.page.mouse.click(box["x"] + 90, box["y"] + 150)
    views.hover("picture", 70, 160)
    assert views.place() == held
    views.page.get_by_role("button", name="held: let go").click()
    views.hover("picture", 90, 160)
    assert views.place() == (held[0] + 10, held[1])


def test_dragging_moves_the_paper_under_the_hand(views):
    views.go(30, 50)
    box = views.canvas("enlarged").bounding_box()
    views.hover("enlarged", 100, 120)
    grabbed = views.place()
    views.page.mouse.down()
    views.page.mouse.move(box["x"] + 200, box["y"] + 190, steps=4)
    views.painted()
    assert views.place() == grabbed
    views.page.mouse.up()
    views.hover("enlarged", 100, 120)
    assert views.place() == (grabbed[0] - 2, grabbed[1] - 3)


@pytest.mark.parametrize(
    ("button", "score"),
    [
        ("reddest", lambda r, g, b: r - (g + b) / 2),
        ("bluest", lambda r, g, b: b - (r + g) / 2),
        ("brightest", lambda r, g, b: r + g + b),
    ],
)
def test_the_place_of_most(views, button, score):
    views.page.get_by_role("button", name=f"{button} place").click()
    views.painted()
    expected = np.unravel_index(np.argmax(score(*CUP.astype(float))), CUP.shape[1:])
    assert views.place() == expected
    assert views.read() == CUP[:, *expected].tolist()
    expect(views.stage.locator(".found")).to_contain_text(f"The {button} place:")
    shown = [float(bar.evaluate("bar => new DOMMatrix(getComputedStyle(bar).transform).a"))
             for bar in views.stage.locator(".fill").all()]  # fmt: skip
    assert shown == pytest.approx((CUP[:, *expected] / 255).tolist(), abs=0.005)


def test_lights_add_up_in_every_view(views):
    views.go(23, 41)
    x, y = views.cell("enlarged")
    for off, kept in (("red", [0, 1, 1]), ("blue", [0, 1, 0]), ("green", [0, 0, 0])):
        views.page.get_by_role("button", name=off, exact=True).click()
        views.painted()
        assert views.pixels("enlarged", x, y)[0, :3].tolist() == (CUP[:, 23, 41] * kept).tolist()
    for back in ("red", "green", "blue"):
        views.page.get_by_role("button", name=back, exact=True).click()
    # One light alone is one plane; as grey it is brightness.
    views.page.get_by_role("button", name="red", exact=True).click()
    views.page.get_by_role("button", name="green", exact=True).click()
    views.page.get_by_role("button", name="as grey").click()
    views.painted()
    assert views.pixels("enlarged", x, y)[0, :3].tolist() == [CUP[2, 23, 41]] * 3
    expect(views.stage.locator(".panel.numbers header span")).to_have_text("blue only")


def test_the_planes_come_apart_and_together(views):
    views.go(0, 0)
    slider = views.page.get_by_label("How far the planes are apart")
    assert slider.input_value() == "100", "reduced motion: apart at once"

    def colours() -> set[str]:
        pixels = views.image("volume").reshape(-1, 4).astype(int)
        pixels = pixels[(pixels[:, 3] == 255) & (pixels[:, :3].max(axis=1) > 90)]
        pure = (pixels[:, :3] > 90).astype(int)
        kinds = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
        counted = [kinds.get(tuple(row), "") for row in pure]
        return {kind for kind in kinds.values() if counted.count(kind) > 250}

    # The cup has no blue saucer: blue shows only where its plane lies alone.
    assert colours() >= {"red", "green", "blue"}
    views.page.get_by_role("button", name="Put together").click()
    views.painted()
    assert slider.input_value() == "0"
    assert "white" in colours() and "red" in colours()
    # Together, light adds up to the picture itself: its saucer stands there, red, green and blue in one place.
    image = views.image("volume")[..., :3].reshape(-1, 3)
    known = {tuple(pixel) for pixel in np.moveaxis(CUP, 0, -1).reshape(-1, 3).tolist()}
    assert sum(tuple(pixel) in known for pixel in image.tolist()) > 0.9 * CUP[0].size
    views.page.get_by_role("button", name="Split").click()
    views.painted()
    assert slider.input_value() == "100"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_the_first_screen(tab, width, height):
    tab.set_viewport_size({"width": width, "height": height})
    views = Views(tab)
    views.painted()
    box = views.stage.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    numbers = views.canvas("numbers").bounding_box()
    assert numbers and numbers["y"] + numbers["height"] <= height
    if width > 390:
        assert box["y"] + box["height"] <= height
    cut = views.stage.evaluate(
        """root => [...root.querySelectorAll("button, header b, header span, .line, .bar output, .found")]
             .filter(e => e.offsetParent && getComputedStyle(e).display !== "inline")
             .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
    )
    assert cut == []
    tab.set_viewport_size({"width": 1440, "height": 900})


def test_a_picture_larger_than_its_panel_is_panned(open_page):
    page = open_page("pixels?sample=Astronaut+Eileen+Collins&size=512&values=0%E2%80%931")
    expect(page.locator(".pixels")).to_have_attribute("data-ready", "1", timeout=20_000)
    views = Views(page)
    levels = sample("astronaut").at(512, "rgb").levels()
    # Where motion is welcome the planes come apart by themselves.
    expect(page.get_by_label("How far the planes are apart")).to_have_value("100")
    views.press("End")
    words = [f"{level / 255:.3f}".rstrip("0").rstrip(".") for level in levels[:, 511, 511]]
    expect(views.line).to_have_text(
        f"Row 512 of 512, column 512 of 512: red {words[0]}, green {words[1]}, blue {words[2]}."
    )
    # The corner of the picture has come into view, pixel for pixel.
    image = views.image("picture")
    shown = image[100:130, 60:100, :3]
    whole = np.moveaxis(levels, 0, -1)
    begins = np.argwhere((whole[:482, :472] == shown[0, 0]).all(axis=-1)).tolist()
    corner = [(row, column) for row, column in begins if (whole[row : row + 30, column : column + 40] == shown).all()]
    assert len(corner) == 1
    # Drag it away again.
    box = views.canvas("picture").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 100, steps=3)
    page.mouse.up()
    views.painted()
    row, column = corner[0]
    np.testing.assert_array_equal(
        views.image("picture")[150:170, 100:130, :3], whole[row + 10 : row + 30, column + 10 : column + 40]
    )


def test_a_grey_picture_as_numbers(open_page):
    page = open_page("pixels?sample=5+x+5+varied+numbers&depth=Grey")
    expect(page.locator(".pixels")).to_have_attribute("data-ready", "1", timeout=20_000)
    views = Views(page)
    views.press("Home")
    expect(views.line).to_have_text("Row 1 of 5, column 1 of 5: grey 0.")
    expect(page.locator(".pixels .controls")).to_be_hidden()
    # What stands painted in two cells is the same exactly where their numbers are.
    image, side = views.image("numbers"), 64
    painted = {}
    for row, column in np.ndindex(5, 5):
        x, y = 30 + column * side, 17 + row * side
        painted[row, column] = image[y + 8 : y + side - 8, x + 8 : x + side - 8].tobytes()
    numbers = sample("numbers").levels()[0]
    for one in painted:
        for other in painted:
            assert (painted[one] == painted[other]) == (numbers[one] == numbers[other]), (one, other)
    page.get_by_role("button", name="darkest place").click()
    expect(views.stage.locator(".found")).to_have_text("The darkest place of the picture.")
    expect(views.line).to_have_text("Row 1 of 5, column 1 of 5: grey 0.")
    # In RGB the same place has three numbers, and there are planes to split.
    page.get_by_test_id("stSidebar").get_by_text("RGB", exact=True).click()
    expect(views.line).to_have_text("Row 1 of 5, column 1 of 5: red 0, green 0, blue 0.")
    expect(page.locator(".pixels .controls")).to_be_visible()
    page.get_by_role("button", name="reddest place").click()
    expect(views.stage.locator(".found")).to_contain_text("Nowhere is red above")

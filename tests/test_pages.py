"""The pages without a browser: every setting, link, upload and typed kernel, as the script meets them.

The stage is read from the envelope that it was sent, and every map held against ONNX Runtime.
"""

from __future__ import annotations

import html
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from bad_pictures import HTML, REFUSED, SVG, photo, saved
from cnnviz.geometry import Window
from cnnviz.kernels import KERNELS, LUMA, named
from cnnviz.pictures import SAMPLES, open_picture, sample
from cnnviz.ui import cached
from cnnviz.ui.frame import LESSONS, STYLES
from cnnviz.ui.settings import START, Windows, filter_of
from oracles import convolve_by_onnxruntime
from server import ROOT

OWN = "Your own numbers"
YOURS = "Your own picture"
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


# --- a visitor ---


def page_of(path: str, **link: str) -> AppTest:
    """A page as a link opens it."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    if path != "app.py":
        at.switch_page(path)
    for name, value in link.items():
        at.query_params[name] = value
    return run(at)


def lab(**link: str) -> AppTest:
    return page_of("pages/convolution.py", **link)


def small(**link: str) -> AppTest:
    """The lab on a picture of 16 x 24, if the link says nothing else."""
    return lab(**{"size": "24", **link})


def run(at: Any) -> AppTest:
    """Run what was touched. No visitor sees an exception."""
    at = at.run()
    assert [error.message for error in at.exception] == []
    return at


def press(at: AppTest, key: str) -> AppTest:
    return run(at.button(key=key).click())


def state(at: AppTest, key: str) -> Any:
    return at.session_state[key]


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    return run(at.file_uploader(key="upload").set_value((name, data, "image/png")))


def markdown(at: AppTest) -> list[str]:
    """Everything that the page gives to be read as Markdown, without the backslashes that guard it."""
    kinds = (at.markdown, at.caption, at.error, at.info, at.warning, at.success)
    bodies = [element.value for kind in kinds for element in kind] + [button.label for button in at.button]
    return [re.sub(r"\\([^A-Za-z0-9\s])", r"\1", body) for body in bodies]


def markup(at: AppTest) -> list[str]:
    """The page's own HTML, the style block apart."""
    return [element.proto.body for element in at.get("html") if not element.proto.body.startswith("<style>")]


def said(at: AppTest) -> str:
    """All that can be read on the page, outside of its controls."""
    return "\n".join([*markdown(at), *map(html.unescape, markup(at)), *(element.value for element in at.text)])


def problem(at: AppTest) -> str:
    """What the page says where there is no stage."""
    assert envelope(at) is None
    return said(at)


def remedies(at: AppTest) -> list[str]:
    return [button.key for button in at.button if (button.key or "").startswith("remedy")]


# --- the stage ---


def envelope(at: AppTest) -> bytes | None:
    """What the stage was sent, or None where there is no stage."""
    sent = [e.proto.bytes for e in at.get("bidi_component") if e.proto.component_name.endswith("cnnviz_stage")]
    assert len(sent) <= 1
    return sent[0] if sent else None


@dataclass
class Stage:
    """An envelope, read by other code than wrote it."""

    header: dict[str, Any]
    input: np.ndarray
    output: np.ndarray
    weight: np.ndarray

    @property
    def axes(self) -> tuple[dict[str, int], dict[str, int]]:
        return self.header["rows"], self.header["columns"]


def stage(at: AppTest) -> Stage:
    sent = envelope(at)
    assert sent, f"no stage; the page says {said(at)}"
    length = int.from_bytes(sent[:4], "little")
    header = json.loads(sent[4 : 4 + length])
    arrays = {}
    for name, told in header["arrays"].items():
        count = int(np.prod(told["shape"]))
        found = np.frombuffer(sent, told["dtype"], count, 4 + length + told["offset"])
        arrays[name] = found.reshape(told["shape"])
    return Stage(header, **arrays)


def check(at: AppTest) -> Stage:
    """The stage's map is what ONNX Runtime makes of the stage's picture, weights and settings."""
    shown = stage(at)
    rows, columns = shown.axes
    answer = convolve_by_onnxruntime(
        (shown.input[np.newaxis] / shown.header["divisor"]).astype(np.float32),
        shown.weight[np.newaxis].astype(np.float32),
        np.array([shown.header["bias"]], np.float32),
        (rows["stride"], columns["stride"]),
        ((rows["before"], rows["after"]), (columns["before"], columns["after"])),
        (rows["dilation"], columns["dilation"]),
        1,
        shown.header["outside"],
    )[0, 0]
    assert shown.output.shape == answer.shape
    scale = float(np.abs(shown.weight).sum() * shown.input.max() / shown.header["divisor"]) + abs(shown.header["bias"])
    np.testing.assert_allclose(shown.output, answer, rtol=0, atol=1e-5 * scale)
    assert shown.header["limit"] == pytest.approx(np.abs(answer).max(), abs=1e-5 * scale)
    return shown


# --- every page ---


def test_the_row_of_lessons_has_every_page():
    assert {*LESSONS} == {"app.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))}


@pytest.mark.parametrize("path", LESSONS)
def test_every_page_runs_and_has_something_to_see(path):
    at = page_of(path)
    assert at.get("bidi_component")
    row = [link.proto.label for link in at.get("page_link")]
    assert row[: 2 * len(LESSONS)] == 2 * [*LESSONS.values()], "the row, and the phone's menu"
    if path != "app.py":  # home leads to all of them
        order = [*LESSONS]
        assert row[2 * len(LESSONS) :] == [f"Next: {LESSONS[name]}" for name in order[order.index(path) + 1 :][:1]]
    assert at.error.len == at.info.len == at.warning.len == 0


def test_the_style_has_every_file_once():
    assert sorted(STYLES) == sorted(path.stem for path in (ROOT / "cnnviz" / "ui" / "style").iterdir())
    bodies = [element.proto.body for element in page_of("app.py").get("html")]
    (style,) = (body for body in bodies if body.startswith("<style>"))
    for name in STYLES:
        assert style.count((ROOT / "cnnviz" / "ui" / "style" / f"{name}.css").read_text("utf-8")) == 1


@pytest.mark.parametrize("path", ["app.py", "pages/convolution.py"])
def test_home_and_lab_show_a_convolution(path):
    check(page_of(path))


def test_the_home_page_shows_the_demo_and_leads_on():
    at = page_of("app.py")
    shown = stage(at)
    np.testing.assert_array_equal(shown.output, [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    assert shown.header["options"] == {"autoplay": True}
    assert [button.label for button in at.button] == ["Open the convolution lab"]


# --- pictures ---


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_in_grey_and_rgb_in_both_scales(key):
    at = lab(size="64")
    run(at.selectbox(key="sample").select(SAMPLES[key].name))
    for depth in ("Grey", "RGB"):
        run(at.button_group(key="depth").set_value(depth))
        for values, divisor in (("0–255", 1), ("0–1", 255)):
            run(at.button_group(key="values").set_value(values))
            shown = check(at)
            np.testing.assert_array_equal(shown.input, sample(key).at(64, depth.lower()).levels())
            assert shown.header["divisor"] == divisor
            slices = [1] if depth == "Grey" else LUMA
            np.testing.assert_array_equal(shown.weight, [share * SOBEL for share in slices])
            assert len(shown.header["names"]["channels"]) == len(slices)


def test_the_working_size_is_kept_and_told():
    at = lab()
    height, width = sample("coffee").size
    run(at.selectbox(key="sample").select(SAMPLES["coffee"].name))
    for size in (8, 100, 192):
        run(at.slider(key="size").set_value(size))
        shown = check(at)
        assert shown.input.shape == (3, round(height * size / width), size)
        assert f"{shown.input.shape[1]} × {size} × 3." in said(at)
        assert f"Reduced from {height} x {width} to {shown.input.shape[1]} x {size}." in said(at)


# --- kernels ---


@pytest.mark.parametrize("key", KERNELS)
def test_every_preset_at_odd_and_even_sizes(key):
    at = small(kernel=KERNELS[key].name)
    for k in (1, 2, 3, 4, 7, 15):
        run(at.slider(key="k").set_value(k))
        if KERNELS[key].allows(k):
            shown = check(at)
            np.testing.assert_array_equal(shown.weight, np.multiply.outer(LUMA, named(key, k)))
        else:
            assert f"“{KERNELS[key].name}” has no {k} x {k} form" in problem(at)
            assert remedies(at)


def test_angle_and_seed_change_the_kernels_that_have_them():
    at = small(kernel="Gabor")
    run(at.slider(key="angle").set_value(110))
    np.testing.assert_array_equal(check(at).weight[0], LUMA[0] * named("gabor", 3, angle=110))
    run(at.selectbox(key="kernel").select("Random"))
    run(at.number_input(key="seed").set_value(7))
    np.testing.assert_array_equal(check(at).weight[0], LUMA[0] * named("random", 3, seed=7))
    assert [slider.key for slider in at.slider if slider.key == "angle"] == []


def test_bias_and_flip():
    at = small(depth="Grey")
    before = check(at)
    run(at.number_input(key="bias").set_value(-12.5))
    assert check(at).header["bias"] == -12.5
    np.testing.assert_allclose(stage(at).output, before.output - 12.5, atol=1e-3)
    run(at.toggle(key="flip").set_value(True))
    np.testing.assert_array_equal(check(at).weight[0], SOBEL[::-1, ::-1])


def test_stride_padding_dilation_border_and_rectangle_together():
    at = small(kernel="Box blur")
    for border in ("zeros", "reflect", "replicate", "circular"):
        run(at.selectbox(key="border").select(border))
        for k, rect, kw, s, p, d, sides in (
            (3, False, 3, 1, 1, 1, ""),
            (5, False, 3, 2, 4, 2, ""),
            (2, True, 5, 3, 3, 3, ""),
            (4, True, 1, 1, 0, 4, "1, 2, 3, 4"),
        ):
            at.slider(key="k").set_value(k)
            at.toggle(key="rect").set_value(rect)
            at.slider(key="kw").set_value(kw)
            at.slider(key="s").set_value(s)
            at.slider(key="d").set_value(d)
            run(at.slider(key="p").set_value(p))
            run(at.text_input(key="sides").set_value(sides))
            shown = check(at)
            width = kw if rect else k
            ends = [int(end) for end in sides.split(", ")] if sides else [p] * 4
            axis = {"stride": s, "dilation": d}
            assert shown.axes == (
                {"kernel": k, "before": ends[0], "after": ends[1], **axis},
                {"kernel": width, "before": ends[2], "after": ends[3], **axis},
            )
            assert shown.header["outside"] == border
            assert "{} × {} out".format(*shown.output.shape) in said(at)


def test_padding_by_the_slider_ends_padding_by_sides():
    at = small(sides="1, 2, 3, 4")
    run(at.slider(key="p").set_value(2))
    assert state(at, "sides") == ""
    assert {axis[end] for axis in check(at).axes for end in ("before", "after")} == {2}


# --- several filters ---


def test_filters_compared():
    at = small()
    names = ["Box blur", "Laplacian", "Sobel, top to bottom", "Identity", "Emboss"]
    run(at.multiselect(key="filters").set_value(names))
    assert [caption for caption in names if f"**{caption}**" in said(at)] == names
    pictures = len(at.get("imgs")) or len([element for element in at.main if element.type == "image"])
    assert pictures == len(names)
    run(at.button_group(key="scale").set_value("each map"))
    press(at, "show Laplacian")
    assert state(at, "kernel") == "Laplacian"
    np.testing.assert_array_equal(check(at).weight[1], LUMA[1] * named("laplacian", 3))
    # A size that some do not have: those say so, and the others stay.
    run(at.selectbox(key="kernel").select("Box blur"))
    run(at.slider(key="k").set_value(1))
    check(at)
    assert "“Laplacian” has no 1 x 1 form" in said(at)


def test_filters_compared_stay_while_a_setting_is_impossible():
    at = small()
    run(at.multiselect(key="filters").set_value(["Emboss"]))
    run(at.slider(key="k").set_value(1))
    assert problem(at)
    run(at.slider(key="k").set_value(3))
    assert at.multiselect(key="filters").value == ["Emboss"]


# --- links ---

WEIGHTS = "0 1 2; 3 4 5; 6 7 9"
LINKS: dict[str, tuple[dict[str, str], Any, Any]] = {
    # what the link says; where it shows; as what
    "k": ({"k": "5"}, lambda stage: [axis["kernel"] for axis in stage.axes], [5, 5]),
    "kw": ({"rect": "true", "kw": "5"}, lambda stage: [axis["kernel"] for axis in stage.axes], [3, 5]),
    "s": ({"s": "4"}, lambda stage: [axis["stride"] for axis in stage.axes], [4, 4]),
    "p": ({"p": "0"}, lambda stage: [axis["before"] for axis in stage.axes], [0, 0]),
    "d": ({"d": "3"}, lambda stage: [axis["dilation"] for axis in stage.axes], [3, 3]),
    "sides": ({"sides": "0, 1, 2, 3"}, lambda stage: [(a["before"], a["after"]) for a in stage.axes], [(0, 1), (2, 3)]),
    "border": ({"border": "circular"}, lambda stage: stage.header["outside"], "circular"),
    "size": ({"size": "32"}, lambda stage: stage.input.shape, (3, 21, 32)),
    "depth": ({"depth": "Grey"}, lambda stage: len(stage.input), 1),
    "values": ({"values": "0–1"}, lambda stage: stage.header["divisor"], 255),
    "sample": ({"sample": "Checkerboard"}, lambda stage: stage.input.shape, (3, 18, 24)),
    "kernel": ({"kernel": "Emboss"}, lambda stage: stage.weight[2, 2, 2], 2 * 0.114),
    "angle": (
        {"kernel": "Gabor", "angle": "110"},
        lambda stage: stage.weight[0, 0, 0],
        0.299 * named("gabor", 3, angle=110)[0, 0],
    ),
    "seed": (
        {"kernel": "Random", "seed": "7"},
        lambda stage: stage.weight[0, 0, 0],
        0.299 * named("random", 3, seed=7)[0, 0],
    ),
    "bias": ({"bias": "2.5"}, lambda stage: stage.header["bias"], 2.5),
    "flip": ({"flip": "true", "depth": "Grey"}, lambda stage: stage.weight.tolist(), (-SOBEL[np.newaxis]).tolist()),
    "weights": (
        {"kernel": OWN, "weights": WEIGHTS, "depth": "Grey"},
        lambda stage: stage.weight.tolist(),
        [[[0, 1, 2], [3, 4, 5], [6, 7, 9]]],
    ),
    "slices": (
        {"kernel": OWN, "weights": "1 2 | 3 4 | 5 6", "k": "1", "rect": "true", "kw": "2"},
        lambda stage: stage.weight.tolist(),
        [[[1, 2]], [[3, 4]], [[5, 6]]],
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_opens_the_view_that_it_names(name):
    link, where, what = LINKS[name]
    at = small(**link)
    first = envelope(at)
    assert where(check(at)) == what
    assert envelope(run(at)) == first  # and the second run says nothing else


def test_a_link_opens_several_filters():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).switch_page("pages/convolution.py")
    at.query_params["filters"] = ["Box blur", "no filter", "Emboss"]
    at.query_params["scale"] = "each map"
    run(at)
    assert at.multiselect(key="filters").value == ["Box blur", "Emboss"]
    assert at.button_group(key="scale").value == "each map"


NONSENSE = {
    "k": ["0", "16", "abc", "nan", ""],
    "s": ["0", "9", "-1"],
    "p": ["-1", "16", "x"],
    "d": ["0", "5"],
    "kw": ["99"],
    "size": ["7", "2049"],
    "rect": ["maybe"],
    "flip": ["2"],
    "border": ["moebius", ""],
    "depth": ["grey", "CMYK"],
    "values": ["255"],
    "kernel": ["sobel-x", "<b>", ""],
    "sample": ["chelsea", "../etc/passwd"],
    "filters": ["none"],
    "bias": ["nan", "inf", "-inf", "1e300", "x"],
    "scale": ["no"],
    "nonsense": ["1"],
}


@pytest.mark.parametrize("turn", range(max(map(len, NONSENSE.values()))))
def test_a_link_that_makes_no_sense_is_ignored(turn):
    at, usual = lab(**{name: values[turn % len(values)] for name, values in NONSENSE.items()}), lab()
    assert envelope(at) == envelope(usual)
    settings = NONSENSE.keys() - {"nonsense", "scale"}  # scale is not drawn without filters
    assert {name: state(at, name) for name in settings} == {name: state(usual, name) for name in settings}


@pytest.mark.parametrize(
    ("kernel", "name", "values"), [("Gabor", "angle", ["-5", "180"]), ("Random", "seed", ["-1", "10000"])]
)
def test_a_link_with_an_angle_or_a_seed_that_is_none(kernel, name, values):
    usual = envelope(small(kernel=kernel))
    assert [envelope(small(kernel=kernel, **{name: value})) == usual for value in values] == [True, True]


def test_a_link_to_somebodys_own_picture_shows_a_sample_and_says_so():
    at = small(sample=YOURS, k="5")
    assert len(at.info) == 1
    assert "One's own picture is not kept in a link" in at.info[0].value
    shown = check(at)
    np.testing.assert_array_equal(shown.input, sample("chelsea").at(24, "rgb").levels())
    assert shown.axes[0]["kernel"] == 5
    upload(at, "mine.png", saved(photo(), "PNG"))
    assert len(at.info) == 0
    assert "mine.png" in said(at)


# --- files to take away ---


def test_the_files_hold_the_map_of_the_stage():
    at = small(bias="3", values="0–1")
    shown = check(at)
    sliding = Windows(Window(3, padding=1), Window(3, padding=1))
    args = sample("chelsea"), 24, "rgb", filter_of({**START, "bias": 3.0}, 3), sliding, 255.0
    np.testing.assert_allclose(np.load(io.BytesIO(cached.file(*args, "npy"))), shown.output, atol=1e-5)
    with Image.open(io.BytesIO(cached.file(*args, "png"))) as image:
        assert image.size == shown.output.shape[::-1]
    assert "16 × 24" in at.get("download_button")[0].proto.label


# --- demos ---


def test_the_5_by_5_demo():
    at = lab(k="4", s="3", d="2", bias="7", border="reflect", sides="1, 2, 3, 4", kernel="Box blur")
    press(at, "demo 5 × 5 demo")
    shown = check(at)
    np.testing.assert_array_equal(shown.output, [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    np.testing.assert_array_equal(shown.weight, [[[1, 0, 1], [0, 1, 0], [1, 0, 1]]])
    ones = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    np.testing.assert_array_equal(shown.input[0] / shown.header["divisor"], ones)
    assert "3 × 3 out" in said(at)


def test_the_demo_of_stride_and_padding():
    at = small()
    press(at, "demo stride and padding demo")
    shown = check(at)
    assert shown.input.shape == (1, 5, 5)
    assert shown.output.shape == (3, 3)
    assert "⌊(5 − 3 + 2·1) / 2⌋ + 1 = <b>3</b>" in said(at)


# --- a picture of one's own ---


def test_an_upload_stays_with_its_name_whatever_else_is_touched():
    at = lab()
    data = saved(photo(24, 40), "PNG")
    upload(at, "holiday.png", data)
    assert state(at, "sample") == YOURS
    mine = open_picture(data).levels()

    def still_there():
        np.testing.assert_array_equal(check(at).input, mine)
        assert "holiday.png" in said(at)

    still_there()
    run(at.slider(key="k").set_value(5))
    still_there()
    run(at.selectbox(key="kernel").select("Box blur"))
    run(at.multiselect(key="filters").set_value(["Emboss"]))
    run(at.toggle(key="camera-on").set_value(True))
    still_there()
    press(at, "keep")
    still_there()
    run(at.selectbox(key="sample").select("Checkerboard"))
    assert stage(at).input.shape == (3, 48, 64)
    run(at.selectbox(key="sample").select(YOURS))
    still_there()
    press(at, "demo 5 × 5 demo")
    run(at.button_group(key="depth").set_value("RGB"))
    run(at.selectbox(key="sample").select(YOURS))
    still_there()
    # The uploader is emptied: the picture stays.
    run(at.file_uploader(key="upload").set_value([]))
    still_there()


def test_a_file_that_is_no_picture_gets_one_sentence_and_the_page_goes_on():
    at = small()
    before = envelope(at)
    files = {
        "empty": b"",
        "noise": bytes(range(256)) * 9,
        "page": HTML,
        "drawing": SVG,
        "half": saved(photo(), "PNG")[:-200],
    }
    files |= {name: REFUSED[name][0]() for name in list(REFUSED)[:3]}
    for name, data in files.items():
        upload(at, f"{name}.png", data)
        assert len(at.error) == 1, name
        sentence = markdown(at)[-1 - len(at.button)]
        assert re.fullmatch(r"[A-Z][^\n]*\.", sentence), sentence
        assert not re.search(r"0x[0-9a-f]+|Traceback|Error|BytesIO|/tmp|<", sentence)
        assert envelope(at) == before
    run(at.slider(key="k").set_value(5))
    check(at)
    upload(at, "good.png", saved(photo(), "PNG"))
    assert len(at.error) == 0
    assert "good.png" in said(at)
    kept = envelope(at)
    upload(at, "bad.png", b"bad")
    assert len(at.error) == 1
    assert envelope(at) == kept
    assert "good.png" in said(at)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gpj.\u202egnp.exe", "gpj.gnp.exe"),
        ("two\nlines\t.png", "two lines .png"),
        ("../../etc/secret.png", "secret.png"),
        ("C:\\Users\\me\\a.png", "a.png"),
        ("<script>alert(1)<b>.png", "<script>alert(1)<b>.png"),
        ("**bold** _it_ `code` [link](x) ![i](y).png", "**bold** _it_ `code` [link](x) ![i](y).png"),
        ("$x^2$ :red[hot] :material-bolt: # ~~no~~ | a.png", "$x^2$ :red[hot] :material-bolt: # ~~no~~ | a.png"),
        ("&lt;i&gt;&amp;.png", "&lt;i&gt;&amp;.png"),
        ("www.example.com me@example.com.png", "www.example.com me@example.com.png"),  # Markdown makes links of these
        ("x" * 500 + ".png", "x" * 59 + "…"),
    ],
)
def test_an_odd_file_name_is_shown_as_it_is_and_never_as_markdown_or_html(name, shown):
    at = small()
    upload(at, name, saved(photo(), "PNG"))
    assert shown in said(at)
    assert not any(shown in body for body in [*markdown(at), *markup(at)])


@pytest.mark.parametrize("text", ["www.example.com", "me@example.com", "https://example.co", "<a/href=//x.y>z</a>"])
def test_a_link_to_the_page_cannot_put_a_link_on_it(text):
    at = small(kernel=OWN, weights=text)
    assert f"Row 1, column 1: “{text[:20]}" in problem(at)
    assert not any(text in body for body in markdown(at))  # where it would be one, however it is guarded
    assert not any("<a" in body for body in markup(at))


@pytest.mark.parametrize("name", ["", "...", "/"])
def test_a_file_without_a_name(name):
    at = small()
    upload(at, name, saved(photo(), "PNG"))
    np.testing.assert_array_equal(check(at).input, open_picture(saved(photo(), "PNG")).at(24).levels())


def test_what_was_done_to_one_visitors_picture_is_not_told_to_another():
    pixels = Image.fromarray(np.arange(12 * 20, dtype=np.uint8).reshape(12, 20))
    moving = saved(pixels, "PNG", save_all=True, append_images=[pixels.point(lambda level: 255 - level)])
    first, second = lab(), lab()
    upload(first, "moving.png", moving)
    assert "frame" in said(first)
    upload(second, "still.png", saved(pixels, "PNG"))
    np.testing.assert_array_equal(stage(first).input, stage(second).input)
    assert "frame" not in said(second)


def test_the_smallest_pictures():
    at = lab()
    for height, width in ((1, 1), (1, 9), (7, 1), (2, 3)):
        upload(at, "tiny.png", saved(photo(height, width), "PNG"))
        assert check(at).output.shape == (height, width)
        run(at.slider(key="p").set_value(0))
        for key in remedies(at) or pytest.fail("nothing to press"):
            at = press(at, key)
            check(at)
            run(at.slider(key="k").set_value(3))
            run(at.slider(key="p").set_value(0))
        run(at.slider(key="p").set_value(1))


# --- what cannot be ---

IMPOSSIBLE = {
    "too large": ({"k": "15", "d": "4", "p": "0", "kernel": "Box blur"}, ["57", "16"]),
    "reflect": ({"border": "reflect", "size": "8", "p": "9"}, ["9", "4"]),
    "circular": ({"border": "circular", "size": "8", "p": "15"}, ["15", "5"]),
    "no such size": ({"k": "1"}, ["1 x 1", "Nearest"]),
    "rectangle": ({"k": "5", "rect": "true", "kw": "3", "kernel": "Diagonal cross"}, ["5 x 3", "3 x 3"]),
    "sides": ({"sides": "1, 2"}, ["0 to 60"]),
    "many": ({"k": "1", "sides": "x", "border": "reflect", "size": "8"}, ["1 x 1", "Nearest"]),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_is_explained_and_every_button_mends_it(name):
    link, numbers = IMPOSSIBLE[name]
    at = small(**link)
    sentence = problem(at)
    assert all(number in sentence for number in numbers), sentence
    keys = remedies(at)
    assert keys
    for key in keys:
        at = small(**link)
        press(at, key)
        check(at)
        assert remedies(at) == []


def test_an_impossible_window_on_the_way_to_a_possible_one():
    at = small(size="8", kernel="Identity")
    run(at.slider(key="k").set_value(15))
    assert "The window spans 15, the padded picture has only 7." in problem(at)
    run(at.slider(key="p").set_value(7))
    check(at)


# --- kernel text ---


@pytest.mark.parametrize(
    ("text", "kernel"),
    [
        ("1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", np.full((3, 3), 1 / 9)),
        ("\u22121 0 1\n\u22122 0 2\n\u22121 0 1", SOBEL),
        ("1/16 * [[1, 2, 1], [2, 4, 2]]", np.array([[1, 2, 1], [2, 4, 2]]) / 16),
        ("-.5, 1e-3", [[-0.5, 0.001]]),
        ("7", [[7]]),
        ("0 0; 0 0", np.zeros((2, 2))),
        ("\n".join(" ".join("1" * 15) for _ in range(15)), np.ones((15, 15))),
    ],
)
def test_typed_kernels_are_taken_and_k_follows(text, kernel):
    kernel = np.array(kernel, float)
    at = small(depth="Grey")
    run(at.text_area(key="weights").set_value(text))
    np.testing.assert_array_equal(check(at).weight, kernel[np.newaxis])
    assert state(at, "kernel") == OWN
    assert (state(at, "k"), state(at, "rect")) == (len(kernel), kernel.shape[0] != kernel.shape[1])
    # A link of these settings opens the same view.
    link = {key: str(state(at, key)).lower() for key in ("k", "rect", "kw")}
    again = small(depth="Grey", kernel=OWN, weights=state(at, "weights"), **link)
    assert envelope(again) == envelope(at)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1 2 3; 4 5", "Row 2 ends at column 2"),
        ("1 2; a 3", "Row 2, column 1"),
        ("1 nan", "Row 1, column 2"),
        ("1; inf", "Row 2, column 1"),
        ("1 1e308", "Row 1, column 2"),
        ("1 2/0", "Row 1, column 2"),
        ("1 " * 1_000_000, "Row 1, column 16"),
        ("1\n" * 16, "Row 16, column 1"),
        ("__import__('os').getcwd()", "Row 1, column 1"),
        ("<script>alert(1)</script>", "Row 1, column 1"),
        ("1 2 | 3 4", "2 slices"),
    ],
    ids=range(11),
)
def test_typed_kernels_that_cannot_be_read_say_where(text, place):
    at = small()
    run(at.text_area(key="weights").set_value(text))
    everything = said(at) + json.dumps(grid(at))
    assert place in everything
    assert not any("<script>" in body for body in markup(at))
    # The page goes on: whatever stands in the text box, a preset can be chosen, and better numbers typed.
    run(at.selectbox(key="kernel").select("Box blur"))
    check(at)
    run(at.text_area(key="weights").set_value("1 2 1"))
    np.testing.assert_array_equal(check(at).weight[:, 0], np.multiply.outer(LUMA, [1, 2, 1]))
    assert place not in said(at) + json.dumps(grid(at))


def grid(at: AppTest) -> dict[str, Any]:
    """What the grid of weights was sent; nothing where it is not drawn."""
    sent = [e.proto for e in at.get("bidi_component") if e.proto.component_name.endswith("cnnviz_grid")]
    return json.loads(sent[0].json) if sent else {}


def test_unreadable_numbers_of_ones_own_give_a_sentence_and_buttons():
    for weights in ("", "1 2; 3", "a"):
        at = small(kernel=OWN, weights=weights)
        assert problem(at)
        for key in remedies(at):
            at = small(kernel=OWN, weights=weights)
            press(at, key)
            check(at)


def test_numbers_of_ones_own_start_from_something_and_follow_k():
    at = small(depth="Grey")
    run(at.selectbox(key="kernel").select(OWN))
    assert check(at).weight.shape == (1, 3, 3)
    run(at.text_area(key="weights").set_value("1 2 3; 4 5 6; 7 8 9"))
    run(at.slider(key="k").set_value(5))
    np.testing.assert_array_equal(check(at).weight[0], np.pad([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 1))
    run(at.slider(key="k").set_value(1))
    np.testing.assert_array_equal(check(at).weight, [[[5]]])


def test_the_grid_shows_the_weights_that_are_applied():
    at = small(k="1", rect="true", kw="2", kernel=OWN, weights="1 2 | 3 4 | 5 6")
    shown = check(at)
    assert [grid(at)["tabs"][name]["values"] for name in "RGB"] == shown.weight.tolist()
    run(at.button_group(key="depth").set_value("Grey"))
    assert [tab["values"] for tab in grid(at)["tabs"].values()] == check(at).weight.tolist()


# --- sliders ---


@pytest.mark.parametrize(("key", "value"), {"k": 5, "kw": 7, "s": 2, "p": 4, "d": 3, "size": 48}.items())
def test_a_typed_number_moves_its_slider(key, value):
    at = small(rect="true")
    run(at.number_input(key=f"{key}-typed-{at.slider(key=key).value}").set_value(value))
    assert at.slider(key=key).value == value
    typed = envelope(at)
    other = small(rect="true")
    run(other.slider(key=key).set_value(value))
    assert other.number_input(key=f"{key}-typed-{value}").value == value
    assert envelope(other) == typed


@pytest.mark.parametrize(
    ("k", "d"), [("3", "1"), ("4", "1"), ("15", "1"), ("5", "3"), ("15", "4"), ("1", "1"), ("2", "2")]
)
def test_keep_the_size(k, d):
    at = small(kernel="Box blur", k=k, d=d, s="3", p="9")
    press(at, "keep")
    shown = check(at)
    assert shown.output.shape == shown.input.shape[1:]
    assert all(axis["after"] - axis["before"] in (0, 1) for axis in shown.axes)


# --- what is sent ---


def test_a_rerun_that_changes_nothing_on_the_stage_sends_the_same_bytes():
    at = lab()
    first = envelope(at)
    assert envelope(run(at)) == first
    run(at.multiselect(key="filters").set_value(["Box blur"]))
    assert envelope(at) == first
    run(at.toggle(key="camera-on").set_value(True))
    assert envelope(at) == first
    run(at.slider(key="k").set_value(5))
    assert envelope(at) != first
    run(at.slider(key="k").set_value(3))
    assert envelope(at) == first


def test_two_visitors_do_not_share_settings():
    one, other = small(), small()
    usual = envelope(other)
    run(one.slider(key="k").set_value(5))
    upload(one, "mine.png", saved(photo(), "PNG"))
    assert envelope(run(other)) == usual

"""The pages without a browser: every setting, link, upload and typed kernel, as the script meets them.

Every map on the stage is held against ONNX Runtime.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bad_pictures import HTML, REFUSED, SVG, photo, saved
from cnnviz.geometry import Window
from cnnviz.kernels import KERNELS, LUMA, named
from cnnviz.pictures import SAMPLES, open_picture, sample
from cnnviz.ui import cached
from cnnviz.ui.frame import STYLES
from cnnviz.ui.settings import START, Windows, filter_of
from oracles import convolve_by_onnxruntime
from sent import Sent
from server import ROOT
from visitor import LESSONS, Visitor

OWN = "Your own numbers"
YOURS = "Your own picture"
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


# --- a visitor ---


def lab(**link: str) -> Visitor:
    return Visitor("convolution", **link)


def small(**link: str) -> Visitor:
    """The lab on a picture of 16 x 24, if the link says nothing else."""
    return lab(**{"size": "24", **link})


def problem(at: Visitor) -> str:
    """What the page says where there is no stage."""
    assert at.envelope() is None
    return at.source()



# --- the stage ---


def check(at: Visitor) -> Sent:
    """The stage's map is what ONNX Runtime makes of the stage's picture, weights and settings."""
    shown = at.stage()
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
    at = Visitor(path)
    assert at.sent()
    row = [link.proto.label for link in at.app.get("page_link")]
    assert row[: 2 * len(LESSONS)] == 2 * [*LESSONS.values()], "the row, and the phone's menu"
    if path != "app.py":  # home leads to all of them
        order = [*LESSONS]
        assert row[2 * len(LESSONS) :] == [f"Next: {LESSONS[name]}" for name in order[order.index(path) + 1 :][:1]]
    assert at.app.error.len == at.app.info.len == at.app.warning.len == 0
    assert not re.search("&amp;(#|lt|gt|amp)", "".join(at.markup())), "escaped twice"


def test_the_style_has_every_file_once():
    assert sorted(STYLES) == sorted(path.stem for path in (ROOT / "cnnviz" / "ui" / "style").iterdir())
    (style,) = Visitor("app.py").styles()
    for name in STYLES:
        assert style.count((ROOT / "cnnviz" / "ui" / "style" / f"{name}.css").read_text("utf-8")) == 1


@pytest.mark.parametrize("path", ["app.py", "pages/convolution.py"])
def test_home_and_lab_show_a_convolution(path):
    check(Visitor(path))


def test_the_home_page_shows_the_demo_and_leads_on():
    at = Visitor("app.py")
    shown = at.stage()
    np.testing.assert_array_equal(shown.output, [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    assert shown.header["options"] == {"autoplay": True, "link": "home-at"}
    assert [button.label for button in at.app.button] == ["Open the convolution lab"]


# --- pictures ---


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_in_grey_and_rgb_in_both_scales(key):
    at = lab(size="64")
    at.set(sample=SAMPLES[key].name)
    for depth in ("Grey", "RGB"):
        at.set(depth=depth)
        for values, divisor in (("0–255", 1), ("0–1", 255)):
            at.set(values=values)
            shown = check(at)
            np.testing.assert_array_equal(shown.input, sample(key).at(64, depth.lower()).levels())
            assert shown.header["divisor"] == divisor
            slices = [1] if depth == "Grey" else LUMA
            np.testing.assert_array_equal(shown.weight, [share * SOBEL for share in slices])
            assert len(shown.header["names"]["channels"]) == len(slices)


def test_the_working_size_is_kept_and_told():
    at = lab()
    height, width = sample("coffee").size
    at.set(sample=SAMPLES["coffee"].name)
    for size in (8, 100, 192):
        at.set(size=size)
        shown = check(at)
        assert shown.input.shape == (3, round(height * size / width), size)
        assert f"{shown.input.shape[1]} × {size} × 3." in at.source()
        assert f"Reduced from {height} × {width} to {shown.input.shape[1]} × {size}." in at.source()


# --- kernels ---


@pytest.mark.parametrize("key", KERNELS)
def test_every_preset_at_odd_and_even_sizes(key):
    at = small(kernel=KERNELS[key].name)
    for k in (1, 2, 3, 4, 7, 15):
        at.set(k=k)
        if KERNELS[key].allows(k):
            shown = check(at)
            one = np.multiply.outer(LUMA, named(key, k))
            expected = named(key, k, channels=3) if key == "random" else one
            np.testing.assert_allclose(shown.weight, expected, rtol=1e-15)  # each product is rounded once
        else:
            assert f"“{KERNELS[key].name}” has no {k} × {k} form" in problem(at)
            assert at.remedies()


def test_angle_and_seed_change_the_kernels_that_have_them():
    at = small(kernel="Gabor")
    at.set(angle=110)
    np.testing.assert_allclose(check(at).weight[0], LUMA[0] * named("gabor", 3, angle=110), rtol=1e-15)
    at.set(kernel="Random")
    at.set(seed=7)
    np.testing.assert_array_equal(check(at).weight, named("random", 3, seed=7, channels=3))
    assert "angle" not in at.controls()


def test_bias_and_flip():
    at = small(depth="Grey")
    before = check(at)
    at.set(bias=-12.5)
    assert check(at).header["bias"] == -12.5
    np.testing.assert_allclose(at.stage().output, before.output - 12.5, atol=1e-3)
    at.set(flip=True)
    np.testing.assert_array_equal(check(at).weight[0], SOBEL[::-1, ::-1])


def test_stride_padding_dilation_border_and_rectangle_together():
    at = small(kernel="Box blur")
    for border in ("zeros", "reflect", "replicate", "circular"):
        at.set(border=border)
        for k, rect, kw, s, p, d, sides in (
            (3, False, 3, 1, 1, 1, ""),
            (5, False, 3, 2, 4, 2, ""),
            (2, True, 5, 3, 3, 3, ""),
            (4, True, 1, 1, 0, 4, "1, 2, 3, 4"),
        ):
            at.set(k=k, rect=rect, kw=kw, s=s, d=d, p=p).set(sides=sides)
            shown = check(at)
            width = kw if rect else k
            ends = [int(end) for end in sides.split(", ")] if sides else [p] * 4
            axis = {"stride": s, "dilation": d}
            assert shown.axes == (
                {"kernel": k, "before": ends[0], "after": ends[1], **axis},
                {"kernel": width, "before": ends[2], "after": ends[3], **axis},
            )
            assert shown.header["outside"] == border
            assert "{} × {} out".format(*shown.output.shape) in at.source()


def test_padding_by_the_slider_ends_padding_by_sides():
    at = small(sides="1, 2, 3, 4")
    at.set(p=2)
    assert at.setting("sides") == ""
    assert {axis[end] for axis in check(at).axes for end in ("before", "after")} == {2}


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
        named("random", 3, seed=7, channels=3)[0, 0, 0],
    ),
    "bias": ({"bias": "2.5"}, lambda stage: stage.header["bias"], 2.5),
    "flip": ({"flip": "true", "depth": "Grey"}, lambda stage: stage.weight.tolist(), (-SOBEL[np.newaxis]).tolist()),
    "each": ({"each": "true"}, lambda stage: stage.weight.tolist(), [SOBEL.tolist()] * 3),
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
    first = at.envelope()
    assert where(check(at)) == what
    assert at.run().envelope() == first  # and the second run says nothing else


NONSENSE = {
    "k": ["0", "16", "abc", "nan", ""],
    "s": ["0", "9", "-1"],
    "p": ["-1", "16", "x"],
    "d": ["0", "5"],
    "kw": ["99"],
    "size": ["7", "2049"],
    "rect": ["maybe"],
    "flip": ["2"],
    "each": ["2"],
    "border": ["moebius", ""],
    "depth": ["grey", "CMYK"],
    "values": ["255"],
    "kernel": ["sobel-x", "<b>", ""],
    "sample": ["chelsea", "../etc/passwd"],
    "filters": ["no filter", ""],
    "bias": ["nan", "inf", "-inf", "1e300", "x"],
    "scale": ["no"],
    "nonsense": ["1"],
}


@pytest.mark.parametrize("turn", range(max(map(len, NONSENSE.values()))))
def test_a_link_that_makes_no_sense_is_ignored(turn):
    at, usual = lab(**{name: values[turn % len(values)] for name, values in NONSENSE.items()}), lab()
    assert at.envelope() == usual.envelope()
    settings = NONSENSE.keys() - {"nonsense"}
    assert {name: at.setting(name) for name in settings} == {name: usual.setting(name) for name in settings}


@pytest.mark.parametrize(
    ("kernel", "name", "values"), [("Gabor", "angle", ["-5", "180"]), ("Random", "seed", ["-1", "10000"])]
)
def test_a_link_with_an_angle_or_a_seed_that_is_none(kernel, name, values):
    usual = small(kernel=kernel).envelope()
    assert [small(kernel=kernel, **{name: value}).envelope() == usual for value in values] == [True, True]


def test_a_link_to_somebodys_own_picture_shows_a_sample_and_says_so():
    at = small(sample=YOURS, k="5")
    assert len(at.app.info) == 1
    assert "One's own picture is not kept in a link" in at.app.info[0].value
    shown = check(at)
    np.testing.assert_array_equal(shown.input, sample("chelsea").at(24, "rgb").levels())
    assert shown.axes[0]["kernel"] == 5
    at.upload("mine.png", saved(photo(), "PNG"))
    assert len(at.app.info) == 0
    assert "mine.png" in at.source()


# --- files to take away ---


def test_the_files_hold_the_map_of_the_stage():
    at = small(bias="3", values="0–1")
    shown = check(at)
    sliding = Windows(Window(3, padding=1), Window(3, padding=1))
    args = sample("chelsea"), 24, "rgb", filter_of({**START, "bias": 3.0}, 3), sliding, 255.0
    np.testing.assert_allclose(np.load(io.BytesIO(cached.file(*args, "npy"))), shown.output, atol=1e-5)
    with Image.open(io.BytesIO(cached.file(*args, "png"))) as image:
        assert image.size == shown.output.shape[::-1]
    assert "16 × 24" in at.app.get("download_button")[0].proto.label


# --- demos ---


def test_the_5_by_5_demo():
    at = lab(k="4", s="3", d="2", bias="7", border="reflect", sides="1, 2, 3, 4", kernel="Box blur")
    at.press("demo 5 × 5 demo")
    shown = check(at)
    np.testing.assert_array_equal(shown.output, [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    np.testing.assert_array_equal(shown.weight, [[[1, 0, 1], [0, 1, 0], [1, 0, 1]]])
    ones = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    np.testing.assert_array_equal(shown.input[0] / shown.header["divisor"], ones)
    assert "3 × 3 out" in at.source()


def test_the_demo_of_stride_and_padding():
    at = small()
    at.press("demo stride and padding demo")
    shown = check(at)
    assert shown.input.shape == (1, 5, 5)
    assert shown.output.shape == (3, 3)
    assert "⌊(5 − 3 + 2·1) / 2⌋ + 1 = <b>3</b>" in at.source()


# --- a picture of one's own ---


def test_an_upload_stays_with_its_name_whatever_else_is_touched():
    at = lab()
    data = saved(photo(24, 40), "PNG")
    at.upload("holiday.png", data)
    assert at.setting("sample") == YOURS
    mine = open_picture(data).levels()

    def still_there():
        np.testing.assert_array_equal(check(at).input, mine)
        assert "holiday.png" in at.source()

    still_there()
    at.set(k=5)
    still_there()
    at.set(kernel="Box blur")
    at.set(compare=("add", "Emboss"))
    at.set({"camera-on": True})
    still_there()
    at.press("p-act")
    still_there()
    at.set(sample="Checkerboard")
    assert at.stage().input.shape == (3, 48, 64)
    at.set(sample=YOURS)
    still_there()
    at.press("demo 5 × 5 demo")
    at.set(depth="RGB")
    at.set(sample=YOURS)
    still_there()
    # The uploader is emptied: the picture stays.
    at.set(upload=[])
    still_there()


def test_a_file_that_is_no_picture_gets_one_sentence_and_the_page_goes_on():
    at = small()
    before = at.envelope()
    files = {
        "empty": b"",
        "noise": bytes(range(256)) * 9,
        "page": HTML,
        "drawing": SVG,
        "half": saved(photo(), "PNG")[:-200],
    }
    files |= {name: REFUSED[name][0]() for name in list(REFUSED)[:3]}
    for name, data in files.items():
        at.upload(f"{name}.png", data)
        assert len(at.app.error) == 1, name
        sentence = at.markdown()[-1 - len(at.app.button)]
        assert re.fullmatch(rf"{name}\.png cannot be read\. [A-Z][^\n]*\. The sample “.*” is still shown\.", sentence)
        assert not re.search(r"0x[0-9a-f]+|Traceback|Error|BytesIO|/tmp|<", sentence)
        assert at.envelope() == before
    at.set(k=5)
    check(at)
    at.upload("good.png", saved(photo(), "PNG"))
    assert len(at.app.error) == 0
    assert "good.png" in at.source()
    kept = at.envelope()
    at.upload("bad.png", b"bad")
    assert len(at.app.error) == 1
    assert at.envelope() == kept
    assert "good.png" in at.source()


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
    at.upload(name, saved(photo(), "PNG"))
    assert shown in at.source()
    assert not any(shown in body for body in [*at.markdown(), *at.markup()])


@pytest.mark.parametrize("text", ["www.example.com", "me@example.com", "https://example.co", "<a/href=//x.y>z</a>"])
def test_a_link_to_the_page_cannot_put_a_link_on_it(text):
    at = small(kernel=OWN, weights=text)
    assert f"Row 1, column 1: “{text.removeprefix('https:')[:20]}" in problem(at)  # "https:" would be a kernel's name
    assert not any(text in body for body in at.markdown())  # where it would be one, however it is guarded
    assert not any("<a" in body for body in at.markup())


@pytest.mark.parametrize("name", ["", "...", "/"])
def test_a_file_without_a_name(name):
    at = small()
    at.upload(name, saved(photo(), "PNG"))
    np.testing.assert_array_equal(check(at).input, open_picture(saved(photo(), "PNG")).at(24).levels())


def test_what_was_done_to_one_visitors_picture_is_not_told_to_another():
    pixels = Image.fromarray(np.arange(12 * 20, dtype=np.uint8).reshape(12, 20))
    moving = saved(pixels, "PNG", save_all=True, append_images=[pixels.point(lambda level: 255 - level)])
    first, second = lab(), lab()
    first.upload("moving.png", moving)
    assert "frame" in first.source()
    second.upload("still.png", saved(pixels, "PNG"))
    np.testing.assert_array_equal(first.stage().input, second.stage().input)
    assert "frame" not in second.source()


def test_the_smallest_pictures():
    at = lab()
    for height, width in ((1, 1), (1, 9), (7, 1), (2, 3)):
        at.upload("tiny.png", saved(photo(height, width), "PNG"))
        assert check(at).output.shape == (height, width)
        at.set(p=0)
        for key in at.remedies() or pytest.fail("nothing to press"):
            at.press(key)
            check(at)
            at.set(k=3)
            at.set(p=0)
        at.set(p=1)


# --- what cannot be ---

IMPOSSIBLE = {
    "too large": ({"k": "15", "d": "4", "p": "0", "kernel": "Box blur"}, ["57", "16"]),
    "reflect": ({"border": "reflect", "size": "8", "p": "9"}, ["9", "4"]),
    "circular": ({"border": "circular", "size": "8", "p": "15"}, ["15", "5"]),
    "no such size": ({"k": "1"}, ["1 × 1", "Nearest"]),
    "rectangle": ({"k": "5", "rect": "true", "kw": "3", "kernel": "Diagonal cross"}, ["5 × 3", "3 × 3"]),
    "sides": ({"sides": "1, 2"}, ["0 to 60"]),
    "many": ({"k": "1", "sides": "x", "border": "reflect", "size": "8"}, ["1 × 1", "Nearest"]),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_is_explained_and_every_button_mends_it(name):
    link, numbers = IMPOSSIBLE[name]
    at = small(**link)
    sentence = problem(at)
    assert all(number in sentence for number in numbers), sentence
    keys = at.remedies()
    assert keys
    for key in keys:
        at = small(**link)
        at.press(key)
        check(at)
        assert at.remedies() == []


def test_under_p_stands_no_size_of_a_map_that_a_refused_kernel_does_not_give():
    at = small(kernel="Your own numbers", weights="1 2 3; 4 5")
    assert "gives no map: see below" in at.said() and "keeps" not in at.said()
    assert "keeps" in at.press("demo 5 × 5 demo").set(p=1).said()


@pytest.mark.parametrize(("page", "refused", "words"), [
    ("convolution", {"k": "15", "d": "4", "p": "0"}, "every pixel that it ever multiplies"),
    ("stride", {"k": "15", "p": "0", "size": "8"}, "A, S ="),
    ("filters", {"g": "2"}, "Each filter gives one map"),
    ("pooling", {"pk": "2", "pp": "3"}, "pooling leaves"),
    ("activations", {"k": "1"}, "of this map’s"),
])  # fmt: skip
def test_what_is_seen_says_nothing_of_a_map_that_is_not_there(page, refused, words):
    """Case 2.5."""
    assert words in Visitor(page, size="24", kernel="Box blur").said()
    at = Visitor(page, **{"size": "24", "kernel": "Diagonal cross", **refused})
    assert at.remedies() and words not in at.said()


def test_an_impossible_window_on_the_way_to_a_possible_one():
    at = small(size="8", kernel="Identity")
    at.set(k=15)
    assert "The window spans 15, the padded picture has only 7." in problem(at)
    at.set(p=7)
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
    at.set(weights=text)
    np.testing.assert_array_equal(check(at).weight, kernel[np.newaxis])
    assert at.setting("kernel") == OWN
    assert (at.setting("k"), at.setting("rect")) == (len(kernel), kernel.shape[0] != kernel.shape[1])
    # A link of these settings opens the same view.
    link = {key: str(at.setting(key)).lower() for key in ("k", "rect", "kw")}
    again = small(depth="Grey", kernel=OWN, weights=at.setting("weights"), **link)
    assert again.envelope() == at.envelope()


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
    at.set(weights=text)
    everything = at.source() + json.dumps(grid(at))
    assert place in everything
    assert not any("<script>" in body for body in at.markup())
    # The page goes on: whatever stands in the text box, a preset can be chosen, and better numbers typed.
    at.set(kernel="Box blur")
    check(at)
    at.set(weights="1 2 1")
    np.testing.assert_array_equal(check(at).weight[:, 0], np.multiply.outer(LUMA, [1, 2, 1]))
    assert place not in at.source() + json.dumps(grid(at))


def grid(at: Visitor) -> dict[str, Any]:
    """What the grid of weights was sent; nothing where it is not drawn."""
    return at.told("grid").header if at.shows("grid") else {}


def test_unreadable_numbers_of_ones_own_give_a_sentence_and_buttons():
    for weights in ("", "1 2; 3", "a"):
        at = small(kernel=OWN, weights=weights)
        assert problem(at)
        for key in at.remedies():
            at = small(kernel=OWN, weights=weights)
            at.press(key)
            check(at)


def test_numbers_of_ones_own_start_from_something_and_follow_k():
    at = small(depth="Grey")
    at.set(kernel=OWN)
    assert check(at).weight.shape == (1, 3, 3)
    at.set(weights="1 2 3; 4 5 6; 7 8 9")
    at.set(k=5)
    np.testing.assert_array_equal(check(at).weight[0], np.pad([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 1))
    at.set(k=1)
    np.testing.assert_array_equal(check(at).weight, [[[5]]])


def test_the_grid_shows_the_weights_that_are_applied():
    at = small(k="1", rect="true", kw="2", kernel=OWN, weights="1 2 | 3 4 | 5 6")
    shown = check(at)
    assert [grid(at)["tabs"][name]["values"] for name in "RGB"] == shown.weight.tolist()
    at.set(depth="Grey")
    assert [tab["values"] for tab in grid(at)["tabs"].values()] == check(at).weight.tolist()


def cells(at: Visitor, tab: str) -> list[str]:
    """The texts of a slice's cells, row by row."""
    return sum(grid(at)["tabs"][tab]["text"], [])


def test_a_presets_cells_are_short_and_ones_own_stay_as_they_are():
    assert max(map(len, cells(small(kernel="Scharr, left to right"), "R"))) <= 6
    assert cells(small(kernel="Box blur"), "R") == ["299/9000"] * 9
    assert cells(small(kernel="Gabor", depth="Grey"), "")[0] == "-0.0380064"  # 17 digits, to six
    own = small(kernel=OWN, weights="1/3 0.2871 3.14159265358979", k="1", rect="true", kw="3")
    assert cells(own, "all") == ["1/3", "0.2871", "3.14159265358979"]
    assert cells(own, "R")[:2] == ["299/3000", "0.0858429"]


def test_what_stands_on_the_channels_is_said_wherever_the_grid_shows_another_number():
    shares = "In colour, times 0.299 on red, 0.587 on green, 0.114 on blue."
    for link in ({}, {"kernel": OWN, "weights": "1 0 -1; 2 0 -2; 1 0 -1"}):
        at = small(**link)
        assert shares in at.said().replace("\\", "")
        assert cells(at, "all")[0] in ("1", "-1") and cells(at, "R")[0] in ("0.299", "-0.299")
        at.set(each=True)
        assert shares not in at.said().replace("\\", "")
        assert "In colour, the same numbers on each channel." in at.said().replace("\\", "")
        assert cells(at, "R") == cells(at, "G") == cells(at, "B") == cells(at, "all")
        np.testing.assert_array_equal(check(at).weight, [check(at).weight[0]] * 3)
        assert [tab["values"] for tab in list(grid(at)["tabs"].values())[1:]] == check(at).weight.tolist()
        at.set(depth="Grey")  # where it does nothing it is not shown, and nothing is said
        assert not at.controls("each") and "on each channel" not in at.said()
    # Slices of one's own, and numbers that are none, have nothing to be spread.
    for weights in ("1 2 | 3 4 | 5 6", "1 2; x"):
        at = small(kernel=OWN, weights=weights, k="1", rect="true", kw="2")
        assert not at.controls("each") and "0.299" not in at.said()


def test_the_same_numbers_on_each_channel_are_flipped_and_compared_as_well():
    at = small(each="true", flip="true")
    np.testing.assert_array_equal(check(at).weight, [-SOBEL] * 3)
    assert cells(at, "G") == [str(number) for number in SOBEL.ravel()]  # as drawn
    at = small(each="true", kernel="Random")
    np.testing.assert_array_equal(check(at).weight, named("random", 3, channels=3))


def test_random_in_colour_is_edited_slice_by_slice_and_no_share_is_spoken_of():
    at = small(kernel="Random")
    assert list(grid(at)["tabs"]) == ["R", "G", "B"] and "times 0.299" not in at.said().replace("\\", "")
    assert "times 0.299" in small(kernel="Gabor").said().replace("\\", "")
    assert list(grid(at.set(depth="Grey"))["tabs"]) == [""]


# --- sliders ---


@pytest.mark.parametrize(("key", "value"), {"k": 5, "kw": 7, "s": 2, "p": 4, "d": 3, "size": 48}.items())
def test_a_typed_number_moves_its_slider(key, value):
    at = small(rect="true")
    at.set({f"{key}-typed": value})
    assert at.control(key).value == value
    typed = at.envelope()
    other = small(rect="true")
    other.set({key: value})
    assert other.control(f"{key}-typed").value == value
    assert other.envelope() == typed


@pytest.mark.parametrize(
    ("k", "d"), [("3", "1"), ("4", "1"), ("15", "1"), ("5", "3"), ("15", "4"), ("1", "1"), ("2", "2")]
)
def test_keep_the_size(k, d):
    at = small(kernel="Box blur", k=k, d=d, s="3", p="9")
    at.press("p-act")
    shown = check(at)
    assert shown.output.shape == shown.input.shape[1:]
    assert all(axis["after"] - axis["before"] in (0, 1) for axis in shown.axes)


# --- what is sent ---


def test_a_rerun_that_changes_nothing_on_the_stage_sends_the_same_bytes():
    at = lab()
    first = at.envelope()
    assert at.run().envelope() == first
    at.set(compare=("remove", "Box blur"))
    assert at.envelope() == first
    at.set({"camera-on": True})
    assert at.envelope() == first
    at.set(k=5)
    assert at.envelope() != first
    at.set(k=3)
    assert at.envelope() == first


def test_two_visitors_do_not_share_settings():
    one, other = small(), small()
    usual = other.envelope()
    one.set(k=5)
    one.upload("mine.png", saved(photo(), "PNG"))
    assert other.run().envelope() == usual

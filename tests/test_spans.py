"""Windows that are not all alike: pooling to a size and maps made larger, by loops and beside ONNX Runtime."""

from __future__ import annotations

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnviz import ops
from cnnviz.errors import ArrayError, DoesNotFit, NetworkError, SettingError
from cnnviz.formats import open_network, write_network
from cnnviz.geometry import Field, Passage, Window
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, AdaptiveAvgPool2d, AdaptiveMaxPool2d, GlobalAvgPool, Node, Resize, Upsample
from cnnviz.layers.layer import as_keras, as_torch
from cnnviz.layers.typed import nodes, read, written
from cnnviz.models import Preparation, Trained
from cnnviz.spans import Spans
from cnnviz.tracing import layer_trace
from stacks import run

SIZES = [(7, 3), (9, 4), (5, 5), (6, 3), (4, 7), (1, 3), (13, 5), (10, 9)]


def shared_by_loops(size: int, outputs: int) -> list[range]:
    return [range(math.floor(i * size / outputs), math.ceil((i + 1) * size / outputs)) for i in range(outputs)]


# --- on one axis ---


@pytest.mark.parametrize(("size", "outputs"), SIZES)
def test_an_axis_is_shared_out(size, outputs):
    spans, expected = Spans.shared_out(size, outputs), shared_by_loops(size, outputs)
    assert [spans.taps(at) for at in range(outputs)] == expected
    assert spans.output_size(size) == outputs and spans.unread(size) == [] and spans.step * outputs == size
    for position in range(size):
        assert spans.readers(position, size) == [at for at, taps in enumerate(expected) if position in taps]
    assert not spans.fits(size - 1)


def test_what_lies_beyond_the_ends_goes_on_in_steps():
    spans = Spans((0, 2, 5), (3, 3, 3))
    assert [spans.taps(at) for at in (-1, 3, 4)] == [range(-3, 0), range(8, 11), range(11, 14)]
    assert Spans((0, 0, 1, 1), (1, 1, 1, 1)).taps(-1) == range(-1, 0)


@pytest.mark.parametrize(("starts", "counts", "words"), [
    ((), (), "it is a row"), ((0, 1), (1,), "2 starts and 1 counts"), ((1, 0), (1, 3), "before the one in front"),
    ((0, 1), (5, 1), "before the one in front"), ((-1,), (1,), "starts is -1"), ((0,), (0,), "counts is 0"),
])  # fmt: skip
def test_windows_that_are_none(starts, counts, words):
    with pytest.raises(SettingError, match=words):
        Spans(starts, counts)


def test_windows_that_reach_beyond_the_axis():
    with pytest.raises(DoesNotFit, match="beyond the 4 positions"):
        Spans((0, 2), (2, 3)).output_size(4)


# --- the operations, by loops ---


@pytest.mark.parametrize("seed", range(30))
def test_pooling_to_a_size_by_loops(seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(-3, 4, (2, 2, *rng.integers(1, 12, 2))).astype(np.float64)  # equal numbers, so a first one
    sizes = tuple(int(size) for size in rng.integers(1, 15, 2))
    axes = [shared_by_loops(*axis) for axis in zip(images.shape[2:], sizes)]
    towards = rng.standard_normal((2, 2, *sizes))
    for mean in (True, False):
        expected, back = np.zeros(towards.shape), np.zeros(images.shape)
        for n, c, i, j in np.ndindex(towards.shape):
            rows, columns = axes[0][i], axes[1][j]
            window = images[n, c, rows.start : rows.stop, columns.start : columns.stop]
            if mean:
                expected[n, c, i, j] = math.fsum(window.ravel()) / window.size
                back[n, c, rows.start : rows.stop, columns.start : columns.stop] += towards[n, c, i, j] / window.size
            else:
                row, column = np.unravel_index(window.argmax(), window.shape)
                expected[n, c, i, j] = window.max()
                back[n, c, rows.start + row, columns.start + column] += towards[n, c, i, j]
        forward, gradient = (
            (ops.adaptive_avg_pool2d, ops.adaptive_avg_pool2d_gradient) if mean
            else (ops.adaptive_max_pool2d, ops.adaptive_max_pool2d_gradient)
        )  # fmt: skip
        np.testing.assert_allclose(forward(images, sizes), expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(gradient(images, towards, sizes), back, rtol=0, atol=1e-12)
        np.testing.assert_allclose(forward(images[0], sizes), expected[0], rtol=0, atol=1e-12)
    found, where = ops.adaptive_max_pool2d(images, sizes, True)
    rows = [array.reshape(2, 2, -1) for array in (images, where, found)]
    np.testing.assert_array_equal(np.take_along_axis(rows[0], rows[1], 2), rows[2])


def places_by_loops(size: int, outputs: int, factor: float | None, align: bool) -> list[float]:
    """Where bilinear looks: the middles of the pixels over each other, or those of the first and the last."""
    if align:
        return [i * (size - 1) / (outputs - 1) if outputs > 1 else 0.0 for i in range(outputs)]
    by = size / outputs if factor is None or outputs == size else 1 / factor
    return [min(max((i + 0.5) * by - 0.5, 0), size - 1) for i in range(outputs)]


@pytest.mark.parametrize("seed", range(30))
def test_bilinear_by_loops(seed):
    rng = np.random.default_rng(seed)
    images = rng.standard_normal((2, 2, *rng.integers(1, 8, 2)))
    factors = tuple(float(rng.choice([1, 1.5, 2, 2.3, 3])) for _ in range(2)) if seed % 2 else None
    sizes = tuple(int(size) for size in rng.integers(1, 15, 2))
    if factors:
        sizes = tuple(math.floor(size * factor) for size, factor in zip(images.shape[2:], factors))
    given = {"scale_factor": factors} if factors else {"size": sizes}
    align = seed % 3 == 0
    axes = [places_by_loops(*axis, align) for axis in zip(images.shape[2:], sizes, factors or (None, None))]
    towards = rng.standard_normal((2, 2, *sizes))
    expected, back = np.zeros(towards.shape), np.zeros(images.shape)
    for n, c, i, j in np.ndindex(towards.shape):
        y, x = axes[0][i], axes[1][j]
        for row in range(images.shape[2]):
            for column in range(images.shape[3]):
                weight = max(0.0, 1 - abs(y - row)) * max(0.0, 1 - abs(x - column))
                expected[n, c, i, j] += weight * images[n, c, row, column]
                back[n, c, row, column] += weight * towards[n, c, i, j]
    given |= {"mode": "bilinear", "align_corners": align}
    np.testing.assert_allclose(ops.upsample(images, **given), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ops.upsample_gradient(images, towards, **given), back, rtol=0, atol=1e-12)


def test_nearest_takes_a_number_over_as_pytorch_does():
    row = np.arange(5.0).reshape(1, 1, 5)
    found = {factor: ops.upsample(row, scale_factor=(1, factor))[0, 0].tolist() for factor in (2, 1.5, 0.5, 2.1)}
    assert found[2] == found[2.1] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]  # 2.1 gives twice as many, which are then doubled
    assert found[1.5] == [0, 0, 1, 2, 2, 3, 4] and found[0.5] == [0, 2]
    towards = np.arange(1.0, 11).reshape(1, 1, 10)
    assert ops.upsample_gradient(row, towards, scale_factor=(1, 2))[0, 0].tolist() == [3, 7, 11, 15, 19]


def test_an_infinite_number_and_nan_stay_where_they_are():
    image = np.ones((1, 4, 4), np.float32)
    image[0, 1, 1] = np.inf
    assert np.isinf(ops.upsample(image, scale_factor=2, mode="bilinear")).sum() == 16
    assert not np.isnan(ops.upsample(image, scale_factor=2, mode="bilinear")).any()
    image[0, 1, 1] = np.nan
    assert np.isnan(ops.adaptive_avg_pool2d(image, 3)).sum() == np.isnan(ops.adaptive_max_pool2d(image, 3)).sum() == 4
    assert ops.adaptive_max_pool2d(image, 3, True)[1][0, 0, 0] == 5


IMAGE = np.ones((2, 3, 5))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: ops.adaptive_avg_pool2d(IMAGE, 0), SettingError, "output_size is 0"),
    (lambda: ops.adaptive_max_pool2d(IMAGE, (1, 2, 3)), SettingError, "output_size is"),
    (lambda: ops.adaptive_avg_pool2d(IMAGE, 10**12), DoesNotFit, "10"),
    (lambda: ops.adaptive_avg_pool2d(IMAGE[:, :0], 2), ArrayError, r"\(2, 0, 5\)"),
    (lambda: ops.upsample(IMAGE[:, :0], 2), ArrayError, r"no numbers"),
    (lambda: ops.upsample(IMAGE), SettingError, "Neither a size nor a scale_factor is told"),
    (lambda: ops.upsample(IMAGE, 3, 2), SettingError, "both told; one of them works"),
    (lambda: ops.upsample(IMAGE, scale_factor=0), SettingError, "scale_factor is 0"),
    (lambda: ops.upsample(IMAGE, scale_factor=0.2), DoesNotFit, "Of 3 x 5 nothing would be left"),
    (lambda: ops.upsample(IMAGE, scale_factor=1e9), DoesNotFit, "would"),
    (lambda: ops.upsample(IMAGE, 3, mode="bicubic"), SettingError, "mode is"),
    (lambda: ops.upsample(IMAGE, 3, align_corners=True), SettingError, "of bilinear alone"),
    (lambda: ops.upsample_gradient(IMAGE, IMAGE, 4), ArrayError, r"the output has \(2, 4, 4\)"),
    (lambda: ops.adaptive_avg_pool2d_gradient(IMAGE, IMAGE, 2), ArrayError, r"the output has \(2, 2, 2\)"),
    (lambda: Upsample(), SettingError, "Neither a size"),
    (lambda: Upsample(scale_factor=0.1).output_shape((1, 5, 5)), DoesNotFit, "UPSAMPLE 0.1 ×: Of 5 x 5"),
    (lambda: Resize(3, laid=""), SettingError, "Upsample"),
    (lambda: AdaptiveAvgPool2d(3).output_shape((5,)), DoesNotFit, "without height and width"),
])  # fmt: skip
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the layers ---

LAYERS = [
    AdaptiveAvgPool2d((5, 3)), AdaptiveMaxPool2d((4, 9)), AdaptiveAvgPool2d((None, 2)), AdaptiveMaxPool2d(1),
    AdaptiveAvgPool2d((9, 20)), Upsample(scale_factor=2), Upsample(scale_factor=(2, 1.5), mode="bilinear"),
    Upsample((5, 19), mode="bilinear", align_corners=True), Upsample((3, 30)), Resize((4, 20)),
    Resize(scale_factor=(2, 3), mode="bilinear", laid="asymmetric"),
]  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_what_a_unit_reads_is_what_has_a_gradient(layer):
    """Its step on the stage comes to its number, its field is where its number has a derivative."""
    rng = np.random.default_rng(1)
    image = rng.standard_normal((2, 7, 12))
    (row,) = Graph(image.shape, (Node("a", layer, (INPUT,)),)).rows
    made = layer.forward(image, {})
    assert made.shape == row.output_shape
    for place in np.ndindex(made.shape[1:]):
        trace = layer_trace(layer, image, made, {}, 1)
        step = trace.step(*place)
        assert step.result == pytest.approx(made[1][place])
        towards = np.zeros_like(made)
        towards[1][place] = 1
        reads = layer.backward(image, {}, towards)[0]
        fields = [np.array(field.read(at)) for field, at in zip(row.fields, place)]
        assert np.count_nonzero(~np.isnan(step.values)) == len(fields[0]) * len(fields[1])
        if not isinstance(layer, AdaptiveMaxPool2d):
            told = np.zeros(image.shape, bool)
            told[1][np.ix_(*fields)] = True
            assert (told == (reads != 0)).all(), place
        for field, read_here, at in zip(row.fields, fields, place):
            assert field.pixels(at) == range(read_here[0], read_here[-1] + 1)


def test_sizes_that_divide_are_windows_that_slide():
    assert AdaptiveAvgPool2d((3, 4)).windows((1, 6, 12)) == (Window(2, 2), Window(3, 3))
    assert AdaptiveAvgPool2d((3, 5)).windows((1, 6, 12)) == (Window(2, 2), Spans.shared_out(12, 5))
    even = ops.adaptive_avg_pool2d(np.arange(72.0).reshape(1, 6, 12), (3, 4))
    np.testing.assert_allclose(even, ops.avg_pool2d(np.arange(72.0).reshape(1, 6, 12), (2, 3)), rtol=1e-15)
    assert AdaptiveAvgPool2d(2).operations((3, 4, 5)) == {"additions": 3 * (4 * 6 - 4)}
    assert Upsample(scale_factor=2).operations((3, 4, 5)) == {}


def test_fields_behind_an_enlarged_map():
    """Down by two, up by two and a convolution, pixel by pixel; the jump is that of the picture again."""
    network = Graph((1, 12, 12), nodes("max 2x2; upsample 2x bilinear; conv 1 3x3 p1"))
    field = network.rows[-1].fields[0]
    for unit in range(12):
        units = range(max(0, unit - 1), min(12, unit + 2))
        places = [min(max((at + 0.5) / 2 - 0.5, 0), 5) for at in units]
        small = {at for place in places for at in (math.floor(place), math.ceil(place))}
        assert field.read(unit) == sorted(pixel for at in small for pixel in (2 * at, 2 * at + 1))
        span = field.pixels(unit)
        assert {*field.read(unit)} <= {*span}
    assert [row.fields[0].jump for row in network.rows] == [2, 1, 1]
    assert Field().through(Spans.shared_out(9, 4), Passage(Spans.shared_out(9, 4), 9)).read(1) == [2, 3, 4]


def test_they_are_typed_and_written():
    for text, layer in {
        "adaptive avg 5x3": AdaptiveAvgPool2d((5, 3)), "adaptive avg keepx7": AdaptiveAvgPool2d((None, 7)),
        "adaptive max 3": AdaptiveMaxPool2d(3), "global max": AdaptiveMaxPool2d(1), "global avg": GlobalAvgPool(),
        "upsample 2x": Upsample(scale_factor=2), "upsample 2x bilinear": Upsample(scale_factor=2, mode="bilinear"),
        "upsample 1.5x2x": Upsample(scale_factor=(1.5, 2)),
        "upsample to 5x7 bilinear align corners": Upsample((5, 7), mode="bilinear", align_corners=True),
    }.items():  # fmt: skip
        assert read(text) == (layer,) and written((layer,)) == text
    for text, layer in {
        "adaptive average pooling 5×3": AdaptiveAvgPool2d((5, 3)), "adaptive avg 1": GlobalAvgPool(),
        "adaptive avg pool": GlobalAvgPool(), "Adaptive Max 1x1": AdaptiveMaxPool2d(1),
        "adaptive avg keep x 7": AdaptiveAvgPool2d((None, 7)), "upsample ×2": Upsample(scale_factor=2),
        "upsampling2d 2 nearest": Upsample(scale_factor=2), "resize to 5x7": Upsample((5, 7)),
        "nn.AdaptiveAvgPool2d((None, 7))": AdaptiveAvgPool2d((None, 7)), "nn.AdaptiveAvgPool2d(1)": GlobalAvgPool(),
        "nn.AdaptiveMaxPool2d((5, 7))": AdaptiveMaxPool2d((5, 7)), "GlobalMaxPooling2D()": AdaptiveMaxPool2d(1),
        "Upsample(scale_factor=2.0, mode='bilinear')": Upsample(scale_factor=2, mode="bilinear"),
        "nn.Upsample((7, 9), mode='bilinear', align_corners=True)":
            Upsample((7, 9), mode="bilinear", align_corners=True),
        "nn.UpsamplingBilinear2d(scale_factor=2)": Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        "nn.UpsamplingNearest2d(size=5)": Upsample(5), "layers.UpSampling2D()": Upsample(scale_factor=2),
        "layers.UpSampling2D(size=(2, 3), interpolation='bilinear')": Upsample(scale_factor=(2, 3), mode="bilinear"),
    }.items():  # fmt: skip
        assert read(text) == (layer,), text
    for text, words in {
        "upsample": "Neither a size", "upsample 0x": "scale_factor is 0", "adaptive max": "needs its output's size",
        "upsample 5000x": "up to 4,096; 5,000 is more", "nn.Upsample(scale_factor=2, mode='bicubic')": "“bicubic”",
        "nn.AdaptiveAvgPool2d(7.5)": "7.5", "upsample to 0": "the size is 0",
    }.items():  # fmt: skip
        with pytest.raises(SettingError, match=words):
            read(text)


def test_pooling_to_a_size_as_code():
    of = [(AdaptiveAvgPool2d((5, 3)), (2, 10, 9)), (AdaptiveMaxPool2d((None, 3)), (2, 10, 9)),
          (AdaptiveMaxPool2d(1), (2, 10, 9))]  # fmt: skip
    assert [as_torch(layer, shape) for layer, shape in of] == [
        ("nn.AdaptiveAvgPool2d((5, 3))",), ("nn.AdaptiveMaxPool2d((None, 3))",), ("nn.AdaptiveMaxPool2d(1)",),
    ]  # fmt: skip
    assert [as_keras(layer, shape, False) for layer, shape in of] == [
        ("layers.AveragePooling2D((2, 3))",), ("layers.MaxPooling2D((1, 3))",),
        ("layers.GlobalMaxPooling2D(keepdims=True)",),
    ]  # fmt: skip
    with pytest.raises(SettingError, match="to a size alone that divides"):
        as_keras(AdaptiveAvgPool2d(4), (2, 10, 9), False)
    with pytest.raises(SettingError, match="by whole factors alone"):
        as_keras(Upsample(scale_factor=1.5), (2, 10, 9), False)


# --- files ---


def model_of(
    made: list, shape: tuple[int, ...], constants: dict[str, np.ndarray], version: int = 18
) -> onnx.ModelProto:
    """A file that reads `in` and makes `out`."""
    graph = helper.make_graph(
        made, "g", [helper.make_tensor_value_info("in", TensorProto.FLOAT, (1, *shape))],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)


def agrees(model: onnx.ModelProto, image: np.ndarray) -> Graph:
    """That it opens as ONNX Runtime has it."""
    (expected,) = run(model, image)
    found = open_network(model.SerializeToString())
    assert not found.stopped, found.stopped
    made = found.network.output(image, found.parameters)
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4 * np.abs(expected).max())
    return found.network


RULES = [
    {"mode": mode, "coordinate_transformation_mode": laid, **({"nearest_mode": rounded} if rounded else {})}
    for mode, laid, rounded in [
        *(("nearest", laid, rounded) for laid in ("asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel")
          for rounded in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")),
        ("nearest", "tf_half_pixel_for_nn", "floor"),
        *(("linear", laid, "") for laid in ("asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel")),
    ]
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: " ".join(rule.values()))
def test_resize_as_onnxruntime(rule):
    rng = np.random.default_rng(5)
    for height, width in ((5, 7), (1, 6), (8, 3)):
        image = rng.standard_normal((2, height, width)).astype(np.float32)
        for factors in ((2, 2), (1, 3), (1.5, 2.5), (1.3, 1), (0.5, 0.5), (0.6, 0.9)):
            if min(height * factors[0], width * factors[1]) < 1:
                continue
            scales = np.array((1, 1, *factors), np.float32)
            for version in (11, 13, 18):
                constants = {"scales": scales, "roi": np.zeros(0, np.float32)}
                agrees(model_of([helper.make_node("Resize", ["in", "roi", "scales"], ["out"], **rule)], image.shape,
                                constants, version), image)  # fmt: skip
        for size in ((10, 14), (3, 20), (7, 5), (1, 1)):
            node = helper.make_node("Resize", ["in", "", "", "sizes"], ["out"], **rule)
            agrees(model_of([node], image.shape, {"sizes": np.array((1, 2, *size), np.int64)}, 13), image)


def test_sizes_of_some_axes_alone():
    image = np.random.default_rng(2).standard_normal((2, 5, 7)).astype(np.float32)
    node = helper.make_node("Resize", ["in", "", "", "sizes"], ["out"], axes=[3, 2])
    network = agrees(model_of([node], image.shape, {"sizes": np.array((14, 6), np.int64)}, 18), image)
    assert network.shapes[-1] == (2, 6, 14)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_the_old_operators(mode):
    """Upsample of versions 7 and 9, Resize of version 10."""
    image = np.random.default_rng(2).standard_normal((2, 5, 7)).astype(np.float32)
    for factors in ((2, 3), (1.5, 1), (0.5, 0.7) if mode == "nearest" else (2, 2)):
        scales = np.array((1, 1, *factors), np.float32)
        for version, kind in ((9, "Upsample"), (10, "Resize")):
            if kind == "Upsample" and min(factors) < 1:
                continue
            node = helper.make_node(kind, ["in", "scales"], ["out"], mode=mode)
            agrees(model_of([node], image.shape, {"scales": scales}, version), image)
        if min(factors) >= 1:
            node = helper.make_node("Upsample", ["in"], ["out"], mode=mode, scales=[1.0, 1.0, *factors])
            agrees(model_of([node], image.shape, {}, 7), image)


@pytest.mark.parametrize(("attributes", "words"), [
    ({"mode": "cubic"}, "by “cubic”; nearest and linear open here"),
    ({"mode": "linear", "antialias": 1}, "its antialias is set"),
    ({"coordinate_transformation_mode": "tf_crop_and_resize"}, "by the rule “tf_crop_and_resize”"),
    ({"keep_aspect_ratio_policy": "not_larger"}, "keeps the maps' proportions"),
])  # fmt: skip
def test_a_resize_that_does_not_open(attributes, words):
    node = helper.make_node("Resize", ["in", "roi", "scales"], ["out"], **attributes)
    constants = {"roi": np.zeros(0, np.float32), "scales": np.array((1, 1, 2, 2), np.float32)}
    with pytest.raises(NetworkError, match=words):
        open_network(model_of([node], (2, 5, 7), constants, 18).SerializeToString())


def test_the_maps_themselves_are_not_resized():
    node = helper.make_node("Resize", ["in", "", "scales"], ["out"])
    model = model_of([node], (2, 5, 7), {"scales": np.array((1, 2, 2, 2), np.float32)})
    with pytest.raises(NetworkError, match="the batch and the maps stay as many"):
        open_network(model.SerializeToString())


def taken(network: Graph, parameters: tuple) -> Trained:
    """A network to be written."""
    classes = tuple(f"class {at}" for at in range(network.shapes[-1][0]))
    return Trained("a", network, parameters, network.names, classes, Preparation(network.shapes[0]))


@pytest.mark.parametrize("layer", [*LAYERS, AdaptiveAvgPool2d((7, 4)), AdaptiveMaxPool2d(1)], ids=lambda one: one.name)
def test_a_written_layer_is_as_it_was(layer):
    image = np.random.default_rng(3).standard_normal((2, 7, 12)).astype(np.float32)
    network = Graph(image.shape, (Node("out", layer, (INPUT,)),))
    is_uneven = hasattr(layer, "output_size") and any(isinstance(one, Spans) for one in layer.windows(image.shape))
    trained = taken(network, ({},))
    if is_uneven and network.shapes[-1][1:] != (1, 1):
        with pytest.raises(NetworkError, match="no operator has others; a size that divides works"):
            write_network(trained)
        return
    data = write_network(trained)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    (expected,) = run(onnx.load_from_string(data), image)
    made = network.output(image, ({},))
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-5)
    found = open_network(data)
    np.testing.assert_array_equal(found.network.output(image, found.parameters), made)
    assert isinstance(found.network.layers[0], type(layer)) or hasattr(layer, "output_size")


def test_a_file_with_a_global_maximum():
    image = np.random.default_rng(3).standard_normal((3, 6, 5)).astype(np.float32)
    network = agrees(model_of([helper.make_node("GlobalMaxPool", ["in"], ["out"])], image.shape, {}), image)
    assert network.layers == (AdaptiveMaxPool2d(1),)


@pytest.mark.parametrize("keepdims", [0, 1])
def test_the_largest_over_height_and_width_is_that(keepdims):
    image = np.random.default_rng(3).standard_normal((3, 6, 5)).astype(np.float32)
    by_attribute = helper.make_node("ReduceMax", ["in"], ["out"], axes=[-1, 2], keepdims=keepdims)
    agrees(model_of([by_attribute], image.shape, {}, 13), image)
    by_input = helper.make_node("ReduceMax", ["in", "axes"], ["out"], keepdims=keepdims)
    agrees(model_of([by_input], image.shape, {"axes": np.array([2, 3], np.int64)}, 18), image)
    other = helper.make_node("ReduceMax", ["in"], ["out"], axes=[1])
    agrees(model_of([other], image.shape, {}, 13), image)


def test_a_u_shaped_network():
    """Down, up by Resize whose size is worked out from the map beside it, and by ConvTranspose, each beside its map."""
    rng = np.random.default_rng(7)
    image = rng.standard_normal((3, 16, 24)).astype(np.float32)
    weights = {
        "w1": (4, 3, 3, 3), "w2": (8, 4, 3, 3), "w3": (16, 8, 3, 3), "wt": (16, 8, 2, 2), "w4": (8, 16, 3, 3),
        "w5": (4, 12, 3, 3), "w6": (2, 4, 1, 1),
    }  # fmt: skip
    constants = {name: (rng.standard_normal(shape) / 4).astype(np.float32) for name, shape in weights.items()}
    constants |= {"two": np.array([2], np.int64), "four": np.array([4], np.int64), "zero": np.array([0], np.int64)}

    def conv(of: str, weight: str, to: str) -> list:
        pads = [1] * 4 if constants[weight].shape[2] == 3 else [0] * 4
        return [helper.make_node("Conv", [of, weight], [f"{to} raw"], pads=pads),
                helper.make_node("Relu", [f"{to} raw"], [to])]  # fmt: skip

    def half(of: str, to: str) -> list:
        return [helper.make_node("MaxPool", [of], [to], kernel_shape=[2, 2], strides=[2, 2])]

    made = [
        *conv("in", "w1", "a"), *half("a", "a2"), *conv("a2", "w2", "b"), *half("b", "b2"), *conv("b2", "w3", "c"),
        helper.make_node("ConvTranspose", ["c", "wt"], ["up"], strides=[2, 2]),
        helper.make_node("Concat", ["up", "b"], ["beside"], axis=1), *conv("beside", "w4", "d"),
        helper.make_node("Shape", ["a"], ["size of a"]), helper.make_node("Shape", ["d"], ["size of d"]),
        helper.make_node("Slice", ["size of a", "two", "four", "zero"], ["sides"]),
        helper.make_node("Slice", ["size of d", "zero", "two", "zero"], ["front"]),
        helper.make_node("Concat", ["front", "sides"], ["sizes"], axis=0),
        helper.make_node("Resize", ["d", "", "", "sizes"], ["larger"], mode="linear",
                         coordinate_transformation_mode="pytorch_half_pixel"),
        helper.make_node("Concat", ["larger", "a"], ["all"], axis=1), *conv("all", "w5", "e"), *conv("e", "w6", "out"),
    ]  # fmt: skip
    network = agrees(model_of(made, image.shape, constants, 13), image)
    assert Upsample((16, 24), mode="bilinear") in network.layers and network.shapes[-1] == (2, 16, 24)
    assert network.rows[-1].fields[0].read(8)


def test_a_u_shaped_stack_is_typed_and_written():
    text = ("conv 4 3x3 p1; relu; [same | max 2x2; conv 8 3x3 p1; relu; upsample 2x bilinear] concat; conv 2 3x3 p1; "
            "[same | avg 2x2; upsample 2x] concat")  # fmt: skip
    network = Graph((3, 8, 12), nodes(text))
    assert network.shapes[-1] == (4, 8, 12) and "different strides" not in network.rows[-1].fields[0].disagreement
    parameters = network.initial(1)
    image = np.random.default_rng(3).standard_normal((3, 8, 12)).astype(np.float32)
    data = write_network(taken(network, parameters))
    (expected,) = run(onnx.load_from_string(data), image)
    np.testing.assert_allclose(network.output(image, parameters), expected, rtol=0, atol=1e-4)

"""Layer, group and instance normalisation against PyTorch and ONNX Runtime; what a unit is told; what they refuse."""

import math

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.experiments.live import trainable
from cnnviz.formats import open_network
from cnnviz.layers import GroupNorm, InstanceNorm2d, LayerNorm, Softmax
from cnnviz.layers.typed import read, written
from cnnviz.network import Network
from cnnviz.ops import batch_norm, group_norm, group_norm_gradients, layer_norm, layer_norm_gradients
from cnnviz.passes import Pass
from cnnviz.tracing import layer_trace
from onnx_files import file_of
from stacks import run, some_parameters
from torch_values import cases

LAYERS = (GroupNorm(2, 1e-3), GroupNorm(1), GroupNorm(3, affine=False), InstanceNorm2d(), InstanceNorm2d(0.1, True),
          LayerNorm(), LayerNorm(1e-3, False))  # fmt: skip
GIVEN = np.random.default_rng(5).standard_normal((6, 4, 5)) * 3 + 1


def parameters_of(layer, shape):
    return some_parameters(Network(shape, [layer]), 4)[0]


@pytest.mark.parametrize(("name", "settings", "kept"), cases("", "torch_norms"), ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_norms_and_their_gradients_as_torch(name, settings, kept, dtype):
    of_layers = name.startswith("layer")
    (size,) = {key: value for key, value in settings.items() if key != "eps"}.values()
    more = {"eps": settings.get("eps", 1e-5)}
    input, weight, bias, towards = (kept[key].astype(dtype) for key in ("input", "weight", "bias", "output_gradient"))
    norm, back = (layer_norm, layer_norm_gradients) if of_layers else (group_norm, group_norm_gradients)
    found = (norm(input, size, weight, bias, **more), *back(input, size, towards, weight, **more))
    for mine, other in zip(found, ("output", "for_input", "for_weight", "for_bias"), strict=True):
        assert mine.dtype == dtype and mine.shape == kept[other].shape
        limit = 1e-12 if dtype == np.float64 else 1e-5
        np.testing.assert_allclose(mine, kept[other], rtol=0, atol=limit * max(1, np.abs(kept[other]).max()))


@pytest.mark.parametrize(("layer", "shape"), [
    (layer, shape) for layer in LAYERS for shape in [(6, 4, 5), (6, 1, 1), (6,)]
    if not (isinstance(layer, InstanceNorm2d) and len(shape) == 1)  # a number alone
], ids=repr)  # fmt: skip
def test_gradients_are_slopes(layer, shape):
    rng = np.random.default_rng(6)
    given = {name: array.astype(np.float64) for name, array in parameters_of(layer, shape).items()}
    batch, towards = rng.standard_normal((2, 2, *shape))
    for_input, learnt = layer.backward(batch, given, towards)
    assert learnt.keys() == given.keys() == layer.parameter_shapes(shape).keys()
    step, direction = 1e-6, rng.standard_normal(batch.shape)
    ends = [layer.forward(batch + sign * step * direction, given) for sign in (1, -1)]
    slope = ((ends[0] - ends[1]) * towards).sum() / (2 * step)
    assert (for_input * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-6)
    for name, gradient in learnt.items():
        moved = [layer.forward(batch, {**given, name: given[name] + sign * step}) for sign in (1, -1)]
        slope = ((moved[0] - moved[1]) * towards).sum() / (2 * step)
        assert gradient.sum() == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_pictures_are_normalised_apart_and_as_each_other_norm():
    images = np.stack([GIVEN, GIVEN[::-1] * 7 - 3])
    for layer in LAYERS:
        given = parameters_of(layer, GIVEN.shape)
        both = layer.forward(images, given)
        np.testing.assert_allclose(both[1], layer.forward(images[1], given), rtol=1e-12)
        np.testing.assert_array_equal(both, layer.forward(images, given, training=True))
    each = InstanceNorm2d().forward(GIVEN, {})
    np.testing.assert_allclose(each, batch_norm(GIVEN), rtol=1e-12)  # of one picture
    np.testing.assert_allclose(each, GroupNorm(6, affine=False).forward(GIVEN, {}), rtol=1e-12)
    normal = LayerNorm(1e-12, False).forward(GIVEN, {})
    np.testing.assert_allclose(normal.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(normal.std(0), 1, rtol=1e-9)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_a_unit_is_told_as_it_came_about(layer):
    levels = np.random.default_rng(1).integers(0, 256, (6, 4, 5), np.uint8)
    given = parameters_of(layer, levels.shape)
    output = layer.forward(levels / 255, given)
    for channel in range(6):
        trace = layer_trace(layer, levels, output, given, channel, divisor=255)
        for row, column in np.ndindex(4, 5):
            step = trace.step(row, column)
            assert step.terms.size == 1
            assert step.result == pytest.approx(output[channel, row, column], abs=1e-12)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_it_reads_what_moves_it(layer):
    given, shape = parameters_of(layer, GIVEN.shape), GIVEN.shape
    before = layer.forward(GIVEN, given)
    groups = layer.reads_in(shape)
    for channel in range(6):
        reads = layer.reads(shape, channel)
        assert channel in reads and len(reads) == 6 // groups
        for map in range(6):
            moved = GIVEN.copy()
            moved[map, 2, 3] += 1
            assert (layer.forward(moved, given)[channel] != before[channel]).any() == (map in reads)


def test_a_conv_and_the_group_norm_behind_it_are_one_step():
    network = Network((3, 6, 7), read("conv 4 3x3; group norm 2; relu"))
    parameters = some_parameters(network, 2)
    run_ = Pass(network, parameters, GIVEN[:3, :, :].repeat(2, 1)[:, :6].repeat(2, 2)[:, :, :7])
    trace = run_.trace(0, 2, through=2)
    last = run_.map(3)[2]
    assert [trace.step(row, column).result for row, column in np.ndindex(4, 5)] == pytest.approx(last.ravel(), abs=1e-9)
    alone = run_.trace(1, 2, channels=lambda source, map: f"{source}.{map}")
    assert alone.names["channels"] == ["1.2"]


def test_they_are_counted():
    rows = Network((6, 4, 5), [GroupNorm(2), InstanceNorm2d(), LayerNorm()]).rows
    assert [row.parameters for row in rows] == [12, 0, 12]
    assert rows[0].layer.operations((6, 4, 5)) == {"additions": 120, "squares": 120, "scales and shifts": 120}
    assert [row.layer.product(row.input_shape) for row in rows] == ["2 × 6", "", "2 × 6"]
    assert {row.fields[0].size for row in rows} == {1}


@pytest.mark.parametrize(
    ("text", "layers", "again"),
    [
        ("group norm 4; GN groups 2 eps 0.1", (GroupNorm(4), GroupNorm(2, 0.1)), "group norm 4; group norm 2 eps 0.1"),
        ("instance norm affine", (InstanceNorm2d(affine=True),), "instance norm affine"),
        ("layer norm no affine; LN", (LayerNorm(affine=False), LayerNorm()), "layer norm no affine; layer norm"),
        ("nn.GroupNorm(4, 32, affine=False)", (GroupNorm(4, affine=False),), "group norm 4 no affine"),
        ("nn.InstanceNorm2d(6, affine=True)", (InstanceNorm2d(affine=True),), "instance norm affine"),
        ("InstanceNorm2d(6, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)", (InstanceNorm2d(),),
         "instance norm"),
        ("LayerNorm2d((96,), eps=1e-06, elementwise_affine=True)", (LayerNorm(1e-6),), "layer norm eps 1e-06"),
        ("nn.LayerNorm(96)", (LayerNorm(),), "layer norm"),
        ("layers.GroupNormalization(4)", (GroupNorm(4, 1e-3),), "group norm 4 eps 0.001"),
        ("layers.LayerNormalization(epsilon=1e-6)", (LayerNorm(1e-6),), "layer norm eps 1e-06"),
    ],
)  # fmt: skip
def test_they_are_typed_and_pasted(text, layers, again):
    assert read(text) == layers and written(layers) == again and read(again) == layers


def test_what_is_written_for_another_input_says_so():
    with pytest.raises(DoesNotFit, match="written for 96 channels, and 6 come in"):
        Network((6, 4, 5), read("nn.LayerNorm(96)"))
    with pytest.raises(SettingError, match="group norm 1 does it"):
        read("nn.LayerNorm((6, 4, 5))")
    with pytest.raises(DoesNotFit, match="6 channels do not come in 4 groups of as many; in 2 or 3 they do"):
        Network((6, 4, 5), [GroupNorm(4)])
    with pytest.raises(DoesNotFit, match="before the first FC"):
        Network((6,), [InstanceNorm2d()])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: GroupNorm(0), SettingError, "num_groups is 0"),
        (lambda: LayerNorm(0), SettingError, "eps is 0"),
        (lambda: InstanceNorm2d(math.nan), SettingError, "eps is nan"),
        (lambda: group_norm(GIVEN, 4), DoesNotFit, "6 channels do not come in 4 groups"),
        (lambda: group_norm(GIVEN, 2, np.ones(5)), ArrayError, r"weight has shape \(5,\); this input needs"),
        (lambda: group_norm(GIVEN, 2, eps=0), SettingError, "eps is 0; it must be above 0"),
        (lambda: layer_norm(GIVEN, (4, 6)), ArrayError, "its last sizes must be"),
        (lambda: layer_norm(GIVEN, ()), SettingError, "normalized_shape is empty"),
        (lambda: layer_norm_gradients(GIVEN, 5, GIVEN[1:]), ArrayError, "the output has"),
    ],
)
def test_what_they_refuse(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("shape", [(0, 6, 2, 2), (2, 6, 0, 2)])
def test_nothing_is_nothing(shape):
    empty = np.zeros(shape)
    assert group_norm(empty, 2).shape == shape
    assert [of.shape for of in group_norm_gradients(empty, 2, empty)] == [shape, (6,), (6,)]


# --- from files ---

ONES, ZEROS, SIX, THREE = np.ones(3), np.zeros(3), np.arange(1.0, 7), np.array([2.0, 1, 3])
FILES = {
    "instance": ([("InstanceNormalization", [SIX, -SIX], {"epsilon": 0.01})], 17),
    "group": ([("GroupNormalization", [SIX, -SIX], {"num_groups": 3})], 21),
    "group of 18": ([("GroupNormalization", [THREE, -THREE], {"num_groups": 3})], 18),
    "as torch writes a group norm": ([
        ("Reshape", [np.array([0, 3, -1])], {}), ("InstanceNormalization", [ONES, ZEROS], {}),
        ("Reshape", [np.array([1, 6, 4, 5])], {}), ("Mul", [SIX.reshape(6, 1, 1)], {}),
        ("Add", [SIX.reshape(6, 1, 1)], {}),
    ], 17),
    "all of it": ([("LayerNormalization", [GIVEN, GIVEN + 1], {"axis": 1})], 17),
    "rows": ([("LayerNormalization", [GIVEN[0, 0]], {})], 17),
    "maps": ([("LayerNormalization", [GIVEN[0], GIVEN[1]], {"axis": -2, "epsilon": 0.1})], 17),
    "broadcast": ([("LayerNormalization", [np.full(1, 2.0)], {"axis": 2})], 17),
    "as ConvNeXt has it": ([
        ("Transpose", [], {"perm": [0, 2, 3, 1]}), ("LayerNormalization", [SIX, -SIX], {"epsilon": 1e-6}),
        ("Transpose", [], {"perm": [0, 3, 1, 2]}),
    ], 17),
    "tokens": ([("Reshape", [np.array([1, 24, 5])], {}), ("LayerNormalization", [GIVEN[0, 0]], {})], 17),
    "variance": ([("MeanVarianceNormalization", [], {"axes": [2, 3]})], 13),
    "variance of all": ([("MeanVarianceNormalization", [], {"axes": [1, 2, 3]})], 13),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_they_open_from_files(name):
    model, input = file_of(*FILES[name]), GIVEN.astype(np.float32)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped
    expected = run(model, input)[-1]
    found = opened.network.output(input, opened.parameters)
    assert np.abs(found.reshape(expected.shape) - expected).max() <= 1e-5 * np.abs(expected).max()


def test_a_scale_of_another_shape_is_refused_in_a_sentence():
    opened = file_of([("Relu", [], {}), ("LayerNormalization", [np.ones(3)], {})], 17)
    assert "do not have the shape (5,) of what it normalises" in open_network(opened.SerializeToString()).stopped


# --- softmax ---


@pytest.mark.parametrize("shape", [(6, 4, 5), (6,), (1, 2, 2)])
def test_shares_add_up_to_1_and_their_gradients_are_slopes(shape):
    rng, layer, step = np.random.default_rng(8), Softmax(), 1e-6
    batch, towards, direction = rng.standard_normal((3, 2, *shape)) * 3
    np.testing.assert_allclose(layer.forward(batch, {}).sum(1), 1, rtol=1e-12)
    found, _ = layer.backward(batch, {}, towards)
    ends = [(layer.forward(batch + sign * step * direction, {}) * towards).sum() for sign in (1, -1)]
    assert (found * direction).sum() == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6)


def test_a_share_is_told_as_it_came_about():
    levels = np.random.default_rng(1).integers(0, 256, (6, 4, 5), np.uint8)
    layer = Softmax()
    output = layer.forward(levels / 255, {})
    trace = layer_trace(layer, levels, output, {}, 2, divisor=255)
    for row, column in np.ndindex(4, 5):
        numbers = levels[:, row, column] / 255
        step = trace.step(row, column)
        assert step.terms.ravel() == pytest.approx(np.exp(numbers - numbers.max()), abs=1e-12)
        assert step.result == pytest.approx(output[2, row, column], abs=1e-12)


SHARES = {
    "of maps": ([("Softmax", [], {"axis": 1}), ("Relu", [], {})], 13),
    "of columns": ([("Softmax", [], {}), ("Relu", [], {})], 13),
    "of rows": ([("Softmax", [], {"axis": -2}), ("Relu", [], {})], 13),
    "of a row": ([("Flatten", [], {}), ("Softmax", [], {}), ("Relu", [], {})], 13),
    "of all, of old": ([("Softmax", [], {}), ("Relu", [], {})], 11),
    "of the last, of old": ([("Softmax", [], {"axis": 2}), ("Relu", [], {})], 11),
    "at the end, of maps": ([("Softmax", [], {"axis": 1})], 13),
}


@pytest.mark.parametrize("name", SHARES)
def test_softmax_opens_from_files(name):
    model, input = file_of(*SHARES[name]), GIVEN.astype(np.float32)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped
    expected = run(model, input)[-1]
    found = opened.network.output(input, opened.parameters)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("behind", [[], [("Identity", [], {})], [("Reshape", [np.array([1, 120])], {})]], ids=len)
def test_shares_at_the_end_are_not_taken_twice(kind, behind):
    model = file_of([("Flatten", [], {}), (kind, [], {"axis": 1}), *behind], 13)
    opened, input = open_network(model.SerializeToString()), GIVEN.astype(np.float32)
    shares = run(model, input)[-1]
    found = opened.probabilities(opened.network.output(input, opened.parameters))
    np.testing.assert_allclose(found, np.exp(shares) if kind == "LogSoftmax" else shares, rtol=1e-5, atol=1e-7)


def test_softmax_is_typed_and_not_learnt_with():
    assert read("conv 3 3x3; softmax; fc 10; soft max")[1] == Softmax() == read("nn.Softmax(dim=-1)")[0]
    with pytest.raises(DoesNotFit, match="ends in softmax, which learning takes of the ten scores itself"):
        trainable("fc 10; softmax")

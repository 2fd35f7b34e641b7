"""Networks: every map against the same stack in ONNX Runtime, counts by hand, and what is refused."""

import math
import tracemalloc

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Field
from cnnviz.graph import BUDGET_HANDLED, BUDGET_MULTIPLY_ADDS, BUDGET_NUMBERS, BUDGET_WINDOW
from cnnviz.layers import Activate, AvgPool2d, BatchNorm2d, Conv2d, Dropout, GlobalAvgPool, Linear, MaxPool2d
from cnnviz.layers.typed import read
from cnnviz.models import ARCHITECTURES
from cnnviz.network import Network
from cnnviz.ops import max_pool2d
from pace import loops
from stacks import by_onnxruntime, every_kind, some_parameters


def picture(shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("number", range(len(every_kind())))
def test_every_map_is_onnxruntimes(number):
    shape, layers = every_kind()[number]
    network, given = Network(shape, layers), picture(shape, number)
    parameters = some_parameters(network, 3)
    maps, expected = network.forward(given, parameters), by_onnxruntime(layers, parameters, given)
    assert len(maps) == len(expected) == len(layers) + 1
    for row, map, other in zip(network.rows, maps[1:], expected[1:]):
        assert map.shape == other.shape == row.output_shape, row.layer
        assert map.dtype == np.float32
        np.testing.assert_allclose(map, other, rtol=1e-4, atol=1e-5, err_msg=row.layer.name)


def test_batch_norm_in_training_takes_the_statistics_of_this_picture():
    layers = read("conv 5 3x2; batch norm eps 0.01; relu; max 2; batch norm")
    network, given = Network((2, 9, 12), layers), picture((2, 9, 12)) * 3 + 1
    parameters = some_parameters(network, 4)
    maps = network.forward(given, parameters, training=True)
    for map, other in zip(maps, by_onnxruntime(layers, parameters, given, training=True)):
        np.testing.assert_allclose(map, other, rtol=1e-4, atol=1e-5)


def test_an_untrained_batch_norm_in_inference_takes_mean_0_and_variance_1():
    network = Network((3, 4, 5), [BatchNorm2d(eps=0.5)])
    given = picture((3, 4, 5))
    np.testing.assert_allclose(network.forward(given, network.initial(0))[1], given / math.sqrt(1.5), rtol=1e-6)


def test_a_batch_is_its_pictures_one_by_one():
    shape, layers = every_kind()[0]
    network = Network(shape, layers)
    parameters, batch = some_parameters(network, 1), picture((3, *shape))
    maps = network.forward(batch, parameters)
    for number, given in enumerate(batch):
        for map, single in zip(maps, network.forward(given, parameters)):
            np.testing.assert_allclose(map[number], single, rtol=1e-4, atol=1e-5)


def test_a_batch_of_rows_of_numbers_is_normalised_over_the_batch():
    network, batch = Network((7,), [BatchNorm2d()]), picture((50, 7)) * 4 + 2
    found = network.forward(batch, network.initial(0), training=True)[1]
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(0), 1, atol=1e-3)


def test_dropout_drops_in_training_alone():
    network, ones = Network((1, 100, 100), [Dropout(0.3)]), np.ones((1, 100, 100), np.float32)
    assert (network.forward(ones, [{}])[1] == 1).all()
    drawn = network.forward(ones, [{}], training=True, rng=np.random.default_rng(1))[1]
    kept = drawn != 0
    assert abs(kept.mean() - 0.7) < 0.02
    np.testing.assert_allclose(drawn[kept], 1 / 0.7, rtol=1e-6)
    again = network.forward(ones, [{}], training=True, rng=np.random.default_rng(1))[1]
    assert (again == drawn).all()
    with pytest.raises(SettingError, match="DROPOUT 0.3 draws at random in training; give it an rng"):
        network.forward(ones, [{}], training=True)


def test_float64_stays_float64():
    network = Network((2, 6, 7), read("conv 3 3x3; batch norm; gelu; max 2; avg 2x1; dropout 0.5; fc 4; sigmoid"))
    maps = network.forward(picture((2, 6, 7), dtype=np.float64), network.initial(0))
    assert {map.dtype for map in maps} == {np.dtype(np.float64)}


# --- counting ---


def test_counts_of_a_small_stack_by_hand():
    network = Network(
        (3, 20, 30), read("conv 8 3x5 s2 p1x2 g1; relu; max 2x3; conv 6 2x2 g2 no bias; batch norm; fc 4")
    )
    shapes = [(8, 10, 15), (8, 10, 15), (8, 5, 5), (6, 4, 4), (6, 4, 4), (4,)]
    assert [row.output_shape for row in network.rows] == shapes
    assert network.shapes == ((3, 20, 30), *shapes)
    assert [row.input_shape for row in network.rows] == [(3, 20, 30), *shapes[:-1]]
    assert [row.parameters for row in network.rows] == [8 * (3 * 3 * 5 + 1), 0, 0, 6 * 4 * 4, 12, 4 * (96 + 1)]
    assert [row.multiply_adds for row in network.rows] == [150 * 8 * 45, 0, 0, 16 * 6 * 4 * 4, 0, 96 * 4]
    assert network.parameters == 368 + 96 + 12 + 388
    assert network.multiply_adds == 54_000 + 1_536 + 384
    assert network.numbers == network.parameters + 1800 + 1200 + 1200 + 200 + 96 + 96 + 4
    # down: 3, then 1 window of 2 at jump 2, then of 2 at jump 4; across: 5, of 3 at jump 2, of 2 at jump 6
    assert network.rows[3].fields == (Field(3 + 2 + 4, 4, -1), Field(5 + 4 + 6, 6, -2))
    assert network.rows[5].fields == (Field(9 + 3 * 4, 4, -1), Field(15 + 3 * 6, 6, -2))


def test_the_field_of_a_unit_is_what_changes_it():
    """Each pixel is moved in turn; the units that answer are those whose field holds it."""
    network = Network((1, 13, 16), read("conv 2 3x2 s2x1 p1x0; avg 2x3 s2 p1x0 ceil; conv 3 2x2 d1x2 p0x1"))
    parameters = some_parameters(network, 2)
    given = np.zeros((1, 13, 16))
    before = network.forward(given, parameters)
    answered = [np.zeros((*map.shape[1:], 13, 16), bool) for map in before[1:]]
    for row, column in np.ndindex(13, 16):
        given[0, row, column] = 1
        for told, map, old in zip(answered, network.forward(given, parameters)[1:], before[1:]):
            told[..., row, column] = (map != old).any(0)
        given[0, row, column] = 0
    for row, told in zip(network.rows, answered):
        down, across = row.fields
        for i, j in np.ndindex(told.shape[:2]):
            rows = [y for y in down.pixels(i) if 0 <= y < 13]
            columns = [x for x in across.pixels(j) if 0 <= x < 16]
            seen = np.zeros((13, 16), bool)
            seen[np.ix_(rows, columns)] = True
            assert not (told[i, j] & ~seen).any(), (row.layer, i, j)
        middle = told[len(told) // 2, len(told[0]) // 2]  # reads no padding anywhere, so all of its field
        rows, columns = (axis.pixels(size // 2) for axis, size in zip(row.fields, told.shape))
        assert middle.any(1).nonzero()[0].tolist() == list(rows) and middle.any(0).nonzero()[0].tolist() == list(
            columns
        )


def test_counting_allocates_nothing_and_exceeds_no_int():
    network = Network((3, 10**9, 10**9), [Conv2d(10**9, 3), MaxPool2d(2), Linear(10**9)])
    assert network.rows[0].multiply_adds == (10**9 - 2) ** 2 * 10**9 * 27
    assert network.rows[2].parameters == 10**9 * (10**9 * (5 * 10**8 - 1) ** 2 + 1)
    layers = ARCHITECTURES["VGG-16"].network.layers
    tracemalloc.start()
    fastest = loops(lambda: Network((3, 224, 224), layers), enough=40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000
    assert fastest < 40  # one or two on its own, more while memory is traced


def test_the_budget_says_what_is_too_much():
    assert Network((1, 32, 32), read("conv 6 5x5")).over_budget == ""
    heavy = Network((3, 1024, 1024), [Conv2d(2, 11), Conv2d(8, 20)])
    assert heavy.multiply_adds > BUDGET_MULTIPLY_ADDS and heavy.numbers < BUDGET_NUMBERS
    assert f"{heavy.multiply_adds:,} multiply-adds" in heavy.over_budget
    assert "numbers" not in heavy.over_budget
    large = Network((3, 100, 100), [Linear(1000)])
    assert large.numbers == 30_000 + 30_001_000 + 1000
    assert "30,032,000 numbers" in large.over_budget and "multiply-adds" not in large.over_budget


# --- what is refused ---


@pytest.mark.parametrize(
    ("shape", "stack", "words"),
    [
        ((3, 5, 5), "conv 4 3x3; conv 4 5x5",
         "Layer 2, CONV 5 × 5: the map before it is only 3 × 3; a kernel of at most 3 fits, or padding of at least 1."),
        ((3, 5, 9), "conv 4 2x7 d2 p1",
         "Layer 1, CONV 2 × 7: the map before it is only 5 × 9 (7 × 11 with its padding) and its kernel spans 3 × 13; "
         "a kernel of at most 6 fits, or padding of at least 2."),
        ((3, 5, 7), "relu; max 9x9",
         "Layer 2, MAX POOL 9 × 9: the map before it is only 5 × 7; a kernel of at most 5 fits, "
         "or padding of at least 2."),
        ((1, 1, 7), "avg 4x2",
         "Layer 1, AVERAGE POOL 4 × 2: the map before it is only 1 × 7; a kernel of at most 1 fits."),
        ((3, 5, 5), "fc 30; conv 4 1x1",
         "Layer 2, CONV 1 × 1: what comes before it is 30 numbers in a row, without height and width; "
         "it fits before the first FC."),
        ((30,), "max 1x1", "Layer 1, MAX POOL 1 × 1: what comes before it is 30 numbers in a row"),
        ((3, 5, 5), "fc 30; relu; global avg", "Layer 3, GLOBAL AVERAGE POOL: what comes before it is 30 numbers"),
        ((8, 9, 9), "conv 12 3x3 g3", "Layer 1, CONV 3 × 3: 8 channels come in, which cannot be divided into 3 equal "
         "groups; with 12 filters, 1, 2 or 4 can be."),
        ((1, 4, 9), "conv 4 3x3 p4 reflect", "Layer 1, CONV 3 × 3: its padding of 4 is more than a reflect border can "
         "borrow from 4 positions; at most 3 fits, or a border of zeros."),
        ((0, 4, 9), "relu", "a size of the input's shape is 0; it must be a whole number of at least 1."),
        ((4, 9), "relu", "The input's shape is (4, 9); it is (C, H, W) or (features,)."),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_follow_is_refused_with_what_would_fit(shape, stack, words):
    with pytest.raises((DoesNotFit, SettingError)) as refused:
        Network(shape, read(stack))
    assert words in str(refused.value)


def test_what_a_refusal_offers_works_and_less_does_not():
    for kernel, dilation, padding, size in [(7, 1, 0, (4, 9)), (6, 3, 1, (11, 8)), (5, 2, 2, (3, 30))]:

        def fits(k, p, dilation=dilation, size=size):
            try:
                return bool(Network((2, *size), [Conv2d(3, k, padding=p, dilation=dilation)]).rows)
            except DoesNotFit:
                return False

        with pytest.raises(DoesNotFit) as refused:
            Network((2, *size), [Conv2d(3, kernel, padding=padding, dilation=dilation)])
        words = str(refused.value).rstrip(".").split()
        most, least = int(words[words.index("fits,") - 1]), int(words[-1])
        assert fits(most, padding) and not fits(most + 1, padding)
        assert fits(kernel, least) and not fits(kernel, least - 1)


def test_arrays_that_do_not_belong_to_the_network():
    network = Network((2, 6, 7), read("conv 3 3x3; relu; fc 4"))
    parameters, given = network.initial(0), picture((2, 6, 7))
    with pytest.raises(ArrayError, match=r"\(2, 7, 6\); this network takes \(2, 6, 7\)"):
        network.forward(picture((2, 7, 6)), parameters)
    with pytest.raises(ArrayError, match="parameters for 2 layers; the network has 3"):
        network.forward(given, parameters[:2])
    with pytest.raises(ArrayError, match=r"Layer 1, CONV 3 × 3: its weight is \(3, 2, 3, 2\), not \(3, 2, 3, 3\)"):
        network.forward(given, [{**parameters[0], "weight": parameters[0]["weight"][..., :2]}, *parameters[1:]])
    with pytest.raises(ArrayError, match="Layer 3, FC 4: its bias is missing"):
        network.forward(given, [*parameters[:2], {"weight": parameters[2]["weight"]}])
    with pytest.raises(DoesNotFit, match="Layer 2, BATCH NORM: in training it needs more than one number for each"):
        vector = Network((2, 6, 7), [Linear(5), BatchNorm2d()])
        vector.forward(given, vector.initial(0), training=True)


def test_initial_parameters_are_hes_and_the_same_for_a_seed():
    network = Network((8, 12, 12), read("conv 64 3x3 g2; batch norm; max 2; fc 300"))
    start = network.initial(7)
    conv, norm, pool, linear = start
    assert conv["weight"].shape == (64, 4, 3, 3) and linear["weight"].shape == (300, 1600)
    for weight, inputs in ((conv["weight"], 4 * 9), (linear["weight"], 1600)):
        assert weight.dtype == np.float32
        assert abs(weight.mean()) < 0.1 * math.sqrt(2 / inputs)
        assert weight.std() == pytest.approx(math.sqrt(2 / inputs), rel=0.05)
    assert (conv["bias"] == 0).all() and (linear["bias"] == 0).all() and pool == {}
    assert (norm["weight"] == 1).all() and (norm["bias"] == 0).all()
    again, other = network.initial(7), network.initial(8)
    assert (again[0]["weight"] == conv["weight"]).all() and (other[0]["weight"] != conv["weight"]).all()


def test_operations_that_are_no_multiply_adds():
    shape = (3, 7, 8)
    assert MaxPool2d(2).operations(shape) == {"comparisons": 3 * 3 * 4 * 3}
    assert AvgPool2d((3, 2), 2).operations(shape) == {"additions": 3 * 3 * 4 * 5}
    counted = np.ones((1, 1, 9, 10))
    counted[..., 1:-1, 1:-1] = 2  # 2 inside, 1 in the padding
    inside = sum((counted[0, 0, i : i + 3, j : j + 3] == 2).sum() - 1 for i in (0, 2, 4, 6) for j in (0, 2, 4, 6))
    assert MaxPool2d(3, 2, 1).operations(shape) == {"comparisons": 3 * inside}
    assert MaxPool2d(2).multiply_adds(shape) == 0


@pytest.mark.parametrize(
    ("layer", "shape", "told"),
    [
        (Conv2d(4, (3, 2), groups=2), (6, 5, 8), {"multiply-adds": 4 * 3 * 7 * 3 * 3 * 2}),
        (Linear(7), (3, 4, 5), {"multiply-adds": 7 * 60}),
        (Linear(7), (60,), {"multiply-adds": 7 * 60}),
        (MaxPool2d((2, 3), 1), (3, 5, 8), {"comparisons": 3 * 4 * 6 * 5}),
        (AvgPool2d((2, 3), 1), (3, 5, 8), {"additions": 3 * 4 * 6 * 5}),
        # windows of 2, 2 and 1 rows, and of 3, 3 and 2 columns: 5 × 8 numbers in 9 windows
        (MaxPool2d((2, 3), ceil_mode=True), (3, 5, 8), {"comparisons": 3 * (5 * 8 - 9)}),
        (AvgPool2d((2, 3), ceil_mode=True), (3, 5, 8), {"additions": 3 * (5 * 8 - 9)}),
        (MaxPool2d((2, 3)), (3, 5, 8), {"comparisons": 3 * (4 * 6 - 4)}),
        (GlobalAvgPool(), (3, 5, 8), {"additions": 3 * (5 * 8 - 1)}),
        (Activate("gelu"), (3, 5, 8), {"function values": 120}),
        (BatchNorm2d(), (3, 5, 8), {"scales and shifts": 120}),
        (BatchNorm2d(), (60,), {"scales and shifts": 60}),
        (Dropout(0.3), (3, 5, 8), {}),
    ],
)
def test_what_each_layer_does_how_many_times(layer, shape, told):
    assert layer.operations(shape) == told


LARGE = (3, 224, 224)


@pytest.mark.parametrize(
    ("shape", "layers", "words"),
    [
        (LARGE, [Conv2d(1, 2, 10**6, 10**6, 10**6)], "in the maps before one layer, with their padding"),
        (LARGE, [Conv2d(1, 2, 20000, 20000, 20000)], "in the maps before one layer, with their padding"),
        ((3, 515, 515), [Conv2d(1, 500)], "750,000 numbers in one window"),
        ((3, 768, 1024), [MaxPool2d((768, 1024), 1, (384, 512))], "numbers to lay out, compare or add"),
        ((3, 1024, 1024), [MaxPool2d(300, 1, 150)] * 3, "numbers to lay out, compare or add"),
        ((1, 1024, 1), [MaxPool2d((1000, 1), 1, (500, 0))], "numbers to lay out, compare or add"),
        ((1, 1024, 512), [Conv2d(2, (1, 400), padding=(0, 200))], "numbers to lay out, compare or add"),
    ],
)
def test_what_would_take_long_or_much_is_over_the_budget(shape, layers, words):
    assert words in Network(shape, layers).over_budget


def test_the_budget_is_no_less_than_it_says():
    assert (BUDGET_MULTIPLY_ADDS, BUDGET_NUMBERS, BUDGET_HANDLED, BUDGET_WINDOW) == (2 * 10**9, 3 * 10**7, 10**9, 2**17)
    for stack in ("conv 1 11x11 p5", "conv 2 11x11 p5", "max 3x3 s1 p1; avg 5 s1 p2", "conv 4 3x3 p1; max 2; conv 8 3"):
        assert Network((3, 1024, 1024), read(stack)).over_budget == ""
    for stack in ("conv 512 1x1; conv 512 3x3 p1 g512; conv 512 1x1", "conv 4096 7x7 p3; global avg; fc 10"):
        assert Network((64, 14, 14), read(stack)).handled < BUDGET_HANDLED / 2
    groups = [Conv2d(10**6, 1), Conv2d(10**6, 1, groups=10**6)]  # a million of them, side by side, are quick
    assert Network((1, 1, 1), groups).handled < BUDGET_HANDLED / 10


def test_memory_that_does_not_suffice_is_said(monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    network = Network((2, 6, 7), read("relu; conv 3 3x3"))
    monkeypatch.setattr("cnnviz.ops.conv2d", fail)
    with pytest.raises(DoesNotFit, match="Layer 2, CONV 3 × 3: there is not enough memory to run it;"):
        network.forward(picture((2, 6, 7)), network.initial(0))


def test_numbers_that_become_infinite_are_refused_with_the_layer_that_made_them():
    network = Network((2, 3, 3), read("relu; fc 3"))
    parameters = network.initial(0)
    parameters[1]["weight"][:] = 9
    with pytest.raises(ArrayError, match="Layer 2, FC 3: some of what comes out is too large for float32;"):
        network.forward(np.full((2, 3, 3), 3e38, np.float32), parameters)
    given = np.full((2, 3, 3), np.inf, np.float32)  # what was infinite before is no layer's doing
    assert np.isinf(network.forward(given, parameters)[-1]).all()


def test_arrays_that_are_none_and_a_batch_of_no_picture():
    network = Network((2, 3, 3), read("batch norm; fc 4"))
    start = network.initial(0)
    lists = [{name: value.tolist() for name, value in given.items()} for given in start]
    given = picture((2, 3, 3))
    np.testing.assert_allclose(network.forward(given, lists)[-1], network.forward(given, start)[-1], rtol=1e-5)
    assert network.forward(np.zeros((0, 2, 3, 3)), start)[-1].shape == (0, 4)
    for input, parameters in [
        ([[1, 2], [3]], start), ("picture", start), (given, 3), (given, [3, 4]),
        (given, [start[0], {"weight": [[1], [1, 2]], "bias": [1]}]),
        (given, [{**start[0], "running_mean": np.zeros(2)}, start[1]]),
    ]:  # fmt: skip
        with pytest.raises(ArrayError):
            network.forward(input, parameters)
    for shape in (5, "abc", None, (3, 4)):
        with pytest.raises(SettingError, match="The input's shape is"):
            Network(shape, [])


def test_a_pool_in_ceil_mode_may_hang_over_a_small_map():
    for pool in (MaxPool2d(3, 2, ceil_mode=True), AvgPool2d(3, 2, ceil_mode=True)):
        network = Network((2, 2, 2), [pool])
        assert network.rows[0].output_shape == (2, 1, 1) == network.forward(picture((2, 2, 2)), [{}])[1].shape
        for size in range(1, 9):  # layers and operations refuse the same, and what is offered works
            for kernel, stride in [(3, 2), (7, 3), (5, 5), (6, 1)]:
                layer = type(pool)(kernel, stride, ceil_mode=True)
                try:
                    expected = max_pool2d(np.zeros((1, size, 9)), kernel, stride, ceil_mode=True).shape
                except DoesNotFit:
                    with pytest.raises(DoesNotFit) as refused:
                        layer.output_shape((1, size, 9))
                    most = int(str(refused.value).split("at most ")[1].split()[0])
                    type(pool)(most, stride, ceil_mode=True).output_shape((1, size, 9))
                    with pytest.raises(DoesNotFit):
                        type(pool)(most + 1, stride, ceil_mode=True).output_shape((1, size, 9))
                else:
                    assert layer.output_shape((1, size, 9)) == expected


def test_the_span_of_a_kernel_dilated_across_alone_is_told():
    with pytest.raises(DoesNotFit, match="5 × 9 and its kernel spans 2 × 13;"):
        Conv2d(4, (2, 7), dilation=(1, 2)).output_shape((3, 5, 9))

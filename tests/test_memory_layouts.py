"""However the numbers lie in memory, every operation, gradient, layer, loss and optimiser gives the same answer."""

import inspect
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import export, kernels, ops, pictures, training
from cnnviz.envelope import packed
from cnnviz.experiments.counterfactual import Move, fitted, moved
from cnnviz.experiments.invariance import invariance, relative_change
from cnnviz.experiments.shifted import moved_apart
from cnnviz.geometry import Window
from cnnviz.layers import BatchNorm2d, Conv2d, Linear, MaxPool2d
from cnnviz.models import lenet5
from cnnviz.network import Network
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.training import OPTIMISERS
from layouts import LAYOUTS
from stacks import some_parameters
from wrong import SHAPES, arguments_for

RNG = np.random.default_rng(5)


def maps(*shape, dtype=np.float64):
    return RNG.standard_normal(shape).astype(dtype)


def levels(*shape):
    return RNG.integers(0, 256, shape).astype(np.uint8)


INPUT, FILTERS = maps(2, 4, 9, 8), maps(6, 2, 3, 2)
SIGNALS = INPUT[:, :, 0]
WIDE = maps(2, 4, 5, 80)  # rows of 64 and more take another way through conv2d
SLIDING = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (1, 2), "groups": 2}
SCAN, FILTERS3 = maps(2, 4, 5, 6, 7), maps(6, 2, 3, 2, 3)
SLIDING3 = {"stride": (2, 1, 2), "padding": ((1, 0), (0, 2), 1), "dilation": (1, 2, 1), "groups": 2}
POOL = {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 1), "ceil_mode": True}
OF_CONV, OF_WIDE = ops.conv2d(INPUT, FILTERS, **SLIDING), ops.conv2d(WIDE, FILTERS, **SLIDING)
OF_POOL = ops.max_pool2d(INPUT, **POOL)
MEANS, SPREADS = maps(4), np.abs(maps(4)) + 0.3

# Each: a function, what it is given as arrays, and its settings.
OPERATIONS = {
    "conv2d": (ops.conv2d, (INPUT, FILTERS, maps(6)), SLIDING),
    "conv2d of wide rows": (ops.conv2d, (WIDE, FILTERS, maps(6)), SLIDING),
    "conv2d with one filter": (ops.conv2d, (WIDE[0], maps(1, 4, 3, 3)), {"padding": 1, "padding_mode": "reflect"}),
    "conv2d of 1 x 1": (ops.conv2d, (INPUT, maps(3, 4, 1, 1)), {}),
    "conv1d": (ops.conv1d, (SIGNALS, FILTERS[..., 0], maps(6)), {"stride": 2, "padding": (3, 1), "groups": 2}),
    "conv1d_gradients": (ops.conv1d_gradients, (SIGNALS, FILTERS[..., 0], maps(2, 6, 8)), {"padding": 1, "groups": 2}),
    "conv3d": (ops.conv3d, (SCAN, FILTERS3, maps(6)), SLIDING3),
    "max_pool2d": (ops.max_pool2d, (INPUT,), POOL),
    "max_pool2d and where": (ops.max_pool2d, (INPUT,), {**POOL, "return_indices": True}),
    "adaptive_avg_pool2d": (ops.adaptive_avg_pool2d, (INPUT,), {"output_size": (4, 11)}),
    "adaptive_max_pool2d": (ops.adaptive_max_pool2d, (INPUT,), {"output_size": (4, 11), "return_indices": True}),
    "adaptive_avg_pool2d_gradient": (
        ops.adaptive_avg_pool2d_gradient, (INPUT, maps(2, 4, 4, 11)), {"output_size": (4, 11)},
    ),
    "adaptive_max_pool2d_gradient": (
        ops.adaptive_max_pool2d_gradient, (INPUT, maps(2, 4, 4, 11)), {"output_size": (4, 11)},
    ),
    "upsample": (ops.upsample, (INPUT,), {"scale_factor": (2, 1.5), "mode": "bilinear"}),
    "upsample_gradient": (
        ops.upsample_gradient, (INPUT, maps(2, 4, 18, 12)), {"scale_factor": (2, 1.5), "mode": "bilinear"},
    ),
    "avg_pool2d": (ops.avg_pool2d, (INPUT,), POOL),
    "avg_pool2d of large windows": (ops.avg_pool2d, (maps(3, 70, 40).astype(np.float32), 34), {}),
    "batch_norm in training": (ops.batch_norm, (INPUT, MEANS, SPREADS, maps(4), maps(4)), {"training": True}),
    "dropout": (lambda input: ops.dropout(input, 0.4, rng=np.random.default_rng(2)), (INPUT,), {}),
    "conv2d_gradients": (ops.conv2d_gradients, (INPUT, FILTERS, OF_CONV), SLIDING),
    "conv2d_gradients of wide rows": (ops.conv2d_gradients, (WIDE, FILTERS, OF_WIDE), SLIDING),
    "conv2d_gradients of many windows": (
        ops.conv2d_gradients, (maps(1, 8, 60, 70), maps(8, 8, 5, 5), maps(1, 8, 56, 66)), {},
    ),
    "attention": (ops.attention, (maps(2, 5, 3), maps(2, 7, 3), maps(2, 7, 4)), {}),
    "attention_gradients": (
        ops.attention_gradients, (maps(2, 5, 3), maps(2, 7, 3), maps(2, 7, 4), maps(2, 5, 4)), {},
    ),
    "conv3d_gradients": (ops.conv3d_gradients, (SCAN, FILTERS3, ops.conv3d(SCAN, FILTERS3, **SLIDING3)), SLIDING3),
    "linear_gradients": (ops.linear_gradients, (maps(2, 3, 7), maps(5, 7), maps(2, 3, 5)), {}),
    "max_pool2d_gradient": (ops.max_pool2d_gradient, (INPUT, maps(*OF_POOL.shape)), POOL),
    "max_pool2d_gradient side by side": (
        ops.max_pool2d_gradient, (INPUT, maps(2, 4, 4, 4)), {"kernel_size": 2},
    ),
    "max_pool2d_gradient of one picture": (
        ops.max_pool2d_gradient, (np.arange(9.0).reshape(1, 3, 3), np.ones((1, 2, 2))),
        {"kernel_size": 2, "stride": 1},
    ),
    "avg_pool2d_gradient": (ops.avg_pool2d_gradient, (INPUT, maps(*OF_POOL.shape)), POOL),
    "batch_norm_gradients in training": (
        ops.batch_norm_gradients, (INPUT, maps(*INPUT.shape), MEANS, SPREADS, maps(4)), {"training": True},
    ),
    "cross_entropy": (training.cross_entropy, (maps(5, 4), RNG.integers(0, 4, 5)), {}),
    **{f"{key}": (one.function, (INPUT,), {}) for key, one in ops.ACTIVATIONS.items()},
    **{f"{key}, its slope": (one.derivative, (INPUT,), {}) for key, one in ops.ACTIVATIONS.items()},
    **{
        f"{key}, a move": (
            lambda gradient, *memory, move=one.move: move(gradient, np.float32(0.1), memory, 3),
            (maps(3, 5), *(np.abs(maps(3, 5)) for _ in range({"adam": 2, "momentum": 1, "sgd": 0}[key]))), {},
        )
        for key, one in OPTIMISERS.items()
    },
    "over_rgb": (kernels.over_rgb, (maps(3, 4),), {}),
    "flipped": (kernels.flipped, (maps(2, 3, 4),), {}),
    "fitted": (kernels.fitted, (maps(2, 3, 4),), {"kernel_size": 5}),
    "factor": (lambda weights: kernels.factor(weights)[0], (RNG.integers(-9, 9, (2, 3, 4)) / 4,), {}),
    "formatted": (lambda weights: kernels.parse(kernels.formatted(weights)), (RNG.integers(-9, 9, (2, 3, 4)) / 8,), {}),
    "a filter fitted": (fitted, (maps(3, 4), ), {"size": 5}),
    "a digit moved": (lambda array: moved(array, Move(1, -2, 30, 80)), (levels(9, 7),), {}),
    "digits moved apart": (moved_apart, (INPUT, 2), {}),
    "relative_change": (relative_change, (maps(3, 4, 5), maps(3, 4, 5)), {}),
    "invariance": (
        lambda array: [stage.maps for stage in invariance(array, Window(2, 2), Window(3, 1), most=2).stages],
        (maps(3, 8, 9),), {},
    ),
    "npy": (lambda array: np.load(io.BytesIO(export.npy(array)), allow_pickle=False) * 1, (INPUT,), {}),
    "signed_png": (lambda map: np.frombuffer(export.signed_png(map, 2.0), np.uint8), (maps(5, 7),), {}),
    "encode_png": (lambda array: np.frombuffer(pictures.encode_png(array), np.uint8), (levels(3, 5, 7),), {}),
    "a picture": (lambda array: pictures.Picture(array, "RGB", (9, 7)).at(5).pixels, (levels(3, 9, 7),), {}),
    "a digit's ink": (lambda array: pictures.normalised(array).levels, (levels(40, 30),), {}),
    "an envelope": (lambda array: np.frombuffer(packed({}, {"a": array}), np.uint8), (maps(3, 5),), {}),
    "LeNet-5": (lambda array: lenet5().maps(array)[-1], (levels(28, 28),), {}),
}  # fmt: skip



def as_it_works(operation):
    """An operation of the arrays in the arguments with which it works, those, and no settings: they are in it."""
    given = arguments_for(operation)
    names = [name for name, value in given.items() if isinstance(value, np.ndarray)]
    return lambda *arrays: operation(**{**given, **dict(zip(names, arrays))}), tuple(given[name] for name in names), {}


# Every operation on arrays that is not among them yet.
FUNCTIONS = {name: getattr(ops, name) for name in ops.__all__ if inspect.isfunction(getattr(ops, name))}
OTHERS = sorted(FUNCTIONS.keys() - OPERATIONS.keys() - {"dropout_mask"})
OPERATIONS |= {name: as_it_works(FUNCTIONS[name]) for name in OTHERS}

LAYERS = {
    **{type(layer).__name__: (layer, shape) for layer, shape in SHAPES.items()},
    "Conv2d": (Conv2d(6, (3, 2), padding=(1, 0), groups=2), (4, 9, 8)),
    "Conv2d that borrows": (Conv2d(3, 3, stride=2, padding=2, padding_mode="reflect"), (4, 9, 8)),
    "MaxPool2d": (MaxPool2d(3, 1, 1), (4, 9, 8)),
    "BatchNorm2d of features": (BatchNorm2d(), (7,)),
    "Linear of features": (Linear(5, bias=False), (7,)),
}


def flat(answer):
    """All arrays of an answer, whatever it is made of."""
    if isinstance(answer, np.ndarray):
        return [answer]
    if isinstance(answer, dict):
        return [array for value in answer.values() for array in flat(value)]
    if isinstance(answer, (tuple, list)):
        return [array for value in answer for array in flat(value)]
    return [np.asarray(answer)]


def same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        limit = 3e-6 if one.dtype == np.float32 else 1e-12
        most = float(np.abs(other.astype(np.float64)).max(initial=1))
        np.testing.assert_allclose(one, other, rtol=0, atol=limit * most)


def holds(function, arrays, more, layout):
    """With one of the arrays after the other laid out differently, then with all of them."""
    places = [at for at, given in enumerate(arrays) if isinstance(given, np.ndarray)]
    for these in {*((at,) for at in places), tuple(places)}:
        laid = [layout(given) if at in these else given for at, given in enumerate(arrays)]
        plain = [np.array(given, laid[at].dtype.newbyteorder("="), order="C") if at in these else given
                 for at, given in enumerate(laid)]  # fmt: skip
        before = [array.copy() for array in laid if isinstance(array, np.ndarray)]
        same(flat(function(*laid, **more)), flat(function(*plain, **more)))
        assert all((array == copy).all() for array, copy in
                   zip((array for array in laid if isinstance(array, np.ndarray)), before))  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_in_any_layout(name, layout):
    holds(*OPERATIONS[name], layout)


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_forwards_and_backwards_in_any_layout(name, training):
    layer, shape = LAYERS[name]
    network = Network(shape, (layer,))
    parameters = [{key: value.astype(np.float64) for key, value in given.items()}
                  for given in some_parameters(network, 3)]  # fmt: skip
    names = [*parameters[0]]

    def both_ways(batch, gradient, *values):
        given = [dict(zip(names, values))]
        made = network.forward(batch, given, training, np.random.default_rng(1))
        back = training_backward(network, made, given, gradient, training)
        return made[1], back.inputs, back.parameters

    batch = maps(3, *shape)
    gradient = maps(3, *network.shapes[-1])
    for layout in LAYOUTS:
        holds(both_ways, (batch, gradient, *parameters[0].values()), {}, layout)


def training_backward(network, made, given, gradient, training_now):
    return training.backward(
        network, made, given, gradient, training=training_now, rng=np.random.default_rng(1)
    )


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_a_trace_in_any_layout(layout):
    """What a unit read, whether the maps came from Python or from a file."""
    layer, shape = LAYERS["Conv2d"]
    parameters = some_parameters(Network(shape, (layer,)), 3)[0]
    read = maps(*shape)

    def told(read, weight):
        given = {**parameters, "weight": weight}
        trace = layer_trace(layer, read, layer.forward(read, given), given, 2)
        step = trace.step(3, 2)
        assert step.result == pytest.approx(float(trace.output[3, 2]))
        return step.values, step.terms, np.frombuffer(trace.envelope(), np.uint8)

    holds(told, (read, parameters["weight"]), {}, layout)
    picture = levels(1, 6, 7)
    holds(
        lambda input, output: Trace(input, output, Window(2), Window(3), (0,), np.ones((1, 2, 3))).step(1, 2).terms,
        (picture, maps(5, 5)), {}, layout,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_window_in_any_layout(data):
    """Convolution and pooling with settings drawn at random, forwards and backwards."""

    def draw(low, high):
        return data.draw(st.integers(low, high))

    kernel, stride = (draw(1, 3), draw(1, 3)), (draw(1, 3), draw(1, 3))
    dilation = (draw(1, 2), draw(1, 2))
    shape = data.draw(st.sampled_from([(4,), (1, 4), (3, 4)])) + (draw(5, 9), data.draw(st.sampled_from([6, 8, 75])))
    layout, groups = data.draw(st.sampled_from(LAYOUTS)), data.draw(st.sampled_from([1, 2]))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    images, weight = maps(*shape, dtype=dtype), maps(4, 4 // groups, *kernel, dtype=dtype)
    more = {"stride": stride, "padding": (draw(0, 2), draw(0, 2)), "dilation": dilation, "groups": groups}
    output = ops.conv2d(images, weight, **more)
    holds(ops.conv2d, (images, weight), more, layout)
    holds(ops.conv2d_gradients, (images, weight, maps(*output.shape, dtype=dtype)), more, layout)
    pool = {"kernel_size": kernel, "stride": stride, "padding": (kernel[0] // 2, 0), "ceil_mode": draw(0, 1) == 1}
    for one, gradient in (
        (ops.max_pool2d, ops.max_pool2d_gradient), (ops.avg_pool2d, ops.avg_pool2d_gradient),
    ):  # fmt: skip
        made = one(images, **pool)
        holds(one, (images,), pool, layout)
        holds(gradient, (images, maps(*made.shape, dtype=dtype)), pool, layout)

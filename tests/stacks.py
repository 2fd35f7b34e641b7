"""A stack of layers as one ONNX graph, every layer's map an output: ONNX Runtime's answer to `Network.forward`."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from cnnviz.graph import Graph
from cnnviz.layers import (
    ELU,
    Activate,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GroupNorm,
    InstanceNorm2d,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Multiply,
    PartialConv2d,
    PReLU,
    Rbf,
    Same,
    Softmax,
    Subsample,
    Upsample,
)
from cnnviz.layers.typed import nodes, read
from cnnviz.network import Network

# Every kind of layer, with what is asymmetric in each; on (4, 17, 22).
EVERY_KIND = """
conv 6 3x2 s1x2 p0+1x2 d2x1 g2 replicate; batch norm; leaky relu; max 3x2 s2x1 p1 ceil; tanh; conv 8 2x3 p1 no bias
lrn 3 alpha 0.4 k 1.5
gelu; dropout 0.25; avg 3x2 s2 p1x0 ceil; conv 9 1x1 reflect; scaled tanh; avg 2x3 s1 p1 ignore padding; relu
fc 12; batch norm eps 0.01; sigmoid; fc 7 no bias; identity
"""
INPUT_SHAPE = (4, 17, 22)


def branched(shape, text):
    """The network with branches that a text means."""
    return Graph(shape, nodes(text))


def every_kind() -> list[tuple[tuple[int, ...], tuple[Layer, ...]]]:
    """Input shapes and layers: one stack of all kinds, one that ends in a global average, and pools of other kinds."""
    return [
        (INPUT_SHAPE, read(EVERY_KIND)), ((3, 8, 11), read("conv 5 3x3; relu; global avg; fc 4")),
        ((2, 19, 14), read("max 3x2 s2x1 p1+0x0+1 d2x1; avg 3 s1x2 p0+1 ignore padding; max 3 s1 d1x2; avg 2 s1 p1+0")),
        ((4, 6, 7), read("group norm 2; conv 6 3x2; group norm 3 eps 0.1; relu; layer norm; conv 4 1x1; instance "
                         "norm affine; prelu 4; layer norm eps 0.02; leaky relu slope 0.1; elu alpha 0.5; softmax; "
                         "fc 8; group norm 2; softmax; layer norm; prelu")),
        ((2, 6, 8), read("upsample 2x3x bilinear; adaptive avg 6x4; upsample to 9x8 bilinear align corners; "
                         "upsample 1x2x; adaptive max 3x8; adaptive avg keepx4; global max")),
        ((2, 3, 4), read("conv 3 2x2; flatten; relu; fc 5; flatten")),
        ((4, 5, 3), read("tconv 6 3x2 s2x3 p0+1x1 op0x2 d1x2 g2; relu; tconv 3 4x3 s3x2 p2x1 no bias; tconv 2 1x1 s2")),
    ]  # fmt: skip


def some_parameters(network, seed):
    """Parameters of a network as if it had been learning: nothing is 0 or 1, batch norm has its statistics."""
    rng = np.random.default_rng(seed)
    found = network.initial(seed)
    for row, parameters in zip(network.rows, found):
        for name in ("bias", "weight") if "NORM" in row.layer.kind else ("bias",):
            if name in parameters:
                parameters[name] = rng.uniform(0.3, 1.5, parameters[name].shape).astype(np.float32)
        if isinstance(row.layer, BatchNorm2d):
            parameters["running_mean"] = rng.standard_normal(row.input_shape[0]).astype(np.float32)
            parameters["running_var"] = rng.uniform(0.3, 2, row.input_shape[0]).astype(np.float32)
    return found


def by_onnxruntime(network, parameters, input, training=False):
    """Every map of float32 `input` (C, H, W) or (features,), the input first. Dropout lets everything through.

    network  layers, one behind the other, or a Graph

    In training batch norm takes the statistics of this one picture, which ONNX calls InstanceNormalization.
    """
    return [input, *run(written(network, parameters, input, training), input)]


def session(model):
    """A model in ONNX Runtime, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(model, input):
    """What ONNX Runtime makes of one input: every output of the model."""
    made = session(model)
    (name,) = (told.name for told in made.get_inputs())
    return [map[0] for map in made.run(None, {name: input[np.newaxis]})]


def written(network, parameters, input, training=False):
    """The network on such an input as an ONNX model, each of its maps an output."""
    nodes, constants, outputs = [], {}, []
    graph = network if isinstance(network, Graph) else Network(input.shape, network)
    for row, given in zip(graph.rows, parameters):
        names = [f"map{source - 1}" if source else "input" for source in row.sources]
        name, prefix = f"map{row.index}", f"{row.index}/"
        if row.layer.joins:
            operation = {Concat: "Concat", Add: "Sum", Multiply: "Mul"}[type(row.layer)]
            made = [helper.make_node(operation, names, [name], **({"axis": 1} if operation == "Concat" else {}))]
        else:
            made, _ = _nodes(row.layer, given, names[0], name, prefix, row.input_shape, training, constants)
        nodes += made
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * (len(row.output_shape) + 1)))
    graph = helper.make_graph(
        nodes, "stack", [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, *input.shape))],
        outputs,
        [numpy_helper.from_array(np.asarray(array), key) for key, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def _pair(value):
    return [value, value] if isinstance(value, int) else list(value)


def _pads(padding):
    (top, bottom), (left, right) = (end if isinstance(end, tuple) else (end, end) for end in _pair(padding))
    return [top, left, bottom, right]


def _nodes(layer, given, source, target, prefix, shape, training, constants):
    """The nodes of one layer, and how many axes its output has."""
    axes = len(shape)

    def keep(name, array):
        constants[prefix + name] = np.asarray(array)
        return prefix + name

    def one(operation, *names, **attributes):
        return [helper.make_node(operation, [source, *names], [target], **attributes)], axes

    match layer:
        case Conv2d():
            names = [keep(name, given[name]) for name in ("weight", "bias") if name in given]
            settings = {
                "strides": _pair(layer.stride), "dilations": _pair(layer.dilation), "group": layer.groups,
                "kernel_shape": _pair(layer.kernel_size),
            }  # fmt: skip
            pads = _pads(layer.padding)
            if layer.padding_mode == "zeros":
                return one("Conv", *names, pads=pads, **settings)
            ends = keep("pads", np.array([0, 0, *pads[:2], 0, 0, *pads[2:]], np.int64))
            mode = {"reflect": "reflect", "replicate": "edge"}[layer.padding_mode]
            pad = helper.make_node("Pad", [source, ends], [prefix + "padded"], mode=mode)
            return [pad, helper.make_node("Conv", [prefix + "padded", *names], [target], **settings)], axes
        case ConvTranspose2d():
            names = [keep(name, given[name]) for name in ("weight", "bias") if name in given]
            return one(
                "ConvTranspose", *names, strides=_pair(layer.stride), dilations=_pair(layer.dilation),
                group=layer.groups, kernel_shape=_pair(layer.kernel_size), pads=_pads(layer.padding),
                output_padding=_pair(layer.output_padding),
            )  # fmt: skip
        case PartialConv2d():  # each filter by itself, on the maps that it reads gathered into one input
            nodes, made = [], []
            for filter, maps in enumerate(layer.connections):
                where = keep(f"maps{filter}", np.array(maps, np.int64))
                weight = keep(f"weight{filter}", given["weight"][[filter]][:, list(maps)])
                bias = keep(f"bias{filter}", given["bias"][[filter]])
                read, made_here = f"{prefix}read{filter}", f"{prefix}made{filter}"
                nodes.append(helper.make_node("Gather", [source, where], [read], axis=1))
                nodes.append(helper.make_node("Conv", [read, weight, bias], [made_here], pads=_pads(layer.padding)))
                made.append(made_here)
            return [*nodes, helper.make_node("Concat", made, [target], axis=1)], axes
        case Subsample():  # a sum is a convolution with ones, each map by itself
            rows, columns = _pair(layer.kernel_size)
            ones = keep("ones", np.ones((len(given["weight"]), 1, rows, columns), np.float32))
            scale, bias = (keep(name, given[name][:, np.newaxis, np.newaxis]) for name in ("weight", "bias"))
            return [
                helper.make_node(
                    "Conv", [source, ones], [prefix + "a"], group=len(given["weight"]), strides=[rows, columns]
                ),
                helper.make_node("Mul", [prefix + "a", scale], [prefix + "b"]),
                helper.make_node("Add", [prefix + "b", bias], [target]),
            ], axes
        case Rbf():
            return [
                helper.make_node("Flatten", [source], [prefix + "flat"]),
                helper.make_node("Unsqueeze", [prefix + "flat", keep("axis", np.array([1], np.int64))], [prefix + "a"]),
                helper.make_node("Sub", [prefix + "a", keep("codes", given["codes"])], [prefix + "b"]),
                helper.make_node("ReduceSumSquare", [prefix + "b"], [target], axes=[2], keepdims=0),
            ], 1
        case MaxPool2d() | AvgPool2d():
            settings = {
                "kernel_shape": _pair(layer.kernel_size), "strides": _pair(layer.stride),
                "pads": _pads(layer.padding), "ceil_mode": int(layer.ceil_mode),
            }  # fmt: skip
            if isinstance(layer, MaxPool2d):
                return one("MaxPool", dilations=_pair(layer.dilation), **settings)
            return one("AveragePool", count_include_pad=int(layer.count_include_pad), **settings)
        case GlobalAvgPool():
            return one("GlobalAveragePool")
        case AdaptiveMaxPool2d(output_size=1):
            return one("GlobalMaxPool")
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():  # of sizes that divide
            kernel = [window.kernel_size for window in layer.windows(shape)]
            kind = "AveragePool" if isinstance(layer, AdaptiveAvgPool2d) else "MaxPool"
            return one(kind, kernel_shape=kernel, strides=kernel)
        case Upsample():
            size = keep("sizes", np.array((1, *layer.output_shape(shape)), np.int64))
            mode = {"nearest": "nearest", "bilinear": "linear"}[layer.mode]
            laid = "align_corners" if layer.align_corners else "half_pixel" if mode == "linear" else "asymmetric"
            return one("Resize", "", "", size, mode=mode, coordinate_transformation_mode=laid, nearest_mode="floor")
        case Linear():
            flat = helper.make_node("Flatten", [source], [prefix + "flat"])
            names = [keep(name, given[name]) for name in ("weight", "bias") if name in given]
            return [flat, helper.make_node("Gemm", [prefix + "flat", *names], [target], transB=1)], 1
        case Dropout() | Same():
            return one("Identity")
        case BatchNorm2d():
            names = [keep(name, given[name]) for name in ("weight", "bias")]
            if training:
                return one("InstanceNormalization", *names, epsilon=layer.eps)
            usual = {"running_mean": np.zeros_like(given["bias"]), "running_var": np.ones_like(given["bias"])}
            names += [keep(name, given.get(name, value)) for name, value in usual.items()]
            return one("BatchNormalization", *names, epsilon=layer.eps)
        case InstanceNorm2d():
            return one(
                "InstanceNormalization", *(keep(name, given[name]) for name in ("weight", "bias")), epsilon=layer.eps
            )
        case LayerNorm() if axes == 1:
            return one("LayerNormalization", keep("weight", given["weight"]), keep("bias", given["bias"]),
                       epsilon=layer.eps)  # fmt: skip
        case LayerNorm():  # by its definition
            over = {"axes": [1], "keepdims": 1}
            eps = keep("eps", np.float32(layer.eps))
            weight, bias = (keep(name, given[name][:, np.newaxis, np.newaxis]) for name in ("weight", "bias"))
            steps = [
                ("ReduceMean", [source], "mean", over), ("Sub", [source, "mean"], "moved", {}),
                ("Mul", ["moved", "moved"], "squares", {}), ("ReduceMean", ["squares"], "variance", over),
                ("Add", ["variance", eps], "safe", {}), ("Sqrt", ["safe"], "deviation", {}),
                ("Div", ["moved", "deviation"], "normal", {}), ("Mul", ["normal", weight], "scaled", {}),
                ("Add", ["scaled", bias], "", {}),
            ]  # fmt: skip
            inside = {name for _, _, name, _ in steps}
            return [
                helper.make_node(kind, [prefix + of if of in inside else of for of in read],
                                 [prefix + name if name else target], **more)
                for kind, read, name, more in steps
            ], axes  # fmt: skip
        case GroupNorm():
            groups = keep("groups", np.array([0, layer.num_groups, -1], np.int64))
            norm = helper.make_node(
                "InstanceNormalization", [prefix + "a", keep("ones", np.ones(layer.num_groups, np.float32)),
                                          keep("zeros", np.zeros(layer.num_groups, np.float32))],
                [prefix + "b"], epsilon=layer.eps,
            )  # fmt: skip
            own = (-1,) + (1,) * (axes - 1)
            weight, bias = (keep(name, given[name].reshape(own)) for name in ("weight", "bias"))
            shape = helper.make_node("Shape", [source], [prefix + "shape"])
            return [
                helper.make_node("Reshape", [source, groups], [prefix + "a"]),
                norm,
                shape,
                helper.make_node("Reshape", [prefix + "b", prefix + "shape"], [prefix + "c"]),
                helper.make_node("Mul", [prefix + "c", weight], [prefix + "d"]),
                helper.make_node("Add", [prefix + "d", bias], [target]),
            ], axes
        case LocalResponseNorm():
            return one("LRN", size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k)
        case Flatten():
            return [helper.make_node("Flatten", [source], [target])], 1
        case Softmax():
            return one("Softmax", axis=1)
        case PReLU():
            return one("PRelu", keep("slope", given["weight"].reshape((-1,) + (1,) * (axes - 1))))
        case LeakyReLU():
            return one("LeakyRelu", alpha=layer.negative_slope)
        case ELU():
            return one("Elu", alpha=layer.alpha)
        case Activate(function="scaled tanh"):
            inner, outer = keep("inner", np.float32(2 / 3)), keep("outer", np.float32(1.7159))
            return [
                helper.make_node("Mul", [source, inner], [prefix + "a"]),
                helper.make_node("Tanh", [prefix + "a"], [prefix + "b"]),
                helper.make_node("Mul", [prefix + "b", outer], [target]),
            ], axes
        case Activate(function="gelu"):
            root, one_, half = (keep(f"n{n}", np.float32(n)) for n in (np.sqrt(2), 1, 0.5))
            return [
                helper.make_node("Div", [source, root], [prefix + "a"]),
                helper.make_node("Erf", [prefix + "a"], [prefix + "b"]),
                helper.make_node("Add", [prefix + "b", one_], [prefix + "c"]),
                helper.make_node("Mul", [prefix + "c", source], [prefix + "d"]),
                helper.make_node("Mul", [prefix + "d", half], [target]),
            ], axes
        case Activate():
            names = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "identity": "Identity"}
            if layer.function == "leaky relu":
                return one("LeakyRelu", alpha=0.01)
            return one(names[layer.function])
    raise AssertionError(layer)

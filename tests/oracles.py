"""Answers from elsewhere: programs that others wrote, and loops too plain to be wrong. None of them imports cnnviz."""

import itertools
import math

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(images, padding, padding_mode):
    """(..., H, W) with its border, by np.pad."""
    return np.pad(images, [(0, 0)] * (images.ndim - 2) + [tuple(ends) for ends in padding], NUMPY_MODES[padding_mode])


def convolve_by_loops(images, weight, bias, stride, padding, dilation, groups, padding_mode):
    """The obvious convolution of (N, C, H, W): every product written out. padding is ((top, bottom), (left, right))."""
    padded = pad(images, padding, padding_mode)
    filters, channels, kernel_height, kernel_width = weight.shape
    (stride_down, stride_right), (step_down, step_right) = stride, dilation
    height = len(range(0, padded.shape[2] - step_down * (kernel_height - 1), stride_down))
    width = len(range(0, padded.shape[3] - step_right * (kernel_width - 1), stride_right))
    output = np.zeros((len(images), filters, height, width))
    for n, f, i, j in itertools.product(*map(range, output.shape)):
        first_channel = f // (filters // groups) * channels
        total = 0.0 if bias is None else float(bias[f])
        for c, m, k in itertools.product(range(channels), range(kernel_height), range(kernel_width)):
            row, column = i * stride_down + m * step_down, j * stride_right + k * step_right
            total += float(weight[f, c, m, k]) * float(padded[n, first_channel + c, row, column])
        output[n, f, i, j] = total
    return output


def convolve_by_onnxruntime(images, weight, bias, stride, padding, dilation, groups, padding_mode):
    """ONNX Runtime's Conv of float32 (N, C, H, W), the border added by np.pad where it is not zeros."""
    if padding_mode != "zeros":
        images, padding = pad(images, padding, padding_mode), ((0, 0), (0, 0))
    (top, bottom), (left, right) = padding
    names = ["images", "weight"] + ([] if bias is None else ["bias"])
    node = helper.make_node(
        "Conv", names, ["output"], strides=list(stride), dilations=list(dilation), group=groups,
        pads=[top, left, bottom, right], kernel_shape=list(weight.shape[2:]),
    )
    arrays = dict(zip(names, (images, weight, bias), strict=False))
    session = onnx_session([node], arrays)
    return session.run(None, {name: np.ascontiguousarray(array) for name, array in arrays.items()})[0]


def stamped_by_loops(images, weight, bias, stride, padding, output_padding, dilation, groups):
    """The obvious transposed convolution of (N, C, H, W): every stamp added up on a canvas that is then cut.

    padding is ((top, bottom), (left, right))
    """
    (count, channels, height, width), (_, each, kernel_height, kernel_width) = images.shape, weight.shape
    axes = zip((height, width), stride, dilation, (kernel_height, kernel_width))
    spans = [(size - 1) * s + d * (k - 1) + 1 for size, s, d, k in axes]
    canvas = np.zeros((count, each * groups, *(span + more for span, more in zip(spans, output_padding))))
    for n, c, i, j in itertools.product(*map(range, images.shape)):
        first = c // (channels // groups) * each
        for f, m, k in itertools.product(range(each), range(kernel_height), range(kernel_width)):
            row, column = i * stride[0] + m * dilation[0], j * stride[1] + k * dilation[1]
            canvas[n, first + f, row, column] += float(images[n, c, i, j]) * float(weight[c, f, m, k])
    (top, bottom), (left, right) = padding
    cut = canvas[:, :, top : canvas.shape[2] - bottom, left : canvas.shape[3] - right]
    return cut if bias is None else cut + np.asarray(bias, float)[:, np.newaxis, np.newaxis]


def by_onnxruntime(operation, *arrays, **attributes):
    """What ONNX Runtime's `operation` makes of arrays, taken as float32."""
    feed = {f"array{number}": np.ascontiguousarray(array, np.float32) for number, array in enumerate(arrays)}
    node = helper.make_node(operation, list(feed), ["output"], **attributes)
    return onnx_session([node], feed, axes=arrays[0].ndim).run(None, feed)[0]


def attention_by_onnxruntime(query, key, value, **attributes):
    """ONNX Runtime's Attention of (heads, places, numbers), taken as float32."""
    arrays = {name: np.float32(array)[np.newaxis] for name, array in zip("qkv", (query, key, value), strict=True)}
    node = helper.make_node("Attention", list(arrays), ["output"], **attributes)
    return onnx_session([node], arrays, opset=23).run(None, arrays)[0][0]


def attention_by_loops(query, key, value, scale):
    """The obvious attention of (L, d), (S, d) and (S, e), every product written out: its output and its weights."""
    weights, output = np.zeros((len(query), len(key))), np.zeros((len(query), value.shape[1]))
    for i in range(len(query)):
        scores = [scale * math.fsum(float(q) * float(k) for q, k in zip(query[i], key[j])) for j in range(len(key))]
        for j, score in enumerate(scores):
            weights[i, j] = 1 / math.fsum(math.exp(other - score) for other in scores)
        for c in range(value.shape[1]):
            output[i, c] = math.fsum(weights[i, j] * float(value[j, c]) for j in range(len(key)))
    return output, weights


def pool_windows(size, kernel_size, stride, padding, dilation, ceil_mode):
    """The positions that each window reads on an axis of `size`, by PyTorch's rules; padding is (before, after).

    With ceil_mode a window may hang over by less than a stride, if it starts inside or in front.
    """
    extent, (before, after) = dilation * (kernel_size - 1) + 1, padding
    end = size + after + (stride - 1 if ceil_mode else 0)
    starts = [start for start in range(-before, size + after, stride) if start + extent <= end]
    return [range(s, s + extent, dilation) for s in starts if s < size or not ceil_mode]


def max_pool_by_loops(images, kernel_size, stride, padding, dilation, ceil_mode):
    """(N, C, H, W) -> the largest of each window, and where: row * W + column, the first of equal ones."""
    height, width = images.shape[2:]
    down, across = map(pool_windows, (height, width), kernel_size, stride, padding, dilation, (ceil_mode, ceil_mode))
    output = np.full((*images.shape[:2], len(down), len(across)), -np.inf)
    indices = np.full(output.shape, -1)
    for n, c, i, j in np.ndindex(output.shape):
        inside = [(y, x) for y in down[i] for x in across[j] if 0 <= y < height and 0 <= x < width]
        for y, x in inside:
            value = float(images[n, c, y, x])
            if indices[n, c, i, j] < 0 or value > output[n, c, i, j] or math.isnan(value):
                output[n, c, i, j], indices[n, c, i, j] = value, y * width + x
    return output, indices


def average_pool_by_loops(images, kernel_size, stride, padding, ceil_mode, count_include_pad):
    """(N, C, H, W) -> the mean of each window."""
    height, width = images.shape[2:]
    down, across = map(pool_windows, (height, width), kernel_size, stride, padding, (1, 1), (ceil_mode, ceil_mode))
    bottom, right = height + padding[0][1], width + padding[1][1]
    output = np.zeros((*images.shape[:2], len(down), len(across)))
    for n, c, i, j in np.ndindex(output.shape):
        cells = list(itertools.product(down[i], across[j]))
        inside = [(y, x) for y, x in cells if 0 <= y < height and 0 <= x < width]
        padded = [(y, x) for y, x in cells if y < bottom and x < right]
        total = math.fsum(float(images[n, c, y, x]) for y, x in inside)
        output[n, c, i, j] = total / len(padded if count_include_pad else inside)
    return output


def onnx_session(nodes, arrays, threads=1, opset=17, axes=4):
    """An ONNX Runtime session of `nodes`, fed by float32 `arrays` (name -> array), whose result is "output"."""
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in arrays.items()]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n", "c", "d", "h", "w"][:axes])
    graph = helper.make_graph(nodes, "oracle", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

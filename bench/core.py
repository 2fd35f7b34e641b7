"""The core beside its peers, in one run: python bench/core.py writes README.md's table of it and prints it.

Needs the test tools (requirements-test.txt), PyTorch and OpenCV (pip install torch opencv-python-headless), on Linux.
With words, python bench/core.py LeNet K=31, only the cases that have one of them in their names, and nothing written.

All are float32 on one thread and take turns; the processor time of each turn counts, its median and its minimum. The
weights are an input of ONNX Runtime's sessions as they are one of ours. Memory: the most that a fresh process holds
in its first call beyond what it held before, by Linux's count of its pages. The machine's limits are measured in the
same run: NumPy's own matrix product, and a copy of memory larger than any cache. Ratios carry over to other machines
of the kind, times do not.
"""

from one_thread import ROOT  # first, before NumPy

# isort: split
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnnviz import ops
from cnnviz.geometry import Window
from cnnviz.jobs.child import keep_freed_memory
from cnnviz.layers import Activate, Concat, Conv2d, GlobalAvgPool, Linear, MaxPool2d
from cnnviz.models import lenet5, squeezenet

PEERS = ("torch", "ONNX Runtime", "OpenCV")
SECONDS_A_CASE = 2.0
SECONDS_A_TURN = 0.002  # at least: what is quicker is called several times a turn
MARKS = "<!-- python bench/core.py -->\n", "<!-- end -->\n"


class Case(NamedTuple):
    """One line of the table.

    targets     ours / each of the PEERS, None where there is none
    contestant  "ours" or a peer -> a function of nothing that gives its answer; None where it has none
    work        multiply-adds, and bytes read and written at least; 0, 0 where it is not one operation
    """

    name: str
    targets: tuple[float | None, ...]
    contestant: Callable[[str], Callable[[], np.ndarray] | None]
    work: tuple[int, int] = (0, 0)


def by_torch(function, *arrays, inference=True):
    """A call of PyTorch on arrays, given to `function` as tensors."""
    import torch

    torch.set_num_threads(1)
    tensors = [torch.from_numpy(array) for array in arrays]

    def call():
        with torch.inference_mode(inference):
            return function(torch.nn.functional, *tensors).numpy()

    return call


def by_onnxruntime(operation, images, *weights, **attributes):
    from onnx import helper

    from oracles import onnx_session

    arrays = dict(zip(("images", "weight"), (images, *weights)))
    session = onnx_session([helper.make_node(operation, list(arrays), ["output"], **attributes)], arrays)
    return lambda: session.run(None, arrays)[0]


def by_opencv(plane, kernel):
    import cv2

    cv2.setNumThreads(1)
    return lambda: cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)


def convolution(who, shape, filters, kernel_size, stride=1, padding=0, dilation=1, groups=1, rank=None):
    rng = np.random.default_rng(0)
    images = rng.standard_normal((1, *shape), dtype=np.float32)
    weight = rng.standard_normal((filters, shape[0] // groups, kernel_size, kernel_size), dtype=np.float32)
    if groups > 1:
        weight[:] = weight[0]  # one kernel for all planes, as OpenCV has it
    if rank == 1:
        weight[0, 0] = np.outer(weight[0, 0, 0], weight[0, 0, 1])
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if who == "ours":
        return lambda: ops.conv2d(images, weight, **settings)
    if who == "torch":
        return by_torch(lambda f, *given: f.conv2d(*given, **settings), images, weight)
    if who == "ONNX Runtime":
        told = {"strides": [stride] * 2, "pads": [padding] * 4, "dilations": [dilation] * 2, "group": groups}
        return by_onnxruntime("Conv", images, weight, **told)
    if filters != groups or filters > 3:
        return None
    if filters == 1:
        of_plane = by_opencv(images[0, 0], weight[0, 0])
        return lambda: of_plane()[np.newaxis, np.newaxis]
    # The planes of a picture lie interleaved there.
    of_pixels = by_opencv(np.ascontiguousarray(images[0].transpose(1, 2, 0)), weight[0, 0])
    return lambda: of_pixels().transpose(2, 0, 1)[np.newaxis]


def pooling(who, operation, shape, kernel_size, stride):
    images = np.random.default_rng(0).standard_normal((1, *shape), dtype=np.float32)
    name = {"MaxPool": "max_pool2d", "AveragePool": "avg_pool2d"}[operation]
    if who == "ours":
        return lambda: getattr(ops, name)(images, kernel_size, stride)
    if who == "torch":
        return by_torch(lambda f, given: getattr(f, name)(given, kernel_size, stride), images)
    if who == "ONNX Runtime":
        return by_onnxruntime(operation, images, kernel_shape=[kernel_size] * 2, strides=[stride] * 2)
    return None


def pooling_backwards(who, shape, kernel_size, stride):
    rng = np.random.default_rng(0)
    images = rng.standard_normal((1, *shape), dtype=np.float32)
    gradient = rng.standard_normal(ops.max_pool2d(images, kernel_size, stride).shape, dtype=np.float32)
    if who == "ours":
        return lambda: ops.max_pool2d_gradient(images, gradient, kernel_size, stride)

    def theirs(f, images, gradient):
        images.requires_grad_(True).grad = None
        f.max_pool2d(images, kernel_size, stride).backward(gradient)
        return images.grad

    return by_torch(theirs, images, gradient, inference=False) if who == "torch" else None


def network(who, trained, count):
    """Every map of `count` inputs, the last of them given."""
    made, rng = trained(), np.random.default_rng(0)
    images = rng.random((count, *made.network.input_shape), dtype=np.float32)
    if who == "ours":
        return lambda: made.network.forward(images, made.parameters)[-1]
    if who != "torch":
        return None
    import torch

    kept = [{name: torch.from_numpy(array.copy()) for name, array in own.items()} for own in made.parameters]

    def run(f, images):
        maps = [images]
        for row, own in zip(made.network.rows, kept):
            given, layer = [maps[source] for source in row.sources], row.layer
            maps.append(
                f.conv2d(*given, own["weight"], own["bias"], layer.stride, layer.padding) if type(layer) is Conv2d
                else f.max_pool2d(*given, layer.kernel_size, layer.stride) if type(layer) is MaxPool2d
                else f.linear(given[0].flatten(1), own["weight"], own["bias"]) if type(layer) is Linear
                else {Activate: f.relu, GlobalAvgPool: lambda map: map.mean((2, 3), True)}[type(layer)](*given)
                if type(layer) is not Concat else torch.cat(given, 1)
            )  # fmt: skip
        return maps[-1]

    return by_torch(run, images)


def training(who):
    """One step of the training of bench/training.py; the loss is the answer."""
    import training as bench

    images, labels = bench.ready("train")
    learner = bench.plain_learner(images, labels, turns=100_000)
    if who == "ours":
        keep_freed_memory()  # as the process does in which the app trains
        return lambda: np.float32(learner.step().loss)
    if who != "torch":
        return None
    step, first = bench.by_torch(learner.parameters, images, labels), bench.torch.from_numpy(learner.next_indices)
    return lambda: np.float32(step(first))


def conv_case(name, targets, shape, filters, kernel_size, **settings):
    """A convolution's line. At least it makes each product, reads each number and writes each."""
    window = Window(kernel_size, *(settings.get(name, usual) for name, usual in
                                   (("stride", 1), ("padding", 0), ("dilation", 1))))  # fmt: skip
    places = filters * math.prod(window.output_size(size) for size in shape[1:])
    weights = filters * shape[0] // settings.get("groups", 1) * kernel_size**2
    contestant = partial(convolution, shape=shape, filters=filters, kernel_size=kernel_size, **settings)
    multiply_adds = places * (2 * kernel_size if settings.get("rank") == 1 else weights // filters)
    return Case(name, targets, contestant, (multiply_adds, 4 * (math.prod(shape) + weights + places)))


def pool_case(name, targets, operation, shape, kernel_size, stride):
    places = math.prod(Window(kernel_size, stride).output_size(size) for size in shape[1:]) * shape[0]
    contestant = partial(pooling, operation=operation, shape=shape, kernel_size=kernel_size, stride=stride)
    return Case(name, targets, contestant, (0, 4 * (math.prod(shape) + places)))


PHOTO = 1080, 1920
CASES = [
    conv_case("grey 512x512, K=3", (0.25, 0.3, 3.5), (1, 512, 512), 1, 3, padding=1),
    conv_case("grey 1920x1080, K=3", (0.1, 0.25, 2.0), (1, *PHOTO), 1, 3, padding=1),
    conv_case("grey 1920x1080, K=11", (0.1, 0.15, 1.2), (1, *PHOTO), 1, 11, padding=5),
    conv_case("grey 1920x1080, K=31", (0.05, 0.06, 1.0), (1, *PHOTO), 1, 31, padding=15),
    conv_case("grey 1920x1080, K=31 of rank 1", (0.05, 0.06, 0.5), (1, *PHOTO), 1, 31, padding=15, rank=1),
    conv_case("grey 4000x3000, K=5", (None, None, None), (1, 3000, 4000), 1, 5, padding=2),
    conv_case("RGB 1920x1080, K=3", (0.15, 1.0, 1.8), (3, *PHOTO), 3, 3, padding=1, groups=3),
    conv_case("RGB 1920x1080, K=7", (0.15, 0.5, 1.8), (3, *PHOTO), 3, 7, padding=3, groups=3),
    conv_case("LeNet C1, one digit", (0.6, 1.5, None), (1, 32, 32), 6, 5),
    conv_case("LeNet C3, one digit", (0.8, 2.0, None), (6, 14, 14), 16, 5),
    conv_case("3->64 at 224, K=3", (0.9, 0.9, None), (3, 224, 224), 64, 3, padding=1),
    conv_case("64->64 at 112, K=3", (1.2, 1.3, None), (64, 112, 112), 64, 3, padding=1),
    conv_case("AlexNet conv1, K=11 / 4", (1.2, 1.4, None), (3, 227, 227), 96, 11, stride=4),
    conv_case("64->64 at 112, dilated by 2", (1.4, 1.8, None), (64, 112, 112), 64, 3, padding=2, dilation=2),
    conv_case("depthwise 64 at 112, K=3", (1.5, 3.0, None), (64, 112, 112), 64, 3, padding=1, groups=64),
    pool_case("max pooling 64 at 112, 2x2", (0.5, 1.0, None), "MaxPool", (64, 112, 112), 2, 2),
    pool_case("max pooling 64 at 112, 3x3 / 2", (0.5, 1.0, None), "MaxPool", (64, 112, 112), 3, 2),
    pool_case("average pooling 64 at 112, 2x2", (0.5, 1.0, None), "AveragePool", (64, 112, 112), 2, 2),
    pool_case("average pooling 64 at 112, 3x3 / 2", (0.5, 1.0, None), "AveragePool", (64, 112, 112), 3, 2),
    Case("max pooling's gradient, 64 at 512", (None, None, None),
         partial(pooling_backwards, shape=(64, 512, 512), kernel_size=2, stride=2)),
    Case("LeNet, every map, one digit", (1.0, None, None), partial(network, trained=lenet5, count=1)),
    Case("LeNet, every map, 64 digits", (1.0, None, None), partial(network, trained=lenet5, count=64)),
    Case("SqueezeNet, every map", (1.2, None, None), partial(network, trained=squeezenet, count=1)),
    Case("training LeNet, a step of 32", (1.0, None, None), training),
]  # fmt: skip


def race(functions):
    """Name -> (median, minimum) of the processor time of a call in milliseconds, the functions taking turns."""
    times = {name: [] for name in functions}
    calls = dict.fromkeys(functions, 1)
    for name, function in functions.items():
        start = time.process_time()
        function()
        calls[name] = max(1, round(SECONDS_A_TURN / max(time.process_time() - start, 1e-5)))
    end = time.perf_counter() + SECONDS_A_CASE
    while time.perf_counter() < end or len(times["ours"]) < 5:
        for name, function in functions.items():
            start = time.process_time()
            for _ in range(calls[name]):
                function()
            times[name].append(1000 * (time.process_time() - start) / calls[name])
    return {name: (statistics.median(taken), min(taken)) for name, taken in times.items()}


def limits():
    """What this machine's one core does at most: multiply-adds a second in a product, bytes a second in a copy."""
    left, right = np.random.default_rng(0).standard_normal((2, 1024, 1024), dtype=np.float32)
    product, source = np.empty_like(left), np.ones(32_000_000, np.float32)
    target = source.copy()
    taken = race({"ours": lambda: np.matmul(left, right, out=product), "copy": lambda: np.copyto(target, source)})
    return 1024**3 / taken["ours"][1] * 1000, 2 * source.nbytes / taken["copy"][1] * 1000


def peak_memory(function):
    """The most bytes that this process holds during a call, beyond what it holds before."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _pages("VmRSS")
    answer = function()
    after = _pages("VmHWM")
    del answer
    return after - before


def _pages(name):
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


def in_a_fresh_process(case, who):
    command = [sys.executable, __file__, "--memory", case.name, who]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def told(ratios, target):
    """The ratio of the medians and of the minima, and what was aimed at."""
    if ratios is None:
        return ""
    return f"{ratios[0]:.2f}, {ratios[1]:.2f}" + (f" ({target:g})" if target else "")


def line(case, core):
    """The table's line for a case. Raises AssertionError where the answers differ."""
    functions = {who: call for who in ("ours", *PEERS) if (call := case.contestant(who))}
    expected, *others = (function() for function in functions.values())  # also the warm-up
    for other in others:
        np.testing.assert_allclose(other, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    taken = race(functions)
    memory = {who: in_a_fresh_process(case, who) for who in functions}
    ratios = {who: [ours / theirs for ours, theirs in zip(taken["ours"], taken[who])] for who in functions}
    least = max(work / most for work, most in zip(case.work, core))
    cells = [
        case.name, "{:.3g}, {:.3g}".format(*taken["ours"]),
        *(told(ratios.get(who), target) for who, target in zip(PEERS, case.targets)),
        f"{100_000 * least / taken['ours'][1]:.0f} %" if least else "",
        ", ".join(f"{memory[who] / 1e6:.1f}" if who in memory else "-" for who in ("ours", *PEERS)),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main(words):
    core = limits()
    lines = [
        f"One core of the machine that this was measured on: {2e-9 * core[0]:.0f} GFLOP/s in NumPy's product, "
        f"{1e-9 * core[1]:.0f} GB/s in a copy.",
        "",
        "| case | ours, ms | " + " | ".join(f"/ {peer}" for peer in PEERS) + " | of the limit | MB: ours, peers |",
        "|---" * (4 + len(PEERS)) + "|",
    ]
    print("\n".join(lines), flush=True)
    for case in CASES:
        if not words or any(word in case.name for word in words):
            lines.append(line(case, core))
            print(lines[-1], flush=True)
    if not words:
        readme = ROOT / "README.md"
        text = readme.read_text("utf-8")
        before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[-1]
        readme.write_text(before + MARKS[0] + "\n" + "\n".join(lines) + "\n\n" + MARKS[1] + after, "utf-8")


if __name__ == "__main__":
    if missing := [name for name in ("onnxruntime", "torch", "cv2") if find_spec(name) is None]:
        sys.exit(f"This compares with {', '.join(missing)}, which this Python does not have; see its first lines.")
    if sys.argv[1:2] == ["--memory"]:
        name, who = sys.argv[2:]
        (case,) = (case for case in CASES if case.name == name)
        print(peak_memory(case.contestant(who)))
    else:
        main(sys.argv[1:])

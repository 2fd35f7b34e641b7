"""PyTorch's own samples, from the list by which it tests its operations, run on cnnviz's.

    pip install torch==2.13.0 expecttest
    python bench/torch_op_db.py            some minutes

For each operation that both have: every sample of `op_db` in float32 and float64, forwards and, where cnnviz has the
gradient, backwards from a gradient drawn at random; all arrays as they are, and laid out in memory in five other ways.
What PyTorch refuses by the same list must be a CnnvizError. What cnnviz does not have, such as padding as a word, is
counted by its reason.

An answer agrees if it has the sample's dtype, and PyTorch's shape and numbers within the limits of
`torch.testing.assert_close`, the absolute one times the largest number where that is above 1. PyTorch works in float64,
on the same numbers: its own rounding is not held against ours. Printed are the calls of each operation and what came of
them, and each call that differs. Ends with 1 if any does.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

import layouts  # noqa: E402
from cnnviz import ops, training  # noqa: E402
from cnnviz.checks import one_of  # noqa: E402
from cnnviz.errors import CnnvizError  # noqa: E402

Given = dict[str, Any]  # what an operation is called with, by name
LAYOUTS = {
    "as it is": lambda array: array, "Fortran": layouts.fortran, "channels-last": layouts.channels_last,
    "reversed": layouts.reversed_axes, "sliced": layouts.sliced, "broadcast": layouts.broadcast,
}  # fmt: skip
LEARNT = ("input", "x", "scores", "weight", "bias", "query", "key", "value")
LIMITS = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}  # relative, absolute


@dataclass(frozen=True)
class Operation:
    """An operation of cnnviz's under its name in PyTorch.

    ours     called by name
    names    of PyTorch's parameters in their order, those that cnnviz has as cnnviz calls them
    usual    the parameters that cnnviz has not, with the value that they must have for the same answer
    lacks    why cnnviz does not take what it would be called with, or ""
    back     (output's gradient, what it was called with) -> the gradients for the first arrays of `names`, in order
    axes     over how many it slides: a setting of it as a row has so many numbers
    words    what cnnviz takes of what is said in a word
    """

    ours: Callable[..., Any]
    names: str
    usual: Given = field(default_factory=dict)
    lacks: Callable[[Given], str] = lambda given: ""
    back: Callable[[np.ndarray, Given], tuple[np.ndarray, ...]] | None = None
    axes: int = 2
    words: tuple[str, ...] = ()

    def given(self, sample: Any) -> Given:
        """What a sample of op_db calls it with."""
        return {**dict(zip(self.names.split(), (sample.input, *sample.args))), **sample.kwargs}

    def not_offered(self, given: Given) -> str:
        """Why cnnviz does not take that, or ""."""
        for name, value in given.items():
            if name in self.usual and value != self.usual[name]:
                return f"{name}={value}" if isinstance(value, str) else name
            if isinstance(value, str) and name not in self.usual and value not in self.words:
                return f"{name}={value}"
            if isinstance(value, tuple) and len(value) < self.axes:
                return "a setting as a tuple of one or none"
        return self.lacks(given)

    def run(self, given: Given) -> Any:
        """Ours, forwards."""
        return self.ours(**without(given, *self.usual))


def without(given: Given, *names: str) -> Given:
    return {name: value for name, value in given.items() if name not in names}


def linear_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return ops.linear_gradients(given["input"], given["weight"], gradient)


def conv_back(function: Callable[..., Any], gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return function(output_gradient=gradient, **without(given, "bias"))


def transposed_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return ops.conv_transpose2d_gradients(output_gradient=gradient, **without(given, "bias"))


def pool_back(function: Callable[..., np.ndarray], gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return (function(output_gradient=gradient, **without(given, "return_indices", "divisor_override")),)


def adaptive_back(function: Callable[..., np.ndarray], gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return (function(output_gradient=gradient, **without(given, "return_indices")),)


def lacks_of_adaptive(given: Given) -> str:
    return "an output of no numbers" if 0 in np.ravel(np.array(given["output_size"], object)) else ""


def resized(**given: Any) -> np.ndarray:
    return ops.upsample(**as_resized(given))


def resized_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return (ops.upsample_gradient(output_gradient=gradient, **as_resized(given)),)


def as_resized(given: Given) -> Given:
    """Of upsample_bilinear too, whose name says the mode."""
    align = given.get("align_corners")
    return {**without(given, "recompute_scale_factor", "antialias"), "align_corners": bool(align)}


def lacks_of_resized(given: Given) -> str:
    if given["input"].ndim != 4:
        return "a signal or a volume"
    return "factors worked out anew" if given.get("recompute_scale_factor") else ""


def attention_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return ops.attention_gradients(output_gradient=gradient, **without(given, *MASKS))


def as_maps(array: np.ndarray) -> np.ndarray:
    """PyTorch's (N, C) and (N, C, L) as maps of one column."""
    return array[(..., *(np.newaxis,) * (4 - array.ndim))]


def batch_norm(input: np.ndarray, **more: Any) -> np.ndarray:
    more.pop("momentum", None)  # of the running statistics, which PyTorch moves as well
    return ops.batch_norm(as_maps(input), **more).reshape(input.shape)


def batch_norm_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    settings = without(given, "input", "bias", "momentum")
    found, *others = ops.batch_norm_gradients(as_maps(given["input"]), as_maps(gradient), **settings)
    return found.reshape(gradient.shape), *others


def own_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    """A norm of (N, C, H, W), on what PyTorch has with other axes behind the channels."""

    def called(input: np.ndarray, *arguments: Any, **more: Any) -> Any:
        seen = input.reshape(*input.shape[:2], math.prod(input.shape[2:]), 1)
        if "output_gradient" in more:
            more["output_gradient"] = more["output_gradient"].reshape(seen.shape)
        found = function(seen, *arguments, **more)
        first, *others = found if isinstance(found, tuple) else (found,)
        return (first.reshape(input.shape), *others) if others else first.reshape(input.shape)

    return called


def instance_norm(input: np.ndarray, **more: Any) -> np.ndarray:
    return own_axes(ops.group_norm)(input, input.shape[1], **without(more, *RUNNING))


def norm_back(function: Callable[..., Any], gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return function(output_gradient=gradient, **without(given, "bias", "cudnn_enable"))


def instance_norm_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    settings = without(given, "bias", *RUNNING)
    return own_axes(ops.group_norm_gradients)(
        num_groups=given["input"].shape[1], output_gradient=gradient, **settings
    )


def prelu_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    weight = np.atleast_1d(given["weight"])
    found, for_weight = own_axes(ops.prelu_gradients)(given["input"], weight, output_gradient=gradient)
    return found, for_weight.reshape(given["weight"].shape)


GELU = {"none": ops.ACTIVATIONS["gelu"], "tanh": ops.ACTIVATIONS["gelu tanh"]}


def gelu_back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
    return (GELU[given.get("approximate", "none")].derivative(given["x"]) * gradient,)


def lacks_of_norm(given: Given) -> str:
    """Why cnnviz has no such norm, or ""."""
    if given.get("eps", 1) <= 0:
        return "an eps that is not above 0"
    return "an input of one axis" if given["input"].ndim < 2 and "normalized_shape" not in given else ""


def dropout(input: np.ndarray, p: float = 0.5, training: bool = True) -> np.ndarray:
    return ops.dropout(input, p, training=training, rng=np.random.default_rng(0))


def cross_entropy(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.asarray(training.cross_entropy(scores, labels)[0], scores.dtype)


def lacks_of_cross_entropy(given: Given) -> str:
    if not isinstance(given["labels"], torch.Tensor) or given["labels"].is_floating_point():
        return "labels as probabilities"
    return "scores of (N, classes, ...)" if given["scores"].ndim > 2 else ""


def mixed(given: Given) -> str:
    dtypes = {value.dtype for value in given.values() if isinstance(value, torch.Tensor)}
    return "dtypes that differ are promoted" if len(dtypes) > 1 else ""


def activation(key: str, usual: Given | None = None) -> Operation:
    one = ops.ACTIVATIONS[key]

    def back(gradient: np.ndarray, given: Given) -> tuple[np.ndarray, ...]:
        return (one.derivative(given["x"]) * gradient,)

    return Operation(one.function, "x", usual or {}, back=back)


RUNNING = ("running_mean", "running_var", "momentum", "use_input_stats")  # PyTorch moves them, and reads them not
MASKS: Given = {"attn_mask": None, "dropout_p": 0.0, "is_causal": False, "enable_gqa": False}
OPERATIONS = {
    "nn.functional.scaled_dot_product_attention": Operation(
        ops.attention, "query key value attn_mask dropout_p is_causal", MASKS, back=attention_back
    ),
    "nn.functional.conv1d": Operation(
        ops.conv1d, "input weight bias stride padding dilation groups", lacks=mixed,
        back=partial(conv_back, ops.conv1d_gradients), axes=1,
    ),
    "nn.functional.conv2d": Operation(
        ops.conv2d, "input weight bias stride padding dilation groups", lacks=mixed,
        back=partial(conv_back, ops.conv2d_gradients),
    ),
    "nn.functional.conv3d": Operation(
        ops.conv3d, "input weight bias stride padding dilation groups", lacks=mixed,
        back=partial(conv_back, ops.conv3d_gradients),
    ),
    "nn.functional.conv_transpose2d": Operation(
        ops.conv_transpose2d, "input weight bias stride padding output_padding groups dilation", lacks=mixed,
        back=transposed_back,
    ),
    "nn.functional.max_pool2d": Operation(
        ops.max_pool2d, "input kernel_size stride padding dilation ceil_mode return_indices",
        back=partial(pool_back, ops.max_pool2d_gradient),
    ),
    "nn.functional.avg_pool2d": Operation(
        ops.avg_pool2d, "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
        {"divisor_override": None}, back=partial(pool_back, ops.avg_pool2d_gradient),
    ),
    "nn.functional.adaptive_avg_pool2d": Operation(
        ops.adaptive_avg_pool2d, "input output_size", back=partial(adaptive_back, ops.adaptive_avg_pool2d_gradient),
        lacks=lacks_of_adaptive,
    ),
    "nn.functional.adaptive_max_pool2d": Operation(
        ops.adaptive_max_pool2d, "input output_size return_indices",
        back=partial(adaptive_back, ops.adaptive_max_pool2d_gradient), lacks=lacks_of_adaptive,
    ),
    "nn.functional.interpolate": Operation(
        resized, "input size scale_factor mode align_corners recompute_scale_factor antialias", {"antialias": False},
        lacks_of_resized, resized_back, words=("nearest", "bilinear"),
    ),
    "nn.functional.upsample_nearest": Operation(
        resized, "input size scale_factor", lacks=lacks_of_resized, back=resized_back,
    ),
    "nn.functional.upsample_bilinear": Operation(
        lambda **given: resized(**given, mode="bilinear", align_corners=True), "input size scale_factor",
        lacks=lacks_of_resized,
        back=lambda gradient, given: resized_back(gradient, {**given, "mode": "bilinear", "align_corners": True}),
    ),
    "nn.functional.linear": Operation(ops.linear, "input weight bias", back=linear_back),
    "nn.functional.batch_norm": Operation(
        batch_norm, "input running_mean running_var weight bias training momentum eps", back=batch_norm_back,
        lacks=lambda given: "an input of one axis" if given["input"].ndim < 2 else "",
    ),
    "nn.functional.layer_norm": Operation(
        ops.layer_norm, "input normalized_shape weight bias eps", lacks=lacks_of_norm,
        back=partial(norm_back, ops.layer_norm_gradients), axes=0,
    ),
    "nn.functional.group_norm": Operation(
        own_axes(ops.group_norm), "input num_groups weight bias eps", lacks=lacks_of_norm,
        back=partial(norm_back, own_axes(ops.group_norm_gradients)),
    ),
    "nn.functional.instance_norm": Operation(
        instance_norm, "input running_mean running_var weight bias use_input_stats momentum eps",
        {"use_input_stats": True}, lacks_of_norm, instance_norm_back,
    ),
    "nn.functional.dropout": Operation(
        dropout, "input p training",
        lacks=lambda given: "PyTorch's chance" if given.get("training", True) and given.get("p", 0.5) % 1 else "",
    ),
    "nn.functional.cross_entropy": Operation(
        cross_entropy, "scores labels",
        {"weight": None, "reduction": "mean", "ignore_index": -100, "label_smoothing": 0.0}, lacks_of_cross_entropy,
        lambda gradient, given: (training.cross_entropy(given["scores"], given["labels"])[1] * gradient,),
    ),
    "softmax": Operation(
        ops.softmax, "x axis", {"dtype": None}, lambda given: "" if given["x"].ndim else "a single number",
        lambda gradient, given: (ops.softmax_gradient(given["x"], gradient, given["axis"]),),
    ),
    "nn.functional.relu": activation("relu"),
    "nn.functional.leaky_relu": activation("leaky relu"),
    "nn.functional.prelu": Operation(
        lambda input, weight: own_axes(ops.prelu)(input, np.atleast_1d(weight)), "input weight",
        lacks=lambda given: "an input of one axis" if given["input"].ndim < 2 else mixed(given), back=prelu_back,
    ),
    "nn.functional.gelu": Operation(
        lambda x, approximate="none": GELU[one_of(approximate, "approximate", GELU)].function(x), "x", back=gelu_back,
        words=("none", "tanh"),
    ),
    "sigmoid": activation("sigmoid"),
    "tanh": activation("tanh"),
}  # fmt: skip


def laid(value: Any, layout: Callable[[np.ndarray], np.ndarray]) -> Any:
    """A tensor as an array that lies so in memory; of no numbers, or a single one, there is one way."""
    if not isinstance(value, torch.Tensor):
        return value
    return layout(value.numpy()) if value.ndim and value.numel() else value.numpy()


def tensor(value: Any) -> Any:
    """An array's numbers as PyTorch gets them: side by side, in float64 if they are no whole ones."""
    if not isinstance(value, np.ndarray):
        return value
    return torch.from_numpy(np.array(value, np.float64 if value.dtype.kind == "f" else None, order="C"))


def agree(found: Sequence[np.ndarray], expected: Sequence[torch.Tensor], dtype: np.dtype) -> bool:
    """Whether there is one for each that PyTorch has, the same; ours may be more, as a gradient for no bias."""
    pairs = list(zip(found, expected))
    return len(pairs) == len(expected) and all(same(one, other.detach().numpy(), dtype) for one, other in pairs)


def same(found: np.ndarray, expected: np.ndarray, dtype: np.dtype) -> bool:
    """Whether what was found for numbers of that dtype is what PyTorch expects."""
    with np.errstate(over="ignore"):
        expected = expected.astype(dtype) if expected.dtype.kind == "f" else expected
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return False
    relative, absolute = LIMITS.get(found.dtype.name, (0, 0))
    most = float(np.abs(expected[np.isfinite(expected)]).max(initial=1))
    return bool(np.allclose(found, expected, relative, absolute * most, equal_nan=True))


def compared(info: Any, operation: Operation, sample: Any, layout: Callable) -> Iterator[tuple[str, bool]]:
    """(forwards or backwards, whether both agree) of a sample whose arrays are laid out so."""
    given = {name: laid(value, layout) for name, value in operation.given(sample).items()}
    tensors = {name: tensor(value) for name, value in given.items()}
    learnt = [name for name in LEARNT if isinstance(given.get(name), np.ndarray)]
    for name in learnt:
        tensors[name].requires_grad_()
    by_place = 1 + len(sample.args)
    expected = info.op(*[*tensors.values()][:by_place], **dict([*tensors.items()][by_place:]))
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = operation.run(given)
    found = found if isinstance(found, tuple) else (found,)
    dtype = sample.input.numpy().dtype
    yield "forwards", agree(found, expected, dtype)
    if operation.back is not None:
        gradient = laid(torch.randn(expected[0].shape, dtype=sample.input.dtype), layout)
        wanted = torch.autograd.grad(expected[0], [tensors[name] for name in learnt], tensor(gradient))
        yield "backwards", agree(operation.back(gradient, given), wanted, dtype)


def outcomes(info: Any, operation: Operation) -> Iterator[tuple[str, str, str]]:
    """(forwards, backwards or refused, what came of it, of which call) of all that op_db has for an operation."""
    for dtype, (name, layout) in product((torch.float32, torch.float64), LAYOUTS.items()):
        for sample in info.reference_inputs("cpu", dtype):
            if reason := operation.not_offered(operation.given(sample)):
                yield "forwards", f"not offered: {reason}", ""
                continue
            try:
                for way, is_same in compared(info, operation, sample, layout):
                    yield way, "agrees" if is_same else "differs", f"{name}, {sample.summary()}"
            except CnnvizError as refusal:
                yield "forwards", "differs", f"{name}, {sample.summary()}: {refusal}"
    for error in info.error_inputs("cpu") if info.error_inputs_func else ():
        given = operation.given(error.sample_input)
        try:
            operation.run({name: laid(value, lambda array: array) for name, value in given.items()})
            reason = operation.not_offered(given)
            outcome = f"not offered: {reason}" if reason else "differs"
        except CnnvizError:
            outcome = "agrees"
        except Exception as problem:
            outcome, error.error_regex = "differs", f"{error.error_regex}; it is {problem!r}"
        yield "refused", outcome, f"{error.sample_input.summary()} should be: {error.error_regex}"


def main() -> int:
    torch.manual_seed(0)
    every: list[tuple[int, int, int, int]] = []
    print(f"{'operation':36}" + "".join(f"{head:>13}" for head in ("calls", "agree", "differ", "not offered")))
    for info in op_db:
        operation = OPERATIONS.get(info.name)
        counts: dict[str, Counter[str]] = {}
        for way, outcome, what in outcomes(info, operation) if operation else ():
            counts.setdefault(way, Counter())[outcome] += 1
            if outcome == "differs":
                print(f"  {info.name}, {way}, differs: {what}")
        for way, found in counts.items():
            lacking = {outcome: many for outcome, many in found.items() if outcome not in ("agrees", "differs")}
            row = found.total(), found["agrees"], found["differs"], sum(lacking.values())
            every.append(row)
            told = ", ".join(f"{outcome.removeprefix('not offered: ')} {many:,}" for outcome, many in lacking.items())
            name = f"{info.name.removeprefix('nn.functional.')} {info.variant_test_name}".strip()
            print(f"{f'{name}, {way}':36}" + "".join(f"{count:>13,}" for count in row) + f"  {told}", flush=True)
    calls, agree, differ, lack = (sum(column) for column in zip(*every))
    print(
        f"{calls:,} calls against PyTorch {torch.__version__}: {agree:,} agree, {differ:,} differ, "
        f"{lack:,} are of what cnnviz does not offer."
    )
    return differ > 0


if __name__ == "__main__":
    sys.exit(main())

"""PyTorch's gradients, kept as data for the tests: python bench/torch_gradients.py

Writes tests/data/torch_gradients.npz, torch_attention.npz and torch_norms.npz. Needs PyTorch (made with 2.13.0) and
NumPy, and nothing of cnnviz; neither the app nor its tests need PyTorch. Each case is a group of arrays
"<case>/<array>", with its settings as JSON in "<case>/settings".
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "torch_gradients.npz"

# images, weight, and the settings that conv2d_gradients takes
CONVOLUTIONS = [
    ((2, 3, 7, 9), (4, 3, 3, 2), {}),
    ((2, 3, 8, 9), (5, 3, 3, 4), {"stride": (2, 3), "padding": ((1, 1), (2, 2))}),  # strides that leave rows unread
    ((1, 4, 9, 7), (6, 2, 2, 3), {"groups": 2, "padding": ((0, 2), (1, 0)), "dilation": (2, 1)}),
    ((3, 6, 6, 5), (6, 1, 3, 3), {"groups": 6, "padding": ((1, 1), (1, 1))}),  # depthwise
    ((1, 2, 5, 6), (3, 2, 1, 1), {"stride": (3, 2), "padding": ((2, 3), (1, 4))}),  # outputs that read padding alone
    ((1, 1, 11, 10), (2, 1, 4, 2), {"stride": (3, 1), "dilation": (2, 3), "padding": ((3, 0), (0, 2))}),
]
POOLS = [
    ("max", (2, 3, 7, 9), {"kernel_size": 2}),
    ("max", (1, 2, 8, 7), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}),
    ("max", (1, 2, 8, 10), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    ("max", (1, 2, 9, 10), {"kernel_size": (2, 3), "stride": (1, 2), "padding": 1, "dilation": (3, 2)}),
    ("avg", (2, 3, 7, 9), {"kernel_size": 2}),
    ("avg", (1, 2, 8, 7), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0), "count_include_pad": False}),
    ("avg", (1, 2, 8, 10), {"kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2), "ceil_mode": True}),
    (
        "avg",
        (1, 2, 6, 10),
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False},
    ),
]
# images, and the settings that local_response_norm takes
RESPONSES = [
    ((2, 7, 3, 4), {"size": 5}),
    ((1, 6, 4, 3), {"size": 4, "alpha": 0.7, "beta": 0.6, "k": 2.0}),  # of an even one, one more before than behind
    ((2, 3, 2, 5), {"size": 9, "alpha": 3.0, "beta": 1.5, "k": 0.5}),  # more than there are
    ((1, 4, 3, 2), {"size": 1, "alpha": 0.9}),
    ((1, 5, 2, 3), {"size": 2, "alpha": 1.2, "beta": 0.9, "k": 0.3}),
]
# images, and the settings that a norm takes: in groups, or over the last axes
NORMS = [
    ("group", (2, 6, 3, 4), {"num_groups": 3}),
    ("group", (3, 4, 2, 3), {"num_groups": 1, "eps": 0.3}),
    ("group", (1, 5, 4, 2), {"num_groups": 5, "eps": 1e-3}),  # each map by itself
    ("group", (2, 8, 1, 1), {"num_groups": 2}),
    ("layer", (4, 7), {"normalized_shape": [7]}),
    ("layer", (2, 3, 4, 5), {"normalized_shape": [5], "eps": 1e-6}),
    ("layer", (2, 3, 4, 5), {"normalized_shape": [3, 4, 5], "eps": 0.2}),
]
# query, key, value, and the settings that attention takes
ATTENTIONS = [
    ((5, 3), (5, 3), (5, 3), {}),
    ((2, 4, 3), (2, 7, 3), (2, 7, 5), {}),
    ((2, 3, 4, 6), (2, 3, 2, 6), (2, 3, 2, 1), {"scale": 0.3}),
    ((3, 1, 4), (1, 6, 4), (3, 6, 2), {"scale": -1.5}),  # one key for all, queries of one place
    ((1, 1), (1, 1), (1, 4), {}),
]
ACTIVATIONS = {
    "identity": lambda x: x + 0,
    "relu": functional.relu,
    "leaky relu": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "scaled tanh": lambda x: 1.7159 * torch.tanh(2 / 3 * x),
    "gelu": functional.gelu,
    "gelu tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "relu6": functional.relu6,
    # Its own hardsigmoid has 1/6 as a float32, of float64 numbers too.
    "hard sigmoid": lambda x: functional.relu6(x + 3) / 6,
    "hard swish": lambda x: x * functional.relu6(x + 3) / 6,
    "silu": functional.silu,
    "elu": functional.elu,
    "softplus": functional.softplus,
}
# activation, depth, standard deviation of the weights: He's, Glorot's and 0.01
STACKS = [
    *((name, 12, (2 / 36) ** 0.5) for name in ACTIVATIONS),
    ("sigmoid", 30, (2 / 72) ** 0.5),
    ("relu", 30, (2 / 36) ** 0.5),
    ("sigmoid", 30, 0.01),
]


def grown(array):
    """As a float64 tensor whose gradient is wanted."""
    return torch.from_numpy(np.asarray(array, np.float64)).requires_grad_()


def rms(tensor):
    return float(tensor.detach().square().mean().sqrt())


def convolutions(rng):
    for number, (shape, filters, settings) in enumerate(CONVOLUTIONS):
        images, weight, bias = (grown(rng.standard_normal(size)) for size in (shape, filters, filters[0]))
        (top, bottom), (left, right) = settings.get("padding", ((0, 0), (0, 0)))
        others = {name: value for name, value in settings.items() if name != "padding"}
        output = functional.conv2d(functional.pad(images, (left, right, top, bottom)), weight, bias, **others)
        output_gradient = torch.from_numpy(rng.standard_normal(output.shape))
        found = torch.autograd.grad(output, (images, weight, bias), output_gradient)
        names = ("for_input", "for_weight", "for_bias")
        yield (
            f"conv {number}",
            settings,
            {
                "input": images,
                "weight": weight,
                "output_gradient": output_gradient,
                **dict(zip(names, found, strict=True)),
            },
        )


def pools(rng):
    for number, (kind, shape, settings) in enumerate(POOLS):
        images = grown(rng.integers(-4, 4, shape))  # few numbers, so that many are equal
        output = (functional.max_pool2d if kind == "max" else functional.avg_pool2d)(images, **settings)
        output_gradient = torch.from_numpy(rng.standard_normal(output.shape))
        (found,) = torch.autograd.grad(output, images, output_gradient)
        arrays = {"input": images, "output_gradient": output_gradient, "for_input": found}
        yield f"{kind} pool {number}", settings, arrays


def responses(rng):
    for number, (shape, settings) in enumerate(RESPONSES):
        images = grown(3 * rng.standard_normal(shape))
        output = functional.local_response_norm(images, **settings)
        output_gradient = torch.from_numpy(rng.standard_normal(output.shape))
        (found,) = torch.autograd.grad(output, images, output_gradient)
        arrays = {"input": images, "output": output, "output_gradient": output_gradient, "for_input": found}
        yield f"response {number}", settings, arrays


def norms(rng):
    for number, (kind, shape, settings) in enumerate(NORMS):
        own = settings.get("normalized_shape", shape[1:2])
        images = grown(rng.uniform(-9, 9) + 3 * rng.standard_normal(shape))
        weight, bias = (grown(rng.standard_normal(own)) for _ in range(2))
        function = functional.group_norm if kind == "group" else functional.layer_norm
        output = function(images, weight=weight, bias=bias, **settings)
        output_gradient = torch.from_numpy(rng.standard_normal(output.shape))
        found = torch.autograd.grad(output, (images, weight, bias), output_gradient)
        arrays = {"input": images, "weight": weight, "bias": bias, "output": output, "output_gradient": output_gradient}
        names = ("for_input", "for_weight", "for_bias")
        yield f"{kind} norm {number}", settings, arrays | dict(zip(names, found, strict=True))


def attentions(rng):
    for number, (*shapes, settings) in enumerate(ATTENTIONS):
        taken = [grown(2 * rng.standard_normal(shape)) for shape in shapes]
        output = functional.scaled_dot_product_attention(*taken, **settings)
        output_gradient = torch.from_numpy(rng.standard_normal(output.shape))
        found = torch.autograd.grad(output, taken, output_gradient)
        names = ("query", "key", "value")
        arrays = {"output": output, "output_gradient": output_gradient, **dict(zip(names, taken, strict=True))}
        yield f"attention {number}", settings, arrays | {f"for_{name}": one for name, one in zip(names, found)}


def stacks(rng):
    """Stacks of 3 x 3 layers over the same picture, with the same normal weights times a deviation."""
    image, signs = rng.random((3, 9, 7)), rng.choice([-1.0, 1.0], (4, 9, 7))
    weights = [rng.standard_normal((4, 3 if layer == 0 else 4, 3, 3)) for layer in range(30)]
    yield "stack", {}, {"image": image, "signs": signs, "first": weights[0], "weights": np.stack(weights[1:])}
    for number, (activation, depth, deviation) in enumerate(STACKS):
        layers = [grown(deviation * weight) for weight in weights[:depth]]
        maps, slopes = torch.from_numpy(image)[None], []
        outputs = []
        for weight in layers:
            sums = functional.conv2d(maps, weight, padding=1)
            maps = ACTIVATIONS[activation](sums)
            slopes.append(torch.autograd.grad(maps.sum(), sums, retain_graph=True)[0])
            outputs.append(maps)
        reached = torch.autograd.grad((maps * torch.from_numpy(signs)).sum(), [*outputs, *layers])
        arrays = {
            "forward": outputs,
            "derivative": slopes,
            "gradient": reached[:depth],
            "weight_gradient": reached[depth:],
        }
        settings = {"activation": activation, "depth": depth, "deviation": deviation}
        yield (
            f"stack {number}",
            settings,
            {name: np.array([rms(one) for one in found]) for name, found in arrays.items()},
        )


def main():
    keep(FILE, (convolutions, pools, stacks, responses))
    keep(FILE.with_name("torch_attention.npz"), (attentions,))
    keep(FILE.with_name("torch_norms.npz"), (norms,))


def keep(file, makers):
    rng = np.random.default_rng(3)
    kept = {}
    for make in makers:
        for name, settings, arrays in make(rng):
            kept[f"{name}/settings"] = np.array(json.dumps(settings))
            for key, array in arrays.items():
                kept[f"{name}/{key}"] = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    file.parent.mkdir(exist_ok=True)
    np.savez_compressed(file, **kept)
    print(f"{file.name}: {len(kept)} arrays, {file.stat().st_size / 1000:.0f} kB, from PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()

"""Calls of everything public with one argument or two wrong: of another kind, size or shape, or absurdly large.

`public()` finds what is public; `RIGHT` says, for each function, class and method, arguments with which it works, so
that a wrong one meets the code behind the door and not the first thing that fails. `calls()` then puts values of
`WRONG` in the place of some. What comes out is either an answer or a CnnvizError.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

import cnnviz
from cnnviz import experiments, kernels, layers, models, ops, pictures, steps, training
from cnnviz.envelope import packed
from cnnviz.errors import ArrayError, CnnvizError
from cnnviz.experiments import (
    counterfactual,
    effective,
    invariance,
    learning_curves,
    live,
    occlusion,
    overfitting,
    patches,
    plans,
    self_attention,
    shifted,
    strongest,
    vanishing,
)
from cnnviz.geometry import Field, Passage, Window
from cnnviz.graph import Graph, Row
from cnnviz.layers import typed
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.passes import Pass
from cnnviz.pictures import ready
from cnnviz.stacks import Part, Stack, stack_of
from cnnviz.training.layout import Layout
from stacks import some_parameters
from tiny import onnx_file, some_levels, tiny, tiny_film

ROOMS = (
    "errors", "geometry", "kernels", "ops", "layers", "layers.typed", "graph", "network", "stacks", "passes",
    "training", "models", "models.weights", "pictures", "pictures.ready", "envelope", "steps", "tracing", "figures",
    "export",
)  # fmt: skip

def squeezed(levels: Any) -> np.ndarray:
    """What a network takes: levels, or a refusal."""
    if not isinstance(levels, np.ndarray) or levels.dtype != np.uint8 or levels.shape != (3, 15, 11):
        raise ArrayError("The network takes levels.")
    return levels.astype(np.float32)


RNG = np.random.default_rng(12)
MAP, WIDE = RNG.standard_normal((4, 9, 8)), RNG.standard_normal((4, 5, 80)).astype(np.float32)
FILTERS, MEANS = RNG.standard_normal((6, 2, 3, 2)), RNG.standard_normal(4)
SPREADS = np.abs(MEANS) + 0.3
NETWORK = Network((1, 8, 8), read("conv 2 3x3; relu; max 2x2; batch norm; dropout 0.5; fc 3"))
STACK = stack_of("conv 2 3x3; [relu | same] add; max 2x2; fc 3", (1, 8, 8))
PARAMETERS = some_parameters(NETWORK, 1)
IMAGES, LABELS = RNG.random((6, 1, 8, 8)).astype(np.float32), np.array([0, 1, 2, 0, 1, 2])
MAPS = NETWORK.forward(IMAGES[0], PARAMETERS)
LEVELS = some_levels()
TINY = replace(tiny(), prepare=lambda levels: squeezed(levels) / np.float32(100) - 1)
TINY_MAPS = TINY.maps(LEVELS)
CURVE = {"x": (np.arange(3.0), np.arange(3.0) + 1)}
CONV = {"input": MAP, "weight": FILTERS, "stride": 1, "padding": 1, "dilation": 1, "groups": 2}
CONV_1D = {**CONV, "input": MAP[:, 0], "weight": FILTERS[:, :, 0]}
CONV3 = {**CONV, "input": MAP.reshape(4, 3, 3, 8), "weight": FILTERS.reshape(6, 2, 3, 2, 1), "padding": (1, 0, 1)}
TRANSPOSED = {
    "input": MAP, "weight": RNG.standard_normal((4, 3, 2, 3)), "stride": 2, "padding": 1, "output_padding": (1, 1),
    "groups": 2, "dilation": 1,
}  # fmt: skip
POOL = {"input": MAP, "kernel_size": 2, "stride": 1, "padding": 1, "ceil_mode": True}
LARGER = {
    "size": None, "scale_factor": (2, 1.5), "mode": "bilinear", "align_corners": False, "laid": "half_pixel",
    "rounded": "floor",
}  # fmt: skip
NORM = {"input": MAP, "running_mean": MEANS, "running_var": SPREADS, "weight": MEANS, "training": False, "eps": 1e-3}
KERNEL = np.array([[1.0, 0, -1], [2, 0, -2]])
ATTENTION = {"query": np.ones((4, 5, 3)), "key": np.eye(3), "value": np.ones((3, 2))}
DIGITS = RNG.random((6, 1, 32, 32)).astype(np.float32)
RECIPE = training.Recipe(epochs=1, batch_size=3)
MOVE = counterfactual.Move(1, 2)
PLAN = plans.Plan("a", "fc 10", RECIPE)
LIVE = {"stack": "fc 10", "recipe": {"epochs": 1}, "digits": 20}
PROGRESS = live.LiveTraining(LIVE).progress()  # to go on from
REPORT = PROGRESS.report()
TRACE = steps.Trace(np.ones((2, 5, 6)), np.ones((3, 4)), Window(3), Window(3), (0, 1), np.ones((2, 3, 3)))


def learner() -> training.Learner:
    return training.Learner(NETWORK, RECIPE, IMAGES, LABELS)


# Arguments with which each works, by its name without "cnnviz."; a method's without `self`, which `INSTANCES` gives.
GRAPH: dict[str, dict[str, Any]] = {
    "check_maps": {"maps": MAPS[:3]},
    "check_parameters": {"parameters": PARAMETERS},
    "check_run": {"maps": MAPS},
    "fields": {"index": 2, "channel": 1},
    "forward": {
        "input": IMAGES, "parameters": PARAMETERS, "training": True, "rng": np.random.default_rng(1),
    },
    "initial": {"seed": 3},
    "sight": {"index": 2},
    "onward": {
        "maps": MAPS[:3], "parameters": PARAMETERS, "training": False, "rng": np.random.default_rng(1),
    },
    "maker": {"index": 2, "channel": 1},
    "output": {"input": MAPS[0], "parameters": PARAMETERS},
    "step": {
        "row": NETWORK.rows[1], "maps": MAPS, "parameters": PARAMETERS[1], "training": False,
        "rng": np.random.default_rng(1),
    },
}  # fmt: skip
RIGHT: dict[str, dict[str, Any]] = {
    "geometry.Window": {"kernel_size": 3, "stride": 2, "padding": (1, 0), "dilation": 2},
    "geometry.Window.fits": {"size": 9},
    "geometry.Window.output_size": {"size": 9, "ceil_mode": True},
    "geometry.Window.padded": {"size": 9},
    "geometry.Window.readers": {"position": 3, "size": 9},
    "geometry.Window.taps": {"index": 2},
    "geometry.Window.unread": {"size": 9},
    "geometry.Window.unused": {"size": 9},
    "geometry.Field": {"size": 3, "jump": 2, "start": -1, "ways": ((Field(), Passage(Window(3))),)},
    "geometry.Field.pixels": {"index": 3},
    "geometry.Field.through": {"window": Window(3), "passage": Passage(Window(3), 9)},
    "geometry.Field.read": {"index": 3},
    "geometry.Passage": {"window": Window(3), "size": 9, "padding_mode": "reflect", "offset": 1, "spacing": 2},
    "geometry.Passage.back": {"units": (1, 2)},
    "geometry.Passage.span": {"units": range(1, 3)},
    "geometry.Field.union": {"fields": [Field(3, 2), Field(5, 2, -1)]},
    "geometry.pair": {"value": (1, 2), "name": "stride"},
    "geometry.windows": {"kernel_size": 3, "stride": [1, 2], "padding": ((1, 0), 2), "dilation": 1},
    "geometry.same_padding": {"kernel_size": 3, "dilation": 2, "stride": 2, "size": 9},
    "geometry.origin": {"position": -1, "size": 5, "padding_mode": "reflect"},
    "geometry.check_padding": {"window": Window(3, padding=1), "size": 5, "padding_mode": "reflect"},
    "geometry.most_padding": {"size": 5, "padding_mode": "reflect"},
    "kernels.presets.Kernel": {
        "key": "a", "name": "A", "source": "us", "finds": "it", "scales": "so", "sizes": kernels.KERNELS["gabor"].sizes,
        "build": lambda height, width: np.ones((height, width)), "takes": (),
    },
    "kernels.presets.Kernel.allows": {"kernel_size": 3},
    "kernels.presets.Kernel.nearest": {"kernel_size": (3, 4)},
    "kernels.presets.Sizes": {"needs": "any size", "allow": lambda height, width: True},
    "kernels.presets.named": {"key": "gabor", "kernel_size": 3, "angle": 30.0, "seed": 1},
    "kernels.typed.cell_text": {"weight": 0.5},
    "kernels.typed.formatted": {"weights": KERNEL},
    "kernels.typed.short_text": {"weight": 0.123456},
    "kernels.typed.parse": {"text": "1 2; 3 4"},
    "kernels.weights.factor": {"weights": KERNEL},
    "kernels.weights.fitted": {"weights": KERNEL, "kernel_size": 5},
    "kernels.weights.flipped": {"weights": KERNEL},
    "kernels.weights.over_grey": {"slices": KERNEL[np.newaxis]},
    "kernels.weights.over_rgb": {"kernel": KERNEL},
    "ops.activations.Activation": {
        "key": "a", "name": "A", "formula": "x", "derivative_formula": "1", "function": ops.relu,
        "derivative": ops.relu, "source": "us",
    },
    "ops.parts.power": {"x": MAP, "exponent": 2.0},
    "ops.parts.power_slope": {"x": MAP, "exponent": 2.0},
    "ops.attention.attention": {**ATTENTION, "scale": 0.5},
    "ops.attention.attention_gradients": {**ATTENTION, "output_gradient": np.ones((4, 5, 2)), "scale": 0.5},
    "ops.attention.attention_weights": {"query": ATTENTION["query"], "key": ATTENTION["key"], "scale": 0.5},
    "ops.conv1d.conv1d": {**CONV_1D, "bias": np.ones(6), "padding_mode": "reflect"},
    "ops.conv1d.conv1d_gradients": {**CONV_1D, "output_gradient": np.ones((6, 9)), "to_input": True},
    "ops.conv.conv2d": {**CONV, "bias": np.ones(6), "padding_mode": "reflect"},
    "ops.conv3d.conv3d": {**CONV3, "bias": np.ones(6), "padding_mode": "reflect"},
    "ops.conv3d.conv3d_gradients": {**CONV3, "output_gradient": np.ones((6, 3, 2, 10)), "to_input": True},
    "ops.conv_transpose.conv_transpose2d": {**TRANSPOSED, "bias": np.ones(6)},
    "ops.conv_transpose.conv_transpose2d_gradients": {**TRANSPOSED, "output_gradient": np.ones((6, 17, 16))},
    "ops.distances.squared_distances": {"input": MAP, "codes": RNG.standard_normal((3, 8))},
    "ops.distances.squared_distances_gradient": {
        "input": MAP, "codes": RNG.standard_normal((3, 8)), "output_gradient": np.ones((4, 9, 3)),
    },
    "ops.linear.linear": {"input": MAP, "weight": RNG.standard_normal((3, 8)), "bias": np.ones(3)},
    "ops.normalisation.batch_norm": {**NORM, "bias": MEANS},
    "ops.normalisation.dropout_mask": {"shape": (3, 4), "p": 0.4, "rng": np.random.default_rng(1)},
    "ops.adaptive.adaptive_avg_pool2d": {"input": MAP, "output_size": (4, 3)},
    "ops.adaptive.adaptive_max_pool2d": {"input": MAP, "output_size": (4, None), "return_indices": True},
    "ops.upsample.upsample": {"input": MAP, **LARGER},
    "ops.pooling.avg_pool2d": {**POOL, "count_include_pad": False},
    "ops.pooling.max_pool2d": {**POOL, "dilation": 1, "return_indices": True},
    "layers.layer.Node": {"name": "a", "layer": layers.Linear(3), "inputs": ("input",)},
    "layers.partial.PartialConv2d.links": {"channels": 4},
    "layers.typed.Draft": {"kind": "conv", "settings": {"out_channels": 4, "kernel_size": 3}},
    "layers.typed.Draft.layer": {"shape": (3, 9, 8)},
    "layers.typed.Draft.of": {"layer": layers.Conv2d(4, 3)},
    "layers.typed.Branches": {},
    "layers.typed.Branches.follow": {"marks": "[", "layer": layers.Linear(3), "number": 2},
    "layers.typed.Branches.next": {"marks": ""},
    "layers.typed.joined": {"texts": ["[conv 4 3x3", "|same", "]add"]},
    "layers.typed.marked": {"part": "[conv 4 3x3"},
    "layers.typed.nodes": {"text": "conv 4 3x3; [relu | same] add"},
    "layers.typed.parts": {"text": "conv 4 3x3; relu"},
    "layers.typed.draft": {"part": "conv 4 3x3", "number": 1},
    "layers.typed.read": {"text": "conv 4 3x3; relu"},
    "layers.typed.written": {"layers": read("conv 4 3x3; relu")},
    "graph.Row": {
        "index": 0, "layer": layers.Linear(3), "input_shape": (4,), "output_shape": (3,), "parameters": 15,
        "multiply_adds": 12, "fields": (Field(), Field()), "name": "a", "sources": (0,), "shapes": ((4,),),
    },
    "network.Network": {"input_shape": (1, 8, 8), "layers": NETWORK.layers},
    "stacks.stack_of": {"text": STACK.text, "shape": (1, 8, 8)},
    "stacks.Part": {"text": "relu", "draft": typed.Draft("relu", {}), "layer": layers.Activate("relu"), "marks": "["},
    "stacks.Part.fitting": {},
    "stacks.Stack": {"parts": STACK.parts, "network": STACK.network, "problem": "", "shape": (4,), "is_open": False},
    "stacks.Stack.changed": {"at": 0, "padding": 1},
    "stacks.Stack.inserted": {"at": 5, "text": "relu"},
    "stacks.Stack.moved": {"at": 1, "to": 4},
    "stacks.Stack.removed": {"at": 3},
    "stacks.Stack.replaced": {"at": 1, "text": "tanh"},
    "stacks.Stack.residual": {"at": 1},
    **{f"{graph}.{name}": given for graph in ("graph.Graph", "network.Network") for name, given in GRAPH.items()},
    "graph.Graph": {"input_shape": (1, 8, 8), "nodes": NETWORK.nodes},
    "graph.Row.given": {"maps": MAPS},
    "graph.Row.passages": {"source": 2},
    "graph.Row.handed_on": {"made": MAPS[3]},
    "graph.Row.traced_bytes": {"levels": True},
    "graph.Row.shared": {"gradient": MAPS[2]},
    "graph.Row.reads": {"channel": 1},
    "passes.Pass": {
        "network": NETWORK, "parameters": PARAMETERS, "input": MAPS[0], "training": True, "draw": 3, "divisor": 1.0,
        "room": 1000,
    },
    "passes.Pass.redrawn": {"draw": 4},
    "passes.Pass.map": {"number": 2},
    "passes.Pass.reads": {"layer": 2, "channel": 1},
    "passes.Pass.fields": {"layer": 2, "channel": 1},
    "passes.Pass.trace": {"layer": 0, "channel": 1, "through": 1},
    "graph.Sight": {"spans": (3, 4), "reads": (3, 2)},
    "training.backward.Backward": {"inputs": [MAP], "parameters": [{"weight": MAP}]},
    "training.backward.backward": {
        "network": NETWORK, "maps": MAPS, "parameters": PARAMETERS, "gradient": np.ones(3), "training": False,
        "rng": np.random.default_rng(1), "to_input": True,
    },
    "ops.conv_gradients.conv2d_gradients": {**CONV, "output_gradient": np.ones((6, 9, 9)), "to_input": True},
    "ops.linear.linear_gradients": {
        "input": MAP, "weight": np.ones((3, 8)), "output_gradient": np.ones((4, 9, 3)),
    },
    "training.learner.Batch": {"loss": 1.0, "accuracy": 0.5, "indices": np.arange(3)},
    "training.learner.Learner": {
        "network": NETWORK, "recipe": RECIPE, "images": IMAGES, "labels": LABELS, "parameters": PARAMETERS,
        "prepare": lambda images: images,
    },
    "training.learner.Learner.next_move": {},
    "training.learner.Learner.step": {},
    "training.learner.Learner.resume": {"step_number": 0, "memory": ()},
    "training.learner.accuracy": {"network": NETWORK, "parameters": PARAMETERS, "images": IMAGES, "labels": LABELS},
    "training.learner.fit": {"learner": learner()},
    "training.losses.cross_entropy": {"scores": RNG.standard_normal((3, 4)), "labels": np.array([0, 3, 1])},
    "ops.normalisation.batch_norm_gradients": {**NORM, "output_gradient": MAP},
    "training.optimisers.Optimiser": {
        "key": "a", "name": "A", "formula": "x", "move": training.OPTIMISERS["sgd"].move, "rate": 0.1, "source": "us",
    },
    "ops.adaptive.adaptive_avg_pool2d_gradient": {
        "input": MAP, "output_size": (4, 3), "output_gradient": np.ones((4, 4, 3)),
    },
    "ops.adaptive.adaptive_max_pool2d_gradient": {
        "input": MAP, "output_size": (4, 3), "output_gradient": np.ones((4, 4, 3)),
    },
    "ops.upsample.upsample_gradient": {"input": MAP, "output_gradient": np.ones((4, 18, 12)), **LARGER},
    "ops.pooling.avg_pool2d_gradient": {
        **POOL, "output_gradient": np.ones((4, 10, 9)), "count_include_pad": False,
    },
    "ops.pooling.max_pool2d_gradient": {**POOL, "output_gradient": np.ones((4, 10, 9)), "dilation": 1},
    "training.recipe.Recipe": {
        "optimiser": "sgd", "learning_rate": 0.1, "batch_size": 4, "epochs": 2, "decay": True, "seed": 1,
        "first_layer": 2.0, "shift": 1,
    },
    "training.recipe.Recipe.of": {"settings": {"epochs": 2}},
    "training.recipe.Recipe.rate": {"step": 1, "steps": 4},
    "formats.opening.open_network": {"data": onnx_file(), "files": {"weights.bin": b"1234"}},
    "formats.writing.write_network": {"trained": TINY},
    "models.architectures.Architecture": {
        "name": "A", "stack": "fc 3", "input_shape": (1, 4, 4), "parameters": 51, "counted_by": "us", "source": "us",
        "told": "it",
    },
    "models.digits.Digits": {"images": np.zeros((2, 28, 28), np.uint8), "labels": np.zeros(2, np.uint8)},
    "models.digits.digits": {"part": "test"},
    **{name: {} for name in ("models.lenet5.lenet5", "models.lenet5.lenet5_1998", "models.squeezenet.squeezenet")},
    "models.blazeface.Face": {
        "probability": 0.9, "top": 0.1, "left": 0.1, "height": 0.2, "width": 0.2, "points": ((0.1, 0.2),),
    },
    "models.blazeface.faces": {
        "scores": np.linspace(-3, 3, 896, dtype=np.float32), "boxes": np.full((896, 16), 9, np.float32),
    },
    "models.preparation.Preparation": {"shape": (3, 12, 9), "is_last": False, "colours": "BGR", "scale": "−1 to 1"},
    "models.preparation.Preparation.planes": {"levels": np.zeros((3, 12, 9), np.uint8)},
    "models.preparation.Preparation.__call__": {"levels": np.zeros((3, 12, 9), np.uint8)},
    "models.trained.Trained": {
        "name": "A", "network": TINY.network, "parameters": TINY.parameters, "names": TINY.names,
        "classes": TINY.classes, "prepare": TINY.prepare, "distances": False, "source": "us", "stopped": "",
    },
    "models.trained.Trained.maps": {"levels": LEVELS},
    "models.trained.Trained.passed": {"levels": LEVELS},
    "models.trained.Trained.prepare": {"levels": np.zeros((28, 28), np.uint8)},
    "models.trained.Trained.probabilities": {"output": np.arange(5.0)},
    "models.trained.Trained.winner": {"output": np.arange(5.0)},
    "models.weights.read": {"name": "lenet5_modern"},
    "models.weights.by_layer": {
        "network": Network((4,), read("fc 3")), "names": ("a",),
        "arrays": {"a.weight": np.ones((3, 4), np.float32), "a.bias": np.ones(3, np.float32)},
    },
    "models.weights.pack": {"given": PARAMETERS, "stack": "fc 3"},
    "pictures.apart.drawn": {"ink": np.kron([[0, 1, 0, 0, 1, 0]], np.full((30, 5), 255)).astype(np.uint8)},
    "pictures.decode.open_picture": {"data": pictures.encode_png(LEVELS), "name": "a", "longest": 9},
    "pictures.digit.Prepared": {
        "levels": np.zeros((28, 28), np.uint8), "steps": (("cut", np.zeros((28, 28), np.uint8)),), "box": (0, 0, 1, 1),
    },
    "pictures.digit.Seen": {"digits": (pictures.Prepared(np.zeros((28, 28), np.uint8), ()),), "first": 0},
    "pictures.digit.normalised": {"ink": np.full((30, 20), 200, np.uint8)},
    "pictures.film.Film": {"levels": LEVELS, "numbers": (1, 2, 3), "total": 9},
    "pictures.film.open_film": {"data": tiny_film(3), "frames": 2, "longest": 9},
    "pictures.film.with_disc": {"picture": pictures.Picture(LEVELS, "RGB", (15, 11)), "frames": 3},
    "pictures.limits.Limits": {"pixels": 100},
    "pictures.paper.found": {"picture": ready.photo("A 4 on lined paper")},
    "pictures.picture.Picture": {
        "pixels": LEVELS, "mode": "RGB", "size": (15, 11), "name": "a", "done": ("reduced",),
    },
    "pictures.picture.Picture.at": {"longest": 9, "depth": "grey"},
    "pictures.picture.Picture.levels": {},
    "pictures.picture.Picture.square": {"side": 9, "depth": "rgb", "start": 0},
    "pictures.picture.Picture.taken": {"sides": (9, 7), "depth": "rgb", "start": 0},
    "pictures.picture.encode_png": {"levels": LEVELS[0] // 128, "palette": [(0, 0, 0), (255, 255, 255)]},
    "pictures.ready.drawing": {"digit": 3},
    "pictures.ready.is_ready": {"strokes": pictures.Strokes()},
    "pictures.ready.photo": {"name": "A 4 on lined paper"},
    "pictures.samples.Sample": {"name": "a", "licence": "b", "source": "c", "file": ""},
    "pictures.samples.sample": {"key": "step"},
    "pictures.strokes.Strokes": {"lines": (((0.1, 0.2), (0.3, 0.4)),), "thickness": 0.1},
    "pictures.strokes.Strokes.for_link": {},
    "pictures.strokes.Strokes.from_link": {"text": "ZAJkyAHIAcgB"},
    "pictures.strokes.Strokes.ink": {"side": 20},
    "pictures.strokes.Strokes.read": {"text": '{"thickness": 0.1, "strokes": [[[0.1, 0.2]]]}'},
    "pictures.strokes.Strokes.text": {},
    "envelope.packed": {"header": {"a": 1}, "arrays": {"b": MAP}},
    "envelope.opened": {"envelope": packed({"a": 1}, {"b": MAP})},
    "steps.narrowed": {"map": MAP},
    "steps.Step": {
        "row": 1, "column": 2, "values": MAP, "weights": MAP, "terms": MAP, "reduced": 1.0, "result": 1.0,
    },
    "steps.Trace": {
        "input": np.ones((2, 5, 6)), "output": np.ones((3, 4)), "rows": Window(3), "columns": Window(3),
        "channels": (0, 1), "weight": np.ones((2, 3, 3)), "divisor": 1.0, "term": "product", "reduction": "sum",
        "scale": 1.0, "bias": 0.0, "function": "identity", "outside": "zeros", "limit": 0.0, "input_limit": 0.0,
        "factor": Fraction(1, 3), "names": {"input": "it"}, "spacing": (1, 2),
    },
    "steps.Trace.envelope": {"autoplay": True},
    "steps.Trace.largest": {},
    "steps.Trace.narrowed": {"channels": ["a", "b"]},
    "steps.Trace.step": {"row": 1, "column": 2},
    "tracing.layer_trace": {
        "layer": NETWORK.layers[0], "input": MAPS[0], "output": MAPS[1], "parameters": PARAMETERS[0], "channel": 1,
        "training": False, "divisor": 1.0,
    },
    "figures.lines": {
        "series": CURVE, "x_title": "x", "y_title": "y", "log_y": True, "marks": {"here": 1.0}, "x_range": (0, 3),
        "y_range": (1, 4), "expected": ("x",), "dots": True, "height": 200,
    },
    "figures.bars": {
        "series": {"a": 1.0, "b": 2.0}, "x_title": "x", "y_title": "y", "log_y": True, "across": True, "signed": True,
        "words": ["one", "two"], "y_range": (1, 4), "height": 200,
    },
    "figures.histogram": {
        "series": {"a": MAP}, "bins": 9, "x_title": "x", "y_title": "y", "range": (0, 1), "log_y": True,
        "marks": {"here": 1.0}, "height": 200,
    },
    "export.signed_png": {"map": MAP[0], "limit": 2.0},
    "export.npy": {"map": MAP},
    "experiments.classmap.class_map_of": {"trained": TINY, "run": TINY.passed(LEVELS), "class_index": 1},
    "experiments.classmap.has_class_maps": {"trained": TINY},
    "experiments.classmap.class_map": {"trained": TINY, "maps": TINY_MAPS, "class_index": 1},
    "experiments.classmap.known_class": {"trained": TINY, "class_index": 1},
    "experiments.counterfactual.Move": {"across": 1, "down": -2, "turn": 30.0, "percent": 90.0},
    "experiments.counterfactual.moved": {"levels": LEVELS[0], "move": MOVE},
    "experiments.counterfactual.silenced": {"network": NETWORK, "parameters": PARAMETERS, "off": [(0, 1), (2, 0)]},
    "experiments.counterfactual.fitted": {"kernel": KERNEL, "size": 5},
    "experiments.counterfactual.exchanged": {
        "parameters": PARAMETERS, "layer": 0, "map": 1, "weight": np.ones((1, 3, 3)), "bias": 0.5,
    },
    "experiments.counterfactual.Compared": {"change": 0.5, "follows": None},
    "experiments.counterfactual.compared": {
        "network": NETWORK, "still": MAPS, "maps": MAPS, "move": MOVE, "layers": [0, 2],
    },
    "experiments.effective.EffectiveField": {"map": MAP[0], "down": range(3), "across": range(4)},
    "experiments.effective.EffectiveField.pixels_for": {"share": 0.5},
    "experiments.effective.effective_field": {"trained": TINY, "maps": TINY_MAPS, "layer": 2, "unit": (1, 2, 3)},
    "experiments.invariance.Cell": {"channel": 0, "row": 1, "column": 2, "before": 0.0, "after": 1.0},
    "experiments.invariance.Stage": {"name": "a", "maps": (MAP, MAP), "changes": (0.0, 0.5), "shifted": (0.0, None)},
    **{
        f"experiments.invariance.Stage.{name}": {"move": 1}
        for name in ("kept", "largest_kept", "most_changed", "share_kept")
    },
    "experiments.invariance.Stage.summary": {},
    "experiments.invariance.Summary": {
        "name": "a", "changes": (0.0, 0.5), "shifted": (0.0, None), "share_kept": (1.0, None),
        "most_changed": (None, None), "largest_kept": (None, None),
    },
    "experiments.invariance.Invariance": {
        **{
            name: invariance.Stage("a", (MAP,), (0.0,), (0.0,))
            for name in ("activation", "max_pooling", "average_pooling", "global_average")
        },
        "distances": (0, 1), "direction": "down",
    },
    "experiments.invariance.invariance": {
        "map": MAP, "rows": Window(2, 2), "columns": Window(2, 2), "direction": "down", "most": 2,
    },
    "experiments.invariance.relative_change": {"moved": MAP, "still": MAP + 1},
    "experiments.comparisons.relu_or_sigmoid": {"settings": {"recipe": {"epochs": 1}}},
    "experiments.comparisons.conv_or_fc": {"settings": {"seed": 1}},
    "experiments.comparisons.dropout_or_not": {"settings": {"seed": 1}},
    "experiments.learning_curves.LearningCurve": {
        "name": "a", "steps": (1, 2), "seconds": (0.1, 0.2), "losses": (1.0, 0.5), "accuracies": (0.1, 0.2),
    },
    "experiments.learning_curves.Race": {"done": 0.5, "curves": {"a": learning_curves.LearningCurve("a")}},
    "experiments.learning_curves.race": {"learners": {"a": learner()}, "every": 1},
    "experiments.learning_curves.with_activation": {"network": NETWORK, "function": "tanh"},
    "experiments.learning_curves.reached": {
        "curve": learning_curves.LearningCurve("a", (1, 2), (0.1, 0.2), (1.0, 0.5), (0.1, 0.2)), "loss": 0.7,
    },
    "experiments.lenet.stack_for": {"labels": LABELS, "stack": "relu; fc 10"},
    "experiments.live.trainable": {"stack": "conv 2 3x3; fc 10"},
    "experiments.live.nanoseconds": {"network": NETWORK},
    "experiments.live.first_layer": {"network": NETWORK},
    "experiments.live.filters": {"network": NETWORK, "arrays": PARAMETERS},
    "experiments.live.Curve": {"width": 1, "means": [(1.0, 0.5, 0.5)], "waiting": [(0.5, 0.5)]},
    "experiments.live.Curve.add": {"step": 1, "loss": 0.5, "share": 0.5},
    "experiments.live.Curve.smooth": {"steps": 3.0},
    "experiments.live.Progress": vars(PROGRESS),
    "experiments.live.Progress.of": {"header": REPORT.header, "arrays": REPORT.arrays},
    "experiments.live.Progress.report": {},
    "experiments.live.Progress.smooth": {},
    "experiments.live.LiveTraining": {"settings": LIVE, "arrays": None, "glance": True},
    "experiments.live.LiveTraining.progress": {"still": False},
    "experiments.live.learning": {"settings": {**LIVE, "before": REPORT.header}, "arrays": REPORT.arrays},
    "experiments.plans.Plan": {"name": "a", "stack": "fc 10", "recipe": RECIPE},
    "experiments.plans.Plan.told": {},
    "experiments.plans.Plan.trained": {"parameters": PLAN.network.initial(0), "held": 0.5, "step": 3},
    "experiments.plans.composed": {"name": "One CONV", "function": "relu", "dropout": True, "norm": True},
    "models.lenet5.layer_names": {"network": NETWORK},
    "experiments.saturation.Saturation": {"zeroed": 1, "saturated": 2, "least": 0.0, "most": 1.0, "slope": 0.5},
    "experiments.saturation.saturation": {"map": MAP, "activation": "sigmoid"},
    "experiments.saturation.steepest": {"activation": "sigmoid"},
    "experiments.self_attention.Attending": vars(self_attention.attending(MAP[:1], 2, 1)),
    "experiments.self_attention.Attending.trace": {"divisor": 2.0, "input": "it"},
    "experiments.self_attention.Mixed": {
        "map": MAP[0], "picture": MAP[0], "back": MAP[0], "differ": 3, "largest": 0.5,
    },
    "experiments.self_attention.attending": {"plane": MAP[:1], "tone": 2.0, "position": 1.0},
    "experiments.self_attention.mixed_up": {"operation": lambda plane: plane[0], "plane": MAP[:1], "seed": 3},
    "experiments.self_attention.settled": {"terms": MAP[0]},
    "experiments.self_attention.told_by": {"plane": MAP[:1]},
    "experiments.signals.causal": {"kernel_size": 2, "dilations": (1, 2, 4)},
    "experiments.signals.reached": {"windows": (Window(2), Window(2, dilation=2)), "unit": 5},
    "experiments.signals.seen": {"windows": (Window(2), Window(2, dilation=2))},
    "experiments.signals.signal": {"name": "Step"},
    "experiments.reads.Reading": {
        "windows": 4, "at_stride_one": 9, "mean": 1.5, "least": 0, "most": 4, "shared": 0.5, "rows": (1,),
        "columns": (), "dropped": (0, 1),
    },
    "experiments.reads.reading": {"rows": Window(3), "columns": Window(2, 2), "shape": (9, 8)},
    "experiments.reads.reads": {"window": Window(3, 2), "size": 9},
    "experiments.occlusion.Probe": {"row": 1, "column": 2, "probabilities": np.ones(5)},
    "experiments.occlusion.Occlusion": {"trained": TINY, "levels": LEVELS, "size": 4, "stride": 3},
    "experiments.occlusion.filled": {"grid": MAP[0]},
    "experiments.occlusion.Occlusion.box": {"row": 1, "column": 2},
    "experiments.occlusion.Occlusion.covered": {"row": 1, "column": 2},
    "experiments.occlusion.Occlusion.grid": {"probes": [occlusion.Probe(1, 2, np.ones(5))], "class_index": 1},
    "experiments.occlusion.Occlusion.probes": {"since": 1},
    "experiments.occlusion.answer": {"trained": TINY, "levels": LEVELS},
    "experiments.overfitting.Curve": {"name": "a", "epochs": (1,), "training": (0.5,), "held_out": (0.4,)},
    "experiments.overfitting.Overfitting": {"done": 0.5, "curves": {"a": overfitting.Curve("a")}},
    "experiments.overfitting.overfitting": {
        "images": DIGITS, "labels": LABELS, "others": DIGITS, "their_labels": LABELS, "variants": ["plain"],
        "recipe": RECIPE, "every": 1,
    },
    "experiments.patches.Patch": {
        "picture": "a", "value": 1.0, "row": 1, "column": 2, "down": range(3), "across": range(4),
    },
    "experiments.patches.Patches": {
        "network": TINY.network, "pictures": ("a",),
        **dict(zip(("values", "rows", "columns"), [
            tuple(np.zeros((1, row.output_shape[0], 3), kind) for row in TINY.network.rows)
            for kind in (np.float32, np.int16, np.int16)
        ])),
    },
    "experiments.patches.Patches.best": {"layer": 1, "channel": 1, "count": 2},
    "experiments.patches.seen_of": {"field": Field(5, 2, -1), "index": 1, "size": 9},
    "experiments.patches.patches": {"trained": TINY, "pictures": {"a": LEVELS}},
    "experiments.shifted.Side": {
        "name": "a", "network": NETWORK, "parameters": 3, "loss": 1.0, "accuracies": (0.5,),
    },
    "experiments.shifted.Shifted": {
        "done": 0.5, "doing": "it", "shifts": (0, 1),
        **{name: shifted.Side("a", NETWORK, 3) for name in ("conv", "fc")},
    },
    "experiments.shifted.shifted": {
        "images": DIGITS, "labels": LABELS, "others": DIGITS, "their_labels": LABELS, "shifts": (0, 1),
        "recipe": RECIPE,
    },
    "experiments.shifted.networks": {"shape": (1, 32, 32), "labels": LABELS},
    "experiments.shifted.moved_apart": {"images": DIGITS, "shift": 2},
    "experiments.strongest.Strongest": {"channel": 0, "value": 1.0, "row": 1, "column": 2, "above": 0.5},
    "experiments.strongest.Ranking": {
        "maps": (strongest.Strongest(0, 1.0, 1, 2, 0.5),), "left_out": (1,), "border": 1,
    },
    "experiments.strongest.border_of": {"shape": (3, 5, 6)},
    "experiments.strongest.strongest": {"maps": TINY_MAPS, "layer": 1, "count": 2},
    "experiments.vanishing.Initialisation": {
        "name": "a", "formula": "1", "variance": lambda fan_in, fan_out: 1.0, "source": "us", "uniform": True,
    },
    "experiments.vanishing.Initialisation.draw": {"shape": (2, 3, 3, 3), "rng": np.random.default_rng(1)},
    "experiments.vanishing.fans": {"shape": (2, 3, 3, 3)},
    "experiments.vanishing.LayerGradient": dict.fromkeys(
        ("forward", "derivative", "weights", "gradient", "weight_gradient", "predicted"), 1.0
    ),
    "experiments.vanishing.Vanishing": {
        "layers": (vanishing.LayerGradient(1, 1, 1, 1, 1, 1),), "activation": "relu",
        "initialisation": vanishing.INITIALISATIONS["He (2015)"],
    },
    "experiments.vanishing.vanishing": {
        "input": MAP, "depth": 2, "activation": "relu", "initialisation": "He (2015)", "channels": 3, "seed": 1,
    },
    "experiments.vanishing.through": {
        "image": MAP, "weights": [RNG.standard_normal((3, 4, 3, 3))], "factors": [1.0], "signs": np.ones((3, 9, 8)),
        "activation": "relu",
    },
    "experiments.vanishing.rms": {"array": MAP},
}  # fmt: skip

# By the names of its parameters, for an operation that is not among them.
NAMED: dict[str, Any] = {
    "x": MAP, "input": MAP, "output_gradient": MAP, "size": 3, "rng": np.random.default_rng(1),
    "weight": MEANS, "num_groups": 2, "normalized_shape": 8,
}  # fmt: skip

# One of each layer, and the shape that it reads here; one that can be typed and is not among them is its own example.
SHAPES: dict[layers.Layer, tuple[int, ...]] = {
    layers.Conv2d(6, (3, 2), 2, ((1, 0), 2), groups=2, padding_mode="replicate"): (4, 9, 8),
    layers.PartialConv2d(((0, 2), (1,)), (3, 2), ((1, 0), 2)): (4, 9, 8),
    layers.ConvTranspose2d(6, (3, 2), (2, 3), ((1, 0), 1), (1, 2), 2, dilation=(1, 2)): (4, 5, 4),
    layers.MaxPool2d(3, 2, (1, 0), True): (4, 9, 8),
    layers.AvgPool2d(3, 2, (1, 0), True, False): (4, 9, 8),
    layers.GlobalAvgPool(): (4, 9, 8),
    layers.AdaptiveAvgPool2d((3, 4)): (4, 9, 8),
    layers.AdaptiveMaxPool2d((3, 4)): (4, 9, 8),
    layers.Upsample(scale_factor=(2, 1.5), mode="bilinear"): (4, 9, 8),
    layers.Resize((12, 9)): (4, 9, 8),
    layers.Subsample((2, 3)): (4, 9, 8),
    layers.Activate("gelu"): (4, 9, 8),
    layers.BatchNorm2d(): (4, 9, 8),
    layers.Scale(): (4, 9, 8),
    layers.Elementary("erf"): (4, 9, 8),
    layers.Power(-1.0): (4, 9, 8),
    layers.Offset(): (4, 9, 8),
    layers.Gain(): (4, 9, 8),
    layers.Repeat((4, 3, 8)): (4, 1, 8),
    layers.Clip(-1, 2): (4, 9, 8),
    layers.Dropout(0.3): (4, 9, 8),
    layers.Linear(3): (4, 9, 8),
    layers.Rbf(3): (4, 9, 8),
    layers.Add(2): (4, 9, 8),
    layers.Multiply(2): (4, 9, 8),
    layers.Concat(): (4, 9, 8),
    layers.Same(): (4, 9, 8),
    layers.Pad(((1, 0), 2), "reflect"): (4, 9, 8),
    layers.PadMaps(1, 2): (4, 9, 8),
    layers.Reshape((8, 9, 4)): (4, 9, 8),
    layers.Slice(1, 2, 8, 3): (4, 9, 8),
    layers.Transpose((2, 0, 1)): (4, 9, 8),
}
_ALSO = {kind: kind.grammars[0].example for kind in layers.TYPED} | dict.fromkeys(map(type, SHAPES), "")
SHAPES.update({read(example)[0]: (4, 9, 8) for example in _ALSO.values() if example})

# What methods are called on; each is made once.
INSTANCES: dict[type, Callable[[], Any]] = {
    Window: lambda: Window(3, 2, (1, 0), 2),
    Field: lambda: Field(5, 2, -1),
    Passage: lambda: Passage(Window(3), 9, "reflect"),
    kernels.Kernel: lambda: kernels.KERNELS["gabor"],
    Network: lambda: NETWORK,
    Graph: lambda: Graph(NETWORK.input_shape, NETWORK.nodes),
    Row: lambda: NETWORK.rows[2],
    Pass: lambda: Pass(NETWORK, PARAMETERS, MAPS[0], training=True),
    Part: lambda: STACK.parts[1],
    Stack: lambda: STACK,
    typed.Branches: typed.Branches,
    typed.Draft: lambda: typed.Draft("conv", {"out_channels": 4, "kernel_size": 3}),
    training.Recipe: training.Recipe,
    training.Learner: learner,
    Layout: lambda: Layout(NETWORK),
    models.Preparation: lambda: models.Preparation((3, 12, 9)),
    models.Trained: lambda: TINY,
    pictures.Picture: lambda: pictures.Picture(LEVELS, "RGB", (15, 11)),
    pictures.Strokes: lambda: pictures.Strokes((((0.1, 0.2), (0.3, 0.4)),)),
    steps.Trace: lambda: TRACE,
    effective.EffectiveField: lambda: effective.EffectiveField(MAP[0], range(3), range(4)),
    invariance.Stage: lambda: invariance.Stage("a", (MAP, MAP), (0.0, 0.5), (0.0, None)),
    live.Curve: lambda: live.Curve(1, [(1.0, 0.5, 0.5)], []),
    live.LiveTraining: lambda: live.LiveTraining(LIVE),
    live.Progress: lambda: PROGRESS,
    plans.Plan: lambda: PLAN,
    occlusion.Occlusion: lambda: occlusion.Occlusion(TINY, LEVELS, 4, 3),
    patches.Patches: lambda: patches.patches(TINY, {"a": LEVELS}),
    self_attention.Attending: lambda: self_attention.attending(MAP[:1], 2, 1),
    vanishing.Initialisation: lambda: vanishing.INITIALISATIONS["Glorot (2010)"],
    **{type(layer): lambda layer=layer: layer for layer in SHAPES},  # type: ignore[misc]
}


def layer_arguments(layer: layers.Layer, name: str) -> dict[str, Any]:
    """Arguments with which a method that every layer has works for this one."""
    shape = SHAPES[layer]
    network = Network(shape, (layer,))
    given = {
        "input": np.ones(shape), "parameters": some_parameters(network, 1)[0], "training": True,
        "rng": np.random.default_rng(1), "shape": shape, "channel": 1, "gradient": np.ones(network.shapes[-1]),
        "output": np.ones(network.shapes[-1]), "to_input": True, "drawn": None, "divisor": 2.0, "share": 0.1,
        "statistics": layer.statistics(shape), "inputs": 1,
    }  # fmt: skip
    return {key: given[key] for key in list(inspect.signature(getattr(type(layer), name)).parameters)[1:]}


class Odd:
    """Of no use anywhere."""


class Refuses:
    """What fails in its own way where it is asked for numbers, as a tensor that is being learnt does."""

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        raise RuntimeError("not here")

    def __index__(self) -> int:
        raise OSError("nor here")


LOOP: list[Any] = []
LOOP.append(LOOP)

WRONG: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 3, 5, -1, -7, 2.5, 0.0, 1e300, float("nan"), float("inf"), -float("inf"), 30_000,
    2**31, 2**63, -(2**63), 10**30, 10**400, -(10**5000), 1j, Decimal("1.5"), Fraction(1, 3),
    "", "a", "3", "1 2; 3 4", "zeros", "x" * 5000, "\x00\u202e", b"", b"abc", b"\x89PNG\r\n\x1a\n",
    (), [], {}, set(), (1,), [1], (1, 2), [2, 1], (1, 2, 3), (4, 9, 8), ((1, 2), (3, 4)), ((1, 2, 3), 1), (None, 1),
    (-1, 1), (1.5, 2), ("a", "b"), (2**31, 2**31), (10**30, 1), (30_000, 30_000), (True, 1), {"a": 1}, {1: 2},
    {"weight": None}, {"weight": np.ones(3)}, [{}], [None], [{"weight": "a"}], [[1, 2], [3]], [[[0]]], LOOP,
    range(3), iter(()), object(), Odd(), Odd, Refuses(), len, lambda *given: None, np.random.default_rng(0),
    np.float32(0.5), np.float64("nan"), np.int64(3), np.uint8(2), np.bool_(True), np.str_("a"), np.array(3),
    np.array(2.5), np.array([]), np.arange(3), np.ones(3), np.ones((2, 3)), np.ones((4, 9, 8)), np.ones((1, 4, 9, 8)),
    np.ones((2, 2, 2, 2, 2)), np.ones((0, 3, 3)), np.ones((3, 0)), np.zeros((3, 15, 11), np.uint8),
    np.zeros((28, 28), np.uint8), np.full((4, 9, 8), np.nan), np.full((4, 9, 8), np.inf), np.full((4, 9, 8), 1e300),
    np.array(["a", "b"]), np.array([None, 1]), np.array([1j]), np.array([[1, 2], [3, 4]]), np.array([True, False]),
    np.array(["2020-01-01"], "M8[D]"), np.timedelta64(3, "s"), np.int8(-128), np.uint64(2**64 - 1), range(10**12),
    np.broadcast_to(1.0, (10**6, 10**6, 2)), np.full((4, 9, 8), 1.7e308), np.ones((4, 9, 8), np.longdouble),
    np.ones(3, "f2"),
    np.array([(1, 2)], [("a", "i4"), ("b", "f4")]), np.ma.masked_array([1.0, 2.0], [True, False]),
    Window(3), Window(2, 2), Field(), NETWORK, TINY, layers.Conv2d(4, 3), layers.Linear(3), training.Recipe(), TRACE,
    MOVE, pictures.sample("binary"), MAPS, PARAMETERS, PARAMETERS[0], LABELS, [MAP, MAP], [layers.Linear(3)],
    ["conv"], [Window(3)], {"a": np.ones(3)}, {"a": (np.ones(3), np.ones(2))}, {"a": {"b": 1.0}}, {"stack": "fc 10"},
    {"stack": "fc 10", "recipe": {"rate": 3}}, {"recipe": None}, {"recipe": {"seed": "a"}}, {"seed": "a"},
)  # fmt: skip


@cache
def public() -> dict[str, Any]:
    """Everything public by its full name without "cnnviz.": functions, classes, and the classes' methods."""
    rooms = [*(f"cnnviz.{room}" for room in ROOMS), *(
        f"cnnviz.experiments.{found.name}" for found in pkgutil.iter_modules(experiments.__path__)
    )]  # fmt: skip
    named: dict[str, Any] = {name: getattr(cnnviz, name) for name in cnnviz.__all__}
    found = list(named.values())
    for room in rooms:
        module = importlib.import_module(room)
        own = [value for name, value in vars(module).items()
               if not name.startswith("_") and getattr(value, "__module__", "") == room]  # fmt: skip
        found += [getattr(module, name) for name in module.__all__] if hasattr(module, "__all__") else own
    things: dict[str, Any] = {}
    for thing in found:
        if inspect.isclass(thing) and not issubclass(thing, (CnnvizError, dict)):
            if not inspect.isabstract(thing):
                things[_name(thing)] = thing
            for name, member in inspect.getmembers(thing):
                if not name.startswith("_") and callable(member) and not inspect.isabstract(thing):
                    things[f"{_name(thing)}.{name}"] = member
        elif inspect.isfunction(thing) or hasattr(thing, "__wrapped__"):
            things[_name(thing)] = thing
    return things


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}".removeprefix("cnnviz.")


@dataclass(frozen=True)
class Call:
    """One call: what is called, on what, and with which arguments; `wrong` names those that are."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        told = (f"{name}={_short(self.arguments[name])}" for name in self.wrong)
        return f"{self.name}({', '.join(told)})"

    def make(self) -> Any:
        """Call it. Of what comes out, a generator's first piece and an object's properties are looked at too."""
        positional = [value for name, value in self.arguments.items() if name in POSITIONAL.get(self.name, ())]
        named = {name: value for name, value in self.arguments.items() if name not in POSITIONAL.get(self.name, ())}
        answer = self.function(*positional, **named)
        if inspect.isgenerator(answer):  # the jobs look at what they are given before their first piece, which is long
            return answer if self.name.startswith("experiments.comparisons") else list(islice(answer, 1))
        if type(answer).__module__.startswith("cnnviz"):
            repr(answer)
            for name, member in inspect.getmembers(type(answer)):
                if not name.startswith("_") and not callable(member):
                    getattr(answer, name)
        return answer


# Parameters that cannot be named in a call.
POSITIONAL = {"tracing.layer_trace": ("layer", "input", "output")}


def is_a_sentence(message: str) -> bool:
    """Whether a refusal is fit to be shown: one line, not endless, without an address in memory."""
    plain = "\n" not in message and "0x" not in message and "<class" not in message and "object at" not in message
    return plain and 10 < len(message) <= 400 and message.rstrip().endswith((".", ")"))


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array{value.shape} of {value.dtype}"
    if isinstance(value, int) and abs(value) > 10**40:
        return f"an int of {value.bit_length()} bits"
    return repr(value)[:60]


def right() -> Iterator[Call]:
    """Every public thing once, with arguments that work."""
    for name, thing in public().items():
        yield _call(name, thing, {}, ())


def _call(name: str, thing: Any, changed: dict[str, Any], wrong: tuple[str, ...]) -> Call:
    owner = name.rpartition(".")[0]
    kind = public().get(owner)
    arguments = RIGHT.get(name)
    if inspect.isclass(kind) and not inspect.ismethod(thing):  # a method
        instance = instance_of(kind)
        thing = getattr(instance, name.rpartition(".")[2])
        if arguments is None and isinstance(instance, layers.Layer):
            arguments = layer_arguments(instance, name.rpartition(".")[2])
    if arguments is None and inspect.isclass(thing) and issubclass(thing, layers.Layer):
        instance = instance_of(thing)
        arguments = {one.name: getattr(instance, one.name) for one in fields(instance) if one.init}
    if arguments is None and name.startswith("ops."):
        arguments = usual(thing)
    if arguments is None:
        raise KeyError(f"{name} is public: say in RIGHT with which arguments it works")
    return Call(name, thing, {**arguments, **changed}, wrong)


def arguments_for(thing: Any) -> dict[str, Any]:
    """Arguments with which something public works."""
    return _call(_name(thing), thing, {}, ()).arguments


def usual(operation: Callable[..., Any]) -> dict[str, Any]:
    """Arguments by the names of an operation's parameters; what it takes where nothing is said, it is given."""
    parameters = inspect.signature(operation).parameters.values()
    return {one.name: NAMED[one.name] if one.default is one.empty else one.default for one in parameters}


@cache
def instance_of(kind: type) -> Any:
    return INSTANCES[kind]()


def calls(seed: int, count: int) -> Iterator[Call]:
    """`count` calls, each with one argument wrong, or two; the same seed gives the same calls."""
    draw = random.Random(seed)
    things = public()
    takes = [name for name, thing in things.items() if _call(name, thing, {}, ()).arguments]
    for _ in range(count):
        name = draw.choice(takes)
        known = [*_call(name, things[name], {}, ()).arguments]
        wrong = tuple(draw.sample(known, min(len(known), draw.choice((1, 1, 1, 2)))))
        given = _call(name, things[name], {}, ()).arguments
        yield _call(name, things[name], {key: draw.choice(wrong_for(given[key])) for key in wrong}, wrong)


def wrong_for(right: object) -> list[Any]:
    """What to put in the place of an argument; of a function no other one, for what that raises is its own affair."""
    return [*nearly(right), *(value for value in WRONG if not (callable(right) and callable(value)))]


def nearly(right: Any) -> list[Any]:
    """What is almost right: a size more or less, an axis more or less, another kind of numbers, something missing."""
    if isinstance(right, np.ndarray) and right.ndim:
        kinds = [right.astype(kind) for kind in (np.int64, np.float16, object, bool)]
        sizes = [right[:-1], right[..., :-1], right[:0], right[np.newaxis], right[0], right.T, np.stack([right, right])]
        return [*kinds, *sizes, right * np.nan, right.tolist()]
    if isinstance(right, bool) or right is None:
        return []
    if isinstance(right, (int, float)):
        return [right + 1, right - 1, -right, 10 * right, float(right), str(right), [right], np.array([right])]
    if isinstance(right, (tuple, list)) and len(right):
        first = [one for value in nearly(right[0]) for one in ([value, *right[1:]],)] if len(right) < 20 else []
        return [right[:-1], [*right, right[-1]], [*right[::-1]], dict(enumerate(right)), *first]
    if isinstance(right, dict) and right:
        key, value = next(iter(right.items()))
        less = {other: one for other, one in right.items() if other != key}
        return [less, {**right, "other": 1}, [*right], *({**right, key: other} for other in nearly(value))]
    if isinstance(right, (str, bytes)):
        return [right[:-1], right + right[-1:], right[::-1], right.upper(), [right]]
    return []


def every_call(within: str = "") -> Iterator[Call]:
    """Each argument of each public thing, or of those whose names begin so, with each of WRONG in its place."""
    things = public()
    for name, thing in things.items():
        if not name.startswith(within):
            continue
        for key in _call(name, thing, {}, ()).arguments:
            for value in wrong_for(_call(name, thing, {}, ()).arguments[key]):
                yield _call(name, thing, {key: value}, (key,))

"""What every layer is: shapes, costs, how arrays go through it and back, what its numbers come from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import afford, amount, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Axis, Passage, Window
from cnnviz.layers.grammar import Grammar
from cnnviz.numbers import grouped, times
from cnnviz.signatures import checked, hold
from cnnviz.steps import Terms


def input_shape(value: object, name: str) -> tuple[int, ...]:
    """`value` as the shape of a layer's input. Raises SettingError for what is none."""
    if type(value) is tuple and len(value) in (1, 3) and all(type(size) is int and size > 0 for size in value):
        return value  # nearly always, and asked for thousands of times
    if not isinstance(value, (tuple, list)) or len(value) not in (1, 3):
        raise SettingError(f"The input's shape is {told(value)}; it is (C, H, W) or (features,).")
    return tuple(whole(size, "a size of the input's shape", 1) for size in value)


Shape = Annotated[tuple[int, ...], input_shape]  # (channels, height, width), or (features,) behind an FC layer
Parameters = Mapping[str, NDArray[np.floating]]
Drawn = NDArray[np.bool_] | None  # what a layer drew in training, such as what dropout kept
Found = tuple[NDArray, dict[str, NDArray]]  # the gradient for a layer's input, and those for its parameters by name


class Given(NamedTuple):
    """What a layer is run with besides its input: its parameters, whether in training, and where chance comes from.

    drawn     on the way back: what it drew on the way there
    to_input  on the way back: whether the gradient for the input is wanted
    divisor   for terms: the layer read the input divided by it
    """

    parameters: Parameters
    training: bool = False
    rng: np.random.Generator | None = None
    drawn: Drawn = None
    to_input: bool = True
    divisor: float = 1.0


class Operator(NamedTuple):
    """One of the operators that a layer is written as in a file, by the names that files share: Conv, Gemm, MaxPool.

    constants   what it reads behind its inputs, in their order, by name: arrays, whole numbers, or one number
    attributes  its settings
    reads       its inputs: of the layer's by their number, of operators before it by their names; None for what the one
                before it made, and for the first all that the layer reads
    name        of what comes out; the last one's is the layer's own
    """

    kind: str
    constants: Mapping[str, NDArray | tuple[int, ...] | float] = {}
    attributes: Mapping[str, str | float | tuple[int, ...]] = {}
    reads: tuple[int | str, ...] | None = None
    name: str = ""


VECTOR = "what comes before it is {} numbers in a row, without height and width; it fits before the first FC."


@checked
class Layer(ABC):
    """One layer, before it has seen any input: its settings, and what they come to on a given input's shape.

    A layer takes its channels from what comes in, as PyTorch's lazy layers do. Shapes are (C, H, W) or (features,).
    Nothing here allocates an array but `initial` and `forward`, and counts are Python's whole numbers, which have no
    largest one.
    """

    function: str = ""  # the key of the activation that it is
    kind: ClassVar[str]  # CONV, POOL, ACTIVATION, FC, DROPOUT, BATCH NORM or RBF
    by_channel: ClassVar[bool] = False  # each map of the output comes from the map of the same number alone
    belongs: ClassVar[bool] = False  # to the layer before it, whose numbers it changes one by one
    is_global: ClassVar[bool] = False  # its window is the whole map, of whatever size
    weighs: ClassVar[bool] = False  # a unit has a weight for each number that it reads
    is_random: ClassVar[bool] = False  # in training it draws
    hands_on: ClassVar[bool] = False  # the maps of the output are those of the input, as they are, in their order
    gates: ClassVar[bool] = False  # its step ends in a product with a number of the place
    shows: ClassVar[str] = ""  # how what its units read is called where it is not what came in: "e to the power of {}"
    joins: ClassVar[str] = ""  # whether it reads several branches: "alike", or "any" of one size
    grammars: ClassVar[tuple[Grammar, ...]] = ()  # the ways to type it; none where it cannot be typed

    @property
    @abstractmethod
    def name(self) -> str:
        """Short, for people: CONV 3 × 3."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that comes out. Raises DoesNotFit where the layer cannot follow, and says what would fit."""
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """The arrays that are learnt, by PyTorch's names."""
        return {}

    def parameters(self, shape: Shape) -> int:
        """How many numbers are learnt."""
        return sum(math.prod(size) for size in self.parameter_shapes(shape).values())

    def multiply_adds(self, shape: Shape) -> int:
        """How many products are made and added up: those of CONV and FC. What else is done, `operations` tells."""
        return 0

    def operations(self, shape: Shape) -> dict[str, int]:
        """What is done how many times, by name; none of it is a multiply-add but that of CONV and FC."""
        return {"multiply-adds": self.multiply_adds(shape)} if self.weighs else {}

    def in_a_window(self, shape: Shape) -> int:
        """How many numbers one window reads, where windows slide; 0 elsewhere."""
        return 0

    def handled(self, shape: Shape) -> int:
        """About how many numbers CONV lays out, and POOL compares or adds, as it is run: what takes time besides
        multiply-adds. A call of NumPy counts as `ops.tiling.CALL` of them."""
        return 0

    def windows(self, shape: Shape) -> tuple[Axis, Axis]:
        """What a unit reads of the map before it, down and across."""
        return Window(1), Window(1)

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        """What a unit really reads of the map before it, down and across: `windows`, and where that map ends."""
        down, across = self.windows(shape)
        height, width = sides(shape)
        return Passage(down, height), Passage(across, width)

    def laid_sides(self, shape: Shape) -> tuple[int, int]:
        """Height and width of what its units are shown to read: of the map before it, as it is laid out."""
        return sides(shape)

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """Which maps of the input a map of the output comes from, from 0. Raises SettingError where it is none."""
        count = self.output_shape(shape)[0]
        if not 0 <= channel < count:
            raise SettingError(f"{self.name} makes {count} maps; there is no map {told(channel)}, counted from 0.")
        return (channel,) if self.by_channel else tuple(range(shape[0]))

    def reads_in(self, shape: Shape) -> int:
        """In how many groups its maps read those of the input: 1 where each reads all, as many as there are where each
        reads the one of its own number; 0 where it is no matter of groups, and `reads` alone tells."""
        return shape[0] if self.by_channel else 1

    def product(self, shape: Shape) -> str:
        """How its parameters are counted, what a unit reads and its bias × units: "(3 × 3 × 8 + 1) × 16"; or ""."""
        shapes = self.parameter_shapes(shape)
        if "weight" not in shapes:
            return ""
        count, *reads = shapes["weight"]
        read = times(*reads[1:], reads[0]) if len(reads) == 3 else times(*shape[1:], shape[0])
        return f"({read} + 1) × {grouped(count)}" if "bias" in shapes else f"{read} × {grouped(count)}"

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Parameters to start learning from, float32.

        Weights are normal around 0 with a variance of 2 / (the inputs of a unit), biases 0: K. He et al., "Delving
        Deep into Rectifiers" (2015), equation 10.
        """
        self.output_shape(shape)  # for what it refuses
        shapes = self.parameter_shapes(shape)
        for name, size in shapes.items():
            afford(size, np.float32, f"{self.name}: its {name}", "fewer filters or units need less")
        start = {name: np.zeros(size, np.float32) for name, size in shapes.items()}
        if "weight" in shapes:
            deviation = np.float32(math.sqrt(2 / math.prod(shapes["weight"][1:])))
            start["weight"] = rng.standard_normal(shapes["weight"], np.float32) * deviation
        return start

    def _takes(self, inputs: int) -> bool:
        """Whether it reads so many."""
        return inputs == 1 or bool(self.joins and inputs)

    def check_parameters(self, parameters: Parameters, shape: Shape) -> None:
        """Raises ArrayError for parameters that are not this layer's for an input of that shape; more may be there."""
        check_arrays(self, parameters, self.parameter_shapes(shape))

    def forward(
        self, input: NDArray, parameters: Parameters, training: bool = False, rng: np.random.Generator | None = None
    ) -> NDArray[np.floating]:
        """What comes out for `input`, (C, H, W) or (features,), or a batch of them with N in front.

        `training` matters to dropout and batch norm alone; `rng` to dropout in training. Raises ArrayError for arrays
        that do not belong together, and what the operation raises.
        """
        self.check_parameters(parameters, single(input))
        return self._forward(input, Given(parameters, training, rng))

    @abstractmethod
    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]: ...

    def drawn(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> Drawn:
        """What `forward` draws in training for an input of this shape, a batch's with N: given `rng` in the state in
        which it was given that one; None for a layer that draws nothing."""
        return None

    def backward(
        self,
        input: NDArray,
        parameters: Parameters,
        gradient: NDArray,
        *,
        training: bool = False,
        drawn: Drawn = None,
        to_input: bool = True,
    ) -> Found:
        """The loss's gradient for the input, and those for what is learnt, by name, from that for the output.

        input     what `forward` was given, with the same `parameters` and `training`; `drawn` what it drew
        to_input  False: the first is not wanted, and may be empty

        Raises ArrayError for arrays that do not belong together.
        """
        shape = single(input)
        self.check_parameters(parameters, shape)
        wanted = (*input.shape[: input.ndim - len(shape)], *self.output_shape(shape))
        if gradient.shape != wanted or (drawn is not None and drawn.shape != input.shape):
            raise ArrayError(f"{self.name}: the output's gradient has shape {gradient.shape}; the output has {wanted}.")
        with np.errstate(all="ignore"):
            return self._backward(input, gradient, Given(parameters, training, None, drawn, to_input))

    @abstractmethod
    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found: ...

    def terms(
        self,
        input: NDArray,
        output: NDArray,
        parameters: Parameters,
        channel: int,
        *,
        training: bool = False,
        divisor: float = 1.0,
    ) -> Terms:
        """How map `channel` of the output comes about, for a Trace.

        input   (C, H, W), or (features, 1, 1); the layer read `input / divisor`
        output  what it made of that

        Raises ArrayError for arrays that do not belong together, and for a map that is none; SettingError for a divisor
        that is not above 0.
        """
        if not 0 < divisor < math.inf:
            raise SettingError(f"The divisor is {told(divisor)}; it is a number above 0, such as 255.")
        made = math.prod(self.output_shape(input.shape)) if input.ndim == 3 else 0
        if not output.size == made > 0:
            raise ArrayError(f"{self.name} does not make {output.shape} of {input.shape}.")
        if not 0 <= channel < len(output):
            raise ArrayError(f"{self.name} gave {len(output)} maps; there is no map {told(channel)}, counted from 0.")
        self.check_parameters(parameters, input.shape)
        with np.errstate(all="ignore"):
            return self._terms(input, output, channel, Given(parameters, training, divisor=divisor))

    @abstractmethod
    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms: ...

    def written(self, shape: Shape, parameters: Parameters, inputs: int = 1) -> tuple[Operator, ...]:
        """How a file says it: operators of inference, one after another, on a batch of one.

        shape   of all that it reads; inputs  of how many values that is

        Raises ArrayError for parameters that do not belong to it, DoesNotFit where it cannot follow, and SettingError
        for settings that no operator has, and for inputs that it does not take.
        """
        if not self._takes(inputs):
            raise SettingError(f"{self.name} does not read {told(inputs)} values.")
        self.output_shape(shape)  # for what it refuses
        self.check_parameters(parameters, shape)
        return self._written(shape, parameters, inputs)

    @abstractmethod
    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]: ...

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        """By the name that its grammar gives it in PyTorch, which comes first, with PyTorch's names of its settings."""
        for grammar in self.grammars:
            if grammar.calls and all(getattr(self, name) == value for name, value in grammar.fixed.items()):
                settings = {slot.name: (getattr(self, slot.name), slot) for slot in grammar.slots if not slot.is_told}
                told = [repr(value) if slot.bare else f"{name}={value!r}" for name, (value, slot) in settings.items()
                        if slot.bare or value != slot.usual]  # fmt: skip
                return (f"nn.{next(iter(grammar.calls))}({', '.join(told)})",)
        raise SettingError(f"{self.name}: PyTorch has no layer that does this.")

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        raise SettingError(f"{self.name}: Keras has no layer that does this.")

    def _met_as_torch(self, values: Sequence[str]) -> str:
        """Code that makes one of several values that are called so: of PyTorch, one behind the other."""
        return f"torch.cat([{', '.join(map(str, values))}], dim=1)"

    def statistics(self, shape: Shape) -> dict[str, NDArray[np.float32]]:
        """What it gathers in training beside what it learns, by name, before there has been any."""
        return {}

    def gathered(self, input: NDArray, statistics: Parameters, share: float) -> dict[str, NDArray]:
        """The statistics moved by `share` towards those of a batch, (N, ...)."""
        return {**statistics}


# What a network does for all of its layers at once. The doors of a layer's methods take longer than a small layer does,
# half of the time of LeNet-5 on one digit, and what reaches these has gone through the network's.


def check_arrays(layer: Layer, parameters: Parameters, shapes: Mapping[str, Shape]) -> None:
    """Raises ArrayError for parameters without one of those names and shapes."""
    for name, size in shapes.items():
        found = parameters[name].shape if name in parameters else "missing"
        if found != size:
            raise ArrayError(f"{layer.name}: its {name} is {found}, not {size}.")


def read_by(
    layer: Layer,
    maps: Sequence[NDArray] | Mapping[int, NDArray],
    sources: Sequence[int],
    shapes: Sequence[Shape],
    input_shape: Shape,
) -> NDArray:
    """What a layer of a network reads among all maps: those of its sources, of these shapes, one behind the other."""
    try:
        read = [maps[source] for source in sources]
    except (IndexError, KeyError):
        raise ArrayError(f"{layer.name} reads the maps {told(sources)}; not all are there.") from None
    for one, shape in zip(read, shapes):
        if one.shape[max(0, one.ndim - len(shape)) :] != shape:
            raise ArrayError(f"{layer.name} reads maps of {shape}, not {one.shape}.")
    if len(read) == 1:
        return read[0]
    sides = input_shape[1:]
    return np.concatenate([np.broadcast_to(one, (*one.shape[: one.ndim - len(sides)], *sides)) for one in read],
                          -1 - len(sides))  # fmt: skip


def run(layer: Layer, input: NDArray, given: Given) -> NDArray[np.floating]:
    """`Layer.forward` of an input and parameters that have been checked."""
    return layer._forward(input, given)


def as_torch(layer: Layer, shape: Shape) -> tuple[str, ...]:
    """The modules of PyTorch that do what it does to an input of this shape, one behind the other, as code.

    Raises SettingError where PyTorch has none.
    """
    return layer._as_torch(shape)


def as_keras(layer: Layer, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
    """The same for Keras, whose maps are (H, W, C). not_below_0: no number that comes in is."""
    return layer._as_keras(shape, not_below_0)


def met_as_torch(layer: Layer, values: Sequence[str]) -> str:
    """PyTorch's code where it reads several values that are called so."""
    return layer._met_as_torch(values)


def run_back(layer: Layer, input: NDArray, gradient: NDArray, given: Given) -> Found:
    """`Layer.backward` of what has been checked."""
    return layer._backward(input, gradient, given)


def sides(shape: Shape) -> tuple[int, int]:
    """Height and width; a vector is one number high and wide."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def over_all(shape: Shape) -> tuple[Window, Window]:
    """Windows over all of a map."""
    height, width = sides(shape)
    return Window(height), Window(width)


def single(input: NDArray) -> tuple[int, ...]:
    """The shape of one input, (C, H, W) or (features,), of one or of a batch. Raises ArrayError for other arrays."""
    if not 1 <= input.ndim <= 4 or 0 in input.shape[-3 if input.ndim > 2 else -1 :]:
        raise ArrayError(f"The input has shape {input.shape}; it is (C, H, W) or (features,), or a batch, (N, ...).")
    return input.shape[-3:] if input.ndim > 2 else input.shape[-1:]


def rows_of(input: NDArray) -> NDArray:
    """Each input as a row of numbers: (C, H, W) or (features,), or a batch of them with N in front."""
    return input.reshape(*input.shape[:-3], math.prod(input.shape[-3:])) if input.ndim >= 3 else input


def named(parameters: Parameters, weight: NDArray, bias: NDArray) -> dict[str, NDArray]:
    """The gradients of a weight and, where the layer has one, of its bias."""
    return {"weight": weight, "bias": bias} if "bias" in parameters else {"weight": weight}


def bias_of(parameters: Parameters, channel: int) -> float:
    return float(parameters["bias"][channel]) if "bias" in parameters else 0.0


def needs_volume(layer: Layer, shape: Shape) -> None:
    """Refuse what comes behind a fully connected layer: there is nothing left to slide over."""
    if len(shape) != 3:
        raise DoesNotFit(f"{layer.name}: {VECTOR.format(grouped(math.prod(shape)))}")


def alone(kind: str, constants: Mapping[str, Any] = {}, **attributes: Any) -> tuple[Operator, ...]:
    """A layer that is one operator."""
    return (Operator(kind, constants, attributes),)


def weights_of(parameters: Parameters) -> dict[str, NDArray]:
    """A weight and, where the layer has one, its bias, in the order in which operators read them."""
    return {name: parameters[name] for name in ("weight", "bias") if name in parameters}


Sides = int | tuple[int | tuple[int, int], int | tuple[int, int]]
Pair = int | tuple[int, int]


def both(value: Any) -> tuple[Any, Any]:
    """(height, width) of a setting that may be one for both."""
    return (value[0], value[1]) if isinstance(value, tuple) else (value, value)


def ends(padding: Any) -> tuple[int, int, int, int]:
    """A padding as files have it: top, left, bottom, right."""
    (top, bottom), (left, right) = (both(axis) for axis in both(padding))
    return top, left, bottom, right


def call_of(name: str, *needed: object, **settings: tuple[object, object]) -> str:
    """A call as code: what it needs, and of the settings, each with what is usual, those that are not."""
    told = [f"{key}={value!r}" for key, (value, usual) in settings.items() if value != usual]
    return f"{name}({', '.join([*map(str, needed), *told])})"


def is_even(padding: Any) -> bool:
    """Whether a padding is the same at both ends of each axis."""
    top, left, bottom, right = ends(padding)
    return (top, left) == (bottom, right)


def of_torch(padding: Any) -> Any:
    """A padding that is the same at both ends, as PyTorch writes it."""
    top, left, *_ = ends(padding)
    return top if top == left else (top, left)


def pad_torch(name: str, padding: Any, *more: str) -> str:
    """A module of nothing but padding."""
    top, left, bottom, right = ends(padding)
    return call_of(f"nn.{name}", (left, right, top, bottom), *more)


def pad_keras(padding: Any) -> str:
    top, left, bottom, right = ends(padding)
    return call_of("layers.ZeroPadding2D", ((top, bottom), (left, right)))


def border(padding: Any, padding_mode: str, name: str = "") -> Operator:
    """More rows and columns around each map."""
    top, left, bottom, right = ends(padding)
    mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}[padding_mode]
    return Operator("Pad", {"pads": (0, 0, top, left, 0, 0, bottom, right)}, {"mode": mode}, name=name)


def cut(axis: int, start: int, stop: int, step: int = 1) -> Operator:
    """A part of one axis, 0 the maps."""
    return Operator("Slice", {"starts": (start,), "ends": (stop,), "axes": (axis + 1,), "steps": (step,)})


def by(value: Any) -> str:
    """3 × 5 of a size."""
    down, across = both(value)
    return f"{told(down)} × {told(across)}"


def check_told(layer: Layer, written: int | None, comes: int, of: str) -> None:
    """Refuse an input that is not the one of which a layer's text tells, as in PyTorch: so many channels, or numbers.

    written  for how many; None where it tells of none, and takes what comes
    """
    if written is not None and written != comes:
        raise DoesNotFit(
            f"{layer.name}: it is written for {amount(written)} {of}{'' if written == 1 else 's'}, and "
            f"{amount(comes)} {'comes' if comes == 1 else 'come'} in; without that number it takes what comes."
        )


@checked
@dataclass(frozen=True)
class Node:
    """One place of a graph.

    name    of what comes out of it; no other node has it
    layer   what is done there
    inputs  the names of what it reads; several stand one behind the other. INPUT is what the network is given

    Raises SettingError for a node that reads nothing, and for several inputs of a layer that joins none.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]

    def __post_init__(self) -> None:
        hold(self)
        if not self.layer._takes(len(self.inputs)):
            several = "as many inputs as it has branches" if self.layer.joins == "alike" else "at least one input"
            wants = several if self.layer.joins else "one"
            raise SettingError(f"{self.name}: {self.layer.name} reads {told(self.inputs)}; it reads {wants}.")


INPUT = "input"

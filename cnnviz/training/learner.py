"""A network in training, a step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import amount, numbers, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.numbers import grouped, number, times
from cnnviz.signatures import checked
from cnnviz.training.backward import backward
from cnnviz.training.layout import Arrays, Layout
from cnnviz.training.losses import checked_labels, cross_entropy
from cnnviz.training.optimisers import OPTIMISERS, Memory
from cnnviz.training.recipe import Recipe

STATISTICS = 0.1  # the share of a batch in batch norm's running statistics, as in PyTorch
BLOCK = 64  # inputs that are run at a time where nothing is learnt


@checked
@dataclass(frozen=True, eq=False)
class Batch:
    """What a step saw, before it moved anything.

    loss, accuracy  of its inputs; the accuracy as a share
    indices         which inputs they were
    """

    loss: float
    accuracy: float
    indices: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Step:
    """A step that has been worked out and not been made."""

    batch: Batch
    move: NDArray[np.float32]
    memory: Memory
    statistics: Arrays


@checked
class Learner:
    """A network with parameters that learn from labelled inputs, batch by batch, by softmax cross entropy.

    network     what comes out is a score for each class
    recipe      how it learns
    images      (N, *network.input_shape), finite; used as float32. With `prepare`: (N, ...), what it takes
    labels      (N,) whole numbers from 0 to classes - 1
    parameters  to start from; without them the network's initial ones for the recipe's seed, the first layer's as the
                recipe has it
    prepare     makes some of the images ready for the network, (n, *network.input_shape), batch by batch: levels as
                uint8 take a quarter of the memory

    Every step makes new arrays: the `parameters` that were read before stay as they were, so keeping them is all that
    a snapshot takes. Everything is float32; the same arguments give the same numbers, bit by bit, on one machine.

    Raises ArrayError for arrays that do not belong to the network, SettingError for a network without scores and for a
    shift beyond the images, DoesNotFit where batch norm would be given a single number a channel to normalise.
    """

    def __init__(
        self,
        network: Graph,
        recipe: Recipe,
        images: ArrayLike,
        labels: ArrayLike,
        parameters: Sequence[Parameters] | None = None,
        prepare: Callable[[NDArray], NDArray[np.float32]] | None = None,
    ) -> None:
        classes = network.shapes[-1]
        if len(classes) != 1 or not network.parameters:
            raise SettingError(
                f"What comes out of this network is {classes}, with {grouped(network.parameters)} parameters to learn; "
                "a network learns classes if it ends in an FC layer with a score for each."
            )
        given = np.asarray(images)
        one = numbers(prepare(given[:1]), "prepared images") if prepare and given.ndim and len(given) else given
        if one.ndim == 0 or not len(one) or one.shape[1:] != network.input_shape:
            wanted = ", ".join(map(str, ("N", *network.input_shape)))
            raise ArrayError(f"The images have shape {one.shape}; they must be ({wanted}), N at least 1.")
        self.network, self.recipe = network, recipe
        self._prepare = prepare
        with np.errstate(over="ignore"):  # refused below
            self.images = given if prepare else given.astype(np.float32, copy=False)
        self.labels = checked_labels(labels, classes[0], (len(given),))
        if not np.isfinite(self.images).all():
            raise ArrayError("The images hold nan or inf, or more than float32 holds; all numbers must be finite.")
        _check(network, recipe, len(given))
        self.step_number = 0
        self._layout = Layout(network)
        start: Sequence[Parameters] = network.initial(recipe.seed) if parameters is None else parameters
        self._flat = self._layout.flat(start)
        self._kept = _kept(network, start)
        self._factors = np.ones_like(self._flat)  # times the learning rate, for each number
        self._factors[self._layout.first] = recipe.first_layer
        if parameters is None:
            self._flat[self._layout.first_weights] /= np.float32(recipe.first_layer)
        self._memory: Memory = ()
        self._order: tuple[int, NDArray[np.intp]] = -1, np.empty(0, np.intp)  # of an epoch
        self._next: _Step | None = None
        self._parameters: Arrays | None = None

    @property
    def parameters(self) -> Arrays:
        """For each layer, as `Graph.forward` takes them; batch norm's with its running statistics."""
        if self._parameters is None:
            learnt = self._layout.named(self._flat)
            self._parameters = [{**kept, **own} for kept, own in zip(self._kept, learnt)]
        return self._parameters

    @property
    def memory(self) -> Memory:
        """What the optimiser keeps from step to step."""
        return self._memory

    def resume(self, step_number: int, memory: Memory) -> None:
        """Go on after `step_number` steps with what the optimiser kept then, from the parameters that were given.

        What follows is what would have followed there, bit by bit. Raises SettingError for a step that there is not,
        ArrayError for a memory that is none of this network's.
        """
        step_number = whole(step_number, "step_number", 0)
        if step_number > self.steps:
            raise SettingError(
                f"There is no step {amount(step_number)}; this recipe makes {grouped(self.steps)} in all."
            )
        with np.errstate(over="ignore"):  # beyond float32 it is inf, as it may have become there
            kept = tuple(numbers(array, "memory").astype(np.float32, copy=False) for array in memory)
        if any(array.shape != self._flat.shape for array in kept):
            raise ArrayError(
                f"The optimiser kept arrays of shape {', '.join(told(array.shape) for array in kept[:3])}; "
                f"this network has {grouped(self._flat.size)} numbers that are learnt."
            )
        optimiser = OPTIMISERS[self.recipe.optimiser]
        if kept and len(kept) != optimiser.keeps:
            raise ArrayError(
                f"{optimiser.name} keeps {grouped(optimiser.keeps)} arrays from step to step, not {grouped(len(kept))}."
            )
        self.step_number, self._memory, self._next = step_number, kept, None

    @property
    def steps_per_epoch(self) -> int:
        """How many steps see every input once."""
        return math.ceil(len(self.images) / self.recipe.batch_size)

    @property
    def steps(self) -> int:
        """How many steps there are in all."""
        return self.recipe.epochs * self.steps_per_epoch

    @property
    def done(self) -> bool:
        """Whether all steps have been made."""
        return self.step_number >= self.steps

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return self.recipe.rate(min(self.step_number, self.steps), self.steps)

    @property
    def next_indices(self) -> NDArray[np.intp]:
        """The inputs of the next step: each epoch goes through all of them in an order of its own."""
        epoch, place = divmod(self.step_number, self.steps_per_epoch)
        if self._order[0] != epoch:
            rng = np.random.default_rng((self.recipe.seed, 1, epoch))
            self._order = epoch, rng.permutation(len(self.images))
        return self._order[1][place * self.recipe.batch_size :][: self.recipe.batch_size]

    def step(self) -> Batch:
        """One step: a batch forwards and backwards, then every parameter moves.

        Raises SettingError behind the last step, and where the numbers have grown beyond float32, which happens where
        the learning rate is too large; nothing has moved then.
        """
        made = self._worked_out()
        flat = self._flat + made.move
        if not np.isfinite(flat).all():
            raise self._too_fast()
        self._flat, self._memory, self._kept = flat, made.memory, made.statistics
        self._parameters = self._next = None
        self.step_number += 1
        return made.batch

    def next_move(self) -> Arrays:
        """What the next step will add to each array that is learnt; nothing is moved. Raises what `step` raises."""
        return self._layout.named(self._worked_out().move)

    def _worked_out(self) -> _Step:
        if self._next is None:
            if self.done:
                raise SettingError(f"All {grouped(self.steps)} steps have been made; more epochs are more steps.")
            with np.errstate(all="ignore"):
                self._next = self._work_out()
        return self._next

    def _work_out(self) -> _Step:
        indices = self.next_indices
        images, labels = self.images[indices], self.labels[indices]
        images = self._moved(self._prepare(images) if self._prepare else images)
        seed = (self.recipe.seed, 2, self.step_number)
        try:
            maps = self.network.forward(images, self.parameters, True, np.random.default_rng(seed))
        except ArrayError:  # everything fits together, which was seen to: so a map is too large for float32
            raise self._too_fast() from None
        loss, gradient = cross_entropy(maps[-1], labels)
        found = backward(
            self.network, maps, self.parameters, gradient,
            training=True, rng=np.random.default_rng(seed), to_input=False,
        )  # fmt: skip
        optimiser, rates = OPTIMISERS[self.recipe.optimiser], np.float32(self.learning_rate) * self._factors
        gradients = self._layout.flat(found.parameters)
        move, memory = optimiser.move(gradients, rates, self._memory, self.step_number + 1)
        if not (math.isfinite(loss) and np.isfinite(move).all()):
            raise self._too_fast()
        accuracy = float((maps[-1].argmax(1) == labels).mean())
        return _Step(Batch(loss, accuracy, indices), move, memory, _gathered(self.network, self._kept, maps))

    def _moved(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each image (N, C, H, W) at a place drawn at random, within the recipe's shift."""
        shift = self.recipe.shift
        if not shift or images.ndim != 4:
            return images
        places = np.random.default_rng((self.recipe.seed, 3, self.step_number)).integers(
            0, 2 * shift + 1, (2, len(images))
        )
        wide = np.pad(images, ((0, 0), (0, 0), (shift, shift), (shift, shift)))
        views = sliding_window_view(wide, images.shape[2:], axis=(2, 3))  # (N, C, places down, places across, H, W)
        return views[np.arange(len(images)), :, places[0], places[1]]

    def _too_fast(self) -> SettingError:
        """The refusal to go on with numbers that are none."""
        recipe, optimiser = self.recipe, OPTIMISERS[self.recipe.optimiser]
        works = optimiser.rate if recipe.learning_rate > optimiser.rate else recipe.learning_rate / 10
        return SettingError(
            f"At step {grouped(self.step_number + 1)} the loss is no finite number any more: a learning rate of "
            f"{number(recipe.learning_rate)} is too large for {optimiser.name} here; {number(works)} works."
        )


def _check(network: Graph, recipe: Recipe, count: int) -> None:
    """Refuse what would fail only once it is on its way."""
    sides = network.input_shape[1:]
    if sides and recipe.shift > min(sides):
        raise SettingError(
            f"A shift of {recipe.shift} pixels moves images of {times(sides[0], sides[1])} out of sight; "
            f"at most {min(sides)} fits."
        )
    alone = [row for row in network.rows
             if row.layer.statistics(row.input_shape) and math.prod(row.input_shape[1:]) == 1]  # fmt: skip
    size = min(recipe.batch_size, count)
    if alone and 1 in (size, count % size):
        fits = next((f"batches of {more} fit" for more in range(size + 1, count + 1) if count % more != 1), "")
        raise DoesNotFit(
            f"Layer {alone[0].index + 1}, {alone[0].layer.name}, normalises one number of each input, so it needs two "
            f"inputs or more at a time; {grouped(count)} in batches of {grouped(size)} leave a batch of 1"
            + (f", {fits}." if fits else ".")
        )


@checked
def fit(learner: Learner) -> Iterator[Batch]:
    """Every step that is left. Dropped half way and called again, it goes on where it stopped."""
    while not learner.done:
        yield learner.step()


@checked
def accuracy(network: Graph, parameters: Sequence[Parameters], images: ArrayLike, labels: ArrayLike) -> float:
    """The share of inputs whose largest output is that of the true class, 0 to 1, in inference.

    images  (N, *network.input_shape), N above 0; labels  (N,) whole numbers. Raises what `Graph.forward` raises.
    """
    given = np.asarray(images)
    right = checked_labels(labels, network.shapes[-1][0], given.shape[:1])
    if not len(given):
        raise ArrayError("There are no images to tell the accuracy of; it takes at least one.")
    hits = 0
    for first in range(0, len(given), BLOCK):
        output = network.forward(given[first : first + BLOCK], parameters)[-1]
        hits += int((output.argmax(1) == right[first : first + BLOCK]).sum())
    return hits / len(given)


def _kept(network: Graph, parameters: Sequence[Parameters]) -> Arrays:
    """What layers hold and do not learn: codes as they were given; running statistics, at first 0 and 1."""
    kept: Arrays = []
    for row, given in zip(network.rows, parameters):
        learnt = row.layer.parameter_shapes(row.input_shape) if row.parameters else {}
        own = {name: np.asarray(value) for name, value in given.items() if name not in learnt}
        kept.append({**row.layer.statistics(row.input_shape), **own})
    return kept


def _gathered(network: Graph, kept: Arrays, maps: Sequence[NDArray]) -> Arrays:
    """The running statistics moved a little towards those of a batch."""
    return [row.layer.gathered(row.given(maps), own, STATISTICS) if own else {} for row, own in zip(network.rows, kept)]

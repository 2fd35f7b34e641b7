"""How a network is to learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from cnnviz.checks import flag, one_of, real, told, whole
from cnnviz.errors import SettingError
from cnnviz.numbers import grouped, number
from cnnviz.signatures import checked
from cnnviz.training.optimisers import OPTIMISERS

LARGEST_RATE = 1e6
LARGEST_BOOST = 100.0
LARGEST_COUNT = 1_000_000  # inputs in a batch, epochs, pixels of a shift


@checked
@dataclass(frozen=True)
class Recipe:
    """Everything that a run of training depends on but the network and the data: the same again gives the same run.

    The defaults are chosen for LeNet-5's modern form from scratch on 10,000 digits: bench/training.py measures them.

    optimiser      a key of OPTIMISERS: "adam", "momentum" or "sgd"
    learning_rate  above 0; OPTIMISERS tells one for each that works
    batch_size     how many inputs a step looks at; the last batch of an epoch is what is left
    epochs         how many times every input is seen
    decay          the learning rate falls in a straight line, to 0 behind the last step; else it stays
    seed           at least 0: of the initial weights, the order of the inputs and what dropout drops
    first_layer    at least 1. The first layer with weights starts from its usual initial weights over this, and learns
                   at this many times the rate, so that its filters are seen to take shape: with 1, as all others, the
                   numbers that they start from hide what they learn.
    shift          at least 0: every time that an image is learnt from, it is moved by up to so many pixels up or down
                   and left or right, at random, and what comes in is 0; so that few images are not learnt by heart

    Raises SettingError for settings that make no sense.
    """

    optimiser: str = "adam"
    learning_rate: float = 3e-3
    batch_size: int = 32
    epochs: int = 10
    decay: bool = True
    seed: int = 0
    first_layer: float = 4.0
    shift: int = 1

    def __post_init__(self) -> None:
        one_of(self.optimiser, "optimiser", OPTIMISERS)
        rate = real(self.learning_rate, "learning_rate", 0, LARGEST_RATE)
        if rate == 0:
            raise SettingError(f"learning_rate is 0; it is above 0, such as {number(OPTIMISERS[self.optimiser].rate)}.")
        object.__setattr__(self, "learning_rate", rate)
        object.__setattr__(self, "first_layer", real(self.first_layer, "first_layer", 1, LARGEST_BOOST))
        for name, least in (("batch_size", 1), ("epochs", 1), ("seed", 0), ("shift", 0)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))
            if name != "seed" and getattr(self, name) > LARGEST_COUNT:
                raise SettingError(f"{name} is larger than {grouped(LARGEST_COUNT)}, which is the most that it may be.")
        object.__setattr__(self, "decay", flag(self.decay, "decay"))

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Recipe:
        """The recipe of settings by name, such as a page sends. Raises SettingError for a name that is none."""
        known = [field.name for field in fields(cls)]
        for name in settings:
            one_of(name, "A setting", known)
        return cls(**settings)

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step `step`, from 0, of `steps`, at least 1. Raises SettingError beyond the last."""
        if not 0 <= step <= whole(steps, "steps", 1):
            raise SettingError(f"There is no step {told(step)} of {told(steps)}, counted from 0.")
        return self.learning_rate * (1 - step / steps) if self.decay else self.learning_rate

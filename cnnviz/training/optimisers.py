"""From gradients to moves: how far each parameter goes in one step.

All follow PyTorch's definitions with its usual settings: momentum 0.9, and Adam's 0.9, 0.999 and 1e-8.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.signatures import checked

MOMENTUM = 0.9
ADAM_FIRST, ADAM_SECOND, ADAM_EPS = 0.9, 0.999, 1e-8

Rates = float | NDArray[np.float32]
Memory = tuple[NDArray, ...]  # what an optimiser keeps from step to step, of the gradient's shape each


@checked
@dataclass(frozen=True)
class Optimiser:
    """How a gradient becomes a move.

    key, name   what programs and people call it
    formula     for people, in plain text
    move        (gradient, rates, memory, step from 1) -> (what to add to the parameters, the next memory); the rates
                are the learning rate, or one for each parameter. Nothing given is modified; memory starts empty.
    rate        a learning rate that works for small networks on digits
    source      who described it
    keeps       how many arrays its memory has, once it has moved
    """

    key: str
    name: str
    formula: str
    move: Callable[[NDArray, Rates, Memory, int], tuple[NDArray, Memory]]
    rate: float
    source: str
    keeps: int = 0


def _sgd(gradient: NDArray, rates: Rates, memory: Memory, step: int) -> tuple[NDArray, Memory]:
    return -rates * gradient, ()


def _momentum(gradient: NDArray, rates: Rates, memory: Memory, step: int) -> tuple[NDArray, Memory]:
    speed = MOMENTUM * memory[0] + gradient if memory else gradient
    return -rates * speed, (speed,)


def _adam(gradient: NDArray, rates: Rates, memory: Memory, step: int) -> tuple[NDArray, Memory]:
    mean, square = memory or (np.zeros(gradient.shape, gradient.dtype),) * 2  # neither is written to
    mean = ADAM_FIRST * mean + (1 - ADAM_FIRST) * gradient
    square = ADAM_SECOND * square + (1 - ADAM_SECOND) * np.square(gradient)
    # Both start at 0, which the corrections make up for.
    deviation = np.sqrt(square)
    deviation /= math.sqrt(1 - ADAM_SECOND**step)
    deviation += ADAM_EPS
    move = mean / deviation
    move *= -rates / (1 - ADAM_FIRST**step)
    return move, (mean, square)


OPTIMISERS: dict[str, Optimiser] = {
    optimiser.key: optimiser
    for optimiser in (
        Optimiser(
            "adam", "Adam", "− rate × mean of the gradients / √(mean of their squares)", _adam, 3e-3,
            "D. Kingma and J. Ba, “Adam: A Method for Stochastic Optimization” (2015), algorithm 1", 2,
        ),
        Optimiser(
            "momentum", "SGD with momentum", "− rate × (gradient + 0.9 × the last step’s)", _momentum, 0.02,
            "I. Sutskever, J. Martens, G. Dahl and G. Hinton, “On the importance of initialization and momentum in "
            "deep learning” (2013), as PyTorch writes it", 1,
        ),
        Optimiser(
            "sgd", "SGD", "− rate × gradient", _sgd, 0.1,
            "H. Robbins and S. Monro, “A Stochastic Approximation Method” (1951)",
        ),
    )
}  # fmt: skip

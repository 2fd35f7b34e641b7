"""Pictures that are quickly learnt."""

from __future__ import annotations

import numpy as np


def bars(count, seed=0, size=(9, 10)):
    """Pictures of one bright bar in noise, (N, 1, H, W): lying, standing or slanting, somewhere. And which it is."""
    rng = np.random.default_rng(seed)
    images = rng.normal(0, 0.15, (count, 1, *size)).astype(np.float32)
    labels = rng.integers(0, 3, count)
    for image, label in zip(images, labels):
        row, column = rng.integers(0, size[0] - 5), rng.integers(0, size[1] - 5)
        steps = np.arange(5)
        rows, columns = row + steps * (label != 0), column + steps * (label != 1)
        image[0, rows, columns] += 1
    return images, labels

"""Training beside PyTorch on one thread, in one run: python bench/training.py

LeNet-5's modern form on the packaged digits, batch 32, Adam. Where PyTorch is installed it takes turns with ours, step
by step, each over its own copy of the network; the median of each one's processor time counts. Machines differ and are
shared: read the ratio (our images a second / PyTorch's), not the times. Then: how well the network does on the held-out
digits after how many seconds of processor time, from scratch.
"""

import one_thread  # noqa: F401  first, before NumPy

# isort: split
import statistics
import time

import numpy as np

from cnnviz.jobs.child import keep_freed_memory
from cnnviz.models import ARCHITECTURES, digits
from cnnviz.training import Learner, Recipe, accuracy

try:
    import torch
except ImportError:
    torch = None
else:
    torch.set_num_threads(1)

RECIPE = Recipe()
NETWORK = ARCHITECTURES["LeNet-5"].network
TURNS = 300


def ready(kind):
    """Images (N, 1, 32, 32) from 0 to 1, the digit in the middle, and labels."""
    kept = digits(kind)
    padded = np.pad(kept.images, ((0, 0), (2, 2), (2, 2)))
    return padded[:, np.newaxis] / np.float32(255), kept.labels.astype(np.int64)


def by_torch(parameters, images, labels):
    """A function that makes one step of the same training in PyTorch and returns the loss."""
    nn = torch.nn
    stack = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    with torch.no_grad():
        for tensor, array in zip(stack.parameters(), (a for given in parameters for a in given.values()), strict=True):
            tensor.copy_(torch.from_numpy(array))
    optimiser = torch.optim.Adam(stack.parameters(), RECIPE.learning_rate)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)

    def step(indices):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(stack(images[indices]), labels[indices])
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def plain_learner(images, labels, turns=TURNS):
    """Ours, for `turns` steps and more of what PyTorch does too: from the same parameters, nothing moved."""
    recipe = Recipe(epochs=1 + turns * RECIPE.batch_size // len(images), decay=False, first_layer=1, shift=0)
    return Learner(NETWORK, recipe, images, labels)


def race(images, labels):
    """Our steps and PyTorch's in turn, on the same batches from the same parameters."""
    learner = plain_learner(images, labels)
    theirs = by_torch(learner.parameters, images, labels) if torch is not None else None
    taken = {"ours": [], "PyTorch": []}
    for turn in range(TURNS):
        indices = learner.next_indices
        start = time.process_time()
        loss = learner.step().loss
        taken["ours"].append(time.process_time() - start)
        if theirs is not None:
            start = time.process_time()
            other = theirs(torch.from_numpy(indices))
            taken["PyTorch"].append(time.process_time() - start)
            if turn < 10:  # later on rounding makes two runs of them
                np.testing.assert_allclose(loss, other, rtol=1e-3)
    rates = {name: RECIPE.batch_size / statistics.median(times) for name, times in taken.items() if times}
    print(", ".join(f"{name} {rate:,.0f} images/s" for name, rate in rates.items()), end="")
    print(f": {rates['ours'] / rates['PyTorch']:.2f} of PyTorch's" if theirs else "; PyTorch is not installed here")


def main():
    keep_freed_memory()  # as the process does in which the app trains
    images, labels = ready("train")
    held_out = ready("test")
    race(images, labels)
    learner, spent = Learner(NETWORK, RECIPE, images, labels), 0.0
    told = {1, 30, 100, *range(learner.steps_per_epoch, learner.steps + 1, learner.steps_per_epoch)}
    print(f"\nFrom scratch on {len(images):,} digits, tested on {len(held_out[0]):,} others; {RECIPE}:")
    while not learner.done:
        start = time.process_time()
        learner.step()
        spent += time.process_time() - start
        if learner.step_number in told:
            share = accuracy(NETWORK, learner.parameters, *held_out)
            print(f"  {spent:6.2f} s  {learner.step_number:5,} steps  {share:.2%}", flush=True)


if __name__ == "__main__":
    main()

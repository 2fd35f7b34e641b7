"""Trains both forms of LeNet-5 and writes their weights: python scripts/train_lenet5.py 1998|modern [--digits folder]

Needs PyTorch (made with 2.13.0, on one thread) and NumPy; the app and its tests need neither PyTorch nor this script.
55,000 of the training digits are learnt from, the other 5,000 say after each epoch how well it goes, and the weights
that do best on those 5,000 are kept. The 10,000 test digits are not opened here: scripts/score_lenet5.py scores them.

Each batch is disturbed a little, afresh every time: turned, scaled, slanted and shifted, its strokes made thicker or
thinner, for people draw otherwise than the writers of 1995.

The 1998 form is taught by the paper's loss, its equation 9: the squared distance y to the right code, and
log(exp(-J) + the sum of exp(-y) over all ten), which pushes the wrong codes away. Learning itself is of today, Adam
with a rate that goes down to 0, in place of the paper's stochastic diagonal Levenberg-Marquardt.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from digits import fetch
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.models.codes import DIGITS  # noqa: E402
from cnnviz.models.lenet5 import TABLE_I  # noqa: E402

SEED = 1998
VALIDATION = 5_000
BATCH = 64
J = 10.0  # equation 9's constant: a right code nearer than about this is near enough
AMPLITUDE, SLOPE = 1.7159, 2 / 3


def squashed(maps: Tensor) -> Tensor:
    return AMPLITUDE * torch.tanh(SLOPE * maps)


class Subsample(nn.Module):
    """Each 2 x 2 block's sum, times a coefficient a map, plus a bias a map."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 0.5))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, maps: Tensor) -> Tensor:
        sums = 4 * functional.avg_pool2d(maps, 2)
        return sums * self.weight[:, None, None] + self.bias[:, None, None]


class Form1998(nn.Module):
    """The network of the paper; what comes out are squared distances to the ten codes."""

    def __init__(self) -> None:
        super().__init__()
        self.C1, self.S2 = nn.Conv2d(1, 6, 5), Subsample(6)
        self.C3, self.S4 = nn.Conv2d(6, 16, 5), Subsample(16)
        self.C5, self.F6 = nn.Conv2d(16, 120, 5), nn.Linear(120, 84)
        links = torch.zeros(16, 6, 1, 1)
        for filter, maps in enumerate(TABLE_I):
            links[filter, list(maps)] = 1
        self.register_buffer("links", links, persistent=False)
        self.register_buffer("codes", torch.tensor(np.array(DIGITS)), persistent=False)
        # Uniform within 2.4 / the root of a unit's inputs; the paper's appendix A divides by the inputs themselves.
        with torch.no_grad():
            inputs = torch.tensor([25.0 * len(maps) for maps in TABLE_I]).reshape(16, 1, 1, 1)
            for layer, read in ((self.C1, 25.0), (self.C3, inputs), (self.C5, 400.0), (self.F6, 120.0)):
                layer.weight.copy_((2 * torch.rand_like(layer.weight) - 1) * 2.4 / torch.as_tensor(read) ** 0.5)
                layer.bias.zero_()
            self.C3.weight.mul_(links)

    def forward(self, images: Tensor) -> Tensor:
        maps = squashed(self.C1(images * 1.275 - 0.1))  # 0..1 -> -0.1 (paper white) .. 1.175 (ink)
        maps = squashed(self.S2(maps))
        maps = squashed(functional.conv2d(maps, self.C3.weight * self.links, self.C3.bias))
        maps = squashed(self.S4(maps))
        maps = squashed(self.C5(maps)).flatten(1)
        maps = squashed(self.F6(maps))
        return (maps[:, None] - self.codes).square().sum(2)

    def loss(self, distances: Tensor, labels: Tensor) -> Tensor:
        right = distances.gather(1, labels[:, None])[:, 0]
        rubbish = torch.full_like(distances[:, :1], -J)  # "any other class", as far away as J
        return (right + torch.logsumexp(torch.cat([rubbish, -distances], 1), 1)).mean()

    def winners(self, distances: Tensor) -> Tensor:
        return distances.argmin(1)


class Modern(nn.Module):
    """ReLU, max pooling, ten scores; it reads 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self.C1, self.C3 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.C5, self.F6, self.output = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(self.C1(images).relu(), 2)
        maps = functional.max_pool2d(self.C3(maps).relu(), 2)
        return self.output(self.F6(self.C5(maps.flatten(1)).relu()).relu())

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(scores, labels)

    def winners(self, scores: Tensor) -> Tensor:
        return scores.argmax(1)


def disturbed(images: Tensor, strength: float) -> Tensor:
    """(N, 1, 32, 32) of 0..1, each turned, scaled, slanted, shifted and made thicker or thinner, at random."""
    many = len(images)

    def within(limit: float) -> Tensor:
        return (2 * torch.rand(many) - 1) * limit * strength

    angle, slant = within(math.radians(12)), within(0.2)
    across, down = torch.exp(within(0.15)), torch.exp(within(0.15))
    turn = torch.stack([torch.cos(angle), -torch.sin(angle), torch.sin(angle), torch.cos(angle)], 1).reshape(-1, 2, 2)
    shape = torch.zeros(many, 2, 2)
    shape[:, 0, 0], shape[:, 0, 1], shape[:, 1, 1] = across, slant, down
    shift = torch.stack([within(2 / 16), within(2 / 16)], 1)[:, :, None]  # 2 of the 16 pixels from middle to border
    moves = torch.cat([turn @ shape, shift], 2)
    grid = functional.affine_grid(moves, list(images.shape), align_corners=False)
    images = functional.grid_sample(images, grid, align_corners=False)
    thicker = functional.max_pool2d(functional.pad(images, (0, 1, 0, 1)), 2, 1)
    thinner = -functional.max_pool2d(-functional.pad(images, (0, 1, 0, 1)), 2, 1)
    share = within(0.8)[:, None, None, None]
    other = torch.where(share > 0, thicker, thinner)
    return torch.lerp(images, other, share.abs())


def floats(images: np.ndarray) -> Tensor:
    """uint8 (N, 28, 28) -> 0..1 (N, 1, 32, 32), two empty pixels around."""
    return functional.pad(torch.tensor(images)[:, None].float() / 255, (2, 2, 2, 2))


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    network.eval()
    with torch.inference_mode():
        right = sum(
            int((network.winners(network(batch)) == truth).sum())
            for batch, truth in zip(images.split(500), labels.split(500))
        )
    network.train()
    return right / len(labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", choices=("1998", "modern"))
    parser.add_argument("--digits", type=Path, help="where the digits are kept; else they are fetched and not kept")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--strength", type=float, default=1.0, help="of the disturbances")
    parser.add_argument("--out", type=Path, help="the .npz to write; else the one that the app reads")
    given = parser.parse_args()
    out = given.out or ROOT / "cnnviz" / "models" / "weights" / f"lenet5_{given.form}.npz"

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    images, labels = fetch(given.digits)["train"]
    order = torch.randperm(len(images))
    inputs, targets = floats(images)[order], torch.tensor(labels).long()[order]
    held_out, held_labels = inputs[:VALIDATION], targets[:VALIDATION]
    inputs, targets = inputs[VALIDATION:], targets[VALIDATION:]

    network = Form1998() if given.form == "1998" else Modern()
    optimiser = torch.optim.Adam(network.parameters(), given.rate)
    steps = given.epochs * (len(inputs) // BATCH)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    best, began = 0.0, time.perf_counter()
    for epoch in range(given.epochs):
        total = 0.0
        for chosen in torch.randperm(len(inputs)).split(BATCH):
            if len(chosen) < BATCH:
                continue
            loss = network.loss(network(disturbed(inputs[chosen], given.strength)), targets[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            total += loss.item()
        reached = accuracy(network, held_out, held_labels)
        seconds = time.perf_counter() - began
        mean = total / (len(inputs) // BATCH)
        print(f"epoch {epoch + 1}: loss {mean:.4f}, held out {100 * reached:.2f} %, {seconds:.0f} s", flush=True)
        if reached >= best:
            best = reached
            arrays = {name: value.numpy() for name, value in network.state_dict().items()}
            if given.form == "1998":
                arrays["C3.weight"] = arrays["C3.weight"] * network.links.numpy()
            np.savez_compressed(out, **arrays)
    print(f"kept: {100 * best:.2f} % of the {VALIDATION:,} held out")


if __name__ == "__main__":
    main()

"""The code that cnnviz writes, run in PyTorch: the same shapes, parameters and numbers with the same weights.

    python bench/torch_code.py    (needs torch)

Every stack of tests/code_stacks.py, LeNet-5 and AlexNet, ResNet-18 and SqueezeNet as torchvision prints them, on a
picture of random numbers, with random weights, batch norm's statistics among them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cnnviz.errors import NetworkError  # noqa: E402
from cnnviz.formats.as_code import torch_code  # noqa: E402
from cnnviz.graph import Graph  # noqa: E402
from cnnviz.models import ARCHITECTURES  # noqa: E402
from cnnviz.stacks import stack_of  # noqa: E402
from code_stacks import STACKS  # noqa: E402

PRINTED = ROOT / "tests" / "data" / "printed"


def random_parameters(network: Graph) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    found = network.initial(1)
    for row, own in zip(network.rows, found):
        own |= row.layer.statistics(row.input_shape)
        for name in own.keys() - {"weight"} | ({"weight"} if "running_mean" in own else set()):
            own[name] = rng.uniform(0.5, 1.5, own[name].shape).astype(np.float32)
    return found


def apart(text: str, shape: tuple[int, ...]) -> float:
    """How far PyTorch's numbers are from ours, beside the largest of them."""
    network = stack_of(text, shape).network
    names: dict = {}
    exec(torch_code(network), names)
    model, parameters = names["model"].eval(), random_parameters(network)
    assert sum(each.numel() for each in model.parameters()) == network.parameters
    learnt = [own[name] for own in parameters for name in own if not name.startswith("running")]
    gathered = [own[name] for own in parameters for name in own if name.startswith("running")]
    buffers = [buffer for name, buffer in model.named_buffers() if "running" in name]
    with torch.no_grad():
        for theirs, ours in zip([*model.parameters(), *buffers], [*learnt, *gathered], strict=True):
            assert tuple(theirs.shape) == ours.shape
            theirs.copy_(torch.from_numpy(ours))
        picture = np.random.default_rng(2).random(shape, np.float32)
        theirs = model(torch.from_numpy(picture[np.newaxis]))[0].numpy()
    ours = network.output(picture, parameters)
    assert theirs.shape == ours.shape
    return float(np.abs(theirs - ours).max() / np.abs(ours).max())


def main() -> None:
    known = [ARCHITECTURES[name] for name in ("LeNet-5", "AlexNet")]
    stacks = [*STACKS, *((told.stack, told.input_shape) for told in known)]
    stacks += [((PRINTED / f"{name}.txt").read_text("utf-8"), (3, 64, 96)) for name in ("resnet18", "squeezenet1_1")]
    found = []
    for text, shape in stacks:
        try:
            found.append(apart(text, shape))
        except NetworkError as refused:
            print(refused)
    print(f"{len(found)} of {len(stacks)} networks; at most {max(found):.1e} of an output's largest number apart")


if __name__ == "__main__":
    main()

"""PyTorch's own samples of conv_transpose2d, kept as data for the tests: python bench/torch_transposed.py

    pip install torch==2.13.0 expecttest

Writes tests/data/torch_transposed.npz: each sample of op_db, the list by which PyTorch tests its operations, with what
comes out and the gradients from one drawn at random, in float64. Needs nothing of cnnviz. Each case is a group of
arrays "<case>/<array>", with its settings as JSON in "<case>/settings".
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "torch_transposed.npz"


def main():
    torch.manual_seed(0)
    (info,) = (info for info in op_db if info.name == "nn.functional.conv_transpose2d")
    kept = {}
    for number, sample in enumerate(info.reference_inputs("cpu", torch.float64, requires_grad=True)):
        given = {"input": sample.input, "weight": sample.args[0], "bias": sample.args[1]}
        given = {name: array for name, array in given.items() if array is not None}
        output = info.op(sample.input, *sample.args, **sample.kwargs)
        towards = torch.randn_like(output)
        found = torch.autograd.grad(output, [*given.values()], towards)
        arrays = given | {"output": output, "output_gradient": towards}
        arrays |= {f"for_{name}": gradient for name, gradient in zip(given, found)}
        kept[f"sample {number}/settings"] = np.array(json.dumps(sample.kwargs))
        kept |= {f"sample {number}/{name}": array.detach().numpy() for name, array in arrays.items()}
    np.savez_compressed(FILE, **kept)
    print(f"{FILE.name}: {len(kept)} arrays, {FILE.stat().st_size / 1000:.0f} kB, from PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()

"""The nine networks that the onnx package brings, with random weights: every value beside ONNX Runtime's.

    python bench/light_networks.py            all: two minutes, 4 GB
    python bench/light_networks.py vgg19      one
    python bench/light_networks.py face.onnx  a file of one's own, on a picture of noise

`make test` compares the six whose weights are small. Told is how far any value is, in its own largest number, and how
long a picture takes beside ONNX Runtime, both on one thread: medians of ten, in turn. The command ends with 1 where a
value is further than 1e-4.
"""

from __future__ import annotations

from one_thread import ROOT  # noqa: F401  # first, before NumPy

# isort: split
import sys
from pathlib import Path

import numpy as np
import onnx

from cnnviz.formats import onnx_file, open_network
from light import LARGE, SMALL, apart, in_turn, weighted
from stacks import session

WITHIN = 1e-4


def measured(name: str) -> float:
    """How far the value is that is furthest."""
    rng = np.random.default_rng(2)
    model = onnx.load(name) if Path(name).suffix == ".onnx" else weighted(name, rng)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped, opened.stopped
    dims = [1, *(dim.dim_value or 1 for dim in model.graph.input[0].type.tensor_type.shape.dim[1:])]
    input = rng.standard_normal(opened.network.input_shape).astype(np.float32)
    found, whole = apart(opened, model, input), session(model)
    feed = {whole.get_inputs()[0].name: input.reshape(dims)}  # as quick for a picture whose axes are others
    ours, theirs = in_turn(lambda: opened.network.forward(input, opened.parameters), lambda: whole.run(None, feed))
    furthest = max(found.values())
    print(
        f"{Path(name).stem:16s} {len(found)} values, at most {furthest:.1e} apart; a picture in {1000 * ours:.1f} ms, "
        f"{ours / theirs:.1f} times ONNX Runtime's {1000 * theirs:.1f}", flush=True,
    )  # fmt: skip
    return furthest


def main() -> int:
    onnx_file.MOST_BYTES = 10**9
    return int(max(map(measured, sys.argv[1:] or (*SMALL, *LARGE))) > WITHIN)


if __name__ == "__main__":
    sys.exit(main())

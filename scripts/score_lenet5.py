"""Both forms of LeNet-5 on the 10,000 test digits of MNIST, in NumPy: python scripts/score_lenet5.py [folder]

Fetches the digits as scripts/digits.py does; a folder keeps them, or has them already. Needs npm, and no PyTorch.
The networks never saw these digits, in training or in choosing the weights that were kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported, hence before it
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from digits import fetch

from cnnviz.models import Trained, lenet5, lenet5_1998

AT_ONCE = 250


def wrong(trained: Trained, images: np.ndarray, labels: np.ndarray) -> list[tuple[int, int]]:
    """Which digits are taken for another, by place, and for what."""
    found = []
    for first in range(0, len(images), AT_ONCE):
        inputs = trained.prepare(images[first : first + AT_ONCE])
        outputs = trained.network.forward(inputs, trained.parameters)[-1]
        winners = (outputs.argmin if trained.distances else outputs.argmax)(1)
        places = first + np.flatnonzero(winners != labels[first : first + AT_ONCE])
        found += [(int(place), int(winners[place - first])) for place in places]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where the four files are kept")
    images, labels = fetch(parser.parse_args().folder)["test"]
    for trained in (lenet5_1998(), lenet5()):
        began = time.process_time()
        errors = len(wrong(trained, images, labels))
        seconds = time.process_time() - began
        print(
            f"{trained.name}: {100 * (1 - errors / len(labels)):.2f} % of {len(labels):,} right, {errors} wrong; "
            f"{trained.network.parameters:,} parameters; {seconds:.1f} s of processor time"
        )


if __name__ == "__main__":
    main()

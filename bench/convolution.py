"""conv2d beside its peers, on one thread, in one run: python bench/convolution.py

Needs the test tools (requirements-test.txt); PyTorch joins in where it is installed. The contestants take turns, and
the median of each one's processor time counts. Machines differ and are shared: read the ratios (conv2d's time / the
peer's; below 1 conv2d is faster), not the milliseconds.
"""

import os
import statistics
import sys
import time
import tracemalloc
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy is imported, hence before it

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import scipy.ndimage  # noqa: E402
from onnx import helper  # noqa: E402

from cnnviz.ops import conv2d  # noqa: E402
from oracles import onnx_session  # noqa: E402

try:
    import torch
except ImportError:
    torch = None
else:
    torch.set_num_threads(1)

# name, (channels, height, width), filters, kernel size, padding
CASES = [
    ("grey 512x512, K=3", (1, 512, 512), 1, 3, 1),
    ("grey 512x512, K=11", (1, 512, 512), 1, 11, 5),
    ("grey 1920x1080, K=3", (1, 1080, 1920), 1, 3, 1),
    ("grey 1920x1080, K=7", (1, 1080, 1920), 1, 7, 3),
    ("grey 1920x1080, K=11", (1, 1080, 1920), 1, 11, 5),
    ("grey 4000x3000, K=3", (1, 3000, 4000), 1, 3, 1),
    ("LeNet C1, 1->6 at 32, K=5", (1, 32, 32), 6, 5, 0),
    ("LeNet C3, 6->16 at 14, K=5", (6, 14, 14), 16, 5, 0),
    ("VGG 3->64 at 224, K=3", (3, 224, 224), 64, 3, 1),
    ("VGG 64->64 at 112, K=3", (64, 112, 112), 64, 3, 1),
]
SECONDS_A_CASE = 3.0


def contestants(images, weight, padding):
    """Name -> a function of nothing that convolves (1, C, H, W); the first is ours."""
    arrays = {"images": images, "weight": weight}
    node = helper.make_node("Conv", list(arrays), ["output"], pads=[padding] * 4)
    session = onnx_session([node], arrays)
    found = {
        "conv2d": lambda: conv2d(images, weight, padding=padding),
        "ONNX Runtime": lambda: session.run(None, arrays)[0],
    }
    if weight.shape[:2] == (1, 1):
        plane, kernel = images[0, 0], weight[0, 0]
        found["scipy.ndimage"] = lambda: scipy.ndimage.correlate(plane, kernel, mode="constant")[None, None]
    if torch is not None:
        tensors = torch.from_numpy(images), torch.from_numpy(weight)

        def by_torch():
            with torch.inference_mode():
                return torch.nn.functional.conv2d(*tensors, padding=padding).numpy()

        found["torch"] = by_torch
    return found


def race(functions, seconds):
    """Name -> median processor time in milliseconds, the functions taking turns for about that long."""
    times = {name: [] for name in functions}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(times.values()))) < 3:
        for name, function in functions.items():
            start = time.process_time()
            function()
            times[name].append(time.process_time() - start)
    return {name: 1000 * statistics.median(taken) for name, taken in times.items()}


def main():
    rng = np.random.default_rng(0)
    peers = ["ONNX Runtime", "scipy.ndimage", "torch"]
    print(f"{'':<28}{'conv2d':>10}" + "".join(f"{'/ ' + peer:>17}" for peer in peers))
    for name, shape, filters, kernel_size, padding in CASES:
        images = rng.standard_normal((1, *shape), dtype=np.float32)
        weight = rng.standard_normal((filters, shape[0], kernel_size, kernel_size), dtype=np.float32)
        functions = contestants(images, weight, padding)
        expected, *others = (function() for function in functions.values())  # also the warm-up
        for other in others:
            np.testing.assert_allclose(other, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
        taken = race(functions, SECONDS_A_CASE)
        ratios = (f"{taken['conv2d'] / taken[peer]:.2f}" if peer in taken else "-" for peer in peers)
        print(f"{name:<28}{taken['conv2d']:>7.2f} ms" + "".join(f"{ratio:>17}" for ratio in ratios), flush=True)

    print("\nMost memory held during conv2d of a grey 4000x3000 float32 picture, beyond the picture:")
    picture = np.ones((1, 3000, 4000), np.float32)
    for kernel_size in (3, 15):
        weight = np.ones((1, 1, kernel_size, kernel_size), np.float32)
        tracemalloc.start()
        output = conv2d(picture, weight, padding=kernel_size // 2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"  K={kernel_size}: {peak / 1e6:.1f} MB, {output.nbytes / 1e6:.1f} MB of it the result")


if __name__ == "__main__":
    main()

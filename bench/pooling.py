"""max_pool2d and avg_pool2d beside their peers, on one thread, in one run: python bench/pooling.py

As bench/convolution.py: the contestants take turns, the median of each one's processor time counts, and below 1 ours is
the faster. PyTorch joins in where it is installed.
"""

from convolution import race, torch  # first, for it sets the number of threads before NumPy is imported

# isort: split
import numpy as np
from onnx import helper

from cnnviz.ops import avg_pool2d, max_pool2d
from oracles import onnx_session

# name, (channels, height, width), kernel size, stride, padding
CASES = [
    ("grey 1920x1080, 2x2 / 2", (1, 1080, 1920), 2, 2, 0),
    ("RGB 512x512, 2x2 / 2", (3, 512, 512), 2, 2, 0),
    ("RGB 512x512, 3x3 / 1", (3, 512, 512), 3, 1, 1),
    ("RGB 512x512, 8x8 / 8", (3, 512, 512), 8, 8, 0),
    ("LeNet S2, 6 at 28, 2x2 / 2", (6, 28, 28), 2, 2, 0),
    ("AlexNet, 96 at 55, 3x3 / 2", (96, 55, 55), 3, 2, 0),
    ("VGG, 64 at 224, 2x2 / 2", (64, 224, 224), 2, 2, 0),
    ("SqueezeNet, 1000 at 13, all", (1000, 13, 13), 13, 1, 0),
]
SECONDS_A_CASE = 1.5


def contestants(operation, images, kernel_size, stride, padding):
    """Name -> a function of nothing that pools (1, C, H, W); the first is ours."""
    ours, theirs, name = {
        "max": (max_pool2d, "MaxPool", "max_pool2d"),
        "average": (avg_pool2d, "AveragePool", "avg_pool2d"),
    }[operation]
    arrays = {"images": images}
    counted = {} if operation == "max" else {"count_include_pad": 1}
    node = helper.make_node(
        theirs,
        list(arrays),
        ["output"],
        kernel_shape=[kernel_size] * 2,
        strides=[stride] * 2,
        pads=[padding] * 4,
        **counted,
    )
    session = onnx_session([node], arrays)
    found = {
        "ours": lambda: ours(images, kernel_size, stride, padding),
        "ONNX Runtime": lambda: session.run(None, arrays)[0],
    }
    if torch is not None:
        tensor = torch.from_numpy(images)

        def by_torch():
            with torch.inference_mode():
                return getattr(torch.nn.functional, name)(tensor, kernel_size, stride, padding).numpy()

        found["torch"] = by_torch
    return found


def main():
    rng = np.random.default_rng(0)
    peers = ["ONNX Runtime", "torch"]
    print(f"{'':<36}{'ours':>10}" + "".join(f"{'/ ' + peer:>17}" for peer in peers))
    for operation in ("max", "average"):
        for name, shape, *settings in CASES:
            images = rng.standard_normal((1, *shape), dtype=np.float32)
            functions = contestants(operation, images, *settings)
            expected, *others = (function() for function in functions.values())  # also the warm-up
            for other in others:
                np.testing.assert_allclose(other, expected, rtol=0, atol=1e-5)
            taken = race(functions, SECONDS_A_CASE)
            ratios = (f"{taken['ours'] / taken[peer]:.2f}" if peer in taken else "-" for peer in peers)
            line = f"{operation + ', ' + name:<36}{taken['ours']:>7.3f} ms"
            print(line + "".join(f"{ratio:>17}" for ratio in ratios), flush=True)


if __name__ == "__main__":
    main()

"""Networks of torchvision's, with random weights, as torch.onnx.export writes them: two files each, opened here.

    python bench/torch_networks.py                        all
    python bench/torch_networks.py resnet18 mobilenet_v2  some

Needs torch, torchvision and onnxscript. Told are how far any named value is from ONNX Runtime's, in its largest number,
and how long one picture takes beside it, both on one thread: medians of ten, in turn.
"""

from one_thread import ROOT  # noqa: F401  # first, before NumPy

# isort: split
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
import torchvision

from cnnviz.formats import onnx_file, open_network
from light import in_turn
from stacks import session

SIDE = 224
NETWORKS = (
    "resnet18", "densenet121", "googlenet", "mobilenet_v2", "efficientnet_b0", "mobilenet_v3_small",
    "shufflenet_v2_x1_0", "mnasnet1_0", "regnet_y_400mf", "squeezenet1_1", "convnext_tiny", "unet",
)  # fmt: skip


class UNet(torch.nn.Module):
    """Down three times and up again, what was before put beside what comes up: O. Ronneberger, P. Fischer and T. Brox,
    "U-Net" (2015), figure 1, with batch norm and a padding that keeps sizes."""

    def __init__(self) -> None:
        super().__init__()
        widths = (16, 32, 64, 128)
        self.down = torch.nn.ModuleList(map(twice, (3, *widths[:-1]), widths))
        self.up = torch.nn.ModuleList(
            torch.nn.ConvTranspose2d(wide, narrow, 2, 2) for narrow, wide in zip(widths, widths[1:])
        )
        self.after = torch.nn.ModuleList(twice(2 * narrow, narrow) for narrow in widths[:-1])
        self.last = torch.nn.Conv2d(widths[0], 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        past: list[torch.Tensor] = []
        for at, block in enumerate(self.down):
            x = block(torch.nn.functional.max_pool2d(x, 2) if at else x)
            past.append(x)
        for at in reversed(range(len(self.up))):
            x = self.after[at](torch.cat([past[at], self.up[at](x)], 1))
        return torch.sigmoid(self.last(x))


def twice(coming: int, going: int) -> torch.nn.Module:
    """Two convolutions."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(coming, going, 3, padding=1), torch.nn.BatchNorm2d(going), torch.nn.ReLU(),
        torch.nn.Conv2d(going, going, 3, padding=1), torch.nn.BatchNorm2d(going), torch.nn.ReLU(),
    )  # fmt: skip


def network(name: str) -> torch.nn.Module:
    """A network whose batch norms are as if they had learnt."""
    settings = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    made = UNet() if name == "unet" else getattr(torchvision.models, name)(weights=None, **settings)
    made.eval()
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return made


def measured(name: str, folder: Path) -> str:
    picture = torch.randn(1, 3, SIDE, SIDE)
    torch.onnx.export(network(name), (picture,), folder / "model.onnx", verbose=False)
    others = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "model.onnx"}
    opened = open_network((folder / "model.onnx").read_bytes(), others)
    assert not opened.stopped, opened.stopped
    input, model = picture[0].numpy(), onnx.load(folder / "model.onnx")
    whole = session(model)
    feed = {whole.get_inputs()[0].name: picture.numpy()}
    maps = dict(zip(opened.network.names, opened.network.forward(input, opened.parameters)[1:]))
    named = [value for node in model.graph.node for value in node.output if value in maps]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=value) for value in named)
    apart = [
        np.abs(maps[value].reshape(-1) - expected.reshape(-1)).max() / max(np.abs(expected).max(), 1e-30)
        for value, expected in zip(named, session(model).run(named, feed))
    ]
    ours, theirs = in_turn(lambda: opened.network.forward(input, opened.parameters), lambda: whole.run(None, feed))
    return (
        f"{name:20s} {1 + len(others)} files, {len(named)} values, at most {max(apart):.1e} apart; a picture in "
        f"{1000 * ours:.0f} ms, {ours / theirs:.1f} times ONNX Runtime's {1000 * theirs:.0f}"
    )


def main() -> None:
    onnx_file.MOST_BYTES = 10**9
    torch.manual_seed(0)
    for name in sys.argv[1:] or NETWORKS:
        with TemporaryDirectory() as folder:
            print(measured(name, Path(folder)), flush=True)


if __name__ == "__main__":
    main()

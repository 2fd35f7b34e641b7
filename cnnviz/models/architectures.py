"""Networks that made history, as stacks of layers, each with the figures that were published of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cnnviz.layers import Shape
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Architecture:
    """A network by shape, without weights.

    stack        its layers as text, as `layers.typed` reads it
    input_shape  (C, H, W) of the picture that it takes
    parameters   the published total of this form of it; a test holds the stack to it
    counted_by   whose total that is, and what the paper itself says
    told         what differs from the original, a sentence
    """

    name: str
    stack: str
    input_shape: Shape
    parameters: int
    counted_by: str
    source: str
    told: str

    @cached_property
    def network(self) -> Network:
        """The layers, counted on their input."""
        return Network(self.input_shape, read(self.stack))


def _vgg(*blocks: tuple[int, int]) -> str:
    """Blocks of 3 x 3 convolutions, each (how many, filters), and a pool behind each block."""
    return "".join(f"{f'conv {filters} 3x3 p1; relu; ' * count}max 2x2; " for count, filters in blocks)


_CLASSIFIER = "fc 4096; relu; dropout 0.5; fc 4096; relu; dropout 0.5; fc 1000"

ARCHITECTURES = {
    "LeNet-5": Architecture(
        name="LeNet-5",
        stack="conv 6 5x5; relu; max 2x2; conv 16 5x5; relu; max 2x2; fc 120; relu; fc 84; relu; fc 10",
        input_shape=(1, 32, 32),
        parameters=61_706,
        counted_by="usual for the modern form; the paper’s own, with fewer connections, has about 60,000",
        source="Y. LeCun et al., “Gradient-Based Learning Applied to Document Recognition” (1998)",
        told="The modern form: each of the 16 filters reads all 6 maps, ReLU and max pooling, ten plain outputs.",
    ),
    "AlexNet": Architecture(
        name="AlexNet",
        stack="conv 96 11x11 s4; relu; max 3x3 s2; conv 256 5x5 p2 g2; relu; max 3x3 s2; conv 384 3x3 p1; relu; "
        f"conv 384 3x3 p1 g2; relu; conv 256 3x3 p1 g2; relu; max 3x3 s2; {_CLASSIFIER}",
        input_shape=(3, 227, 227),
        parameters=60_965_224,
        counted_by="of the Caffe reference model, which has the paper’s two groups; the paper says 60 million",
        source="A. Krizhevsky, I. Sutskever and G. Hinton, “ImageNet Classification with Deep Convolutional Neural "
        "Networks” (2012)",
        told="Its local response normalisation has no parameters and is left out; the paper writes 224, "
        "its layers need 227.",
    ),
    "VGG-16": Architecture(
        name="VGG-16",
        stack=_vgg((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)) + _CLASSIFIER,
        input_shape=(3, 224, 224),
        parameters=138_357_544,
        counted_by="of torchvision’s vgg16; the paper says 138 million",
        source="K. Simonyan and A. Zisserman, “Very Deep Convolutional Networks for Large-Scale Image Recognition” "
        "(2015), configuration D",
        told="As published.",
    ),
}

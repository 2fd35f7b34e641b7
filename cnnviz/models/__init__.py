"""Networks by name.

architectures.py  LeNet-5, AlexNet and VGG-16 by shape
"""

from cnnviz.models.architectures import ARCHITECTURES, Architecture

__all__ = ["ARCHITECTURES", "Architecture"]

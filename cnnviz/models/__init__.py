"""Networks by name.

architectures.py  LeNet-5, AlexNet and VGG-16 by shape
trained.py        a network with the numbers that it has learnt
"""

from cnnviz.models.architectures import ARCHITECTURES, Architecture
from cnnviz.models.trained import Trained

__all__ = ["ARCHITECTURES", "Architecture", "Trained"]

"""Networks by name.

architectures.py  LeNet-5, AlexNet and VGG-16 by shape
lenet5.py         LeNet-5 as published in 1998 and as taught today; codes.py: what the former measures distances to
squeezenet.py     SqueezeNet v1.1, which knows a thousand classes; squeezenet_depths.py: what its depths answer to
blazeface.py      what the answers of a detector of faces come to
trained.py        a network with the numbers that it has learnt; preparation.py: how a picture becomes what it takes
weights.py        such numbers as .npz: the files of weights/, and downloads
digits.py         handwritten digits, the file of data/
"""

from cnnviz.models.architectures import ARCHITECTURES, Architecture
from cnnviz.models.digits import Digits, digits
from cnnviz.models.lenet5 import TABLE_I, lenet5, lenet5_1998
from cnnviz.models.preparation import Preparation
from cnnviz.models.squeezenet import squeezenet
from cnnviz.models.trained import Trained

__all__ = [
    "ARCHITECTURES", "Architecture", "Digits", "Preparation", "TABLE_I", "Trained", "digits", "lenet5", "lenet5_1998",
    "squeezenet",
]  # fmt: skip

"""LeNet-5: LeNet-5: the network that read handwritten digits in 1998, on one of yours."""

from cnnviz.ui import frame

frame.page("LeNet-5")
frame.title("LeNet-5", "LeNet-5: the network that read handwritten digits in 1998, on one of yours.")

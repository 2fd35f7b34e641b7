"""How a network learns.

gradients.py  pooling.py  normalisation.py  losses.py   backwards through one operation
backward.py   backwards through a network
optimisers.py from gradients to moves
recipe.py     how it is to learn
learner.py    a network in training, a step at a time; layout.py  its numbers in one row
"""

from cnnviz.training.backward import Backward, backward
from cnnviz.training.gradients import conv2d_gradients, linear_gradients
from cnnviz.training.learner import Batch, Learner, accuracy, fit
from cnnviz.training.losses import cross_entropy
from cnnviz.training.normalisation import batch_norm_gradients
from cnnviz.training.optimisers import OPTIMISERS, Optimiser
from cnnviz.training.pooling import avg_pool2d_gradient, max_pool2d_gradient
from cnnviz.training.recipe import Recipe

__all__ = [
    "Backward", "Batch", "Learner", "OPTIMISERS", "Optimiser", "Recipe", "accuracy", "avg_pool2d_gradient", "backward",
    "batch_norm_gradients", "conv2d_gradients", "cross_entropy", "fit", "linear_gradients", "max_pool2d_gradient",
]  # fmt: skip

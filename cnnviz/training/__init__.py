"""How a network learns.

losses.py     how wrong it is; backward.py  from there back through the network
optimisers.py from gradients to moves
recipe.py     how it is to learn
learner.py    a network in training, a step at a time; layout.py  its numbers in one row
"""

from cnnviz.training.backward import Backward, backward
from cnnviz.training.learner import Batch, Learner, accuracy, fit
from cnnviz.training.losses import cross_entropy
from cnnviz.training.optimisers import OPTIMISERS, Optimiser
from cnnviz.training.recipe import Recipe

__all__ = [
    "Backward", "Batch", "Learner", "OPTIMISERS", "Optimiser", "Recipe", "accuracy", "backward", "cross_entropy", "fit",
]  # fmt: skip

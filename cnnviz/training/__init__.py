"""How a network learns: the gradients of its operations."""

from cnnviz.training.gradients import avg_pool2d_gradient, conv2d_gradients, linear_gradients, max_pool2d_gradient

__all__ = ["avg_pool2d_gradient", "conv2d_gradients", "linear_gradients", "max_pool2d_gradient"]

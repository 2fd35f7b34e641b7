"""What cnnviz refuses, in one family: every message is a plain sentence fit to show a visitor.

A message names the numbers and what would work instead, and is raised where the value is made.
"""


class CnnvizError(ValueError):
    """Whatever cnnviz refuses."""


class SettingError(CnnvizError):
    """A setting that makes no sense by itself: a stride of 0, a padding of -1, a size of 2.5."""


class DoesNotFit(CnnvizError):
    """Settings that make sense, but not on this size of input."""


class ArrayError(CnnvizError):
    """An array of the wrong shape or kind of numbers for the operation."""


class KernelError(CnnvizError):
    """Typed or pasted kernel numbers that cannot be read."""


class PictureError(CnnvizError):
    """A file that is no picture, or one that is not safe to open."""


class NetworkError(CnnvizError):
    """A file that is no network, or one that does not open here."""

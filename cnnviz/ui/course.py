"""The lessons in their order: a page, what it is called and about, and what can be set on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.ui.controls import DIGIT
from cnnviz.ui.lessons import activations, deep, filters, layers, learning, lenet, pooling, stride
from cnnviz.ui.letters import LETTERS
from cnnviz.ui.results import RESULTS
from cnnviz.ui.settings import FILTER, PHOTO, PICTURE, SLIDING
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import Setting


@dataclass(frozen=True)
class Lesson:
    """One page.

    path      of its file, as Streamlit links to it
    name      in the row of lessons
    title     in the browser's tab
    about     what it is about, a sentence
    settings  all that can be set on it: what its link says
    sidebar   what lies in the sidebar, in a word or two: the button that opens it says so
    """

    path: str
    name: str
    title: str
    about: str
    settings: tuple[Setting[Any], ...]
    sidebar: str = ""


HOME_PLACE = place_setting("home-at")  # of the cursor on its stage
HOME = Lesson("app.py", "Home", "Home", "", (HOME_PLACE,))
PIXELS = Lesson(
    "pages/pixels.py", "Pixels", "Pixels",
    "A picture is numbers: see each of them, and the planes that they stand in.",
    PICTURE,
    "Picture",
)  # fmt: skip
CONVOLUTION = Lesson(
    "pages/convolution.py", "Convolution", "Convolution",
    "A filter slides over it, multiplies and adds up: one operation, every number.",
    (*PICTURE, *FILTER, *SLIDING, *RESULTS, LETTERS),
    "Picture, kernel",
)  # fmt: skip
STRIDE = Lesson(
    "pages/stride.py", "Stride, padding", "Stride and padding",
    "How far it moves, and what stands outside: two settings side by side.",
    (*PICTURE, *stride.SETTINGS, LETTERS),
    "Picture",
)  # fmt: skip
FILTERS = Lesson(
    "pages/filters.py", "Filters", "Filters and volumes",
    "Many filters make a volume; the next layer reads all of it.",
    (*PICTURE, *filters.SETTINGS, LETTERS),
    "Picture, weights",
)  # fmt: skip
POOLING = Lesson(
    "pages/pooling.py", "Pooling", "Pooling",
    "A block of numbers becomes one: what is saved, and what it is worth.",
    (*PICTURE, *pooling.SETTINGS, LETTERS),
    "Picture, kernel",
)  # fmt: skip
ACTIVATIONS = Lesson(
    "pages/activations.py", "Activations", "Activations",
    "ReLU, sigmoid and others: what they do to a map, and to gradients.",
    (*PICTURE, *activations.SETTINGS, LETTERS),
    "Picture, kernel",
)  # fmt: skip
LAYERS = Lesson(
    "pages/layers.py", "Layers", "Layers",
    "Build a whole network, count it, run it, and look into any unit.",
    (*PICTURE, *layers.SETTINGS, LETTERS),
    "Picture, stack",
)  # fmt: skip
LENET = Lesson(
    "pages/lenet.py", "LeNet-5", "LeNet-5",
    "Draw a digit, and see the network of 1998 read it: every map, every number.",
    (*DIGIT, *lenet.SETTINGS),
)  # fmt: skip
LEARNING = Lesson(
    "pages/learning.py", "Learning", "Learning",
    "Filters start random and are learnt: train a network and watch it learn.",
    (*DIGIT, *learning.SETTINGS),
    "Digit",
)  # fmt: skip
DEEP = Lesson(
    "pages/deep.py", "Deep CNN", "Deep CNN",
    "Edges, shapes, parts: what a network trained on photographs sees in yours.",
    (*PHOTO, *deep.SETTINGS),
    "Photo",
)  # fmt: skip
COURSE = (PIXELS, CONVOLUTION, STRIDE, FILTERS, POOLING, ACTIVATIONS, LAYERS, LENET, LEARNING, DEEP)

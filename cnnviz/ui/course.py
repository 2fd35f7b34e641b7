"""The lessons in their order, each one value: its page, its names, what it claims and is about, what can be set on it.

Whatever is said of a lesson anywhere follows from here: title, row, menu, the way on, home, style and tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.ui.controls import DIGIT
from cnnviz.ui.lessons import (
    activations,
    attention,
    channels,
    deep,
    filters,
    layers,
    learning,
    lenet,
    network,
    pooling,
    signal,
    stride,
    transposed,
)
from cnnviz.ui.letters import LETTERS
from cnnviz.ui.results import RESULTS
from cnnviz.ui.settings import FILTER, PHOTO, PICTURE, SLIDING
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import Setting


@dataclass(frozen=True)
class Lesson:
    """One page.

    slug      in its address; its file is pages/<slug>.py, home's app.py
    name      in the row of lessons
    claim     what it claims, a sentence under its title
    about     what it is about, a sentence on the home page
    settings  all that can be set on it: what its link says
    sidebar   what lies in the sidebar, in a word or two: the button that opens it says so
    title     in the browser's tab, where that is not the name
    heading   on the page, where that is not the title
    style     the files of style/ that it needs beside those of every page
    """

    slug: str
    name: str
    claim: str
    about: str
    settings: tuple[Setting[Any], ...]
    sidebar: str = ""
    title: str = ""
    heading: str = ""
    style: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name)
        object.__setattr__(self, "heading", self.heading or self.title)

    @property
    def path(self) -> str:
        """Of its file, as Streamlit links to it."""
        return f"pages/{self.slug}.py" if self.slug else "app.py"

    @property
    def next(self) -> Lesson | None:
        """The one to go to from here."""
        at = COURSE.index(self) + 1
        return COURSE[at] if at < len(COURSE) else None


HOME_PLACE = place_setting("home-at")  # of the cursor on its stage
HOME = Lesson("", "Home", "", "", (HOME_PLACE,))
PIXELS = Lesson(
    "pixels", "Pixels",
    "Each pixel is a number from 0 to 255: one plane of them is grey (depth 1), three are RGB (depth 3). "
    "Such a block of numbers, height × width × depth, is a volume, and so is every layer of a CNN.",
    "A picture is numbers: see each of them, and the planes that they stand in.",
    PICTURE, "Picture", heading="A picture is numbers",
)  # fmt: skip
CONVOLUTION = Lesson(
    "convolution", "Convolution",
    "A small filter slides over the picture; at each stop it multiplies what it covers and adds up.",
    "A filter slides over it, multiplies and adds up: one operation, every number.",
    (*PICTURE, *FILTER, *SLIDING, *RESULTS, LETTERS), "Picture, kernel",
)  # fmt: skip
STRIDE = Lesson(
    "stride", "Stride, padding",
    "Small strides overlap and give large maps, large strides small ones; (K − 1)/2 of padding keeps the size. "
    "O = ⌊(W − K + 2P) / S⌋ + 1.",
    "How far it moves, and what stands outside: two settings side by side.",
    (*PICTURE, *stride.SETTINGS, LETTERS), "Picture", "Stride and padding", style=("stride",),
)  # fmt: skip
FILTERS = Lesson(
    "filters", "Filters",
    "Each filter finds its own feature and gives its own map. It reaches through the whole depth of what comes before: "
    "channels, then filters.",
    "Many filters make a volume; the next layer reads all of it.",
    (*PICTURE, *filters.SETTINGS, LETTERS), "Picture, weights", "Filters and volumes", style=("filters",),
)  # fmt: skip
CHANNELS = Lesson(
    "channels", "Channels",
    "A window has a third axis, the channels. What it covers of them, and whether it slides, is how full, grouped, "
    "depthwise, 1 × 1 and 3-D convolutions differ.",
    "Groups, depthwise, separable, 3-D: one picture for all of them, and what each costs.",
    (*PICTURE, *channels.SETTINGS), "Picture", heading="Channels are a window too", style=("channels",),
)  # fmt: skip
POOLING = Lesson(
    "pooling", "Pooling",
    "Each window becomes one number: O = ⌊(W − K) / S⌋ + 1, and 2 × 2 at stride 2 leaves a quarter. "
    "That is said to make a network smaller and blind to small moves. Both hold in part: see where.",
    "A block of numbers becomes one: what is saved, and what it is worth.",
    (*PICTURE, *pooling.SETTINGS, LETTERS), "Picture, kernel", style=("pooling",),
)  # fmt: skip
ACTIVATIONS = Lesson(
    "activations", "Activations",
    "ReLU zeroes negative numbers. Sigmoid squashes all into 0 to 1, and gradients through it can vanish. "
    "ReLU is cheaper, and its slope above 0 is 1.",
    "ReLU, sigmoid and others: what they do to a map, and to gradients.",
    (*PICTURE, *activations.SETTINGS, LETTERS), "Picture, kernel", style=("activations",),
)  # fmt: skip
LAYERS = Lesson(
    "layers", "Layers",
    "CONV and POOL shrink the picture; FC, which shares no weights, comes last. Click any unit.",
    "Build a whole network, count it, run it, and look into any unit.",
    (*PICTURE, *layers.SETTINGS, LETTERS), "Picture, stack", style=("layers",),
)  # fmt: skip
LENET = Lesson(
    "lenet", "LeNet-5",
    "Draw a digit and see a network read it, layer by layer. Click or tap any number: where did it come from?",
    "Draw a digit, and see the network of 1998 read it: every map, every number.",
    (*DIGIT, *lenet.SETTINGS), style=("digit", "lenet"),
)  # fmt: skip
LEARNING = Lesson(
    "learning", "Learning",
    "Filters start random and are learnt: press Start and watch.",
    "Filters start random and are learnt: train a network and watch it learn.",
    (*DIGIT, *learning.SETTINGS), "Digit", style=("learning",),
)  # fmt: skip
DEEP = Lesson(
    "deep", "Deep CNN",
    "Edges first, then strokes and shapes, then parts; the last maps say what it is. On your own photo.",
    "Edges, shapes, parts: what a network trained on photographs sees in yours.",
    (*PHOTO, *deep.SETTINGS), "Photo", style=("deep",),
)  # fmt: skip
TRANSPOSED = Lesson(
    "transposed", "Transposed",
    "A convolution makes one number of a window; this makes a window of one number: a stamp. All are added up. Where K "
    "is no multiple of S they overlap unevenly: a checkerboard.",
    "One number becomes a window, and a map grows: the way back of a convolution.",
    (*PICTURE, *transposed.SETTINGS, LETTERS), "Picture, kernel", "Transposed convolution", style=("transposed",),
)  # fmt: skip
NETWORK = Lesson(
    "network", "Your network",
    "Any network is such layers: drop an ONNX file, and every node of it can be asked, on your own picture.",
    "Bring a network of your own: every node of it, on your own picture.",
    (*PHOTO, *network.SETTINGS), "Picture", style=("network",),
)  # fmt: skip
ATTENTION = Lesson(
    "attention", "Attention",
    "A convolution has the same few weights at each place. Attention has its own at each, over all places, and "
    "computes them from the picture itself.",
    "The same weights everywhere, or at each place its own: what transformers do, beside a convolution.",
    (*PICTURE, *attention.SETTINGS, LETTERS), "Picture", heading="Convolution against attention",
    style=("attention",),
)  # fmt: skip
SIGNAL = Lesson(
    "signal", "1-D",
    "The same window slides along a row of numbers. Padded in front alone, no output sees the future; dilated layers "
    "see far.",
    "A signal in place of a picture: pull its dots, and see what an output knows of the future.",
    (*PHOTO, *signal.SETTINGS, LETTERS), "Picture", "One dimension", style=("signal",),
)  # fmt: skip
COURSE = (
    PIXELS, CONVOLUTION, STRIDE, FILTERS, CHANNELS, POOLING, ACTIVATIONS, LAYERS,
    LENET, LEARNING, DEEP, NETWORK, TRANSPOSED, SIGNAL, ATTENTION,
)  # fmt: skip

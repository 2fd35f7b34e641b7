"""What is run: the stack, the picture as it takes it, its weights, training or inference. In the sidebar."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from cnnviz.layers import Shape
from cnnviz.layers.reading import is_foreign, left_open
from cnnviz.pictures import Picture
from cnnviz.pictures.photo import Original, whole
from cnnviz.stacks import Stack, stack_of
from cnnviz.ui import controls, state
from cnnviz.ui.cached import identity
from cnnviz.ui.controls import choice
from cnnviz.ui.lessons.layers.layers_stack import STACK
from cnnviz.ui.lessons.layers.layers_weights import Brought, brought
from cnnviz.ui.memory import SMALL, remembered
from cnnviz.ui.state import integer, one_of
from cnnviz.ui.volumes import unit_setting

OWN_SIZE = "the picture as it is"
# What a network of a fixed size takes: a square of so many pixels, grey or RGB.
INPUTS = {OWN_SIZE: None, "32 × 32, grey": (32, "grey"), "224 × 224, RGB": (224, "rgb"), "227 × 227, RGB": (227, "rgb")}
MODES = ("inference", "training")
INPUT = one_of("input", list(INPUTS))
NET = integer("net", 16, 0, 9999)  # at first a draw whose maps are not empty behind ReLU on the first sample
MODE = one_of("mode", MODES)
DRAW = integer("draw", 0, 0, 10**6)  # which of dropout's draws
UNIT = unit_setting("unit")  # on the stage; its layer is the one that is changed
TAKEN = "layers-taken"  # a stack that was pasted, and what its text left open
HELP = (
    "Layers separated by ; or new lines, such as: conv 8 3x3 s1 p1 (8 filters of 3 × 3, stride 1, padding 1), max 2x2, "
    "avg 2x2, global avg, relu, leaky relu, sigmoid, tanh, gelu, fc 10, dropout 0.5, batch norm. Branches stand in "
    "brackets, parted by |, and meet by add, multiply or concat: [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; "
    "same is the branch in which nothing happens. Or paste a network of PyTorch or Keras: its code, a Sequential, a "
    "class with forward or a functional model, or what print(model) or model.summary() prints."
)


@dataclass(frozen=True)
class Setup:
    """One run, before it is run.

    picture   as the network takes it
    divisor   what its levels are divided by, 1 or 255
    seed      of the weights
    training  whether dropout drops and batch norm takes this picture's statistics
    draw      which of dropout's draws
    reads     which of INPUTS the network takes
    chosen    the layer that is changed, and looked into where it can be
    weights   from a file, in place of drawn ones
    """

    stack: Stack
    picture: Picture
    divisor: float
    seed: int
    training: bool
    draw: int
    reads: str
    chosen: int
    weights: Brought | None = None

    @property
    def shape(self) -> Shape:
        return self.picture.shape

    @property
    def is_own_size(self) -> bool:
        """Whether the picture's size is the visitor's to choose."""
        return INPUTS[self.reads] is None


@remembered(16, each=3 * 227 * 227 + SMALL, by=lambda picture, *others: (identity(picture), *others))
def _square(picture: Original, side: int, depth: str) -> Picture:
    with whole(picture) as pixels:
        return pixels.square(side, depth)


def setup(picture: Picture, divisor: float) -> Setup:
    """The controls of the run, below the picture's."""
    with st.sidebar, st.container(key="run"):
        typed = st.container(key="stack-text")
        name = controls.select("The stack reads", INPUT)
        with st.container(key="input-words"):
            taken = _taken(picture, INPUTS[name])
        with typed:
            tidy = partial(_tidy, taken.shape)
            text = controls.text("The stack as text", STACK, height=112, help=HELP, then=tidy)
            of, taken_as = state.recall(TAKEN, ("", ""))
            if taken_as and of == text:
                st.caption(controls.plain(taken_as))
        with st.container(key="drawn", horizontal=True, vertical_alignment="bottom"):
            seed = controls.typed_number(
                "Weights, seed", NET, width=110,
                help="Nothing here has learnt yet: weights are drawn at random, normal with a variance of 2 / (inputs "
                "of a unit), after He et al. (2015); biases are 0. The same seed draws the same weights.",
            )  # fmt: skip
            mode = choice("Run in", MODE)
        with st.container(key="draw-room"):
            draw = state.now(DRAW)
            if mode == MODES[1]:
                st.button("draw dropout again", key="draw-again", on_click=state.put, kwargs={"draw": draw + 1})
        stack, unit = stack_of(text, taken.shape), state.now(UNIT)
        weights = brought(stack)
    chosen = unit.layer if unit and unit.layer < len(stack.parts) else 0  # the first where the link means none of these
    return Setup(stack, taken, divisor, seed, mode == MODES[1], draw, name, chosen, weights)


def _tidy(shape: Shape) -> None:
    """Code was pasted: what it says stands there in the page's own words, to be changed layer by layer."""
    text = state.now(STACK)
    if is_foreign(text) and (stack := stack_of(text, shape)).parts:
        state.put(stack=stack.text)
        state.remember(TAKEN, (stack.text, left_open(text)))


def _taken(picture: Picture, square: tuple[int, str] | None) -> Picture:
    """The picture as the network takes it; what was done to it is said."""
    if square is None:
        return picture
    taken = _square(controls.original(), *square)
    st.caption(controls.plain(" ".join(taken.notes)))
    return taken

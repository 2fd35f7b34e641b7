"""The few controls that every lesson shares: the picture, the digit, K S P D, the kernel. All of them in the URL.

Each shows one setting of `ui/state`. Ranges are fixed, so nothing jumps;
 what cannot be is explained, with the nearest settings as buttons.
"""

from cnnviz.ui.controls.basics import (
    bare_dial,
    choice,
    choice_of,
    dial,
    dial_of,
    dials,
    letters,
    number_of_many,
    one_of_many,
    plain,
    refuse,
    select,
    slider,
    switch,
    switch_of,
    text,
    toggle,
    typed_number,
)  # fmt: skip
from cnnviz.ui.controls.digit_source import DIGIT, Digit, digit, digit_pad, digit_steps
from cnnviz.ui.controls.kernel import filter_of_lab, kernel, show_kernel
from cnnviz.ui.controls.one_click import DEMOS, demos, show_demo, to_lab
from cnnviz.ui.controls.picture_source import choose_sample, film, original, photo, picture
from cnnviz.ui.controls.problem import explain
from cnnviz.ui.controls.upload import Uploads
from cnnviz.ui.controls.window import gives_a_map, lab, lab_at_call, live, of_window, sliders, windows

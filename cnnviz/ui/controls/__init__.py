"""The few controls that every lesson shares: the picture, the digit, K S P D, the kernel. All of them in the URL.

Each setting has one key in `st.session_state`, which is also its name in the URL (`settings.START`).
Ranges are fixed, so nothing jumps; what cannot be is explained, with the nearest settings as buttons.
"""

from cnnviz.ui.controls.basics import Dial, choice, dial, kept, plain, put, refuse, state
from cnnviz.ui.controls.demos import DEMOS, demos
from cnnviz.ui.controls.digit import Digit, digit, digit_pad, digit_steps
from cnnviz.ui.controls.kernel import kernel
from cnnviz.ui.controls.picture import YOURS, original, picture
from cnnviz.ui.controls.problem import explain
from cnnviz.ui.controls.send import to_lab
from cnnviz.ui.controls.window import sliders, windows

__all__ = [
    "DEMOS", "YOURS", "Dial", "Digit", "choice", "demos", "dial", "digit", "digit_pad", "digit_steps", "explain",
    "kept", "kernel", "original", "picture", "plain", "put", "refuse", "sliders", "state", "to_lab", "windows",
]  # fmt: skip

"""All that can be set on the page: which network, on what, which of its units; and what its file cannot tell."""

from __future__ import annotations

from cnnviz.formats.opening import FREE_SIDE
from cnnviz.models.preparation import COLOURS, SCALES
from cnnviz.ui.state import Setting, integer, one_of, words
from cnnviz.ui.volumes import SCALE as COLOURS_SCALE
from cnnviz.ui.volumes import unit_setting

BLAZEFACE, SQUEEZENET, LENET, YOURS = "BlazeFace", "SqueezeNet v1.1", "LeNet-5 (1998)", "Your own network"
WHAT = {BLAZEFACE: "finds faces", SQUEEZENET: "names things", LENET: "reads digits", YOURS: "from your file"}
NETWORK = one_of("network", list(WHAT))
# A network that is good at one thing is shown on an example of that, until the visitor chooses a picture.
EXAMPLE: Setting[bool] = Setting(
    "example", True, {"true": True, "false": False}.get, lambda is_on: str(is_on).lower(), of_picture=True, anew=False
)
UNIT = unit_setting("node", of_picture=True)  # column, map, row, column
CLASS = words("answer")  # the class that is looked for

GUESSED = "guessed"
FIRST, LAST = "channels first", "channels last"
LAYOUT = one_of("net-layout", [GUESSED, FIRST, LAST])
SIDE = integer("net-side", FREE_SIDE, 16, 1024)
ORDER = one_of("net-order", [GUESSED, *COLOURS])
SCALE = one_of("net-scale", [GUESSED, *SCALES])
IN_A_LINK = 1500  # characters of labels that a link takes along
LABELS: Setting[str] = Setting("net-labels", "", str, lambda told: told if len(told) <= IN_A_LINK else "")
ASKED = (LAYOUT, SIDE, ORDER, SCALE, LABELS)

SETTINGS = (NETWORK, EXAMPLE, UNIT, CLASS, *ASKED, COLOURS_SCALE)

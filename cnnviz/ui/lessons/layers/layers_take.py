"""The stack taken away: as PyTorch's and as Keras' code, and with its weights as an ONNX file."""

from collections.abc import Callable

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.formats import keras_code, torch_code
from cnnviz.graph import Graph
from cnnviz.models import Preparation, Trained
from cnnviz.passes import Pass
from cnnviz.ui import controls
from cnnviz.ui.lessons.layers.layers_run import passed
from cnnviz.ui.lessons.layers.layers_setup import Setup
from cnnviz.ui.markup import part
from cnnviz.ui.network_view import download

CODES: dict[str, Callable[[Graph], str]] = {"PyTorch": torch_code, "Keras": keras_code}


def take_away(setup: Setup) -> None:
    """The layers that follow, as code and as a file; where one cannot be, why."""
    network = setup.stack.network
    if not network.rows:
        return
    part("Take it away", "The code makes the same layers, branches included, and can be pasted here again.")
    reasons = []
    with st.container(key="take-layers", horizontal=True, vertical_alignment="center"):
        for name, write in CODES.items():
            code = ""
            try:
                code = write(network)
            except CnnvizError as problem:
                reasons.append(f"{name}: {problem}")
            st.download_button(
                f"{name} code, .py", data=code, file_name=f"network_{name.lower()}.py", mime="text/x-python",
                key=f"take-{name.lower()}", icon=":material/download:", on_click="ignore", disabled=not code,
            )  # fmt: skip
        run, why = with_weights(setup)
        download((lambda: as_trained(setup, run)) if run else None, "take-onnx")
    reasons += [f"ONNX: {why}"] * bool(why)
    st.caption(controls.plain(" ".join([*reasons, _ORDER])))


_ORDER = (
    "The ONNX file holds the weights that are run here; Netron draws it, and ONNX Runtime runs it. Keras’ channels are "
    "last, so that its Flatten lays a volume out in another order than PyTorch’s."
)


def with_weights(setup: Setup) -> tuple[Pass | None, str]:
    """The network that was run, if a file can hold it; else why not."""
    network = setup.stack.network
    if network.over_budget:
        return None, network.over_budget
    try:
        run = passed(setup)
        for row, own in zip(network.rows, run.parameters):
            row.layer.written(row.input_shape, own, len(row.sources))
    except CnnvizError as problem:
        return None, str(problem)
    return run, ""


def as_trained(setup: Setup, run: Pass | None) -> Trained:
    network = setup.stack.network
    assert run is not None
    count = network.shapes[-1][0]
    weights = "of a file" if setup.weights else f"drawn at random, seed {setup.seed}"
    return Trained(
        name="stack",
        network=network,
        parameters=run.parameters,
        names=network.names,
        classes=tuple(map(str, range(count))),
        prepare=Preparation(network.input_shape, scale="0 to 255" if setup.divisor == 1 else "0 to 1"),
        source=f"{setup.stack.text}. Weights {weights}.",
    )

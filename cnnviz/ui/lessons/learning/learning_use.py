"""What a network that has learnt is good for: the LeNet page reads digits with it, and it can be taken away."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st

from cnnviz.ui.lessons.learning.learning_run import LearningRun
from cnnviz.ui.own import own
from cnnviz.ui.state import put


def use(run: LearningRun | None) -> None:
    """The buttons, once there is something learnt and it stands still."""
    ready = run is not None and run.step > 0 and run.state != "running"
    with st.container(key="learnt", horizontal=True, vertical_alignment="center", gap="small"):
        if (
            st.button("Use it on the LeNet-5 page", key="use-own", icon=":material/arrow_forward:", disabled=not ready)
            and run is not None
        ):
            own()
            put(form="Yours")
            st.switch_page("pages/lenet.py")
        st.download_button(
            "Download it, .npz",
            data=(lambda: npz(run)) if run is not None and ready else b"",
            file_name="network.npz",
            key="take-own",
            icon=":material/download:",
            on_click="ignore",
            disabled=not ready,
        )
        st.caption(
            "numpy.load opens it: the layers as text under “stack”, then each array by its layer."
            if ready
            else "Once it has learnt and stands still, it reads digits on the LeNet-5 page, and can be downloaded."
        )


def npz(run: LearningRun) -> bytes:
    """The network for numpy.load, without pickle: "stack", its layers as text, then "C1.weight", "C1.bias", ..."""
    trained = run.trained()
    arrays = {
        f"{name}.{part}": value
        for name, parameters in zip(trained.names, trained.parameters)
        for part, value in parameters.items()
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, stack=np.array(run.plan.stack), **arrays)
    return file.getvalue()

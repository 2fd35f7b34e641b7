"""The lab's widgets around one ready picture: what a rerun costs without a convolution and without a stage."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.ui import controls, course, frame, results, state
from cnnviz.ui.component import scripts
from cnnviz.ui.markup import show


@st.cache_resource
def ready(k: int) -> bytes:
    """A 512x512 RGB picture as a PNG, another one for each K."""
    levels = np.random.default_rng(k).integers(0, 255, (64, 64, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


st.set_page_config(layout="wide", initial_sidebar_state=276)
state.open_page("peer", course.CONVOLUTION.settings)  # the same link as the lab's, which the door reads
frame.style()
scripts()
with frame.title("Convolution", "The same widgets, and one picture that is ready."):
    controls.demos()
picture, divisor = controls.picture()
with frame.main():
    controls.sliders(picture)
    filter, windows = controls.kernel(picture), controls.windows()
    show(results.formula(windows, picture))
    st.image(ready(windows.rows.kernel_size))
    results.downloads(picture, divisor)

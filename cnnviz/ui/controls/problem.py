"""What cannot be: one sentence, and the nearest settings that work, to press."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import markup, settings
from cnnviz.ui.controls.window import lab
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import bold, html
from cnnviz.ui.settings import Remedies
from cnnviz.ui.state import put

SIDE = 320  # pixels of the picture's longest side, as it is drawn


def explain(
    problem: CnnvizError | str,
    picture: Picture,
    remedies: Remedies | None = None,
    *,
    key: str = "problem",
    shown: bool = True,
) -> None:
    """Why these settings give no map, and the nearest that do, to press.

    remedies  the lab's own without them
    key       one for each that can stand on a page: "problem", or "problem-" and a name
    shown     whether the picture stands below
    """
    if remedies is None:
        remedies = settings.remedies(lab(), picture)
    with st.container(key=key, border=True):
        markup.show(bold(problem))
        with st.container(horizontal=True):
            for label, changes in remedies:
                name = f"{key.replace('problem', 'remedy')} {label}"
                st.button(lettered(label), key=name, on_click=put, kwargs=changes)
        if shown:
            _, height, width = picture.shape
            drawn = markup.image(picture.levels(), "", style=f"width: {SIDE * width / max(height, width):.0f}px")
            words = f"The picture, {times(height, width)}"
            markup.show(html("<figure>{}<figcaption>{}</figcaption></figure>", drawn, words))

"""Learning: filters start random and are learnt; train a network on real digits and watch it."""

import streamlit as st

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import learning

with frame.lesson(course.LEARNING) as page:
    with st.sidebar:
        digit = controls.digit()
        controls.digit_pad(digit)
    with frame.main():
        with frame.settings():
            run = learning.settings()
        with frame.stage():
            learning.view(run, digit)
    learning.use(run)
    learning.claims(run)
    page.end(learning.ending(run))

"""Learning: filters start random and are learnt; train a network on real digits and watch it."""

import streamlit as st

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import learning

frame.page(course.LEARNING)
frame.title("Learning", learning.CLAIM)
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
frame.notice(*learning.noticed(run), then=course.DEEP)

"""The least that answers a visitor: one slider and what it says."""

import streamlit as st

st.write(st.slider("K kernel", 1, 15, 3, key="dial-k"))

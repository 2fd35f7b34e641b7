"""The least that a page can be: a title."""

import streamlit as st

st.title("A page")

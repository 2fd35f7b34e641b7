"""Pooling."""

from cnnviz.ui import controls, frame

frame.page("Pooling")
frame.title("Pooling", "In the making.")
picture, divisor = controls.picture()

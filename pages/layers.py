"""Layers."""

from cnnviz.ui import controls, frame

frame.page("Layers")
frame.title("Layers", "In the making.")
picture, divisor = controls.picture()

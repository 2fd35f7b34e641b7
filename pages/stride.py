"""Stride and padding."""

from cnnviz.ui import controls, frame

frame.page("Stride and padding")
frame.title("Stride and padding", "In the making.")
picture, divisor = controls.picture()

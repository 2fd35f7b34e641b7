"""Pixels."""

from cnnviz.ui import controls, frame

frame.page("Pixels")
frame.title("Pixels", "In the making.")
picture, divisor = controls.picture()

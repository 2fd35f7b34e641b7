"""Activations."""

from cnnviz.ui import controls, frame

frame.page("Activations")
frame.title("Activations", "In the making.")
picture, divisor = controls.picture()

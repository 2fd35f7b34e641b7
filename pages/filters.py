"""Filters and volumes."""

from cnnviz.ui import controls, frame

frame.page("Filters and volumes")
frame.title("Filters and volumes", "In the making.")
picture, divisor = controls.picture()

"""Stride and padding: how far the window jumps, and what stands around the picture, decide the size of the map."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import stride

frame.page(course.STRIDE)
claim = (
    "Small strides overlap and give large maps, large strides small ones; (K − 1)/2 of padding keeps the size. "
    "O = ⌊(W − K + 2P) / S⌋ + 1."
)
with frame.title("Stride and padding", claim):
    stride.lecture()
    controls.letters()
picture, divisor = controls.picture()
with frame.main():
    with frame.settings():
        stride.dials(picture)
    stride.formulas(picture)
    with frame.stage():
        stride.stages(picture, divisor)
stride.table(picture)
stride.left_out(picture)
stride.centre(picture)
stride.edges(picture)
stride.borders(picture, divisor)
frame.notice(stride.seen(picture), stride.question(), then=course.FILTERS)

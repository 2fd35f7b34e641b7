"""Stride and padding: how far the window jumps, and what stands around the picture, decide the size of the map."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import stride

with frame.lesson(course.STRIDE) as page:
    with page.lead:
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
    stride.frameworks(picture, divisor)
    stride.centre(picture)
    stride.edges(picture)
    stride.borders(picture, divisor)
    page.end(stride.ending(picture))

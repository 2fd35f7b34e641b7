"""Attention: the same weights at each place, as in a convolution, or at each its own, computed from the picture."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import attention

with frame.lesson(course.ATTENTION) as page:
    picture, divisor = controls.picture()
    both = attention.both(picture)
    with frame.main():
        with frame.settings():
            attention.dials(both)
        with frame.stage():
            attention.stages(both, divisor)
    attention.one_weight(both)
    attention.shuffled(both)
    attention.counted(both)
    page.end(attention.ending(both))

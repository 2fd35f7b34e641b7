"""Transposed convolution: one number becomes a window, and a map grows."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import transposed

with frame.lesson(course.TRANSPOSED) as page:
    with page.lead:
        transposed.given()
        controls.letters()
    picture, divisor = controls.picture()
    transposed.kernel()
    found = None
    with frame.main():
        with frame.settings():
            transposed.dials()
        try:
            found = transposed.made(picture, divisor)
        except CnnvizError as problem:
            controls.explain(problem, picture, transposed.remedies(picture))
        else:
            transposed.formula(found)
            with frame.stage():
                transposed.both(found)
    if found:
        transposed.sizes(found)
        transposed.back(found, picture)
        page.end(transposed.ending(found))

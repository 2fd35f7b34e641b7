"""One dimension: the same window along a row of numbers; what an output knows of the future, and how far layers see."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import signal

with frame.lesson(course.SIGNAL) as page:
    with page.lead:
        controls.letters()
    picture = controls.photo()
    with frame.main():
        with frame.settings():
            signal.controls(picture)
        with frame.stage():
            found = signal.view(picture)
    signal.future(found)
    signal.layers()
    page.end(signal.ending(found))

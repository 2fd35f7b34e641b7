"""Channels: a convolution's window has a third axis; every kind of convolution is where it stands on that."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import channels

with frame.lesson(course.CHANNELS) as page:
    picture, divisor = controls.picture()
    with frame.main():
        with frame.settings():
            channels.dials()
        try:
            found = channels.seen(picture, divisor)
        except CnnvizError as problem:
            channels.explain(problem, picture)
            page.end()
        else:
            channels.words(found)
            with frame.stage():
                channels.volumes(found)
                channels.stage(found)
            channels.table(found)
            page.end(channels.ending(found))

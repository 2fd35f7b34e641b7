"""A picture is numbers: true size, pixels and numbers under one cursor; colour is three planes, a volume."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons.pixels_ending import ending
from cnnviz.ui.pixels import pixels

with frame.lesson(course.PIXELS) as page:
    picture, divisor = controls.picture()
    with frame.main():
        with frame.stage():
            pixels(picture, divisor, key="pixels")
        page.end(ending(picture, divisor))

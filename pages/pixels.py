"""A picture is numbers: true size, pixels and numbers under one cursor; colour is three planes, a volume."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons.pixels_ending import noticed
from cnnviz.ui.pixels import pixels

frame.page(course.PIXELS)
frame.title(
    "A picture is numbers",
    "Each pixel is a number from 0 to 255: one plane of them is grey (depth 1), three are RGB (depth 3). "
    "Such a block of numbers, height × width × depth, is a volume, and so is every layer of a CNN.",
)
picture, divisor = controls.picture()
with frame.main():
    with frame.stage():
        pixels(picture, divisor, key="pixels")
    frame.notice(*noticed(picture, divisor), then=course.CONVOLUTION)

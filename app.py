"""The door: what this is, shown moving, and the way to each lesson."""

from cnnviz.ui import cached, course, frame, state
from cnnviz.ui.lessons import Ending
from cnnviz.ui.stage import stage

frame.page(course.HOME)
frame.hero(
    "Every number inside a convolutional network, on your own picture.",
    "Upload a picture, move the kernel, stride and padding, and watch a filter slide across it: "
    "the window, each product, the sum, and the map filling in.",
)
frame.open_lesson(course.CONVOLUTION, "Open the convolution lab")
with frame.stage():
    # By itself, unless the link says where to stand.
    is_plain = state.now(course.HOME_PLACE) is None
    stage(cached.demo(), key="home", autoplay=is_plain, link=course.HOME_PLACE)
frame.notice(
    Ending(
        "The filter looks for a diagonal cross of five ones. Where four of them lie on ones of the picture, the sum is "
        "4; a whole cross would give 5, and this picture has none.",
        "Press “guess first” and add up the next window yourself before you look.",
    )
)
frame.course()

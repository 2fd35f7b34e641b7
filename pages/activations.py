"""Activations: what a function does to each number of a map, to the gradient that comes back, and what it costs."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import activations

with frame.lesson(course.ACTIVATIONS) as page:
    picture, divisor = controls.picture()
    map = None
    with frame.main():
        with frame.settings():
            activation = activations.choose()
        try:
            map = activations.signed_map(picture, controls.kernel(picture), divisor)
        except CnnvizError as problem:
            controls.explain(problem, picture, activations.remedies(picture))
        else:
            with frame.stage():
                activations.view(picture, map, activation)
            activations.scale(map, activation)
    if map:
        activations.histograms(map, activation)
        activations.table(map, activation)
    stack = activations.gradients(picture, activation)
    activations.tiny()
    activations.cost()
    page.end(activations.ending(map, activation, stack))

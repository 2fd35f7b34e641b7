"""Convolution: a filter slides over the picture; at each stop it multiplies what it covers and adds up."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import cached, controls, course, frame, results
from cnnviz.ui.stage import stage

frame.page(course.CONVOLUTION)
claim = "A small filter slides over the picture; at each stop it multiplies what it covers and adds up."
with frame.title("Convolution", claim):
    controls.demos()
picture, divisor = controls.picture()
see = question = ""
with frame.main():
    with frame.settings():
        controls.sliders(picture)
    try:
        filter, windows = controls.kernel(picture), controls.windows()
        trace = cached.convolve(picture, filter, windows, divisor)
    except CnnvizError as problem:
        controls.explain(problem, picture)
    else:
        results.formula(windows, picture)
        with frame.stage():
            stage(trace, key="convolution", whole=True, link=results.PLACE)
        results.figures(trace)
        results.downloads(picture, filter, windows, divisor)
        question = "Switch on “guess first” and step on: what will the next number be?"
        see = "The same weights are used at every stop. Point at one to see every pixel that it ever multiplies."
    results.compare(picture, divisor)
frame.notice(see, question, then=course.STRIDE)

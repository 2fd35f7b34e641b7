"""Convolution: a filter slides over the picture; at each stop it multiplies what it covers and adds up."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import cached, controls, course, frame, results
from cnnviz.ui.compare import compare
from cnnviz.ui.held import held_picture
from cnnviz.ui.lessons import Ending
from cnnviz.ui.stage import stage

with frame.lesson(course.CONVOLUTION) as page:
    with page.lead:
        controls.demos()
    picture, divisor = controls.picture()
    ending = None
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
                held, live = held_picture(picture), controls.live(len(picture.pixels))
                stage(trace, key="convolution", group=results.GROUP, link=results.PLACE, held=held, live=live)
                compare(picture, divisor, key="compare", group=results.GROUP, held_picture=held, live=live)
            results.figures(trace)
            results.downloads(picture, filter, windows, divisor)
            ending = Ending(
                "The same weights are used at every stop. Point at one to see every pixel that it ever multiplies.",
                "Switch on “guess first” and step on: what will the next number be?",
            )
    page.end(ending)

"""Convolution: a filter slides over the picture; at each stop it multiplies what it covers and adds up."""

from cnnviz.errors import CnnvizError
from cnnviz.pictures import Picture
from cnnviz.ui import cached, controls, course, frame, results, state
from cnnviz.ui.compare import compare
from cnnviz.ui.held import held_picture
from cnnviz.ui.lessons import Ending
from cnnviz.ui.stage import stage

ENDING = Ending(
    "The same weights are used at every stop. Point at one to see every pixel that it ever multiplies.",
    "Switch on “guess first” and step on: what will the next number be?",
)


def lab(picture: Picture, held: str, divisor: float) -> None:
    """The sliders, and what comes of them; it runs by itself, so that a change costs no more than that. `held`: the id
    under which the browser holds the picture."""
    controls.sliders(picture)
    try:
        filter, windows = controls.filter_of_lab(picture), controls.windows()
        trace = cached.convolve(picture, filter, windows, divisor)
    except CnnvizError as problem:
        controls.explain(problem, picture)
        return
    stage(
        trace, key="convolution", group=results.GROUP, link=results.PLACE, held=held,
        formula=results.formula(windows, picture), figures=results.figures(trace),
        live=controls.live(len(picture.pixels)),
    )  # fmt: skip


def is_as_before(picture: Picture, has_map: bool) -> bool:
    """Whether a change of the sliders leaves standing what else the page shows."""
    return controls.gives_a_map(picture) == has_map and not state.now(results.OWN_SIZE)


with frame.lesson(course.CONVOLUTION) as page:
    with page.lead:
        controls.demos()
        controls.letters()
    picture, divisor = controls.picture()
    controls.show_kernel(picture)
    held, has_map = held_picture(picture), controls.gives_a_map(picture)
    own = (*controls.of_window(), results.PLACE)
    with frame.main():
        state.by_itself(lab, picture, held, divisor, own=own, still=lambda: is_as_before(picture, has_map))
    if has_map:
        live = controls.live(len(picture.pixels))
        compare(picture, divisor, key="compare", group=results.GROUP, held_picture=held, live=live)
        results.downloads(picture, divisor)
        results.at_own_size(picture, divisor)
        page.end(ENDING)

"""Deep CNN: edges first, then shapes, then parts: what a network that learnt from a million photographs sees."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import deep

with frame.lesson(course.DEEP) as page:
    with page.lead:
        deep.lead()
    look = deep.look(controls.photo())
    deep.in_sidebar(look)
    view = deep.view_of(look)
    with frame.main():
        with frame.stage():
            deep.walk(look, view)
        deep.guide()
    deep.trace_back(look, view)
    deep.arithmetic(view)
    deep.all_maps(look, view)
    if not deep.is_covered(look):
        deep.where(look)
        deep.failure(look)
        deep.two(look, view)
        deep.average(look)
    deep.filters()
    page.end(deep.ending(look))

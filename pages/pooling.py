"""Pooling: each window of a map becomes one number; what that saves, and how much of a move it hides."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import pooling
from cnnviz.ui.stage import stage

with frame.lesson(course.POOLING) as page:
    picture, divisor = controls.picture()
    pooled = None
    with frame.main():
        with frame.settings():
            pooling.dials(picture)
        try:
            pooled = pooling.pooled(picture, divisor)
        except CnnvizError as problem:
            controls.explain(problem, picture, pooling.remedies(picture))
        else:
            with frame.stage():
                stage(
                    pooled.trace, key="pooling", link=pooling.PLACE,
                    formula=pooling.formula(pooled), live=pooling.live(),
                )  # fmt: skip
    if pooled:
        counted = pooling.fewer(pooled)
        pooling.strided(pooled, counted)
        pooling.last(pooled, counted)
        page.end(pooling.ending(pooled, counted, pooling.moved(pooled)))

"""Pooling: each window of a map becomes one number; what that saves, and how much of a move it hides."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import pooling
from cnnviz.ui.stage import stage

frame.page(course.POOLING)
frame.title("Pooling", pooling.CLAIM)
picture, divisor = controls.picture()
pooled, seen = None, ("", "")
with frame.main():
    with frame.settings():
        pooling.dials(picture)
    try:
        pooled = pooling.pooled(picture, divisor)
    except CnnvizError as problem:
        controls.explain(problem, picture, pooling.remedies(picture))
    else:
        pooling.formula(pooled)
        with frame.stage():
            stage(pooled.trace, key="pooling", link=pooling.PLACE)
if pooled:
    counted = pooling.fewer(pooled)
    pooling.strided(pooled, counted)
    pooling.last(pooled, counted)
    moved = pooling.moved(pooled)
    seen = pooling.noticed(pooled, counted, moved)
frame.notice(*seen, then=course.ACTIVATIONS)

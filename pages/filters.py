"""Filters and volumes: each filter gives a map, the maps are a volume, and the next filters reach through all of it."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import filters

with frame.lesson(course.FILTERS) as page:
    picture, divisor = controls.picture()
    with frame.main():
        with frame.settings():
            filters.dials(picture)
        try:
            maps = filters.passed(picture, divisor)
        except CnnvizError as problem:
            filters.explain(problem, picture)
            page.end()
        else:
            with frame.stage():
                filters.volumes(maps, picture)
                filters.stage(maps)
            filters.counts(maps.run.network)
            filters.groups(maps.run.network)
            page.end(filters.ending(maps.run.network))

"""Filters and volumes: each filter gives a map, the maps are a volume, and the next filters reach through all of it."""

from cnnviz.errors import CnnvizError
from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import filters

frame.page(course.FILTERS)
claim = (
    "Each filter finds its own feature and gives its own map. It reaches through the whole depth of what comes before: "
    "channels, then filters."
)
frame.title("Filters and volumes", claim)
picture, divisor = controls.picture()
with frame.main():
    with frame.settings():
        filters.dials(picture)
    try:
        maps = filters.run(picture, divisor)
    except CnnvizError as problem:
        filters.explain(problem, picture)
        frame.notice("", "", then=course.POOLING)
    else:
        with frame.stage():
            filters.volumes(maps, picture)
            filters.stage(maps, picture, divisor)
        filters.counts(maps.network)
        filters.groups(maps.network)
        frame.notice(filters.seen(maps.network), filters.question(maps.network), then=course.POOLING)

"""Layers: a network is a stack of layers; build one, count it, run it, and look into any of its units."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import layers

with frame.lesson(course.LAYERS) as page:
    with page.lead:
        layers.presets()
    picture, divisor = controls.picture()
    setup = layers.setup(picture, divisor)
    with frame.main():
        with frame.settings():
            layers.builder(setup)
        layers.explain(setup)
        with frame.stage():
            shown = layers.view(setup)
    layers.counts(setup)
    layers.take_away(setup)
    layers.why_not_fc(setup)
    layers.dropout(shown)
    layers.batch_norm(shown)
    page.end(layers.ending(setup))

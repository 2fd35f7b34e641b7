"""Layers: a network is a stack of layers; build one, count it, run it, and look into any of its units."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import layers

frame.page(course.LAYERS)
claim = "CONV and POOL shrink the picture; FC, which shares no weights, comes last. Click any unit."
with frame.title("Layers", claim):
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
layers.why_not_fc(setup)
layers.dropout(shown)
layers.batch_norm(shown)
frame.notice(layers.seen(setup), layers.question(setup), then=course.LENET)

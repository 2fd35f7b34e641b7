"""Your network: an ONNX file dropped by the visitor, counted and run on their own picture; every node can be asked."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import network

with frame.lesson(course.NETWORK) as page:
    picture = controls.photo()
    setup = network.setup(network.choose(), picture)
    network.in_sidebar(setup)
    network.facts(setup)
    view = None
    if not network.refused(setup):
        view = network.view_of(setup, network.run(setup))
        network.overview(setup, view)
        with frame.stage():
            view.volumes(setup.picture)
            network.arithmetic(view)
        network.trace_back(setup, view)
        network.all_maps(view)
    network.asked(setup)
    if view:
        network.where(setup, view.run)
    network.counted(setup)
    page.end(network.ending(setup, view))

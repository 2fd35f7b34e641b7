"""LeNet-5: the network that read handwritten digits in 1998, on one of yours: every map, every number, and what if."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import lenet

with frame.lesson(course.LENET) as page:
    with page.lead:
        trained = lenet.form()
    with frame.main(), lenet.desk():
        with lenet.beside():
            digit = controls.digit(wrong=lenet.wrong(trained))
            controls.digit_pad(digit)
            moves = lenet.moves()
        with frame.stage():
            lenet.missing()
            run = lenet.view(trained, digit, moves)
    lenet.steps(digit, trained)
    lenet.table_one(run)
    lenet.codes(run)
    lenet.moved_maps(run)
    lenet.what_changed(run)
    lenet.take_away(trained)
    page.end(lenet.ending(run))

"""LeNet-5: the network that read handwritten digits in 1998, on one of yours: every map, every number, and what if."""

from cnnviz.ui import controls, course, frame
from cnnviz.ui.lessons import lenet

frame.page(course.LENET)
claim = "Draw a digit and see a network read it, layer by layer. Click or tap any number: where did it come from?"
with frame.title("LeNet-5", claim):
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
frame.notice(lenet.seen(run), lenet.question(run), then=course.LEARNING)

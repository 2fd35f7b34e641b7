"""BlazeFace: its file opened as a stranger's, against ONNX Runtime; and what its answers come to."""

import hashlib

import numpy as np
import onnxruntime
import pytest

from cnnviz.errors import ArrayError
from cnnviz.formats import open_network
from cnnviz.models import blazeface
from cnnviz.models.blazeface import GRIDS, OUTPUTS, POINTS, faces
from cnnviz.pictures import sample

EYES = {"right eye": (99, 203), "left eye": (107, 247)}  # row, column on the 512 x 512 astronaut, read off by hand


def answers(key):
    network = open_network(blazeface.FILE.read_bytes())
    run = network.passed(sample(key).square(blazeface.SIDE, "rgb").levels())
    named = {name: run.map(at) for at, name in enumerate(network.names, 1)}
    scores = np.concatenate([named[score].ravel() for score, _ in OUTPUTS])
    return scores, np.concatenate([named[box].reshape(-1, 16) for _, box in OUTPUTS]), named


def test_its_file_is_the_one_whose_source_is_told():
    told = (blazeface.FILE.parent / "BLAZEFACE.md").read_text("utf-8")
    assert hashlib.sha256(blazeface.FILE.read_bytes()).hexdigest() in told


def test_its_answers_are_those_of_onnxruntime():
    session = onnxruntime.InferenceSession(blazeface.FILE.read_bytes(), providers=["CPUExecutionProvider"])
    levels = sample("astronaut").square(blazeface.SIDE, "rgb").levels()
    given = np.moveaxis(levels, 0, -1)[np.newaxis].astype(np.float32) / 127.5 - 1
    expected = dict(zip((told.name for told in session.get_outputs()), session.run(None, {"input:0": given})))
    _, _, named = answers("astronaut")
    for name in sum(OUTPUTS, ()):
        largest = np.abs(expected[name]).max()
        np.testing.assert_allclose(named[name].reshape(-1), expected[name].reshape(-1), atol=1e-4 * largest)


def test_her_face_is_found_with_her_eyes():
    scores, boxes, _ = answers("astronaut")
    (face,) = faces(scores, boxes)
    assert face.probability > 0.9
    points = dict(zip(POINTS, face.points, strict=True))
    for name, (row, column) in EYES.items():
        assert np.hypot(points[name][0] * 512 - row, points[name][1] * 512 - column) < 10, name
    assert face.top < points["right eye"][0] < points["mouth"][0] < face.top + face.height


def test_a_cat_is_no_face():
    scores, boxes, _ = answers("chelsea")
    assert faces(scores, boxes) == []


def told(*certain):
    """Answers with faces at these places: {answer: (score, box)}."""
    count = sum(side * side * each for side, each in GRIDS)
    scores, boxes = np.full(count, -9.0, np.float32), np.zeros((count, 16), np.float32)
    for at, score, box in certain:
        scores[at], boxes[at, :4] = score, box
    return scores, boxes


def test_boxes_that_overlap_are_one_face_their_mean_weighted_by_certainty():
    # Answers 0 and 2 of the 16 x 16 grid stand at columns 0.5 and 1.5 of 16, both in row 0.5.
    (face,) = faces(*told((0, 3.0, (10, 10, 40, 40)), (2, 2.0, (2, 12, 40, 44))))
    first, second = (1 / (1 + np.exp(-score)) for score in (3.0, 2.0))
    share = second / (first + second)
    assert face.probability == pytest.approx(first)
    assert face.left == pytest.approx((4 + 10) / 128 - 20 / 128, abs=1e-5)  # both middles at column 14
    assert face.height == pytest.approx((40 + 4 * share) / 128, abs=1e-5)
    row = ((4 + 10) * (1 - share) + (4 + 12) * share) / 128
    assert face.top == pytest.approx(row - face.height / 2, abs=1e-5)


def test_boxes_apart_are_two_faces_and_the_doubtful_none():
    found = faces(*told((0, 3.0, (0, 0, 20, 20)), (511, 5.0, (0, 0, 20, 20)), (300, 1.0, (0, 0, 20, 20))))
    assert [round(face.left + face.width / 2, 3) for face in found] == [round(15.5 / 16, 3), round(0.5 / 16, 3)]


def test_a_score_beyond_all_bounds_is_a_certain_face():
    (face,) = faces(*told((0, 1e30, (0, 0, 20, 20))))
    assert face.probability == 1.0


def test_other_arrays_are_refused():
    scores, boxes = told()
    with pytest.raises(ArrayError, match="896 scores"):
        faces(scores[:-1], boxes)

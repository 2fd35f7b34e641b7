"""LeNet-5, both forms: the paper's tables, every map in ONNX Runtime, every number traced, and how well it reads."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError
from cnnviz.geometry import Field
from cnnviz.models import TABLE_I, digits, lenet5, lenet5_1998, weights
from cnnviz.models.codes import DIGITS
from cnnviz.tracing import layer_trace
from stacks import by_onnxruntime
from traces import some_cells

FORMS = {"1998": lenet5_1998, "modern": lenet5}

# LeCun et al. (1998), section II.B. A connection is a weight used at one place, or a bias there.
PAPER = {  # layer: shape, trainable parameters, connections
    "C1": ((6, 28, 28), 156, 122_304),
    "S2": ((6, 14, 14), 12, 5_880),
    "C3": ((16, 10, 10), 1_516, 151_600),
    "S4": ((16, 5, 5), 32, 2_000),
    "C5": ((120, 1, 1), 48_120, 48_120),
    "F6": ((84,), 10_164, 10_164),
    "output": ((10,), 0, None),
}
# The same, table I: a row for each map of S2, a column for each of C3's.
TABLE = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
""".split()


@pytest.fixture(scope="module", params=FORMS)
def trained(request):
    return FORMS[request.param]()


def row_of(network, name):
    return network.network.rows[network.names.index(name)]


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_sizes_parameters_and_connections(name):
    row, (shape, parameters, connections) = row_of(lenet5_1998(), name), PAPER[name]
    assert (row.output_shape, row.parameters) == (shape, parameters)
    if connections:
        outputs = int(np.prod(shape))
        products = 4 * outputs if name in ("S2", "S4") else row.multiply_adds  # the paper counts a block's four inputs
        assert products + outputs == connections


def test_totals():
    assert lenet5_1998().network.parameters == 60_000
    assert lenet5().network.parameters == 61_706


def test_c3_has_the_papers_connections():
    assert [tuple(np.flatnonzero([row[filter] == "X" for row in TABLE])) for filter in range(16)] == [*TABLE_I]
    weight = lenet5_1998().parameters[lenet5_1998().names.index("C3")]["weight"]
    linked = np.array([[cell == "X" for cell in row] for row in TABLE]).T
    assert ((weight != 0).any((2, 3)) == linked).all() and linked.sum() == 60


def test_what_the_files_hold_is_what_is_counted():
    for trained in (lenet5_1998(), lenet5()):
        numbers = sum(
            int((array != 0).sum()) for part in trained.parameters for name, array in part.items() if name != "codes"
        )
        assert numbers == trained.network.parameters
        assert len(trained.names) == len(set(trained.names)) == len(trained.network.layers)


def test_each_code_draws_a_digit():
    assert DIGITS.shape == (10, 84) and {*DIGITS.ravel()} == {-1, 1}
    apart = np.square(DIGITS[:, np.newaxis] - DIGITS).sum(2)
    assert apart[~np.eye(10, dtype=bool)].min() == 60  # 15 cells, of 3 and 8
    assert lenet5_1998().parameters[-1]["codes"].tolist() == DIGITS.tolist()
    one = DIGITS[1].reshape(12, 7)
    assert (one[1:10, 3] == 1).all() and (one[:, 0] == -1).all()


def test_what_it_reads():
    """The paper: "the values are normalized so that the background level (white) corresponds to a value of -0.1 and the
    foreground (black) corresponds to 1.175"."""
    levels = np.zeros((28, 28), np.uint8)
    levels[3, 5] = 255
    for trained, low, high in ((lenet5_1998(), -0.1, 1.175), (lenet5(), 0, 1)):
        read = trained.prepare(levels)
        assert read.shape == (1, 32, 32) and read.dtype == np.float32
        assert read[0, 5, 7] == pytest.approx(high) and np.delete(read.ravel(), 5 * 32 + 7) == pytest.approx(low)
        assert (trained.prepare(np.pad(levels, 2)) == read).all()
        assert (trained.prepare(levels[np.newaxis])[0] == read).all()
        for wrong in (levels.astype(float), levels[:27], np.zeros((1, 1, 28, 28), np.uint8), levels[0]):
            with pytest.raises(ArrayError, match="takes uint8 levels of 28 × 28 or 32 × 32, not"):
                trained.prepare(wrong)


def test_every_map_is_onnxruntimes(trained):
    given = trained.prepare(digits("test").images[7])
    maps = trained.network.forward(given, trained.parameters)
    for name, map, other in zip(
        trained.names, maps[1:], by_onnxruntime(trained.network.layers, trained.parameters, given)[1:]
    ):
        assert map.shape == other.shape and map.dtype == np.float32
        np.testing.assert_allclose(map, other, rtol=1e-4, atol=1e-4, err_msg=name)


def test_every_layer_traced_is_what_was_computed(trained):
    maps = trained.maps(digits("test").images[11])
    for name, row, before, after in zip(trained.names, trained.network.rows, maps, maps[1:]):
        for channel in sorted({0, 4, len(after) - 1}):
            trace = layer_trace(row.layer, before, after, trained.parameters[row.index], channel)
            for cell in some_cells(trace, 5):
                step = trace.step(*cell)
                reach = abs(trace.scale) * max(step.magnitude, 1) + abs(trace.bias)
                assert abs(step.result - np.atleast_2d(after[channel])[cell]) <= 1e-5 * reach, (name, channel, cell)


def test_a_unit_of_c3_reads_its_row_of_the_table():
    trained = lenet5_1998()
    maps, place = trained.maps(digits("test").images[0]), trained.names.index("C3")
    for channel, reads in enumerate(TABLE_I):
        trace = layer_trace(
            trained.network.layers[place], maps[place], maps[place + 1], trained.parameters[place], channel
        )
        assert trace.channels == reads and trace.weight.shape == (len(reads), 5, 5)


def test_the_output_is_distances_and_the_smallest_wins():
    trained = lenet5_1998()
    maps = trained.maps(digits("test").images[0])
    by_hand = [sum((float(x) - float(c)) ** 2 for x, c in zip(maps[-2], code)) for code in DIGITS]
    np.testing.assert_allclose(maps[-1], by_hand, rtol=1e-5)
    assert trained.winner(maps[-1]) == by_hand.index(min(by_hand))
    trace = layer_trace(trained.network.layers[-1], maps[-2], maps[-1], trained.parameters[-1], 3)
    assert (trace.term, trace.reduction, trace.weight.shape) == ("squared difference", "sum", (84, 1, 1))


def test_fields(trained):
    """A unit of C5 sees the whole picture of 32 x 32, one of S4 16 of them, one of C1 5."""
    seen = {name: row_of(trained, name).fields[0] for name in ("C1", "S2", "C3", "S4")}
    assert {name: (field.size, field.jump) for name, field in seen.items()} == {
        "C1": (5, 1), "S2": (6, 2), "C3": (14, 2), "S4": (16, 4),
    }  # fmt: skip
    assert isinstance(seen["C1"], Field) and row_of(trained, "C5").fields[0].size == 32


@pytest.mark.parametrize(("form", "wrong"), [("1998", 10), ("modern", 12)])
def test_packaged_test_digits(form, wrong):
    """Of the 2,000 that come along; of all 10,000 scripts/score_lenet5.py says 77 and 51. No two classes are as near to
    each other as rounding: 0.01 apart at least."""
    trained, given = FORMS[form](), digits("test")
    outputs = trained.network.forward(trained.prepare(given.images), trained.parameters)[-1]
    winners = (outputs.argmin if trained.distances else outputs.argmax)(1)
    assert int((winners != given.labels).sum()) == wrong
    assert np.diff(np.sort(outputs * (-1 if trained.distances else 1)))[:, -1].min() > 0.01
    assert [trained.winner(output) for output in outputs[:50]] == winners[:50].tolist()


@pytest.mark.parametrize(("form", "wrong"), [("1998", 77), ("modern", 51)])
def test_what_is_told_of_them(form, wrong):
    told = (weights.FOLDER / "README.md").read_text(encoding="utf-8")
    share = f"{100 - wrong / 100:.2f} %"
    assert f"{share}, {wrong} wrong" in told and share in FORMS[form]().source

"""Networks with branches: against ONNX Runtime, against counts by hand, and pixel by pixel for what they see."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Field, Window
from cnnviz.graph import Graph
from cnnviz.layers import (
    INPUT,
    Add,
    Concat,
    Conv2d,
    Multiply,
    Node,
    Pad,
    PadMaps,
    PartialConv2d,
    Repeat,
    Reshape,
    Slice,
    Transpose,
)
from cnnviz.layers.typed import draft, joined, nodes, parts, read
from cnnviz.network import Network
from cnnviz.passes import Pass
from cnnviz.tracing import layer_trace
from cnnviz.ui.lessons.layers.layers_setup import UNIT as NET_UNIT
from cnnviz.ui.network_view import NetworkView, columns, reads
from stacks import branched, by_onnxruntime, some_parameters

RESNET = (
    "conv 6 3x3 p1; batch norm; relu; [conv 6 3x3 p1; batch norm; relu; conv 6 3x3 p1; batch norm | same] add; relu; "
    "[conv 8 3x3 s2 p1; batch norm; relu; conv 8 3x3 p1; batch norm | conv 8 1x1 s2; batch norm] add; relu; "
    "global avg; fc 5"
)
MOBILENET = (
    "conv 4 3x3 s2 p1; batch norm; relu; [conv 12 1x1; batch norm; relu; conv 12 3x3 p1 g12; batch norm; relu; "
    "conv 4 1x1; batch norm | same] add; conv 12 1x1; relu; conv 12 3x3 s2 p1 g12; relu; conv 8 1x1; "
    "[global avg; conv 2 1x1; relu; conv 8 1x1; sigmoid | same] multiply; global avg; fc 5"
)
LOPSIDED = "[conv 2 3x5 s2x1 p1x2 | max 2x3 s2x1 p0x1 | conv 4 1x1 s2x1 no bias] concat"
STACKS = {
    "ResNet": (RESNET, (3, 17, 14)),
    "MobileNetV2": (MOBILENET, (3, 15, 18)),
    "lopsided": (LOPSIDED, (3, 8, 11)),
    "inside of one": (
        "[conv 1 1x1 | [conv 1 3x3 p1 | conv 1 5x3 p2x1] concat] concat; "
        "[avg 1 | conv 2 1x1 | [avg 3 s1 p1] concat] concat",
        (1, 9, 8),
    ),
    "rows of numbers": ("fc 4; [fc 3 | relu] concat; [same | fc 7; tanh] multiply; [fc 2 | fc 2 | fc 2] add", (5,)),
    "a gate for the picture": ("[global avg; fc 3; sigmoid | fc 3] add", (3, 5, 4)),
}


@pytest.mark.parametrize("name", STACKS)
def test_every_map_as_onnxruntime(name):
    text, shape = STACKS[name]
    network = branched(shape, text)
    parameters = some_parameters(network, 1)
    images = np.random.default_rng(1).standard_normal((2, *shape)).astype(np.float32)
    batch = network.forward(images, parameters)
    for at, image in enumerate(images):
        expected = by_onnxruntime(network, parameters, image)
        for row, mine, other, together in zip(network.rows, network.forward(image, parameters)[1:], expected[1:],
                                              batch[1:], strict=True):  # fmt: skip
            assert mine.shape == row.output_shape == other.shape, row.name
            np.testing.assert_allclose(mine, other, atol=2e-5 * max(1, np.abs(other).max()), err_msg=row.name)
            np.testing.assert_allclose(together[at], mine, atol=1e-5 * max(1, np.abs(other).max()))
        np.testing.assert_array_equal(network.output(image, parameters), network.forward(image, parameters)[-1])


@pytest.mark.parametrize("name", STACKS)
def test_the_text_is_written_as_it_was_read(name):
    text, _ = STACKS[name]
    told = joined(parts(text))
    marks = [part[: len(part) - len(part.lstrip("[|]"))] for part in parts(text)]
    again = joined(mark + draft(part, 1).text for mark, part in zip(marks, parts(text)))
    assert nodes(told) == nodes(again) == nodes(text)
    assert nodes(text.upper().replace("; ", ";").replace(" |", "|\n")) == nodes(text)


def test_a_branch_of_nothing_is_the_one_that_goes_past():
    assert parts("conv 4 3x3; [relu | ] add; [ | tanh] concat") == [
        "conv 4 3x3", "[relu", "|same", "]add", "[same", "|tanh", "]concat",
    ]  # fmt: skip
    assert joined(parts("[[relu|tanh]add|]concat")) == "[[relu | tanh] add | same] concat"
    assert read("relu | tanh -> fc 3") == read("relu; tanh; fc 3")


def test_counts_by_hand():
    network = branched((3, 8, 11), LOPSIDED)
    first, pool, last, meet = network.rows
    assert [row.parameters for row in network.rows] == [2 * 3 * 15 + 2, 0, 4 * 3, 0]
    assert network.multiply_adds == 4 * 11 * (2 * 3 * 15 + 4 * 3)
    assert (meet.input_shape, meet.output_shape, meet.sources) == ((9, 4, 11), (9, 4, 11), (1, 2, 3))
    assert network.handled == first.layer.handled((3, 8, 11)) + pool.layer.handled((3, 8, 11)) + last.layer.handled(
        (3, 8, 11)
    )
    assert network.numbers == network.parameters + 3 * 8 * 11 + 2 * (2 + 3 + 4) * 4 * 11
    added = branched((3, 4, 5), "conv 3 1x1; [conv 3 1x1 | same | relu] add").rows[-1]
    assert added.layer.operations(added.input_shape) == {"additions": 2 * 60} and added.multiply_adds == 0


def test_counting_allocates_nothing_and_knows_the_budget():
    network = branched((3, 100_000, 100_000), "conv 900 3x3 p1; [conv 900 3x3 p1 | same] add; global avg")
    assert network.multiply_adds == 10**10 * (900 * 27 + 900 * 8100) and "it is counted and not run" in (
        network.over_budget
    )


def seen(network, parameters, layer, channel=slice(None)):
    """What each unit of a layer sees, found by moving one pixel after another: {(row, column): set of pixels}."""
    height, width = network.input_shape[1:]
    picture = np.random.default_rng(9).standard_normal(network.input_shape)
    moves = np.eye(height * width).reshape(-1, 1, height, width)
    still, moved = (network.forward(given, parameters)[layer + 1] for given in (picture, picture + moves))
    changed = (moved != still)[:, channel].reshape(height, width, -1, *still.shape[1:]).any(2)
    found = {}
    for row, column, down, across in np.argwhere(changed).tolist():
        found.setdefault((down, across), set()).add((row, column))
    return found


# Smooth functions: what a unit sees shows in its number.
SEEN = {
    "a narrow branch": (
        "conv 3 3x2; tanh; [conv 2 1x1 | conv 3 3x5 p1x2] concat; tanh; avg 2x2; conv 2 1x1; "
        "[avg 1 | avg 1] concat; global avg",
        (2, 12, 13),
    ),
    "inside of one": STACKS["inside of one"],
    "residual": ("conv 2 3x3 p1; tanh; [conv 2 3x3 p1; tanh; conv 2 3x3 p1 | same] add; avg 2x2", (1, 12, 11)),
    "a stride": ("[conv 2 3x3 s2 p1; tanh; conv 2 3x3 p1 | conv 2 1x1 s2] add; conv 1 2x2", (1, 13, 10)),
    "strides that differ": ("[conv 2 2x2 s2 | conv 2 4x5] multiply; tanh; conv 1 2x1", (1, 6, 8)),
    "to different sides": ("[conv 1 3x3 p2+0x0+2 | conv 1 3x3 p0+2x1] add", (1, 6, 7)),
    "groups of branches": ("[conv 2 1x1 | conv 2 3x3 p1] concat; conv 4 1x1 g2; conv 2 1x1 g2", (2, 8, 7)),
    "dilated beside": ("[conv 1 3x3 p2 d2 | same] add; conv 1 2x2 s3", (1, 9, 9)),
}


@pytest.mark.parametrize("name", SEEN)
def test_the_field_of_every_map_is_what_changes_it(name):
    text, shape = SEEN[name]
    network = branched(shape, text)
    parameters = some_parameters(network, 4)
    for row in network.rows:
        for channel in range(row.output_shape[0]):
            fields = network.fields(row.index, channel)
            for unit, pixels in seen(network, parameters, row.index, channel).items():
                for axis, field in enumerate(fields):
                    found = {pixel[axis] for pixel in pixels}
                    assert set(field.read(unit[axis])) == found, (row.name, channel, unit)
                    assert found <= set(field.pixels(unit[axis]))
                    assert {min(found), max(found)} <= {*field.read(unit[axis])}
        for axis, field in enumerate(row.fields):  # of a layer: of all its maps
            sees = [set(network.fields(row.index, channel)[axis].pixels(1)) for channel in range(row.output_shape[0])]
            if all(0 <= pixel < shape[1 + axis] for pixel in field.pixels(1)):
                assert set.union(*sees) == set(field.pixels(1))


def test_where_paths_disagree_it_is_said():
    def said(text, size=(1, 12, 12)):
        return [field.disagreement for field in branched(size, text).rows[-1].fields]

    assert said(f"{RESNET.partition('global')[0]}conv 2 1x1", (3, 17, 14)) == ["", ""]
    assert said("[conv 2 2x2 s2 | conv 2 4x5] multiply; conv 1 2x1", (1, 6, 8)) == [
        "Where branches meet they have moved by different strides: neighbouring units lie 1 pixels apart by one, 2 by "
        "another."
    ] * 2
    assert said("[conv 1 3x3 p2+0x1 | same] add; relu") == [
        "Where branches meet, the middles of what they see lie 1 pixels apart.", "",
    ]  # fmt: skip


def test_a_chain_of_branches_is_followed_once_each():
    """Forty blocks have 2 ** 40 ways from the picture to the last unit."""
    network = branched((1, 9, 9), "conv 2 3x3 p1; " + "[conv 2 3x3 p1 | same] add; " * 32)
    field = network.rows[-1].fields[0]
    assert field == Field(67, 1, -33) and field.read(4) == [*range(9)] and field.disagreement == ""


def test_each_map_is_traced_as_its_branch_made_it():
    network = branched((3, 8, 11), LOPSIDED)
    parameters = some_parameters(network, 5)
    image = np.random.default_rng(5).standard_normal((3, 8, 11)).astype(np.float32)
    expected = by_onnxruntime(network, parameters, image)[-1]
    run = Pass(network, parameters, image)
    kinds = {0: ("product", "sum", 0), 1: ("product", "sum", 0), 2: ("value", "max", 1), 4: ("value", "max", 1),
             8: ("product", "sum", 2)}  # fmt: skip
    for channel, (term, reduction, made) in kinds.items():
        trace = run.trace(3, channel, output="both")
        assert (trace.term, trace.reduction) == (term, reduction) and trace.names == {"output": "both"}
        assert (trace.rows, trace.columns) == network.layers[made].windows((3, 8, 11))
        for cell in np.ndindex(4, 11):
            assert trace.step(*cell).result == pytest.approx(expected[channel][cell], abs=1e-5)
    assert run.reads(3, 4) == [(0, 2)] and run.trace(3, 4).input.shape == (1, 8, 11)


@pytest.mark.parametrize("name", ["ResNet", "MobileNetV2", "a gate for the picture"])
def test_a_sum_and_a_product_of_branches_are_traced(name):
    text, shape = STACKS[name]
    network = branched(shape, text)
    parameters = some_parameters(network, 2)
    run = Pass(network, parameters, np.random.default_rng(2).standard_normal(shape).astype(np.float32))
    met = [row for row in network.rows if isinstance(row.layer, (Add, Multiply))]
    for row in met:
        trace = run.trace(row.index, 1, channels=lambda source, of: f"{source}.{of}")
        read = row.sources if isinstance(row.layer, Add) else row.sources[:1]  # of a product the others are its gate
        assert trace.input.shape[0] == len(read) == len(trace.channels) and (trace.gate is None) == (len(read) > 1)
        assert trace.names["channels"] == [f"{source}.1" for source in read]
        for cell in np.ndindex(trace.output.shape):
            step = trace.step(*cell)
            reach = step.magnitude * (1 if trace.gate is None else abs(trace.gate[cell]))
            assert step.result == pytest.approx(float(trace.output[cell]), abs=1e-5 * max(1, reach))


def test_a_join_has_as_many_branches_as_it_reads():
    with pytest.raises(SettingError, match="ADD reads .*; it reads as many inputs as it has branches"):
        Node("sum", Add(2), ("a", "b", "c"))
    assert Graph((2, 3, 4), [Node("sum", Add(2), (INPUT,))]).shapes[-1] == (1, 3, 4)


def test_maps_of_a_table_see_by_their_own_row():
    """Though the first reads all that there are."""
    table = Node("table", PartialConv2d(((0, 1), (0,)), 1), ("both",))
    graph = Graph((1, 9, 9), [*nodes("[relu | conv 1 5x5 p2] concat")[:2], Node("both", Concat(), ("1", "2")), table])
    assert [graph.fields(3, channel)[0].size for channel in (0, 1)] == [5, 1]
    assert [reads(row) for row in graph.rows[2:]] == [(2, None), (1, ((0, 1), (0,)))]


def test_of_maps_that_are_cut_out_each_sees_what_it_saw():
    cut = [Node("both", Concat(), ("1", "2")), Node("cut", Slice(0, 1, 3), ("both",))]
    graph = Graph((1, 9, 9), [*nodes("[relu | conv 2 5x5 p2] concat")[:2], *cut])
    assert [graph.fields(2, channel)[0].size for channel in range(3)] == [1, 5, 5]
    assert [graph.fields(3, channel)[0].size for channel in range(2)] == [5, 5]


def test_thousands_of_maps_in_branches_are_told_at_once():
    """Which of them reads which is no table: it would have a row for each."""
    graph = Graph((3, 4, 4), nodes("global avg; " + "[same | same] concat; " * 15))
    run = Pass(graph, graph.initial(0), np.ones((3, 4, 4), np.float32))
    view = NetworkView(run, columns(graph, graph.names), NET_UNIT, "here")
    assert [(branch.reads, branch.first) for branch in view.sources(view.columns[-1])] == [(1, 0), (1, 3 * 2**14)]
    assert graph.fields(len(graph.rows) - 1, 3 * 2**15 - 1)[0].size == 4


def test_an_activation_behind_branches_belongs_to_them_where_the_step_can_end_in_it():
    for text, together in (
        ("[conv 2 1x1 | conv 2 3x3 p1] concat; relu", True),
        ("[conv 2 1x1; relu | conv 2 3x3 p1] concat; relu", False),
        ("[conv 2 1x1 | conv 2 3x3 p1] multiply; relu", False),
        ("[conv 2 1x1 | conv 2 3x3 p1] add; relu", True),
    ):
        graph = branched((3, 6, 7), text)
        run = Pass(graph, graph.initial(1), np.random.default_rng(2).standard_normal((3, 6, 7)).astype(np.float32))
        last = columns(graph, graph.names)[-1]
        assert (last.layer < last.last) == together, text
        trace = run.trace(last.layer, 1, through=last.last if together else None)
        assert trace.step(2, 3).result == pytest.approx(float(run.map(last.last + 1)[1, 2, 3]), abs=1e-5)


def test_what_is_refused():
    for text, words in {
        "[conv 2 1x1 | conv 2 3x3] concat": "Layer 3, CONCATENATION: branch 1 makes 8 × 11 and branch 2 makes 6 × 9; "
        "maps of one size can stand one behind the other, as padding of",
        "[conv 2 1x1 | fc 3] concat": "branch 1 makes 8 × 11 and branch 2 makes a row of numbers",
        "[conv 2 1x1 | conv 3 1x1] add": "Layer 3, ADD: branch 1 makes 2 maps and branch 2 makes 3; as many of each",
        "[conv 2 1x1 | conv 2 9x9] add": "Layer 2, CONV 9 × 9: the map before it is only 8 × 11",
        "[global avg | same] concat": "branch 1 makes 1 × 1 and branch 2 makes 8 × 11",
        "[fc 4 | conv 4 3x3; global avg] add": "a row of numbers and branch 2 makes 1 × 1; maps and a row",
        "[conv 4 3x3; global avg | fc 4] multiply": "1 × 1 and branch 2 makes a row of numbers; maps and a row",
    }.items():
        with pytest.raises(DoesNotFit, match=words):
            branched((3, 8, 11), text)
    for text, words in {
        "[relu | same": "A bracket is never closed",
        "relu] add": "Layer 2, ] stands outside of branches",
        "[relu | same] relu": "Layer 3, behind ] stands how the branches meet",
        "relu; add": "Layer 2, ADD stands behind the ] of branches",
        "[relu | same]": "Layer 3, behind ] stands how the branches meet",
        "[relu | same]]": "Layer 3, behind ] stands how the branches meet",
        "relu; [": "A bracket is never closed",
    }.items():
        with pytest.raises(SettingError, match=words):
            nodes(text)
    with pytest.raises(SettingError, match="Layer 3 belongs to branches"):
        read("conv 3 3x3; [relu | same] add")
    for given, words in (
        ([Node("a", Conv2d(2, 1), ("b",))], "a reads b, which is none of the values before it"),
        ([Node(INPUT, Conv2d(2, 1), (INPUT,))], "Two values of the network are called input"),
        ([Node("a", Conv2d(2, 1), (INPUT,))] * 2, "Two values of the network are called a"),
        (3, "it is a row of Nodes"),
    ):
        with pytest.raises(SettingError, match=words):
            Graph((1, 4, 4), given)
    for inputs in ((), ("a", "b")):
        with pytest.raises(SettingError, match="CONV 1 × 1 reads .*; it reads one"):
            Node("c", Conv2d(2, 1), inputs)
    with pytest.raises(SettingError, match="There are 1 names for 2 layers"):
        Network((1, 4, 4), read("relu; tanh"), names=("a",))
    network = branched((3, 8, 11), LOPSIDED)
    for index, channel in ((-1, 0), (4, 0), (3, 9), (3, -1)):
        with pytest.raises(SettingError, match=f"no map {channel} of a layer {index}, both counted from 0"):
            network.fields(index, channel)
    with pytest.raises(DoesNotFit, match="ADD: 5 maps come in, which are not those of 2 branches alike"):
        Add().output_shape((5, 2, 2))


# --- numbers that only move ---

VOLUME = np.random.default_rng(8).standard_normal((4, 5, 6)).astype(np.float32)
MOVES = {
    "reshape": (Reshape((6, 2, 10)), VOLUME.reshape(6, 2, 10)),
    "flatten": (Reshape((120,)), VOLUME.reshape(120)),
    "transpose": (Transpose((2, 0, 1)), VOLUME.transpose(2, 0, 1)),
    "pad": (Pad(((1, 0), (2, 3))), np.pad(VOLUME, ((0, 0), (1, 0), (2, 3)))),
    "pad reflect": (Pad((2, 1), "reflect"), np.pad(VOLUME, ((0, 0), (2, 2), (1, 1)), "reflect")),
    "pad replicate": (Pad((2, 1), "replicate"), np.pad(VOLUME, ((0, 0), (2, 2), (1, 1)), "edge")),
    "pad circular": (Pad(((2, 0), 1), "circular"), np.pad(VOLUME, ((0, 0), (2, 0), (1, 1)), "wrap")),
    "maps of zeros": (PadMaps(0, 2), np.pad(VOLUME, ((0, 2), (0, 0), (0, 0)))),
    "again": (Repeat((4, 5, 6)), VOLUME),
    "maps": (Slice(0, 1, 4, 2), VOLUME[1:4:2]),
    "rows": (Slice(1, 1, 5, 2), VOLUME[:, 1:5:2]),
    "columns": (Slice(2, 3, 6), VOLUME[:, :, 3:6]),
}


@pytest.mark.parametrize("name", MOVES)
def test_numbers_stand_where_numpy_puts_them_and_their_gradients_come_back(name):
    layer, expected = MOVES[name]
    network = Network(VOLUME.shape, [layer])
    assert network.shapes[-1] == expected.shape and network.parameters == 0
    np.testing.assert_array_equal(network.forward(VOLUME, [{}])[-1], expected)
    batch = network.forward(np.stack([VOLUME, 2 * VOLUME]), [{}])[-1]
    np.testing.assert_array_equal(batch, [expected, 2 * expected])
    towards = np.random.default_rng(1).standard_normal(expected.shape)
    settings = {"training": False, "drawn": None, "to_input": True}
    found, learnt = layer.backward(VOLUME.astype(float), {}, towards, **settings)
    for place in ((0, 0, 0), (1, 3, 2), (3, 4, 5), (1, 1, 4)):
        moved = np.zeros(VOLUME.shape)
        moved[place] = 1
        assert found[place] == pytest.approx(np.vdot(towards, network.forward(moved, [{}])[-1])) and learnt == {}
    both, _ = layer.backward(np.stack([VOLUME] * 2), {}, np.stack([towards, -towards]), **settings)
    np.testing.assert_allclose(both, [found, -found])


@pytest.mark.parametrize("name", MOVES)
def test_what_a_moved_number_reads_and_sees(name):
    layer, expected = MOVES[name]
    run = Pass(Network(VOLUME.shape, [layer]), [{}], VOLUME)
    for channel in range(len(expected)):
        maps = {of for _, of in run.reads(0, channel)}
        for other in range(4):
            moved = VOLUME.copy()
            moved[other] += 1
            changed = (run.network.forward(moved, [{}])[-1] != expected)[channel].any()
            assert changed == (other in maps), (channel, other)
        trace = run.trace(0, channel)
        for cell in np.ndindex(trace.output.shape):
            assert trace.step(*cell).result == pytest.approx(float(np.atleast_2d(expected[channel])[cell]))
    if expected.ndim == 3:
        fields = run.fields(0, 0)
        for unit in np.ndindex(expected.shape[1:]):
            for axis, field in enumerate(fields):
                steps = np.eye(VOLUME.shape[1 + axis])[:, np.newaxis, :, np.newaxis]
                moved = VOLUME + (steps if axis == 0 else steps.swapaxes(2, 3))
                changed = (run.network.forward(moved, [{}])[-1] != expected)[(slice(None), slice(None), *unit)].any(1)
                assert {*np.flatnonzero(changed)} <= {*field.read(unit[axis])}


@pytest.mark.parametrize("shape", [(4, 1, 1), (1, 5, 6), (1, 5, 1), (4, 1, 6)])
def test_numbers_that_are_there_again(shape):
    rng = np.random.default_rng(2)
    layer, few = Repeat((4, 5, 6)), rng.standard_normal((2, *shape))
    found = layer.forward(few, {})
    np.testing.assert_array_equal(found, np.broadcast_to(few, (2, 4, 5, 6)))
    towards = rng.standard_normal(found.shape)
    summed = towards.sum(tuple(axis + 1 for axis, size in enumerate(shape) if size == 1), keepdims=True)
    np.testing.assert_allclose(layer.backward(few, {}, towards)[0], summed)
    trace = layer_trace(layer, few[0], found[0], {}, 3)
    assert trace.step(2, 4).result == pytest.approx(found[0, 3, 2, 4])


def test_moves_that_make_no_sense():
    for make, words in (
        (lambda: Transpose((0, 1, 1)), "axes is"), (lambda: Slice(3, 0, 1), "axis 0, 1 or 2"),
        (lambda: Slice(1, 2, 2), "from a start to a stop behind it"), (lambda: Pad(-1), "padding is"),
        (lambda: Reshape((2, 3)), "it is \\(C, H, W\\) or \\(features,\\)"),
    ):  # fmt: skip
        with pytest.raises(SettingError, match=words):
            make()
    for layer, words in (
        (Reshape((7,)), "120 numbers"), (Repeat((4, 5, 7)), "has a 1 where sizes differ"),
        (Slice(1, 2, 9), "what comes in is 4 × 5 × 6"),
        (Pad(5, "reflect"), "at most 4 fits"),
    ):  # fmt: skip
        with pytest.raises(DoesNotFit, match=words):
            layer.output_shape((4, 5, 6))


# --- a pass ---


def passed(text, shape, **settings):
    network = branched(shape, text)
    parameters = some_parameters(network, 7)
    image = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
    return Pass(network, parameters, image, **settings), network, parameters, image


@pytest.mark.parametrize("room", [1, 700, 10**6])
def test_maps_that_were_dropped_are_computed_again(room):
    run, network, parameters, image = passed(RESNET, (3, 17, 14), room=room)
    expected = network.forward(image, parameters)
    for number in (5, 21, 0, 8, 21, 3, 22, 1, 12):
        np.testing.assert_array_equal(run.map(number), expected[number])
    for mine, other in zip(run.maps, expected, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_a_pass_keeps_what_it_has_room_for(monkeypatch):
    run, network, _, _ = passed(RESNET, (3, 17, 14), room=6000)
    asked = []
    monkeypatch.setattr(Graph, "step", lambda self, row, *given, step=Graph.step: (
        asked.append(row.index), step(self, row, *given))[1])  # fmt: skip
    run.map(8)
    first = [*asked]
    run.map(8)
    assert first == [*range(8)] and asked == first
    run.map(len(network.rows))
    assert len(asked) <= len(first) + len(network.rows)


@pytest.mark.parametrize("room", [1, 10**6])
def test_in_training_a_draw_is_the_same_whenever_it_is_asked_for(room):
    text = "conv 3 3x3; [dropout 0.5; tanh | batch norm] add; dropout 0.2; fc 3"
    run, network, parameters, image = passed(text, (2, 7, 6), training=True, draw=3, room=room)
    expected = network.forward(image, parameters, True, np.random.default_rng(3))
    for number in (7, 2, 6, 7, 3):
        np.testing.assert_array_equal(run.map(number), expected[number])
    other = run.redrawn(8)
    again = network.forward(image, parameters, True, np.random.default_rng(8))
    for mine, told in zip(other.maps, again, strict=True):
        np.testing.assert_array_equal(mine, told)
    assert run.redrawn(3) is run and (run.map(2) != other.map(2)).any() and (run.map(4) == other.map(4)).all()
    if room > 1:  # what hangs on no draw was not computed again
        assert other.map(1) is run.map(1) and other.map(4) is run.map(4)


def test_an_activation_is_joined_to_the_map_before_it():
    run, network, _, _ = passed("conv 3 3x3 p1; batch norm; tanh; max 2x2", (2, 7, 6))
    whole = run.trace(0, 2, through=2)
    assert whole.function == "tanh" and whole.weight is not None
    np.testing.assert_array_equal(whole.output, run.map(3)[2])
    for cell in np.ndindex(7, 6):
        assert whole.step(*cell).result == pytest.approx(float(run.map(3)[2][cell]), abs=1e-6)
    for layer, through in ((0, 3), (1, 3)):
        with pytest.raises(SettingError, match="MAX POOL 2 × 2 does not belong to the map before it"):
            run.trace(layer, 0, through=through)


def test_what_a_pass_refuses():
    run, network, parameters, image = passed("conv 3 3x3; relu", (2, 7, 6))
    for call, error, words in (
        (lambda: run.map(3), SettingError, "no map 3; there are 3, from 0"),
        (lambda: run.trace(2, 0), SettingError, "no layer 2, counted from 0; there are 2"),
        (lambda: run.trace(0, 3), SettingError, "CONV 3 × 3 makes 3 maps; there is no map 3"),
        (lambda: Pass(network, parameters, image[np.newaxis]), SettingError, "One input goes through the network"),
        (lambda: Pass(network, parameters[:1], image), ArrayError, "parameters for 1 layers"),
        (lambda: Pass(network, parameters, image[:1]), ArrayError, "this network takes"),
    ):
        with pytest.raises(error, match=words):
            call()


def test_windows_of_what_meets():
    assert Concat().windows((4, 3, 3)) == Add().windows((4, 3, 3)) == (Window(1), Window(1))
    assert Add(3).reads((9, 2, 2), 1) == (1, 4, 7) and Concat().reads((9, 2, 2), 1) == (1,)


def test_maps_of_zeros_in_front_are_added_to_what_has_more():
    """ResNet's option A: a branch that goes past the others, with maps of zeros where it has fewer."""
    more, past = Node("more", Conv2d(6, 1), (INPUT,)), Node("past", PadMaps(1, 3), (INPUT,))
    nodes = more, past, Node("sum", Add(), ("more", "past"))
    run = Graph((2, 4, 3), nodes)
    parameters = run.initial(3)
    input = np.random.default_rng(4).standard_normal((2, 4, 3)).astype(np.float32)
    maps = run.forward(input, parameters)
    np.testing.assert_array_equal(maps[2], [np.zeros((4, 3)), *input, *np.zeros((3, 4, 3))])
    np.testing.assert_array_equal(maps[3], maps[1] + maps[2])
    assert run.rows[1].reads(0) == [] and run.rows[1].reads(2) == [(0, (1,))]
    assert all(field.size == 1 for channel in range(6) for field in run.fields(2, channel))
    with pytest.raises(SettingError, match="before is -1; it must be a whole number of at least 0"):
        PadMaps(-1, 0)

"""Counted: what each layer gives, learns, computes and sees; FC against CONV to scale; and the ending."""

import math
from collections.abc import Iterator

from cnnviz.graph import Graph, Row
from cnnviz.layers import Linear
from cnnviz.layers.typed import read
from cnnviz.models import ARCHITECTURES
from cnnviz.numbers import grouped, number
from cnnviz.ui.formulas import size
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.layers.layers_setup import Setup
from cnnviz.ui.lessons.layers.layers_stack import field
from cnnviz.ui.markup import Markup, bold, html, joined, part, rows, show
from cnnviz.ui.words import many, percent

HEAD = ("Layer", "Output, height × width × depth", "Parameters", "Multiply-adds", "Receptive field")
SCREEN = 30  # centimetres: a longer bar is cut at the page's edge


def counts(setup: Setup) -> None:
    """Every layer that follows, and the total."""
    network = setup.stack.network
    if not network.rows:
        return
    shown, written = len(network.rows), len(setup.stack.parts)
    which = "" if shown == written else f"the first {shown} of {many(written, 'layer')}"
    part(f"Counted{', ' * bool(which)}{which}", _sentence(network), *_published(setup))
    body: list[tuple[str, ...]] = [("Input", size(network.input_shape), "", "", "1 × 1")]
    body += [_row(network, row) for row in network.rows]
    total = f"Total of {which}" if which else "Total"
    body.append((total, "", bold(grouped(network.parameters)), bold(grouped(network.multiply_adds)), ""))
    show(rows(HEAD, body, chosen=setup.chosen + 1))


def _published(setup: Setup) -> Iterator[Markup]:
    """A paragraph of what is known of the network, where it is one of those that made history, on its own input."""
    for told in ARCHITECTURES.values():
        if read(told.stack) == setup.stack.network.layers and told.input_shape == setup.shape:
            yield html(
                "<p><b>{}</b>, {}. {} Published: {} parameters ({}); counted here: {}.</p>",
                told.name, told.source, told.told, grouped(told.parameters), told.counted_by,
                grouped(setup.stack.network.parameters),
            )  # fmt: skip
            return


def _row(network: Graph, row: Row) -> tuple[str, ...]:
    name = f"{row.index + 1} {row.layer.name}"
    learnt: str = "none"
    if row.parameters:
        learnt = html("{} = {}", row.layer.product(row.input_shape), bold(grouped(row.parameters)))
    return name, size(row.output_shape), learnt, _work(row), _field(network, row)


def _work(row: Row) -> str:
    """Multiply-adds, or what is done instead."""
    if row.multiply_adds:
        return bold(grouped(row.multiply_adds))
    others = [f"{grouped(count)} {name}" for name, count in row.layer.operations(row.input_shape).items() if count]
    return f"none; {', '.join(others)}" if others else "none"


def _field(network: Graph, row: Row) -> str:
    """What a unit sees of the picture; units that see past its edge on all sides see all of it."""
    sides = network.input_shape[1:]
    whole = all(axis.start <= 0 and axis.start + axis.size >= side for axis, side in zip(row.fields, sides))
    told = field(network, row)
    said = html("the whole picture<small>{}</small>", told) if whole else told
    apart = row.fields[0].disagreement or row.fields[1].disagreement
    return html("{}<small>{}</small>", said, apart) if apart and not whole else said


def _sentence(network: Graph) -> str:
    """Where the parameters are and where the work is."""
    if not network.parameters:
        return "Nothing in this stack is learnt."
    most = max(row.parameters for row in network.rows)
    work = max(row.multiply_adds for row in network.rows)
    return (
        f"{percent(most, network.parameters)} of the {grouped(network.parameters)} parameters are in "
        f"{_layers([row for row in network.rows if row.parameters == most])}; "
        f"{percent(work, network.multiply_adds)} of the {grouped(network.multiply_adds)} multiply-adds in "
        f"{_layers([row for row in network.rows if row.multiply_adds == work])}."
        if network.multiply_adds
        else f"{grouped(network.parameters)} parameters, and no multiply-add."
    )


def _layers(rows: list[Row]) -> str:
    """The first of the layers that have the same count, and how many others share it."""
    first = f"layer {rows[0].index + 1}, {rows[0].layer.name}"
    return f"{first}, and {many(len(rows) - 1, 'other')}, each" if len(rows) > 1 else first


def why_not_fc(setup: Setup) -> None:
    """Both counted on the chosen CONV of the stack, or on its first; without one nothing is compared."""
    convolutions = [row for row in setup.stack.network.rows if row.layer.kind == "CONV"]
    row = next((row for row in convolutions if row.index == setup.chosen), convolutions[0] if convolutions else None)
    if row is None:
        part("Why not FC?", "Put a CONV layer into the stack, and it is compared with an FC here.")
        return
    fully = Linear(math.prod(row.output_shape))
    shared, single = row.parameters, fully.parameters(row.input_shape)
    part(
        "Why not FC?",
        f"Layer {row.index + 1}, {row.layer.name}, makes {size(row.output_shape)} of {size(row.input_shape)}. An FC "
        "between the same two volumes has a weight of its own from every number to every number. In CONV each unit "
        "reads a small window, and all units of a map share their weights.",
    )
    show(_bars(row, fully, shared, single))


def _bars(row: Row, fully: Linear, shared: int, single: int) -> Markup:
    ratio = single / shared
    is_off = ratio > SCREEN
    shape = row.input_shape
    lines = (
        ("CONV", row.layer, shared, "short", "width: 1cm", "1 cm"),
        ("FC", fully, single, "long off" if is_off else "long", f"width: {'100%' if is_off else f'{ratio:.2f}cm'}", ""),
    )
    bars = []
    for name, layer, count, kind, style, length in lines:
        goes_on = f"goes on to the right: {distance(ratio)} in all →" if is_off else distance(ratio)
        bars.append(
            html(
                '<div class="row"><b>{}</b><span>{} = {} parameters, {}; {} multiply-adds</span>'
                '<div class="{}" style="{}"><i>{}</i></div></div>',
                name, layer.product(shape), bold(grouped(count)), bytes_of(count), grouped(layer.multiply_adds(shape)),
                kind, style, length or goes_on,
            )
        )  # fmt: skip
    off = " It does not fit on any screen." if is_off else ""
    return html(
        '<div class="against">{}<p>If CONV’s bar is 1 cm long, FC’s is <b>{}</b> long: '
        "{} times as many weights to learn, to keep and to multiply.{}</p></div>",
        joined(bars), distance(ratio), number(ratio, 2), off,
    )  # fmt: skip


def distance(centimetres: float) -> str:
    """A length as one would say it: 3.2 cm, 45 m, 1,200 km."""
    for unit, length in (("km", 100_000), ("m", 100)):
        if centimetres >= length:
            return f"{number(centimetres / length, 2)} {unit}"
    return f"{number(centimetres, 2)} cm"


def bytes_of(count: int) -> str:
    """So many numbers of 4 bytes each: 896 bytes, 58 GB."""
    size = 4.0 * count
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{number(size, 2)} {unit}"
        size /= 1000
    return f"{number(size, 2)} TB"


def ending(setup: Setup) -> Ending:
    """What was seen, with the numbers of this stack, and the question."""
    network = setup.stack.network
    if not network.rows:
        see = "A network is its layers, one behind the other; each reads what the one before it made."
        return Ending(see, _question(setup))
    volumes = [row for row in network.rows if len(row.output_shape) == 3]
    parts = [
        f"{len(network.rows)} layers make {size(network.shapes[-1])} numbers of the picture’s "
        f"{size(network.input_shape)}, with {grouped(network.parameters)} parameters."
    ]
    if volumes:
        first, last = volumes[0], volumes[-1]
        parts.append(f"A unit of layer {first.index + 1} sees {field(network, first, ' of the picture')}")
        if last.fields == first.fields:
            is_widest = all(row.fields == first.fields for row in network.rows[first.index :])
            parts[-1] += "; behind it no layer widens that." if is_widest else "."
        else:
            parts[-1] += f", one of layer {last.index + 1} sees {field(network, last)}: deeper units see more."
    fully = sum(row.parameters for row in network.rows if row.layer.kind == "FC")
    if fully and network.parameters:
        parts.append(
            f"{percent(fully, network.parameters)} of the parameters are in FC layers, where nothing is shared."
        )
    return Ending(" ".join(parts), _question(setup))


def _question(setup: Setup) -> str:
    """What the controls can answer on this stack."""
    layers = setup.stack.network.layers
    kinds = [layer.kind for layer in layers]
    if "CONV" not in kinds:
        return "Put a CONV layer first: how many parameters has it, and how many has an FC in its place?"
    asked = "what becomes of FC’s parameters, of CONV’s, and" if "FC" in kinds else "what becomes"
    asked += " of what a unit of the last map sees?"
    is_global = [layer.is_global for layer in layers]
    if any(kind == "POOL" and not whole for kind, whole in zip(kinds, is_global)):
        then = " Then put “global average” before the FC." if "FC" in kinds and not any(is_global) else ""
        return f"Remove the POOL layers one by one: {asked}{then}"
    return f"No POOL layer is left that slides. Put a max pool behind the first CONV: {asked}"

"""A network as a list and a graph in one: a row for each node, its arcs beside it, what it gives, learns and computes.

    lanes.js   pure: which blocks are folded, in which lane each value goes down until its last reader
    nodes.js   the rows on the page, folding, keys     nodes.css

A row is chosen by a click or by Enter; the arrow keys go from row to row. Between two nodes that all has to go through,
a part with branches is a block: it can be folded into one row.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("nodes")


@dataclass(frozen=True)
class Listed:
    """One row.

    name      what it does: "CONV 3 × 3, ReLU"
    called    what the file calls it
    kind      CONV, POOL ...: rows of a kind look alike
    gives     the shape of what comes out, as text: it stands on the arc that leaves it
    parameters, multiply_adds  counted
    sources   the places of the rows that it reads; -1: the input
    """

    name: str
    called: str
    kind: str
    gives: str
    parameters: int
    multiply_adds: int
    sources: tuple[int, ...]


def blocks(sources: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The parts in which branches part and meet again, (first, last) row of each, the largest that lie side by side.

    sources  of each row, as Listed has them, none behind the row

    A block ends where branches meet, and begins behind the last value that all of them come from. Nothing else is read
    from outside, and nothing but its end from within. What is more than half of the network is no part of it.
    """
    before, depth, last_read = {-1: -1}, {-1: 0}, {-1: -1}  # `before`: the last value that all ways to a row go through
    found = []
    for at, reads in enumerate(sources):
        ways = {*reads} or {-1}
        while len(ways) > 1:
            deepest = max(ways, key=lambda value: (depth[value], value))
            ways = (ways - {deepest}) | {before[deepest]}
        (before[at],) = ways
        depth[at] = depth[before[at]] + 1
        last_read |= dict.fromkeys(reads, at)
        if len({*reads}) > 1:
            found.append((before[at] + 1, at))
    kept: list[tuple[int, int]] = []
    for first, last in sorted(found, key=lambda block: block[0] - block[1]):
        is_closed = all(source >= first - 1 for at in range(first, last + 1) for source in sources[at])
        is_sealed = all(last_read.get(at, at) <= last for at in range(first, last))
        is_apart = all(last < other or end < first for other, end in kept)
        if is_closed and is_sealed and is_apart and 2 * (last - first + 1) <= len(sources):
            kept.append((first, last))
    return sorted(kept)


def nodes(
    rows: Sequence[Listed], *, key: str, given: str, chosen: int, on_choose: Callable[[int], None], of: str
) -> None:
    """The network, `given` above its first row, the row `chosen` marked. on_choose(place) is called before the rerun.

    of  what tells this network from others: for another one all is folded again
    """

    def told() -> None:
        text = state.component_state(key, "selected")
        if isinstance(text, str) and text.isascii() and text.isdigit() and int(text) < len(rows):
            on_choose(int(text))

    _component(
        key=key,
        data={
            "rows": [asdict(row) for row in rows], "blocks": blocks([row.sources for row in rows]), "given": given,
            "chosen": chosen, "of": of,
        },
        on_selected_change=told,
    )  # fmt: skip

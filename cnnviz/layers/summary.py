"""A model's summary, the table that Keras prints: old and new, with "Connected to" and without.

    │ conv2d (Conv2D)                 │ (None, 26, 26, 32)     │           320 │

It says shapes and counts; kernels, strides and paddings follow from them where only one choice gives both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from cnnviz.errors import SettingError
from cnnviz.geometry import Window, same_padding
from cnnviz.layers.flowing import CodeFlow
from cnnviz.layers.same import axes_text
from cnnviz.numbers import grouped

_HEAD = re.compile(r"Layer \(type\).*Output Shape")
_BOX = "│┃|"
_NAME = re.compile(r"(\S+)\s*\(\s*(\w+)(…?)")
_SOURCE = re.compile(r"([A-Za-z_][\w./-]*)(…?)(?:\[\d*\]?)*…?")
_TYPES = (
    "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D", "Conv2DTranspose", "Dense",
    "DepthwiseConv2D", "Dropout", "ELU", "Flatten", "Functional", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
    "InputLayer", "LayerNormalization", "LeakyReLU", "MaxPooling2D", "Multiply", "ReLU", "Rescaling", "SeparableConv2D",
    "Sequential", "Softmax", "ZeroPadding2D",
)  # fmt: skip
# An activation that is a layer of its own is told apart by its name alone.
_FUNCTIONS = ("relu6", "relu", "sigmoid", "tanh", "gelu", "silu", "swish", "elu", "softplus", "softmax")
_USUAL_SIDES = (28, 32, 48, 64, 96, 128, 150, 160, 180, 200, 224, 227, 256, 299, 384, 512)
_LARGEST = 32  # of kernels and strides that are looked for

Sides = tuple[int, int]


class _Row(NamedTuple):
    """One layer of the table. shape: (height, width, channels) or (numbers,), 0 for what is not said."""

    name: str
    type: str
    shape: tuple[int, ...]
    parameters: int
    sources: list[tuple[str, bool]]  # names, and whether they are cut off

    @property
    def told(self) -> str:
        return f"{self.name} ({self.type})"


def is_table(text: str) -> bool:
    return _HEAD.search(text) is not None


def of_table(text: str) -> list[str]:
    """The layers of a summary, as `typed` has them. Raises SettingError for the first that it leaves open."""
    return _Table(text).parts


def taken(text: str) -> str:
    """What a summary does not say, and how it is taken, in a sentence."""
    return "; ".join(dict.fromkeys(_Table(text).taken))


# --- the table ---


def _rows(text: str) -> Iterator[_Row]:
    lines = text.expandtabs().split("\n")
    at = next(number for number, line in enumerate(lines) if _HEAD.search(line))
    head = lines[at]
    if "Param" not in head:
        raise SettingError("The summary is cut off at its right, where the parameters stand; copy all of it.")
    is_box = any(sign in head for sign in _BOX)
    starts = [0, *(head.index(word) for word in ("Output Shape", "Param", "Connected to") if word in head)]
    has_sources = "Connected" in head
    cells: list[list[str]] = []
    for line in lines[at + 1 :]:
        if re.search(r"(?:Total|Trainable|Non-trainable) params", line):
            break
        if is_box:
            found = [cell.strip() for cell in re.split(f"[{_BOX}]", line)][1:-1]
        else:
            found = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None])]
        if len(found) != len(starts) or re.search(r"[━─_=]{4}", line):
            continue
        if found[2]:
            cells.append(found)
        elif cells:
            between = " " if is_box else ""
            cells[-1] = [f"{before}{between}{more}" if more else before for before, more in zip(cells[-1], found)]
    for name, shape, count, *sources in cells:
        match = _NAME.match(name)
        if not match:
            raise SettingError(f"The line “{name}” of the summary has no type in brackets, such as conv2d (Conv2D).")
        sizes = [0 if size == "None" else int(size) for size in re.findall(r"None|\d+", shape)]
        names = [(found[1], "…" in found[0]) for found in _SOURCE.finditer(sources[0])] if has_sources else []
        yield _Row(match[1], _typed(match[2], bool(match[3])), tuple(sizes[1:]), _whole(count), names)


def _typed(type: str, is_cut: bool) -> str:
    """A type, of which the table may show the beginning alone."""
    return next((known for known in _TYPES if known.startswith(type)), type) if is_cut or type not in _TYPES else type


def _whole(text: str) -> int:
    digits = re.match(r"[\d,. ]+", text)
    return int(re.sub(r"\D", "", digits[0]) or 0) if digits else 0


class _Table:
    def __init__(self, text: str) -> None:
        self.taken: list[str] = []
        self._flow = CodeFlow()
        self._made: list[
            tuple[str, int]
        ] = []  # which value each line makes; a name may be cut off, with a … at its end
        self._shapes: dict[int, tuple[int, ...]] = {0: ()}
        at = 0
        for row in _rows(text):
            reads = [self._source(row, *source) for source in row.sources] or [at]
            at = self._layer(row, reads)
            self._made.append((row.name, at))
            self._shapes[at] = row.shape
        self.parts = self._flow.parts(at)

    def _source(self, row: _Row, name: str, is_cut: bool) -> int:
        found = [at for made, at in self._made if (made.startswith(name) if is_cut else made == name)]
        if len(found) != 1:
            raise SettingError(
                f"{row.told} is connected to “{name}{'…' * is_cut}”, which is no one line before it as the summary "
                "shows them; print it wider, with model.summary(line_length=160)."
            )
        return found[0]

    def _layer(self, row: _Row, reads: list[int]) -> int:
        flow, at, given = self._flow, reads[0], self._shapes[reads[0]]
        if row.type == "InputLayer":
            if self._made:
                raise SettingError(f"{row.told} is a second input; a stack reads one picture.")
            return 0
        if row.type in ("Add", "Multiply", "Concatenate"):
            kind = {"Concatenate": "concat"}.get(row.type, row.type.lower())
            return flow.meet(kind, reads)
        if row.type in ("Functional", "Sequential"):
            raise SettingError(
                f"{row.told} is a model of its own; print it with model.summary(expand_nested=True), or paste its code."
            )
        if row.type == "Flatten":
            return at
        if row.type == "Conv2D":
            return flow.text(self._conv(row, given), at)
        if row.type in ("MaxPooling2D", "AveragePooling2D"):
            return flow.text(self._pool(row, given), at)
        if row.type == "ZeroPadding2D":
            return flow.text(self._padding(row, given), at)
        if row.type == "Dense":
            return flow.text(self._dense(row, given), at)
        if row.type in ("Activation", "LeakyReLU"):
            return flow.text(_function(row), at)
        if row.type == "Dropout":
            self.taken.append("dropout 0.5")
            return flow.text("dropout 0.5", at)
        plain = {
            "BatchNormalization": "batch norm eps 0.001", "ReLU": "relu", "ELU": "elu",
            "GlobalAveragePooling2D": "global avg",
        }  # fmt: skip
        return flow.text(plain.get(row.type, f"{row.type}()"), at)

    # --- what follows from shapes and counts ---

    def _conv(self, row: _Row, given: tuple[int, ...]) -> str:
        filters = row.shape[-1]
        kernel, channels, bias = _kernel(row, filters, given[-1] if given else 0)
        self.taken.append("kernels as square")
        self.taken.append("no activation inside a layer, where a Conv2D may have one: put relu behind it")
        if given:
            side = self._slide(row, given[:2], (kernel, kernel))
        else:
            side = self._first(row, kernel)
        more = "" if bias else " no bias"
        return f"conv {filters} {kernel}x{kernel}{side}{more} in {channels}"

    def _slide(self, row: _Row, before: tuple[int, ...], kernel: Sides) -> str:
        """The stride and the padding, the only ones that make this size of that, as they are typed."""
        if 0 in before:
            raise SettingError(f"{row.told} stands where the summary leaves the size open; give the model’s Input one.")
        found = dict.fromkeys(_strides(row, (before[0], before[1]), kernel))
        if len(found) != 1:
            many = "several strides do" if found else "no stride does"
            raise SettingError(
                f"{row.told} makes {_by(row.shape)} of {_by(before)}, which {many} with a kernel of {_by(kernel)}; "
                "paste "
                "the model’s code, which says it, "
                f'as Conv2D({row.shape[-1]}, {kernel[0]}, strides=2, padding="same") does.'
            )
        return next(iter(found))

    def _first(self, row: _Row, kernel: int) -> str:
        """Of the first layer nothing says what comes in: a size that pictures usually have."""
        for stride in range(1, 5):
            sizes = [(side, side) for side in _USUAL_SIDES]
            found = {size: _strides(row, size, (kernel, kernel), range(stride, stride + 1)) for size in sizes}
            fits = [(size, text) for size, texts in found.items() for text in dict.fromkeys(texts)]
            if len(fits) == 1:
                ((size, text),) = fits
                self.taken.append(f"{_by(size)} as what comes in")
                return text
            if fits:
                break
        raise SettingError(
            f"{row.told} is the first line, and the summary does not say which size comes in; paste the model’s "
            "code, or the summary of a model that begins with Input."
        )

    def _pool(self, row: _Row, given: tuple[int, ...]) -> str:
        kind = "max" if row.type.startswith("Max") else "avg"
        if len(given) != 3:
            raise SettingError(f"{row.told} stands where no map comes in that the summary tells of.")
        usual = [size for size in range(2, _LARGEST) if (given[0] // size, given[1] // size) == row.shape[:2]]
        if len(usual) == 1:
            self.taken.append("windows of a pool as large as their stride")
            return f"{kind} {usual[0]}x{usual[0]}"
        raise SettingError(
            f"{row.told} makes {_by(row.shape)} of {_by(given)}: its window does not follow from that. Paste the "
            f"model’s code, which says it, as {row.type}(3, strides=2) does."
        )

    def _padding(self, row: _Row, given: tuple[int, ...]) -> str:
        more = [after - before for after, before in zip(row.shape[:2], given[:2])]
        if len(more) != 2 or min(more) < 0:
            raise SettingError(f"{row.told} stands where no map comes in that the summary tells of.")
        return f"pad p{axes_text(*((total // 2, total - total // 2) for total in more))}"

    def _dense(self, row: _Row, given: tuple[int, ...]) -> str:
        units = row.shape[-1]
        if len(row.shape) != 1:
            raise SettingError(f"{row.told} is applied at every position of the map; put Flatten() before it.")
        self.taken.append("no activation inside a layer, where a Conv2D may have one: put relu behind it")
        numbers = math.prod(given)
        wanted = {(numbers + 1) * units: "", numbers * units: " no bias"}
        if not given or 0 in given:
            return f"fc {units}"
        if row.parameters not in wanted:
            raise SettingError(
                f"{row.told} has {grouped(row.parameters)} parameters; from {grouped(numbers)} numbers to "
                f"{grouped(units)} it would have {grouped((numbers + 1) * units)}, or {grouped(numbers * units)} "
                "without a bias."
            )
        return f"fc {units}{wanted[row.parameters]} in {numbers}"


def _kernel(row: _Row, filters: int, channels: int) -> tuple[int, int, bool]:
    """The side of a square kernel, the channels that it reads, and whether there is a bias: they make the count."""
    found: list[tuple[int, int, bool]] = []
    for reads in [channels] if channels else [1, 3]:
        for bias in (True, False):
            each, left = divmod(row.parameters - bias * filters, filters * reads)
            side = math.isqrt(max(each, 0))
            if not left and side and side * side == each:
                found.append((side, reads, bias))
    if len(found) != 1:
        raise SettingError(
            f"{row.told} has {grouped(row.parameters)} parameters, which "
            f"{'several kernels have' if found else 'no square kernel has'}; paste the model’s code, "
            f"which says it, as Conv2D({filters}, (1, 7), groups=2) does."
        )
    return found[0]


def _strides(row: _Row, before: Sides, kernel: Sides, strides: range = range(1, _LARGEST)) -> list[str]:
    """As typed, what Keras can have meant: padding valid or same, and one stride for both axes."""
    found: list[str] = []
    for stride in strides:
        if found and row.shape[:2] == (1, 1):  # of one window nothing hangs on the stride
            break
        said = f" s{stride}" if stride > 1 else ""
        for padding in ("valid", "same"):
            windows = [
                Window(k, stride, same_padding(k, 1, stride, size) if padding == "same" else 0)
                for k, size in zip(kernel, before)
            ]
            if not all(window.fits(size) for window, size in zip(windows, before) if size):
                continue
            if all(size and window.output_size(size) == out for window, size, out in zip(windows, before, row.shape)):
                is_padded = any(window.before or window.after for window in windows)
                found.append(f"{said} same" if is_padded else said)
    return found


def _function(row: _Row) -> str:
    functions = [name for name in _FUNCTIONS if re.search(rf"(?:^|_|\d){name}(?:_|\d|$)", row.name)]
    if row.type == "Activation" and functions:
        return functions[0]
    raise SettingError(
        f"{row.told}: the summary does not say which function it is; paste the model’s code, which says it, "
        'as Activation("relu") does.' if row.type == "Activation" else
        f"{row.told}: the summary does not say its slope, which is 0.3 in Keras where nothing else is said and 0.01 "
        "here; leave it out, or type leaky relu."
    )  # fmt: skip


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size or "?") for size in shape[:2])

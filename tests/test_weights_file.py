"""Weights for a network that is there already: .safetensors and .npz, whole, mismatched, and hostile."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import zipfile

import numpy as np
import pytest

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats import open_network
from cnnviz.formats.weights_file import open_weights
from cnnviz.models.weights import pack
from cnnviz.stacks import stack_of
from stacks import some_parameters

TEXT = "conv 4 3x2; batch norm; relu; [conv 4 1x1; batch norm | same] add; conv 4 1x1 no bias; fc 3"
NETWORK = stack_of(TEXT, (3, 6, 5)).network
PARAMETERS = some_parameters(NETWORK, 1)


def safetensors(arrays: dict[str, np.ndarray], header: bytes = b"") -> bytes:
    """As its format says: the header's length, the header, the numbers; names in their order, as PyTorch's has them."""
    told, body = {"__metadata__": {"format": "pt"}}, b""
    for name, array in sorted(arrays.items()):
        kind = {"f4": "F32", "f8": "F64", "f2": "F16", "i8": "I64"}[array.dtype.str[1:]]
        raw = np.ascontiguousarray(array).tobytes()
        told[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    header = header or json.dumps(told).encode()
    return struct.pack("<Q", len(header)) + header + body


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def named(pattern: str = "layer{}") -> dict[str, np.ndarray]:
    """The parameters as a file has them."""
    return {
        f"{pattern.format(at)}.{part}": array for at, own in enumerate(PARAMETERS, 1) for part, array in own.items()
    }


@pytest.mark.parametrize("write", [safetensors, npz])
@pytest.mark.parametrize("pattern", ["layer{}", "features.{}", "{}", "a.{}.b", "model.{}.layer"])
def test_weights_come_to_the_layers_that_have_their_shapes(write, pattern):
    arrays = named(pattern) | {f"{pattern.format(2)}.num_batches_tracked": np.int64(7)}
    found = open_weights(write({name: np.asarray(array) for name, array in arrays.items()}), NETWORK)
    for ours, theirs in zip(PARAMETERS, found, strict=True):
        assert ours.keys() == theirs.keys()
        for name, array in ours.items():
            np.testing.assert_array_equal(theirs[name], array)
            assert theirs[name].dtype == np.float32 and theirs[name].flags.writeable
    NETWORK.check_parameters(found)


def test_what_learning_gives_to_take_away_opens():
    found = open_weights(pack(PARAMETERS, TEXT), NETWORK)
    assert all(np.array_equal(found[0][name], PARAMETERS[0][name]) for name in PARAMETERS[0])


def test_layer_10_comes_behind_layer_9():
    deep = stack_of("; ".join(["conv 1 1x1 no bias"] * 12), (1, 2, 2)).network
    arrays = {f"{at}.weight": np.full((1, 1, 1, 1), at, np.float32) for at in range(12)}
    for write in (safetensors, npz):
        assert [int(own["weight"].item()) for own in open_weights(write(arrays), deep)] == [*range(12)]


@pytest.mark.parametrize("write", [safetensors, npz])
@pytest.mark.parametrize(("change", "words"), [
    ({"layer1.weight": np.zeros((4, 3, 2, 3), np.float32)},
     "Layer 1, CONV 3 × 2: its weight is 4 × 3 × 3 × 2, and layer1.weight, the next in the file, is 4 × 3 × 2 × 3."),
    ({"layer1.bias": None}, "Layer 1, CONV 3 × 2: its bias is 4, and layer1.bias, the next in the file, is not there."),
    ({"layer8.bias": np.zeros(4, np.float32)}, "Layer 8, CONV 1 × 1, has no bias, and layer8 in the file has one."),
    ({"layer2.running_var": np.zeros(5, np.float32)},
     "Layer 2, BATCH NORM: its running_var is 4, and layer2.running_var, the next in the file, is 5."),
    ({"head.weight": np.zeros((2, 2), np.float32)}, "The file has an array that no layer takes: head (weight 2 × 2)."),
    ({f"layer9.{part}": None for part in ("weight", "bias")}, "Layer 9, FC 3: the file has no arrays left for it."),
])  # fmt: skip
def test_what_does_not_match_is_named(write, change, words):
    arrays = {name: array for name, array in {**named(), **change}.items() if array is not None}
    with pytest.raises(NetworkError) as refused:
        open_weights(write(arrays), NETWORK)
    assert words in str(refused.value) and str(refused.value).endswith(".")


class Harm:
    def __reduce__(self):
        raise AssertionError("run")


def zipped(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, data)
    return file.getvalue()


def npy(shape: str, descr: str = "<f4", body: bytes = b"") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


@pytest.mark.parametrize(("data", "words"), [
    (b"", "neither a .safetensors nor an .npz"), (pickle.dumps([1]), "neither a .safetensors nor an .npz"),
    (struct.pack("<Q", 2**60) + b"{}", "says that its header has"), (struct.pack("<Q", 2) + b"{]", "cannot be read"),
    (safetensors({}, b'{"a": 1}'), "a is not described as a .safetensors does"),
    (safetensors({}, b'{"a": {"dtype": "F32", "shape": [1000000, 1000000], "data_offsets": [0, 4]}}'), "and 4 bytes"),
    (safetensors({}, b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'), "a has the shape (-1,)"),
    (safetensors({}, b'{"a": {"dtype": "F32", "shape": [true], "data_offsets": [0, 4]}}'), "a has the shape"),
    (safetensors({}, b'{"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}'), "a holds BF16"),
    (safetensors({}, b'{"a": ' + b"[" * 9000 + b"}"), "cannot be read"),
    (zipped("a.npy", npy("(100000, 100000)")), "a.npy has the shape (100000, 100000), and 0 bytes"),
    (zipped("a.npy", npy("(1,)", "|O", pickle.dumps([1]))), "nothing that is run"),
    (zipped("a.npy", b"no array"), "a.npy is no array as NumPy writes it"),
    (b"PK\x03\x04" + b"no zip" * 9, "is no .npz"),
    (zipped("a.npy", bytes(70_000_000)), "up to 64,000,000 open here"),
])  # fmt: skip
def test_what_is_no_such_file_is_a_sentence(data, words):
    with pytest.raises(NetworkError) as refused:
        open_weights(data, NETWORK)
    assert words in str(refused.value) and len(str(refused.value)) < 250


@pytest.mark.parametrize("write", [safetensors, npz])
def test_any_bytes_open_or_are_refused(write):
    whole, rng = write(named()), random.Random(3)
    for _ in range(300):
        data = bytearray(whole[: rng.choice([len(whole), rng.randrange(len(whole))])])
        for _ in range(rng.randrange(4)):
            if data:
                data[rng.randrange(min(len(data), rng.choice([40, 4000])))] = rng.randrange(256)
        try:
            open_weights(bytes(data), NETWORK)
        except CnnvizError as refused:
            assert str(refused)


# --- a file that says its network too ---


def stack_file(text: str = TEXT, shape: tuple[int, ...] = (3, 6, 5), **more: object) -> bytes:
    told = {"stack": np.array(text), "input": np.array(shape)}
    return npz({name: value for name, value in (told | more).items() if value is not None} | named())


def test_a_file_that_says_its_layers_opens_as_a_network():
    trained = open_network(stack_file())
    assert trained.network == NETWORK and trained.names[:4] == ("C1", "C1 BATCH NORM", "C1 ReLU", "C2")
    assert trained.classes == ("0", "1", "2")
    levels = np.arange(90, dtype=np.uint8).reshape(3, 6, 5)
    here = NETWORK.forward(levels.astype(np.float32) / np.float32(255), PARAMETERS)[-1]
    np.testing.assert_array_equal(trained.maps(levels)[-1], here)
    digit = stack_of("conv 2 5x5; relu; fc 10", (1, 32, 32)).network
    parameters = some_parameters(digit, 4)
    bare = open_network(pack(parameters, "conv 2 5x5; relu; fc 10"))
    assert bare.network == digit, "a file that does not say what it reads is of the page on learning"
    np.testing.assert_array_equal(bare.parameters[2]["weight"], parameters[2]["weight"])


@pytest.mark.parametrize(("data", "words"), [
    (stack_file("conv 4 3x2; banana"), "The stack in the file: Layer 2"),
    (stack_file("conv 4 3x2; fc 3"), "no layer takes"),
    (stack_file("conv 4 2x2; " + TEXT.partition("; ")[2]), "its weight is"),
    (stack_file(shape=(3, 2**40, 2**40)), "“input” is no shape of a picture"),
    (stack_file(shape=(3, -6, 5)), "“input” is no shape of a picture"),
    (stack_file(shape=(3, 6000, 7000)), "numbers of one picture; up to"),
    (stack_file(stack=np.zeros(3)), "no text called “stack”"),
    (stack_file(stack=None), "an .npz that does not say its layers"),
    (zipped("archive/data.pkl", pickle.dumps([1])), "a .pt, .pth or .keras file"),
])  # fmt: skip
def test_a_file_that_says_no_network_is_a_sentence(data, words):
    with pytest.raises(NetworkError) as refused:
        open_network(data)
    assert words in str(refused.value) and len(str(refused.value)) < 300

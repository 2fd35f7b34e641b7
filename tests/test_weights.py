"""Weights as .npz: what is packed opens elsewhere and is the same; what is missing is named."""

import io

import numpy as np
import pytest

from cnnviz.errors import ArrayError
from cnnviz.layers.typed import read
from cnnviz.models import lenet5, lenet5_1998, weights
from cnnviz.network import Network


def opened(data):
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("model", [lenet5, lenet5_1998])
def test_a_packed_network_comes_back(model):
    trained = model()
    data = weights.pack(trained)
    assert len(data) < 260_000
    arrays = opened(data)
    assert arrays["C1.weight"].shape == (6, 1, 5, 5) and {array.dtype for array in arrays.values()} == {np.dtype("f4")}
    back = weights.by_layer(trained.network, trained.names, arrays)
    for given, found in zip(trained.parameters, back, strict=True):
        assert given.keys() == found.keys() and all((given[name] == found[name]).all() for name in given)


def test_bare_parameters_go_by_number():
    network = Network((2, 8, 8), read("conv 3 3x3; relu; fc 4 no bias"))
    arrays = opened(weights.pack([{k: v.astype(float) for k, v in part.items()} for part in network.initial(1)]))
    assert {name: array.shape for name, array in arrays.items()} == {
        "0.weight": (3, 2, 3, 3), "0.bias": (3,), "2.weight": (4, 108),
    }  # fmt: skip
    assert (weights.by_layer(network, ["0", "1", "2"], arrays)[2]["weight"] == network.initial(1)[2]["weight"]).all()


def test_what_is_read_is_not_written_to():
    arrays = weights.read("lenet5_modern")
    assert set(arrays) == {
        f"{name}.{part}" for name in ("C1", "C3", "C5", "F6", "output") for part in ("weight", "bias")
    }
    for array in arrays.values():
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array += 1


def test_a_missing_array_is_named():
    network = Network((1, 4, 4), read("conv 1 2x2"))
    with pytest.raises(ArrayError, match="needs an array C1.bias; there are C1.weight"):
        weights.by_layer(network, ["C1"], {"C1.weight": np.zeros((1, 1, 2, 2))})
    with pytest.raises(ArrayError, match="needs an array C1.weight; there are none"):
        weights.by_layer(network, ["C1"], {})


def test_no_file_of_the_package_holds_a_pickle():
    """`numpy.load` without pickles opens every array of every file."""
    files = sorted((weights.FOLDER.parent.parent).rglob("*.np[yz]"))
    assert {"lenet5_1998.npz", "lenet5_modern.npz", "squeezenet1_1.npz", "digits.npz"} <= {file.name for file in files}
    for path in files:
        assert all(np.isfinite(array).all() for array in opened(path.read_bytes()).values()), path.name

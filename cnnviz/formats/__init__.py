"""Networks in and out of files.

onnx_file.py       an ONNX file as plain values: parsed, never run, within limits
onnx_graph.py      its nodes as those of a Graph
onnx_operators.py  what each operator comes to: onnx_windows.py, onnx_functions.py, onnx_arithmetic.py, onnx_shapes.py,
                   onnx_known.py
guessing.py        what a file does not say of its input
opening.py         `open_network`
writing.py         `write_network`
stack_file.py      an .npz that says its layers, as Learning gives it
weights_file.py    a .safetensors or an .npz as the parameters of a network that is there
as_code.py         a network as PyTorch's and as Keras' code
"""

from cnnviz.formats.as_code import keras_code, torch_code
from cnnviz.formats.opening import open_network
from cnnviz.formats.writing import write_network

__all__ = ["keras_code", "open_network", "torch_code", "write_network"]

"""Kernels as other programs print them, and as spreadsheets of both halves of the world write their decimals.

A text is read as the numbers that its writer wrote, or refused: never as others.
"""

import csv
import io
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.errors import KernelError
from cnnviz.kernels import parse

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=400)

SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
HALVES = [[0, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 0]]


# --- decimal commas ---


@pytest.mark.parametrize("text", [
    "0,0\t0,5\t0,0\n0,5\t1,0\t0,5\n0,0\t0,5\t0,0",
    "0\t0,5\t0\r\n0,5\t1\t0,5\r\n0\t0,5\t0\r\n",
    "0,0 0,5 0,0; 0,5 1,0 0,5; 0,0 0,5 0,0",
    "0,0 0,5 0,0\n0,5 1,0 0,5\n0,0 0,5 0,0",
    "0,0;0,5;0,0\n0,5;1,0;0,5\n0,0;0,5;0,0",
    "0,0;0,5;0,0;\r\n0,5;1,0;0,5;\r\n0,0;0,5;0,0;\r\n",
    "0; 0,5; 0\n0,5; 1; 0,5\n0; 0,5; 0",
    "| 0,0 | 0,5 | 0,0 |\n| 0,5 | 1,0 | 0,5 |\n| 0,0 | 0,5 | 0,0 |",
    "0,0|0,5|0,0\n0,5|1,0|0,5\n0,0|0,5|0,0",
    "0,5 * 0 1 0; 1 2 1; 0 1 0",
    r"\begin{pmatrix} 0 & 0{,}5 & 0 \\ 0{,}5 & 1 & 0{,}5 \\ 0 & 0{,}5 & 0 \end{pmatrix}",
])  # fmt: skip
def test_a_decimal_comma_beside_another_separator_is_one(text):
    np.testing.assert_array_equal(parse(text), HALVES)


@pytest.mark.parametrize(("text", "expected"), [
    ("1,2,3", [[1, 2, 3]]),
    ("1,0,-1\n2,0,-2\n1,0,-1", SOBEL),
    ("1,0,-1;2,0,-2;1,0,-1", SOBEL),
    ("1,-1; 2,-2", [[1, -1], [2, -2]]),  # no decimal comma stands before a sign
    ("1, 0; 0, 1", [[1, 0], [0, 1]]),
    ("[[1,0],[0,1]]", [[1, 0], [0, 1]]),
    ("[1,0;0,1]", [[1, 0], [0, 1]]),
    ("0.5,1\n1,0.5", [[0.5, 1], [1, 0.5]]),
    ("1/9 * 1,1,1; 1,1,1", [[1 / 9] * 3] * 2),
    ("1,5e-3\t-2,5E+1", [[0.0015, -25]]),
    ("1;0;-1\n2;0;-2\n1;0;-1", SOBEL),
    ("1;2;3", [[1], [2], [3]]),
    ("1,25 0,5 | 2,5 1,5 | 0,125 -3,75", [[[1.25, 0.5]], [[2.5, 1.5]], [[0.125, -3.75]]]),
    ("0,5\t1\n2\t3\n\n4\t5\n6\t7,5", [[[0.5, 1], [2, 3]], [[4, 5], [6, 7.5]]]),
    ("1;2\n3;4\n\n5;6\n7;8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    ("|  |  |\n|---|:-:|\n| 1 | 2 |\n| 3 | -4 |", [[1, 2], [3, -4]]),
])
def test_what_a_comma_a_semicolon_and_a_bar_separate(text, expected):
    np.testing.assert_array_equal(parse(text), expected)


@pytest.mark.parametrize(("text", "words"), [
    ("0,5", "Row 1, column 1: the comma in “0,5” can be a decimal comma or stand between numbers"),
    ("1,0; 0,1", "Row 1, column 1: the comma in “1,0”"),
    ("1\n0,5\n2", "Row 2, column 1: the comma in “0,5”"),
    ("0,5, 1,0", "Row 1, column 1: the comma in “0,5”"),
    ("1.5 2,5", "Row 1, column 2: the comma in “2,5”"),
    ("1.234,5\t2,0", "Row 1, column 1: the comma in “1.234,5”"),
    ("1,234.5\t0.5", "Row 1, column 1: the comma in “1,234.5”"),
    ("1,234\t5,678", "Row 1, column 1: the comma in “1,234”"),
    ("1,234,567.5\n2,345,678.5", "Row 1, column 1: the comma in “1,234,567.5”"),
    ("[0,5 1,0]", "Row 1, column 1: the comma in “0,5”"),
    ("1,2,3 4", "Row 1, column 1: the comma in “1,2,3”"),
    ("1 234,5\t0,5", "“1 234” can be one number or two"),
    ("1\u00a0234,5\t0,5", "can be one number or two"),
    ("1\u00a0000 2", "can be one number or two"),
    ("1\u202f000\n2\u202f000", "can be one number or two"),
    ("0,5\ta\n1\t2", "Row 1, column 2: “a” is not a number"),
    ("0,5\tnan", "Row 1, column 2: “nan” is not a number"),
    ("1;2\n3;x", "Row 2, column 2: “x” is not a number"),
    ("1'234,5 2", "Row 1, column 1: the comma in “1'234,5”"),
])
def test_a_comma_that_can_be_either_is_named(text, words):
    with pytest.raises(KernelError) as refused:
        parse(text)
    assert words in str(refused.value) and str(refused.value).endswith(".")


def test_what_the_refusal_of_a_comma_says_works():
    np.testing.assert_array_equal(parse("1, 0; 0, 1"), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(parse("1.0; 0.1"), [[1], [0.1]])


# The styles in which the world writes a table of numbers: the decimal mark, what groups thousands, what stands between
# cells and rows. Not among them: a comma for both the mark and the cells, and what only the mark tells from thousands.
MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (",", "\u00a0"), (",", " "), (",", "'"), (".", "'")]
BETWEEN_CELLS = [" ", "\t", ", ", ",", ";", "; ", "  ", "|", " | ", " ; ", "\t\t"]
BETWEEN_ROWS = ["\n", "\r\n", "; ", ";", ";\n", " \n "]

decimals = st.decimals(-99_999, 99_999, places=3, allow_nan=False).map(float) | st.decimals(-9, 9, places=1).map(float)
matrices = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=4), elements=decimals | st.integers(-9, 9).map(float)
)


def in_style(value, mark, group):
    whole, _, fraction = f"{value + 0.0:,.3f}".rstrip("0").rstrip(".").partition(".")
    return whole.replace(",", group) + (mark + fraction if fraction else "")


@settings(repeatable, max_examples=1500)
@given(matrices, st.sampled_from(MARKS), st.sampled_from(BETWEEN_CELLS), st.sampled_from(BETWEEN_ROWS))
def test_a_table_in_any_style_is_read_as_its_numbers_or_refused(matrix, marks, cells, rows):
    mark, group = marks
    grouped = group and np.abs(matrix).max() >= 1000
    if mark == cells.strip() == "," or cells == rows or cells.strip() == rows.strip() == ";":
        return  # nobody could tell these apart
    if cells.strip() in (";", "|") and (len(matrix) == 1 or "\n" not in rows):
        return  # in a single line they end a row and a slice here
    if grouped and (group == "." and (matrix % 1 == 0).all() or group == cells):
        return  # 1.234 is 1.234 here
    text = rows.join(cells.join(in_style(value, mark, group) for value in row) for row in matrix)
    if grouped and group == " " and not re.search(r"[\t,]", text):
        return  # 1 234 is two numbers here, where nothing speaks of a spreadsheet
    try:
        weights = parse(text)
    except KernelError as refused:
        assert str(refused).endswith(".")
    else:
        np.testing.assert_array_equal(weights, matrix, err_msg=text)


@repeatable
@given(matrices.filter(lambda matrix: matrix.shape[1] > 1), st.sampled_from("\t;"), st.booleans())
def test_a_table_that_csv_writes_is_read(matrix, between, comma):
    if between == ";" and len(matrix) == 1:
        return  # one line between ; is a column here
    file = io.StringIO()
    writer = csv.writer(file, delimiter=between)
    for row in matrix.tolist():
        writer.writerow([str(value).replace(".", ",") if comma else value for value in row])
    text = file.getvalue()
    if comma and all(re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", cell) for cell in re.findall(r"[^\s;]+", text)):
        return  # 1,234 could be a thousand
    np.testing.assert_array_equal(parse(text), matrix)


# --- code and what programs print ---

SOBEL_TEXTS = [
    # NumPy
    "np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])",
    "numpy.array([[1,0,-1],[2,0,-2],[1,0,-1]], dtype=np.float32)",
    "np.asarray([[1, 0, -1], [2, 0, -2], [1, 0, -1]], np.float64)",
    "array([[ 1.,  0., -1.],\n       [ 2.,  0., -2.],\n       [ 1.,  0., -1.]], dtype=float32)",
    "[[ 1  0 -1]\n [ 2  0 -2]\n [ 1  0 -1]]",
    "import numpy as np\n# Sobel\nkernel = np.array([[1, 0, -1],  # the first row\n    [2, 0, -2],\n    [1, 0, -1]])",
    "np.array([1, 0, -1, 2, 0, -2, 1, 0, -1]).reshape(3, 3)",
    "np.array([1, 0, -1, 2, 0, -2, 1, 0, -1], dtype=np.float32).reshape((3, -1))",
    "matrix([[ 1,  0, -1],\n        [ 2,  0, -2],\n        [ 1,  0, -1]])",
    "[array([ 1,  0, -1]), array([ 2,  0, -2]), array([ 1,  0, -1])]",
    "[[np.float64(1.0), np.float64(0.0), np.float64(-1.0)], [np.float64(2.0), np.float64(0.0), np.float64(-2.0)], "
    "[np.float64(1.0), np.float64(0.0), np.float64(-1.0)]]",
    "(1/2) * np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]])",
    "np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]]) / 2",
    "np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]]) * 1/2;",
    "np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]]) * (1 / 2)",
    # PyTorch
    "torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]])",
    "torch.tensor([[1., 0., -1.], [2., 0., -2.], [1., 0., -1.]], dtype=torch.float32, device='cuda:0')",
    "tensor([[ 1.,  0., -1.],\n        [ 2.,  0., -2.],\n        [ 1.,  0., -1.]])",
    "tensor([[[[ 1.,  0., -1.],\n          [ 2.,  0., -2.],\n          [ 1.,  0., -1.]]]], device='cuda:0',\n"
    "       grad_fn=<ConvolutionBackward0>)",
    "Parameter containing:\ntensor([[[[ 1.0000e+00,  0.0000e+00, -1.0000e+00],\n          [ 2.0000e+00,  0.0000e+00, "
    "-2.0000e+00],\n          [ 1.0000e+00,  0.0000e+00, -1.0000e+00]]]], requires_grad=True)",
    "torch.FloatTensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]])",
    "torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]]).float().unsqueeze(0).unsqueeze(0)",
    "kernel = torch.tensor([1., 0., -1., 2., 0., -2., 1., 0., -1.]).view(1, 1, 3, 3)",
    "tensor([[[ 1,  0, -1],\n         [ 2,  0, -2],\n         [ 1,  0, -1]]], dtype=torch.int32, size=(1, 3, 3))",
    # TensorFlow and JAX
    "tf.constant([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=tf.float32)",
    "tf.constant([1, 0, -1, 2, 0, -2, 1, 0, -1], shape=(3, 3))",
    "tf.Tensor(\n[[ 1.  0. -1.]\n [ 2.  0. -2.]\n [ 1.  0. -1.]], shape=(3, 3), dtype=float32)",
    "<tf.Tensor: shape=(3, 3), dtype=float32, numpy=\narray([[ 1.,  0., -1.],\n       [ 2.,  0., -2.],\n"
    "       [ 1.,  0., -1.]], dtype=float32)>",
    "Array([[ 1.,  0., -1.],\n       [ 2.,  0., -2.],\n       [ 1.,  0., -1.]], dtype=float32)",
    # C, C++, C#, Java, JavaScript, Rust
    "{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}}",
    "float k[3][3] = {{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};",
    "static const float k[3][3] = {\n  { 1.0f, 0.0f, -1.0f },\n  { 2.f, 0.f, -2.f }, // middle\n  { 1.F, 0, -1 },\n};",
    "int k[3][3] = {1, 0, -1, 2, 0, -2, 1, 0, -1};",
    "std::vector<std::vector<float>> kernel = {{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};",
    "std::array<std::array<int, 3>, 3> k = {{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}}};",
    "cv::Mat kernel = (cv::Mat_<float>(3, 3) << 1, 0, -1, 2, 0, -2, 1, 0, -1);",
    "double[,] k = new double[,] { { 1, 0, -1 }, { 2, 0, -2 }, { 1, 0, -1 } };",
    "float[][] k = new float[][]{{1f, 0f, -1f}, {2f, 0f, -2f}, {1f, 0f, -1f}};",
    "const k = [[1, 0, -1], [2, 0, -2], [1, 0, -1]];",
    "let k: number[][] = [[1, 0, -1], [2, 0, -2], [1, 0, -1]];",
    "let k: [[f32; 3]; 3] = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]];",
    # Python and JSON
    "((1, 0, -1), (2, 0, -2), (1, 0, -1))",
    "[(1, 0, -1), (2, 0, -2), (1, 0, -1)]",
    "self.kernel: list[list[int]] = [[1, 0, -1], [2, 0, -2], [1, 0, -1],]",
    '{"kernel": [[1, 0, -1], [2, 0, -2], [1, 0, -1]]}',
    # MATLAB and Octave
    "[1 0 -1; 2 0 -2; 1 0 -1]",
    "k = [1, 0, -1; ...\n     2, 0, -2; ...\n     1, 0, -1];",
    "k =\n\n     1     0    -1\n     2     0    -2\n     1     0    -1\n",
    "% Sobel\nk = [1 0 -1\n     2 0 -2\n     1 0 -1]",
    "k =\n\n   1.0e+00 *\n\n    1.0000         0   -1.0000\n    2.0000         0   -2.0000\n"
    "    1.0000         0   -1.0000\n",
    # Mathematica
    "k = {{1, 0, -1}, {2., 0., -2.}, {1, 0, -1}}",
    "1/2 {{2, 0, -2}, {4, 0, -4}, {2.*^0, 0, -2}}",
    "{{2, 0, -2}, {4, 0, -4}, {2, 0, -2}}/2",
    # LaTeX
    r"\begin{bmatrix} 1 & 0 & -1 \\ 2 & 0 & -2 \\ 1 & 0 & -1 \end{bmatrix}",
    "$$ K = \\frac{1}{2} \\begin{pmatrix}\n2 & 0 & -2 \\\\\n4 & 0 & -4 \\\\[2pt]\n2 & 0 & -2 \\\\\n\\end{pmatrix} $$",
    r"\tfrac12 \cdot \left[ \begin{array}{ccc} 2 & 0 & -2 \\ 4 & 0 & -4 \\ \hline 2 & 0 & -2 \end{array} \right]",
    "1 & 0 & -1 \\\\\n2 & 0 & -2 \\\\\n1 & 0 & -1 \\\\",
    "np.matrix('1 0 -1; 2 0 -2; 1 0 -1')",
    "1/2*np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]])",
    "(1/2)*np.array([[2, 0, -2], [4, 0, -4], [2, 0, -2]])",
    "torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=torch.float32)[None, None]",
    "np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])[np.newaxis, np.newaxis, :, :]",
    "tf.constant([[1, 0, -1], [2, 0, -2], [1, 0, -1]])[..., tf.newaxis, tf.newaxis]",
    "tf.constant([1, 0, -1, 2, 0, -2, 1, 0, -1], shape=[3, 3, 1, 1])",
    repr(np.array(SOBEL).reshape(3, 3, 1, 1)),
    f"np.array({np.array(SOBEL).reshape(3, 3, 1, 1).tolist()})",
    "/* Sobel */ float k[3][3] = {{1, 0, -1}, /* middle */ {2, 0, -2}, {1, 0, -1}};",
    "float k[3][3]{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};",
    "int k[3][3]{1, 0, -1, 2, 0, -2, 1, 0, -1};",
    "std::vector<std::vector<int>> k{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};",
    "k := [3][3]float64{\n{1, 0, -1},\n{2, 0, -2},\n{1, 0, -1},\n}",
    "[new Float32Array([1, 0, -1]), new Float32Array([2, 0, -2]), new Float32Array([1, 0, -1])]",
    "k = [2 0 -2; 4 0 -4; 2 0 -2] / 2; % half of it",
    "k = 1/2 .* [2 0 -2; 4 0 -4; 2 0 -2];",
    "[2 0 -2; 4 0 -4; 2 0 -2]./2",
    "k = [1 0 -1 % top\n     % the middle counts twice\n     2 0 -2\n     1 0 -1];",
    "3×3 Matrix{Float64}:\n 1.0  0.0  -1.0\n 2.0  0.0  -2.0\n 1.0  0.0  -1.0",
    "={1,0,-1;2,0,-2;1,0,-1}",
    '"1","0","-1"\n"2","0","-2"\n"1","0","-1"',
    '"1.0";"0.0";"-1.0"\n"2.0";"0.0";"-2.0"\n"1.0";"0.0";"-1.0"',
    r"\begin{bmatrix} 1 & 0 & -\frac{2}{2} \\ 2 & 0 & - \frac21 \\[2pt] + \frac{1}{1} & 0 & -1 \end{bmatrix}.",
    r"\mathbf{G}_x = \begin{bmatrix} +1 & 0 & -1 \\ +2 & 0 & -2 \\ +1 & 0 & -1 \end{bmatrix} * \mathbf{A}",
    r"-\frac{1}{2} \begin{bmatrix}[r] -2 & 0 & 2 \\ -4 & 0 & 4 \\ -2 & 0 & 2 \end{bmatrix}_{3 \times 3}",
    r"\begin{pmatrix} 2 & 0 & -2 \\ 4 & 0 & -4 \\ 2 & 0 & -2 \end{pmatrix} / 2",
    r"\left[\begin{array}{rrr} 2 & 0 & -2 \\ 4 & 0 & -4 \\ 2 & 0 & -2 \end{array}\right] \cdot \frac{1}{2}",
    r"\pmatrix{\phantom{-}1 & 0 & -1 \cr 2 & 0 & -2 \cr 1 & 0 & -1}",
    # Markdown, and other drawings
    "```python\nk = [[1, 0, -1],\n     [2, 0, -2],\n     [1, 0, -1]]\n```",
    "```\n1 0 -1\n2 0 -2\n1 0 -1\n```",
    "| left | middle | right |\n|:--|:-:|--:|\n| 1 | 0 | -1 |\n| 2 | 0 | -2 |\n| 1 | 0 | -1 |",
    "+---+---+----+\n| 1 | 0 | -1 |\n+---+---+----+\n| 2 | 0 | -2 |\n+---+---+----+\n| 1 | 0 | -1 |\n+---+---+----+",
    "| 1 0 -1 |\n| 2 0 -2 |\n| 1 0 -1 |",
    "⎡1  0  -1⎤\n⎢2  0  -2⎥\n⎣1  0  -1⎦",
    "\ufeff1 0 -1\n2 0 -2\n1 0 -1",
    "In [3]: k\nOut[3]: \narray([[ 1,  0, -1],\n       [ 2,  0, -2],\n       [ 1,  0, -1]])",
    "Out[12]: array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])",
    ">>> print(conv.weight)\n[[ 1  0 -1]\n [ 2  0 -2]\n [ 1  0 -1]]",
    ">>> k = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])",
    ">> k\n\nk =\n\n     1     0    -1\n     2     0    -2\n     1     0    -1\n",
    "Sobel:\n1 0 -1\n2 0 -2\n1 0 -1",
    "1 0 -1\n# the middle\n2 0 -2\n// and below\n1 0 -1",
    # Markdown
    "| 1 | 0 | -1 |\n|---|---|----|\n| 2 | 0 | -2 |\n| 1 | 0 | -1 |",
]


@pytest.mark.parametrize("text", SOBEL_TEXTS)
def test_what_programs_print_is_read(text):
    np.testing.assert_array_equal(parse(text), SOBEL)
    np.testing.assert_array_equal(parse("\n" + text.replace("\n", "\r\n") + "\n"), SOBEL)


def test_a_comment_parts_the_numbers_around_it():
    np.testing.assert_array_equal(parse("1/*2*/3"), [[1, 3]])


def test_truths_are_1_and_0():
    np.testing.assert_array_equal(parse(repr(np.eye(2, dtype=bool))), np.eye(2))


SLICES = np.arange(18.0).reshape(3, 2, 3) / 8


@pytest.mark.parametrize("text", [
    repr(SLICES), str(SLICES), repr(SLICES.astype(np.float32)), repr(SLICES[np.newaxis]), json.dumps(SLICES.tolist()),
    str(SLICES.tolist()).replace("[", "(").replace("]", ")"), str(SLICES.tolist()).replace("[", "{").replace("]", "}"),
    f"torch.{repr(SLICES[np.newaxis]).replace('array', 'tensor')}",
    f"[{', '.join(f'np.{slice_!r}' for slice_ in SLICES)}]",
    f"np.array({SLICES.ravel().tolist()}).reshape(1, 3, 2, 3)",
])  # fmt: skip
def test_three_slices_are_read(text):
    np.testing.assert_array_equal(parse(text), SLICES)


@repeatable
@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=3, max_side=3), elements=st.floats(-1e9, 1e9)))
def test_numpy_prints_what_is_read(weights):
    with np.printoptions(precision=17, floatmode="unique"):
        expected = weights[0] if weights.ndim == 3 and len(weights) == 1 else weights
        for text in (repr(weights), str(weights), f"torch.tensor({weights.tolist()})", repr(weights[np.newaxis])):
            np.testing.assert_array_equal(parse(text), expected)


@pytest.mark.parametrize(("text", "words"), [
    ("np.ones((3, 3)) / 9", "Row 1, column 1: “np.ones(” is not worked out here; paste the numbers that it gives."),
    ("__import__('os').system('true')", "Row 1, column 1: “__import__(” is not worked out here"),
    ("np.array([[1, 2], [3, f(4)]])", "Row 2, column 2: “f(” is not worked out here"),
    ("np.array([[1, 2], [3, 4]]).T", "“.T” is not worked out here; paste the numbers that it gives."),
    ("[1 2; 3 4]'", "“'” is not worked out here; paste the numbers that it gives."),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^T", "“^T” is not a number"),
    (r"\begin{bmatrix} 1 & 2 \end{bmatrix} / x", "“/” is not a number"),
    (r"\frac{1}{2} - \frac{1}{3} & 1", "Row 1, column 2: “-” is not a number"),
    (r"1 - \frac13 & 1", "Row 1, column 2: “-” is not a number"),
    ("'1,5','2,5'", "Row 1, column 1: the comma in “1,5”"),
    ("1'000 5 2'000", "Row 1, column 1: “1'000” is not a number"),
    (">>> k\n1 2\n>>> m\n3 4 5", "Row 2 ends at column 3"),
    ("In [1]: 1 + 1", "“+” is not a number"),
    ("1 2\n+\n3 4", "Row 2, column 1: “+” is not a number"),
    ("10 % 20 %", "Row 1, column 2: “%” is not a number"),
    ("np.ndarray((2, 2))", "“np.ndarray(” is not worked out here"),
    ("tf.constant([1, 2, 3, 4], shape=(2, 1, 1, 2))", "There are 2 filters here; a kernel is one of them: paste one."),
    ("np.array([[1, 2], [3, 4]]).dot(2)", "“.dot(” is not worked out here"),
    ("np.array([[1.5, 2], [3, 4]]).astype(int)", "“.astype(” is not worked out here"),
    ("[[1 2 3 ... 4 5 6]]", "Row 1, column 4: “...” stands for numbers that were left out; paste all of them."),
    ("tensor([[ 0.1,  0.2,  ...,  0.3]])", "Row 1, column 3: “...” stands for numbers"),
    ("[[1 2]\n ...\n [3 4]]", "Row 2, column 1: “...” stands for numbers"),
    ("np.array([[1, 2], [3]])", "Row 2 ends at column 1; the first row ends at column 2."),
    ("tensor([[1., nan]])", "Row 1, column 2: “nan” is not a number"),
    ("tensor([[1.], [-inf]])", "Row 2, column 1: “-inf” is not a number"),
    ("{{1, 2}, {3, 1e308}}", "Row 2, column 2: “1e308” is too large; weights go up to 1,000,000,000."),
    ("np.array([[1, 2], [3, 4]]", "There is a ( that is never closed."),
    ("np.array([[1, 2], [3, 4)]", "There is a ) where a ] should be."),
    ("array([[[[1]]], [[[2]]]])", "There are 2 filters here; a kernel is one of them: paste one."),
    ("float k[3][3] = {1, 2, 3, 4};", "The text says 3 × 3 numbers, but it holds 4."),
    ("np.array([1, 2, 3, 4]).reshape(3, -1)", "The text says 3 × 1 numbers, but it holds 4."),
    ("np.array([1, 2, 3, 4]).reshape(0, -1)", "The text says 0 × −1 numbers, but it holds 4."),
    ("k 1 2 = 3", "Row 1, column 1: “k” is not a number"),
    ("[[1, 2]] / 9 / 2", "is not a number"),
    ("{1: 2}", "Row 1, column 1: “1:” is not a number"),
    (r"\begin{bmatrix} 1 & \alpha \end{bmatrix}", r"Row 1, column 2: “\alpha” is not a number"),
    ("tf.Tensor([1 2], shape=(2,), dtype=int32) + 1", "“+” is not a number"),
])
def test_what_is_not_all_there_is_refused(text, words):
    with pytest.raises(KernelError) as refused:
        parse(text)
    assert words in str(refused.value) and str(refused.value).endswith(".")


PIECES = (
    "0 1 2 . , ; | / * ( ) [ ] { } \\ & % # < > = ' \" : \n \t array( np. tensor( dtype= shape=( .reshape( \\frac{ "
    "\\begin{b} \\end{b} \\\\ ... nan f( float k[2][2]= 0,5 1,234 -"
).split(" ")


@settings(repeatable, max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_gives_a_kernel_or_a_refusal(text):
    try:
        weights = parse(text)
    except KernelError as refused:
        assert str(refused).endswith(".")
    else:
        assert weights.ndim in (2, 3) and np.isfinite(weights).all()

"""What other programs print of a kernel, in the brackets and blanks that `parse` reads. Nothing is evaluated.

NumPy, PyTorch, TensorFlow and JAX in code and as they print; lists and tuples of Python, JSON and JavaScript; C, C++,
C# and Java; MATLAB and Octave; Mathematica; LaTeX. Names, types and settings around the numbers are left out, and
sizes that stand beside a flat list give it its rows. What would have to be worked out is left for `parse` to refuse.
"""

from __future__ import annotations

import re
from itertools import islice
from math import prod

from cnnviz.errors import KernelError
from cnnviz.kernels.weights import LARGEST, SLICES
from cnnviz.numbers import grouped, times

# ++ and *+ never give a digit back, so that a row of 20,000 digits is not tried 20,000 times
NUMBER = r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
_FOREIGN = re.compile(
    r"[(){}=&\\#%\"'<>`]|/[/*]|\.[*/]|\+[-=]|[A-Za-z]{2}|[0-9.][fFlLdD]|\[\s*+\[\s*+\[\s*+\[|\]\s*+[*/]"
)
# What says nothing of the numbers: looked for only where its sign is in the text.
_LEFT_OUT = tuple(
    (sign, re.compile(pattern, re.M))
    for sign, pattern in (
        ("", r"^[ \t]*+(?:import|from|using|%)[^\n]*+\n?"),
        # A prompt, with its line where that only names what is printed below.
        (":", r"^[ \t]*+(?:In \[[0-9]++\]:[ \t]*+(?:[\w.]++(?:\([\w.]*+\))?[ \t]*+\n)?|Out\[[0-9]++\]:)\s*+"),
        (">>", r"^[ \t]*+>>>?(?!>)[ \t]*+(?:[A-Za-z_][\w.]*+(?:\([\w.]*+\))?[ \t]*+\n)?"),
        ("`", r"^[ \t]*+```[^\n]*+\n?"),  # the fence of code in Markdown
        ("+", r"^[ \t]*+\+[-=][-=+]*+[ \t]*+(?:\n|\Z)"),  # the rule of a table in signs
        ("#", r"^[ \t]*+#[^\n]*+\n?|(?<=[\s,;)\]}])#[^\n]*+"),
        ("//", r"^[ \t]*+//[^\n]*+\n?|(?<=[\s,;)\]}])//[^\n]*+"),
        ("/*", r"/\*[^*]{0,300}+\*+/"),
        ("%", r"(?:(?<=[;\])])[ \t]*+%|[ \t]%[ \t]*+(?=[A-Za-z]))[^\n]*+"),
        ("<tf.", r"\A\s*+<tf\.[^\n]{1,200}?numpy=|>\s*+\Z"),
        (":", r"[\"'][^\"'\n]{1,50}+[\"']\s*+:"),  # a key of JSON
        ("new", r"\bnew\s++(?:\w++\s*+(?:\[[0-9\s,]*+\]\s*+)+|(?=\w++\())"),  # Java and C#, JavaScript
        ("", r"(?<=[)\]])\[[\s,:.]*+(?:(?:\w++\.)?(?:None|newaxis)[\s,:.]*+)++\]"),  # more axes of one
        ("", r"(?<![0-9])\.(?=[*/])"),  # MATLAB's .* and ./
        ("", r"(?<=[0-9.])[fFlLdD](?![\w.])"),  # 1.0f
    )
)
_HEADING = re.compile(r"\s*+(?:[0-9]{1,2}[×x][0-9]{1,2}\s++)?[A-Za-z_][\w .-]{0,60}+(?:\{[\w, ]++\})?:(?![:=])")
_QUOTED = re.compile(r"(?<![\w.\])])([\"'])([^\"'A-Za-z()\[\]{}\n]++)\1(?!\w)")
_CONTINUED = re.compile(r"(?<=[;,])[ \t]*+\.\.\.[ \t]*+(?=\n)")  # MATLAB
_IN_PARENTHESES = re.compile(rf"(?<![\w.])\(\s*+({NUMBER}(?:\s*+/\s*+{NUMBER})?)\s*+\)")
_GIVEN_TO = re.compile(r"\s*+(?=[A-Za-z_\\])([^=(){}\"'\n]{1,200}+)=(?!=)")
# float k[2][2]{{1, 2}, {3, 4}}
_BRACED = re.compile(r"\s*+((?:\[[0-9]*+\])*+[A-Za-z_][\w:<>,\s]{0,200}+(?:\[[0-9]*+\])*+)\s*+(?=\{)")
_MAT = re.compile(r"(\(?)(?:cv::)?Mat_\s*+<\s*+\w++\s*+>\s*+\(\s*+([0-9]{1,2}+)\s*+,\s*+([0-9]{1,2}+)\s*+\)\s*+<<")
_SETTING = re.compile(r"[A-Za-z_]\w*+\s*+=|(?:[A-Za-z_]\w*+\.)?(?:float|int|uint|double|half)\w*+\s*+[,)]")
_SHAPE = re.compile(r"\b(?:shape|size)\s*+=\s*+[(\[]([0-9,\s]*+)[)\]]")
_BEHIND = re.compile(rf"\]\s*+(\*\s*+{NUMBER}(?:\s*+/\s*+{NUMBER})?|/\s*+{NUMBER})[\s;]*+\Z")
_ALONE = re.compile(r"\[\s*+\[\s*+([^\s,\[\]]++)\s*+,?\s*+\]\s*+,?\s*+\]")  # [[1]]
_TWO_IN_A_ROW = re.compile(r"\[\s*+[^\s,\[\]]++[\s,]++[^\s,\[\]]")
_BEHIND_LATEX = re.compile(
    rf"\\end\s*+\{{\w++\*?\}}\s*+(?:\*\s*+({NUMBER}(?:\s*+/\s*+{NUMBER})?)|/\s*+({NUMBER}))[\s.,;$]*+(?:\\[\])]\s*+)?\Z"
)
_TOKEN = re.compile(r"\s+|[()\[\]{},;|=*]|[^\s()\[\]{},;|=*]+")
_NAME = re.compile(r"(?:[A-Za-z_]\w*(?:\.|::))*([A-Za-z_]\w*)")
_METHOD = re.compile(r"\.(\w+)")

# Functions that hand on what they are given: many numbers, or one.
_ARRAYS = {"array", "asarray", "matrix", "mat", "as_tensor", "constant", "parameter", "variable"}
_ONE = re.compile(r"(?:float|bfloat|u?int|double|half|long)(?:8|16|32|64)?(?:_|array)?")
# Methods after which the numbers are what they were; those of the second kind say in which rows they stand.
_SAME = {"float", "double", "half", "astype", "to", "type", "cpu", "cuda", "numpy", "detach", "clone", "copy",
         "contiguous", "squeeze", "unsqueeze", "tolist", "requires_grad_"}  # fmt: skip
_SIZED = {"reshape", "view"}
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_MOST_BRACKETS = 2 * SLICES * (2 + LARGEST)
_MOST_TOKENS = 6000  # more than the largest kernel takes when each number stands in a call of its own


def plain(text: str) -> str:
    """The numbers of a printed kernel with nothing but brackets, separators and a factor around them.

    Raises KernelError for brackets that do not match, several filters, and sizes that are not those of the numbers.
    """
    if not _FOREIGN.search(text):
        return text
    if "\\" in text or "&" in text:
        text = _from_latex(text)
    for sign, pattern in _LEFT_OUT:
        if sign in text:
            text = pattern.sub(" " if sign == "/*" else "", text)
    text = _QUOTED.sub(r" \2 ", _CONTINUED.sub("", text.replace("*^", "e")))
    text = re.sub(r"\b(?:True|False)\b", lambda found: str(int(found[0] == "True")), text)
    sizes: list[int] = []
    for declared in (_GIVEN_TO, _BRACED):
        if (found := declared.match(text)) and not _has_number(found[1]):
            sizes = sizes or [int(size) for size in re.findall(r"\[\s*([0-9]{1,3})\s*\]", found[1])]
            text = text[found.end() :]
    text = text.lstrip().removeprefix("=")  # of a spreadsheet
    if found := _HEADING.match(text):
        text = text[found.end() :]
    if found := _MAT.search(text):
        sizes = [int(found[2]), int(found[3])]
        end = text.rfind(")") if found[1] else len(text)
        text = f"{text[: found.start()]}{{{text[found.end() : end]}}}{text[end + 1 :]}"
    if re.search(r"[(){}]|\]\s*\.", text):
        text, told = _in_brackets(_IN_PARENTHESES.sub(r"\1", text))
        sizes = told or sizes
    text = _as_one_filter(text)
    if found := _BEHIND.search(text):
        factor = found[1][1:].strip() if found[1][0] == "*" else f"1/{found[1][1:].strip()}"
        text = f"{factor} * {text[: found.start() + 1]}"
    return _in_rows(text, sizes) if len(sizes) > 1 else text


def _has_number(declared: str) -> bool:
    """Whether a number stands by itself in what is before an =, in front of the brackets of a type."""
    return re.search(r"(?<![\w.])[0-9]", re.split(r"[\[<]", declared)[0]) is not None


_FRACTION = re.compile(
    r"(?:([+-])\s*+)?(?:\\[tdc]?frac\s*+\{([^{}]*+)\}\s*+\{([^{}]*+)\}|\\[td]?frac\s*+([0-9])\s*+([0-9]))"
)
_CELL_BEGINS = re.compile(r"(?:\A|[&$=]|\\\\|\\begin\s*+\{\w++\*?\})(?:\s*+\{[lcr|\s]*+\}|\s*+\[\w++\])?\s*+\Z")
# ... * A of a formula, and the point or comma behind it
_WITH_THE_PICTURE = re.compile(
    r"(\\end\s*+\{\w++\*?\})\s*+(?:(?:\*|\\ast|\\star|\\otimes)\s*+(?:\\\w++\s*+\{\w\}|[A-Za-z]))?[\s.,;$]*+(?:\\[\])]\s*+)?\Z"
)


def _sign(found: re.Match[str]) -> str:
    """The sign of a fraction where a cell begins with it; between two numbers it would have to be worked out."""
    if not found[1]:
        return ""
    return found[1] if _CELL_BEGINS.search(found.string, max(0, found.start() - 60), found.start()) else f"{found[1]} "


def _from_latex(text: str) -> str:
    r"""1 & 0 \\ 0 & 1 within any \begin and \end as cells between tabs, rows between ;, matrices between |."""
    text = re.sub(r"(?<!\\)%[^\n]*+", "", text).replace("\n", " ").replace("{,}", ",")
    text = re.sub(r"\\[hv]?phantom\s*+\{[^{}]*+\}", "", text)
    text = _FRACTION.sub(lambda found: f" {_sign(found)}{found[2] or found[4]}/{found[3] or found[5]} ", text)
    text = re.sub(r"(\\end\s*+\{\w++\*?\})\s*+(?:_\s*+\{[^{}]*+\}|_\w)", r"\1", text)  # its size
    text = _WITH_THE_PICTURE.sub(r"\1", text)
    text = re.sub(r"\\end\s*+\{\w++\*?\}[\s,]*+\\begin", r" | \\begin", text)
    text = re.sub(r"(?<=[0-9.])\s*+(?=\\left|\\begin)", " * ", text)
    text = re.sub(r"\\begin\s*+\{\w++\*?\}(?:\s*+\{[lcr|\s]*+\}|\s*+\[[lcr]\])?", " ", text)
    text = re.sub(r"\\(?:left|right)\s*+\\?[\[\](){}|.]", " ", text)
    text = re.sub(r"\\(?:cdot|times|ast)\b", "*", text)
    if found := _BEHIND_LATEX.search(text):
        text = f"{found[1] or f'1/{found[2]}'} * {text[: found.start()]}"
    text = re.sub(r"\\end\s*+\{\w++\*?\}", "\n", text)  # what else stands behind is none of its last cell
    text = re.sub(r"\\\\+(?:\s*+\[[0-9.]++\s*+[a-z]{2}\])?|\\cr\b", ";", text)
    text = re.sub(r"\\(?:hline|displaystyle|q?quad|[bpvBV]?matrix)\b|\\[,;:! \[\]()]|[{}$]", " ", text)
    return text.replace("&", "\t")


def _in_brackets(text: str) -> tuple[str, list[int]]:
    """Every bracket as [ or ], calls without their names and settings; and the sizes that one of them says."""
    found, sizes, closes = [], [], []  # type: list[str], list[int], list[tuple[str, bool]]
    tokens = list(islice(_TOKEN.finditer(text), _MOST_TOKENS))
    at, brackets = 0, 0
    while at < len(tokens):
        token = tokens[at][0]
        at += 1
        calls = at < len(tokens) and tokens[at][0] == "("
        if calls and (name := _NAME.fullmatch(token)):
            if not _hands_on(name[1].lower()):
                return "".join([*found, token, "( "]), sizes  # the rest is not looked at: this is refused
            closes.append((")", False))
            at += 1
        elif calls and (name := _METHOD.fullmatch(token)):
            end = _end_of_call(tokens, at + 1)
            given = text[tokens[at].end() : tokens[end - 1].start()]
            if name[1] not in _SAME | _SIZED or "int" in given:
                return "".join([*found, token, "( "]), sizes
            if name[1] in _SIZED:
                sizes = [int(size) for size in re.findall(r"-?[0-9]{1,3}", given)]
            at = end
        elif token in _CLOSES:
            closes.append((_CLOSES[token], True))
            found.append("[")
            brackets += 1
            if brackets > _MOST_BRACKETS:
                break
        elif token in (")", "]", "}"):
            expected, shown = closes.pop() if closes else (token, True)
            if token != expected:
                raise KernelError(f"There is a {token} where a {expected} should be.")
            found.append("]" if shown else "")
        elif token == "," and closes and not closes[-1][1] and _is_setting(text, tokens, at):
            end = _end_of_call(tokens, at)
            if shape := _SHAPE.search(text, tokens[at].start(), tokens[end - 1].end()):
                sizes = [int(size) for size in re.findall(r"[0-9]{1,3}", shape[1])]
            at = end - 1  # its ) comes next
        else:
            found.append(token)
    if at < len(tokens) or len(tokens) == _MOST_TOKENS:
        found.append(text[tokens[at - 1].end() :])  # far more than a kernel has: the reader refuses it
    elif closes and closes[-1] == (")", False):
        raise KernelError("There is a ( that is never closed.")
    return "".join(found), sizes


def _is_setting(text: str, tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a call's settings begin at a token, or behind it where that is a blank."""
    at += at < len(tokens) and tokens[at][0].isspace()
    return at < len(tokens) and _SETTING.match(text, tokens[at].start()) is not None


def _hands_on(name: str) -> bool:
    return name in _ARRAYS or name.endswith("tensor") or _ONE.fullmatch(name) is not None


def _end_of_call(tokens: list[re.Match[str]], at: int) -> int:
    """The place behind the ) that closes a call of which `at` is inside."""
    depth = 1
    while at < len(tokens) and depth:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(tokens[at][0], 0)
        at += 1
    if depth:
        raise KernelError("There is a ( that is never closed.")
    return at


def _as_one_filter(text: str) -> str:
    """Of a filter in brackets four deep, (1, C, H, W) as layers hold it, those of its slices; and (H, W, 1, 1), as
    TensorFlow's do, in brackets two deep."""
    if "[[[[" not in re.sub(r"\s+", "", text[: text.find("]")]) or text.count("[") > _MOST_BRACKETS:
        return text
    first = text.index("[")
    depth, last = 0, len(text)
    children = 0
    for found in re.finditer(r"[\[\]]", text[first:]):
        depth += 1 if found[0] == "[" else -1
        children += depth == 2 and found[0] == "["
        if depth == 0:
            last = first + found.start()
            break
    if children > 1:
        narrow = _ALONE.sub(r" \1 ", text)
        rows = narrow[narrow.index("[") + 1 :]
        if "[" not in re.sub(r"\[[^\[\]]*+\]", "", rows) and _TWO_IN_A_ROW.search(rows):
            return narrow
        raise KernelError(f"There are {children} filters here; a kernel is one of them: paste one.")
    return f"{text[:first]}{text[first + 1 : last]}{text[last + 1 :]}"


def _in_rows(text: str, sizes: list[int]) -> str:
    """A flat list in the rows, and slices, that its sizes say. Lists within lists say it themselves."""
    first, last = text.find("["), text.rfind("]")
    inside = text[first + 1 : last]
    if first < 0 or "[" in inside:
        return text
    cells = re.findall(r"[^\s,;|]+", inside)
    known = -prod(sizes)
    if -1 in sizes and known > 0:
        sizes = [size if size > 0 else len(cells) // known for size in sizes]
    if sizes[2:] == [1, 1] and min(sizes) == 1 < min(sizes[:2]):  # TensorFlow's order
        sizes = sizes[:2]
    if min(sizes) > 0 and prod(sizes) == len(cells) and (filters := prod(sizes[:-3])) > 1:
        raise KernelError(f"There are {filters} filters here; a kernel is one of them: paste one.")
    if min(sizes) < 1 or prod(sizes) != len(cells):
        raise KernelError(f"The text says {times(*sizes)} numbers, but it holds {grouped(len(cells))}.")
    width, height = sizes[-1], sizes[-2]
    rows = [" ".join(cells[at : at + width]) for at in range(0, len(cells), width)]
    slices = ["; ".join(rows[at : at + height]) for at in range(0, len(rows), height)]
    return text[:first] + " | ".join(slices) + text[last + 1 :]

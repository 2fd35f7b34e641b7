"""The named kernels, each with its source and what it finds, built at any size at which it has a meaning."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import amount, number_of, told, whole
from cnnviz.errors import KernelError, SettingError
from cnnviz.kernels.weights import LARGEST, Weights, checked_size, fitted, quoted
from cnnviz.numbers import times
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Sizes:
    """At which sizes a kernel has a meaning: what it needs, in words, and as a test of (height, width)."""

    needs: str
    allow: Callable[[int, int], bool]


@checked
@dataclass(frozen=True, repr=False)
class Kernel:
    """A named kernel. `named(key, kernel_size)` gives its weights.

    key     short and safe in a URL: "sobel-x"
    name    as a page writes it: "Sobel, left to right"
    source  author, work, year
    finds   one plain line on what it finds
    scales  one plain line on how it grows with K, or that it does not
    sizes   the sizes at which it has a meaning; `sizes.needs` says so in words
    takes   the settings it has besides its size: "angle", "seed"; "channels" where it has a slice for each channel
    """

    key: str
    name: str
    source: str
    finds: str
    scales: str
    sizes: Sizes
    build: Callable[..., NDArray[Any]]
    takes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Kernel({self.key!r}: {self.finds})"

    def allows(self, kernel_size: int | tuple[int, int]) -> bool:
        """Whether the kernel has a meaning at this size. Raises SettingError for what is no size."""
        height, width = checked_size(kernel_size)
        return max(height, width) <= LARGEST and self.sizes.allow(height, width)

    def nearest(self, kernel_size: int | tuple[int, int]) -> list[tuple[int, int]]:
        """The sizes (height, width) closest to this one that work; squares for a square."""
        height, width = checked_size(kernel_size)
        sides = range(1, LARGEST + 1)
        distances = {
            (rows, columns): abs(rows - height) + abs(columns - width)
            for rows in sides for columns in sides
            if self.sizes.allow(rows, columns) and (rows == columns or height != width)
        }
        closest = min(distances.values())
        return [size for size, distance in distances.items() if distance == closest]


def named(
    key: str, kernel_size: int | tuple[int, int], *, angle: float = 45.0, seed: int = 0, channels: int = 1
) -> Weights:
    """The weights of one of `KERNELS`: float64 (kH, kW), as cross-correlation applies them.

    kernel_size  K, or (kH, kW), 1 to 15 each
    angle        of the Gabor's bars in degrees, counter-clockwise from lying flat: 45 rises to the right
    seed         of the random kernel, 0 to 2**32 - 1; the same seed gives the same weights everywhere
    channels     of the picture, 1 or 3. The random kernel has a slice for each of three, (3, kH, kW), drawn by itself;
                 every other is one slice for all, which `over_rgb` spreads

    Raises KernelError for an unknown key, and a size at which the kernel has no meaning, naming sizes
    that work; SettingError for what is no size, no angle, no seed or no number of channels.
    """
    if not isinstance(key, str) or key not in KERNELS:
        raise KernelError(f"There is no kernel called {quoted(key)}; there are {', '.join(KERNELS)}.")
    kernel = KERNELS[key]
    height, width = checked_size(kernel_size)
    if not kernel.allows((height, width)):
        working = " or ".join(times(rows, columns) for rows, columns in kernel.nearest((height, width)))
        too_large = f"kernels have at most {LARGEST} rows and columns"
        needs = too_large if max(height, width) > LARGEST else kernel.sizes.needs
        size = f"{amount(height)} × {amount(width)}"
        raise KernelError(f"“{kernel.name}” has no {size} form: {needs}. Nearest: {working}.")
    if whole(channels, "channels", 1) not in (1, 3):
        raise SettingError(f"channels is {told(channels)}; a picture has 1, or 3: red, green and blue.")
    settings: dict[str, Any] = {"angle": angle, "seed": seed, "channels": channels}
    weights = kernel.build(height, width, **{name: settings[name] for name in kernel.takes})
    return weights.astype(np.float64)


def _identity(height: int, width: int) -> NDArray[Any]:
    return fitted([[1.0]], (height, width))


def _box(height: int, width: int) -> NDArray[Any]:
    return np.full((height, width), 1 / (height * width))


def _binomial(size: int) -> NDArray[np.int64]:
    """Row size - 1 of Pascal's triangle: 1; 1 1; 1 2 1; ... A Gaussian of variance (size - 1) / 4."""
    return np.array([math.comb(size - 1, k) for k in range(size)])


def _bell(size: int) -> Weights:
    """A Gaussian over `size` pixels, summing to 1."""
    if size <= 5:
        return _binomial(size) / 2 ** (size - 1)
    sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    weights: Weights = np.exp(-(_offsets(size) ** 2) / (2 * sigma**2))
    return weights / weights.sum()


def _gaussian(height: int, width: int) -> NDArray[Any]:
    return np.outer(_bell(height), _bell(width))


def _sharpen(height: int, width: int) -> NDArray[Any]:
    if (height, width) == (3, 3):
        return _identity(3, 3) - _laplacian(3, 3)
    return 2 * _identity(height, width) - _gaussian(height, width)


def _sobel_x(height: int, width: int) -> NDArray[Any]:
    slope = np.convolve(_binomial(width - 1), [-1, 1])
    return np.outer(_binomial(height), slope)


def _turned(build: Callable[[int, int], NDArray[Any]]) -> Callable[[int, int], NDArray[Any]]:
    """From top to bottom what a kernel does from left to right."""
    return lambda height, width: build(width, height).T


def _scharr_x(height: int, width: int) -> NDArray[Any]:
    return fitted([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]], (height, width))


def _prewitt_x(height: int, width: int) -> NDArray[Any]:
    """The smallest whole numbers in proportion to the distance from the middle: -1 1; -1 0 1; -3 -1 1 3; ..."""
    distances = _offsets(width) if width % 2 else 2 * _offsets(width)
    return np.outer(np.ones(height), distances)


def _diagonal(height: int, width: int) -> NDArray[Any]:
    return np.add.outer(_offsets(height), _offsets(width))


def _laplacian(height: int, width: int) -> NDArray[Any]:
    """The 3 x 3 Laplacian of a binomial blur: whole numbers over a power of 4, so that the sum is exactly 0.

    It answers exactly 2 on x^2. The Laplacian of a true Gaussian, sampled, differs by some 10 percent
    of its peak at 15 x 15 and by more below.
    """
    smooth = np.outer(_binomial(height - 2), _binomial(width - 2))
    weights = np.zeros((height, width), dtype=np.int64)
    for row, column, weight in ((0, 1, 1), (1, 0, 1), (1, 1, -4), (1, 2, 1), (2, 1, 1)):
        weights[row : row + height - 2, column : column + width - 2] += weight * smooth
    return weights / smooth.sum()


def _emboss(height: int, width: int) -> NDArray[Any]:
    return fitted([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], (height, width))


def _outline(height: int, width: int) -> NDArray[Any]:
    return height * width * _identity(height, width) - 1


def _cross(height: int, width: int) -> NDArray[Any]:
    diagonal = np.eye(height)
    return np.maximum(diagonal, diagonal[::-1])


def _gabor(height: int, width: int, angle: float) -> NDArray[Any]:
    """exp(-(u^2 + v^2 / 4) / (2 sigma^2)) cos(2 pi u / wavelength), u across the bars and v along them.

    The sum is brought to 0 by lowering the wave under its envelope, and the positive weights to a
    sum of 1, so that on a picture in [0, 1] the answers lie in [-1, 1].
    """
    degrees = number_of(angle)
    if degrees is None or not math.isfinite(degrees):
        raise SettingError(f"The angle is {quoted(angle)}; it must be a number of degrees, such as 45.")
    side = min(height, width)
    wavelength, sigma = 2 * side / 3, side / 4
    turn = math.radians(degrees % 180)
    y, x = np.meshgrid(_offsets(height), _offsets(width), indexing="ij")  # y points down
    across = x * math.sin(turn) + y * math.cos(turn)
    along = x * math.cos(turn) - y * math.sin(turn)
    envelope = np.exp(-(across**2 + along**2 / 4) / (2 * sigma**2))
    wave = np.cos(2 * np.pi * across / wavelength)
    weights = envelope * (wave - np.sum(envelope * wave) / np.sum(envelope))
    return weights / weights[weights > 0].sum()


def _random(height: int, width: int, seed: int, channels: int) -> NDArray[Any]:
    """Uniform in +-1 / sqrt(C kH kW), rounded to four decimals so that the numbers shown are the numbers used.

    RandomState, for its stream is frozen (NEP 19) and a copied link must give the same kernel in years.
    """
    if whole(seed, "seed", 0) >= 2**32:
        raise SettingError(f"The seed is {told(seed)}; it must be at most {2**32 - 1}.")
    bound = 1 / math.sqrt(channels * height * width)
    draws = np.random.RandomState(seed).uniform(-bound, bound, (channels, height, width))
    weights = np.round(draws, 4) + 0.0  # + 0.0: no negative zero
    return weights if channels > 1 else weights[0]


def _offsets(size: int) -> Weights:
    """How far each position lies from the middle: -1, 0, 1 of 3; -0.5, 0.5 of 2."""
    return np.arange(size, dtype=np.float64) - (size - 1) / 2


_ANY = Sizes("any size", lambda height, width: True)
_FROM_2 = Sizes("it needs at least 2 rows and 2 columns", lambda height, width: min(height, width) >= 2)
_FROM_3 = Sizes("it needs at least 3 rows and 3 columns", lambda height, width: min(height, width) >= 3)
_ODD = Sizes("it needs odd sizes, for a middle pixel, and neighbours to compare it with",
             lambda height, width: height % 2 == width % 2 == 1 and height * width > 1)
_ACROSS = Sizes("it needs at least 2 columns to compare left with right", lambda height, width: width >= 2)
_DOWN = Sizes("it needs at least 2 rows to compare above with below", lambda height, width: height >= 2)
_SQUARE = Sizes("two diagonals from corner to corner need a square, at least 2 × 2",
                lambda height, width: height == width >= 2)

_EVEN = "; at even sizes the answer belongs to the corner between four pixels."
_SOBEL = ("I. Sobel and G. Feldman, A 3x3 Isotropic Gradient Operator for Image Processing (talk, Stanford, 1968); "
          "larger: P.-E. Danielsson and O. Seger, Generalized and Separable Sobel Operators (1990)")
_SOBEL_SCALES = ("Sobel's grid is 3 × 3; others smooth along the edge with a row of Pascal's triangle and take "
                 "differences of the row before it across the edge" + _EVEN)
_SCHARR = "H. Scharr, Optimale Operatoren in der digitalen Bildverarbeitung (thesis, Heidelberg, 2000)"
_SCHARR_SCALES = ("Scharr tuned these numbers for 3 × 3 and they do not grow; a larger window carries them in its "
                  "middle, in zeros.")
_PREWITT = "J. M. S. Prewitt, Object Enhancement and Extraction (1970)"
_PREWITT_SCALES = ("Prewitt's grid is 3 × 3; others weigh a pixel by its distance from the middle, in whole numbers, "
                   "so that the answer is in proportion to the slope of the plane that fits the window best" + _EVEN)
_POWELL = "V. Powell, Image Kernels Explained Visually (Setosa, about 2015)"

KERNELS: dict[str, Kernel] = {kernel.key: kernel for kernel in (
    Kernel(
        "identity", "Identity",
        "the unit impulse, known as Kronecker's delta",
        "Nothing: it copies the picture.",
        "A 1 in the middle, or just before it where the size is even.",
        _ANY, _identity,
    ),
    Kernel(
        "box-blur", "Box blur",
        "the moving average; M. J. McDonnell, Box-Filtering Techniques (1981)",
        "The mean of everything in the window: fine detail goes, and the blur is a little boxy.",
        "Every weight is 1 over their number.",
        _ANY, _box,
    ),
    Kernel(
        "gaussian-blur", "Gaussian blur",
        "B. Jähne, Digital Image Processing (1991) for the binomial weights; OpenCV's getGaussianKernel for sigma",
        "A soft mean that trusts the middle most: fine detail and noise go, without a boxy look.",
        "Up to 5, Pascal's triangle (1 2 1, 1 4 6 4 1); from 6, the bell curve with "
        "sigma = 0.3((K - 1)/2 - 1) + 0.8.",
        _ANY, _gaussian,
    ),
    Kernel(
        "sharpen", "Sharpen",
        "R. C. Gonzalez and R. E. Woods, Digital Image Processing (2002): Laplacian sharpening and unsharp masking",
        "Every difference between a pixel and those around it, added on top of the picture.",
        "3 × 3 is the picture minus its Laplacian; every other size is twice the picture minus its Gaussian blur.",
        _ODD, _sharpen,
    ),
    Kernel(
        "sobel-x", "Sobel, left to right", _SOBEL,
        "Upright edges: positive where it gets brighter to the right, negative where it gets darker.",
        _SOBEL_SCALES, _ACROSS, _sobel_x,
    ),
    Kernel(
        "sobel-y", "Sobel, top to bottom", _SOBEL,
        "Level edges: positive where it gets brighter downwards, negative where it gets darker.",
        _SOBEL_SCALES, _DOWN, _turned(_sobel_x),
    ),
    Kernel(
        "scharr-x", "Scharr, left to right", _SCHARR,
        "Upright edges, as Sobel does, but truer to the direction of slanted ones.",
        _SCHARR_SCALES, _FROM_3, _scharr_x,
    ),
    Kernel(
        "scharr-y", "Scharr, top to bottom", _SCHARR,
        "Level edges, as Sobel does, but truer to the direction of slanted ones.",
        _SCHARR_SCALES, _FROM_3, _turned(_scharr_x),
    ),
    Kernel(
        "prewitt-x", "Prewitt, left to right", _PREWITT,
        "Upright edges, every row of the window counting the same.",
        _PREWITT_SCALES, _ACROSS, _prewitt_x,
    ),
    Kernel(
        "prewitt-y", "Prewitt, top to bottom", _PREWITT,
        "Level edges, every column of the window counting the same.",
        _PREWITT_SCALES, _DOWN, _turned(_prewitt_x),
    ),
    Kernel(
        "diagonal-edge", "Diagonal edge",
        "G. S. Robinson, Edge Detection by Compass Gradient Masks (1977)",
        "Slanted edges: positive where it gets brighter towards the lower right.",
        "The weights are how far a pixel lies to the right of the middle plus how far below it" + _EVEN,
        _FROM_2, _diagonal,
    ),
    Kernel(
        "laplacian", "Laplacian",
        "D. Marr and E. Hildreth, Theory of Edge Detection (1980)",
        "Spots and both sides of every edge, in all directions alike: how far the surroundings outshine a pixel.",
        "3 × 3 is the plain Laplacian; larger ones take it of the picture blurred by Pascal's triangle of K − 2 "
        "(sigma = sqrt(K - 3)/2)" + _EVEN,
        _FROM_3, _laplacian,
    ),
    Kernel(
        "outline", "Outline", _POWELL,
        "What stands out from its surroundings: the middle pixel against all the others in the window.",
        "Every weight is -1, and the middle makes up for them all.",
        _ODD, _outline,
    ),
    Kernel(
        "emboss", "Emboss", _POWELL,
        "The picture as a relief: lit where it gets brighter towards the lower right, in shadow where darker.",
        "Its balance between relief and picture belongs to 3 × 3; a larger window carries it in its middle, "
        "in zeros.",
        _FROM_3, _emboss,
    ),
    Kernel(
        "diagonal-cross", "Diagonal cross",
        "A. Ng and others, UFLDL Tutorial (Stanford, 2011): the worked 5 × 5 example of convolution",
        "An X: it adds up the pixels on the window's two diagonals; where they are 0 and 1, this counts the "
        "bright ones.",
        "Ones from corner to corner, however large the square" + _EVEN,
        _SQUARE, _cross,
    ),
    Kernel(
        "gabor", "Gabor",
        "J. G. Daugman, Uncertainty Relation for Resolution in Space, Spatial Frequency, and Orientation Optimized by "
        "Two-Dimensional Visual Cortical Filters (1985)",
        "Stripes and edges at its own angle; first layers learn kernels that look like this.",
        "It follows the window's shorter side K: wavelength 2K/3, sigma K/4 across the bars, twice that along "
        "them.",
        _FROM_3, _gabor, ("angle",),
    ),
    Kernel(
        "random", "Random",
        "Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, Efficient BackProp (1998); the range is that of nn.Conv2d",
        "Nothing yet: so a network starts, before it has learnt.",
        "Uniform between -1 and 1 over the square root of the number of weights, to four decimals; in colour each "
        "channel has its own.",
        _ANY, _random, ("seed", "channels"),
    ),
)}

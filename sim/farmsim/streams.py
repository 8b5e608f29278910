"""Named streams of random numbers: every source of chance is addressed by (seed, replication, name, entity).

A stream depends on its address alone, never on position or order of creation, so that the same name draws the
same numbers in every scenario, whatever else exists and whichever worker computes it: common random numbers
hold by construction. Two forms are offered. Sequences (the service times of one queue) come from
`Streams.generator`. Cells (one number per offer, province and day) come from `Streams.keys` with `uniforms`,
where the counter says which number of each stream is meant. What the numbers are used for is left to others.
"""

from collections.abc import Sequence
from hashlib import blake2b
from operator import index
from typing import Final

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import DTypeLike, NDArray

_CHUNK: Final = 8192
"""Cells worked on at a time: the three scratch arrays of a chunk stay in the second-level cache."""

_HALF_WORD: Final = np.uint64(32)
_DROPPED_BITS: Final = np.uint64(12)
_ONE_TO_TWO: Final = np.uint64(0x3FF0000000000000)
"""The bits of the exponent of a float from 1 to 2."""


class Streams:
    """The streams of one replication under one master seed."""

    __slots__ = ("_root", "replication", "seed")

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = index(seed)
        self.replication = index(replication)
        self._root = _encoded(self.seed) + _encoded(self.replication)

    def generator(self, name: str, *entity: str | int) -> np.random.Generator:
        """Philox generator (Salmon et al. 2011) at the start of the stream of that name and entity."""
        words = np.frombuffer(self._digest(name, entity), dtype="<u8", count=2)
        return np.random.Generator(np.random.Philox(_PhiloxKey(words)))  # type: ignore[arg-type]

    def key(self, name: str, *entity: str | int) -> int:
        """Key of that stream for `uniforms`: below 2**64, odd, of irregular hexadecimal digits."""
        return int(_squares_keys(self._digest(name, entity))[0])

    def keys(self, name: str, entities: Sequence[str | int | tuple[str | int, ...]]) -> NDArray[np.uint64]:
        """Keys of many streams that share a name, one for each entity: `keys(n, [e])[0] == key(n, e)`.

        An entity of several words is a tuple: `keys(n, [(e, f)])[0] == key(n, e, f)`.
        """
        named = blake2b(self._root + _encoded(name))
        digests = []
        for entity in entities:
            stream = named.copy()
            words = entity if isinstance(entity, tuple) else (entity,)
            stream.update(b"".join(map(_encoded, words)))
            digests.append(stream.digest())
        return _squares_keys(b"".join(digests))

    def normals(
        self, name: str, entities: Sequence[str | int | tuple[str | int, ...]]
    ) -> NDArray[np.float64]:
        """One standard normal number for each entity, its own for the whole run (a season's yield)."""
        return normals(uniforms(self.keys(name, entities), 0))

    def _digest(self, name: str, entity: tuple[str | int, ...]) -> bytes:
        return blake2b(b"".join((self._root, _encoded(name), *map(_encoded, entity)))).digest()

    def __repr__(self) -> str:
        return f"Streams(seed={self.seed}, replication={self.replication})"


class Turns:
    """One generator for many short sequences: set to the turn of a stream, it starts afresh there.

    What a turn gives depends on its stream and number alone. Setting it costs less than a microsecond, making
    a generator thirty; in return only one turn can be drawn from at a time.
    """

    __slots__ = ("_bits", "_generator", "_keys", "_state", "_words")

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        """`keys` are those of the streams, as from `Streams.keys`."""
        self._keys = keys.tolist()
        self._bits = np.random.Philox(key=0)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state
        self._words = self._state["state"]["key"]

    def at(self, stream: int, turn: int) -> np.random.Generator:
        """The generator at the start of a turn, numbered from 0, of the stream in this place."""
        self._words[0], self._words[1] = self._keys[stream], turn
        self._bits.state = self._state
        return self._generator


class _PhiloxKey(ISeedSequence):
    """A Philox key in the guise of a seed sequence: given as `key`, it would not spare the draw of a seed."""

    __slots__ = ("_words",)

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: DTypeLike = np.uint32) -> NDArray[np.uint64]:
        """The two words of the key, which is all that Philox asks for."""
        assert (n_words, dtype) == (2, np.uint64), "Philox asks for two words of 64 bits"
        return self._words


def uniforms(keys: NDArray[np.uint64], counter: int) -> NDArray[np.float64]:
    """One uniform number in the open interval (0, 1) for each key at this counter, in the shape of `keys`.

    The counter (a day, a round) may be any integer from 0 to 2**64 - 1. The numbers are the 2**52 midpoints
    (m + 1/2) / 2**52, so that neither 0 nor 1 occurs and 1 - u is exact; one bit more would round up to 1.
    """
    flat = np.ascontiguousarray(keys).reshape(-1)
    numbers = np.empty(flat.size)
    step = np.uint64(counter)
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        _fill(numbers[start : start + _CHUNK], part, part * step)
    return numbers.reshape(keys.shape)


def uniforms_at(keys: NDArray[np.uint64], counters: NDArray[np.uint64]) -> NDArray[np.float64]:
    """One uniform number for each pair of key and counter, both one-dimensional and equally long.

    `uniforms_at(keys, counters)[i]` equals `uniforms(keys[i : i + 1], counters[i])[0]`: cells of one stream
    are told apart by their counters, so that only the stream needs a key.
    """
    numbers = np.empty(len(keys))
    for start in range(0, len(keys), _CHUNK):
        part = np.ascontiguousarray(keys[start : start + _CHUNK])
        _fill(numbers[start : start + _CHUNK], part, part * counters[start : start + _CHUNK])
    return numbers


def uniform_block(keys: NDArray[np.uint64], counters: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform numbers of every key (leading axes) at every counter (last axis, one-dimensional).

    `uniform_block(keys, counters)[..., j]` equals `uniforms(keys, counters[j])`.
    """
    flat = np.ascontiguousarray(keys).reshape(-1, 1)
    steps = np.asarray(counters, dtype=np.uint64)
    assert steps.ndim == 1, f"the counters of a block are one-dimensional, not of shape {steps.shape}"
    numbers = np.empty((flat.size, steps.size))
    rows = max(1, _CHUNK // max(1, steps.size))
    for start in range(0, flat.size, rows):
        part = flat[start : start + rows]
        products = part * steps
        wide = np.broadcast_to(part, products.shape).reshape(-1)
        _fill(numbers[start : start + rows].reshape(-1), wide, products.reshape(-1))
    return numbers.reshape(*keys.shape, steps.size)


def normals(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of the standard normal distribution at probabilities in the open interval (0, 1).

    Algorithm AS 241, PPND16 (Wichura 1988); the relative error is about 1e-15.
    """
    probabilities = np.asarray(u, dtype=np.float64)
    flat = np.ascontiguousarray(probabilities).reshape(-1)
    quantiles = np.empty(flat.size)
    for start in range(0, flat.size, _CHUNK):
        _fill_normals(quantiles[start : start + _CHUNK], flat[start : start + _CHUNK])
    return quantiles.reshape(probabilities.shape)


def _encoded(part: str | int) -> bytes:
    """One part of an address, with its type and length, so that no two addresses are spelled alike."""
    if isinstance(part, str):
        text = part.encode()
        return b"s%d:%b" % (len(text), text)
    return b"i%d;" % index(part)


def _squares_keys(digests: bytes) -> NDArray[np.uint64]:
    """One key for each digest of 64 bytes, of the pattern that Widynski (2020) asks for.

    The eight hexadecimal digits of the upper half differ from each other, those of the lower half too, and
    the last one is odd; there are 1.3e17 such keys. Digits are picked by sorting the 16 of them by random
    words.
    """
    words = np.frombuffer(digests, dtype="<u2").reshape(-1, 2, 16).astype(np.int64)
    rows = np.arange(len(words))
    last = (words[:, 0, 0] ^ words[:, 1, 0] >> 3) & 0xF | 1
    words[rows, 1, last] = 1 << 16
    digits = np.argsort(words, axis=-1, kind="stable")[:, :, :8]
    digits[:, 1, 7] = last
    places = np.array([28, 24, 20, 16, 12, 8, 4, 0])
    halves = (digits << places).sum(axis=-1).astype(np.uint64)
    return np.asarray(halves[:, 0] << _HALF_WORD | halves[:, 1])


def _fill(numbers: NDArray[np.float64], keys: NDArray[np.uint64], y: NDArray[np.uint64]) -> None:
    """Write the uniform numbers of `keys`, given their products `y` with the counter (modulo 2**64).

    Squares with 64 bits and five rounds (Widynski 2020, "Squares: a fast counter-based RNG"): the
    middle-square method with a Weyl sequence. The halves of a word change places by way of 32-bit views.
    """
    z = y + keys
    x, square = np.empty_like(y), np.empty_like(y)
    low, high = x.view(np.uint32)[::2], x.view(np.uint32)[1::2]
    square_low, square_high = square.view(np.uint32)[::2], square.view(np.uint32)[1::2]
    root = y
    for weyl in (y, z, y, z):
        np.multiply(root, root, out=square)
        np.add(square, weyl, out=square)
        low[...] = square_high
        high[...] = square_low
        root = x
    np.multiply(x, x, out=x)
    np.add(x, y, out=x)
    np.right_shift(x, _HALF_WORD, out=x)
    np.bitwise_xor(square, x, out=x)
    # The upper 52 bits become the fraction of a float in [1, 2); subtracting 1 - 2**-53 leaves the midpoints.
    np.right_shift(x, _DROPPED_BITS, out=x)
    np.bitwise_or(x, _ONE_TO_TWO, out=x)
    np.subtract(x.view(np.float64), 1 - 2.0**-53, out=numbers)


_CENTRAL: Final = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_TAIL: Final = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_FAR_TAIL: Final = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)
"""Numerators and denominators of PPND16 for its three regions, the highest power first."""


def _fill_normals(quantiles: NDArray[np.float64], u: NDArray[np.float64]) -> None:
    """Write the normal quantiles of `u`: the central formula everywhere, the tails where it does not hold."""
    centred = u - 0.5
    np.multiply(centred, centred, out=quantiles)
    outside = np.flatnonzero(quantiles > 0.425**2)
    np.subtract(0.180625, quantiles, out=quantiles)
    quantiles[...] = _ratio(quantiles, _CENTRAL)
    quantiles *= centred
    if outside.size == 0:
        return
    tail = u[outside]
    depth = np.sqrt(-np.log(np.minimum(tail, 1 - tail)))
    size = _ratio(depth - 1.6, _TAIL)
    far = np.flatnonzero(depth > 5)
    if far.size:
        size[far] = _ratio(depth[far] - 5, _FAR_TAIL)
    quantiles[outside] = np.copysign(size, centred[outside])


def _ratio(
    x: NDArray[np.float64], coefficients: tuple[tuple[float, ...], tuple[float, ...]]
) -> NDArray[np.float64]:
    """Ratio of two polynomials of `x`, by Horner's rule."""
    top, bottom = (_polynomial(x, row) for row in coefficients)
    top /= bottom
    return top


def _polynomial(x: NDArray[np.float64], coefficients: tuple[float, ...]) -> NDArray[np.float64]:
    total = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        total += coefficient
        total *= x
    total += coefficients[-1]
    return total

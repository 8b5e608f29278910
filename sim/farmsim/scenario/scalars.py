"""What a plain scalar means by the YAML 1.2 core rules, and which spellings are refused as ambiguous.

YAML 1.1 reads `no` as false, `0123` as 83 and `12:30` as 750; none of these is guessed here.
"""

import math
import re
from dataclasses import dataclass

from farmsim.scenario.text import Remedy, remedy, shortened

Value = str | int | float | bool | None

MAX_DIGITS = 18

_WORDS: dict[str, Value] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SWITCHES = {form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_SIMPLE = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_CLOCK = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_UNDERSCORES = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?")
_BINARY = re.compile(r"[-+]?0b[01]+")
_NOT_FINITE = re.compile(r"[-+]?\.?(?:inf|infinity)|\.?nan", re.IGNORECASE)
_STARTS_NUMBER = frozenset("0123456789+-.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plain scalar is refused: a problem code and its remedies."""

    code: str
    remedies: tuple[Remedy, ...]


def plain_value(text: str) -> Value | Refusal:
    """The value of an unquoted scalar, or why it is refused."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _SWITCHES:
        truth = "true" if text.lower() in {"yes", "on"} else "false"
        return Refusal("E017", (remedy("quote-text", text=text), remedy("write", text=truth)))
    if text[0] in _STARTS_NUMBER:
        return _number(text)
    if text[0] in "nNiI" and _NOT_FINITE.fullmatch(text):
        return _not_usable(text)
    return text


def is_constant(text: str) -> bool:
    """Whether an unquoted scalar is a null, true or false."""
    return text in _WORDS


def _number(text: str) -> Value | Refusal:
    """The value of a scalar that begins like a number."""
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        return int(text) if simple[1] is None else float(text)
    refusal = _refusal(text)
    if refusal is not None:
        return refusal
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    vanishes = value == 0 and any(digit in "123456789" for digit in _mantissa(text))
    return value if math.isfinite(value) and not vanishes else _not_usable(text)


def _refusal(text: str) -> Refusal | None:
    """Why a scalar that begins like a number is refused, None if it is not."""
    if _LEADING_ZERO.fullmatch(text) or _CLOCK.fullmatch(text) or _BINARY.fullmatch(text):
        return Refusal("E017", (remedy("quote-text", text=text),))
    if _UNDERSCORES.fullmatch(text):
        return Refusal("E017", (remedy("write", text=text.replace("_", "")), remedy("quote-text", text=text)))
    if _NOT_FINITE.fullmatch(text):
        return _not_usable(text)
    digits = len("".join(filter(str.isdigit, _mantissa(text))).lstrip("0"))
    too_long = digits > MAX_DIGITS or len(text) > 2 * MAX_DIGITS
    if too_long and (_BASED.fullmatch(text) or _NUMBER.fullmatch(text)):
        return Refusal("E018", (remedy("fewer-digits"), remedy("quote-text", text=shortened(text))))
    return None


def _not_usable(text: str) -> Refusal:
    """The refusal of infinity, NaN and numbers beyond what a computer can hold."""
    return Refusal("E018", (remedy("finite-number"), remedy("quote-text", text=text)))


def _mantissa(text: str) -> str:
    """The digits of a number before its exponent."""
    return re.split("[eE]", text, maxsplit=1)[0]

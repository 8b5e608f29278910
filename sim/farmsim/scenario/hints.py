"""What a user may have meant: near spellings, keys with their unit, values in the unit of the key."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from farmsim.scenario.text import Remedy, remedy

_MAX_CHOICES = 12

UNITS: dict[str, dict[str, float]] = {
    "kg": {
        "kg": 1,
        "t": 1000,
        "ton": 1000,
        "tonne": 1000,
        "jin": 0.5,
        "g": 0.001,
        "公斤": 1,
        "斤": 0.5,
        "吨": 1000,
    },
    "days": {
        "d": 1,
        "day": 1,
        "h": 1 / 24,
        "hour": 1 / 24,
        "w": 7,
        "week": 7,
        "天": 1,
        "小时": 1 / 24,
        "周": 7,
    },
    "hours": {"h": 1, "hour": 1, "min": 1 / 60, "minute": 1 / 60, "d": 24, "day": 24, "小时": 1, "天": 24},
    "km": {"km": 1, "m": 0.001, "li": 0.5, "公里": 1, "里": 0.5, "米": 0.001},
    "share": {"%": 0.01, "percent": 0.01},
    "mu": {"mu": 1, "ha": 15, "亩": 1, "公顷": 15},
    "celsius": {"c": 1, "°c": 1, "℃": 1, "degrees": 1, "度": 1},
}
"""Units that a value may be written with, by the unit of the key, and what one of them is in that unit."""

_MONEY = re.compile(r"cny|rmb|yuan|元|块|¥|\uffe5")
_QUANTITIES = {
    "distance": "km",
    "length": "km",
    "temperature": "celsius",
    "temp": "celsius",
    "duration": "days",
    "time": "days",
    "weight": "kg",
    "mass": "kg",
    "quantity": "kg",
    "area": "mu",
    "fraction": "share",
    "percent": "share",
    "percentage": "share",
    "rate": "share",
}
_SUFFIX = re.compile(r"(?:^|_)(per_(?:kg|km|mu|day|days|hour)|" + "|".join(UNITS) + r")(?:_|$)")
_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)")


def did_you_mean(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates that are spelt most like the word, best first."""
    known = sorted(set(candidates))
    if not word or len(word) > 100:
        return []
    folded = {_fold(name): name for name in reversed(known)}
    close = difflib.get_close_matches(_fold(word), list(folded), n=limit, cutoff=0.6)
    if not close:
        close = [name for name in folded if len(word) > 2 and (_fold(word) in name or name in _fold(word))][
            :1
        ]
    return [folded[name] for name in close]


def choices(known: Sequence[str], *, key: str = "one-of") -> list[Remedy]:
    """A remedy that lists what there is, shortened if it is long."""
    if not known:
        return []
    shown = ", ".join(known[:_MAX_CHOICES])
    return [remedy(key, names=shown + (", ..." if len(known) > _MAX_CHOICES else ""))]


def unit_of(key: str) -> str | None:
    """The unit that a key carries: `price_per_kg` -> "per_kg", `life_days` -> "days", `km` -> "km"."""
    found = _SUFFIX.findall(key)
    return found[-1] if found else None


def keys_with_unit(key: str, fields: Iterable[str]) -> list[str]:
    """The fields that say what `key` says, with the unit that it lacks: `shelf_life` -> `life_days`."""
    if unit_of(key) is not None:
        return []
    names = [name for name in fields if unit_of(name) is not None]
    same_stem = [name for name in names if _stem(name) and _stem(name) == key]
    if not same_stem:
        same_stem = [
            name
            for name in names
            if _stem(name) and (key.endswith("_" + _stem(name)) or _stem(name).endswith("_" + key))
        ]
    quantity = _QUANTITIES.get(key.rsplit("_", 1)[-1])
    if not same_stem and quantity:
        of_unit = [name for name in names if unit_of(name) == quantity]
        bare = [name for name in of_unit if name == quantity]
        same_stem = bare or (of_unit if len(of_unit) == 1 else [])
    return same_stem


def converted(text: str, key: str) -> str | None:
    """The plain number for a text such as "216 h" in the unit of `key`; None if it cannot be told."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    number = _NUMBER.search(folded)
    if number is None:
        return None
    value = float(number.group().replace(",", ""))
    rest = (folded[: number.start()] + " " + folded[number.end() :]).strip()
    if rest.startswith("万"):
        value, rest = value * 10_000, rest.removeprefix("万").strip()
    unit = unit_of(key)
    rest = _MONEY.sub("", rest).strip()
    if not rest:
        return _shown(value)
    factor = None
    if unit is not None and unit.startswith("per_") and rest.startswith(("/", "per ", "每")):
        of = _factor(rest.lstrip("/每").removeprefix("per "), unit.removeprefix("per_"))
        factor = 1 / of if of else None
    elif unit is not None and not unit.startswith("per_"):
        factor = _factor(rest, unit)
    return None if factor is None else _shown(value * factor)


def _factor(word: str, unit: str) -> float | None:
    """What one of the unit `word` is in `unit`."""
    units = UNITS.get(unit) or UNITS.get(unit + "s") or {}
    word = word.strip()
    return units.get(word) or (units.get(word.removesuffix("s")) if len(word) > 2 else None)


def _stem(key: str) -> str:
    """A key without its unit."""
    return _SUFFIX.sub("", key)


def _fold(word: str) -> str:
    """A spelling without case and without the difference between hyphen, underscore and space."""
    return unicodedata.normalize("NFKC", word).lower().replace("-", "_").replace(" ", "_")


def _shown(value: float) -> str:
    """A number as one would write it."""
    return f"{value:.10g}"

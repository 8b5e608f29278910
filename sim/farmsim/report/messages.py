"""The language of everything that is printed: chosen once, then every text goes through `translate`.

Texts are written in English where they are used and looked up in `locale/<language>/LC_MESSAGES/farmsim.mo`
(gettext). Keys, identifiers, metric names, error codes, JSON and CSV are never translated. This module
imports little, so that a program can choose the language before it loads what words itself at import.
"""

import gettext
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]

DOMAIN = "farmsim"
LOCALE = Path(__file__).parent / "locale"

_CHINESE = 0x04
"""Primary language identifier of Chinese on Windows."""

_current: tuple[Language, gettext.NullTranslations] = ("en", gettext.NullTranslations())


def mark(text: str) -> str:
    """The text itself; says that it is looked up later (and so belongs in the catalogue)."""
    return text


def translate(text: str) -> str:
    """The text in the chosen language, or as it stands where the catalogue does not have it."""
    return _current[1].gettext(text) if text else text


def plural(one: str, many: str, count: int) -> str:
    """The form of the text that fits `count`, in the chosen language; `{count}` is left to the caller."""
    return _current[1].ngettext(one, many, count)


def language() -> Language:
    """The chosen language."""
    return _current[0]


def use_language(chosen: Language) -> None:
    """Make `chosen` the language of `translate` and of every library that words itself through gettext."""
    global _current  # noqa: PLW0603 (the language of a program is one and is set at its start)
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    _current = (chosen, gettext.translation(DOMAIN, str(LOCALE), [chosen], fallback=True))


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """`--lang` anywhere in the arguments, else FARMSIM_LANG, else the locale; English if it is none of ours.

    >>> choose_language(["run", "x.yaml", "--lang", "zh"], {"FARMSIM_LANG": "en"})
    'zh'
    >>> choose_language([], {"LANG": "zh_CN.UTF-8"})
    'zh'
    """
    asked = lang_argument(arguments) or environment.get("FARMSIM_LANG")
    if asked:
        return known_language(asked) or "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return known_language(environment[name]) or "en"
    return "zh" if _windows_language() == _CHINESE else "en"


def lang_argument(arguments: Sequence[str]) -> str | None:
    """What follows the last `--lang` before a bare `--`, if anything does."""
    found = None
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            found = argument.removeprefix("--lang=")
        elif argument == "--lang" and place + 1 < len(arguments):
            found = arguments[place + 1]
    return found


def known_language(name: str) -> Language | None:
    """The language that a name such as zh, zh_CN.UTF-8 or en-GB means, if it is one of ours."""
    start = name.lower().replace("_", "-").split(".")[0].split("-")[0]
    if start in ("zh", "chinese"):
        return "zh"
    return "en" if start in ("en", "english", "c", "posix") else None


def _windows_language() -> int:
    """Primary language identifier of the Windows user interface; 0 elsewhere."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 (exists only there)

        return int(ctypes.windll.kernel32.GetUserDefaultUILanguage()) & 0x3FF
    return 0

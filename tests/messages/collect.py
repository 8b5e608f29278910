"""Brings the message catalogues up to date: `python tests/messages/collect.py`.

Collects the English texts of the sources, adds new ones to `farmsim.po` of each language (untranslated),
drops those that are gone, and compiles the `.mo` files. The tests use the same functions to see that nothing
is missing.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import farmsim
from farmsim.report.messages import DOMAIN, LOCALE

PACKAGE = Path(farmsim.__file__).parent
LANGUAGES = ("en", "zh")

MARKERS = {"_", "N_", "mark", "translate", "gettext"}
"""Functions whose first argument is a text to translate."""

TYPERS_OWN = {"Options", "Arguments", "Commands", "default: {default}", "required", "env var: {var}"}
"""Texts that Typer looks up in our catalogue."""

Key = str | tuple[str, str]


def source_texts() -> dict[Key, list[str]]:
    """Every text to translate (a pair for plurals) with the modules that use it."""
    found: dict[Key, list[str]] = {text: ["typer"] for text in sorted(TYPERS_OWN)}
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in _texts(ast.parse(path.read_text("utf-8"))):
            places = found.setdefault(text, [])
            name = path.relative_to(PACKAGE).as_posix()
            if name not in places:
                places.append(name)
    return found


def _texts(tree: ast.Module) -> Iterator[Key]:
    """Texts of one module: marked ones, plurals, descriptions of fields, docstrings of metrics."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            _is_metric(decorator) for decorator in node.decorator_list
        ):
            yield (ast.get_docstring(node) or "").strip()
        if not isinstance(node, ast.Call):
            if isinstance(node, ast.Assign):
                yield from _definitions(node)
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [argument.value for argument in node.args if _is_text(argument)]
        if name in MARKERS and texts and _is_text(node.args[0]):
            yield texts[0]
        elif name == "plural" and len(texts) == 2:
            yield (texts[0], texts[1])
        elif name == "Field":
            for keyword in node.keywords:
                if keyword.arg == "description" and _is_text(keyword.value):
                    yield keyword.value.value


def _is_metric(decorator: ast.expr) -> bool:
    """Whether a function enters the catalogue of metrics; its docstring is then the definition."""
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in {"metric", "_total"}


def _definitions(node: ast.Assign) -> Iterator[str]:
    """Definitions of metrics that stand in the tables COSTS and SUMS; a sum is also given as a mean a day."""
    names = {getattr(target, "id", "") for target in node.targets}
    if names & {"COSTS", "SUMS"} and isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield value.value
            if "SUMS" in names:
                yield f"{value.value[:-1]}, a day."


def _is_text(node: ast.AST) -> bool:
    """Whether an argument is a literal text that is not empty."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def po_path(language: str) -> Path:
    """The catalogue of a language as text."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def load(language: str) -> Catalog:
    """The catalogue of a language."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="farmsim", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """The `.mo` form of a catalogue."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def updated(language: str, translations: dict[str, str] | None = None) -> Catalog:
    """The catalogue of a language with exactly the texts of the sources, in alphabetical order."""
    old = load(language)
    new = Catalog(
        locale=language,
        project="farmsim",
        version="1",
        copyright_holder="The farmsim developers",
        msgid_bugs_address="-",
        last_translator="The farmsim developers",
        language_team=language,
        charset="utf-8",
        fuzzy=False,
        creation_date=old.creation_date,
    )
    new.header_comment = "# Texts of farmsim; see tests/messages/collect.py."
    new.revision_date = old.creation_date
    for key, places in sorted(source_texts().items(), key=lambda item: str(item[0])):
        first = key if isinstance(key, str) else key[0]
        before = old.get(first)
        text = (translations or {}).get(first) or (before.string if before else "")
        if language == "en" and not text:
            text = key
        if not isinstance(key, str) and isinstance(text, str):
            text = (text,) * new.num_plurals
        new.add(key, text, locations=[(place, None) for place in places])
    return new


def write(language: str, translations: dict[str, str] | None = None) -> list[str]:
    """Write the `.po` and `.mo` of a language; the texts without translation."""
    catalogue = updated(language, translations)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(catalogue))
    return [
        str(m.id)
        for m in catalogue
        if m.id and not any(m.string if isinstance(m.string, tuple) else (m.string,))
    ]


if __name__ == "__main__":
    for chosen in LANGUAGES:
        missing = write(chosen)
        print(f"{chosen}: {len(missing)} without translation", *missing, sep="\n  ")

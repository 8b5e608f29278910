"""`farmsim list` and `farmsim show`: what is in the catalogue, and every value with where it comes from."""

# ruff: noqa: PLC0415 (only showing a scenario needs the loader and the schema)

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from farmsim.errors import Problem, UsageError
from farmsim.report.cells import wrap
from farmsim.report.console import Column, make_table
from farmsim.report.messages import language, mark
from farmsim.report.messages import translate as _
from farmsim.report.terminal import Look
from farmsim.report.values import compact_lines, detailed_lines, plain_number, value_rows
from farmsim.report.words import CHANNEL_KINDS, INTERVENTION_KINDS, LANE_KINDS
from farmsim.scenario import catalogue
from farmsim.scenario.hints import did_you_mean
from farmsim.scenario.nodes import MapNode, Node, Plain, Scalar, plain
from farmsim.scenario.provenance import split_sources, stamp

if TYPE_CHECKING:
    from farmsim.scenario.kinds import Either

SECTIONS = {
    "scenarios": mark("Scenarios"),
    "sweeps": mark("Sweeps"),
    "products": mark("Products"),
    "counties": mark("Counties"),
    "growers": mark("Growers"),
    "lanes": mark("Lanes"),
    "channels": mark("Channels"),
    "interventions": mark("Programmes"),
    "provinces": mark("Provinces"),
    "poverty_lines": mark("Poverty lines"),
}
"""Sections that `list` knows; the last two only when they are asked for."""

OTHER_NAMES = {"programmes": "interventions"}
"""What a section is called on the screens, where that is not its key."""

KINDS = {"channels": CHANNEL_KINDS, "lanes": LANE_KINDS, "interventions": INTERVENTION_KINDS}
"""What the kinds of entries are called, by section."""

BRIEF = tuple(SECTIONS)[:8]


def all_names() -> list[str]:
    """Every name that `show` knows."""
    return [name for section in SECTIONS for name in catalogue.names(section)]


def list_screen(look: Look, section: str | None) -> Group:
    """Names with what they are, by section."""
    parts: list[RenderableType] = []
    for name in (section,) if section else BRIEF:
        rows = [(entry, *_facts(name, entry)) for entry in catalogue.names(name)]
        if not rows:
            continue
        columns = (
            Column(_(SECTIONS[name]), 22),
            Column("" if section else f"farmsim list {name}", 32 + look.width - 79),
            Column("", 23),
        )
        parts += [make_table(columns, rows, look), Text()]
    hint = _("farmsim show NAME prints the values and sources of one of them.")
    return Group(*parts, *(Text(line) for line in wrap(hint, look.width)))


def show_screen(name: str, look: Look) -> Group:
    """Everything about a catalogue entry, a bundled scenario, or a scenario file."""
    for section in SECTIONS:
        if section != "scenarios" and catalogue.lookup(section, name) is not None:
            return _entry_screen(section, name, look)
    sweep = catalogue.bundled_sweep(name)
    if sweep is not None:
        return _sweep_screen(name, sweep)
    if name in catalogue.bundled_scenarios() or Path(name).is_file():
        from farmsim.scenario.kinds import load_either

        return _scenario_screen(name, load_either(name), look)
    raise UsageError(
        "unknown-name", (("name", name), ("meant", ", ".join(did_you_mean(name, all_names(), 2))))
    )


def stamped_entry(section: str, name: str) -> Node | None:
    """A catalogue entry with each value's citation on it."""
    entry = catalogue.lookup(section, name)
    if not isinstance(entry, MapNode):
        return entry
    problems: list[Problem] = []
    body, rules = split_sources(entry, problems)
    return stamp(body, rules)[0]


def entry_label(node: Node | None) -> str:
    """The display name of an entry in the chosen language."""
    label = node.child("label") if isinstance(node, MapNode) else None
    text = label.child(language()) if isinstance(label, MapNode) else None
    return str(text.value) if isinstance(text, Scalar) else ""


def _entry_screen(section: str, name: str, look: Look) -> Group:
    """One catalogue entry."""
    node = stamped_entry(section, name)
    assert node is not None, f"{section} has an entry {name}"
    title = "  ".join(part for part in (name, entry_label(node)) if part)
    use = _("in a scenario: {{use: {name}}}").format(name=name)
    lines = [Text(f"{title}  ({_(SECTIONS[section])})", style="bold"), Text(use), Text()]
    return Group(*lines, *(Text(line) for line in detailed_lines(value_rows(node), look)))


def _sweep_screen(name: str, path: Path) -> Group:
    """A bundled sweep as it is written, and how to play it."""
    lines = path.read_text("utf-8").splitlines()
    return Group(*(Text(line) for line in [*lines, "", f"farmsim sweep {name}"]))


def _scenario_screen(name: str, loaded: "Either", look: Look) -> Group:
    """A scenario with everything it uses written out."""
    from farmsim.report.file_screens import validity_screen

    note = loaded.scenario.note.get(language()) or loaded.scenario.note.get("en") or ""
    lines = [Text(line) for line in wrap(note, look.width)] if note else []
    values = [Text(line) for line in compact_lines(value_rows(loaded.tree), look)]
    return Group(validity_screen(loaded, name, look), *lines, Text(), *values)


def _facts(section: str, name: str) -> tuple[str, str]:
    """Display name of an entry and one fact about it."""
    if section == "scenarios":
        return _scenario_facts(name)
    if section == "sweeps":
        return _sweep_facts(name)
    node = catalogue.lookup(section, name)
    values = plain(node) if node is not None else None
    if not isinstance(values, dict):
        return "", ""
    return entry_label(node), _fact(section, values)


def _fact(section: str, values: dict[str, Plain]) -> str:
    """What tells an entry from its neighbours."""
    kind = str(values.get("kind", ""))
    match section:
        case "counties":
            province = str(values.get("province", ""))
            label = entry_label(catalogue.lookup("provinces", province))
            return _("in {province}").format(province=label or province)
        case "growers":
            land, crop = plain_number(values.get("land_mu")), plain_number(values.get("yield_kg_per_mu"))
            return _("{land} mu, {crop} kg/mu").format(land=land, crop=crop)
        case "products":
            return _("packs of {kg} kg").format(kg=plain_number(values.get("pack_kg")))
        case "poverty_lines":
            return _("{line} CNY a person and year").format(line=plain_number(values.get("line")))
        case _:
            return _(KINDS.get(section, {}).get(kind, kind))


def _sweep_facts(name: str) -> tuple[str, str]:
    """What a bundled sweep is called; which scenario it varies."""
    tree = _tree_of(catalogue.bundled_sweep(name))
    if tree is None:
        return "", ""
    title, scenario = tree.child("name"), tree.child("scenario")
    varied = _("varies {name}").format(name=scenario.value) if isinstance(scenario, Scalar) else ""
    label = entry_label(tree) or (str(title.value) if isinstance(title, Scalar) else "")
    return label, varied


def _tree_of(path: Path | None) -> MapNode | None:
    """The tree of a bundled file."""
    from farmsim.scenario.text import decode
    from farmsim.scenario.tree import parse_tree

    problems: list[Problem] = []
    document = decode(path.read_bytes(), path.name, problems) if path else None
    tree = parse_tree(document, problems) if document else None
    return tree if isinstance(tree, MapNode) else None


def _scenario_facts(name: str) -> tuple[str, str]:
    """What a bundled scenario is called; what it extends."""
    tree = _tree_of(catalogue.bundled_scenario(name))
    if tree is None:
        return "", ""
    title, parent = tree.child("name"), tree.child("extends")
    label = entry_label(tree) or (str(title.value) if isinstance(title, Scalar) else "")
    extends = _("a variant of {name}").format(name=parent.value) if isinstance(parent, Scalar) else ""
    return label, extends

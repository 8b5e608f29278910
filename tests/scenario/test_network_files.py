"""Files of supply networks: every fault has line, caret and remedy, and the JSON Schema knows both kinds."""

import json
import re
from pathlib import Path

import pytest
import yaml

from farmsim.cli import main
from farmsim.errors import ScenarioError
from farmsim.report.problems import render_problem
from farmsim.scenario import catalogue
from farmsim.scenario.load import load_scenario

GOOD = """\
name: small
horizon_days: 30
products: {melon: {life_days: 9}}
network:
  sources: {farms: {to: pack, arrivals: {kind: poisson, per_day: 5}}}
  stations: {pack: {hours: 2, to: road}}
  lanes: {road: {to: store, days: 1}}
  sites:
    store: {}
    shop: {replenishment: {supplier: store, policy: {policy: order-up-to, reorder_kg: 5, level_kg: 9}}}
  customers: {all: {at: shop, arrivals: {kind: even}, kg: 3}}
"""

WRONG = {
    "unknown place": (("to: road", "to: raod"), "E021", 6, 'did you mean "road"?'),
    "unknown site": (("at: shop", "at: shp"), "E021", 11, 'did you mean "shop"?'),
    "unknown supplier": (("supplier: store", "supplier: stroe"), "E021", 10, 'did you mean "store"?'),
    "loads in a circle": (("road: {to: store", "road: {to: pack"), "E056", 6, "take one link"),
    "orders in a circle": (
        ("store: {}", "store: {replenishment: {supplier: shop, policy: {policy: base-stock, level_kg: 9}}}"),
        "E056", 9, "take one link",
    ),
    "name twice": (("lanes: {road: {to: store, days: 1}}", "lanes: {road: {to: store}, pack: {to: store}}"),
                   "E055", 7, "another name"),
    "a source named like customers": (("customers: {all:", "customers: {farms:"), "E055", 11, "another name"),
    "another product from a source": (
        ("melon: {life_days: 9}", "melon: {life_days: 9}, pear: {}"), "E069", 5, "the same product",
        ("{farms: {to: pack,", "{farms: {product: pear, to: pack,"),
        ("store: {}", "store: {product: melon}"),
        ("shop: {replenishment", "shop: {product: melon, replenishment"),
    ),
    "another product from a supplier": (
        ("melon: {life_days: 9}", "melon: {life_days: 9}, pear: {}"), "E069", 10, "the same product",
        ("{farms: {to: pack,", "{farms: {product: melon, to: pack,"),
        ("store: {}", "store: {product: melon}"),
        ("shop: {replenishment", "shop: {product: pear, replenishment"),
    ),
    "time that runs back": (("days: 1}", "days: -1}"), "E025", 7, None),
    "work that runs back": (("hours: 2", "hours: {distribution: constant, value: -2}"), "E025", 6, None),
    "no life": (("life_days: 9", "life_days: 0"), "E025", 3, None),
    "no gap": (("kind: poisson, per_day: 5", "kind: renewal, days_between: 0"), "E025", 5, None),
    "mass below nothing": (("kg: 3}", "kg: -3}"), "E025", 11, None),
    "warm-up of a season": (("horizon_days: 30", "horizon_days: 30\nwarm_up_days: 3"), "E059", 3,
                            "steady_state: true"),
    "warm-up too long": (("name: small", "name: small\nwarm_up_days: 30\nsteady_state: true"), "E058", 2,
                         "horizon_days: 300"),
    "(s, S) with S < s": (("level_kg: 9}", "level_kg: 4}"), "E065", 10, "level_kg: 5"),
    "half a standing order": (("supplier: store", "supplier: store, standing_kg: 4"), "E066", 10, None),
    "an event twice": (("network:", "network:\n  order_of_events: [demand, demand, order, count]"), "E067", 4,
                       "order_of_events: [receive"),
    "missing unit": (("horizon_days: 30", "horizon: 30"), "E014", 2, '"horizon_days"'),
    "product not told": (("melon: {life_days: 9}", "melon: {life_days: 9}, pear: {}"), "E057", 5, "melon"),
    "workshop with patience": (
        ("supplier: store", "supplier: pack"), "E060", 10, "patience_hours",
        ("hours: 2", "hours: 2, waiting_places: 3"),
    ),
    "unknown key": (("{kind: even}", "{kind: even, per_day: 3}"), "E022", 11, "every_days"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_network_is_refused_with_line_caret_and_remedy(tmp_path, case):
    change, code, line, way, *more = WRONG[case]
    text = GOOD
    for old, new in (change, *more):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    found = {(problem.code, problem.line): problem for problem in caught.value.problems}
    assert (code, line) in found, found
    shown = "\n".join(render_problem(found[code, line]))
    assert re.search(r"\n +\| +\^+", shown)
    assert way is None or way in shown
    assert "{" not in render_problem(found[code, line])[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_validate_tells_every_fault_in_both_languages(tmp_path, capsys, language):
    file = tmp_path / "wrong.yaml"
    file.write_text(GOOD.replace("to: road", "to: raod").replace("at: shop", "at: shp"), encoding="utf-8")
    assert main(["validate", str(file), "--lang", language]) == 3
    out = capsys.readouterr().out
    assert out.count("E021") >= 2
    assert main(["list", "--lang", "en"]) == 0


def schema():
    from farmsim.scenario.json_schema import both_kinds, scenario_json_schema  # noqa: PLC0415
    from farmsim.scenario.network_schema import NetworkScenario  # noqa: PLC0415
    from farmsim.scenario.schema import Scenario  # noqa: PLC0415

    season = scenario_json_schema(Scenario, catalogue.names)
    return both_kinds(season, scenario_json_schema(NetworkScenario, with_use=False))


SCHEMA = json.loads(json.dumps(schema()))
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def complaints(value, node, path="$"):
    """What a value breaks of the words of JSON Schema that our schema uses."""
    if "$ref" in node:
        yield from complaints(value, SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[-1]], path)
    if "if" in node:
        branch = "else" if list(complaints(value, node["if"], path)) else "then"
        yield from complaints(value, node[branch], path)
    if "anyOf" in node and all(list(complaints(value, option, path)) for option in node["anyOf"]):
        yield f"{path}: none of the alternatives"
    kind = node.get("type")
    if kind in {"number", "integer"}:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{path}: no number"
            return
    elif kind and not isinstance(value, TYPES[kind]):
        yield f"{path}: not {kind}"
        return
    yield from bounds(value, node, path)
    if isinstance(value, dict):
        yield from members(value, node, path)
    if isinstance(value, list) and "items" in node:
        for place, item in enumerate(value):
            yield from complaints(item, node["items"], f"{path}[{place}]")


def bounds(value, node, path):
    """Constants, choices, limits and patterns."""
    if "const" in node and value != node["const"]:
        yield f"{path}: not {node['const']}"
    if "enum" in node and value not in node["enum"]:
        yield f"{path}: not among the choices"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < node.get("minimum", value) or value > node.get("maximum", value):
            yield f"{path}: out of bounds"
        if value <= node.get("exclusiveMinimum", value - 1):
            yield f"{path}: too small"


def members(value, node, path):
    """Keys that must be there, may not be, and what they hold."""
    yield from (f"{path}: {key} is missing" for key in node.get("required", ()) if key not in value)
    for key, member in value.items():
        known = node.get("properties", {}).get(key)
        patterns = [
            body for pattern, body in node.get("patternProperties", {}).items() if re.search(pattern, key)
        ]
        others = node.get("additionalProperties", True)
        if known is not None:
            yield from complaints(member, known, f"{path}.{key}")
        elif patterns:
            yield from complaints(member, patterns[0], f"{path}.{key}")
        elif isinstance(others, dict):
            yield from complaints(member, others, f"{path}.{key}")
        elif others is False:
            yield f"{path}.{key}: unknown key"


@pytest.mark.parametrize(
    "name", ["melon-network", "melon-network-reefer", "bachu-trader", "jinzhai-kiwifruit"]
)
def test_files_of_both_kinds_fit_the_json_schema(name):
    path = catalogue.bundled_scenario(name)
    data = json.loads(json.dumps(yaml.safe_load(Path(path).read_text(encoding="utf-8")), default=str))
    assert list(complaints(data, SCHEMA)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours: 2", "hourz: 2"),
        ("supplier: store", "supplier: 3"),
        ("kind: even", "kind: odd"),
        ("days: 1}}", "days: []}}"),
    ],
)
def test_a_network_that_the_loader_refuses_does_not_fit_the_json_schema(old, new):
    assert list(complaints(yaml.safe_load(GOOD), SCHEMA)) == []
    assert list(complaints(yaml.safe_load(GOOD.replace(old, new)), SCHEMA)) != []


def test_every_reference_of_the_json_schema_leads_somewhere():
    named = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert named <= set(SCHEMA["$defs"])
    assert "Site" in SCHEMA["$defs"]


def test_the_only_product_need_not_be_named_by_everyone(tmp_path):
    file = tmp_path / "fine.yaml"
    file.write_text(
        GOOD.replace("{farms: {to: pack,", "{farms: {product: melon, to: pack,"), encoding="utf-8"
    )
    assert load_scenario(file).scenario.network.sites["store"].product is None

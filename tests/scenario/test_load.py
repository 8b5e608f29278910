"""From a path or name to a scenario, or to every problem at once; and nothing else, whatever the bytes."""

import os
import pickle
import random
import time
from pathlib import Path

import pytest

from farmsim.errors import FileError, ScenarioError
from farmsim.report.problems import render_problem
from farmsim.scenario.json_schema import scenario_json_schema
from farmsim.scenario.load import ScenarioNotFoundError, digest_of
from farmsim.scenario.merge import SECTIONS
from scenario.scenario_files import complaints, good, load, load_text
from scenario.small_market import GOOD, MarketDay, SmallLibrary


def test_a_good_file_is_loaded_with_all_that_is_known_about_it(tmp_path):
    loaded = load_text(tmp_path, GOOD)
    assert loaded.scenario.name == "Bachu melons"
    assert loaded.warnings == ()
    assert loaded.data["channels"]["taobao"]["fee_share"] == 0.05
    assert "use" not in loaded.data["channels"]["taobao"]
    assert "counties.bachu.growers.villages.land_mu" in loaded.unsourced
    assert len(loaded.digest) == 12


def test_the_digest_depends_on_what_is_said_not_on_how(tmp_path):
    digest = load_text(tmp_path, GOOD).digest
    assert load_text(tmp_path, good(("price_per_kg: 20", "price_per_kg: 20.0"))).digest == digest
    assert (
        load_text(tmp_path, good(("{grade: a, price_per_kg: 20}", "{price_per_kg: 20, grade: a}"))).digest
        == digest
    )
    assert load_text(tmp_path, good(("price_per_kg: 20", "price_per_jin: 10"))).digest == digest
    assert load_text(tmp_path, GOOD + "# a comment\n").digest == digest
    assert load_text(tmp_path, good(("price_per_kg: 20", "price_per_kg: 20.5"))).digest != digest
    assert load_text(tmp_path, GOOD, "horizon_days=76").digest != digest
    assert digest_of({"a": 1e300}) != digest_of({"a": True})


def test_a_bundled_scenario_is_found_by_name_and_a_file_comes_first(tmp_path, monkeypatch):
    folder = tmp_path / "bundled"
    folder.mkdir()
    (folder / "bachu-matrix.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("bachu-matrix", folder=folder).scenario.name == "Bachu melons"
    Path("bachu-matrix").mkdir()
    assert load("bachu-matrix", folder=folder).scenario.name == "Bachu melons"
    Path("bachu-matrix").rmdir()
    Path("bachu-matrix").write_text(good(("Bachu melons", "Mine")), encoding="utf-8")
    assert load("bachu-matrix", folder=folder).scenario.name.startswith("Mine")


def test_an_unknown_name_suggests_bundled_ones(tmp_path):
    (tmp_path / "bachu-matrix.yaml").write_text(GOOD, encoding="utf-8")
    for name in ("bachu-matrx", "bachu-matrx.yaml"):
        with pytest.raises(ScenarioNotFoundError) as error:
            load(name, folder=tmp_path)
        assert error.value.candidates == ("bachu-matrix",)
        assert 'did you mean "bachu-matrix"?' in str(error.value)
        copy = pickle.loads(pickle.dumps(error.value))
        assert (str(copy), copy.candidates) == (str(error.value), error.value.candidates)


@pytest.mark.parametrize("name", ["", ".", "no/such/file.yaml", "x" * 5000, "a\0b"])
def test_a_path_that_leads_nowhere_is_a_file_error(tmp_path, name):
    with pytest.raises(FileError):
        load(name, folder=tmp_path)


def test_a_folder_or_a_device_is_no_scenario(tmp_path):
    folder = tmp_path / "a.yaml"
    folder.mkdir()
    with pytest.raises(FileError, match="folder"):
        load(folder)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.yaml")
        with pytest.raises(FileError, match="ordinary"):
            load(tmp_path / "pipe.yaml")


def test_a_file_without_permission_is_a_file_error(tmp_path, monkeypatch):
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD, encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match="permission"):
        load(file)


BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
TEN_WRONG_FILES = {
    "a misspelt key": (good(("horizon_days", "horizon_dys")), ["E022 4:1"]),
    "a key given twice": (GOOD + "name: again\n", ["E011 16:1"]),
    "a full-width colon": (good(("horizon_days: 75", "horizon_days：75")), ["E003 4:13"]),
    "a missing unit": (good(("price_per_kg: 20", "price: 20")), ["E014 13:51"]),
    "an undefined grade": (good(("grade: a", "grade: z")), ["E021 13:48"]),
    "a negative number": (good(("land_mu: 4", "land_mu: -4")), ["E025 11:27"]),
    "not a number": (good(("land_mu: 4", "land_mu: .nan")), ["E018 11:27"]),
    "an empty file": ("", ["E001 1:1"]),
    "only a comment": ("# x\n", ["E001 1:1"]),
    "another encoding": (good(("name: Bachu melons", "name: 巴楚")).encode("gbk"), ["E002 2:7"]),
    "a bomb of aliases": (BOMB + "#" * 5_000_000, ["E019 1:1"]),
    "no mapping": ("- a\n- b\n", ["E042 1:1"]),
    "no space after the colon": ("name:x", ["E042 1:1"]),
}


@pytest.mark.parametrize("case", TEN_WRONG_FILES)
def test_a_wrong_file_is_refused_with_the_place_of_its_fault(tmp_path, case):
    text, expected = TEN_WRONG_FILES[case]
    started = time.perf_counter()
    assert complaints(tmp_path, text) == expected
    assert time.perf_counter() - started < 1


def test_many_problems_are_cut_to_a_readable_number(tmp_path):
    found = complaints(tmp_path, GOOD + "".join(f"key{n}: 1\n" for n in range(500)))
    assert len(found) == 101
    assert found[-1].startswith("E099")


def test_many_warnings_do_not_refuse_a_file(tmp_path):
    shops = "".join(
        f"  shop-{n}: {{use: taobao, sells: {{melon: {{grade: a, price_per_jin: 3}}}}}}\n" for n in range(120)
    )
    loaded = load_text(tmp_path, good(("channels:\n", "channels:\n" + shops)))
    assert len(loaded.scenario.channels) == 122
    assert loaded.warnings[-1].code == "W099"


def test_problems_travel_between_processes(tmp_path):
    with pytest.raises(ScenarioError) as error:
        load_text(tmp_path, good(("horizon_days", "horizon_dys")))
    copy = pickle.loads(pickle.dumps(error.value))
    assert copy.problems == error.value.problems


def test_an_ordinary_file_loads_quickly(tmp_path):
    load_text(tmp_path, GOOD)
    started = time.perf_counter()
    for _ in range(10):
        load_text(tmp_path, GOOD)
    assert (time.perf_counter() - started) / 10 < 0.03


SCRAPS = [
    scrap.encode()
    for scrap in (
        *"{}[]:#'\"\\%~>\t\n\0：，“\u3000\u202e\ufeff",
        *(
            ": ",
            "- ",
            "&a ",
            "*a",
            "!!x ",
            "<<: ",
            "|\n",
            "---\n",
            "? ",
            "null",
            "yes",
            ".nan",
            "1e999",
            "9" * 30,
        ),
        *("1,000", "12:30", "use: melon", "extends: mine.yaml", "sources: ", "price_per_jin: 3", "9" * 30),
    )
] + [b"\xff"]


def mutated(text: bytes, chance: random.Random) -> bytes:
    """The text with a few bytes inserted, deleted, changed, repeated or moved."""
    data = bytearray(text)
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 | 1:
                data[at:at] = chance.choice(SCRAPS)
            case 2:
                del data[at : at + chance.randrange(1, 8)]
            case 3:
                data[at : at + chance.randrange(12)] = chance.choice(SCRAPS)
            case 4:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                start = chance.randrange(len(data) + 1)
                data[at:at] = data[start : start + chance.randrange(60)]
    return bytes(data)


def assert_only_clean_errors(folder: Path, seed: int, files: int) -> int:
    """Load mutated files; gives how many were valid all the same."""
    chance = random.Random(seed)
    valid = 0
    refused: list[ScenarioError] = []
    for _ in range(files):
        text = mutated(GOOD.encode(), chance)
        override = mutated(b"horizon_days=3", chance).decode("utf-8", "surrogateescape")
        try:
            load_text(folder, text, *([override] if chance.random() < 0.2 else []))
            valid += 1
        except ScenarioError as error:
            refused.append(error)
        except FileError:
            pass
    for refusal in refused:
        assert any(not problem.is_warning for problem in refusal.problems)
        assert all(render_problem(problem) for problem in refusal.problems)
        assert str(refusal)
    return valid


def test_mutated_files_give_clean_errors(tmp_path):
    assert assert_only_clean_errors(tmp_path, 2018, 400) > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_many_mutated_files_give_clean_errors(tmp_path, seed):
    assert assert_only_clean_errors(tmp_path, seed, 2_500) > 0


def test_the_json_schema_allows_what_the_loader_resolves():
    schema = scenario_json_schema(MarketDay, SmallLibrary().names)
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"extends", "sources", "name"} <= set(schema["properties"])
    assert "required" not in schema
    shop = schema["$defs"]["Shop"]
    assert shop["properties"]["use"]["enum"] == ["taobao", "wholesale-market"]
    assert schema["$defs"]["Lane"]["properties"]["use"]["enum"] == ["truck"]
    assert "use" not in schema["$defs"]["Matrix"]["properties"]
    assert [
        branch.get("type") for branch in schema["$defs"]["Product"]["properties"]["life_days"]["anyOf"]
    ] == [
        "number",
        None,
    ]
    assert "interventions" in SECTIONS.values(), "a section without a place in the model is passed over"


def test_the_json_schema_keeps_a_field_that_is_called_required():
    from pydantic import create_model  # noqa: PLC0415

    schema = scenario_json_schema(create_model("Odd", required=(int, 3)))
    assert "required" in schema["properties"]

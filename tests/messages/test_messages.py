import gettext
import re
import string

import collect
import pytest

from farmsim.report import messages
from farmsim.report.messages import (
    choose_language,
    known_language,
    lang_argument,
    plural,
    translate,
    use_language,
)

TEXTS = collect.source_texts()
FIELDS = string.Formatter()


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


def strings(message):
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def placeholders(text):
    return {name for _before, name, _spec, _conversion in FIELDS.parse(text) if name is not None}


@pytest.mark.parametrize("language", collect.LANGUAGES)
def test_the_catalogue_holds_exactly_the_texts_of_the_sources(language):
    catalogue = collect.load(language)
    held = {tuple(m.id) if isinstance(m.id, tuple | list) else m.id for m in catalogue if m.id}
    assert held == set(TEXTS), "run: python tests/messages/collect.py"


@pytest.mark.parametrize("language", collect.LANGUAGES)
def test_every_text_is_translated_and_none_is_marked_unsure(language):
    open_texts = [m.id for m in collect.load(language) if m.id and (m.fuzzy or not all(strings(m)))]
    assert open_texts == []


@pytest.mark.parametrize("language", collect.LANGUAGES)
def test_placeholders_are_the_same(language):
    for message in collect.load(language):
        originals = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
        for text in strings(message):
            assert placeholders(text) == placeholders(originals[-1]), originals


@pytest.mark.parametrize("language", collect.LANGUAGES)
def test_the_compiled_catalogue_is_fresh(language):
    with collect.po_path(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in collect.load(language):
        if isinstance(message.id, tuple | list):
            assert [compiled.ngettext(*message.id, n) for n in (1, 2)] == [
                strings(message)[0],
                strings(message)[-1],
            ]
        elif message.id:
            assert compiled.gettext(message.id) == message.string


def test_chinese_follows_the_list_of_terms():
    for message in collect.load("zh"):
        english = " ".join(message.id) if isinstance(message.id, tuple | list) else message.id
        for text in strings(message):
            if re.search("random seed", english, re.IGNORECASE):
                assert "随机种子" in text
            assert "¥" not in text
            assert not re.search(r"利润", text), text
            if "poverty line" in english:
                assert "贫困线" in text


def test_chinese_speaks_of_seed_only_with_random_or_of_sown_seed():
    for message in collect.load("zh"):
        for text in strings(message):
            if "种子" in text.replace("随机种子", ""):
                assert "Seed, film" in message.id


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["run", "--lang", "zh"], {"FARMSIM_LANG": "en"}, "zh"),
        (["--lang=en", "run"], {"FARMSIM_LANG": "zh"}, "en"),
        (["run"], {"FARMSIM_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        (["run"], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        (["run"], {"LANG": "C.UTF-8"}, "en"),
        (["run"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["--lang", "fr"], {"LANG": "zh_CN"}, "en"),
        (["--", "--lang", "zh"], {"LANG": "C"}, "en"),
        ([], {}, "en"),
    ],
)
def test_the_language_comes_from_argument_environment_locale(arguments, environment, language):
    assert choose_language(arguments, environment) == language


def test_the_last_lang_counts_and_one_without_value_does_not():
    assert lang_argument(["--lang", "en", "--lang", "zh"]) == "zh"
    assert lang_argument(["run", "--lang"]) is None


@pytest.mark.parametrize(
    ("name", "language"), [("zh_TW.Big5", "zh"), ("Chinese_China.936", "zh"), ("tlh", None)]
)
def test_names_of_languages(name, language):
    assert known_language(name) == language


def test_texts_follow_the_chosen_language():
    use_language("zh")
    assert messages.language() == "zh"
    assert translate("Commands") == gettext.gettext("Commands") == "命令"
    assert plural("{count} replication", "{count} replications", 3) == "{count} 次重复"
    assert translate("") == ""
    use_language("en")
    assert translate("Commands") == "Commands"
    assert plural("{count} replication", "{count} replications", 1) == "{count} replication"

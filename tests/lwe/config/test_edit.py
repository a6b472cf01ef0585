"""One value changes one line, whatever stands around it."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
import yaml

from lwe.config.edit import changed, removed
from lwe.errors import ConfigError

FILE = """\
# What I like.
model:
  default_preset: fast  # every day
  system_message:
    short: Be short.   # really

# Where things are.
directories:
  presets:
    - $CONFIG_DIR/presets   # mine
    - /shared/presets

shell: {streaming: true}
plugins:
unknown: [1, 2]
text: |
  first
  second
last: 1
"""


def differing(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that only one of two texts has."""
    old, new = before.split("\n"), after.split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        (
            "model.default_preset",
            "deep",
            "  default_preset: fast  # every day",
            "  default_preset: deep  # every day",
        ),
        (
            "model.system_message.short",
            "Say: yes",
            "    short: Be short.   # really",
            "    short: 'Say: yes'   # really",
        ),
        ("shell.streaming", False, "shell: {streaming: true}", "shell: {streaming: false}"),
        ("unknown", ["a", 1], "unknown: [1, 2]", "unknown: [a, 1]"),
        ("last", None, "last: 1", "last: null"),
    ],
)
def test_a_value_changes_its_line(key: str, value: Any, old: str, new: str) -> None:
    assert differing(FILE, changed(FILE, key, value)) == ([old], [new])


@pytest.mark.parametrize(
    ("key", "value", "new"),
    [
        ("model.other", 1.5, ["  other: 1.5"]),
        ("model.system_message.long", "Ja, öfter", ["    long: Ja, öfter"]),
        ("fresh", True, ["fresh: true"]),
        ("tools.policy.dice", "ask", ["tools:", "  policy:", "    dice: ask"]),
        ("plugins.enabled", ["echo"], ["  enabled: [echo]"]),
    ],
)
def test_a_missing_key_adds_its_lines_and_touches_no_other(
    key: str, value: Any, new: list[str]
) -> None:
    assert differing(FILE, changed(FILE, key, value)) == ([], new)


def test_a_key_is_added_to_a_section_in_braces() -> None:
    assert changed("shell: {}\n", "shell.a", 1) == "shell: {a: 1}\n"
    assert changed("shell: {b: 2}\n", "shell.a.c", 1) == "shell: {b: 2, a: {c: 1}}\n"


def test_a_list_of_several_lines_is_replaced() -> None:
    after = changed(FILE, "directories.presets", ["/one"])
    assert "  presets: [/one]\n" in after
    assert "/shared/presets" not in after
    assert "# Where things are." in after


def test_a_text_of_several_lines_is_replaced() -> None:
    assert "text: short\nlast: 1\n" in changed(FILE, "text", "short")


@pytest.mark.parametrize("text", ["", "\n", "# only words\n", "# only words"])
def test_an_empty_file_gets_its_first_key(text: str) -> None:
    assert changed(text, "model.default_preset", "fast").endswith(
        "model:\n  default_preset: fast\n"
    )


def test_a_file_without_a_last_line_end_is_no_trouble() -> None:
    assert changed("a: 1", "b", 2) == "a: 1\nb: 2\n"
    assert changed("a: 1", "a", 2) == "a: 2"
    assert yaml.safe_load(changed("a:", "a.b", 2)) == {"a": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a: &x 1\nb: *x\n", "b"),
        ("- a\n", "a"),
        ("a: [\n", "a"),
        ("a: 1\n", "a.b"),
        ("a: {b: &x 1}\nc:\n  <<: *y\n", "c.d"),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str, key: str) -> None:
    with pytest.raises(ConfigError):
        changed(text, key, 2)


def test_any_change_of_any_file_means_what_it_says() -> None:
    chance = random.Random(7)
    text = FILE
    keys = ["a", "b.c", "b.d.e", "model.default_preset", "shell.streaming", "directories.presets"]
    values = [1, "x: y", None, ["p", "q"], True, "- no list", "# no comment", "ends with:", " "]
    meant = yaml.safe_load(text)
    for _ in range(200):
        key, value = chance.choice(keys), chance.choice(values)
        text = changed(text, key, value)
        *parents, last = key.split(".")
        inner = meant
        for part in parents:
            inner = inner.setdefault(part, {})
        inner[last] = value
        assert yaml.safe_load(text) == meant
    assert "# What I like." in text
    assert "# every day" in text


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("model.default_preset", ["  default_preset: fast  # every day"], []),
        ("model.system_message.short", ["    short: Be short.   # really"], []),
        ("shell.streaming", ["shell: {streaming: true}"], ["shell: {}"]),
        ("plugins", ["plugins:"], []),
        ("text", ["text: |", "  first", "  second"], []),
        ("last", ["last: 1"], []),
        ("directories.presets.0", [], []),
        ("nothing.here", [], []),
    ],
)
def test_a_key_is_removed_with_its_lines_and_no_other(
    key: str, old: list[str], new: list[str]
) -> None:
    assert differing(FILE, removed(FILE, key)) == (old, new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: {x: 1, y: 2, z: 3}\n", "a: {x: 1, z: 3}\n"),
        ("a: {y: 2, z: 3}\n", "a: {z: 3}\n"),
        ("a: {x: 1, y: 2}\n", "a: {x: 1}\n"),
        ("a:\n  y: 2", "a:\n"),
        ("a:\n  y:\nb: 1\n", "a:\nb: 1\n"),
        ("a:\n  y:\n    - 1\n    - 2\n  # note\nb: 1\n", "a:\n  # note\nb: 1\n"),
    ],
)
def test_what_is_removed_leaves_the_rest(before: str, after: str) -> None:
    assert removed(before, "a.y") == after


def test_a_name_with_dots_is_given_in_parts() -> None:
    text = changed("a.b: 1\n", ["c.d"], "x")
    assert text == "a.b: 1\nc.d: x\n"
    assert removed(text, ["a.b"]) == "c.d: x\n"


def test_a_broken_text_is_told_with_its_line() -> None:
    with pytest.raises(ConfigError, match="line 2"):
        removed("a: 1\n b: [\n", "a")


@pytest.mark.parametrize("text", ["- a: 1\n  b: 2\n", "? a\n: b: 1\n", "x: {<<: {b: 1}}\n"])
def test_what_cannot_be_removed_alone_is_refused_or_left(text: str) -> None:
    with suppress(ConfigError):
        assert yaml.safe_load(removed(text, "x.b")) != {}


def test_removing_what_was_added_means_what_it_was() -> None:
    chance = random.Random(11)
    for key in ("model.default_preset", "fresh", "shell.a", "plugins.enabled", "a.b.c"):
        before = removed(FILE, key)
        after = removed(changed(before, key, chance.choice(["x", 1, ["p"], None])), key)
        assert set(before.split("\n")) - set(after.split("\n")) <= {"plugins:"}

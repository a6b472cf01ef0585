"""The helpers that the seed's plugins import give the seed's results."""

from __future__ import annotations

import builtins
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lwe.core import constants, util
from lwe.errors import TemplateError

ROOT = Path(__file__).parents[3]
Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def console(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print as into a pipe of eighty columns."""
    monkeypatch.setenv("COLUMNS", "80")
    util._console.cache_clear()


# ------------------------------------------------------------------------------------ printing


@pytest.mark.parametrize(
    ("message", "printed"),
    [
        ("ok", "ok\n\n"),
        ("[red] and [/x] :smile:", "[red] and [/x] :smile:\n\n"),
        ("\x1b]0;title\x07a\rb\x9b1m", "]0;titleab1m\n\n"),
        (ValueError("[/x]\x1b"), "[/x]\n\n"),
        (None, "None\n\n"),
        ({"a": 1}, "{'a': 1}\n\n"),
    ],
)
def test_a_status_is_printed_as_it_stands(message: object, printed: str, capsys: Printed) -> None:
    util.print_status_message(True, message)
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("success", "style", "code"), [(True, None, "1;32"), (False, None, "1;31"), (True, "red", "31")]
)
def test_a_status_is_green_red_or_as_told(
    success: bool, style: str | None, code: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    util.print_status_message(success, "done", style)
    assert f"\x1b[{code}mdone\x1b[0m\n" in capsys.readouterr().out


def test_markdown_is_laid_out(capsys: Printed) -> None:
    util.print_markdown("* **a**\x1b\n* b", style="red")
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["", " • a", " • b", ""]


def test_a_dict_is_printed_as_json(capsys: Printed) -> None:
    util.print_markdown({"a": {"b": 2}})
    assert json.loads(capsys.readouterr().out) == {"a": {"b": 2}}


def test_what_is_neither_text_nor_dict_raises() -> None:
    with pytest.raises(TypeError):
        util.print_markdown(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response", "printed"),
    [
        (None, ""),
        ("", ""),
        ((), ""),
        ((True, object(), "done"), "done\n\n"),
        ("*text*", "text" + " " * 76 + "\n\n"),
    ],
)
def test_a_response_is_a_status_or_markdown(response: Any, printed: str, capsys: Printed) -> None:
    util.output_response(response)
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("typed", "answer"), [("y", True), (" YES ", True), ("n", False), ("", False)]
)
def test_only_yes_confirms(typed: str, answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", lambda question: asked.append(question) or typed)
    assert util.confirm("Sure?\x1b") is answer
    assert asked == ["Sure? (y/n): "]


def test_without_a_terminal_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr(builtins, "input", ended)
    assert util.confirm("Sure?") is False


# ---------------------------------------------------------------------------- values and texts


def test_dicts_are_merged_in_place_and_in_depth() -> None:
    first: dict[str, Any] = {"a": {"b": 1}, "c": 2, "d": {"e": 1}}
    assert util.merge_dicts(first, {"a": {"x": 1}, "c": {"z": 1}, "d": 3}) is first
    assert first == {"a": {"b": 1, "x": 1}, "c": {"z": 1}, "d": 3}


def test_json_is_a_markdown_block() -> None:
    assert util.dict_to_pretty_json({"b": 1, "a": ["é"]}) == (
        '```json\n{\n    "b": 1,\n    "a": [\n        "\\u00e9"\n    ]\n}\n```'
    )


def test_lists_are_bulleted() -> None:
    assert util.list_to_markdown_list(["a", 1]) == "  * a\n  * 1"
    assert util.list_to_markdown_list(["a"], indent=0) == "* a"
    assert util.list_to_markdown_list([]) == ""


def test_texts_are_split_and_stripped() -> None:
    assert util.split_on_delimiter("a, b,,c ") == ["a", "b", "", "c"]
    assert util.split_on_delimiter("a|b", "|") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "prefix", "left"),
    [
        ("Langchain-x", "langchain-", "x"),
        ("aab", "a", "ab"),
        ("xa", "a", "xa"),
        ("axb", "a.", "axb"),
    ],
)
def test_a_prefix_is_removed_in_any_case(text: str, prefix: str, left: str) -> None:
    assert util.remove_prefix(text, prefix) == left


@pytest.mark.parametrize(
    ("snake", "name"),
    [("snake_case", "SnakeCase"), ("a__b", "AB"), ("has2num_x", "Has2NumX"), ("", "")],
)
def test_a_file_names_its_class(snake: str, name: str) -> None:
    assert util.snake_to_class(snake) == name


@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("http://x", True),
        ("ftp://h/p", True),
        ("x", False),
        ("//x", False),
        ("file:///a", False),
        ("mailto:a@b", False),
        ("http://[x", False),
        (None, False),
    ],
)
def test_a_url_has_scheme_and_host(url: Any, valid: bool) -> None:
    assert util.is_valid_url(url) is valid


def test_missing_attributes_are_none() -> None:
    thing = util.NoneAttrs()
    thing.known = 4
    assert (thing.known, thing.unknown) == (4, None)


def test_the_time_is_local_and_naive() -> None:
    assert util.current_datetime().tzinfo is None


def test_the_clipboard_is_read_or_the_remedy_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwe.clip._READERS", ((None, ("printf", "copied")),))
    assert util.paste_from_clipboard() == "copied"
    monkeypatch.setattr("lwe.clip._READERS", ())
    with pytest.raises(TemplateError, match="Install"):
        util.paste_from_clipboard()


# ----------------------------------------------------------------------- files and environment


def test_variables_have_our_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWE_FOO", "a: b:c")
    monkeypatch.setenv("LWE_EMPTY", "")
    monkeypatch.delenv("LWE_NONE", raising=False)
    assert util.get_environment_variable("foo") == "a: b:c"
    assert util.get_environment_variable("none", "d") == "d"
    assert util.get_environment_variable("empty", "d") == ""
    assert util.get_environment_variable_list("foo") == ["a", "b", "c"]
    assert util.get_environment_variable_list("empty") is None
    assert util.get_environment_variable_list("none") is None


def test_path_tokens_are_replaced(home: Path) -> None:
    config = SimpleNamespace(config_dir="/c", data_dir="/d", profile="p")
    path = "$HOME:$CONFIG_DIR/$DATA_DIR/$PROFILE"
    assert util.filepath_replacements(path, config) == f"{home}:/c//d/p"


def test_the_root_of_a_package_and_the_folder_of_a_caller() -> None:
    assert util.get_package_root(json.JSONDecoder()) == str(Path(json.__file__).parent)
    assert util.get_file_directory() == str(Path(__file__).parent)
    with pytest.raises(AttributeError):
        util.get_package_root(3)


def test_a_temporary_file_is_private(tmp_path: Path) -> None:
    path = Path(util.write_temp_file("é\n", "md", "pre-", str(tmp_path)))
    assert re.fullmatch(r"pre-\w+\.md", path.name)
    assert path.parent == tmp_path
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_temporary_file_is_empty_and_nameless_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = Path(util.write_temp_file())
    assert (path.parent, path.suffix, path.read_text()) == (tmp_path, "", "")
    assert util.write_temp_file(suffix=".txt").count(".txt") == 1


def test_a_temporary_file_that_failed_is_removed(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        util.write_temp_file(5, dir=str(tmp_path))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        util.write_temp_file(dir=str(tmp_path / "nowhere"))


def test_files_are_created_and_folders_emptied(tmp_path: Path) -> None:
    path = util.create_file(str(tmp_path), "f.txt", "abc")
    assert (path, Path(path).read_text()) == (f"{tmp_path}/f.txt", "abc")
    util.create_file(str(tmp_path), "f.txt")
    assert Path(path).read_text() == ""
    with pytest.raises(FileNotFoundError):
        util.create_file(f"{tmp_path}/no", "f.txt")
    util.create_file(str(tmp_path), ".hidden")
    util.clean_directory(str(tmp_path))
    assert [left.name for left in tmp_path.iterdir()] == [".hidden"]
    util.clean_directory(f"{tmp_path}/no")
    util.remove_and_create_dir(str(tmp_path))
    util.remove_and_create_dir(f"{tmp_path}/a/b")
    assert [left.name for left in tmp_path.iterdir()] == ["a"]
    with pytest.raises(OSError, match="a"):
        util.clean_directory(str(tmp_path))


# ----------------------------------------------------------------------------------- the module


def test_the_seeds_names_are_all_there() -> None:
    missing = [name for name in util.__all__ if not hasattr(util, name)]
    assert missing == []
    assert util.constants is constants
    assert util.console.width == 80
    with pytest.raises(AttributeError, match="nonsense"):
        util.nonsense  # noqa: B018 - looking is the test


def test_constants_agree_with_the_configuration() -> None:
    assert constants.DEFAULT_CONFIG["model"]["default_system_message"] == "default"
    assert constants.SYSTEM_MESSAGE_PROGRAMMER.startswith("You are an expert programmer")
    assert all(hasattr(constants, name) for name in constants.HELP_TOKEN_VARIABLE_SUBSTITUTIONS)


def test_importing_the_helpers_is_cheap() -> None:
    code = (
        "import sys, lwe.core.util, lwe.core.editor;"
        "print([m for m in ('rich', 'yaml', 'peewee', 'jinja2', 'openai') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"

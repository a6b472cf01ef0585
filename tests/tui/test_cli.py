"""The command line: every option of the seed, where prompts come from, and exit codes."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.config.logs import LOGGER, close_console, close_log
from lwe.version import VERSION
from lwe_tui import cli, exits
from lwe_tui.options import FOLDERS, Options, configured

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Leave no log open."""
    yield
    close_console()
    close_log()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Options]]:
    """Collect the prompts instead of asking them."""
    prompts: list[tuple[str, Options]] = []

    def answer(prompt: str, options: Options) -> int:
        prompts.append((prompt, options))
        return exits.OK

    monkeypatch.setattr("lwe_tui.oneshot.answer", answer)
    return prompts


def options(*arguments: str) -> Options:
    """Return what a command line means."""
    return cli._options(cli.parser().parse_args(arguments))


def put_config(text: str) -> None:
    Path(Config().config_profile_dir, "config.yaml").write_text(text)


def put_preset(*pieces: str) -> None:
    """Make a preset `said` whose model says these pieces."""
    folder = Config().directories("presets")[-1]
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "metadata": {"provider": "fake_llm"},
        "model_customizations": {"responses": [list(pieces)]},
    }
    (folder / "said.yaml").write_text(json.dumps(content))


def test_words_are_a_prompt(asked: list[tuple[str, Options]]) -> None:
    assert cli.main(["why", "is", "it"]) == exits.OK
    assert cli.main(["configure", "me"]) == exits.OK
    assert [prompt for prompt, _ in asked] == ["why is it", "configure me"]


def test_words_may_stand_around_options(asked: list[tuple[str, Options]]) -> None:
    assert cli.main(["why", "-n", "is", "--preset", "x", "it"]) == exits.OK
    assert cli.main(["-n", "--", "-v", "is", "what?"]) == exits.OK
    assert [prompt for prompt, _ in asked] == ["why is it", "-v is what?"]
    assert (asked[0][1].preset, asked[0][1].stream) == ("x", False)


def test_help_makes_no_folders(home: Path, capsys: Output) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "--workflow-args" in capsys.readouterr().out
    assert list(home.iterdir()) == []


def test_a_file_is_appended_after_a_blank_line(
    asked: list[tuple[str, Options]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "more.txt"
    file.write_text("more\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped"))
    assert cli.main(["say", "-i", str(file)]) == exits.OK
    assert cli.main(["--input-file", str(file)]) == exits.OK
    assert cli.main(["say", "-i"]) == exits.OK
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped"))
    assert cli.main(["-i", "-", "say"]) == exits.OK
    assert [prompt for prompt, _ in asked] == ["say\n\nmore\n", "more\n"] + ["say\n\npiped"] * 2


def test_stdin_is_not_read_unasked(
    asked: list[tuple[str, Options]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["say"]) == exits.OK


def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "picture").write_bytes(b"\xff\xd8")
    (tmp_path / "empty").write_text(" \n")
    for name, reason in (
        ("no", "no cannot be read: No such file or directory."),
        ("picture", "picture cannot be read: it is no UTF-8 text."),
        ("empty", "nothing to ask"),
    ):
        assert cli.main(["-i", str(tmp_path / name)]) == exits.USAGE
        assert reason in capsys.readouterr().err


def test_wrong_options_are_wrong_usage(capsys: Output) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--nonsense"])
    assert caught.value.code == exits.USAGE
    with pytest.raises(SystemExit) as caught:
        cli.main(["-v"])
    assert caught.value.code == exits.OK
    assert capsys.readouterr().out == f"lwe-tui {VERSION}\n"


def test_without_words_and_terminal_there_is_no_app(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert cli.main([]) == exits.USAGE
    assert "needs a terminal" in capsys.readouterr().err


def test_the_environment_comes_after_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("CONFIG_DIR", "/c"), ("DATA_DIR", "/d"), ("CONFIG_PROFILE", "work")):
        monkeypatch.setenv(f"LWE_{name}", value)
    read = options()
    assert (read.config_dir, read.data_dir, read.profile) == ("/c", "/d", "work")
    read = options("-c", "/x", "-t", "/y", "-p", "z")
    assert (read.config_dir, read.data_dir, read.profile) == ("/x", "/y", "z")


@pytest.mark.parametrize("kind", FOLDERS)
def test_folders_may_be_named_more_than_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LWE_{kind.removesuffix('s').upper()}_DIR", "/not/this")
    config = configured(options(f"--{kind}-dir", "/a", f"--{kind}-dir", "$PROFILE/b"))
    assert config.directories(kind) == [Path("/a"), Path("default/b")]
    assert config.get(f"directories.{kind}") == ["/a", "default/b"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-s", "pirate"], {"model.default_system_message": "pirate"}),
        (["--database", "sqlite:///$HOME/x"], {"database": "sqlite:///{home}/x"}),
        (["-l", "chat.md"], {"chat.log.enabled": True, "chat.log.filepath": "chat.md"}),
        (["-e", "/x"], {"debug.log.enabled": True, "debug.log.filepath": "/x"}),
        (
            ["-d"],
            {
                "debug.log.enabled": True,
                "debug.log.level": "DEBUG",
                "log.console.level": "DEBUG",
            },
        ),
        ([], {"shell.streaming": True, "chat.log.enabled": False, "debug.log.enabled": False}),
        (["-n"], {"shell.streaming": False}),
    ],
)
def test_options_go_over_the_configuration(
    arguments: list[str], expected: dict[str, Any], home: Path
) -> None:
    config = configured(options(*arguments))
    wanted = {
        key: value.format(home=home) if isinstance(value, str) else value
        for key, value in expected.items()
    }
    assert {key: config.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("key", ["shell", "model"])
def test_the_file_may_turn_streaming_off(key: str) -> None:
    put_config(f"{key}: {{streaming: false}}")
    assert configured(options()).get("shell.streaming") is False


def test_no_stream_wins_over_the_file() -> None:
    put_config("shell: {streaming: true}")
    assert configured(options("-n")).get("shell.streaming") is False


def test_another_backend_is_a_warning() -> None:
    put_config("backend: chrome")
    config = configured(options())
    assert config.get("backend") == "api"
    assert "'chrome'" in config.warnings[0]


def test_without_streaming_the_answer_comes_at_once(capsys: Output) -> None:
    put_preset("one ", "two")
    assert cli.main(["-n", "-r", "said", "hi"]) == exits.OK
    assert capsys.readouterr().out == "one two\n"


def test_the_chat_log(tmp_path: Path, capsys: Output) -> None:
    put_preset("an answer")
    log = tmp_path / "chat.log"
    for _ in range(2):
        assert cli.main(["-l", str(log), "-r", "said", "hi"]) == exits.OK
    entry = "\nUSER:\n\nhi\n\nASSISTANT:\n\nan answer\n\n## context None\n"
    assert log.read_text() == entry * 2


def test_a_log_that_cannot_be_written_is_told_before_asking(capsys: Output) -> None:
    put_preset("an answer")
    assert cli.main(["-l", "/no/such/chat.log", "-r", "said", "hi"]) == exits.CONFIGURATION
    said = capsys.readouterr()
    assert (said.out, "/no/such/chat.log cannot be written" in said.err) == ("", True)


def test_debugging_logs_to_stderr_and_a_file(tmp_path: Path, capsys: Output) -> None:
    put_preset("an answer")
    log = tmp_path / "debug.log"
    assert cli.main(["-d", "-e", str(log), "-r", "said", "hi"]) == exits.OK
    said = capsys.readouterr()
    assert said.out == "an answer\n"
    assert "lwe.requests - DEBUG - asks" in said.err
    assert " - DEBUG - asks" in log.read_text()


def test_only_errors_are_logged_to_stderr_without_it(capsys: Output) -> None:
    put_preset("an answer")
    assert cli.main(["-r", "said", "hi"]) == exits.OK
    logging.getLogger("lwe.engine").warning("unimportant")
    logging.getLogger("lwe.engine").error("important")
    assert capsys.readouterr().err == "lwe.engine - ERROR - important\n"
    assert LOGGER.level == logging.ERROR


def test_warnings_of_the_configuration_go_to_stderr(capsys: Output) -> None:
    put_preset("an answer")
    put_config("model: {streaming: true}")
    assert cli.main(["-r", "said", "hi"]) == exits.OK
    said = capsys.readouterr()
    assert said.out == "an answer\n"
    assert "'model.streaming' is read as 'shell.streaming'" in said.err


def test_nothing_is_stored_without_a_user(home: Path, capsys: Output) -> None:
    put_preset("an answer")
    assert cli.main(["-r", "said", "hi"]) == exits.OK
    assert list(home.rglob("storage.db")) == []


@pytest.mark.parametrize("door", [["hi"], ["config"], ["-w", "hello-world"]])
def test_a_wrong_type_in_the_configuration_ends_with_3(door: list[str], capsys: Output) -> None:
    put_config("tools: {max_rounds: lots}\n")
    assert cli.main(door) == exits.CONFIGURATION
    said = capsys.readouterr()
    assert said.out == ""
    assert "tools.max_rounds has to be a whole number of at least 1, not 'lots'" in said.err
    assert said.err.count("config.yaml") == 1


def test_a_key_that_nothing_reads_costs_a_warning(capsys: Output) -> None:
    put_config("tols: {max_rounds: 3}\n")
    put_preset("Hello")
    assert cli.main(["-r", "said", "hi"]) == exits.OK
    said = capsys.readouterr()
    assert said.out == "Hello\n"
    assert said.err.count("Did you mean 'tools'?") == 1

"""A question on the command line: raw for programs, harmless for terminals, telling exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lwe import ApiBackend
from lwe.config.config import Config
from lwe.errors import StorageError
from lwe.storage.store import Store
from lwe_tui import cli, exits

Output = pytest.CaptureFixture[str]
EVIL = ["\x1b", "]52;c;c3RvbGVu\x07stay", "\x1b[2", "Jing"]


def put_preset(name: str, *pieces: str) -> None:
    """Make a preset whose model says these pieces."""
    folder = Config().directories("presets")[-1]
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "metadata": {"provider": "fake_llm"},
        "model_customizations": {"responses": [list(pieces)]},
    }
    (folder / f"{name}.yaml").write_text(json.dumps(content))


def put_config(text: str) -> None:
    Path(Config().config_profile_dir, "config.yaml").write_text(text)


@pytest.fixture
def evil() -> None:
    """Make a preset whose model sends what a terminal would obey."""
    put_preset("evil", *EVIL)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)


def test_a_program_gets_what_the_model_wrote(evil: None, capsys: Output) -> None:
    assert cli.main(["--preset", "evil", "hi"]) == exits.OK
    assert capsys.readouterr().out == "".join(EVIL) + "\n"


def test_a_terminal_gets_what_can_be_read(
    evil: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    assert cli.main(["--preset", "evil", "hi"]) == exits.OK
    assert capsys.readouterr() == ("staying\n", "")


def test_what_was_held_back_is_not_lost(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    put_preset("held", "a line\r")
    on_a_terminal(monkeypatch)
    assert cli.main(["--preset", "held", "hi"]) == exits.OK
    assert capsys.readouterr().out == "a line\n"


def ask(preset: str, **environment: str) -> subprocess.Popen[bytes]:
    """Run the program as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "lwe_tui", "--preset", preset, "hi"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def test_a_letter_that_cannot_be_written_does_not_cost_the_answer() -> None:
    put_preset("letters", "caf\u00e9", " and tea")
    with ask("letters", PYTHONIOENCODING="ascii") as process:
        assert process.communicate() == (b"caf? and tea\n", b"")
    assert process.returncode == exits.OK


def test_a_reader_that_has_enough_is_no_fault() -> None:
    put_preset("long", *["words " * 1000] * 100)
    with ask("long") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(5) == b"words"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == exits.FAILED


def test_errors_are_cleaned(capsys: Output) -> None:
    assert cli.main(["--preset", "\x1b[2Jnope", "hi"]) == exits.CONFIGURATION
    assert capsys.readouterr() == ("", "lwe-tui: Preset 'nope' not found.\n")


def test_a_preset_that_is_not_there_is_replaced_by_nobody(
    evil: None, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert cli.main(["--preset", "evli", "hi"]) == exits.CONFIGURATION
    said = capsys.readouterr()
    assert said.out == ""
    assert "Preset 'evli' not found. Did you mean evil?" in said.err


def test_a_preset_goes_before_the_users_own_default(evil: None, capsys: Output) -> None:
    store = ApiBackend().engine.store
    store.set_default_preset(store.add_user("ann").id, "gpt-4o-mini")
    put_config("backend_options: {default_user: ann}")
    assert cli.main(["--preset", "evil", "hi"]) == exits.OK
    assert "".join(EVIL) in capsys.readouterr().out


def test_a_default_that_is_not_used_is_told(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    put_config("model: {default_preset: gone}")
    assert cli.main(["hi"]) == exits.FAILED
    assert "The default preset is not used. Preset 'gone' not found." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("model: [", "cannot be read"),
        ("backend_options: {default_user: nobody}", "User 'nobody' not found"),
    ],
)
def test_a_configuration_that_cannot_be_used_has_an_exit_code(
    text: str, reason: str, capsys: Output
) -> None:
    put_config(text)
    assert cli.main(["hi"]) == exits.CONFIGURATION
    assert reason in capsys.readouterr().err


def test_a_folder_that_is_not_there_has_the_same(capsys: Output) -> None:
    assert cli.main(["--config-dir", "/no/such/folder", "hi"]) == exits.CONFIGURATION
    assert "/no/such/folder" in capsys.readouterr().err


@pytest.mark.parametrize("streaming", ["true", "false"])
def test_an_answer_that_waits_for_the_database_is_printed_told_and_stored_at_the_end(
    capsys: Output, monkeypatch: pytest.MonkeyPatch, streaming: str
) -> None:
    user = "backend_options: {auto_create_first_user: ann, default_user: ann}"
    put_config(f"{user}\nshell: {{streaming: {streaming}}}\n")
    put_preset("said", "An answer.")
    commit, refused = Store.commit_turn, list[str]()

    def refuse_once(self: Store, *given: Any, **named: Any) -> Any:
        if not refused:
            refused.append("once")
            raise StorageError("Another program is writing the database.")
        return commit(self, *given, **named)

    monkeypatch.setattr(Store, "commit_turn", refuse_once)
    assert cli.main(["--preset", "said", "hi"]) == exits.FAILED
    printed = capsys.readouterr()
    assert printed.out == "An answer.\n"
    assert "not stored yet" in printed.err
    assert [m.text for m in ApiBackend().engine.store.messages(1)][1:] == ["hi", "An answer."]

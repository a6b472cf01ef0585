"""`lwe-tui config` shows what holds, hides what is secret, and loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lwe.config.config import Config
from lwe_tui import cli, exits

Output = pytest.CaptureFixture[str]

SECRETS = """
database: postgresql://ann:hunter2@example.org/db
plugins:
  provider_x: {openai_api_key: sk-live, api_key_env_var: MY_VARIABLE, max_tokens: 5, password: pw}
"""


def put_config(text: str) -> None:
    Path(Config().config_profile_dir, "config.yaml").write_text(text)


def shown(capsys: Output, *words: str) -> str:
    """Return what a command prints, which succeeds and says nothing else."""
    assert cli.main(["config", *words]) == exits.OK
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_everything(capsys: Output, home: Path) -> None:
    said = shown(capsys)
    for title in (
        "# Backend configuration: api",
        "# File configuration",
        "# Profile 'default' configuration:",
        "# Runtime configuration",
    ):
        assert f"{title}\n" in said
    assert list(home.rglob("storage.db")) == []


def test_files(capsys: Output, home: Path) -> None:
    said = shown(capsys, "files")
    config = home / ".config/llm-workflow-engine"
    assert f"* Config dir: {config}\n" in said
    assert f"* Preset dirs:\n    * {config}/presets\n    * {config}/profiles/default/" in said


def test_runtime(capsys: Output) -> None:
    put_config("chat: {log: {enabled: true}}\nmodel: {default_system_message: programmer}\n")
    said = shown(capsys, "runtime")
    assert "* Streaming: True\n* Logging to: lwe.log\n" in said
    assert "* System message: You are an expert programmer" in said
    assert "* Max submission tokens: " in said


def test_looking_begins_no_log(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put_config("chat: {log: {enabled: true}}\ndebug: {log: {enabled: true, filepath: debug.log}}\n")
    assert "* Logging to: lwe.log\n* Debug log: debug.log\n" in shown(capsys, "runtime")
    assert list(tmp_path.iterdir()) == []


def test_runtime_says_why_nothing_can_be_asked(capsys: Output) -> None:
    put_config("backend_options: {default_user: nobody}")
    assert "* Asking is not possible: User 'nobody' not found" in shown(capsys, "runtime")


def test_a_property_is_just_its_value(capsys: Output, home: Path) -> None:
    assert shown(capsys, "config_dir") == f"{home}/.config/llm-workflow-engine\n"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("shell.streaming", "true\n"),
        ("model.default_preset", "null\n"),
        ("plugins.enabled", "- echo\n- examples\n"),
        ("chat", "log:\n  enabled: false\n  filepath: lwe.log\n"),
    ],
)
def test_a_key(capsys: Output, key: str, expected: str) -> None:
    section = f"# Configuration section '{key}':\n\n```yaml\n{expected}```\n"
    assert shown(capsys, key) == section


def test_options_are_seen(capsys: Output) -> None:
    assert cli.main(["-r", "mine", "config", "model.default_preset"]) == exits.OK
    assert "```yaml\nmine\n" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["nope", "model.nope", "backend.api"])
def test_a_key_that_is_none_is_a_failure(capsys: Output, key: str) -> None:
    assert cli.main(["config", key]) == exits.FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert f"Configuration section '{key}' not found" in said.err


def test_wrong_usage_and_a_broken_file_have_codes(capsys: Output) -> None:
    assert cli.main(["config", "a", "b"]) == exits.USAGE
    put_config("a: [")
    assert cli.main(["config"]) == exits.CONFIGURATION
    assert "config.yaml" in capsys.readouterr().err


def test_warnings_are_talk(capsys: Output) -> None:
    put_config("model: {streaming: true}")
    assert cli.main(["config", "shell.streaming"]) == exits.OK
    said = capsys.readouterr()
    assert "model.streaming" not in said.out
    assert said.err.count("'model.streaming' is read") == 1


@pytest.mark.parametrize(
    "word", ["profile", "files", "plugins", "plugins.provider_x.openai_api_key", "database"]
)
def test_secrets_are_hidden(capsys: Output, word: str) -> None:
    put_config(SECRETS)
    said = shown(capsys, word)
    assert not [secret for secret in ("hunter2", "sk-live", "pw") if secret in said]


def test_what_is_no_secret_is_shown(capsys: Output) -> None:
    put_config(SECRETS)
    said = shown(capsys, "profile")
    assert "MY_VARIABLE" in said
    assert "max_tokens: 5" in said
    assert "database: postgresql://ann:***@example.org/db" in said


def test_it_loads_neither_textual_nor_a_models_client() -> None:
    code = (
        "import sys; from lwe_tui import cli; cli.main(['config']);"
        "sys.exit(bool({'textual', 'openai', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.stderr, done.returncode) == (b"", 0)

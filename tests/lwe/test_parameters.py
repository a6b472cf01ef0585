"""What can be set, within which bounds, and what differs from the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.core.config import Config
from lwe.engine import Engine
from lwe.errors import PresetError
from lwe.state import State

FAST = """\
metadata:
  description: Quick
  provider: chat_openai
  system_message: Be short.
model_customizations:
  model_name: gpt-4o-mini
  temperature: 0.5
  model_kwargs:
    user: ada
"""


@pytest.fixture
def engine(home: Path) -> Engine:
    folder = home / ".config/llm-workflow-engine/presets"
    folder.mkdir(parents=True)
    (folder / "fast.yaml").write_text(FAST, "utf-8")
    return Engine(Config())


@pytest.fixture
def fast(engine: Engine) -> State:
    return engine.states.activate_preset(State(), "fast")


def test_every_parameter_says_what_it_is_and_may_be(engine: Engine, fast: State) -> None:
    parameters = engine.parameters.of(fast)
    assert parameters[0].name == "model_name"
    found = {p.name: p for p in parameters}
    assert found["temperature"].value == 0.5
    assert found["temperature"].allowed == "a number between 0 and 2"
    assert found["model_kwargs.user"].value == "ada"
    assert not any(p.differs for p in parameters)


def test_a_change_marks_the_state_and_changing_back_unmarks_it(engine: Engine, fast: State) -> None:
    changed = engine.parameters.changed(fast, "temperature", "0.9")
    assert (changed.customizations["temperature"], changed.changed) == (0.9, True)
    assert fast.customizations["temperature"] == 0.5
    assert [p.name for p in engine.parameters.of(changed) if p.differs] == ["temperature"]
    assert not engine.parameters.restored(changed, "temperature").changed


@pytest.mark.parametrize(("name", "value"), [("temperature", "9"), ("nope", "1")])
def test_what_is_not_allowed_is_refused(engine: Engine, fast: State, name: str, value: str) -> None:
    with pytest.raises(PresetError):
        engine.parameters.changed(fast, name, value)


def test_a_state_becomes_a_preset_without_secrets(engine: Engine, fast: State) -> None:
    state = engine.parameters.changed(fast, "openai_api_key", "sk-secret")
    metadata, customizations = engine.parameters.as_preset(state, "Be long.")
    assert metadata == {
        "description": "Quick",
        "provider": "chat_openai",
        "system_message": "Be long.",
    }
    assert customizations == {
        "model_name": "gpt-4o-mini",
        "temperature": 0.5,
        "model_kwargs": {"user": "ada"},
    }
    shown = next(p for p in engine.parameters.of(state) if p.name == "openai_api_key")
    assert shown.shown == "(set)"


def test_a_file_can_be_changed_without_its_defaults(engine: Engine) -> None:
    state = engine.parameters.state_of(engine.presets.get("fast"))
    changed = engine.parameters.changed(state, "temperature", "1")
    assert engine.parameters.as_preset(changed, "Be short.")[1]["temperature"] == 1.0

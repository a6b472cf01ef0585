"""What was allowed is remembered; what was refused counts until the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwe.errors import LweError
from lwe.state import State
from lwe_tui import switches
from lwe_tui.permits import Consents


def test_allowing_is_remembered_and_refusing_is_not(tmp_path: Path) -> None:
    consents = Consents(tmp_path / "allowed.json")
    assert consents.says("a") is None
    consents.allow("a", "a: program")
    consents.refuse("b")
    assert (consents.says("a"), consents.says("b")) == (True, False)
    again = Consents(tmp_path / "allowed.json")
    assert (again.says("a"), again.says("b")) == (True, None)
    consents.forget_refusals()
    assert consents.says("b") is None


@pytest.mark.parametrize("text", ["", "[1]", "{", "null"])
def test_a_broken_file_means_that_somebody_is_asked_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "allowed.json").write_text(text)
    consents = Consents(tmp_path / "allowed.json")
    assert consents.says("a") is None
    consents.allow("a", "a")
    assert Consents(tmp_path / "allowed.json").says("a")


def test_what_cannot_be_written_counts_until_the_end(tmp_path: Path) -> None:
    consents = Consents(tmp_path / "nowhere" / "allowed.json")
    with pytest.raises(LweError, match="cannot be written"):
        consents.allow("a", "a")
    assert consents.says("a")


def test_switches_lead_from_some_tools_to_others() -> None:
    state = State(preset="p", customizations={"model_name": "m", "tools": ["a", "mcp:s"]})
    made = switches.switched(state, {"mcp:s": False, "s__x": True})
    assert switches.offered(made) == ["a", "s__x"]
    assert made.changed
    assert switches.between(["a", "mcp:s"], ["a", "s__x"]) == {"mcp:s": False, "s__x": True}
    assert "tools" not in switches.offering(made, []).customizations
    assert switches.switched(state, None) is state
    assert switches.switched(state, {"a": True}) is state


def test_tools_that_are_no_list_are_none() -> None:
    assert switches.offered(State(customizations={"tools": "dice"})) == []

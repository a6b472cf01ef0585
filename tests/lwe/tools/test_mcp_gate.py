"""A gate keeps servers from being used until somebody has allowed them; without it, all may be."""

from __future__ import annotations

from typing import Any

import pytest

from lwe.config.config import Config
from lwe.errors import NotAllowed
from lwe.tools.mcp_settings import fingerprint
from lwe.tools.toolbox import Toolbox

PROBE: dict[str, Any] = {"command": "probe", "args": ["-x", "two words"], "env": {"KEY": "$KEY"}}


@pytest.fixture
def gated(config: Config, toolbox: Toolbox) -> Toolbox:
    config.set("mcp.servers", {"probe": PROBE})
    toolbox.servers.gate = lambda _fingerprint: None
    return toolbox


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "secret")


@pytest.mark.parametrize("name", ["mcp:probe", "probe__*", "probe__add"])
def test_nothing_starts_before_somebody_was_asked(gated: Toolbox, name: str) -> None:
    with pytest.raises(NotAllowed) as unasked:
        gated.specs([name])
    assert unasked.value.reached == "probe -x 'two words'"
    assert unasked.value.program
    assert not unasked.value.refused


def test_a_tool_of_the_history_asks_as_well(gated: Toolbox) -> None:
    with pytest.raises(NotAllowed):
        gated.existing(["probe__add"])


def test_the_tools_of_a_refused_server_are_left_out(gated: Toolbox) -> None:
    gated.servers.gate = lambda _fingerprint: False
    assert [spec.name for spec in gated.specs(["mcp:probe", "test_tool"])] == ["test_tool"]
    assert gated.existing(["probe__add"]) == ()
    with pytest.raises(NotAllowed, match="was refused"):
        gated.describe("probe__add")


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"headers": {"Authorization": "Bearer x"}}, True),
        ({"args": ["-y"]}, False),
        ({"command": "other"}, False),
        ({"env": {"KEY": "$KEY", "LD_PRELOAD": "x.so"}}, False),
        ({"cwd": "/tmp"}, False),
    ],
)
def test_another_command_line_is_another_server(
    config: Config, changed: dict[str, Any], same: bool
) -> None:
    config.set("mcp.servers", {"probe": PROBE})
    before = fingerprint(config, "probe")
    config.set("mcp.servers", {"probe": {**PROBE, **changed}})
    assert (fingerprint(config, "probe") == before) is same

"""The list of tools: which of them the open conversation offers, and what may run unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual import on
from textual.reactive import reactive

from lwe.state import State
from lwe_tui import keys, switches
from lwe_tui.sidebar.side_list import SideList
from lwe_tui.widgets.virtual_list import Row, RowClass, VirtualList

POLICIES = {"ask": "ask", "conversation": "here", "always": "always", "never": "never"}
"""What may happen to a call, in a word."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A row: a tool, or a server whose tools are not known yet.

    Attributes:
        name: as a preset names it.
        kind: where it comes from.
        server: the server it is a tool of, or the server itself.
        problem: why it cannot be used now.
    """

    name: str
    kind: Literal["file", "langchain", "tool", "server", "gone"]
    server: str = ""
    problem: str = ""


class ToolList(SideList):
    """Shows every tool; Enter offers it in the open conversation, or does so no more."""

    BINDINGS = keys.bindings((*keys.SIDE_LIST, *keys.TOOLS))
    state: reactive[State] = reactive(State, init=False)
    tools: reactive[tuple[Tool, ...]] = reactive((), init=False)
    policies: reactive[Mapping[str, str]] = reactive(dict, init=False)
    """What was decided about tools; empty text names what holds for the others."""

    def __init__(self) -> None:
        super().__init__("Tools", id="tools")
        self._about: dict[str, str] = {}
        self._is_known = False

    def watch_tools(self) -> None:
        self._is_known = True
        self._draw()

    def watch_policies(self) -> None:
        self._draw()

    def watch_state(self, old: State, new: State) -> None:
        if old.conversation_id != new.conversation_id:
            self.post_message(self.Wanted("tools", "read_policies", ""))
        if switches.offered(old) != switches.offered(new):
            self._draw()

    def _draw(self) -> None:
        if self.children and self._is_known:
            self.show([self._row(tool) for tool in self._all()])
            self.describe_again()

    def describe_again(self) -> None:
        """Show what the row under the cursor is for, as far as it is known by now."""
        if row := self.rows.row(self.rows.cursor_row):
            self._show_description(VirtualList.Moved(row.key))

    def _all(self) -> list[Tool]:
        """Return the tools, and what is offered without being listed."""
        known = {tool.name for tool in self.tools} | {f"{tool.server}__*" for tool in self.tools}
        known |= {f"mcp:{tool.server}" for tool in self.tools}
        names = [name for name in switches.offered(self.state) if name not in known]
        return [*self.tools, *map(self._unlisted, names)]

    def _unlisted(self, name: str) -> Tool:
        from lwe.tools.mcp_settings import offered_name

        for tool in self.tools:
            if tool.kind == "server" and name.startswith(offered_name(tool.server, "")):
                return Tool(name, "tool", tool.server)  # The server has not been started.
        return Tool(name, "gone", problem="There is no such tool any more. Enter takes it out.")

    def _row(self, tool: Tool) -> Row:
        on = is_offered(self.state, tool)
        text = f"{tool.server} (server)" if tool.kind == "server" else tool.name
        style: RowClass = "news" if tool.problem else ("active" if on else "")
        if tool.kind == "server":
            right = "off" if tool.problem else "start"
        elif tool.kind == "gone":
            right = "gone"
        else:
            policy = self.policies.get(tool.name) or self.policies.get("") or "ask"
            right = POLICIES.get(policy, policy)
        return Row(tool.name, f"{'✓' if on else ' '} {text}", right, style)

    def tool(self, name: str) -> Tool | None:
        """Return a tool by the key of its row."""
        return next((tool for tool in self._all() if tool.name == name), None)

    def of_server(self, server: str) -> list[str]:
        """Return the names of a server's tools, as far as they are known."""
        return [tool.name for tool in self.tools if tool.server == server and tool.kind == "tool"]

    def describe(self, name: str) -> str:
        found = self.tool(name)
        if found and found.problem:
            return found.problem
        if name not in self._about and self.rows.has_focus:
            self.post_message(self.Wanted("tools", "explain", name))
        return self._about.get(name, "")

    def explain(self, name: str, about: str) -> None:
        """Take what a tool says of itself, and show it when it is still wanted."""
        self._about[name] = about
        self.describe_again()

    def forget(self) -> None:
        """Ask tools again what they are for."""
        self._about.clear()

    @on(VirtualList.Chosen)
    def _choose(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.post_message(self.Wanted("tools", "switch", event.key))


def whole(name: str) -> str:
    """Return the server of which an entry means all tools; empty when it means one tool."""
    if name.startswith("mcp:"):
        return name.removeprefix("mcp:")
    return name.removesuffix("__*") if name.endswith("__*") else ""


def is_offered(state: State, tool: Tool) -> bool:
    """Say whether the open conversation offers a tool, or all tools of a server."""
    names = switches.offered(state)
    return tool.name in names or bool(tool.server and tool.server in map(whole, names))

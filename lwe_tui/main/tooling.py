"""What can be done with tools: offer them, decide what may run unasked, allow servers."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from typing import TYPE_CHECKING, Any, cast

from lwe.domain import Policy
from lwe.errors import LweError, NotAllowed
from lwe_tui import editing
from lwe_tui.chat.reading import Reading
from lwe_tui.main.tool_switching import ToolSwitching
from lwe_tui.messages import FilesChanged, Noticed
from lwe_tui.modals.choice import Choice
from lwe_tui.modals.consent import Consent
from lwe_tui.room import apart
from lwe_tui.session import Session
from lwe_tui.sidebar.tools import Tool, ToolList
from lwe_tui.widgets.virtual_list import Row

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

LANGCHAIN = ("langchain_community", "langchain")
CHOICES = (
    ("ask", "Ask before each call"),
    ("conversation", "Run without asking in this conversation"),
    ("always", "Run without asking, everywhere"),
    ("never", "Never run"),
)


class Tooling:
    """Lists, switches and shows tools.

    Args:
        screen: where forms are shown.
        session: the door to the library.

    Attributes:
        switching: offers tools, or does so no more.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self._consent = asyncio.Lock()
        self.switching = ToolSwitching(screen, session)
        self._served: dict[str, list[str]] = {}
        self._langchain: list[str] = []

    @property
    def _list(self) -> ToolList:
        return self._screen.query_one(ToolList)

    def _tell(self, text: str) -> None:
        self._screen.post_message(Noticed(text))

    def take(self, deed: str, name: str) -> None:
        """Do what a key of the list wants."""
        if deed in ("explain", "read_policies"):  # Only the last one matters.
            self._screen.start_only_task(f"tools-{deed}", getattr(self, deed), name)
        else:
            self._screen.start_task("tools-deeds", getattr(self, deed), name)

    # What there is

    async def read(self, _name: str = "") -> None:
        """List the tools, without loading one or starting a server."""
        session = self._session

        def found() -> tuple[list[str], list[str]]:
            tools = session.engine.tools
            return tools.names(), tools.servers.names()

        files, servers = await session.ask(found)
        rows = [Tool(name, "file") for name in files]
        rows += [Tool(name, "langchain") for name in self._langchain]
        for server in servers:
            served = self._served.get(server)
            if served is None:
                rows.append(Tool(f"mcp:{server}", "server", server))
            else:
                rows += [Tool(name, "tool", server) for name in served]
        self._list.forget()
        self._list.tools = tuple(rows)
        self._list.describe_again()
        await self.read_policies()

    async def read_policies(self, _name: str = "") -> None:
        """Read what was decided about tools."""
        session, here = self._session, self._screen.state.conversation_id

        def found() -> dict[str, str]:
            default = str(session.engine.config.get("tools.policy") or "ask")
            return {"": default, **session.engine.store.tool_policies(here)}

        self._list.policies = await session.ask(found)

    async def visit(self) -> None:
        """List also what has to be looked for: langchain's tools, and those of allowed servers."""
        session = self._session
        if not self._langchain and any(map(importlib.util.find_spec, LANGCHAIN)):
            tools = await session.ask(lambda: session.engine.tools)
            self._langchain = await apart(tools.langchain.names)
        await self.read()
        for tool in self._list.tools:
            if tool.kind == "server":
                try:
                    await self._serve(tool.server)
                except NotAllowed:
                    continue  # Enter asks.
                except LweError as error:
                    self._doubt(tool, str(error))
        await self.read_policies()

    async def _serve(self, server: str) -> None:
        """List the tools of a server, which is started for it."""
        tools = await self._session.ask(lambda: self._session.engine.tools)
        served = await apart(tools.servers.tools, server)
        self._served[server] = served
        rows: list[Tool] = []
        for tool in self._list.tools:
            if tool.name == f"mcp:{server}":
                rows += [Tool(name, "tool", server) for name in served]
            else:
                rows.append(tool)
        self._list.tools = tuple(rows)

    def _doubt(self, tool: Tool, problem: str) -> None:
        doubted = Tool(tool.name, tool.kind, tool.server, problem)
        self._list.tools = tuple(doubted if t.name == tool.name else t for t in self._list.tools)

    async def explain(self, name: str) -> None:
        """Show what a tool says of itself."""
        tool = self._list.tool(name)
        if tool is None or tool.kind == "gone":
            return
        if tool.kind == "server":
            self._list.explain(name, "An MCP server. Enter starts it and lists its tools.")
            return
        try:
            about = str((await self._described(name)).get("description") or "")
        except LweError as error:
            self._doubt(tool, str(error))
            about = str(error)
        self._list.explain(name, about)

    async def _described(self, name: str) -> dict[str, Any]:
        tools = await self._session.ask(lambda: self._session.engine.tools)
        # Not in the room: it runs a user's code, and a server may take as long as it likes.
        return await apart(tools.describe, name)

    # What the keys do

    async def switch(self, name: str) -> None:
        """Offer a tool in the open conversation, or do so no more; start a server."""
        tool = self._list.tool(name)
        if tool is None:
            return
        if tool.kind == "server":
            await self._start(tool)
        else:
            await self.switching.toggle(tool)

    async def _start(self, tool: Tool) -> None:
        self._session.consents.forget_refusals()
        try:
            await self._serve(tool.server)
        except NotAllowed as unasked:
            await self.consent(unasked)
            if self._session.consents.says(unasked.fingerprint):
                await self._start(tool)
        except LweError as error:
            self._doubt(tool, str(error))
            raise

    async def change_policy(self, name: str) -> None:
        """Choose what may happen when a model calls a tool."""
        tool = self._list.tool(name)
        if tool is None or tool.kind in ("server", "gone"):
            self._tell("Only a tool has a rule. Enter on a server lists its tools.")
            return
        store, here = self._session.engine.store, self._screen.state.conversation_id
        now = self._list.policies.get(name) or self._list.policies.get("")
        rows = [
            Row(policy, text, "now" if policy == now else "")
            for policy, text in CHOICES
            if here is not None or policy != "conversation"
        ]
        policy = await self._screen.app.push_screen_wait(Choice(rows, f"When {name} is called"))
        if policy is None:
            return

        def keep() -> None:
            if policy == "conversation":
                store.set_tool_policy(name, "conversation", here)
                return
            if here is not None:
                store.set_tool_policy(name, None, here)
            store.set_tool_policy(name, cast(Policy, policy))

        await self._session.ask(keep)
        await self.read_policies()

    async def edit(self, name: str) -> None:
        """Open a tool's file in the editor."""
        tool = self._list.tool(name)
        if tool is None or tool.kind != "file":
            raise LweError(f"{name} is no file. Only tools that are files can be changed here.")
        files = (await self._session.ask(lambda: self._session.engine.tools)).files
        path = files.path(name)
        if files.is_system(path):
            raise LweError(
                f"{name} came with the program. A file {path.name} in your folder of tools would "
                "take its place."
            )
        await editing.edit_file(self._screen.app, path)
        self._screen.post_message(FilesChanged())
        await apart(files.describe, name)  # It tells what is broken now.
        self._tell(f"The tool {name} was read again.")

    async def show(self, name: str) -> None:
        """Show what a model is told of a tool."""
        tool = self._list.tool(name)
        if tool is None or tool.kind in ("server", "gone"):
            self._tell("Only a tool has a schema. Enter on a server lists its tools.")
            return
        schema = json.dumps(await self._described(name), indent=2, ensure_ascii=False, default=str)
        await self._screen.app.push_screen_wait(Reading(name, schema, plain=True))

    # Servers

    async def consent(self, unasked: NotAllowed) -> None:
        """Ask whether a server may be used; the answer is remembered."""
        consents = self._session.consents
        async with self._consent:
            if consents.says(unasked.fingerprint) is not None:
                return  # Somebody else has asked meanwhile.
            if not await self._screen.app.push_screen_wait(Consent(unasked)):
                consents.refuse(unasked.fingerprint)
                text = f"{unasked.server} was refused: its tools are not offered."
                self._screen.post_message(Noticed(f"{text} Enter on it in the list asks again."))
                return
            try:
                shown = f"{unasked.server}: {unasked.reached}"
                await apart(consents.allow, unasked.fingerprint, shown)
            except LweError as error:
                self._screen.post_message(Noticed(str(error), "warning"))

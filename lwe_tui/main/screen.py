"""The main screen: holds the state, routes messages between panes, owns nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, TextArea

from lwe.errors import LweError
from lwe.events import Level, Notice
from lwe.state import State
from lwe_tui import keys, messages
from lwe_tui.chat.answers import TurnFailed, TurnMoved
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.pane import ChatPane
from lwe_tui.chat.suggestions import Suggestion
from lwe_tui.main.actions import Actions
from lwe_tui.main.attention import Attention
from lwe_tui.main.leader import LeaderStrip
from lwe_tui.main.sides import Sides
from lwe_tui.main.slot_bar import SlotBar
from lwe_tui.main.status_bar import StatusBar
from lwe_tui.main.switching import Switching
from lwe_tui.render import markdown_strips
from lwe_tui.render.clean import clean_line
from lwe_tui.room import aside
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.sidebar.side_list import SideList
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.sidebar.tools import ToolList
from lwe_tui.widgets.tasks import TaskFailed

LEVELS: tuple[Level, ...] = ("info", "warning", "error")
PAUSE_SECONDS = 0.05
"""The first frame and the first key are on their way for so long; loading would hold them up."""


class MainScreen(Actions):
    """Conversations, chat and the other lists, side by side."""

    AUTO_FOCUS = "#composer"
    BINDINGS = keys.bindings((*keys.MAIN, *keys.TURNS, *keys.SLOT_KEYS))

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.switching = Switching(self, session)
        self._is_open = asyncio.Event()
        self.sides = Sides(self)
        self.attention = Attention(self)
        self.presets = ()
        self._opening = False

    def compose(self) -> ComposeResult:
        # Before the first layout: the sides would leave the chat no room in a small window.
        self.sides.fit(*self.app.size)
        yield Static("lwe-tui", id="title", markup=False)
        with Horizontal(id="panes"):
            conversations = ConversationList(self.session).data_bind(MainScreen.state)
            yield conversations
            yield ChatPane(self.session, SlotBar().data_bind(MainScreen.state)).data_bind(
                MainScreen.state
            )
            yield (right := Vertical(id="right"))
        presets, templates = PresetList().data_bind(MainScreen.state), TemplateList()
        self.sides.bring_later(conversations, conversations.parts())
        tools = ToolList().data_bind(MainScreen.state)
        self.sides.bring_later(right, [presets, templates, tools])
        self.sides.bring_later(presets, presets.parts())
        self.sides.bring_later(templates, templates.parts())
        self.sides.bring_later(tools, tools.parts())
        yield LeaderStrip()
        yield StatusBar().data_bind(MainScreen.state)
        yield Static("lwe-tui needs a larger window: 40×12 at least.", id="too-small", markup=False)

    # Starting

    def on_screen_resume(self) -> None:
        # Once only: the screen also resumes after each form that covered it.
        if not self._opening:
            self._opening = True
            self.session.tell = self._tell
            self.attention.start()
            self.call_after_refresh(self.set_timer, PAUSE_SECONDS, self.start)

    def start(self) -> None:
        """Open the profile."""
        self.furnish()
        self.start_only_task("start", self._open_profile)

    async def _open_profile(self) -> None:
        from lwe_tui.main.opening import open_profile  # The first frame is there by now.

        try:
            opened = await open_profile(self.app, self.session, self.roads.sources)
            if opened is None:
                self.app.exit()
                return
            opened.notices += await self.setting.begin()
            await self.list_files()
        except LweError as error:
            self._refuse(error)
            return
        except Exception:
            self._refuse(LweError("The profile could not be opened."))
            raise
        self.chat.transcript.placeholder = opened.welcome
        self.state = opened.state
        self.chat.composer.recall.offer(opened.asked)
        self.chat.edits.put_before(opened.draft)
        self.chat.writing.complete = self._complete
        self.query_one(ConversationList).start()
        self.listing.keep_up()
        self.session.warm_up(opened.state.provider)
        aside(markdown_strips.warm_up)
        aside(import_module, "lwe_tui.main.commanding")  # The first slash should not wait for it.
        self._is_open.set()
        self.session.turns.consent = self.tooling.consent
        self.chat.release()
        self.start_only_task("tools", self.tooling.read)
        self.query_one(NoticeLine).clear()
        self._tell_all(opened.notices)
        await self.refreshing.begin()

    async def _complete(self, line: str) -> Sequence[Suggestion]:
        return await self.commanding.complete(line)

    def _refuse(self, error: LweError) -> None:
        self.chat.transcript.placeholder = f"{error}\n\n{self.failing.refused(error)}"
        self.chat.release(LweError(f"{error} F5 opens the profile again."))

    def _tell(self, sentence: str) -> None:
        self.post_message(messages.Noticed(sentence, "error"))  # callable from any thread

    def _tell_all(self, notices: Sequence[Notice]) -> None:
        if notices:
            level = max((notice.level for notice in notices), key=LEVELS.index)
            self.show_notice("\n".join(notice.text for notice in notices), level)

    async def list_files(self) -> None:
        from lwe_tui.main.opening import list_files

        self.presets, broken, templates = await list_files(self.session)
        self.query_one(PresetList).presets = self.presets
        self.query_one(PresetList).broken = broken
        self.query_one(SlotBar).slots = tuple(preset.name for preset in self.presets)
        self.query_one(TemplateList).templates = templates

    async def until_words_can_be_kept(self) -> None:
        """Wait for the profile, if something was written before it was open."""
        if self.chat.has_unkept_words and self.chat.refusal is None:
            await self._is_open.wait()

    # What the panes say

    def watch_state(self, state: State) -> None:
        self.query_one("#title", Static).update(clean_line(state.title or "New conversation"))
        self.app.title = clean_line(state.title or "lwe-tui")
        self.attention.name(self.app.title)
        self._measure_soon()

    def _measure_soon(self) -> None:
        self.start_only_task("gauge", self._measure, self.state)

    async def _measure(self, state: State) -> None:
        if not self._is_open.is_set():
            return
        await self.chat.view.loaded.wait()  # Reading it comes first, and then it is known how.
        bar = self.query_one(StatusBar)
        bar.gauge, bar.label = await self.session.gauge(state)
        self._tell_all(await self.session.take_notices())

    def on_turn_failed(self, event: TurnFailed) -> None:
        self.failing.take(event)

    def on_turns_changed(self, event: messages.TurnsChanged) -> None:
        self.failing.forget_answered()
        conversations = self.query_one(ConversationList)
        conversations.busy, conversations.news = event.busy, event.news
        self.attention.elsewhere(bool(event.news))
        self._measure_soon()

    def on_decisions_wanted(self, event: messages.DecisionsWanted) -> None:
        self.query_one(ConversationList).waiting = event.waiting

    def on_turn_moved(self, event: TurnMoved) -> None:
        self.tooling.switching.follow(event)
        self.switching.follow(event)

    def on_title_made(self, event: messages.TitleMade) -> None:
        if self.state.conversation_id == event.conversation_id:
            self.state = replace(self.state, title=event.title)
        else:
            self.query_one(ConversationList).refresh_list()

    def on_noticed(self, event: messages.Noticed) -> None:
        event.stop()
        self.show_notice(event.text, event.level)

    def show_notice(self, text: str, level: Level) -> None:
        """Show a sentence above the composer."""
        self.query_one(NoticeLine).show(text, level)

    def on_task_failed(self, event: TaskFailed) -> None:
        event.stop()
        known = isinstance(event.error, LweError)
        text = str(event.error) if known else f"A fault of the program: {event.error!r}"
        self.show_notice(text, "error")

    # Where we are, and how we ask

    def on_conversation_opened(self, event: messages.ConversationOpened) -> None:
        self.switching.open(event.conversation_id)
        self.back_to_composer()

    def on_block_command(self, event: messages.BlockCommand) -> None:
        self.start_task("turning", self.turning.do, event.command, event.entry_key)

    def on_answer_ready(self, event: messages.AnswerReady) -> None:
        self.attention.ready(event)
        self.start_task("cost", self.query_one(StatusBar).add_cost, event, self.session)

    def on_ask_with(self, event: messages.AskWith) -> None:
        self.switching.ask_with(event.state)

    def on_preset_chosen(self, event: messages.PresetChosen) -> None:
        self.switching.use_preset(event.name)
        self.back_to_composer()

    def on_command_given(self, event: messages.CommandGiven) -> None:
        self.start_task("command", self.commanding.given, event)

    def on_files_changed(self) -> None:
        self.start_only_task("files", self.list_files)
        self.start_only_task("tools", self.tooling.read)

    def on_conversation_list_wanted(self, event: ConversationList.Wanted) -> None:
        self.listing.want(event.deed, event.ids)

    def on_changed_outside(self, event: messages.ChangedOutside) -> None:
        self.refreshing.take_up(event.changes)

    def on_unmount(self) -> None:
        self.refreshing.end()

    def on_side_list_wanted(self, event: SideList.Wanted) -> None:
        if event.kind == "tools":
            self.tooling.take(event.deed, event.name)
        else:
            self.start_only_task("side", self._do, event.kind, event.deed, event.name)

    async def _do(self, kind: str, deed: str, name: str) -> None:
        if kind == "templates":
            await getattr(self.templating, deed)(name)
        elif deed == "undelete":
            await self.asking.undelete()
        elif deed == "edit_file":
            await self.asking.edit_file(name)
        else:
            preset = await self.session.ask(lambda: self.session.engine.presets.get(name))
            await getattr(self.asking, deed)(preset)

    # Keys

    def on_key(self, event: events.Key) -> None:
        bound = event.key in self.active_bindings  # Some letters are commands in the lists.
        # The composer stops what it takes: this was on its way when nothing had the focus.
        late = self.focused is self.chat.composer
        writes = isinstance(self.focused, TextArea) and not late
        if event.is_printable and not bound and not writes:
            event.stop()
            self.sides.go_to(self.chat.at_hand)
            if self.chat.approvals.decision:
                self.chat.approvals.decision.begin_grace()  # It was not meant for what is asked.
            else:
                self.chat.composer.take_key(event)

    def _key_escape(self) -> None:
        """Leave the selection alone, unlike Textual: `action_escape` says what comes first."""

    def takes(self, event: events.Key) -> bool:
        """Take a key that follows the leader, before any widget sees it."""
        strip = self.query_one(LeaderStrip)
        if strip.is_open:
            strip.take(event)
            return True
        return False

    async def on_leader_strip_closed(self, event: LeaderStrip.Closed) -> None:
        if event.action:
            await self.run_action(event.action)

    # Size

    def on_resize(self, event: events.Resize) -> None:
        self.sides.fit(*event.size)

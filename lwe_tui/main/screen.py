"""The main screen: holds the state, routes messages between panes, owns nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static, TextArea

from lwe.domain import Preset
from lwe.errors import LweError
from lwe.events import Level, Notice
from lwe.state import State
from lwe_tui import keys, messages
from lwe_tui.chat.answers import TurnMoved
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.pane import ChatPane
from lwe_tui.chat.transcript import Transcript
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
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.widgets.tasks import TaskFailed, Tasks
from lwe_tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from lwe_tui.main.roads import Roads

LEVELS: tuple[Level, ...] = ("info", "warning", "error")
PAUSE_SECONDS = 0.05
"""The first frame and the first key are on their way for so long; loading would hold them up."""


class MainScreen(Screen[None], Tasks):
    """Conversations, chat and the other lists, side by side."""

    AUTO_FOCUS = "#composer"
    BINDINGS = keys.bindings((*keys.MAIN, *keys.SLOT_KEYS))
    state: var[State] = var(State, init=False)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._switching = Switching(self, session)
        self._is_open = asyncio.Event()
        self._sides = Sides(self)
        self._presets: tuple[Preset, ...] = ()
        self._opening = False

    def compose(self) -> ComposeResult:
        # Before the first layout: the sides would leave the chat no room in a small window.
        self._sides.fit(*self.app.size)
        yield Static("lwe-tui", id="title", markup=False)
        with Horizontal(id="panes"):
            conversations = ConversationList(self._session).data_bind(MainScreen.state)
            yield conversations
            yield ChatPane(self._session, SlotBar().data_bind(MainScreen.state)).data_bind(
                MainScreen.state
            )
            yield (right := Vertical(id="right"))
        presets, templates = PresetList().data_bind(MainScreen.state), TemplateList()
        self._sides.bring_later(conversations, conversations.parts())
        self._sides.bring_later(right, [presets, templates])
        self._sides.bring_later(presets, presets.parts())
        self._sides.bring_later(templates, templates.parts())
        yield LeaderStrip()
        yield StatusBar().data_bind(MainScreen.state)
        yield Static("lwe-tui needs a larger window: 40×12 at least.", id="too-small", markup=False)

    @property
    def chat(self) -> ChatPane:
        """The open conversation."""
        return self.query_one(ChatPane)

    # Starting

    def on_screen_resume(self) -> None:
        # Once only: the screen also resumes after each form that covered it.
        if not self._opening:
            self._opening = True
            self._session.tell = self._tell
            self.call_after_refresh(self.set_timer, PAUSE_SECONDS, self._start)

    def furnish(self) -> None:
        """Bring what the first frame did without; again, nothing happens."""
        self._sides.furnish()

    @cached_property
    def _roads(self) -> Roads:
        from lwe_tui.main.roads import Roads
        from lwe_tui.sources import Sources

        return Roads(self, Sources(self._session), lambda: self.state)

    def _start(self) -> None:
        self.furnish()
        self.start_only_task("start", self._open_profile)

    async def _open_profile(self) -> None:
        from lwe_tui.main.opening import open_profile  # The first frame is there by now.

        try:
            opened = await open_profile(self.app, self._session, self._roads.sources)
            if opened is None:
                self.app.exit()
                return
            await self._list_files()
        except LweError as error:
            self._refuse(error)
            return
        except Exception:
            self._refuse(LweError("The profile could not be opened."))
            raise
        self.chat.transcript.placeholder = opened.welcome
        self.state = opened.state
        if opened.draft:
            self.chat.composer.add_before(opened.draft)
        self.query_one(ConversationList).start()
        self._session.warm_up(opened.state.provider)
        aside(markdown_strips.warm_up)
        self._is_open.set()
        self.chat.release()
        self.query_one(NoticeLine).clear()
        self._tell_all(opened.notices)

    def _refuse(self, error: LweError) -> None:
        self.chat.transcript.placeholder = f"{error}\n\nF5 tries again."
        self.chat.release(LweError(f"{error} F5 opens the profile again."))

    def _tell(self, sentence: str) -> None:
        self.post_message(messages.Noticed(sentence, "error"))  # callable from any thread

    def _tell_all(self, notices: Sequence[Notice]) -> None:
        if notices:
            level = max((notice.level for notice in notices), key=LEVELS.index)
            self.show_notice("\n".join(notice.text for notice in notices), level)

    async def _list_files(self) -> None:
        self._presets = tuple(await self._session.presets())
        templates = tuple(await self._session.templates())
        self.query_one(PresetList).presets = self._presets
        self.query_one(SlotBar).slots = tuple(preset.name for preset in self._presets)
        self.query_one(TemplateList).templates = templates

    async def until_words_can_be_kept(self) -> None:
        """Wait for the profile, if something was written before it was open."""
        if self.chat.has_unkept_words and self.chat.refusal is None:
            await self._is_open.wait()

    # What the panes say

    def watch_state(self, state: State) -> None:
        self.query_one("#title", Static).update(clean_line(state.title or "New conversation"))
        self.app.title = clean_line(state.title or "lwe-tui")
        self._measure_soon()

    def _measure_soon(self) -> None:
        self.start_only_task("gauge", self._measure, self.state)

    async def _measure(self, state: State) -> None:
        if not self._is_open.is_set():
            return
        await self.chat.view.loaded.wait()  # Reading it comes first, and then it is known how.
        bar = self.query_one(StatusBar)
        bar.gauge, bar.label = await self._session.gauge(state)
        self._tell_all(await self._session.take_notices())

    def on_turns_changed(self, event: messages.TurnsChanged) -> None:
        conversations = self.query_one(ConversationList)
        conversations.busy, conversations.news = event.busy, event.news
        self._measure_soon()

    def on_turn_moved(self, event: TurnMoved) -> None:
        self._switching.follow(event)

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
        self._switching.open(event.conversation_id)
        self._back_to_composer()

    def action_new_conversation(self) -> None:
        self._switching.open_new()
        self._back_to_composer()

    def _back_to_composer(self) -> None:
        self._sides.close_overlays()
        self._sides.go_to(self.chat.composer)

    def on_ask_with(self, event: messages.AskWith) -> None:
        self._switching.ask_with(event.state)

    def on_preset_chosen(self, event: messages.PresetChosen) -> None:
        self._switching.use_preset(event.name)
        self._back_to_composer()

    def on_template_chosen(self, event: messages.TemplateChosen) -> None:
        self.start_only_task("template", self._run_template, event.name)

    async def _run_template(self, name: str) -> None:
        try:
            wanted = await self._session.template_variables(name)
            values: dict[str, str] | None = {}
            if wanted:
                from lwe_tui.modals.form import Field, Form

                fields = [Field(variable, variable) for variable in wanted]
                values = await self.app.push_screen_wait(Form(name, fields))
            if values is None:
                return
            built = await self._session.build_template(name, values)
        except LweError as error:
            self.show_notice(str(error), "error")
            return
        self._back_to_composer()
        self.chat.ask(built.text, built.overrides)

    # Keys

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and not isinstance(self.focused, TextArea):
            event.stop()
            self._sides.go_to(self.chat.composer)
            self.chat.composer.take_key(event)

    def action_escape(self) -> None:
        if self._sides.overlay_open:
            self._back_to_composer()
        elif self.chat.live:
            self.chat.stop()
        elif self.get_selected_text():
            self.clear_selection()
        else:
            self._sides.go_to(self.chat.composer)

    def takes(self, event: events.Key) -> bool:
        """Take a key that follows the leader, before any widget sees it."""
        strip = self.query_one(LeaderStrip)
        if strip.is_open:
            strip.take(event)
            return True
        return False

    def action_leader(self) -> None:
        self.query_one(LeaderStrip).open()

    async def on_leader_strip_closed(self, event: LeaderStrip.Closed) -> None:
        if event.action:
            await self.run_action(event.action)

    def action_search(self) -> None:
        if self.state.user is not None:
            from lwe_tui.search.pane import SearchPane

            # Not from a task: letters that follow at once are meant for the search.
            self.app.push_screen(SearchPane(self._session, self.state.user.id), self._open_found)

    def _open_found(self, found: str | None) -> None:
        if found is not None:
            self.post_message(messages.ConversationOpened(int(found)))

    def action_focus_conversations(self) -> None:
        self._sides.reveal("conversations", ConversationList)

    def action_focus_presets(self) -> None:
        self._sides.reveal("right", PresetList)

    def action_focus_templates(self) -> None:
        self._sides.reveal("right", TemplateList)

    def action_focus_chat(self) -> None:
        self._sides.go_to(self.chat.transcript)

    def action_focus_composer(self) -> None:
        self._sides.go_to(self.chat.composer)

    def action_toggle_left(self) -> None:
        self._sides.toggle("conversations")

    def action_toggle_right(self) -> None:
        self._sides.toggle("right")

    def action_retry(self) -> None:
        if self.chat.refusal is None:
            self.chat.retry()
        else:
            self.chat.refusal = None  # A second F5 must not begin a second opening.
            self.chat.hold()
            self.chat.transcript.placeholder = "Opening the profile…"
            self._start()

    def action_copy_answer(self) -> None:
        if answer := self.chat.transcript.last_answer():
            self.post_message(messages.CopyWanted(answer))
        else:
            self.show_notice("There is no answer to copy yet.", "info")

    def action_scroll_chat(self, where: str) -> None:
        rows = self.focused
        if isinstance(rows, VirtualList) and where.startswith("page"):
            getattr(rows, f"action_cursor_{where}")()
            return
        transcript = self.query_one(Transcript)
        match where:
            case "page_up":
                transcript.action_page_up()
            case "page_down":
                transcript.action_page_down()
            case "top":
                transcript.action_scroll_home()
            case _:
                transcript.jump_to_end()

    def action_slot(self, number: int) -> None:
        if number > len(self._presets):
            self.show_notice(f"There is no preset in slot {number % 10}.", "info")
            return
        self.on_preset_chosen(messages.PresetChosen(self._presets[number - 1].name))

    def action_help(self) -> None:
        from lwe_tui.modals.help import Help

        self.furnish()
        self.app.push_screen(Help())

    def action_enter_key(self) -> None:
        self.start_only_task("road", self._roads.enter_key)

    def action_install_model(self) -> None:
        self.start_only_task("road", self._roads.install_model)

    def action_name_endpoint(self) -> None:
        self.start_only_task("road", self._named_endpoint)

    async def _named_endpoint(self) -> None:
        await self._roads.name_endpoint()
        await self._list_files()

    # Size

    def on_resize(self, event: events.Resize) -> None:
        self._sides.fit(*event.size)

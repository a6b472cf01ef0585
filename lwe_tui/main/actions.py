"""What each key of the main screen does, in a line or two."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.reactive import var
from textual.screen import Screen

from lwe.domain import Preset
from lwe.events import Level
from lwe.state import State
from lwe_tui import messages
from lwe_tui.chat.pane import ChatPane
from lwe_tui.chat.transcript import Transcript
from lwe_tui.main.escaping import escape
from lwe_tui.main.leader import LeaderStrip
from lwe_tui.main.sides import Sides
from lwe_tui.main.switching import Switching
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList
from lwe_tui.sidebar.presets import PresetList
from lwe_tui.sidebar.templates import TemplateList
from lwe_tui.sidebar.tools import ToolList
from lwe_tui.widgets.tasks import Tasks
from lwe_tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from lwe_tui.main.asking import Asking
    from lwe_tui.main.commanding import Commanding
    from lwe_tui.main.failing import Failing
    from lwe_tui.main.found import Found
    from lwe_tui.main.listing import Listing
    from lwe_tui.main.people import People
    from lwe_tui.main.reading import Reader
    from lwe_tui.main.refreshing import Refreshing
    from lwe_tui.main.roads import Roads
    from lwe_tui.main.setting import SettingUp
    from lwe_tui.main.templating import Templating
    from lwe_tui.main.tooling import Tooling
    from lwe_tui.main.turning import Turning


class Actions(Screen[None], Tasks):
    """The main screen as its keys see it.

    Attributes:
        presets: in the order of their slots.
    """

    state: var[State] = var(State, init=False)
    session: Session
    sides: Sides
    switching: Switching
    presets: tuple[Preset, ...]

    @property
    def chat(self) -> ChatPane:
        """The open conversation."""
        return self.query_one(ChatPane)

    # What the first frame can do without

    def furnish(self) -> None:
        """Bring what the first frame did without; again, nothing happens."""
        self.sides.furnish()

    @cached_property
    def roads(self) -> Roads:
        """The ways to something that answers."""
        from lwe_tui.main.roads import Roads
        from lwe_tui.sources import Sources

        return Roads(self, Sources(self.session), lambda: self.state)

    @cached_property
    def asking(self) -> Asking:
        """How the open conversation is asked."""
        from lwe_tui.main.asking import Asking

        return Asking(self, self.session)

    @cached_property
    def refreshing(self) -> Refreshing:
        """What takes up files that others change."""
        from lwe_tui.main.refreshing import Refreshing

        return Refreshing(self, self.session)

    @cached_property
    def failing(self) -> Failing:
        """What went wrong, and what mends it."""
        from lwe_tui.main.failing import Failing

        return Failing(self)

    @cached_property
    def templating(self) -> Templating:
        """What can be done with templates."""
        from lwe_tui.main.templating import Templating

        return Templating(self, self.session)

    @cached_property
    def reader(self) -> Reader:
        """What is done with what is read."""
        from lwe_tui.main.reading import Reader

        return Reader(self)

    @cached_property
    def listing(self) -> Listing:
        """What can be done with conversations."""
        from lwe_tui.main.listing import Listing

        return Listing(self, self.session)

    @cached_property
    def found(self) -> Found:
        """The places where words were found."""
        from lwe_tui.main.found import Found

        return Found(self)

    @cached_property
    def tooling(self) -> Tooling:
        """What can be done with tools."""
        from lwe_tui.main.tooling import Tooling

        return Tooling(self, self.session)

    @cached_property
    def commanding(self) -> Commanding:
        """What runs slash commands."""
        from lwe_tui.main.commanding import Commanding

        return Commanding(self, self.session)

    @cached_property
    def people(self) -> People:
        """Who uses the program."""
        from lwe_tui.main.people import People

        return People(self, self.session)

    @cached_property
    def setting(self) -> SettingUp:
        """The settings."""
        from lwe_tui.main.setting import SettingUp

        return SettingUp(self, self.session)

    def start(self) -> None:
        """Open the profile."""
        raise NotImplementedError

    async def list_files(self) -> None:
        """Read presets and templates again."""
        raise NotImplementedError

    def show_notice(self, text: str, level: Level) -> None:
        """Show a sentence above the composer."""
        raise NotImplementedError

    def back_to_composer(self) -> None:
        """Uncover the chat and write on."""
        self.sides.close_overlays()
        self.sides.go_to(self.chat.at_hand)

    # Going somewhere

    def action_new_conversation(self) -> None:
        self.switching.open_new()
        self.back_to_composer()

    def action_escape(self) -> None:
        escape(self)

    def action_leader(self) -> None:
        self.query_one(LeaderStrip).open()

    def action_search(self) -> None:
        if self.state.user is not None:
            from lwe_tui.search.pane import SearchPane

            # Not from a task: letters that follow at once are meant for the search.
            pane = SearchPane(self.session, self.state.user.id)
            self.app.push_screen(pane, lambda found: self.found.open(found, pane))

    def action_focus_conversations(self) -> None:
        self.sides.reveal("conversations", ConversationList)

    def action_focus_presets(self) -> None:
        self.sides.reveal("right", PresetList)

    def action_focus_templates(self) -> None:
        self.sides.reveal("right", TemplateList)

    def action_focus_tools(self) -> None:
        self.sides.reveal("right", ToolList)
        self.start_only_task("tools", self.tooling.visit)

    def action_focus_chat(self) -> None:
        self.sides.go_to(self.chat.transcript)
        self.chat.transcript.cursor.begin()

    def action_block(self, where: str) -> None:
        self.sides.go_to(self.chat.transcript)
        self.chat.transcript.action_block(where)

    async def action_find(self) -> None:
        await self.reader.find()

    def on_explored_part_wanted(self, event: Transcript.PartWanted) -> None:
        event.stop()
        self.start_only_task("part", self.reader.perform, event)

    def on_explored_hits_changed(self, event: Transcript.HitsChanged) -> None:
        event.stop()
        self.reader.show_hits(event)

    def on_find_bar_ended(self) -> None:
        self.reader.leave()

    def on_explored_left(self, event: Transcript.Left) -> None:
        event.stop()
        self.reader.leave()

    def action_focus_composer(self) -> None:
        self.sides.go_to(self.chat.at_hand)

    def action_editor(self) -> None:
        self.chat.writing.edit()

    def action_toggle_left(self) -> None:
        self.sides.toggle("conversations")

    def action_toggle_right(self) -> None:
        self.sides.toggle("right")

    def action_retry(self) -> None:
        if self.chat.refusal is None:
            self.chat.questions.retry()
        else:
            self.chat.refusal = None  # A second F5 must not begin a second opening.
            self.chat.hold()
            self.chat.transcript.placeholder = "Opening the profile…"
            self.start()

    def action_mend(self) -> None:
        self.start_only_task("mend", self.failing.mend)

    def action_show_failure(self) -> None:
        self.failing.show_raw()

    def action_show_log(self) -> None:
        self.start_only_task("log", self.failing.show_log)

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
        if number > len(self.presets):
            self.show_notice(f"There is no preset in slot {number % 10}.", "info")
            return
        self.switching.use_preset(self.presets[number - 1].name)
        self.back_to_composer()

    def action_send_with(self, number: int) -> None:
        if number > len(self.presets):
            self.show_notice(f"There is no preset in slot {number % 10}.", "info")
        else:
            self.chat.questions.ask_written(self.presets[number - 1].name)

    def action_choose_model(self) -> None:
        self.start_only_task("asking", self.asking.choose_model)

    def action_choose_provider(self) -> None:
        self.start_only_task("asking", self.asking.choose_provider)

    def action_change_parameters(self) -> None:
        self.start_only_task("asking", self.asking.change_parameters)

    def action_choose_system_message(self) -> None:
        self.start_only_task("asking", self.asking.choose_system_message)

    def action_set_limit(self) -> None:
        self.start_only_task("asking", self.asking.set_limit)

    def action_save_preset(self) -> None:
        self.start_only_task("asking", self.asking.save_as)

    # Asking again

    @cached_property
    def turning(self) -> Turning:
        """What can be done with messages of the open conversation."""
        from lwe_tui.main.turning import Turning

        return Turning(self, self.session)

    def action_turn(self, command: str) -> None:
        self.post_message(messages.BlockCommand(command))

    def action_inspect_context(self) -> None:
        self.start_only_task("inspect", self.turning.inspect_context)

    def action_help(self) -> None:
        from lwe_tui.modals.help import Help

        self.furnish()
        self.app.push_screen(Help(self.focused))

    def action_users(self) -> None:
        self.start_only_task("users", self.people.manage)

    # What the palette offers

    def action_run_command(self, line: str) -> None:
        self.start_task("command", self.commanding.run, line)

    def action_write_command(self, start: str, usage: str) -> None:
        self.start_task("command", self.commanding.write, start, usage)

    def action_use_preset(self, name: str) -> None:
        self.switching.use_preset(name)
        self.back_to_composer()

    def action_run_template(self, name: str) -> None:
        self.start_only_task("side", self.templating.run, name)

    def action_settings(self) -> None:
        self.start_only_task("settings", self.setting.show)

    def action_test_keys(self) -> None:
        from lwe_tui.modals.key_tester import KeyTester

        self.app.push_screen(KeyTester())

    # Something that answers

    def action_enter_key(self) -> None:
        self.start_only_task("road", self.roads.enter_key)

    def action_install_model(self) -> None:
        self.start_only_task("road", self.roads.install_model)

    def action_name_endpoint(self) -> None:
        self.start_only_task("road", self._named_endpoint)

    async def _named_endpoint(self) -> None:
        await self.roads.name_endpoint()
        await self.list_files()

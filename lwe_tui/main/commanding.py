"""Runs what is typed after a slash: in the library, and then what only the screen can do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from lwe.commands.command import quoted
from lwe.commands.outcome import (
    Ask,
    Confirm,
    Copy,
    EditFile,
    EditText,
    Effect,
    Form,
    Outcome,
    Perform,
    Quit,
    RunWorkflow,
    StartedOver,
    Work,
)
from lwe.commands.registry import Completion
from lwe.domain import Attachment
from lwe.errors import LweError
from lwe.events import Level
from lwe.state import State
from lwe_tui import messages
from lwe_tui.chat.live import Question, View
from lwe_tui.chat.reading import Reading
from lwe_tui.chat.suggestions import Suggestion
from lwe_tui.commands import AppCommands, as_line
from lwe_tui.main.following import Following
from lwe_tui.main.needs import Needs
from lwe_tui.modals import form
from lwe_tui.modals.form import Field
from lwe_tui.modals.working import Working
from lwe_tui.session import Session
from lwe_tui.sidebar.conversations import ConversationList

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions

LOGINS = (["/login"], ["/user", "login"])
"""Commands that choose a user from the list when they name none."""
GOES_ON = ("/", "=")
"""Ends of a completion after which no space belongs."""


class Commanding:
    """Runs commands in the open conversation, one after the other.

    Args:
        screen: shows what comes of them.
        session: the door to the library.
    """

    def __init__(self, screen: Actions, session: Session) -> None:
        self._screen, self._session = screen, session
        self.commands = AppCommands(session, self._themes)
        self._needs = Needs(screen, self._resume)
        self._following = Following(screen, session)
        self._turn = asyncio.Lock()
        self._view: View = screen.chat.view

    def _themes(self) -> tuple[str, Sequence[str]]:
        app = self._screen.app
        return app.theme, sorted(app.available_themes)

    # What is typed

    async def complete(self, line: str) -> Sequence[Suggestion]:
        """Say what a line that begins with a slash may become."""
        if not self._screen.chat.settled.is_set():
            return ()  # The profile is being opened, or a command runs.
        found = await self.commands.complete(line, self._screen.chat.here)
        return [_suggestion(each) for each in found]

    async def given(self, event: messages.CommandGiven) -> None:
        """Run what was written; when that fails the words are written again."""
        chat = self._screen.chat
        view, state = chat.view, self._screen.state
        question = Question(event.line, None, event.attachments, event.written)
        chat.composer.recall.add(event.written)
        try:
            await self._run(event.line, event.attachments)
        except LweError as error:
            chat.questions.give_back(view, state, question)
            self._tell(str(error), "error")
        except Exception:
            chat.questions.give_back(view, state, question)
            raise

    async def run(self, line: str) -> None:
        """Run a command and everything that it leads to.

        Raises:
            LweError: when it cannot be done.
        """
        self._screen.chat.holds.begin_command()
        await self._run(line, ())

    async def _run(self, line: str, attachments: tuple[Attachment, ...]) -> None:
        """Run a command for which questions wait already, until what comes next is known."""
        with ExitStack() as held:
            held.callback(self._screen.chat.holds.end_command)
            if line.split() in LOGINS:
                line = await self._with_name(line)
            async with self._turn:
                await self._until_ready()
                outcome = await self._taken(lambda state: self.commands.run(line, state))
                held.close()
                await self._finish(" ".join(line.split()[:2]), outcome, attachments)

    async def _with_name(self, line: str) -> str:
        """Let a user be chosen, who is put after a command."""
        name = await self._screen.people.choose()
        return "" if name is None else f"{line} {quoted(name)}"

    async def write(self, start: str, usage: str) -> None:
        """Begin a command in the composer; where words stand there, ask for the rest of it.

        Raises:
            LweError: when it cannot be done.
        """
        composer = self._screen.chat.composer
        if not composer.text.strip():
            composer.put(f"{start} ")
            self._screen.back_to_composer()
            return
        field = Field("rest", "What follows it", required=True)
        answer = await self._screen.app.push_screen_wait(form.Form(usage, [field]))
        if answer:
            await self.run(f"{start} {answer['rest']}")

    async def _until_ready(self) -> None:
        """Wait until the conversation is open and it is known how it is asked."""
        chat = self._screen.chat
        while not chat.holds.steady.is_set():  # Somebody else may hold it again.
            await chat.holds.steady.wait()
        self._view = chat.view
        if chat.refusal is None:
            await self._view.loaded.wait()
        if refusal := chat.refusal or self._view.refusal:
            raise refusal

    async def _resume(self, step: Callable[[], Outcome]) -> Outcome:
        self._screen.chat.holds.begin_command()
        try:
            return await self._taken(lambda state: self.commands.resume(step, state))
        finally:
            self._screen.chat.holds.end_command()

    async def _taken(self, call: Callable[[State], Awaitable[Outcome]]) -> Outcome:
        """Perform a step and take over its state."""
        here = self._view.conversation_id
        outcome = await call(replace(self._screen.state, conversation_id=here))
        self._following.follow(outcome.effect, self._view)
        return outcome

    # What comes of it

    async def _finish(
        self, title: str, outcome: Outcome, attachments: tuple[Attachment, ...]
    ) -> None:
        """Show what a command says, ask what it needs, until nothing is left."""
        while True:
            self._list_again(outcome)
            effect = outcome.effect
            if not isinstance(effect, Confirm | Form | EditText | EditFile | Work):
                break
            await self._show(title, outcome)
            outcome = await self._needs.answer(effect)
        await self._do(effect, attachments)
        await self._show(title, outcome)

    def _list_again(self, outcome: Outcome) -> None:
        if "conversations" in outcome.changed:
            self._screen.query_one(ConversationList).refresh_list()
        if set(outcome.changed) - {"conversations", "users"}:
            self._screen.post_message(messages.FilesChanged())

    async def _show(self, title: str, outcome: Outcome) -> None:
        if line := as_line(outcome.text):
            self._tell(line, "info" if outcome.ok else "error")
        elif outcome.text:
            await self._screen.app.push_screen_wait(Reading(title, outcome.text))

    async def _do(self, effect: Effect | None, attachments: tuple[Attachment, ...]) -> None:
        match effect:
            case Ask(text, overrides):
                self._screen.back_to_composer()
                question = Question(text, overrides, attachments)
                self._screen.chat.questions.ask(question)
            case Copy(text):
                self._screen.post_message(messages.CopyWanted(text))
            case RunWorkflow():
                await self._run_workflow(effect)
            case StartedOver():
                await self._screen.people.start_over()
            case Perform(action):
                await self._screen.run_action(action)
            case Quit():
                await self._screen.app.action_quit()
            case _:
                pass

    async def _run_workflow(self, wanted: RunWorkflow) -> None:
        """Run a playbook beside us: it reads nothing, and what it says is shown."""
        run = await self.commands.workflow(wanted)
        said: list[str] = []

        def perform(tell: Callable[[str], None]) -> None:
            with closing(run.lines()) as lines:
                for line in lines:
                    said.append(line)
                    tell(line)

        modal = Working(f"Workflow {wanted.name}", perform, run.stop)
        problem = await self._screen.app.push_screen_wait(modal)
        if said:
            text = "\n".join(said)
            await self._screen.app.push_screen_wait(
                Reading(f"Workflow {wanted.name}", text, plain=True)
            )
        if problem:
            raise LweError(problem)
        self._tell(f"Workflow {wanted.name} completed.")

    def _tell(self, text: str, level: Level = "info") -> None:
        self._screen.post_message(messages.Noticed(text, level))


def _suggestion(found: Completion) -> Suggestion:
    goes_on = found.text.endswith(GOES_ON)
    return Suggestion(found.text, found.description, found.start, goes_on=goes_on)

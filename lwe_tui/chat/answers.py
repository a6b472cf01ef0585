"""The turns that are being answered, in the open conversation and in any number of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from textual.containers import Vertical
from textual.message import Message as PaneMessage
from textual.reactive import reactive
from textual.timer import Timer

from lwe.domain import Mark, Message
from lwe.errors import LweError
from lwe.events import (
    Notice,
    ReasoningDelta,
    ReplyFinished,
    TextDelta,
    ToolFinished,
    ToolRequested,
    TurnFinished,
)
from lwe.state import State
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.live import Live, View, entry_of, heading_of, tool_text
from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import Noticed, TitleMade, TurnsChanged
from lwe_tui.session import Session
from lwe_tui.turns import STOPPED, Begun, Ended, OnBegun, TurnEvent, Unasked
from lwe_tui.widgets.tasks import Tasks

Events = Callable[[State, OnBegun], AsyncGenerator[TurnEvent, None]]
TICK_SECONDS = 1.0


@dataclass
class TurnMoved(PaneMessage):
    """A turn has given its conversation an id, or another preset.

    Attributes:
        view: the conversation, which may not be the open one any more.
        state: the turn's.
        switched: whether the turn chose a preset for what follows.
    """

    view: View
    state: State
    switched: bool


class Pane(Vertical, Tasks):
    """What is needed of the pane that shows the open conversation.

    Attributes:
        view: the open conversation.
        refusal: why nothing can be asked, None when it can.
        settled: set while it is known who asks and how.
    """

    state: reactive[State] = reactive(State, init=False)
    view: View
    refusal: LweError | None
    settled: asyncio.Event

    @property
    def transcript(self) -> Transcript:
        """The conversation as text."""
        return self.query_one(Transcript)

    @property
    def composer(self) -> Composer:
        """Where the next question is written."""
        return self.query_one(Composer)


class Answers:
    """Performs turns and shows what becomes of them.

    Args:
        pane: shows the open conversation.
        session: the door to the library.
    """

    def __init__(self, pane: Pane, session: Session) -> None:
        self._pane, self._session = pane, session
        self._lives: list[Live] = []
        self._news: set[int] = set()
        self._ticking: Timer | None = None
        self.failed: Live | None = None
        """The question of the open conversation that can be asked again."""

    @property
    def waiting(self) -> bool:
        """Whether questions wait that are not stored yet."""
        return any(not live.begun for live in self._lives)

    def of(self, view: View) -> Live | None:
        """Return the turn that is being answered in a conversation."""
        return next((live for live in self._lives if live.view is view), None)

    def view(self, conversation_id: int | None) -> View:
        """Return the view of a conversation, the one of its turn if it is being answered."""
        if conversation_id is None:
            return View.new()
        for live in self._lives:
            if live.view.conversation_id == conversation_id:
                return live.view
        return View(conversation_id)

    def seen(self, conversation_id: int | None) -> None:
        """Take a conversation's news for read."""
        self._news.discard(conversation_id or 0)
        self._tell()

    def start(self, live: Live, events: Events) -> None:
        """Ask, and show the answer as it comes."""
        self.failed = None
        self._lives.append(live)
        self._pane.transcript.append(live.question_entry())
        self._pane.transcript.append(live.answer_entry())
        self._pane.transcript.jump_to_end()
        self._tell()
        if self._ticking is None:
            self._ticking = self._pane.set_interval(TICK_SECONDS, self._pane.transcript.tick)
        self._pane.start_task(f"turn-{live.number}", self._answer, live, events)

    def stop(self, live: Live) -> None:
        """Stop an answer; what was said stays."""
        self._pane.workers.cancel_group(self._pane, f"turn-{live.number}")

    async def _answer(self, live: Live, events: Events) -> None:
        try:
            await self._pane.settled.wait()
            await live.view.loaded.wait()
            if refusal := self._pane.refusal or live.view.refusal:
                raise refusal
            elsewhere = live.view.how or live.state
            how = self._pane.state if self._shows(live) else elsewhere
            live.state = replace(how, conversation_id=live.view.conversation_id)
            live.asked = True
            stream = events(live.state, lambda begun: self._begun(live, begun))
            async with aclosing(stream):
                async for event in stream:
                    self._take(live, event)
        except asyncio.CancelledError:
            self._show_stopped(live)
            raise
        except LweError as error:
            self._give_back(live, error)
        except Exception:
            self._give_back(live, LweError("The question could not be answered."))
            raise
        finally:
            self._lives.remove(live)
            self._tell()
            if not self._lives and self._ticking is not None:
                self._ticking.stop()
                self._ticking = None

    def _shows(self, live: Live) -> bool:
        return live.view is self._pane.view

    def _begun(self, live: Live, begun: Begun | Unasked) -> None:
        """Note where the question is stored, or is not; also when it was stopped meanwhile."""
        if isinstance(begun, Unasked):
            live.asked, live.kept = False, begun.kept
            if live not in self._lives:  # Else its end gives the words back.
                self.failed = None if self.failed is live else self.failed
                self._give_back(live, begun.reason)
            return
        live.begun, live.question_id, live.origin = True, begun.question_id, begun.origin
        live.view.conversation_id = begun.state.conversation_id
        if live.state.conversation_id is None and self._pane.view.conversation_id is not None:
            self._session.save_draft(live.state, "")  # It was written there, and is sent.
        if self._shows(live) and not live.text and self.of(live.view) is live:
            self._pane.transcript.update(live.answer_entry())
        self._tell()
        self._pane.post_message(_moved(live, begun.state))

    def _take(self, live: Live, event: TurnEvent) -> None:
        match event:
            case TextDelta(text):
                self._say(live, text)
            case ReasoningDelta(text):
                live.reasoning.append(text)
                if self._shows(live):
                    self._pane.transcript.feed(live.answer_key, reasoning=text)
            case ToolRequested() | ToolFinished():
                live.tools = True
                self._say(live, tool_text(event))
            case Notice(text, level):
                self._pane.post_message(Noticed(text, level))
            case Ended():
                self._end(live, event)
            case ReplyFinished() | TurnFinished():
                pass

    def _say(self, live: Live, text: str) -> None:
        live.text.append(text)
        if self._shows(live):
            self._pane.transcript.feed(live.answer_key, text)

    # How turns end

    def _end(self, live: Live, ended: Ended) -> None:
        live.view.conversation_id = ended.state.conversation_id
        if self._shows(live):
            self._show_end(live, ended)
        elif ended.state.conversation_id is not None:
            self._news.add(ended.state.conversation_id)
        self._pane.post_message(_moved(live, ended.state))
        if ended.answer.mark is None:
            self._pane.start_task("titles", self._title, ended)

    def _show_end(self, live: Live, ended: Ended) -> None:
        answer = ended.answer
        if not (answer.text or live.tools):
            self._show_failed(live, answer.mark)
            return
        entry = entry_of(answer, ended, key=live.answer_key)
        if live.tools:
            entry.role, entry.heading = "assistant", heading_of(live.origin or live.state.origin)
            entry.text = "".join(live.text)
        entry.reasoning = "".join(live.reasoning)
        self._pane.transcript.update(entry)
        if answer.mark and answer.mark.kind != "stopped" and answer.mark.note:
            self._pane.post_message(Noticed(answer.mark.note, "error"))

    def _show_failed(self, live: Live, mark: Mark | None) -> None:
        """Leave the question with the reason, so that it can be asked again."""
        self._pane.transcript.drop(live.answer_key)
        entry = entry_of(Message("user", live.question, mark=mark), key=live.question_key)
        entry.when = live.question_entry().when
        self._pane.transcript.update(entry)
        self.failed = live

    def _show_stopped(self, live: Live) -> None:
        """Show at once what was said; the commit goes on in the room."""
        if not live.asked:
            self._give_back(live, LweError("Nothing was asked yet."))
        elif not self._pane.is_mounted or not self._shows(live):
            return
        elif not live.text:
            self._show_failed(live, STOPPED)
        else:
            self._show_unstored(live, STOPPED)

    def _show_unstored(self, live: Live, mark: Mark) -> None:
        entry = live.answer_entry()
        entry.live, entry.mark, entry.note = False, mark.kind, mark.note or "Stopped."
        self._pane.transcript.update(entry)

    def _give_back(self, live: Live, error: LweError) -> None:
        """Keep the words of a question that was never stored where they can be sent again."""
        self._pane.post_message(Noticed(str(error), "error"))
        if live.text:  # The answer could not be stored: at least it stays in sight.
            self._show_unstored(live, Mark("failed", str(error)))
            return
        if live.begun or live.question_id is not None:
            if self._shows(live):
                self._show_failed(live, Mark("failed", str(error)))
            return
        here = replace(live.state, conversation_id=live.view.conversation_id)
        if self._shows(live) and self._pane.is_attached:
            self._pane.transcript.drop(live.answer_key)
            self._pane.transcript.drop(live.question_key)
            self._pane.composer.add_before(live.question)
            if live.view.loaded.is_set():
                # At once: the program may be ending, and the draft have been stored before.
                self._session.save_draft(here, self._pane.composer.text)
        elif not live.kept:
            self._session.add_to_draft(here, live.question)

    async def _title(self, ended: Ended) -> None:
        try:
            title = await self._session.turns.make_title(ended)
        except LweError as error:
            self._pane.post_message(Noticed(f"No title was made. {error}"))
            return
        if title and ended.state.conversation_id is not None:
            self._pane.post_message(TitleMade(ended.state.conversation_id, title))

    def _tell(self) -> None:
        ids = (live.view.conversation_id for live in self._lives)
        busy = frozenset(found for found in ids if found is not None)
        self._pane.post_message(TurnsChanged(busy, frozenset(self._news)))


def _moved(live: Live, state: State) -> TurnMoved:
    return TurnMoved(live.view, state, state.preset != live.state.preset)

"""The turns that are being answered, in the open conversation and in any number of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.message import Message as PaneMessage
from textual.reactive import reactive
from textual.timer import Timer

from lwe.domain import Mark
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
from lwe_tui.beginning import Begun, OnBegun, Unasked
from lwe_tui.chat import endings
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.live import Live, Question, View
from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import AnswerReady, Noticed, TitleMade, TurnsChanged
from lwe_tui.session import Session
from lwe_tui.turns import STOPPED, Ended, TurnEvent
from lwe_tui.widgets.tasks import Tasks

if TYPE_CHECKING:
    from lwe_tui.chat.questions import Questions
    from lwe_tui.chat.reader import Reader

Events = Callable[[State, OnBegun], AsyncGenerator[TurnEvent, None]]
TICK_SECONDS = 1.0


@dataclass
class TurnFailed(PaneMessage):
    """A question was not answered, or not to the end.

    Attributes:
        noted: whether it stands in the conversation with the reason; its words are given back
            otherwise.
    """

    view: View
    error: LweError
    noted: bool = True


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
        questions: asks in it.
        reader: fills the transcript.
        refusal: why nothing can be asked, None when it can.
        settled: set while it is known who asks and how.
    """

    state: reactive[State] = reactive(State, init=False)
    view: View
    refusal: LweError | None
    settled: asyncio.Event
    questions: Questions
    reader: Reader

    def keep_draft(self) -> None:
        """Store what is written and not sent."""
        raise NotImplementedError

    @property
    def here(self) -> State:
        """Who asks, how, and in the conversation that is really open."""
        return replace(self.state, conversation_id=self.view.conversation_id)

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
        self.go_on: Callable[[View, bool], None]
        self.give_back: Callable[[View, State, Question], None]
        self.undo: Callable[[Live], None]
        """Brings back what a turn took the place of, when it says nothing."""
        self.replaced: Callable[[Live], None]
        """Told that a turn has taken the place of something."""
        self.ids: dict[str, int] = {}
        """What entries of turns are stored as, by their keys."""
        self.left_out: dict[int, tuple[str, ...]] = {}
        """What was not sent for answers, by the answers' ids."""

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

    def seen(self, conversation_id: int | None) -> bool:
        """Take a conversation's news for read; returns whether there were any."""
        had = (conversation_id or 0) in self._news
        self._news.discard(conversation_id or 0)
        self._tell()
        return had

    def start(self, live: Live, events: Events) -> None:
        """Ask, and show the answer as it comes."""
        self.failed = None
        self._lives.append(live)
        if self._shows(live):
            endings.show_begin(self._pane.transcript, live)
        self._tell()
        if self._ticking is None:
            self._ticking = self._pane.set_interval(TICK_SECONDS, self._pane.transcript.tick)
        self._pane.start_task(f"turn-{live.number}", self._answer, live, events)

    def stop(self, live: Live) -> None:
        """Stop an answer; what was said stays."""
        self._pane.workers.cancel_group(self._pane, f"turn-{live.number}")

    async def _answer(self, live: Live, events: Events) -> None:
        whole = False
        try:
            while (
                not self._pane.settled.is_set()
            ):  # A command that waited longer may hold it again.
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
                    whole = isinstance(event, Ended) and event.answer.mark is None
        except asyncio.CancelledError:
            self._show_stopped(live)
            raise
        except LweError as error:
            self._give_back(live, error)
        except Exception:
            self._give_back(live, LweError("The question could not be answered."))
            raise
        finally:
            self._forget(live, whole)

    def _forget(self, live: Live, whole: bool) -> None:
        self._lives.remove(live)
        self._tell()
        if not self._lives and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        if live.view.queued:
            self.go_on(live.view, whole)

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
        if begun.question_id is not None and not live.continues:
            self.ids[f"live-{live.number}-question"] = begun.question_id
        live.view.conversation_id = begun.state.conversation_id
        if live.state.conversation_id is None and self._pane.view.conversation_id is not None:
            self._session.save_draft(live.state, "")  # It was written there, and is sent.
        if self._shows(live) and not live.said and self.of(live.view) is live:
            self._pane.transcript.update(live.answer_entry())
        self._tell()
        self._pane.post_message(_moved(live, begun.state))
        stopped = live not in self._lives and self._shows(live) and not live.text
        if stopped and live.instead_of is not None:
            self.undo(live)  # It was stopped before, and it was not known then what to undo.

    def _take(self, live: Live, event: TurnEvent) -> None:
        match event:
            case TextDelta(text):
                self._say(live, text)
            case ReasoningDelta(text):
                live.reasoning.append(text)
                if self._shows(live):
                    self._pane.transcript.feed(live.answer_key, reasoning=text)
            case ToolRequested() | ToolFinished():
                self._say(live, event)
            case Notice(text, level):
                self._pane.post_message(Noticed(text, level))
            case Ended():
                self._end(live, event)
            case ReplyFinished() | TurnFinished():
                pass

    def _say(self, live: Live, said: str | ToolRequested | ToolFinished) -> None:
        fold = None
        if isinstance(said, str):
            live.text.append(said)
        else:
            fold = live.take(said)
        if self._shows(live) and fold is not None:
            self._pane.transcript.fold(live.answer_key, fold)
        elif self._shows(live) and isinstance(said, str):
            self._pane.transcript.feed(live.answer_key, said)

    # How turns end

    def _end(self, live: Live, ended: Ended) -> None:
        live.view.conversation_id = ended.state.conversation_id
        live.error = ended.error
        if ended.answer.id is not None:
            self.ids[live.answer_key] = ended.answer.id
            notices = ended.opened.turn.notices
            self.left_out[ended.answer.id] = tuple(notice.text for notice in notices)
        if self._shows(live):
            self._show_end(live, ended)
            self._pane.start_task("cost", endings.show_cost, self._pane, self._session, live, ended)
        elif ended.state.conversation_id is not None:
            self._news.add(ended.state.conversation_id)
        self._pane.post_message(_moved(live, ended.state))
        self._pane.post_message(_ready(ended, self._shows(live)))
        if ended.error:
            self._pane.post_message(TurnFailed(live.view, ended.error, live.instead_of is None))
        if ended.answer.mark is None:
            self._pane.start_task("titles", self._title, ended)

    def _show_end(self, live: Live, ended: Ended) -> None:
        if endings.show_end(self._pane, live, ended):
            if live.instead_of is not None:
                self.replaced(live)
        elif live.instead_of is None:
            self.failed = live
        else:
            self.undo(live)

    def _show_failed(self, live: Live, mark: Mark | None) -> None:
        endings.show_failed(self._pane.transcript, live, mark)
        self.failed = live

    def _show_stopped(self, live: Live) -> None:
        """Show at once what was said; the commit goes on in the room."""
        if not live.asked:
            self._give_back(live, LweError("Nothing was asked yet."))
        elif not self._pane.is_mounted or not self._shows(live):
            return
        elif live.said:
            endings.show_unstored(self._pane.transcript, live, STOPPED)
            if live.instead_of is not None:
                self.replaced(live)
        elif live.instead_of is None:
            self._show_failed(live, STOPPED)
        elif live.begun:
            self.undo(live)

    def _give_back(self, live: Live, error: LweError) -> None:
        """Keep the words of a question that was never stored where they can be sent again."""
        live.error = error
        stored = live.said or live.begun or live.question_id is not None
        noted = bool(stored) and live.instead_of is None
        self._pane.post_message(TurnFailed(live.view, error, noted))
        if live.said:  # The answer could not be stored: at least it stays in sight.
            endings.show_unstored(self._pane.transcript, live, Mark("failed", str(error)))
            return
        if live.instead_of is not None:
            if self._shows(live) or not live.kept:
                self.undo(live)
            return
        if live.begun or live.question_id is not None:
            if self._shows(live):
                self._show_failed(live, Mark("failed", str(error)))
            return
        in_sight = self._shows(live) and self._pane.is_attached
        if in_sight:
            self._pane.transcript.drop(live.answer_key)
            self._pane.transcript.drop(live.question_key)
        if in_sight or not live.kept:
            self.give_back(live.view, live.state, live.question)

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


def _ready(ended: Ended, here: bool) -> AnswerReady:
    turn, place = ended.opened.turn, ended.state.conversation_id
    tokens = turn.usage.input_tokens, turn.usage.output_tokens
    request, provider = turn.request, ended.opened.provider.name
    return AnswerReady(place, ended.seconds, here, provider, request.model, tokens)


def _moved(live: Live, state: State) -> TurnMoved:
    return TurnMoved(live.view, state, state.preset != live.state.preset)

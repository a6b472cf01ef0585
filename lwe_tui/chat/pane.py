"""The open conversation: its transcript, its composer, and the way from one to the other."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from lwe.errors import LweError
from lwe_tui.chat import kept_words
from lwe_tui.chat.answers import Answers, Pane
from lwe_tui.chat.approvals import Approvals
from lwe_tui.chat.asking_again import AskingAgain
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.edits import Edits
from lwe_tui.chat.holds import Holds
from lwe_tui.chat.live import Live, Question, View
from lwe_tui.chat.notice import NoticeLine, QueueLine
from lwe_tui.chat.questions import Questions
from lwe_tui.chat.reader import Reader
from lwe_tui.chat.suggestions import Suggestions
from lwe_tui.chat.transcript import Transcript
from lwe_tui.chat.writing import Writing
from lwe_tui.messages import CommandGiven
from lwe_tui.page import Page
from lwe_tui.session import Session

DRAFT_SECONDS = 1.0


class ChatPane(Pane):
    """Shows one conversation and lets any number of them be answered.

    Args:
        session: the door to the library.
        slot_bar: the row above the composer, made by the screen.
    """

    def __init__(self, session: Session, slot_bar: Static) -> None:
        super().__init__(id="chat")
        self._session, self._slot_bar = session, slot_bar
        self.answers = Answers(self, session)
        self.approvals = Approvals(self, session, self.answers.view)
        session.turns.approve = self.approvals.approve
        self.edits = Edits(self)
        self.reader = Reader(self, session, self.answers)
        self.again = AskingAgain(self, session, self.answers, self.edits)
        self.questions = Questions(self, session, self.answers, self.again)
        self.view = View.new()
        self.refusal = None
        self.holds = Holds()
        self.settled = self.holds.settled
        self._draft_timer: Timer | None = None
        self.writing = Writing(self)
        self._to_news = False

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")
        yield Static("", id="more", markup=False)
        yield NoticeLine()
        yield QueueLine()
        yield self._slot_bar
        yield Composer()

    @property
    def live(self) -> Live | None:
        """The turn that is being answered in the open conversation."""
        return self.answers.of(self.view)

    @property
    def at_hand(self) -> Widget:
        """Where the person acts: the composer, or the decision in its place."""
        decision = self.approvals.decision
        return decision.arguments if decision else self.composer

    @property
    def has_unkept_words(self) -> bool:
        """Whether something was written that is in no database yet."""
        return bool(self.edits.unsent()) or self.answers.waiting

    def hold(self) -> None:
        """Let questions wait until it is known how to ask them."""
        self.holds.hold()

    def release(self, refusal: LweError | None = None) -> None:
        """End a `hold`.

        Args:
            refusal: why nothing can be asked; the questions' words are given back.
        """
        self.refusal = refusal
        self.holds.release()

    @on(Transcript.RowsBelow)
    def _tell_rows_below(self, event: Transcript.RowsBelow) -> None:
        event.stop()
        more = self.query_one("#more", Static)
        more.update(f"↓ {event.count:,} new line{'' if event.count == 1 else 's'} (^End)")
        more.set_class(event.count > 0, "-shown")

    # The open conversation

    def turn_to(self, conversation_id: int | None) -> View:
        """Show another conversation at once, and what is stored of it with `fill`.

        What streams goes on streaming.
        """
        self.keep_draft()
        self.reader.keep_place()
        self.edits.turn_away()
        self.view = self.answers.view(conversation_id)
        live = self.live
        self.transcript.load(live.entries() if live else [])
        self.composer.put("")
        self.writing.close()
        self.questions.show()
        self.approvals.show()
        self.answers.failed = None
        self._to_news = self.answers.seen(conversation_id)
        self.query_one(NoticeLine).clear()
        return self.view

    def fill(self, view: View, page: Page) -> None:
        """Show what is stored of a conversation, if it is still the open one."""
        view.loaded.set()
        if view is not self.view:
            return
        self.reader.show(page)
        self.edits.put_before(page.draft)
        if page.place and not self.live and not self._to_news:
            self.start_only_task("place", self.reader.return_to, page.place)

    @on(Transcript.EarlierWanted)
    def _read_earlier(self, event: Transcript.EarlierWanted) -> None:
        event.stop()
        self.start_only_task("earlier", self.reader.read_earlier)

    def keep_draft(self) -> None:
        """Store what is written and not sent, and what waits to be sent."""
        unsent = self.edits.unsent()
        text = "\n\n".join(part for part in (*(q.shown for q in self.view.queued), unsent) if part)
        held = kept_words.held(self.composer.tokens, text)
        if self.view.loaded.is_set():
            self._session.save_draft(self.here, text, held)
        elif text:  # There may be a draft that has not been read yet.
            self._session.add_to_draft(self.here, text, held)

    @on(Composer.Changed)
    def _draft_later(self) -> None:
        if self._draft_timer:
            self._draft_timer.stop()
        if self.view.loaded.is_set():
            self._draft_timer = self.set_timer(DRAFT_SECONDS, self.keep_draft)

    # Asking

    @on(Composer.Sent)
    def _send(self, event: Composer.Sent) -> None:
        event.stop()
        attachments = kept_words.files(self.composer.tokens, event.written)
        question = Question(event.text, None, attachments, event.written)
        if event.text.startswith("/") and not event.text.startswith("//"):
            self.holds.begin_command()
            self.post_message(CommandGiven(event.text, event.written, event.attachments))
        elif event.text.strip():
            text = event.text[1:] if event.text.startswith("//") else event.text
            self.questions.ask_said(replace(question, text=text))
        elif self.answers.failed and not self.edits.is_editing:
            self.questions.retry()

    def stop(self) -> None:
        """Stop the answer of the open conversation, if one is coming."""
        if self.live:
            self.answers.stop(self.live)

    # Writing

    @on(Composer.Written)
    def _suggest(self, event: Composer.Written) -> None:
        event.stop()
        self.writing.written(event)

    @on(Composer.Steered)
    def _steer(self, event: Composer.Steered) -> None:
        event.stop()
        self.writing.steer(event.movement)

    @on(Composer.AttachWanted)
    def _attach_file(self, event: Composer.AttachWanted) -> None:
        event.stop()
        self.writing.attach(event)

    @on(Suggestions.Chosen)
    def _accept(self, event: Suggestions.Chosen) -> None:
        event.stop()
        self.writing.accept()

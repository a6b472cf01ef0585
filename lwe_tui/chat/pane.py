"""The open conversation: its transcript, its composer, and the way from one to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from lwe.errors import LweError
from lwe.state import State
from lwe_tui.chat import pages
from lwe_tui.chat.answers import Answers, Pane
from lwe_tui.chat.composer import Composer
from lwe_tui.chat.live import Live, View
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import Noticed
from lwe_tui.session import Page, Session

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
        self._answers = Answers(self, session)
        self.view = View.new()
        self.refusal = None
        self.settled = asyncio.Event()
        self._holds = 1  # until the profile is open
        self._draft_timer: Timer | None = None
        self._first_id: int | None = None

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")
        yield Static("", id="more", markup=False)
        yield NoticeLine()
        yield self._slot_bar
        yield Composer()

    @property
    def live(self) -> Live | None:
        """The turn that is being answered in the open conversation."""
        return self._answers.of(self.view)

    @property
    def here(self) -> State:
        """Who asks, how, and in the conversation that is really open."""
        return replace(self.state, conversation_id=self.view.conversation_id)

    @property
    def has_unkept_words(self) -> bool:
        """Whether something was written that is in no database yet."""
        return bool(self.composer.text) or self._answers.waiting

    def hold(self) -> None:
        """Let questions wait until it is known how to ask them."""
        self._holds += 1
        self.settled.clear()

    def release(self, refusal: LweError | None = None) -> None:
        """End a `hold`.

        Args:
            refusal: why nothing can be asked; the questions' words are given back.
        """
        self._holds -= 1
        self.refusal = refusal
        if not self._holds:
            self.settled.set()

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
        self.view = self._answers.view(conversation_id)
        live = self.live
        self.transcript.load([live.question_entry(), live.answer_entry()] if live else [])
        self.composer.put("")
        self._answers.failed = None
        self._answers.seen(conversation_id)
        self.query_one(NoticeLine).clear()
        return self.view

    def fill(self, view: View, page: Page) -> None:
        """Show what is stored of a conversation, if it is still the open one."""
        view.loaded.set()
        if view is not self.view:
            return
        self._first_id = page.messages[0].id if page.messages else None
        self.transcript.load(pages.entries_of(page, self.live), page.more)
        if page.draft:
            self.composer.add_before(page.draft)
        if not self.live:
            self._answers.failed = pages.failed_in(page, view, self.here)

    @on(Transcript.EarlierWanted)
    def _read_earlier(self, event: Transcript.EarlierWanted) -> None:
        event.stop()
        self.start_only_task("earlier", self._put_earlier, self.view)

    async def _put_earlier(self, view: View) -> None:
        if self._first_id is None:
            return
        try:
            page = await self._session.earlier(self.here, self._first_id)
        except LweError:
            self.transcript.ask_again()
            raise
        if view is self.view:
            self._first_id = page.messages[0].id if page.messages else None
            self.transcript.put_before(pages.entries_of(page), page.more)

    def keep_draft(self) -> None:
        """Store what is written and not sent."""
        if self.view.loaded.is_set():
            self._session.save_draft(self.here, self.composer.text)
        elif self.composer.text:  # There may be a draft that has not been read yet.
            self._session.add_to_draft(self.here, self.composer.text)

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
        if not event.text.strip():
            if self._answers.failed:
                self.retry()
        elif self._may_ask("your words stay here"):
            self.ask(event.text)
        else:
            self.composer.add_before(event.text)

    def _may_ask(self, otherwise: str) -> bool:
        if self.live:
            self._notice(f"An answer is still coming. Esc stops it; {otherwise}.")
            return False
        return True

    def ask(self, text: str, overrides: Mapping[str, Any] | None = None) -> None:
        """Ask in the open conversation, unless it is being answered."""
        if not text.strip():
            self._notice("There is nothing to ask.")
        elif self._may_ask("then ask again"):
            self.query_one(NoticeLine).clear()
            live = Live(self.view, self.here, text, overrides=overrides)
            self._answers.start(
                live, lambda state, begun: self._session.turns.send(state, text, overrides, begun)
            )

    def retry(self) -> None:
        """Ask the failed question of the open conversation again."""
        failed = self._answers.failed
        if self.live or failed is None or failed.view is not self.view:
            self._notice("Nothing failed here that could be asked again.")
            return
        asked = [entry for entry in self.transcript.entries if entry.role == "user"]
        if asked:
            self.transcript.drop(asked[-1].key)
        question_id = failed.question_id
        if question_id is None:
            self.ask(failed.question, failed.overrides)
            return
        self.query_one(NoticeLine).clear()
        live = Live(self.view, self.here, failed.question, question_id=question_id)
        self._answers.start(
            live, lambda state, begun: self._session.turns.retry(state, question_id, begun)
        )

    def stop(self) -> None:
        """Stop the answer of the open conversation, if one is coming."""
        if self.live:
            self._answers.stop(self.live)

    def _notice(self, text: str) -> None:
        self.post_message(Noticed(text))

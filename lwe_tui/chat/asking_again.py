"""Asks again: for another answer, with other words, for the rest; what was there is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lwe.errors import LweError
from lwe_tui.chat.answers import Answers, Pane
from lwe_tui.chat.edits import Edits
from lwe_tui.chat.live import Live, Question, View
from lwe_tui.chat.notice import NoticeLine
from lwe_tui.chat.pages import mark_variants, stored_id
from lwe_tui.drafts import Draft
from lwe_tui.messages import Noticed
from lwe_tui.render.blocks import Entry
from lwe_tui.session import Session
from lwe_tui.turns import Again


class AskingAgain:
    """Begins turns that take the place of earlier ones in the open conversation.

    Args:
        pane: shows the open conversation.
        session: the door to the library.
        answers: performs the turns.
        edits: holds the question that is being edited.
    """

    def __init__(self, pane: Pane, session: Session, answers: Answers, edits: Edits) -> None:
        self._pane, self._session, self._answers = pane, session, answers
        self.edits = edits
        answers.undo, answers.replaced = self.undo, self._replaced

    # Which message is meant

    def entry(self, key: str, *roles: str) -> Entry:
        """Return an entry of the transcript.

        Args:
            key: the entry's, empty for the last one.
            roles: what the last one may be.

        Raises:
            LweError: when there is none.
        """
        for entry in reversed(self._pane.transcript.entries):
            if entry.key == key or (not key and entry.role in roles):
                return entry
        raise LweError("There is no message here yet that this could be done with.")

    async def message_id(self, entry: Entry) -> int:
        """Return what an entry is stored as.

        Raises:
            LweError: when it is not stored.
        """
        known = stored_id(entry.key) or self._answers.ids.get(entry.key)
        if known is None:
            # Nobody waited for the end of an answer that was stopped.
            question = self._answers.ids.get(entry.key.replace("-answer", "-question"))
            place = self._pane.view.conversation_id
            if question is not None and place is not None:
                known = await self._session.ask(lambda: self._answer_to(place, question))
        if known is None:
            raise LweError("This message is not stored.")
        self._answers.ids[entry.key] = known
        return known

    def _answer_to(self, conversation_id: int, question_id: int) -> int | None:
        found = None
        for message in self._session.engine.store.messages(conversation_id):
            if (message.id or 0) > question_id:
                if message.role == "user":
                    break
                found = message.id
        return found

    def check_quiet(self) -> None:
        """Refuse while an answer is coming in the open conversation.

        Raises:
            LweError: then.
        """
        if self._answers.of(self._pane.view):
            raise LweError("An answer is coming here. Wait for it, or stop it with Escape.")

    # Asking

    async def regenerate(self, key: str, overrides: Mapping[str, Any] | None = None) -> None:
        """Ask the question of an answer again; the old answer becomes a variant.

        Raises:
            LweError: when there is no such question.
        """
        self.check_quiet()
        entry = self.entry(key, "assistant", "user", "tool")
        question = await self._question_of(entry)
        failed = self._answers.failed
        is_last = entry is question and entry is self._pane.transcript.entries[-1]
        if is_last and failed and failed.view is self._pane.view:
            self._pane.questions.retry(str((overrides or {}).get("preset") or ""))
            return
        question_id, message_id = await self.message_id(question), await self.message_id(entry)
        self._start(
            Live(
                self._pane.view,
                self._pane.here,
                Question(question.text, overrides),
                shown=question,
                instead_of=question_id,
            ),
            Again("regenerate", message_id, overrides=overrides),
            question.key,
        )

    async def _question_of(self, entry: Entry) -> Entry:
        view = self._pane.view
        while True:
            entries = self._pane.transcript.entries
            index = next((n for n, found in enumerate(entries) if found is entry), -1)
            questions = [found for found in entries[: index + 1] if found.role == "user"]
            if questions:
                return questions[-1]
            if not await self._pane.reader.read_earlier() or self._pane.view is not view:
                raise LweError("There is no question before this answer.")

    async def continue_(self, key: str) -> None:
        """Let the model go on with an answer that was stopped or cut.

        Raises:
            LweError: when it is whole.
        """
        self.check_quiet()
        entry = self.entry(key, "assistant", "user")
        if entry.role != "assistant" or not entry.mark or not entry.text.strip():
            raise LweError("Only an answer that was stopped or cut can be continued.")
        answer_id = await self.message_id(entry)
        view, here = self._pane.view, self._pane.here
        live = Live(view, here, Question(""), instead_of=answer_id, continues=entry)
        self._start(live, Again("continue", answer_id), "")

    def _start(self, live: Live, how: Again, from_key: str) -> None:
        """Begin a turn, and take from the transcript what it takes the place of."""
        self.check_quiet()  # Something may have begun while its id was looked up.
        if live.view is not self._pane.view:
            return
        self._pane.query_one(NoticeLine).clear()
        transcript = self._pane.transcript
        keys = [entry.key for entry in transcript.entries]
        if from_key in keys:
            for key in reversed(keys[keys.index(from_key) :]):
                transcript.drop(key)
        turns = self._session.turns
        self._answers.start(live, lambda state, begun: turns.again(state, how, begun))

    # Editing

    async def edit(self, key: str) -> None:
        """Put the words of a question into the composer, to be asked otherwise.

        Raises:
            LweError: when there is no such question.
        """
        entry = self.entry(key, "user")
        if entry.role != "user":
            entry = await self._question_of(entry)
        view, question_id = self._pane.view, await self.message_id(entry)
        store = self._session.engine.store
        words, attachments = await self._session.ask(lambda: store.said_with(question_id))
        if view is self._pane.view:
            words = f"/{words}" if words.startswith("/") else words
            self.edits.begin(question_id, words, Draft(words, attachments))
            self._pane.composer.focus()

    def ask_edited(self, question: Question) -> bool:
        """Ask what was written instead of the question that was being edited.

        Returns:
            False when none was; the words stay when this cannot be done now.
        """
        if not self.edits.is_editing:
            return False
        try:
            self.check_quiet()
        except LweError as error:
            self._pane.composer.add_before(question.shown)
            self._pane.post_message(Noticed(str(error), "warning"))
            return True
        question_id = self.edits.sent(question.text)
        question = replace(question, edits=question_id)
        overrides = {**(question.overrides or {}), "attachments": question.attachments}
        how = Again("edit", question_id, question.text, overrides)
        live = Live(self._pane.view, self._pane.here, question, instead_of=question_id)
        self._start(live, how, self._key_of(question_id))
        self._pane.keep_draft()
        return True

    def _key_of(self, message_id: int) -> str:
        for entry in self._pane.transcript.entries:
            if message_id in (stored_id(entry.key), self._answers.ids.get(entry.key)):
                return entry.key
        return ""

    # Ends

    def undo(self, live: Live) -> None:
        """Show again what a turn took the place of, and give its words back."""
        question = live.question
        if live.view is not self._pane.view or not self._pane.is_attached:
            # What was begun, or kept, is in the draft already.
            if question.edits is not None and not (live.begun or live.kept):
                here = replace(live.state, conversation_id=live.view.conversation_id)
                self._session.add_to_draft(here, question.shown, question.attachments)
            return
        draft = Draft(question.shown, question.attachments)
        if question.edits is not None:
            if self.edits.is_editing or self._pane.composer.text:
                self.edits.put_before(draft)  # Whoever writes just now goes on writing that.
            else:
                self.edits.begin(question.edits, "", draft)
            self._pane.keep_draft()
        self._pane.start_task("again", self.read_again, live.view)

    async def read_again(self, view: View, message_id: int | None = None) -> None:
        """Show what is stored of the open conversation now.

        Args:
            message_id: where to look; None for the end.
        """
        if view.conversation_id is None or view is not self._pane.view:
            return
        page = await self._session.open(self._pane.here, view.conversation_id)
        if view is self._pane.view and self._answers.of(view) is None:
            self._pane.reader.show(page)
            if message_id is not None:
                self._pane.transcript.return_to(f"message-{message_id}")

    def _replaced(self, live: Live) -> None:
        if live.folds:  # They are shown as one message and stored as several.
            self._pane.start_task("again", self.read_again, live.view)
        elif not live.continues:
            self._pane.start_task("again", self._show_variants, live)

    async def _show_variants(self, live: Live) -> None:
        place, view = live.view.conversation_id, live.view
        if place is None:
            return
        for entry in self._pane.transcript.entries:
            if entry.key in (live.answer_key, live.question_key):
                await self.message_id(entry)
        store = self._session.engine.store
        variants = await self._session.ask(lambda: store.variants(place))
        if view is self._pane.view:
            entries = self._pane.transcript.entries
            for entry in mark_variants(entries, variants, self._answers.ids):
                self._pane.transcript.update(entry)

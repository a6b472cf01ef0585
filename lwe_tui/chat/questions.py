"""Questions on their way: asked at once, or after the answer that is coming; never lost."""

from __future__ import annotations

from dataclasses import replace

from lwe.state import State
from lwe_tui.chat import kept_words
from lwe_tui.chat.answers import Answers, Pane
from lwe_tui.chat.asking_again import AskingAgain
from lwe_tui.chat.live import Live, Question, View
from lwe_tui.chat.notice import NoticeLine, QueueLine
from lwe_tui.drafts import Draft
from lwe_tui.messages import Noticed
from lwe_tui.session import Session


class Questions:
    """Asks in the open conversation, and in others what was queued there.

    Args:
        pane: shows the open conversation.
        session: the door to the library.
        answers: performs the turns.
        again: asks what was edited.
    """

    def __init__(self, pane: Pane, session: Session, answers: Answers, again: AskingAgain) -> None:
        self._pane, self._session, self._answers = pane, session, answers
        self._again, self._edits = again, again.edits
        answers.go_on, answers.give_back = self.go_on, self.give_back

    def ask(self, question: Question) -> None:
        """Ask in the open conversation, after what is being answered there."""
        if not question.text.strip():
            self._notice("There is nothing to ask.")
        elif self._answers.of(self._pane.view):
            self._pane.view.queued.append(question)
            self.show()
        else:
            self._ask(self._pane.view, self._pane.here, question)

    def ask_written(self, preset: str) -> None:
        """Ask what stands in the composer with another preset, this once."""
        composer = self._pane.composer
        written, (text, _) = composer.taken()
        attachments = kept_words.files(composer.tokens, written)
        self.ask_said(Question(text, {"preset": preset}, attachments, written))

    def ask_said(self, question: Question) -> None:
        """Ask what was written in the composer, instead of what was being edited there."""
        if not self._again.ask_edited(question):
            self.ask(question)

    def _ask(self, view: View, state: State, question: Question) -> None:
        if view is self._pane.view:
            self._pane.query_one(NoticeLine).clear()
        self._pane.composer.recall.add(question.text)
        overrides = dict(question.overrides or {})
        if question.attachments:
            overrides["attachments"] = question.attachments
        self._answers.start(
            Live(view, state, question),
            lambda how, begun: self._session.turns.send(how, question.text, overrides, begun),
        )

    def go_on(self, view: View, whole: bool) -> None:
        """Ask what is queued in a conversation, or give it back when something went wrong."""
        here = replace(self._pane.state, conversation_id=view.conversation_id)
        state = view.how or here
        if whole and self._pane.is_mounted:
            self._ask(view, state, view.queued.pop(0))
        else:
            for question in reversed(view.queued):
                self.give_back(view, state, question)
            view.queued.clear()
        self.show()

    def give_back(self, view: View, state: State, question: Question) -> None:
        """Put the words of a question back to where they were written."""
        here = replace(state, conversation_id=view.conversation_id)
        if view is not self._pane.view or not self._pane.is_attached:
            self._session.add_to_draft(here, question.text, question.attachments)
            return
        self._edits.put_before(Draft(question.shown, question.attachments))
        if view.loaded.is_set():
            # At once: the program may be ending, and the draft have been stored before.
            text = self._edits.unsent()
            held = kept_words.held(self._pane.composer.tokens, text)
            self._session.save_draft(here, text, held)

    def take_back(self) -> bool:
        """Put the last queued question back into the composer; False when nothing waits."""
        if not self._pane.view.queued:
            return False
        question = self._pane.view.queued.pop()
        self._edits.put_before(Draft(question.shown, question.attachments))
        self.show()
        return True

    def show(self) -> None:
        """Show what waits for the answer that is coming."""
        if self._pane.is_mounted:
            waiting = [question.shown for question in self._pane.view.queued]
            self._pane.query_one(QueueLine).show(waiting)

    def retry(self, preset: str = "") -> None:
        """Ask the failed question of the open conversation again.

        Args:
            preset: asks with another preset, this once.
        """
        pane, failed = self._pane, self._answers.failed
        if self._answers.of(pane.view) or failed is None or failed.view is not pane.view:
            self._notice("Nothing failed here that could be asked again.")
            return
        asked = [entry for entry in pane.transcript.entries if entry.role == "user"]
        if asked:
            pane.transcript.drop(asked[-1].key)
        question_id = failed.question_id
        if question_id is None:
            overrides = dict(failed.question.overrides or {})
            if preset:
                overrides["preset"] = preset
            self.ask(replace(failed.question, overrides=overrides))
            return
        pane.query_one(NoticeLine).clear()
        live = Live(pane.view, pane.here, failed.question, question_id=question_id)
        self._answers.start(
            live, lambda state, begun: self._session.turns.retry(state, question_id, begun, preset)
        )

    def _notice(self, text: str) -> None:
        self._pane.post_message(Noticed(text))

"""A stored question in the composer, to be asked otherwise; what was written there waits aside."""

from __future__ import annotations

from dataclasses import dataclass

from lwe_tui.chat import kept_words
from lwe_tui.chat.answers import Pane
from lwe_tui.chat.notice import QueueLine
from lwe_tui.drafts import Draft
from lwe_tui.messages import Noticed

EDITING = "✎ Editing: Enter asks this instead, Esc leaves it"


@dataclass(slots=True)
class Editing:
    """A stored question that is being written otherwise.

    Attributes:
        words: the question as it stood in the composer first.
        aside: what was being written before.
    """

    question_id: int
    words: str
    aside: Draft


class Edits:
    """Knows what of the composer's words is whose.

    Args:
        pane: holds the composer.
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._editing: Editing | None = None

    @property
    def is_editing(self) -> bool:
        """Whether the composer holds a question that is stored."""
        return self._editing is not None

    def begin(self, question_id: int, words: str, draft: Draft) -> None:
        """Show a question to be edited.

        Args:
            words: what it was at first.
            draft: what it is now.
        """
        self.leave()
        composer = self._pane.composer
        aside = Draft(composer.text, kept_words.held(composer.tokens, composer.text))
        fitted = kept_words.fitted(composer.tokens, draft.text, draft.attachments)
        first = fitted if words == draft.text else words
        self._editing = Editing(question_id, first, aside)
        composer.put(fitted)
        self._show()

    def sent(self, text: str) -> int:
        """Take note that the edited question is asked; returns which one it was."""
        editing, self._editing = self._editing, None
        assert editing is not None
        self._pane.composer.recall.add(text)
        self._put_back(editing.aside)
        self._show()
        return editing.question_id

    def leave(self) -> bool:
        """Leave the question as it was; False when none was being edited."""
        editing, self._editing = self._editing, None
        if editing is None:
            return False
        composer = self._pane.composer
        if composer.text.strip() and composer.text != editing.words:
            composer.recall.add(composer.text)
            text = "The question is as it was. Up brings back what you wrote."
            self._pane.post_message(Noticed(text))
        composer.put("")
        self._put_back(editing.aside)
        self._show()
        return True

    def turn_away(self) -> None:
        """Forget what was being edited: its words are in the draft."""
        self._editing = None

    def unsent(self) -> str:
        """Return what is written and not sent, as a draft keeps it."""
        composer, editing = self._pane.composer, self._editing
        if editing is None:
            return composer.text
        changed = composer.text if composer.text != editing.words else ""
        aside = kept_words.fitted(composer.tokens, editing.aside.text, editing.aside.attachments)
        return "\n\n".join(part for part in (aside, changed) if part)

    def put_before(self, draft: Draft) -> None:
        """Put words back that were written before what is written now."""
        tokens, editing = self._pane.composer.tokens, self._editing
        if not draft.text:
            return
        fitted = kept_words.fitted(tokens, draft.text, draft.attachments)
        if editing is None:
            self._pane.composer.add_before(fitted)
        else:
            aside = editing.aside
            text = f"{fitted}\n\n{aside.text}" if aside.text else fitted
            editing.aside = Draft(text, kept_words.held(tokens, text))

    def _put_back(self, draft: Draft) -> None:
        if draft.text:
            composer = self._pane.composer
            composer.add_before(kept_words.fitted(composer.tokens, draft.text, draft.attachments))

    def _show(self) -> None:
        self._pane.query_one(QueueLine).editing = EDITING if self._editing else ""
        self._pane.questions.show()

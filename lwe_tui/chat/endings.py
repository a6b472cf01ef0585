"""Shows how a turn ended: with an answer, a part of one, or only a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lwe.domain import Mark, Message
from lwe_tui.chat.live import GO_ON, MARK_NOTES, Live, entry_of, footer, heading_of
from lwe_tui.chat.remedies import keys_for
from lwe_tui.chat.transcript import Transcript
from lwe_tui.messages import Noticed
from lwe_tui.turns import Ended

if TYPE_CHECKING:
    from lwe_tui.chat.answers import Pane
    from lwe_tui.session import Session


def show_begin(transcript: Transcript, live: Live) -> None:
    """Show what is asked and that an answer is waited for."""
    if live.continues:
        transcript.update(live.answer_entry())
    else:
        for entry in live.entries():
            transcript.append(entry)
    transcript.jump_to_end()


def show_end(pane: Pane, live: Live, ended: Ended) -> bool:
    """Show the answer as it is stored; False when there is none, and its question has failed."""
    answer = ended.answer
    if answer.mark and answer.mark.kind != "stopped" and answer.mark.note and not ended.error:
        pane.post_message(Noticed(answer.mark.note, "error"))
    if not (answer.text or live.folds):
        if live.instead_of is None:
            show_failed(pane.transcript, live, answer.mark)
        return False
    entry = entry_of(answer, ended, key=live.answer_key)
    if live.folds:
        entry.role, entry.heading = "assistant", heading_of(live.origin or live.state.origin)
        entry.text, entry.folds = "".join(live.text), list(live.folds)
    entry.reasoning = "".join(live.reasoning)
    if live.continues:
        entry.reasoning = live.answer_entry().reasoning
        entry.variant = live.continues.variant
    pane.transcript.update(entry)
    return True


def show_failed(transcript: Transcript, live: Live, mark: Mark | None) -> None:
    """Leave the question with the reason, so that it can be asked again."""
    transcript.drop(live.answer_key)
    entry = entry_of(Message("user", live.question.shown, mark=mark), key=live.question_key)
    entry.when = live.question_entry().when
    if live.error:
        entry.note = f"{live.error}  {keys_for(live.error)}"
    transcript.update(entry)


def show_unstored(transcript: Transcript, live: Live, mark: Mark) -> None:
    """Leave what was said in sight with the reason why it is not stored."""
    entry = live.answer_entry()
    entry.live, entry.mark = False, mark.kind
    entry.note = mark.note or f"{MARK_NOTES[mark.kind]}  {GO_ON}"
    for fold in entry.folds:
        fold.state = fold.state or mark.kind
    transcript.update(entry)


async def show_cost(pane: Pane, session: Session, live: Live, ended: Ended) -> None:
    """Say what an answer cost, if that is known."""
    prices = await session.prices(live.origin or ended.state.origin)
    usage = ended.opened.turn.usage
    cost = prices.of(usage.input_tokens, usage.output_tokens) if prices else None
    if cost is not None:
        line = footer(ended, len(ended.answer.text), cost)
        pane.transcript.set_footer(live.answer_key, line)

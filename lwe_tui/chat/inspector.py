"""Says what will be sent, piece by piece, and how an answer was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lwe_tui.chat import kept_words
from lwe_tui.chat.live import MARK_NOTES, clock
from lwe_tui.chat.pane import ChatPane
from lwe_tui.context import Asked, Context, Counted, asked, context
from lwe_tui.render.blocks import Entry
from lwe_tui.render.clean import clean_line
from lwe_tui.session import Session

WORDS = 50
"""Characters of a message by which it is known."""
NAMES = {"system": "system message", "user": "you", "assistant": "answer", "tool": "tool result"}


async def will_be_sent(chat: ChatPane, session: Session) -> str:
    """Describe what the next question would submit.

    Raises:
        LweError: when it cannot be asked at all.
    """
    composer = chat.composer
    written, attachments = composer.tokens.sent(composer.text)
    attachments = kept_words.files(composer.tokens, composer.text) or attachments
    found = await context(session, chat.here, written, attachments)
    return "\n".join(_context_rows(found, bool(composer.text.strip())))


def _context_rows(found: Context, has_draft: bool) -> Iterator[str]:
    state = found.state
    about = "" if found.exact else ", estimated: the vocabulary cannot be loaded"
    with_what = " · ".join(part for part in (state.preset, state.model, state.provider) if part)
    yield f"{found.total:,} of {found.limit:,} tokens{about}"
    yield f"Asked with {with_what}"
    if found.problem:
        yield f"\nThis cannot be asked now: {found.problem}"
    for notice in found.notices:
        yield f"\n{notice}"
    yield "\nMESSAGES"
    history, draft = found.sent[:-1], found.sent[-1:]
    yield from _rows(history, "nothing was said before")
    yield "\nDRAFT"
    yield from _rows(draft if has_draft else (), "nothing is written")
    yield "\nLEFT OUT"
    why = "" if not found.left_out else "  the limit of tokens is reached, or a tool is gone"
    yield from ([why.rstrip()] if why else [])
    yield from _rows(found.left_out, "nothing")
    yield "\nTOOLS"
    yield from _rows(found.tools, "none")


def _rows(counted: Sequence[Counted], nothing: str) -> Iterator[str]:
    if not counted:
        yield f"          {nothing}"
    for each in counted:
        words = clean_line(each.text[: 2 * WORDS])[:WORDS]
        yield f"{each.tokens:>8,}  {NAMES.get(each.name, each.name):<14}  {words}"


async def how_asked(chat: ChatPane, session: Session, entry: Entry) -> str:
    """Describe how a message was asked.

    Raises:
        LweError: when it is not stored.
    """
    message_id = await chat.again.message_id(entry)
    found = await asked(session, chat.here, message_id)
    left_out = chat.answers.left_out.get(message_id)
    return "\n".join(_asked_rows(found, left_out))


def _asked_rows(found: Asked, left_out: tuple[str, ...] | None) -> Iterator[str]:
    message, origin = found.message, found.message.origin
    yield f"preset      {origin.preset or 'none'}"
    yield f"provider    {origin.provider or 'not known'}"
    yield f"model       {origin.model or 'its only one'}"
    if message.created:
        yield f"stored      {clock(message.created)}"
    yield f"message     {message.id}, {NAMES.get(message.role, message.role)}"
    timing = found.timing
    if timing is not None:
        yield f"first word  {_seconds(timing.first_token)}"
        yield f"whole       {_seconds(timing.seconds)}"
        yield f"tokens      {_count(timing.input_tokens)} sent, {_count(timing.output_tokens)} said"
    if message.mark is not None:
        yield f"\nIT IS NOT WHOLE\n{message.mark.note or MARK_NOTES[message.mark.kind]}"
    yield "\nPARAMETERS, as they are in the preset now"
    for name, value in found.parameters.items():
        yield f"{name:<28}  {value}"
    if not found.parameters:
        yield "none, or the preset is gone"
    yield "\nLEFT OUT"
    yield (
        "not known: it was asked earlier" if left_out is None else "\n".join(left_out) or "nothing"
    )


def _seconds(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f} s"


def _count(value: int | None) -> str:
    return "not counted" if value is None else f"{value:,}"

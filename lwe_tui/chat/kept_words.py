"""Words on their way out of the composer and back, with what their tokens stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lwe.domain import Attachment
from lwe_tui.chat.tokens import PASTED, Tokens


def held(tokens: Tokens, text: str) -> tuple[Attachment, ...]:
    """Return what the tokens of a text stand for, named as the tokens say it."""
    found: dict[str, Attachment] = {}
    for line in text.split("\n"):
        for span in tokens.spans(line):
            attachment = tokens.held[span.token]
            # Two files of one name have numbers in their tokens.
            numbered = Tokens().add(attachment) != span.token
            name = span.token[1:-1] if numbered else attachment.name
            found[span.token] = replace(attachment, name=name)
    return tuple(found.values())


def files(tokens: Tokens, text: str) -> tuple[Attachment, ...]:
    """Return what goes along with a text: without pastes, which are words of it."""
    return tuple(given for given in held(tokens, text) if given.media_type != PASTED)


def fitted(tokens: Tokens, text: str, attachments: Sequence[Attachment]) -> str:
    """Return a text from elsewhere with the tokens that stand for its attachments here.

    What is attached without a token gets one, so that nothing is lost.
    """
    here: dict[str, str] = {}
    for given in attachments:
        here[Tokens().add(given)] = tokens.add(given)
    missing = [token for written, token in here.items() if written not in text]
    if here:
        known = "|".join(re.escape(written) for written in sorted(here, key=len, reverse=True))
        text = re.sub(known, lambda match: here[match[0]], text)
    return "\n".join([*([text] if text else []), *missing])

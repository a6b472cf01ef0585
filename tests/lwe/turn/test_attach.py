"""Attachments in what is asked: where they stand, and what a model sees of them."""

from __future__ import annotations

import base64

import pytest

from lwe.domain import Attachment, Message
from lwe.errors import ConfigError, ProviderError
from lwe.providers.fake import FakeLlm
from lwe.turn import attach

IMAGE = Attachment("cat.png", "image/png", b"\x89PNG")
URL = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


class Blind(FakeLlm):
    """A provider that takes no images."""

    def takes_images(self, model: str) -> bool:
        return False


def placed(message: Message) -> list[str]:
    return [message.text[each.start : each.start + each.length] for each in message.attachments]


def test_without_attachments_words_are_words() -> None:
    assert attach.question(" as they are\n", ()) == Message("user", " as they are\n")


def test_files_stand_below_the_words() -> None:
    notes = Attachment("a.PY", "text/plain", text="x = 1")
    message = attach.question("look \n", (notes, IMAGE))
    assert message.text == "look\n\n[file: a.PY]\n```py\nx = 1\n```\n\n[image: cat.png]"
    assert placed(message) == ["[file: a.PY]\n```py\nx = 1\n```", "[image: cat.png]"]
    assert message.parts == (
        {"type": "text", "text": message.text},
        {"type": "image_url", "image_url": {"url": URL}},
    )


def test_a_file_alone_is_a_question() -> None:
    message = attach.question(" ", (IMAGE,))
    assert (message.text, placed(message)) == ("[image: cat.png]", ["[image: cat.png]"])


@pytest.mark.parametrize(
    ("text", "fence"), [("plain", "```"), ("```\nx\n```", "````"), ("  `````", "``````")]
)
def test_a_fence_is_longer_than_those_in_the_file(text: str, fence: str) -> None:
    message = attach.question("", (Attachment("notes", "text/plain", text=text),))
    assert message.text == f"[file: notes]\n{fence}\n{text}\n{fence}"
    assert message.parts == ()


def test_places_are_right_whatever_has_to_be_replaced() -> None:
    odd = Attachment("a\n b\0.md", "text/plain", text="\ud83d\ude00\0")
    message = attach.question("\ud83d\ude00\ud800", (odd, IMAGE))
    assert message.text.startswith("😀\ufffd\n\n[file: a b\ufffd.md]\n```md\n😀\ufffd\n```")
    assert placed(message)[1] == "[image: cat.png]"


def test_nothing_else_can_be_attached() -> None:
    with pytest.raises(ConfigError, match=r"'a\.pdf' cannot be attached.*application/pdf"):
        attach.question("", (Attachment("a.pdf", "application/pdf", b"%PDF"),))


def test_stored_images_are_shown_again() -> None:
    messages = [Message("user", "one", id=1), Message("assistant", "two", id=2)]
    first, second = attach.illustrated(messages, {1: [IMAGE]})
    assert first.parts == ({"type": "text", "text": "one"}, *first.parts[1:])
    assert first.parts[1] == {"type": "image_url", "image_url": {"url": URL}}
    assert second is messages[1]


def test_a_model_that_takes_no_images_says_so() -> None:
    with pytest.raises(ProviderError, match=r"^m takes no images\. Choose a model that does"):
        attach.for_model(Blind(), "m", [], [attach.question("", (IMAGE,))])


def test_a_model_that_takes_no_images_is_told_their_names() -> None:
    shown = attach.question("look", (IMAGE,))
    (message,), (notice,) = attach.for_model(Blind(), "m", [shown], [Message("user", "and?")])
    assert (message.text, message.parts) == (shown.text, ())
    assert notice.text == "Images were not sent: m takes none."
    assert attach.for_model(FakeLlm(), "m", [shown], []) == ([shown], [])
    assert attach.for_model(Blind(), "m", [Message("user", "x")], []) == (
        [Message("user", "x")],
        [],
    )

"""The commands for conversations: ask, read, list, open, name, delete them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from lwe.commands.command import Args, Candidate, Command, Context, UsageError, whole_number
from lwe.commands.markdown import HERE, fenced, plain
from lwe.commands.outcome import Ask, Confirm, Copy, EditText, Field, Form, Outcome, Stream
from lwe.commands.paths import expanded, paths
from lwe.core.constants import DEFAULT_HISTORY_LIMIT, NO_TITLE_TEXT
from lwe.core.shell_words import parse_conversation_ids
from lwe.domain import Conversation, Message
from lwe.errors import LweError, NotFound

_OLD_ID = 36
"""Characters of the ids that conversations had long ago."""


# What numbers mean


def listed(context: Context, limit: int | None, offset: int = 0) -> list[Conversation]:
    """Return a window of the user's list, in its order."""
    return context.engine.store.conversations(context.user.id, limit, offset)


def numbered(context: Context, number: str) -> Conversation:
    """Return the conversation that a number in the list, `#ID` or an old id means.

    Raises:
        NotFound: when there is none.
        UsageError: when it is no number.
    """
    user = context.user
    if number.startswith("#"):
        wanted = whole_number(number[1:], "The id of a conversation")
        return context.engine.store.conversation(wanted, user.id)
    if len(number) == _OLD_ID:
        raise NotFound("Conversation", number)
    position = whole_number(number, "The number of a conversation in /history")
    found = listed(context, 1, position - 1)
    if not found:
        count = context.engine.store.conversation_count(user.id)
        raise LweError(f"There is no conversation {position}: /history has {count}.")
    return found[0]


def title_of(conversation: Conversation) -> str:
    """Return a title, or what stands for one."""
    return conversation.title or conversation.opening or NO_TITLE_TEXT


def _open(context: Context) -> Conversation:
    wanted = context.state.conversation_id
    if wanted is None:
        raise LweError("No conversation is open. Ask something, or choose one with /switch.")
    return context.engine.store.conversation(wanted, context.user.id)


def _numbers(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if words or context.state.user is None:
        return ()
    found = listed(context, DEFAULT_HISTORY_LIMIT)
    return [Candidate(str(n), title_of(each)) for n, each in enumerate(found, 1)]


# Asking


def _ask(_context: Context, args: Args) -> Outcome:
    return _asked(args.rest)


def _asked(text: str) -> Outcome:
    return Outcome(effect=Ask(text)) if text.strip() else Outcome("Nothing was asked.")


def _read(_context: Context, args: Args) -> Outcome:
    return Outcome(effect=EditText(args.rest, _asked, inline=True))


def _editor(_context: Context, args: Args) -> Outcome:
    return Outcome(effect=EditText(args.rest, _asked))


def _file(_context: Context, args: Args) -> Outcome:
    if not args.rest:
        raise UsageError("/file needs the name of a file.")
    path = expanded(args.rest)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LweError(f"{path} cannot be read: {error}.") from error
    return _asked(text)


def _stream(context: Context, args: Args) -> Outcome:
    args.end()
    on = not context.backend.config.get("shell.streaming")
    context.backend.config.set("shell.streaming", on)
    how = "as they come" if on else "when they are whole"
    return Outcome(f"Answers are shown {how}.", Stream(on))


def _copy(context: Context, args: Args) -> Outcome:
    args.end()
    text = _last_answer(context)
    if not text:
        raise LweError("There is no answer to copy.")
    return Outcome(effect=Copy(text))


def _last_answer(context: Context) -> str:
    if context.state.conversation_id is None:
        last = context.backend.message_clipboard
        return last if isinstance(last, str) else ""
    messages = context.engine.store.messages(context.state.conversation_id)
    answers = (m.text for m in reversed(messages) if m.role == "assistant" and m.text)
    return next(answers, "")


# Listing and opening


def _new(context: Context, args: Args) -> Outcome:
    args.end()
    context.backend.new_conversation()
    return Outcome("A new conversation begins.")


def _switch(context: Context, args: Args) -> Outcome:
    found = numbered(context, args.only("The number of a conversation"))
    context.backend.switch_to_conversation(found.id)
    return Outcome(f"Switched to: {plain(title_of(found))}")


def _history(context: Context, args: Args) -> Outcome:
    limit = whole_number(args.take() or str(DEFAULT_HISTORY_LIMIT), "The limit")
    offset = whole_number(args.take() or "0", "The offset", 0)
    args.end()
    found = listed(context, limit, offset)
    if not found:
        return Outcome("There are no conversations here.")
    here = context.state.conversation_id
    lines = [
        f"{number}. {each.updated:%Y-%m-%d %H:%M} {plain(title_of(each))} ({each.id})"
        + (f" {HERE}" if each.id == here else "")
        for number, each in enumerate(found, offset + 1)
    ]
    return Outcome("## Conversations\n\n" + "\n".join(lines))


def _chat(context: Context, args: Args) -> Outcome:
    number = args.take()
    args.end()
    found = numbered(context, number) if number else _open(context)
    said = context.engine.store.messages(found.id)
    parts = [f"## {plain(title_of(found))}", *map(_message, said)]
    return Outcome("\n\n".join(parts))


def _message(message: Message) -> str:
    parts = [f"**{message.role.capitalize()}**"]
    if message.text:
        parts.append(message.text)
    for call in message.tool_calls:
        parts.append(_json({"tool": call.name, "args": dict(call.args)}))
    if message.tool_result is not None:
        parts.append(_json({"tool": message.tool_result.name, "result": message.tool_result.value}))
    return "\n\n".join(parts)


def _json(value: Any) -> str:
    return fenced(json.dumps(value, indent=2, ensure_ascii=False, default=str), "json")


# Naming and deleting


def _title(context: Context, args: Args) -> Outcome:
    text = args.rest
    if not text:
        return Outcome(f"* Title: {plain(title_of(_open(context)))}")
    if not text.lstrip("#").isdecimal():
        return _renamed(context, _open(context), text)
    found = numbered(context, text)
    field = Field("title", "Title", found.title or "", required=True)
    return Outcome(
        effect=Form(
            f"New title for '{title_of(found)}'",
            (field,),
            lambda values: _renamed(context, found, values["title"]),
        )
    )


def _renamed(context: Context, conversation: Conversation, title: str) -> Outcome:
    title = title.strip()
    if not title:
        raise UsageError("A title cannot be empty.")
    context.engine.store.rename(conversation.id, title)
    if context.state.conversation_id == conversation.id:
        context.state = replace(context.state, title=title)
    return Outcome(f"The title is: {plain(title)}", changed=("conversations",))


def _delete(context: Context, args: Args) -> Outcome:
    found = _meant(context, args.rest) if args.rest else [_open(context)]
    many = f"these {len(found)} conversations" if len(found) > 1 else "this conversation"
    return Outcome(
        effect=Confirm(
            f"Delete {many}?",
            lambda: _deleted(context, found),
            tuple(title_of(each) for each in found),
        )
    )


def _meant(context: Context, text: str) -> list[Conversation]:
    if text.startswith("#"):
        return [numbered(context, part.strip()) for part in text.split(",")]
    count = context.engine.store.conversation_count(context.user.id)
    numbers = parse_conversation_ids(text, count)
    if isinstance(numbers, str):
        raise UsageError(
            f"'{text}' does not say what to delete: use numbers of /history, 1-{count}"
            ", such as 1,3-5."
        )
    return [numbered(context, str(number)) for number in numbers]


def _deleted(context: Context, conversations: Sequence[Conversation]) -> Outcome:
    ids = [each.id for each in conversations]
    remove(context.engine.store, ids)
    if context.state.conversation_id in ids:
        context.backend.new_conversation()
    many = f"{len(ids)} conversations were" if len(ids) > 1 else "The conversation was"
    return Outcome(f"{many} deleted.", changed=("conversations",))


def remove(store: Any, ids: Sequence[int]) -> None:
    """Delete conversations; into the trash, where the store has one."""
    trash = getattr(store, "trash_conversations", None)
    if trash is not None:
        trash(ids)
        return
    for conversation_id in ids:
        store.delete_conversation(conversation_id)


COMMANDS = (
    Command("ask", "Ask the model; the same as typing the text.", _ask, "TEXT"),
    Command(
        "chat",
        "Show what was said in a conversation.",
        _chat,
        "[NUMBER]",
        "Without a number of `/history` it is the open one.",
        complete=_numbers,
    ),
    Command("copy", "Copy the last answer.", _copy),
    Command(
        "delete",
        "Delete the open conversation, or some of the list.",
        _delete,
        "[NUMBERS]",
        "The numbers are those of `/history`. You are asked before anything is deleted.",
        {"": "the open one", "3": "one of the list", "1,3-5": "several"},
        complete=_numbers,
    ),
    Command("editor", "Write the next question in your editor.", _editor, "[TEXT]"),
    Command(
        "file",
        "Ask what a file says.",
        _file,
        "NAME",
        "The whole text of the file, in UTF-8, is sent.",
        complete_text=paths,
    ),
    Command(
        "history",
        "List the conversations with their numbers.",
        _history,
        "[LIMIT [OFFSET]]",
        f"Without a limit it is the first {DEFAULT_HISTORY_LIMIT}.",
        {"10": "the first ten", "10 20": "ten, after the first twenty"},
    ),
    Command("new", "Begin a new conversation.", _new),
    Command("read", "Write a question of several lines.", _read, "[TEXT]"),
    Command("stream", "Show answers as they come, or when they are whole.", _stream),
    Command(
        "switch",
        "Open another conversation.",
        _switch,
        "NUMBER",
        "The number is that of `/history`; `#ID` means the id in parentheses there.",
        complete=_numbers,
    ),
    Command(
        "title",
        "Show or set the title of a conversation.",
        _title,
        "[TEXT | NUMBER]",
        "A text is the open conversation's new title; a number of `/history` asks for one.",
    ),
)

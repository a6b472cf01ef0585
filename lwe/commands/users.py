"""The commands for users: register, log in and out, show, edit, delete them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from lwe.commands.command import Action, Args, Candidate, Command, Context, alias, group
from lwe.commands.markdown import HERE, plain, section
from lwe.commands.outcome import Confirm, Field, Form, Outcome
from lwe.domain import User
from lwe.errors import LweError

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_Do = Callable[[User], Outcome]


def _users(context: Context, args: Args) -> Outcome:
    args.end()
    here = context.state.user
    lines = [
        f"* {each.id}: {plain(each.username)}"
        + (f" {HERE}" if here is not None and each.id == here.id else "")
        for each in context.engine.store.users()
    ]
    return Outcome(section("Users", lines, "There are none. Use /user register."))


def _register(context: Context, args: Args) -> Outcome:
    name = args.take()
    args.end()

    def register(values: Mapping[str, str]) -> Outcome:
        user = context.engine.store.add_user(
            _one_word(values["name"]), email=_email(values["email"]), password=values["password"]
        )
        text = f"{plain(user.username)} is registered. Use /login {plain(user.username)}."
        return Outcome(text, changed=("users",))

    fields = (
        Field("name", "Name, without spaces", name, required=True),
        Field("email", "E-mail (may be empty)"),
        Field("password", "Password (may be empty)", secret=True),
    )
    return Outcome(effect=Form("New user", fields, register))


def _one_word(name: str) -> str:
    name = name.strip()
    if not name or any(letter.isspace() for letter in name):
        raise LweError("A user's name is one word.")
    return name


def _email(text: str) -> str:
    text = text.strip()
    if text and not _EMAIL.fullmatch(text):
        raise LweError(f"'{text}' is no e-mail address.")
    return text


# Logging in and out


def _login(context: Context, args: Args) -> Outcome:
    name = args.take()
    args.end()
    return _named(context, name, "Log in", lambda user: _with_password(context, user))


def _named(context: Context, name: str, title: str, do: _Do) -> Outcome:
    """Do something with a user, whose name is asked for when it was not typed."""
    if name:
        return do(context.engine.store.user(name))
    field = Field("name", "Name or e-mail", required=True)
    return Outcome(
        effect=Form(
            title, (field,), lambda values: do(context.engine.store.user(values["name"].strip()))
        )
    )


def _with_password(context: Context, user: User) -> Outcome:
    if not user.has_password:
        context.engine.store.touch_login(user.id)
        return _logged_in(context, context.engine.store.user(user.id))
    field = Field("password", "Password", secret=True, required=True)

    def check(values: Mapping[str, str]) -> Outcome:
        return _logged_in(context, context.engine.store.login(user.id, values["password"]))

    return Outcome(effect=Form(f"Log in as {user.username}", (field,), check))


def _logged_in(context: Context, user: User) -> Outcome:
    context.backend.set_current_user(user)
    context.backend.new_conversation()
    return Outcome(f"You are {plain(user.username)}.")


def _logout(context: Context, args: Args) -> Outcome:
    args.end()
    _ = context.user
    context.backend.set_current_user(None)
    context.backend.new_conversation()
    return Outcome("You are logged out. What is said now is not stored.")


# Showing, editing, deleting


def _show(context: Context, args: Args) -> Outcome:
    name = args.take()
    args.end()
    user = context.engine.store.user(name) if name else context.user
    return Outcome(
        f"## {plain(user.username)}\n\n* E-mail: {plain(user.email or 'none')}\n"
        f"* Password: {'set' if user.has_password else 'not set'}\n"
        f"* Default preset: {plain(user.default_preset or 'that of the configuration')}"
    )


def _edit(context: Context, args: Args) -> Outcome:
    name = args.take()
    args.end()
    me = context.user
    user = context.engine.store.user(name) if name else me
    presets = [("", "that of the configuration")]
    presets += [(preset, preset) for preset in context.engine.presets.names()]
    fields = (
        Field("name", "Name", user.username),
        Field("email", "E-mail", user.email or ""),
        Field("password", "New password (empty: as it is)", secret=True),
        Field("preset", "Default preset", user.default_preset, choices=tuple(presets)),
    )
    title = f"Edit {user.username}"
    return Outcome(effect=Form(title, fields, lambda values: _edited(context, user, values)))


def _edited(context: Context, user: User, values: Mapping[str, str]) -> Outcome:
    preset = values["preset"]
    if preset:
        context.engine.presets.get(preset)
    changed = context.engine.store.edit_user(
        user.id,
        name=_one_word(values["name"]),
        email=_email(values["email"]),
        password=values["password"] or None,
        default_preset=preset,
    )
    if context.state.user is not None and context.state.user.id == user.id:
        kept = context.state
        context.backend.set_current_user(changed)
        if kept.conversation_id is not None:
            context.backend.switch_to_conversation(kept.conversation_id)
    return Outcome(f"{plain(changed.username)} was changed.", changed=("users",))


def _delete(context: Context, args: Args) -> Outcome:
    name = args.take()
    args.end()
    me = context.user
    return _named(context, name, "Delete a user", lambda user: _asked(context, me, user))


def _asked(context: Context, me: User, user: User) -> Outcome:
    if user.id == me.id:
        raise LweError("You cannot delete yourself. Log in as somebody else first.")
    count = context.engine.store.conversation_count(user.id)

    def delete() -> Outcome:
        context.engine.store.delete_user(user.id)
        return Outcome(f"{plain(user.username)} was deleted.", changed=("users",))

    details = (f"{count} conversations are deleted, too, for good.",)
    return Outcome(effect=Confirm(f"Delete the user {user.username}?", delete, details))


def _names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if words:
        return ()
    return [Candidate(each.username, each.email or "") for each in context.engine.store.users()]


USER = group(
    "user",
    "Register, log in or out, show, edit or delete a user.",
    [
        Action("register", "[NAME]", "Make a new user.", _register),
        Action("login", "[NAME]", "Log in, by name or e-mail.", _login, _names),
        Action("logout", "", "Log out.", _logout),
        Action("show", "[NAME]", "Show a user, yourself without a name.", _show, _names),
        Action("edit", "[NAME]", "Change a user, yourself without a name.", _edit, _names),
        Action("delete", "[NAME]", "Delete a user with every conversation.", _delete, _names),
    ],
)

COMMANDS = (
    USER,
    Command("users", "List the users.", _users),
    alias("login", USER, "login"),
    alias("logout", USER, "logout"),
)

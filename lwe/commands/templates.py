"""The commands for templates: run, show, edit, copy, delete them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from lwe.commands.command import Action, Args, Candidate, Command, Context, group
from lwe.commands.markdown import described, fenced, matching, plain, section
from lwe.commands.outcome import Ask, Confirm, EditFile, EditText, Field, Form, Outcome
from lwe.errors import LweError, TemplateError
from lwe.templates import BuiltTemplate
from lwe.workflows.workflow import parse_arguments

_Then = Callable[[BuiltTemplate], Outcome]


def _templates(context: Context, args: Args) -> Outcome:
    found = matching(_about(context), args.rest)
    lines = [described(name, about) for name, about in found.items()]
    return Outcome(section("Templates", lines, "None."))


def _about(context: Context) -> dict[str, str]:
    found = {}
    for name in context.engine.templates.names():
        try:
            found[name] = context.engine.templates.describe(name)
        except LweError as error:
            found[name] = f"cannot be used: {error}"
    return found


def _show(context: Context, args: Args) -> Outcome:
    return Outcome(_shown(context, args.only("The name of a template")))


def _shown(context: Context, name: str) -> str:
    text = context.engine.templates.raw(name)
    return f"## Template {plain(name)}\n\n{fenced(text, 'jinja')}"


# Running


def _run(context: Context, args: Args) -> Outcome:
    name = args.need("The name of a template")
    return _asked(context.engine.templates.build(name, parse_arguments(args.rest)))


def _asked(built: BuiltTemplate) -> Outcome:
    if not built.text:
        raise TemplateError("The template says nothing, so nothing was asked.")
    return Outcome(effect=Ask(built.text, built.overrides))


def _prompt_run(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a template")
    return _filled(context, name, _asked)


def _filled(context: Context, name: str, then: _Then) -> Outcome:
    """Ask for the variables, if there are any, and go on with what the template says then."""
    templates = context.engine.templates
    needed = templates.variables(name).needed
    if not needed:
        return then(templates.build(name))

    def build(values: Mapping[str, str]) -> Outcome:
        return then(templates.build(name, values))

    fields = tuple(Field(variable, variable, lines=True) for variable in needed)
    return Outcome(effect=Form(f"Template {name}", fields, build, _shown(context, name)))


def _edit_run(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a template")
    raw = context.engine.templates.raw(name)
    return Outcome(effect=EditText(raw, lambda text: _run_text(context, text)))


def _run_text(context: Context, text: str) -> Outcome:
    """Ask what a text says that is a template only now."""
    templates = context.engine.templates
    path = templates.add_temporary(text)
    try:
        return _asked(templates.build(path.name))
    finally:
        templates.delete(path)


def _prompt_edit_run(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a template")

    def edit(built: BuiltTemplate) -> Outcome:
        def ask(text: str) -> Outcome:
            return _asked(BuiltTemplate(text, built.overrides))

        return Outcome(effect=EditText(built.text, ask))

    return _filled(context, name, edit)


# Files


def _edit(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a template")
    path = context.engine.templates.editable(name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def read_again() -> Outcome:
        if not path.exists():
            return Outcome("No template was written.")
        context.engine.templates.variables(name)
        return Outcome(f"The template {plain(name)} can be used.", changed=("templates",))

    return Outcome(effect=EditFile(path, read_again))


def _copy(context: Context, args: Args) -> Outcome:
    old = args.need("The name of a template")
    new = args.only("The name of the copy")
    _source, target = context.engine.templates.copy(old, new)
    return Outcome(f"{plain(old)} was copied to {plain(target)}.", changed=("templates",))


def _delete(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a template")
    source = context.engine.templates.source(name)
    if source.system:
        raise TemplateError(f"The template '{name}' came with the program and stays.")

    def delete() -> Outcome:
        context.engine.templates.delete(Path(source.path))
        return Outcome(f"The template {plain(name)} was deleted.", changed=("templates",))

    question = f"Delete the template {name}?"
    return Outcome(effect=Confirm(question, delete, (str(source.path),)))


# Completing


def _names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    return () if words else [Candidate(name, about) for name, about in _about(context).items()]


def _complete_run(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    if not words:
        return _names(context, words)
    try:
        needed = context.engine.templates.variables(words[0]).needed
    except LweError:
        return ()  # Running the command says what is wrong.
    given = {word.partition("=")[0] for word in words[1:]}
    return [Candidate(f"{name}=") for name in needed if name not in given]


COMMANDS = (
    group(
        "template",
        "Run, show, edit, copy or delete a template.",
        [
            Action(
                "run",
                "NAME [VARIABLE=VALUE …]",
                "Ask what a template says; variables without a value are empty.",
                _run,
                _complete_run,
            ),
            Action("prompt-run", "NAME", "Fill in the variables, then ask.", _prompt_run, _names),
            Action("edit-run", "NAME", "Edit a copy, then ask what it says.", _edit_run, _names),
            Action(
                "prompt-edit-run",
                "NAME",
                "Fill in the variables, edit the text, then ask.",
                _prompt_edit_run,
                _names,
            ),
            Action("show", "NAME", "Show a template.", _show, _names),
            Action("edit", "NAME", "Open a template's file, or a new one.", _edit, _names),
            Action("copy", "NAME NEW", "Copy a template.", _copy, _names),
            Action("delete", "NAME", "Delete a template of yours.", _delete, _names),
        ],
    ),
    Command("templates", "List the templates.", _templates, "[FILTER]"),
)

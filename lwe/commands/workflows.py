"""The commands for workflows: run, show, edit, copy, delete them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lwe.commands.command import Action, Args, Candidate, Command, Context, group
from lwe.commands.markdown import described, fenced, matching, plain, section
from lwe.commands.outcome import Confirm, EditFile, Outcome, RunWorkflow
from lwe.errors import LweError, NotFound, WorkflowError
from lwe.shelf import Shelf
from lwe.workflows.workflow import SUFFIXES, SYSTEM_WORKFLOWS, Workflows, parse_arguments


def _of(context: Context) -> Workflows:
    return Workflows(context.engine.config)


def _workflows(context: Context, args: Args) -> Outcome:
    runnable, others = {}, {}
    workflows = _of(context)
    for name in workflows.names():
        try:
            plays = workflows.check(name)
        except LweError as error:
            others[name] = _why(workflows, name, error)
            continue
        runnable[name] = ", ".join(str(play["name"]) for play in plays if "name" in play)
    shown = []
    for title, items in (("Workflows", runnable), ("Include files", others)):
        found = matching(items, args.rest)
        lines = [described(name, about) for name, about in found.items()]
        shown.append(section(title, lines, "None."))
    return Outcome("\n\n".join(shown))


def _why(workflows: Workflows, name: str, error: LweError) -> str:
    """Say what is wrong with a file that is not just a list of tasks for others."""
    try:
        content = workflows.load(name)
    except LweError:
        return str(error)
    return "" if isinstance(content, list) else str(error)


def _run(context: Context, args: Args) -> Outcome:
    name = args.need("The name of a workflow")
    values = parse_arguments(args.rest)
    workflows = _of(context)
    workflows.check(name)
    return Outcome(effect=RunWorkflow(name, workflows.path(name), values))


def _show(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a workflow")
    path = _of(context).path(name)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkflowError(f"The workflow {path} cannot be read: {error}.") from error
    return Outcome(f"## Workflow {plain(name)}\n\n{fenced(text, 'yaml')}")


def _edit(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a workflow")
    path = _editable(context, name)
    path.parent.mkdir(parents=True, exist_ok=True)

    def read_again() -> Outcome:
        if not path.exists():
            return Outcome("No workflow was written.")
        _of(context).load(path.stem)
        return Outcome(f"The workflow {plain(path.stem)} was read again.", changed=("workflows",))

    return Outcome(effect=EditFile(path, read_again))


def _editable(context: Context, name: str) -> Path:
    """Return the file in which a workflow is edited; a new one goes to the user's folder."""
    try:
        return _own(context, name, "edited. Copy it first: /workflow copy")
    except NotFound:
        folder = context.engine.config.directories("workflows")[-1]
        file = name if name.endswith(SUFFIXES) else f"{name}{SUFFIXES[0]}"
        return Shelf((folder,), SYSTEM_WORKFLOWS, folder).place(file)


def _own(context: Context, name: str, what: str) -> Path:
    path = _of(context).path(name)
    if path.is_relative_to(SYSTEM_WORKFLOWS):
        raise WorkflowError(f"The workflow '{name}' came with the program and cannot be {what}.")
    return path


def _copy(context: Context, args: Args) -> Outcome:
    old = args.need("The name of a workflow")
    new = args.only("The name of the copy")
    _source, target = _of(context).copy(old, new)
    return Outcome(f"{plain(old)} was copied to {plain(target)}.", changed=("workflows",))


def _delete(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a workflow")
    path = _own(context, name, "deleted")

    def delete() -> Outcome:
        _of(context).delete(name)
        return Outcome(f"The workflow {plain(name)} was deleted.", changed=("workflows",))

    return Outcome(effect=Confirm(f"Delete the workflow {name}?", delete, (str(path),)))


def _names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    return () if words else [Candidate(name) for name in _of(context).names()]


COMMANDS = (
    group(
        "workflow",
        "Run, show, edit, copy or delete a workflow.",
        [
            Action("run", "NAME [VARIABLE=VALUE …]", "Run a workflow.", _run, _names),
            Action("show", "NAME", "Show a workflow.", _show, _names),
            Action("edit", "NAME", "Open a workflow's file, or a new one.", _edit, _names),
            Action("copy", "NAME NEW", "Copy a workflow.", _copy, _names),
            Action("delete", "NAME", "Delete a workflow of yours.", _delete, _names),
        ],
        "A workflow is an Ansible playbook. Values with spaces are quoted: `text='two words'`.",
    ),
    Command(
        "workflows", "List the workflows, and the files that they include.", _workflows, "[FILTER]"
    ),
)

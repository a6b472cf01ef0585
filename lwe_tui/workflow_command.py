"""Runs a workflow from the command line; neither Textual nor a model's client is loaded."""

from __future__ import annotations

import sys

from lwe.errors import ConfigError, LweError
from lwe_tui.exits import CONFIGURATION, FAILED, OK, USAGE
from lwe_tui.options import Options, configured, with_keys
from lwe_tui.render.clean import clean
from lwe_tui.streams import exit_code, tell


def run(name: str, arguments: str, options: Options) -> int:
    """Run a workflow; its output goes to stdout, how it ended to stderr.

    Args:
        name: the workflow's name.
        arguments: its variables, `a=1 b='two words'`.
        options: where the profile is.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong arguments, 3 configuration, 130 interrupted.
    """
    from lwe.workflows.workflow import parse_arguments

    try:
        values = parse_arguments(arguments)
    except LweError as error:
        tell(str(error))
        return USAGE
    return exit_code(
        lambda: _run(name, values, options),
        lambda error: CONFIGURATION if isinstance(error, ConfigError) else FAILED,
    )


def _run(name: str, values: dict[str, str], options: Options) -> int:
    from lwe.config.logs import open_console, open_log
    from lwe.workflows import runner
    from lwe.workflows.workflow import Workflows

    config = with_keys(configured(options))
    open_console(config)
    open_log(config)
    for warning in config.warnings:
        tell(warning)
    workflows = Workflows(config)
    workflows.check(name)
    for_a_person = sys.stdout.isatty()

    def show(line: str) -> None:
        sys.stdout.write(f"{clean(line) if for_a_person else line}\n")
        sys.stdout.flush()

    runner.run(workflows.path(name), values, config, show)
    tell(f"Workflow {name} completed")
    return OK

"""The command line: parses arguments without loading Textual, then opens one of the doors."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lwe.errors import ConfigError
from lwe.version import VERSION
from lwe_tui.exits import INTERRUPTED, USAGE
from lwe_tui.options import FOLDERS, Options

LOCAL_WORDS = ("install", "status", "remove")

EPILOG = """\
Without words the full-screen app starts. Words are a prompt: the answer goes to stdout.
`lwe-tui config [files|profile|runtime|KEY]` shows the configuration.
`lwe-tui local install|status|remove` cares for the embedded demo model.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="lwe-tui",
        description="Talk to language models in a terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("words", nargs="*", help="a prompt to answer without opening the app")
    made.add_argument("-v", "--version", action="version", version=f"%(prog)s {VERSION}")
    _add_profile(made)
    _add_asking(made)
    _add_workflow(made)
    _add_folders(made)
    _add_logs(made)
    return made


def _add_profile(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "-c",
        "--config-dir",
        metavar="DIR",
        default=os.environ.get("LWE_CONFIG_DIR"),
        help="the folder with the profiles (LWE_CONFIG_DIR)",
    )
    made.add_argument(
        "-p",
        "--config-profile",
        metavar="NAME",
        default=os.environ.get("LWE_CONFIG_PROFILE") or "default",
        help="the profile (LWE_CONFIG_PROFILE)",
    )
    made.add_argument(
        "-t",
        "--data-dir",
        metavar="DIR",
        default=os.environ.get("LWE_DATA_DIR"),
        help="the folder with databases and caches (LWE_DATA_DIR)",
    )
    made.add_argument("--database", metavar="URL", help="for example sqlite:////path/storage.db")


def _add_asking(made: argparse.ArgumentParser) -> None:
    made.add_argument("-r", "--preset", metavar="NAME", help="the preset to start with")
    made.add_argument("-s", "--system-message", metavar="ALIAS", help="an alias or a text")
    made.add_argument(
        "-i",
        "--input-file",
        metavar="FILE",
        nargs="?",
        const="-",
        help="read the prompt, or more of it, from a file; from stdin without a name",
    )
    made.add_argument(
        "-n", "--no-stream", action="store_true", help="show the answer when it is complete"
    )


def _add_workflow(made: argparse.ArgumentParser) -> None:
    made.add_argument("-w", "--workflow", metavar="NAME", help="run a workflow")
    made.add_argument(
        "--workflow-args", metavar="ARGS", default="", help="its variables: \"a=1 b='two words'\""
    )


def _add_folders(made: argparse.ArgumentParser) -> None:
    for kind in FOLDERS:
        made.add_argument(
            f"--{kind}-dir",
            metavar="DIR",
            action="append",
            help=f"a folder for {kind}, instead of the configured ones; may be repeated",
        )


def _add_logs(made: argparse.ArgumentParser) -> None:
    made.add_argument("-l", "--log", metavar="FILE", help="append questions and answers to a file")
    made.add_argument("-d", "--debug", action="store_true", help="log everything the program does")
    made.add_argument("-e", "--debug-log", metavar="FILE", help="the file for that log")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `lwe-tui`; returns the exit code."""
    given = _parsed(sys.argv[1:] if arguments is None else arguments)
    options = _options(given)
    if given.words[:1] == ["config"]:
        from lwe_tui.config_command import run as show_config

        return show_config(given.words[1:], options)
    if given.words[:1] == ["local"] and len(given.words) == 2 and given.words[1] in LOCAL_WORDS:
        from lwe_tui.local_command import run as run_local

        return run_local(given.words[1:])
    if given.words or given.input_file is not None:
        return _answer(given, options)
    if given.workflow:
        from lwe_tui.workflow_command import run as run_workflow

        return run_workflow(given.workflow, given.workflow_args, options)
    return _open_app(options)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; words may stand before, between and after options."""
    made = parser()
    # That way of reading forgets, in its second round, that nothing after `--` is an option.
    read = made.parse_args if "--" in arguments else made.parse_intermixed_args
    return read(list(arguments))


def _options(given: argparse.Namespace) -> Options:
    return Options(
        config_dir=given.config_dir or None,
        data_dir=given.data_dir or None,
        profile=given.config_profile or os.environ.get("LWE_CONFIG_PROFILE") or "default",
        preset=given.preset,
        system_message=given.system_message,
        database=given.database,
        log=given.log,
        stream=not given.no_stream,
        debug=given.debug,
        debug_log=given.debug_log,
        arguments=given,
    )


def _answer(given: argparse.Namespace, options: Options) -> int:
    try:
        parts = [" ".join(given.words)]
        if given.input_file is not None:
            parts.append(_read(given.input_file))
    except ConfigError as error:
        sys.stderr.write(f"lwe-tui: {error}\n")
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    prompt = "\n\n".join(part for part in parts if part)
    if not prompt.strip():
        sys.stderr.write("lwe-tui: there is nothing to ask. Give a prompt as words or with -i.\n")
        return USAGE
    from lwe_tui.oneshot import answer

    return answer(prompt, options)


def _read(file: str) -> str:
    name = "stdin" if file == "-" else file
    try:
        if file == "-":
            return sys.stdin.read()
        with Path(file).open(encoding="utf-8") as opened:
            return opened.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ConfigError(f"{name} cannot be read: {reason}.") from error


def _open_app(options: Options) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("lwe-tui: the app needs a terminal. Give a prompt as words instead.\n")
        return USAGE
    # Collecting garbage costs a fifth of the time to the first frame, and there is none yet.
    gc.disable()
    from lwe_tui.app import run

    return run(options)

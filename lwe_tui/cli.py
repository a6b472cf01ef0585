"""The command line: parses arguments without loading Textual, then opens one of the doors."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from lwe.version import VERSION
from lwe_tui.exits import USAGE

LOCAL_WORDS = ("install", "status", "remove")

EPILOG = """\
Without words the full-screen app starts. Words are a prompt: the answer goes to stdout.
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
    made.add_argument("-c", "--config-dir", default=os.environ.get("LWE_CONFIG_DIR"))
    made.add_argument(
        "-p", "--config-profile", default=os.environ.get("LWE_CONFIG_PROFILE", "default")
    )
    made.add_argument("-t", "--data-dir", default=os.environ.get("LWE_DATA_DIR"))
    made.add_argument("-r", "--preset", help="the preset to start with")
    made.add_argument("-s", "--system-message", help="an alias or a text")
    made.add_argument("--database", metavar="URL", help="for example sqlite:////path/storage.db")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `lwe-tui`; returns the exit code."""
    given = parser().parse_args(arguments)
    from lwe_tui.session import Options

    options = Options(
        config_dir=given.config_dir or None,
        data_dir=given.data_dir or None,
        profile=given.config_profile or "default",
        preset=given.preset,
        system_message=given.system_message,
        database=given.database,
    )
    if given.words[:1] == ["local"] and len(given.words) == 2 and given.words[1] in LOCAL_WORDS:
        from lwe_tui.local_command import run as run_local

        return run_local(given.words[1:])
    if given.words:
        from lwe_tui.oneshot import answer

        return answer(" ".join(given.words), options)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("lwe-tui: the app needs a terminal. Give a prompt as words instead.\n")
        return USAGE
    # Collecting garbage costs a fifth of the time to the first frame, and there is none yet.
    gc.disable()
    from lwe_tui.app import run

    return run(options)

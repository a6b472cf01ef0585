"""The library is a guest in somebody's process: it prints nothing, reads nothing, ends nothing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

from tests.lwe.loopback import Loopback

EVERYTHING = """
import sys
sys.stdin = None  # reading it would be an AttributeError
from lwe import ApiBackend
from lwe.core.config import Config
config = Config()
config.load_from_file()
config.set("model.default_preset", "no-such")
bot = ApiBackend(config)
bot.set_current_user(bot.engine.store.add_user("ann"))
answers = [
    bot.ask("one"),
    bot.ask_stream("two", {"stream_callback": lambda piece: None}),
    bot.ask("three", {"preset": "gpt-4o-mini", "preset_overrides": {"model_customizations": {
        "openai_api_base": "http://127.0.0.1:9", "max_retries": 0}}}),
    bot.ask(""),
    bot.ask("four", {"preset": "no-such"}),
    bot.run_template("summarize.md", {"text": "x"}),
    bot.run_template("no-such"),
    bot.activate_preset("no-such"),
    bot.get_history(),
]
bot.wait_for_titles()
sys.exit(7 if [a[0] for a in answers] == [1, 1, 0, 0, 0, 1, 0, 0, 1] else str(answers))
"""


def test_a_process_that_uses_everything_says_nothing(server: Loopback) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EVERYTHING],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 7)


def test_print_stream_is_the_one_thing_that_is_printed(server: Loopback) -> None:
    script = """
        from lwe import ApiBackend
        ApiBackend().ask_stream("hi", {"print_stream": True})
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("Hello!", "")


def test_no_thread_is_left_after_an_answer(server: Loopback) -> None:
    from lwe import ApiBackend

    before = set(threading.enumerate())
    bot = ApiBackend()
    bot.set_current_user(bot.engine.store.add_user("ann"))
    assert bot.ask_stream("hi")[0]
    assert bot.run_template("summarize.md", {"text": "x"})[0]
    bot.wait_for_titles(10)
    left = {t.name for t in set(threading.enumerate()) - before if "process_request" not in t.name}
    assert left == set()

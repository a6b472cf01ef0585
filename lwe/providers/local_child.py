"""The embedded model's own process: serves one file of weights until its standard input closes.

`python -P -m lwe.providers.local_child` reads a `Job` as one line of JSON, says where it listens
as another, and ends at the end of its input: so it never outlives whoever started it. It stands
alone because the engine crashes and hangs when a program ends in the middle of an answer.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xllamacpp

STDIN, STDOUT, STDERR = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Job:
    """What the process is told; over a pipe, because arguments and environments can be read.

    Attributes:
        folder: deleted at the end; log and socket are in it.
        listen: path of a socket that ends in `.sock`, or an address of this machine.
        alias: the model's name in the API.
        slots: how many answers may be generated at once.
        threads: for generating; `prompt_threads` are for reading the prompt.
    """

    folder: str
    listen: str
    api_key: str
    weights: str
    alias: str
    context: int
    threads: int
    prompt_threads: int
    slots: int = 2


def main() -> None:
    """Serve until the input ends."""
    job = Job(**json.loads(_first_line()))
    answers = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)  # What the engine prints belongs into the log.
    # Watching begins before the model is loaded: whoever started us may be killed meanwhile.
    watch = threading.Thread(target=_end_with_input, args=(job.folder,), daemon=True)
    watch.start()
    server = _serving(job)
    os.write(answers, json.dumps({"url": server.listening_address}).encode() + b"\n")
    os.close(answers)
    watch.join()


def _first_line() -> bytes:
    """Read a line without a buffer, whose lock the watching thread would hold for ever."""
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(STDIN, 1)):
        line += piece
    return line


def _end_with_input(folder: str) -> None:
    while os.read(STDIN, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # Taking down a busy server takes half a minute, or crashes.


def _serving(job: Job) -> xllamacpp.Server:
    """Load the model and serve it until the returned object goes."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path, settings.model_alias = job.weights, {job.alias}
    settings.hostnames, settings.port = [job.listen], 0
    settings.api_keys, settings.cors_origins = [job.api_key], ""
    settings.ui = settings.endpoint_slots = False
    settings.n_ctx, settings.n_parallel, settings.kv_unified = job.context, job.slots, True
    settings.n_batch = settings.n_ubatch = 256
    settings.cache_ram_mib = 64  # 8 GiB unless told.
    settings.cpuparams.n_threads = job.threads
    settings.cpuparams_batch.n_threads = job.prompt_threads
    # At temperature 0, or without a penalty, this model repeats itself without end.
    sampling = settings.sampling
    sampling.temp, sampling.top_p, sampling.penalty_repeat = 0.2, 0.9, 1.1
    settings.verbosity = -1
    return xllamacpp.Server(settings)


if __name__ == "__main__":
    main()

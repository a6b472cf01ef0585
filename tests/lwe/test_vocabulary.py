"""Counts are OpenAI's own, need no network, and cost nothing before the first of them."""

from __future__ import annotations

import gzip
import hashlib
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwe import vocabulary
from lwe.errors import ConfigError, NotFound

HOSTILE = (
    "Hello, world!  It's 12345 o'clock.\r\n\n\tIF x: return y  ",
    "こんにちは世界 🎉👩‍👩‍👧 naïve Straße",
    "<|endoftext|><|fim_prefix|><|endofprompt|>",
    "a" * 3_000 + " " * 500 + "\n" * 200,
    "half a pair \ud83d and \udc00 a whole \ud83d\ude00",
    "\0\x1b[31m\u202e",
)


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(vocabulary, "_encodings", {})
    monkeypatch.setattr(vocabulary, "_counts", {})
    vocabulary._named.cache_clear()
    yield
    vocabulary._named.cache_clear()


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    """What tiktoken itself would make of the files, had it downloaded them."""
    from tiktoken_ext import openai_public

    monkeypatch.setattr(
        openai_public, "load_tiktoken_bpe", lambda url, expected_hash: expected_hash
    )
    return {name: openai_public.ENCODING_CONSTRUCTORS[name]() for name in vocabulary.SHAPES}


@pytest.mark.parametrize("name", vocabulary.SHAPES)
def test_the_files_and_their_use_are_those_of_tiktoken(
    name: str, expected: dict[str, dict[str, object]]
) -> None:
    data = gzip.decompress((vocabulary.FOLDER / f"{name}.tiktoken.gz").read_bytes())
    shape = vocabulary.SHAPES[name]
    assert hashlib.sha256(data).hexdigest() == expected[name]["mergeable_ranks"]
    assert shape.pattern == expected[name]["pat_str"]
    assert shape.special == expected[name]["special_tokens"]
    longest = max(len(token) for token in vocabulary.encoding(name).token_byte_values())
    assert longest == vocabulary.LONGEST_TOKEN


@pytest.mark.parametrize(
    ("model", "name", "known"),
    [
        ("gpt-4o", "o200k_base", True),
        ("gpt-4o-mini-2024-07-18", "o200k_base", True),
        ("gpt-4.1-nano", "o200k_base", True),
        ("ft:gpt-4.1-mini:me", "o200k_base", True),
        ("gpt-5.2-pro", "o200k_base", True),
        ("gpt-6", "o200k_base", True),
        ("o1-mini", "o200k_base", True),
        ("o3", "o200k_base", True),
        ("o4-mini-deep-research", "o200k_base", True),
        ("gpt-oss-20b", "o200k_base", True),
        ("gpt-4", "cl100k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("gpt-3.5-turbo", "cl100k_base", True),
        ("text-davinci-003", "cl100k_base", False),
        ("o1000", "cl100k_base", False),
        ("llama3:8b", "cl100k_base", False),
        ("", "cl100k_base", False),
    ],
)
def test_each_model_has_its_encoding(model: str, name: str, known: bool) -> None:
    assert vocabulary.encoding_name(model) == name
    assert vocabulary.is_known(model) is known


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_counted_as_ordinary_text(text: str, model: str) -> None:
    encoding = vocabulary.encoding(vocabulary.encoding_name(model))
    number = vocabulary.count(text, model)
    assert number == len(encoding.encode_ordinary(text)) == vocabulary.count(text, model)
    assert 0 < number <= len(text.encode("utf-8", "surrogatepass"))
    if "\ud83d" not in text:
        assert number == len(encoding.encode(text, disallowed_special=()))


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
def test_a_million_blanks_are_counted(model: str) -> None:
    blanks = 1_010_000
    number = vocabulary.count("a" + " " * blanks + "a", model)
    assert number == pytest.approx(blanks / vocabulary.LONGEST_TOKEN, abs=20)


def test_blanks_are_cut_out_only_where_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "BLANKS", 10)

    class Pieces:
        def encode_ordinary(self, text: str) -> list[str]:
            pieces.append(text)
            return [text]

    pieces: list[str] = []
    text = "a" * 12 + " " * 30 + "b" * 25
    assert vocabulary.length(text, Pieces()) == 3  # type: ignore[arg-type]
    assert pieces == ["a" * 12 + " " * 8, " " * 10, " " * 12 + "b" * 25]


def test_the_two_vocabularies_count_differently_and_are_not_mixed_up() -> None:
    text = "こんにちは世界"
    assert vocabulary.count(text, "gpt-4o") < vocabulary.count(text, "gpt-4")
    assert vocabulary.count("", "gpt-4o") == 0


def test_a_text_is_tokenised_once(monkeypatch: pytest.MonkeyPatch, unloaded: None) -> None:
    seen: list[str] = []

    class Counting:
        def encode_ordinary(self, text: str) -> list[int]:
            seen.append(text)
            return [0] * len(text)

    monkeypatch.setattr(vocabulary, "_encodings", {"o200k_base": Counting()})
    monkeypatch.setattr(vocabulary, "MOST_COUNTS", 2)
    assert [vocabulary.count(text, "gpt-4o") for text in ("a", "bb", "a", "bb")] == [1, 2, 1, 2]
    assert seen == ["a", "bb"]
    assert vocabulary.count("ccc", "gpt-4o") == 3
    assert len(vocabulary._counts) == 2


def test_two_threads_load_a_vocabulary_once(
    monkeypatch: pytest.MonkeyPatch, unloaded: None
) -> None:
    loads: list[str] = []
    both = threading.Barrier(2)

    def load(name: str) -> object:
        loads.append(name)
        return object()

    def ask() -> None:
        both.wait(10)
        got.append(vocabulary.encoding("cl100k_base"))

    got: list[object] = []
    monkeypatch.setattr(vocabulary, "_load", load)
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert loads == ["cl100k_base"]
    assert got[0] is got[1]


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch, unloaded: None) -> None:
    def refuse(*_args: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert vocabulary.count("Hello.", "gpt-4") == 2


def test_an_unknown_encoding_is_a_sentence() -> None:
    with pytest.raises(NotFound, match=r"'o200k' not found\. Did you mean o200k_base"):
        vocabulary.encoding("o200k")


def test_a_missing_tiktoken_is_a_sentence(monkeypatch: pytest.MonkeyPatch, unloaded: None) -> None:
    for module in ("tiktoken", "tiktoken.model"):
        monkeypatch.setitem(sys.modules, module, None)
    for call in (lambda: vocabulary.count("x", "gpt-4o"), lambda: vocabulary.encoding_name("x")):
        with pytest.raises(ConfigError, match=r"tiktoken cannot be imported.*pip install tiktoken"):
            call()


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"no gzip",
        gzip.compress(b"IQ== 0\nIg== 1\n"),
        gzip.compress(b"IQ== zero\n"),
        gzip.compress(b"IQ==\n"),
        gzip.compress(b"IQ 0\n"),
        gzip.compress(b"IQ== 0\n" * 50)[:-9],
    ],
)
def test_a_broken_vocabulary_is_a_sentence(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unloaded: None
) -> None:
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    if content is not None:
        (tmp_path / "cl100k_base.tiktoken.gz").write_bytes(content)
    with pytest.raises(ConfigError, match=r"cl100k_base\.tiktoken\.gz cannot be read.*again"):
        vocabulary.count("x", "gpt-4")

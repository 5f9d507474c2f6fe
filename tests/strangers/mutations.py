"""Files, texts and documents that were hurt."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

NASTY = (
    "{", "[" * 200, '"', "\\u0000", "\r", "\x1b[2J", "=cmd|x", ",", "\n", "\ud800", "\u202e", "٣", "¼", "é", "\x00",
    "\ufeff", "$", "`" * 40, "-" * 400, "(" * 3000, "9" * 5000, "1e999", "e" * 300, "\\", "#", "'''", "\t",
)  # fmt: skip
PLAIN: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, -(10**30), 0.5, 1e400, -1e400, float("nan"), 1e-320, "", "a",
    "nan", "relu", "W1", "\x1b[2J", "a\0b", "\ud800", "x" * 3000, "9" * 5000, [], {}, [[]], [1, "a"], [None],
    {"a": 1}, {"": []}, [[1, 2], [3]], [0] * 300,
)  # fmt: skip
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def mutated(chance: random.Random, content: bytes) -> bytes:
    """Bytes that were hurt: some changed, left out, doubled, cut, or put elsewhere; sometimes numbers grow."""
    hurt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not hurt:
            break
        at = chance.randrange(len(hurt))
        length = chance.choice((1, 1, 2, 8, 64))
        how = chance.randrange(8)
        if how == 0:
            hurt[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            hurt[at : at + length] = chance.randbytes(length)
        elif how == 2:
            del hurt[at : at + length]
        elif how == 3:
            hurt[at:at] = hurt[at : at + length] * chance.choice((1, 2, 50))
        elif how == 4:
            del hurt[at:]
        elif how == 5:
            hurt[at : at + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7))
        elif how == 6:
            digits = [i for i, byte in enumerate(hurt[:4096]) if 48 <= byte < 58]
            if digits:
                i = chance.choice(digits)
                hurt[i : i + 1] = chance.choice(
                    (b"999999999999", b"-1", b"1e400", b"nan", b"0", b"1_0", b"\xd9\xa3")
                )
        else:
            hurt[at:at] = chance.choice(
                (b"{", b"[" * 200, b'"', b"\\u0000", b"\r", b"\x1b[2J", b"=cmd|x", b",", b"\n")
            )
    return bytes(hurt)


def mutated_text(chance: random.Random, text: str) -> str:
    """A text that was hurt word by word: some left out, doubled, exchanged, taken from elsewhere, or nasty."""
    words = _TOKEN.findall(text)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not words:
            break
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        length = chance.choice((1, 1, 2, 8, 40))
        how = chance.randrange(8)
        if how == 0:
            words[at], words[other] = words[other], words[at]
        elif how == 1:
            words[at] = words[other]
        elif how == 2:
            del words[at : at + length]
        elif how == 3:
            words[at:at] = words[at : at + length] * chance.choice((1, 2, 50))
        elif how == 4:
            words[other:other] = words[at : at + length]
        elif how == 5:
            words[at:at] = [chance.choice(NASTY)]
        elif how == 6:
            words[at] = words[at][: chance.randrange(len(words[at]) + 1)]
        elif words[at].isdigit():
            words[at] = chance.choice(("0", "-1", "1e400", "nan", "9" * 400, "0" * 60 + "1", "1_0"))
    return "".join(words)


def mutated_document(chance: random.Random, document: Any) -> Any:
    """What JSON holds, hurt at some places: another value, one less, one more, or a part of itself."""
    hurt = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        held = _within(chance, hurt)
        if not held:
            return plain(chance)
        key = chance.choice(list(held) if isinstance(held, dict) else range(len(held)))
        how = chance.randrange(6)
        if how < 3:
            held[key] = plain(chance)
        elif how == 3:
            del held[key]
        elif how == 4:
            held[key] = copy.deepcopy(_within(chance, hurt))
        elif isinstance(held, dict):
            held[chance.choice(("", "nonsense", *map(str, held)))] = plain(chance)
        else:
            held.append(copy.deepcopy(held[key]))
    return hurt


def plain(chance: random.Random) -> Any:
    """Any value that JSON holds, of its own."""
    return copy.deepcopy(chance.choice(PLAIN))


def _within(chance: random.Random, document: Any) -> Any:
    """The document, or a list or a dict somewhere within it."""
    while True:
        inner = list(document.values()) if isinstance(document, dict) else document
        deeper = [each for each in inner if isinstance(each, dict | list) and each] if inner else []
        if not deeper or chance.random() < 0.3:
            return document
        document = chance.choice(deeper)

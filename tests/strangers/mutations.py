"""Files and texts that were hurt."""

from __future__ import annotations

import random

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

"""Compares what two runtimes read from the same bytes.

One line in, one line out. In: the full name of a message, the bytes in hexadecimal, and what the other runtime wrote
again after it read them, or `refused`. Bytes may be empty: then they are `-`. Out:

    same       both read the same, or neither could read it
    stricter   the other one refused what this one reads
    laxer      the other one read what this one refuses
    differs    both read it, and it does not mean the same
"""

import sys

from google.protobuf.message import DecodeError

from schemas import message


def read(kind, text):
    """The message without fields that the schema does not know, as its canonical bytes; None when it cannot be read."""
    value = kind()
    try:
        value.ParseFromString(b"" if text == "-" else bytes.fromhex(text))
    except DecodeError:
        return None
    value.DiscardUnknownFields()
    return value.SerializeToString(deterministic=True)


def verdict(name, data, other):
    kind = message(name)
    ours = read(kind, data)
    if other == "refused":
        return "same" if ours is None else "stricter"
    if ours is None:
        return "laxer"
    return "same" if ours == read(kind, other) else "differs"


def main():
    for line in sys.stdin:
        print(verdict(*line.split()), flush=True)


if __name__ == "__main__":
    main()

"""Writes hmac-lengths.json: signatures computed with Python's hmac, which is OpenSSL's.

python3 tests/data/hmac_lengths.py > tests/data/hmac-lengths.json
"""

import base64
import hmac
import itertools

ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
URL = "https://example.com/"


def lengths():
    """Keys around the block of 64 bytes, with some texts; one key with texts of every length over two blocks."""
    texts = [21, 55, 56, 64, 119, 120, 1000]
    yield from itertools.product([1, 20, 31, 32, 63, 64, 65, 127, 128, 129, 300], texts)
    yield from itertools.product([33], range(21, 150))


def main():
    lines = []
    for algorithm, digest in ALGORITHMS.items():
        for key_len, text_len in lengths():
            key = ("0123456789abcdef" * 20)[:key_len]
            text = URL + "t" + "x" * (text_len - len(URL) - 1)
            tag = hmac.new(key.encode(), text.encode(), digest).digest()
            signature = base64.b64encode(tag).decode()
            lines.append(f'  ["{algorithm}", {key_len}, {text_len}, "{signature}"]')
    print("[\n" + ",\n".join(lines) + "\n]")


main()

"""Answers for PyPI `twilio`: a line of JSON for each case that is read, with one answer for each way to ask."""

import json
import logging
import sys
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator, get_signature_algorithm

logging.disable()


class MultiDict(dict):
    """The parameters as Django and Flask hold them."""

    def __init__(self, pairs):
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


def validate(case):
    body = bytes.fromhex(case["body"]).decode(errors="replace")
    url = case["url"]
    algorithm = case["algorithm"]
    if case["layer"] == "parameters":
        params = MultiDict(case["params"])
    elif case["layer"] == "json":
        params = body
    elif case["layer"] == "batch":
        algorithm = get_signature_algorithm(case["settings"])
        params = body
    else:
        algorithm = get_signature_algorithm(case["settings"])
        url = case["requested_url"]
        params = {} if case["method"] == "GET" else MultiDict(parse_qsl(body, keep_blank_values=True))
    return RequestValidator(case["secret"]).validate(url, params, case["signature"], algorithm)


for line in sys.stdin:
    try:
        answer = "accept" if validate(json.loads(line)) else "refuse"
    except Exception as error:
        answer = f"raise {type(error).__name__}"
    print(json.dumps({"pypi": answer}), flush=True)

"""Times the validation of PyPI `twilio` by itself.

Prints for each delivery: label, name, median and minimum in nanoseconds.
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

WARM_UP = 200_000_000
MEASURE = 600_000_000
TURN = 1_000_000

RUNTIME = f"Python {platform.python_version()}"
LIBRARY = f"PyPI twilio {version('twilio')} ({RUNTIME})"


def decode(body):
    return dict(parse_qsl(body, keep_blank_values=True))


def time(what, name, validate):
    def run(times):
        start = perf_counter_ns()
        for _ in range(times):
            if not validate():
                raise RuntimeError(f"{name} was refused")
        return perf_counter_ns() - start

    times = spent = 0
    while spent < WARM_UP:
        spent += run(1)
        times += 1
    turn = max(1, times * TURN // WARM_UP)
    samples = []
    spent = 0
    while spent < MEASURE:
        taken = run(turn)
        spent += taken
        samples.append(taken / turn)
    print(f"{LIBRARY}, {what}", name, f"{median(samples):.1f}", f"{min(samples):.1f}", sep="\t")


for delivery in json.loads(Path(__file__).with_name("deliveries.json").read_text()):
    name, url, body, signature = (delivery[key] for key in ("name", "url", "body", "signature"))
    validator = RequestValidator(delivery["auth_token"])
    params = decode(body)
    if validator.validate(url, {**params, "uuid": ""}, signature):
        raise RuntimeError("accepts all")
    time("form decoded by urllib.parse", name, lambda: validator.validate(url, decode(body), signature))
    time("form decoded before", name, lambda: validator.validate(url, params, signature))

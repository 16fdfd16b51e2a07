"""What the sessions of the Python clients share: the session's settings, waiting, expectations.

A session is given as a JSON file, the only argument: `url` of the worker, the configurations
`source` and `sink`, and the files `input`, `output` and `moved_output`. The sink copies to `output`
what the source reads from `input`.
"""

import json
import sys
import time

DEADLINE_SECONDS = 30


def load():
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def step(text):
    print("step:", text, flush=True)


def expect(seen, wanted, what):
    if seen != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, saw {seen!r}")


def eventually(what, probe):
    """Calls `probe` until it gives something true."""
    began = time.monotonic()
    while True:
        seen = probe()
        if seen:
            return seen
        if time.monotonic() - began > DEADLINE_SECONDS:
            raise AssertionError(f"{what}: not within {DEADLINE_SECONDS} s")
        time.sleep(0.05)


def fails(error_type, call):
    """The error of a call that must fail."""
    try:
        seen = call()
    except error_type as error:
        return error
    raise AssertionError(f"expected {error_type.__name__}, saw the answer {seen!r}")


def lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def append(path, line):
    with open(path, "a", encoding="utf-8") as file:
        file.write(line + "\n")


def states(status):
    """The state of the connector, and those of its tasks."""
    return status["connector"]["state"], [task["state"] for task in status["tasks"]]

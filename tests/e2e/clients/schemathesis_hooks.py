"""What schemathesis (PyPI) needs to know of a Connect worker to get beyond "not found".

Half of the generated names become those of connectors, plugins and loggers that are there, half of
the generated configurations become good ones with something generated in them. Which half is a
function of what was generated, so that a seed gives the same requests again.

`CONNECT_FUZZ_DIR` is the folder that the connectors' files lie in, `CONNECT_FUZZ_TOPIC` their topic.
"""

import os
import zlib

import schemathesis

DIR = os.environ["CONNECT_FUZZ_DIR"]
TOPIC = os.environ["CONNECT_FUZZ_TOPIC"]

SOURCE = {"connector.class": "FileStreamSource", "file": f"{DIR}/in.txt", "topic": TOPIC}
SINK = {"connector.class": "FileStreamSink", "file": f"{DIR}/out.txt", "topics": TOPIC}
CONFIGS = {"known-source": SOURCE, "known-sink": SINK, "käse /%": SOURCE}

KNOWN = {
    "connector": list(CONFIGS),
    "task": [0, 1],
    "plugin": [
        "FileStreamSource",
        "FileStreamSinkConnector",
        "org.apache.kafka.connect.storage.StringConverter",
        "org.apache.kafka.connect.transforms.RegexRouter",
    ],
    "logger": ["root", "connect_wasm", "connect_wasm::herder"],
    "forward": [True, False],
}

# Keys whose values are worth generating. Not `tasks.max`: a worker starts as many as it is told to.
KEYS = [
    "connector.class",
    "errors.tolerance",
    "file",
    "header.converter",
    "key.converter",
    "name",
    "predicates",
    "topics.regex",
    "transforms",
    "value.converter.schemas.enable",
]

# Failures that are not the client's, by their messages.
SERVER_ERRORS = (
    # A standalone worker has no other workers that could ask for this.
    "Kafka Connect in standalone mode does not support externally setting task configurations.",
    "Kafka Connect in standalone mode does not support exactly-once source connectors.",
    # Members of the group of a sink that was just stopped may not have left it yet.
    "Failed to reset consumer group offsets for connector ",
    "Failed to alter consumer group offsets for connector ",
)


@schemathesis.serializer("application/wasm")
def plugin_bytes(ctx, value):
    """A plugin: bytes as they were generated, which is never a good one."""
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else str(data).encode("utf-8", "replace")


def choice(value, number):
    """A number below `number` that depends on the value alone."""
    return zlib.crc32(repr(value).encode("utf-8", "surrogatepass")) % number


def known_or(name, value):
    known = KNOWN.get(name)
    if known is None or choice(value, 2) == 0:
        return value
    return known[choice([name, value], len(known))]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters is None:
        return None
    return {name: known_or(name, value) for name, value in path_parameters.items()}


def spoilt(config, generated):
    """A good configuration, or one with a generated value in a place that matters."""
    if choice(generated, 3) == 0:
        return config
    key = KEYS[choice([generated], len(KEYS))]
    values = generated.values() if isinstance(generated, dict) else [generated]
    value = next(iter(values), "")
    # What is no JSON was meant to be a body of its own.
    if not isinstance(value, (str, int, float, bool, list, dict, type(None))):
        value = repr(value)
    return {**config, key: value}


@schemathesis.hook
def map_body(context, body):
    path = context.operation.path
    if choice(body, 2) == 0 or "loggers" in path or "offsets" in path:
        return body
    name = list(CONFIGS)[choice([body], len(CONFIGS))]
    config = spoilt(CONFIGS[name], body)
    if path == "/connectors":
        return {"name": name, "config": config}
    return config


@schemathesis.check
def server_errors_are_not_the_clients_fault(context, response, case):
    if response.status_code >= 500:
        message = (response.json() or {}).get("message") or ""
        assert message.startswith(SERVER_ERRORS), f"{response.status_code} {message}"

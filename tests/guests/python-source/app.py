"""A source connector in Python: greets each of the names of its configuration in turn, and goes on
where its stored offset says.

componentize-py makes an object for each call, so what lasts is in variables of the module. An
instance of the component is one connector or one task."""

import time

from batch import SourceBatch
from componentize_py_types import Err
from wit_world.exports.plugin import ConfigError, Description, Kind
from wit_world.exports.source_connector import ExactlyOnce, TransactionBoundaries
from wit_world.exports.source_task import TaskOptions
from wit_world.imports import logging, offset_reader, stopping
from wit_world.imports.config_def import (
    ConfigKey,
    ConfigType,
    DefaultValue_Required,
    DefaultValue_Value,
    Importance,
    Validator_NonEmptyText,
    Validator_Range,
    Width,
)
from wit_world.imports.types import (
    ConnectError_Fatal,
    ErrorDetail,
    OffsetValue_Integer,
    OffsetValue_Text,
)

PARTITION = {"source": "greetings"}

connector_config = []
task = None


def key(name, type, default, validator, documentation):
    return ConfigKey(
        name=name,
        type=type,
        default=default,
        validator=validator,
        importance=Importance.HIGH,
        documentation=documentation,
        group=None,
        order_in_group=-1,
        width=Width.NONE,
        display_name=name,
        dependents=[],
        has_recommender=False,
        grants=None,
        grants_stdio_when_empty=False,
    )


class Plugin:
    def describe(self):
        return Description(
            class_="connect.wasm.test.PythonSourceConnector",
            kind=Kind.SOURCE,
            version="1.0.0",
            task_class="connect.wasm.test.PythonSourceTask",
            aliases=[],
            documentation="Greets, in Python.",
        )

    def config_def(self):
        required = DefaultValue_Required()
        return [
            key("topic", ConfigType.TEXT, required, Validator_NonEmptyText(), "Where greetings go"),
            key("names", ConfigType.LIST_OF_TEXT, required, None, "Whom to greet"),
            key(
                "batch.size",
                ConfigType.INT,
                DefaultValue_Value("10"),
                Validator_Range((1.0, 1000.0)),
                "Greetings of a poll",
            ),
        ]

    def validate(self, config):
        names = dict(config)["names"].split(",")
        if all(name.strip() for name in names):
            return []
        return [ConfigError(name="names", message="A name is empty")]

    def recommend(self, config):
        return []


class SourceConnector:
    def start(self, config):
        global connector_config
        connector_config = config

    def task_class(self):
        return "connect.wasm.test.PythonSourceTask"

    def task_configs(self, max_tasks):
        return [connector_config]

    def monitor(self):
        pass

    def stop(self):
        pass

    def exactly_once_support(self, config):
        return ExactlyOnce.SUPPORTED

    def can_define_transaction_boundaries(self, config):
        return TransactionBoundaries.UNSUPPORTED

    def alter_offsets(self, config, offsets):
        return False


class SourceTask:
    def start(self, config):
        global task
        task = Greetings(dict(config))
        return TaskOptions(wants_commit_records=False)

    def poll(self):
        return None if stopping.wait(100) else task.next_batch()

    def commit_records(self, records):
        pass

    def commit(self):
        pass

    def stop(self):
        pass


class Greetings:
    def __init__(self, settings):
        self.topic = settings["topic"]
        self.names = [name.strip() for name in settings["names"].split(",")]
        self.batch_size = int(settings.get("batch.size", "10"))
        partition = [(key, OffsetValue_Text(text)) for key, text in PARTITION.items()]
        [stored] = offset_reader.offsets([partition])
        self.next = 0 if stored is None else number_of(stored) + 1
        logging.log(logging.Level.INFO, f"Greeting from number {self.next} on")

    def next_batch(self):
        batch = SourceBatch()
        for _ in range(self.batch_size):
            name = self.names[self.next % len(self.names)]
            batch.push(
                self.topic,
                PARTITION,
                {"number": self.next},
                f"Hello {name}, for the {self.next}. time",
                key=name,
                timestamp=int(time.time() * 1000),
            )
            self.next += 1
        return batch.finish()


def number_of(offset):
    for key, value in offset:
        if key == "number" and isinstance(value, OffsetValue_Integer):
            return value.value
    raise Err(ConnectError_Fatal(ErrorDetail("The stored offset has no 'number'", None)))

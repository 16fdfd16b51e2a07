"""A session of the client kafka-connect-api (PyPI)."""

from kafka_connect_api.errors import ConnectApiException, GenericConflict, GenericNotFound
from kafka_connect_api.kafka_connect_api import Api, Cluster, Connector

from session import append, eventually, expect, fails, lines, load, states, step

settings = load()
source, sink = settings["source"], settings["sink"]
api = Api(url=settings["url"])
cluster = Cluster(api)


def await_states(connector, wanted, tasks):
    eventually(
        f"{connector} is {wanted}, its tasks {tasks}",
        lambda: states(connector.status) == (wanted, tasks),
    )


step("root")
expect(isinstance(cluster.version, str), True, "the version is a text")
expect(len(cluster.kafka_cluster), 22, "length of the cluster id")
expect(cluster.connectors, {}, "connectors at the beginning")

step("create")
fresh = Connector(cluster, source["name"])
fails(GenericNotFound, fresh.exists)
fresh.config = source
api.post("/connectors", json={"name": sink["name"], "config": sink})
conflict = fails(
    GenericConflict, lambda: api.post("/connectors", json={"name": sink["name"], "config": sink})
)
expect(conflict.code, 409, "status of a second creation")
refused = fails(
    ConnectApiException,
    lambda: api.put("/connectors/x/config", json={"connector.class": "FileStreamSink"}),
)
expect(refused.code, 400, "status of a refused configuration")

step("list and get")
found = cluster.connectors
expect(sorted(found), sorted([source["name"], sink["name"]]), "connectors")
source_connector, sink_connector = found[source["name"]], found[sink["name"]]
expect(source_connector.exists(), True, "the source exists")
expect(source_connector.config, source, "configuration of the source")
expect(sink_connector.connector_class, "FileStreamSink", "class of the sink")
await_states(source_connector, "RUNNING", ["RUNNING"])
await_states(sink_connector, "RUNNING", ["RUNNING"])

step("tasks")
tasks = sink_connector.tasks
expect([task.id for task in tasks], [0], "tasks of the sink")
expect(tasks[0].config["topics"], source["topic"], "topics of the task")
expect(tasks[0].is_running(), True, "the task runs")
eventually("the sink has written", lambda: lines(settings["output"]) == lines(settings["input"]))

step("update")
sink_connector.config = {**sink, "file": settings["moved_output"]}
expect(sink_connector.config["file"], settings["moved_output"], "file after the update")
append(settings["input"], "after the update")
eventually(
    "the new file has the line", lambda: lines(settings["moved_output"]) == ["after the update"]
)

step("pause, resume, restart")
source_connector.pause()
await_states(source_connector, "PAUSED", ["PAUSED"])
source_connector.resume()
await_states(source_connector, "RUNNING", ["RUNNING"])
source_connector.restart()
await_states(source_connector, "RUNNING", ["RUNNING"])
source_connector.restart_all_tasks()
await_states(source_connector, "RUNNING", ["RUNNING"])
source_connector.cycle_connector()
await_states(source_connector, "RUNNING", ["RUNNING"])
expect(source_connector.state, "RUNNING", "state of the source")

step("loggers")
level = cluster.root_logger["level"]
expect(level, "INFO", "level of the root logger")
cluster.root_logger = "WARN"
expect(cluster.root_logger["level"], "WARN", "level of the root logger after the change")
expect(isinstance(cluster.root_logger["last_modified"], int), True, "the change has a time")
changed = cluster.set_logger_log_level("root", "INFO")
expect("root" in changed, True, "root is among the changed loggers")

step("delete")
source_connector.delete()
fails(GenericNotFound, source_connector.exists)
sink_connector.delete()
expect(cluster.connectors, {}, "connectors at the end")

"""A session of the client kafka-connect-py (PyPI), as a library and by its command `kafka-connect`."""

import json
import os
import subprocess
import sys

from kafka_connect import KafkaConnect
from requests.exceptions import HTTPError

from session import append, eventually, expect, fails, lines, load, states, step

settings = load()
source, sink = settings["source"], settings["sink"]
source_name, sink_name = source["name"], sink["name"]
client = KafkaConnect(url=settings["url"])


def await_states(name, connector, tasks):
    wanted = (connector, tasks)
    eventually(
        f"{name} is {wanted}",
        lambda: states(client.get_connector_status(name)) == wanted,
    )


def command(*arguments):
    program = os.path.join(os.path.dirname(sys.executable), "kafka-connect")
    done = subprocess.run(
        [program, "--url", settings["url"], *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


step("root and plugins")
expect(
    sorted(client.get_cluster_info()), ["commit", "kafka_cluster_id", "version"], "fields of the root"
)
types = {plugin["class"].split(".")[-1]: plugin["type"] for plugin in client.list_connector_plugins()}
expect(types["FileStreamSourceConnector"], "source", "type of the source plugin")
expect(types["FileStreamSinkConnector"], "sink", "type of the sink plugin")

step("validate")
good = client.validate_connector_config("FileStreamSourceConnector", source)
expect(good["error_count"], 0, "errors of a good configuration")
bad = client.validate_connector_config("FileStreamSourceConnector", {**source, "tasks.max": "many"})
expect(bad["error_count"], 2, "errors of a bad configuration")
expect(
    [entry["value"]["name"] for entry in bad["configs"] if entry["value"]["errors"]],
    ["tasks.max"],
    "keys with errors",
)

step("create")
created = client.create_connector({"name": source_name, "config": source})
expect(created["type"], "source", "type of the created connector")
expect(created["config"], source, "configuration of the created connector")
client.create_connector({"name": sink_name, "config": sink})
again = fails(HTTPError, lambda: client.create_connector({"name": source_name, "config": source}))
expect(again.response.status_code, 409, "status of a second creation")
expect(
    again.response.json(),
    {"error_code": 409, "message": f"Connector {source_name} already exists"},
    "answer to a second creation",
)
refused = fails(
    HTTPError, lambda: client.create_connector({"name": "x", "config": {**sink, "name": "x", "topics": ""}})
)
expect(refused.response.status_code, 400, "status of a refused creation")

step("list and get")
expect(sorted(client.list_connectors()), sorted([source_name, sink_name]), "connectors")
expect(client.list_connectors(pattern="^" + sink_name), [sink_name], "connectors by pattern")
expanded = client.list_connectors(expand="info")
expect(expanded[sink_name]["info"]["type"], "sink", "type in the expanded list")
await_states(source_name, "RUNNING", ["RUNNING"])
await_states(sink_name, "RUNNING", ["RUNNING"])
expect(
    sorted(client.list_connectors(expand="status", state="running")),
    sorted([source_name, sink_name]),
    "connectors that run",
)
expect(client.get_connector(sink_name)["name"], sink_name, "name of the sink")
expect(client.get_connector_config(sink_name), sink, "configuration of the sink")

step("tasks")
tasks = client.list_connector_tasks(source_name)
expect([task["id"] for task in tasks], [{"connector": source_name, "task": 0}], "tasks of the source")
expect(client.get_connector_task_status(source_name, 0)["state"], "RUNNING", "state of the task")
missing = fails(HTTPError, lambda: client.get_connector_task_status(source_name, 7))
expect(missing.response.status_code, 404, "status of a task that is not there")

step("records arrive")
eventually("the sink has written", lambda: lines(settings["output"]) == lines(settings["input"]))
expect(
    client.list_connector_topics(sink_name), {sink_name: {"topics": [source["topic"]]}}, "topics of the sink"
)
client.reset_connector_topics(sink_name)
expect(client.list_connector_topics(sink_name), {sink_name: {"topics": []}}, "topics after the reset")

step("update")
moved = {**sink, "file": settings["moved_output"]}
expect(client.update_connector(sink_name, moved)["config"], moved, "configuration after the update")
await_states(sink_name, "RUNNING", ["RUNNING"])
append(settings["input"], "after the update")
eventually(
    "the new file has the line", lambda: lines(settings["moved_output"]) == ["after the update"]
)

step("pause and resume")
client.pause_connector(source_name)
await_states(source_name, "PAUSED", ["PAUSED"])
client.resume_connector(source_name)
await_states(source_name, "RUNNING", ["RUNNING"])
client.pause_all_connectors()
for name in (source_name, sink_name):
    await_states(name, "PAUSED", ["PAUSED"])
client.resume_all_connectors(state="paused")
for name in (source_name, sink_name):
    await_states(name, "RUNNING", ["RUNNING"])

step("restart")
expect(client.restart_connector(source_name), None, "answer to the restart of the connector alone")
plan = client.restart_connector(source_name, include_tasks=True)
expect(states(plan), ("RESTARTING", ["RESTARTING"]), "plan of the restart")
await_states(source_name, "RUNNING", ["RUNNING"])
client.restart_connector_task(source_name, 0)
await_states(source_name, "RUNNING", ["RUNNING"])
unknown = fails(HTTPError, lambda: client.restart_connector("unknown", include_tasks=True))
expect(json.loads(str(unknown))["error_code"], 404, "code of a restart of an unknown connector")

step("stop")
client.stop_connector(source_name)
await_states(source_name, "STOPPED", [])
client.resume_connector(source_name)
await_states(source_name, "RUNNING", ["RUNNING"])

step("the command line")
expect(sorted(json.loads(command("list"))), sorted([source_name, sink_name]), "connectors, by the command")
expect(json.loads(command("config", sink_name)), moved, "configuration, by the command")

step("delete")
client.delete_connector(source_name)
gone = fails(HTTPError, lambda: client.get_connector_status(source_name))
expect(gone.response.status_code, 404, "status of a connector that was deleted")
client.delete_all_connectors(pattern=sink_name)
expect(client.list_connectors(), [], "connectors at the end")

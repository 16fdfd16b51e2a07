"""A session of the client kafkaconnect (PyPI, of the Rubin observatory)."""

import json

from kafkaconnect.connect import Connect

from session import append, eventually, expect, lines, load, states, step

settings = load()
source, sink = settings["source"], settings["sink"]
client = Connect(settings["url"])


def await_states(config, connector, tasks):
    wanted = (connector, tasks)
    eventually(
        f"{config['name']} is {wanted}",
        lambda: states(json.loads(client.status(config["name"]))) == wanted,
    )


step("plugins and validate")
classes = [plugin["class"].split(".")[-1] for plugin in json.loads(client.plugins())]
expect("FileStreamSourceConnector" in classes, True, "the source plugin is listed")
expect(
    json.loads(client.validate("FileStreamSink", json.dumps(sink)))["error_count"],
    0,
    "errors of a good configuration",
)
refused = json.loads(client.validate_and_create(sink["name"], json.dumps({**sink, "topics": ""})))
expect(refused["error_count"] > 0, True, "a bad configuration has errors")
expect(client.info(sink["name"]), f"Resource {settings['url']}/connectors/{sink['name']} not found.",
       "the answer about a connector that was not created")

step("create")
created = json.loads(client.validate_and_create(source["name"], json.dumps(source)))
expect(created["name"], source["name"], "name of the created connector")
client.create_or_update(sink["name"], json.dumps(sink))

step("list and get")
expect(sorted(json.loads(client.list())), sorted([source["name"], sink["name"]]), "connectors")
await_states(source, "RUNNING", ["RUNNING"])
await_states(sink, "RUNNING", ["RUNNING"])
expect(json.loads(client.info(sink["name"]))["type"], "sink", "type of the sink")
expect(json.loads(client.config(sink["name"])), sink, "configuration of the sink")
tasks = json.loads(client.tasks(sink["name"]))
expect([task["id"]["task"] for task in tasks], [0], "tasks of the sink")

step("records arrive")
eventually("the sink has written", lambda: lines(settings["output"]) == lines(settings["input"]))
expect(
    json.loads(client.topics(sink["name"])),
    {sink["name"]: {"topics": [source["topic"]]}},
    "topics of the sink",
)

step("update")
moved = {**sink, "file": settings["moved_output"]}
expect(json.loads(client.create_or_update(sink["name"], json.dumps(moved)))["config"], moved,
       "configuration after the update")
append(settings["input"], "after the update")
eventually(
    "the new file has the line", lambda: lines(settings["moved_output"]) == ["after the update"]
)

step("pause, resume, restart")
expect(client.pause(source["name"]), "", "answer to the pause")
await_states(source, "PAUSED", ["PAUSED"])
expect(client.resume(source["name"]), "", "answer to the resume")
await_states(source, "RUNNING", ["RUNNING"])
expect(client.restart(source["name"]), "", "answer to the restart")
await_states(source, "RUNNING", ["RUNNING"])

step("delete")
for config in (source, sink):
    expect(client.remove(config["name"]), "", "answer to the deletion")
expect(json.loads(client.list()), [], "connectors at the end")

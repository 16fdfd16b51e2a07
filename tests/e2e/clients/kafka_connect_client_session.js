// A session of the client kafka-connect-client (npm). The argument is described in session.py.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const axios = require("axios");
const { KafkaConnectClient } = require("kafka-connect-client");

const DEADLINE_MS = 30_000;

const settings = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const { source, sink } = settings;
const { hostname, port } = new URL(settings.url);
let client = new KafkaConnectClient({ host: hostname, port });

function step(text) {
  console.log(`step: ${text}`);
}

async function eventually(what, probe) {
  const began = Date.now();
  for (;;) {
    if (await probe()) return;
    assert.ok(Date.now() - began < DEADLINE_MS, `${what}: not within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function awaitStates(connector, wanted, tasks) {
  await eventually(`${connector.name} is ${wanted}, its tasks ${tasks}`, async () => {
    const { data } = await connector.getStatus();
    const found = data.tasks.map((task) => task.state);
    return data.connector.state === wanted && String(found) === String(tasks);
  });
}

// The answer of a request that must fail.
async function refusal(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    assert.ok(error.response, `no answer: ${error}`);
    return error.response;
  }
  assert.fail(`expected an error, saw ${response.status}`);
}

function lines(path) {
  return fs.existsSync(path) ? fs.readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

async function main() {
  step("root and plugins");
  const root = (await client.getCluster()).data;
  assert.deepEqual(Object.keys(root), ["version", "commit", "kafka_cluster_id"]);
  const plugins = (await client.getConnectorPlugins()).data;
  assert.deepEqual([...new Set(plugins.map((plugin) => plugin.type))], ["sink", "source"]);
  const all = (await client.getConnectorPlugins({ connectorsOnly: false })).data;
  assert.ok(all.some((plugin) => plugin.type === "header_converter"));
  const validated = await client.validateConnectorConfig("FileStreamSink", { ...sink, topics: "" });
  assert.equal(validated.status, 200);
  assert.ok(validated.data.error_count > 0);

  step("create");
  const created = await client.createConnector(source.name, source);
  assert.equal(created.status, 201);
  assert.equal(new URL(created.headers.location).pathname, `/connectors/${source.name}`);
  let sourceConnector = client.connector(source.name);
  let sinkConnector = client.connector(sink.name);
  assert.equal((await sinkConnector.create(sink)).status, 201);
  const again = await refusal(client.createConnector(source.name, source));
  assert.equal(again.status, 409);
  assert.equal(again.data.message, `Connector ${source.name} already exists`);

  step("list and get");
  assert.deepEqual((await client.getConnectors()).data.sort(), [sink.name, source.name].sort());
  assert.deepEqual((await sinkConnector.get()).data.config, sink);
  assert.deepEqual((await sinkConnector.getConfig()).data, sink);
  await awaitStates(sourceConnector, "RUNNING", ["RUNNING"]);
  await awaitStates(sinkConnector, "RUNNING", ["RUNNING"]);
  const tasks = (await sourceConnector.getTasks()).data;
  assert.deepEqual(tasks.map((task) => task.id), [{ connector: source.name, task: 0 }]);
  assert.equal((await sourceConnector.getTaskStatus(0)).data.state, "RUNNING");
  assert.equal((await refusal(sourceConnector.getTaskStatus(1))).status, 404);

  step("records arrive");
  await eventually("the sink has written", () =>
    String(lines(settings.output)) === String(lines(settings.input)));

  step("requests without a body");
  // axios calls an absent body a form, which a worker does not take.
  assert.equal((await refusal(sourceConnector.pause())).status, 415);
  axios.defaults.headers.put["Content-Type"] = "application/json";
  axios.defaults.headers.post["Content-Type"] = "application/json";
  client = new KafkaConnectClient({ host: hostname, port });
  sourceConnector = client.connector(source.name);
  sinkConnector = client.connector(sink.name);
  assert.equal((await sourceConnector.resetTopics()).status, 202);

  step("update");
  const moved = { ...sink, file: settings.moved_output };
  const updated = await sinkConnector.updateConfig(moved);
  assert.equal(updated.status, 200);
  assert.deepEqual(updated.data.config, moved);
  fs.appendFileSync(settings.input, "after the update\n");
  await eventually("the new file has the line", () =>
    String(lines(settings.moved_output)) === "after the update");

  step("pause, resume, restart");
  assert.equal((await sourceConnector.pause()).status, 202);
  await awaitStates(sourceConnector, "PAUSED", ["PAUSED"]);
  assert.equal((await sourceConnector.resume()).status, 202);
  await awaitStates(sourceConnector, "RUNNING", ["RUNNING"]);
  // The client sends its options in the body, where no worker looks for them.
  assert.equal((await sourceConnector.restart({ includeTasks: true })).status, 204);
  assert.equal((await sourceConnector.restartTask(0)).status, 204);
  await awaitStates(sourceConnector, "RUNNING", ["RUNNING"]);

  step("offsets");
  const early = await refusal(sourceConnector.resetOffsets());
  assert.equal(early.status, 400);
  assert.equal((await sourceConnector.stop()).status, 204);
  await awaitStates(sourceConnector, "STOPPED", []);
  const stored = (await sourceConnector.getOffsets()).data.offsets;
  assert.deepEqual(stored.map((entry) => entry.partition), [{ filename: settings.input }]);
  const size = fs.statSync(settings.input).size;
  assert.equal(stored[0].offset.position, size);
  const back = size - "after the update\n".length;
  const altered = await sourceConnector.alterOffsets([
    { partition: stored[0].partition, offset: { position: back } },
  ]);
  assert.equal(altered.status, 200);
  assert.equal(typeof altered.data.message, "string");
  assert.equal((await sourceConnector.getOffsets()).data.offsets[0].offset.position, back);
  assert.equal((await sourceConnector.resume()).status, 202);
  await eventually("the line comes again", () => lines(settings.moved_output).length === 2);
  await sinkConnector.stop();
  await eventually("the sink's offsets can be reset", async () => {
    // The group may not be empty yet.
    try {
      return (await sinkConnector.resetOffsets()).status === 200;
    } catch (error) {
      assert.equal(error.response?.status, 500);
      return false;
    }
  });
  assert.deepEqual((await sinkConnector.getOffsets()).data, { offsets: [] });

  step("delete");
  assert.equal((await sourceConnector.delete()).status, 204);
  assert.equal((await sinkConnector.delete()).status, 204);
  assert.equal((await refusal(sourceConnector.getStatus())).status, 404);
  assert.deepEqual((await client.getConnectors()).data, []);
}

main().catch((error) => {
  // Errors of axios hold everything down to the socket.
  console.error(error.stack, error.response?.status, error.response?.data);
  process.exitCode = 1;
});

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPlugin;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigValidationResults;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorStatus;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorsWithExpandedMetadata;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.Task;
import org.sourcelab.kafka.connect.apiclient.request.post.PostConnectorRestart;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.ConcurrentConfigModificationException;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.InvalidRequestException;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.ResourceNotFoundException;

/** A session of the client org.sourcelab:kafka-connect-client. session.py describes the argument. */
public final class SourcelabSession {
    private static final long DEADLINE_MS = 30_000;

    private final KafkaConnectClient client;
    private final Map<String, String> source;
    private final Map<String, String> sink;
    private final Path input;
    private final Path output;
    private final Path movedOutput;

    private SourcelabSession(JsonNode settings) {
        client = new KafkaConnectClient(new Configuration(settings.get("url").asText()));
        source = config(settings.get("source"));
        sink = config(settings.get("sink"));
        input = Path.of(settings.get("input").asText());
        output = Path.of(settings.get("output").asText());
        movedOutput = Path.of(settings.get("moved_output").asText());
    }

    public static void main(String[] arguments) throws Exception {
        new SourcelabSession(new ObjectMapper().readTree(new File(arguments[0]))).run();
    }

    private void run() throws Exception {
        String sourceName = source.get("name");
        String sinkName = sink.get("name");
        rootAndPlugins();
        validate();

        step("create");
        NewConnectorDefinition definition = definition(source);
        expect(client.addConnector(definition).getType(), "source", "type of the source");
        expect(client.updateConnectorConfig(sinkName, sink).getConfig(), sink, "configuration of the sink");
        fails(ConcurrentConfigModificationException.class, () -> client.addConnector(definition));
        Map<String, String> bad = new LinkedHashMap<>(sink);
        bad.put("name", "bad");
        bad.put("topics", "");
        expect(fails(InvalidRequestException.class, () -> client.addConnector(definition(bad))).getErrorCode(),
            400, "code of a refused configuration");

        step("list and get");
        Set<String> both = Set.of(sourceName, sinkName);
        expect(new TreeSet<>(client.getConnectors()), new TreeSet<>(both), "connectors");
        awaitStates(sourceName, "RUNNING", List.of("RUNNING"));
        awaitStates(sinkName, "RUNNING", List.of("RUNNING"));
        ConnectorsWithExpandedMetadata all = client.getConnectorsWithAllExpandedMetadata();
        expect(all.getDefinitionForConnector(sinkName).getConfig(), sink, "expanded configuration");
        expect(all.getStatusForConnector(sourceName).getType(), "source", "expanded type");
        expect(client.getConnectorsWithExpandedStatus().getAllStatuses().size(), 2, "expanded statuses");
        expect(client.getConnectorsWithExpandedInfo().getAllDefinitions().size(), 2, "expanded definitions");
        expect(client.getConnector(sinkName).getName(), sinkName, "name of the sink");
        expect(client.getConnectorConfig(sinkName), sink, "configuration of the sink");
        fails(ResourceNotFoundException.class, () -> client.getConnector("unknown"));

        step("tasks");
        List<Task> tasks = List.copyOf(client.getConnectorTasks(sourceName));
        expect(tasks.size(), 1, "tasks of the source");
        expect(tasks.get(0).getId().getConnector(), sourceName, "connector of the task");
        expect(client.getConnectorTaskStatus(sourceName, 0).getState(), "RUNNING", "state of the task");

        step("records arrive");
        eventually("the sink has written", () -> lines(output).equals(lines(input)));
        expect(client.getConnectorTopics(sinkName).getTopics(), List.of(source.get("topic")), "topics of the sink");
        client.resetConnectorTopics(sinkName);
        expect(client.getConnectorTopics(sinkName).getTopics(), List.of(), "topics after the reset");

        step("update");
        Map<String, String> moved = new LinkedHashMap<>(sink);
        moved.put("file", movedOutput.toString());
        expect(client.updateConnectorConfig(sinkName, moved).getConfig(), moved, "configuration after the update");
        Files.writeString(input, "after the update\n", StandardOpenOption.APPEND);
        eventually("the new file has the line", () -> lines(movedOutput).equals(List.of("after the update")));

        step("pause, resume, restart");
        expect(client.pauseConnector(sourceName), true, "answer to the pause");
        awaitStates(sourceName, "PAUSED", List.of("PAUSED"));
        expect(client.resumeConnector(sourceName), true, "answer to the resume");
        awaitStates(sourceName, "RUNNING", List.of("RUNNING"));
        expect(client.restartConnector(sourceName), true, "answer to the restart");
        expect(client.restartConnector(new PostConnectorRestart(sourceName).withIncludeTasks(true)), true,
            "answer to the restart with tasks");
        awaitStates(sourceName, "RUNNING", List.of("RUNNING"));
        expect(client.restartConnectorTask(sourceName, 0), true, "answer to the restart of the task");
        awaitStates(sourceName, "RUNNING", List.of("RUNNING"));

        step("delete");
        for (String name : both) {
            expect(client.deleteConnector(name), true, "answer to the deletion");
            fails(ResourceNotFoundException.class, () -> client.getConnectorStatus(name));
        }
        expect(client.getConnectors().size(), 0, "connectors at the end");
    }

    private void rootAndPlugins() {
        step("root and plugins");
        expect(client.getConnectServerVersion().getKafkaClusterId().length(), 22, "length of the cluster id");
        Map<String, String> types = client.getConnectorPlugins().stream()
            .collect(Collectors.toMap(ConnectorPlugin::getClassName, ConnectorPlugin::getType));
        String files = "org.apache.kafka.connect.file.FileStream";
        expect(types.get(files + "SourceConnector"), "source", "type of the source plugin");
        expect(types.get(files + "SinkConnector"), "sink", "type of the sink plugin");
    }

    private void validate() {
        step("validate");
        ConnectorPluginConfigValidationResults good = client.validateConnectorPluginConfig(
            ConnectorPluginConfigDefinition.newBuilder().withName("FileStreamSink").withConfig(sink).build());
        expect(good.getErrorCount(), 0, "errors of a good configuration");
        expect(good.getGroups().contains("Transforms"), true, "the groups of all connectors are there");
        ConnectorPluginConfigValidationResults bad = client.validateConnectorPluginConfig(
            ConnectorPluginConfigDefinition.newBuilder().withName("FileStreamSink").withConfig(sink)
                .withConfig("topics", "").build());
        expect(bad.getErrorCount() > 0, true, "a bad configuration has errors");
    }

    private static NewConnectorDefinition definition(Map<String, String> config) {
        return NewConnectorDefinition.newBuilder().withName(config.get("name")).withConfig(config).build();
    }

    private static Map<String, String> config(JsonNode node) {
        Map<String, String> config = new LinkedHashMap<>();
        node.fields().forEachRemaining(field -> config.put(field.getKey(), field.getValue().asText()));
        return config;
    }

    private void awaitStates(String name, String connector, List<String> tasks) throws Exception {
        eventually(name + " is " + connector + ", its tasks " + tasks, () -> {
            ConnectorStatus status = client.getConnectorStatus(name);
            List<String> found = status.getTasks().stream().map(ConnectorStatus.TaskStatus::getState).toList();
            return status.getConnector().get("state").equals(connector) && found.equals(tasks);
        });
    }

    private static List<String> lines(Path path) throws IOException {
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    private static void step(String text) {
        System.out.println("step: " + text);
    }

    private static void eventually(String what, Callable<Boolean> probe) throws Exception {
        long began = System.nanoTime();
        while (!probe.call()) {
            if (System.nanoTime() - began > DEADLINE_MS * 1_000_000) {
                throw new AssertionError(what + ": not within " + DEADLINE_MS + " ms");
            }
            Thread.sleep(50);
        }
    }

    private static void expect(Object seen, Object wanted, String what) {
        if (!Objects.equals(seen, wanted)) {
            throw new AssertionError(what + ": expected " + wanted + ", saw " + seen);
        }
    }

    private static <E extends Exception> E fails(Class<E> type, Callable<?> call) throws Exception {
        Object seen;
        try {
            seen = call.call();
        } catch (Exception error) {
            if (type.isInstance(error)) {
                return type.cast(error);
            }
            throw error;
        }
        throw new AssertionError("expected " + type.getSimpleName() + ", saw the answer " + seen);
    }
}

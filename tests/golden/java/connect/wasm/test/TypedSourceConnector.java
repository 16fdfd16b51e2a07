package connect.wasm.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** Emits the records that its configuration lists; tests/guests/typed-source is its twin. */
public class TypedSourceConnector extends SourceConnector {
    private Map<String, String> config;

    @Override
    public String version() {
        return "1.0.0";
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
            .define("topic", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "Where records go")
            .define("records", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "The records, as a list in JSON")
            .define("done", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "A file that is made after the last record");
    }

    @Override
    public void start(Map<String, String> config) {
        this.config = config;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return TypedSourceTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of(config);
    }

    @Override
    public void stop() { }

    public static class TypedSourceTask extends SourceTask {
        private String topic;
        private Path done;
        private final List<JsonNode> records = new ArrayList<>();
        private int next;

        @Override
        public String version() {
            return "1.0.0";
        }

        @Override
        public void start(Map<String, String> config) {
            topic = config.get("topic");
            done = Path.of(config.get("done"));
            try {
                new ObjectMapper().readTree(config.get("records")).forEach(records::add);
            } catch (Exception error) {
                throw new RuntimeException(error);
            }
        }

        /** One record a call, so that a failure of one finds those before it written. */
        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            try {
                if (next < records.size()) return List.of(record(records.get(next++)));
                if (!Files.exists(done)) Files.createFile(done);
            } catch (java.io.IOException error) {
                throw new RuntimeException(error);
            }
            Thread.sleep(100);
            return null;
        }

        private SourceRecord record(JsonNode node) {
            SchemaAndValue key = Typed.read(node.get("key"));
            SchemaAndValue value = Typed.read(node.get("value"));
            ConnectHeaders headers = new ConnectHeaders();
            for (Iterator<JsonNode> at = node.path("headers").elements(); at.hasNext(); ) {
                JsonNode header = at.next();
                headers.add(header.get(0).textValue(), Typed.read(header.get(1)));
            }
            return new SourceRecord(
                Map.of("source", "typed"),
                Map.of("position", (long) next),
                node.path("topic").asText(topic),
                node.has("partition") ? node.get("partition").intValue() : null,
                key.schema(), key.value(), value.schema(), value.value(),
                node.has("timestamp") ? node.get("timestamp").longValue() : null,
                headers);
        }

        @Override
        public void stop() { }
    }
}

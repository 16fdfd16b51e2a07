package connect.wasm.test;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Writes records with all that they have as lines into a file; tests/guests/typed-sink is its twin. */
public class TypedSinkConnector extends SinkConnector {
    private Map<String, String> config;

    @Override
    public String version() {
        return "1.0.0";
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
            .define("out", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "Where lines go")
            .define("report", ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "Records with this key are reported as errant");
    }

    @Override
    public void start(Map<String, String> config) {
        this.config = config;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return TypedSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of(config);
    }

    @Override
    public void stop() { }

    public static class TypedSinkTask extends SinkTask {
        private final ObjectMapper mapper = new ObjectMapper();
        private Path out;
        private String report;

        @Override
        public String version() {
            return "1.0.0";
        }

        @Override
        public void start(Map<String, String> config) {
            out = Path.of(config.get("out"));
            report = config.getOrDefault("report", "");
        }

        @Override
        public void put(Collection<SinkRecord> records) {
            for (SinkRecord record : records) {
                if (!report.isEmpty() && report.equals(record.key()))
                    context.errantRecordReporter().report(record, new ConnectException("reported by the test"));
                else
                    write(line(record));
            }
        }

        @Override
        public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
            long sum = 0;
            for (OffsetAndMetadata offset : offsets.values()) sum += offset.offset();
            write(mapper.createObjectNode().put("reached", sum));
        }

        private ObjectNode line(SinkRecord record) {
            ObjectNode node = mapper.createObjectNode();
            node.put("topic", record.topic());
            node.put("partition", record.kafkaPartition());
            node.put("offset", record.kafkaOffset());
            node.put("timestamp", record.timestamp());
            node.put("timestampType", record.timestampType().toString());
            node.put("original", record.originalTopic() + "-" + record.originalKafkaPartition() + "@" + record.originalKafkaOffset());
            node.set("key", Typed.write(record.keySchema(), record.key()));
            node.set("value", Typed.write(record.valueSchema(), record.value()));
            ArrayNode headers = node.putArray("headers");
            for (Header header : record.headers())
                headers.addArray().add(header.key()).add(Typed.write(header.schema(), header.value()));
            return node;
        }

        private void write(ObjectNode line) {
            try {
                Files.writeString(out, mapper.writeValueAsString(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException error) {
                throw new ConnectException(error);
            }
        }

        @Override
        public void stop() { }
    }
}

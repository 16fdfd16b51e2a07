import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;

/**
 * Records what Kafka's converters do. Reads a file of cases, one JSON object per line, runs each on the
 * JVM's converter and writes the same lines with "expect" filled in.
 *
 * A case: class, settings, kind (key, value, header), and either "read": hex bytes (or null), or
 * "write": {schema, value}. Expectations: {"bytes": hex or null}, {"schema", "value"}, or
 * {"error": [[class, message], ...causes]}. Run with Kafka's libs on the class path:
 * java -cp 'libs/*' ConverterCases.java cases.jsonl
 */
public class ConverterCases {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            if (line.isBlank()) continue;
            ObjectNode testCase = (ObjectNode) mapper.readTree(line);
            testCase.set("expect", expect(testCase));
            lines.add(mapper.writeValueAsString(testCase));
        }
        Files.write(Path.of(args[0]), lines);
    }

    private static JsonNode expect(ObjectNode testCase) {
        try {
            return run(testCase);
        } catch (Throwable error) {
            ArrayNode chain = NODES.arrayNode();
            for (Throwable at = error; at != null; at = at.getCause())
                chain.addArray().add(at.getClass().getName()).add(at.getMessage());
            return NODES.objectNode().set("error", chain);
        }
    }

    private static JsonNode run(ObjectNode testCase) throws Exception {
        Map<String, String> settings = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : testCase.path("settings").properties())
            settings.put(entry.getKey(), entry.getValue().textValue());
        Object converter = Class.forName(testCase.get("class").textValue()).getDeclaredConstructor().newInstance();
        String kind = testCase.path("kind").asText("value");
        boolean header = kind.equals("header");
        if (header) {
            settings.put("converter.type", "header");
            ((HeaderConverter) converter).configure(settings);
        } else {
            ((Converter) converter).configure(settings, kind.equals("key"));
        }
        if (testCase.has("read")) {
            JsonNode hex = testCase.get("read");
            byte[] bytes = hex.isNull() ? null : HexFormat.of().parseHex(hex.textValue());
            SchemaAndValue read = header
                ? ((HeaderConverter) converter).toConnectHeader("topic", "header", bytes)
                : ((Converter) converter).toConnectData("topic", bytes);
            // The header text "null" gives no SchemaAndValue at all, which ConnectHeaders.add takes for a null.
            if (read == null) read = SchemaAndValue.NULL;
            ObjectNode result = NODES.objectNode();
            result.set("schema", describe(read.schema()));
            result.set("value", describe(read.value()));
            return result;
        }
        Schema schema = schema(testCase.get("write").get("schema"));
        Object value = value(testCase.get("write").get("value"));
        byte[] bytes = header
            ? ((HeaderConverter) converter).fromConnectHeader("topic", "header", schema, value)
            : ((Converter) converter).fromConnectData("topic", schema, value);
        return NODES.objectNode().put("bytes", bytes == null ? null : HexFormat.of().formatHex(bytes));
    }

    private static Schema schema(JsonNode node) {
        if (node == null || node.isNull()) return null;
        Schema.Type type = Schema.Type.valueOf(node.get("type").textValue());
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(schema(node.get("items")));
            case MAP -> SchemaBuilder.map(schema(node.get("keys")), schema(node.get("values")));
            default -> SchemaBuilder.type(type);
        };
        if (type == Schema.Type.STRUCT)
            for (JsonNode field : node.get("fields")) builder.field(field.get(0).textValue(), schema(field.get(1)));
        if (node.path("optional").asBoolean()) builder.optional();
        if (node.has("name")) builder.name(node.get("name").textValue());
        if (node.has("version")) builder.version(node.get("version").intValue());
        if (node.has("doc")) builder.doc(node.get("doc").textValue());
        for (Map.Entry<String, JsonNode> entry : node.path("parameters").properties())
            builder.parameter(entry.getKey(), entry.getValue().textValue());
        if (node.has("default")) builder.defaultValue(value(node.get("default")));
        return builder.build();
    }

    private static Object value(JsonNode node) {
        if (node == null || node.isNull()) return null;
        JsonNode content = node.get("v");
        switch (node.get("t").textValue()) {
            case "boolean": return content.booleanValue();
            case "int8": return Byte.valueOf(content.textValue());
            case "int16": return Short.valueOf(content.textValue());
            case "int32": return Integer.valueOf(content.textValue());
            case "int64": return Long.valueOf(content.textValue());
            case "float32": return Float.intBitsToFloat((int) Long.parseLong(content.textValue(), 16));
            case "float64": return Double.longBitsToDouble(Long.parseUnsignedLong(content.textValue(), 16));
            case "string": return content.textValue();
            case "bytes": return HexFormat.of().parseHex(content.textValue());
            case "decimal": return new BigDecimal(content.textValue());
            case "date": return new Date(Long.parseLong(content.textValue()));
            case "array": {
                List<Object> list = new ArrayList<>();
                for (JsonNode element : content) list.add(value(element));
                return list;
            }
            case "map": {
                Map<Object, Object> map = node.path("ordered").asBoolean(true) ? new LinkedHashMap<>() : new HashMap<>();
                for (JsonNode entry : content) map.put(value(entry.get(0)), value(entry.get(1)));
                return map;
            }
            case "struct": {
                Struct struct = new Struct(schema(node.get("schema")));
                for (Map.Entry<String, JsonNode> entry : content.properties())
                    struct.put(entry.getKey(), value(entry.getValue()));
                return struct;
            }
            default: throw new IllegalArgumentException(node.toString());
        }
    }

    private static JsonNode describe(Schema schema) {
        if (schema == null) return NODES.nullNode();
        ObjectNode node = NODES.objectNode().put("type", schema.type().name());
        switch (schema.type()) {
            case ARRAY -> node.set("items", describe(schema.valueSchema()));
            case MAP -> {
                node.set("keys", describe(schema.keySchema()));
                node.set("values", describe(schema.valueSchema()));
            }
            case STRUCT -> {
                ArrayNode fields = node.putArray("fields");
                for (Field field : schema.fields()) fields.addArray().add(field.name()).add(describe(field.schema()));
            }
            default -> { }
        }
        if (schema.isOptional()) node.put("optional", true);
        if (schema.name() != null) node.put("name", schema.name());
        if (schema.version() != null) node.put("version", schema.version());
        if (schema.doc() != null) node.put("doc", schema.doc());
        if (schema.parameters() != null) {
            ObjectNode parameters = node.putObject("parameters");
            schema.parameters().forEach(parameters::put);
        }
        if (schema.defaultValue() != null) node.set("default", describe(schema.defaultValue()));
        return node;
    }

    private static JsonNode describe(Object value) {
        if (value == null) return NODES.nullNode();
        if (value instanceof Boolean) return NODES.objectNode().put("t", "boolean").put("v", (Boolean) value);
        if (value instanceof Byte) return typed("int8", value.toString());
        if (value instanceof Short) return typed("int16", value.toString());
        if (value instanceof Integer) return typed("int32", value.toString());
        if (value instanceof Long) return typed("int64", value.toString());
        if (value instanceof Float) return typed("float32", String.format("%08x", Float.floatToIntBits((Float) value)));
        if (value instanceof Double) return typed("float64", String.format("%016x", Double.doubleToLongBits((Double) value)));
        if (value instanceof String) {
            // What the text is in UTF-8: a lone surrogate is shown as U+FFFD.
            byte[] bytes = ((String) value).replaceAll("[\ud800-\udfff]", "\ufffd").getBytes(StandardCharsets.UTF_8);
            return typed("string", new String(bytes, StandardCharsets.UTF_8));
        }
        if (value instanceof byte[]) return typed("bytes", HexFormat.of().formatHex((byte[]) value));
        if (value instanceof ByteBuffer) return typed("bytes", HexFormat.of().formatHex(((ByteBuffer) value).array()));
        if (value instanceof BigDecimal) return typed("decimal", value.toString());
        if (value instanceof Date) return typed("date", Long.toString(((Date) value).getTime()));
        ObjectNode node = NODES.objectNode();
        if (value instanceof List) {
            ArrayNode elements = node.put("t", "array").putArray("v");
            for (Object element : (List<?>) value) elements.add(describe(element));
        } else if (value instanceof Map) {
            ArrayNode entries = node.put("t", "map").putArray("v");
            ((Map<?, ?>) value).forEach((k, v) -> entries.addArray().add(describe(k)).add(describe(v)));
        } else {
            Struct struct = (Struct) value;
            ObjectNode fields = node.put("t", "struct").putObject("v");
            for (Field field : struct.schema().fields())
                fields.set(field.name(), describe(struct.getWithoutDefault(field.name())));
        }
        return node;
    }

    private static JsonNode typed(String type, String text) {
        return NODES.objectNode().put("t", type).put("v", text);
    }
}

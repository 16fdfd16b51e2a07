package connect.wasm.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/**
 * Schemas and values as JSON that keeps every type; tests/guests/typed.rs is its twin, and says how it is written.
 */
final class Typed {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> LOGICAL = List.of("Decimal", "Date", "Time", "Timestamp");
    private static final String LOGICAL_PREFIX = "org.apache.kafka.connect.data.";

    private Typed() { }

    static SchemaAndValue read(JsonNode node) {
        if (node == null || node.isNull()) return SchemaAndValue.NULL;
        Schema schema = readSchema(node.get("schema"));
        return new SchemaAndValue(schema, readValue(schema, node.get("value")));
    }

    private static Schema readSchema(JsonNode node) {
        if (node == null || node.isNull()) return null;
        Schema.Type type = switch (node.get("type").textValue()) {
            case "float" -> Schema.Type.FLOAT32;
            case "double" -> Schema.Type.FLOAT64;
            default -> Schema.Type.valueOf(node.get("type").textValue().toUpperCase(Locale.ROOT));
        };
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(readSchema(node.get("items")));
            case MAP -> SchemaBuilder.map(readSchema(node.get("keys")), readSchema(node.get("values")));
            default -> SchemaBuilder.type(type);
        };
        for (JsonNode field : node.path("fields")) builder.field(field.get("field").textValue(), readSchema(field));
        if (node.path("optional").asBoolean()) builder.optional();
        if (node.has("name")) builder.name(node.get("name").textValue());
        if (node.has("version")) builder.version(node.get("version").intValue());
        if (node.has("doc")) builder.doc(node.get("doc").textValue());
        for (Map.Entry<String, JsonNode> entry : node.path("parameters").properties())
            builder.parameter(entry.getKey(), entry.getValue().textValue());
        if (node.has("default")) builder.defaultValue(readValue(builder, node.get("default")));
        return builder.build();
    }

    private static Object readValue(Schema schema, JsonNode node) {
        if (node == null || node.isNull()) return null;
        if (schema == null) return readBare(node);
        if (node.has("is")) return readBare(node.get("is"));
        if (schema.name() != null && schema.name().startsWith(LOGICAL_PREFIX)
                && LOGICAL.contains(schema.name().substring(LOGICAL_PREFIX.length())))
            return schema.name().equals(Decimal.LOGICAL_NAME) ? new BigDecimal(node.textValue()) : new Date(node.longValue());
        switch (schema.type()) {
            case INT8: return (byte) node.longValue();
            case INT16: return (short) node.longValue();
            case INT32: return (int) node.longValue();
            case INT64: return node.longValue();
            case FLOAT32: return Float.parseFloat(node.asText());
            case FLOAT64: return Double.parseDouble(node.asText());
            case BOOLEAN: return node.booleanValue();
            case STRING: return node.textValue();
            case BYTES: return HexFormat.of().parseHex(node.textValue());
            case ARRAY: {
                List<Object> elements = new ArrayList<>();
                for (JsonNode element : node) elements.add(readValue(schema.valueSchema(), element));
                return elements;
            }
            case MAP: {
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (JsonNode entry : node)
                    entries.put(readValue(schema.keySchema(), entry.get(0)), readValue(schema.valueSchema(), entry.get(1)));
                return entries;
            }
            default: {
                Struct struct = new Struct(schema);
                for (Map.Entry<String, JsonNode> field : node.properties())
                    struct.put(field.getKey(), readValue(schema.field(field.getKey()).schema(), field.getValue()));
                return struct;
            }
        }
    }

    private static Object readBare(JsonNode node) {
        if (node == null || node.isNull()) return null;
        if (node.isBoolean()) return node.booleanValue();
        if (node.isTextual()) return node.textValue();
        if (node.isIntegralNumber()) return node.longValue();
        if (node.isNumber()) return node.doubleValue();
        if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            for (JsonNode element : node) elements.add(readBare(element));
            return elements;
        }
        Map.Entry<String, JsonNode> only = node.properties().iterator().next();
        JsonNode content = only.getValue();
        switch (only.getKey()) {
            case "int8": return (byte) content.longValue();
            case "int16": return (short) content.longValue();
            case "int32": return (int) content.longValue();
            case "float32": return Float.parseFloat(content.asText());
            case "float64": return Double.parseDouble(content.asText());
            case "bytes": return HexFormat.of().parseHex(content.textValue());
            case "decimal": return new BigDecimal(content.textValue());
            case "date": return new Date(content.longValue());
            case "struct": return read(content).value();
            case "map": {
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (JsonNode entry : content) entries.put(readBare(entry.get(0)), readBare(entry.get(1)));
                return entries;
            }
            default: throw new IllegalArgumentException("What is " + node + "?");
        }
    }

    static JsonNode write(Schema schema, Object value) {
        ObjectNode node = NODES.objectNode();
        node.set("schema", writeSchema(schema));
        node.set("value", writeValue(schema, value));
        return node;
    }

    private static JsonNode writeSchema(Schema schema) {
        if (schema == null) return NODES.nullNode();
        ObjectNode node = NODES.objectNode();
        node.put("type", schema.type().getName());
        if (schema.type() == Schema.Type.ARRAY) node.set("items", writeSchema(schema.valueSchema()));
        if (schema.type() == Schema.Type.MAP) {
            node.set("keys", writeSchema(schema.keySchema()));
            node.set("values", writeSchema(schema.valueSchema()));
        }
        if (schema.type() == Schema.Type.STRUCT) {
            ArrayNode fields = node.putArray("fields");
            for (Field field : schema.fields()) fields.addArray().add(field.name()).add(writeSchema(field.schema()));
        }
        if (schema.isOptional()) node.put("optional", true);
        if (schema.name() != null) node.put("name", schema.name());
        if (schema.version() != null) node.put("version", schema.version());
        if (schema.doc() != null) node.put("doc", schema.doc());
        if (schema.parameters() != null) {
            ObjectNode parameters = node.putObject("parameters");
            schema.parameters().forEach(parameters::put);
        }
        if (schema.defaultValue() != null) node.set("default", writeValue(schema, schema.defaultValue()));
        if (!schema.type().isPrimitive() || node.size() > (schema.isOptional() ? 2 : 1)) return node;
        return NODES.textNode(schema.type().getName() + (schema.isOptional() ? "?" : ""));
    }

    /** A value that is to have a schema. A struct tells its own schema when it is another. */
    private static JsonNode writeValue(Schema schema, Object value) {
        if (value == null) return NODES.nullNode();
        if (value instanceof Boolean) return NODES.booleanNode((Boolean) value);
        if (value instanceof String) return NODES.textNode((String) value);
        if (value instanceof Long) return NODES.numberNode((Long) value);
        ObjectNode node = NODES.objectNode();
        if (value instanceof Byte) return node.put("int8", (Byte) value);
        if (value instanceof Short) return node.put("int16", (Short) value);
        if (value instanceof Integer) return node.put("int32", (Integer) value);
        if (value instanceof Float) return node.put("float32", String.format("%08x", Float.floatToRawIntBits((Float) value)));
        if (value instanceof Double) return node.put("float64", String.format("%016x", Double.doubleToRawLongBits((Double) value)));
        if (value instanceof byte[]) return node.put("bytes", HexFormat.of().formatHex((byte[]) value));
        if (value instanceof ByteBuffer) return node.put("bytes", HexFormat.of().formatHex(((ByteBuffer) value).array()));
        if (value instanceof BigDecimal) return node.put("decimal", value.toString());
        if (value instanceof Date) return node.put("date", ((Date) value).getTime());
        if (value instanceof List) {
            ArrayNode elements = NODES.arrayNode();
            Schema of = schema != null && schema.type() == Schema.Type.ARRAY ? schema.valueSchema() : null;
            for (Object element : (List<?>) value) elements.add(writeValue(of, element));
            return elements;
        }
        if (value instanceof Map) {
            boolean known = schema != null && schema.type() == Schema.Type.MAP;
            ArrayNode entries = node.putArray("map");
            ((Map<?, ?>) value).forEach((k, v) -> entries.addArray()
                .add(writeValue(known ? schema.keySchema() : null, k))
                .add(writeValue(known ? schema.valueSchema() : null, v)));
            return node;
        }
        if (value instanceof Struct) {
            Struct struct = (Struct) value;
            if (!struct.schema().equals(schema)) node.set("schema", writeSchema(struct.schema()));
            ObjectNode fields = node.putObject("struct");
            for (Field field : struct.schema().fields())
                fields.set(field.name(), writeValue(field.schema(), struct.getWithoutDefault(field.name())));
            return node;
        }
        return node.put("class", value.getClass().getName()).put("text", value.toString());
    }
}

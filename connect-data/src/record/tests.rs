use super::*;
use crate::{Schema, SchemaBuilder, Struct};

#[test]
fn text_of_a_source_record() {
    let record = SourceRecord::new(
        Some(OffsetMap::of("f", "x")),
        Some(OffsetMap::of("p", 1_i64)),
        "t",
        Some(Schema::string()),
        "v",
    );
    assert_eq!(
        record.to_string(),
        "SourceRecord{sourcePartition={f=x}, sourceOffset={p=1}} ConnectRecord{topic='t', \
         kafkaPartition=null, key=null, keySchema=null, value=v, valueSchema=Schema{STRING}, \
         timestamp=null, headers=ConnectHeaders(headers=)}"
    );
    assert_eq!(
        SourceRecord::default().to_string(),
        "SourceRecord{sourcePartition=null, sourceOffset=null} ConnectRecord{topic='null', \
         kafkaPartition=null, key=null, keySchema=null, value=null, valueSchema=null, \
         timestamp=null, headers=ConnectHeaders(headers=)}"
    );
    assert_eq!(record.clone().into_owned(), record);
}

#[test]
fn text_of_a_sink_record() {
    let schema = SchemaBuilder::structure()
        .name("n")
        .field("a", Schema::int8())
        .build()
        .unwrap();
    let mut value = Struct::new(schema.clone()).unwrap();
    value.put("a", 1_i8).unwrap();
    let mut record = SinkRecord::new("t", 0, 5, Some(schema), value);
    record.key_schema = Some(Schema::string());
    record.key = "k".into();
    assert_eq!(
        record.to_string(),
        "SinkRecord{kafkaOffset=5, timestampType=NoTimestampType, originalTopic=t, \
         originalKafkaPartition=0, originalKafkaOffset=5} ConnectRecord{topic='t', \
         kafkaPartition=0, key=k, keySchema=Schema{STRING}, value=Struct{a=1}, \
         valueSchema=Schema{n:STRUCT}, timestamp=null, headers=ConnectHeaders(headers=)}"
    );
    assert_eq!(record.clone().into_owned(), record);
}

use super::*;
use crate::Schema;

fn text<T: std::fmt::Debug>(result: Result<T, DataError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn schemas() {
    let schema = decimal_schema(2);
    assert_eq!(schema.name(), Some(DECIMAL_NAME));
    assert_eq!(schema.version(), Some(1));
    assert_eq!(decimal_scale(&schema), Ok(2));
    assert_eq!(
        timestamp_schema().to_string(),
        "Schema{org.apache.kafka.connect.data.Timestamp:INT64}"
    );
}

#[test]
fn decimals() {
    let schema = decimal_schema(2);
    assert_eq!(
        decimal_to_bytes(&schema, &"1.56".parse().unwrap()),
        Ok(vec![0, 0x9c])
    );
    assert_eq!(
        text(decimal_to_bytes(&schema, &"1.5".parse().unwrap())),
        "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value \
         has scale 1."
    );
    assert_eq!(
        decimal_from_bytes(&schema, &[0xff, 0x64])
            .unwrap()
            .to_string(),
        "-1.56"
    );
    assert_eq!(
        text(decimal_from_bytes(&Schema::bytes(), &[1])),
        "Invalid Decimal schema: scale parameter not found."
    );
    let bad = SchemaBuilder::bytes()
        .parameter("scale", "x")
        .build()
        .unwrap();
    assert_eq!(
        text(decimal_from_bytes(&bad, &[1])),
        "Invalid scale parameter found in Decimal schema: "
    );
    assert_eq!(
        text(decimal_from_bytes(&schema, &[])),
        "Zero length BigInteger"
    );
}

#[test]
fn dates() {
    let schema = date_schema();
    assert_eq!(date_to_days(&schema, -3 * MILLIS_PER_DAY), Ok(-3));
    assert_eq!(date_from_days(&schema, 2), Ok(2 * MILLIS_PER_DAY));
    assert_eq!(
        text(date_to_days(&schema, 1)),
        "Kafka Connect Date type should not have any time fields set to non-zero values."
    );
    let other = "Requested conversion of Date object but the schema does not match.";
    assert_eq!(text(date_to_days(&Schema::int32(), 0)), other);
    assert_eq!(text(date_from_days(&Schema::int32(), 0)), other);
}

#[test]
fn times() {
    let schema = time_schema();
    assert_eq!(time_to_millis(&schema, MILLIS_PER_DAY), Ok(86_400_000));
    assert_eq!(time_from_millis(&schema, 86_400_000), Ok(MILLIS_PER_DAY));
    for millis in [-1, MILLIS_PER_DAY + 1] {
        assert_eq!(
            text(time_to_millis(&schema, millis)),
            "Kafka Connect Time type should not have any date fields set to non-zero values."
        );
        assert_eq!(
            text(time_from_millis(&schema, millis as i32)),
            "Time values must use number of milliseconds greater than 0 and less than 86400000"
        );
    }
    assert_eq!(
        text(time_to_millis(&Schema::int32(), 0)),
        "Requested conversion of Time object but the schema does not match."
    );
    assert_eq!(
        text(time_from_millis(&Schema::int32(), 0)),
        "Requested conversion of Date object but the schema does not match."
    );
}

#[test]
fn timestamps() {
    let schema = timestamp_schema();
    assert_eq!(timestamp_to_millis(&schema, -5), Ok(-5));
    assert_eq!(timestamp_from_millis(&schema, -5), Ok(-5));
    let other = "Requested conversion of Timestamp object but the schema does not match.";
    assert_eq!(text(timestamp_to_millis(&Schema::int64(), 0)), other);
    assert_eq!(text(timestamp_from_millis(&Schema::int64(), 0)), other);
}

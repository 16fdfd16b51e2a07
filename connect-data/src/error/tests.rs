use super::*;

#[test]
fn class_names_are_those_of_kafka() {
    let check = |error: DataError, class: &str| {
        assert_eq!(
            error.class_name(),
            format!("org.apache.kafka.connect.errors.{class}")
        );
    };
    check(DataError::FieldsOfNonStruct, "DataException");
    check(DataError::EmptyFieldName, "SchemaBuilderException");
    check(DataError::ProjectionOptionality, "SchemaProjectorException");
}

#[test]
fn a_cause_is_kept() {
    let error = DataError::InvalidDefault(Box::new(DataError::StructSchemasDoNotMatch));
    let cause = std::error::Error::source(&error).expect("a cause");
    assert_eq!(cause.to_string(), "Struct schemas do not match.");
}

use connect_sdk::testing::FakeConnectorContext;

use super::*;

fn config() -> Config {
    Config::from([(FILE, "/somefilename"), (TOPIC, "test")])
}

fn alter(
    config: &Config,
    partition: Option<OffsetMap<'static>>,
    offset: Option<OffsetMap<'static>>,
) -> Result<bool, String> {
    FileStreamSourceConnector::alter_offsets(config, &[(partition, offset)])
        .map_err(|error| error.message().to_owned())
}

fn partition() -> Option<OffsetMap<'static>> {
    Some(OffsetMap::of(FILENAME_FIELD, "/somefilename"))
}

fn position(value: impl Into<OffsetValue<'static>>) -> Option<OffsetMap<'static>> {
    Some(OffsetMap::of(POSITION_FIELD, value))
}

#[test]
fn one_task_with_the_configuration_as_it_was_given() {
    let context = Box::new(FakeConnectorContext::default());
    let mut connector = FileStreamSourceConnector::start(context, config()).unwrap();
    for max_tasks in [1, 2] {
        let tasks = connector.task_configs(max_tasks).unwrap();
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].get(FILE), Some("/somefilename"));
        assert_eq!(tasks[0].get(TOPIC), Some("test"));
        assert_eq!(tasks[0].get(BATCH_SIZE), None, "defaults are the task's");
    }
}

#[test]
fn without_topic_it_does_not_start() {
    let context = Box::new(FakeConnectorContext::default());
    let error = FileStreamSourceConnector::start(context, Config::new())
        .err()
        .unwrap();
    assert_eq!(
        error.message(),
        "Missing required configuration \"topic\" which has no default value."
    );
}

#[test]
fn exactly_once_needs_a_file() {
    let support = FileStreamSourceConnector::exactly_once_support;
    assert_eq!(support(&config()), Ok(Support::Supported));
    assert_eq!(
        support(&Config::from([(TOPIC, "test")])),
        Ok(Support::Unsupported)
    );
    assert_eq!(support(&config().with(FILE, "")), Ok(Support::Unsupported));
}

#[test]
fn altered_offsets_are_checked_in_order() {
    let refused = |partition, offset| alter(&config(), partition, offset).unwrap_err();
    assert_eq!(
        alter(
            &Config::from([(TOPIC, "test")]),
            partition(),
            position(1_i64)
        )
        .unwrap_err(),
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because \
         stdin is used for input and offsets are not tracked."
    );
    // Texts are trimmed, as in every configuration.
    let blank = config().with(FILE, "  ");
    let message = alter(&blank, partition(), None).unwrap_err();
    assert!(
        message.starts_with("Offsets cannot be modified"),
        "{message}"
    );
    assert_eq!(
        refused(None, Some(OffsetMap::of("other", 1_i64))),
        "Offset objects should either be null or contain the key 'position'"
    );
    assert_eq!(
        refused(None, position("10")),
        "The value for the 'position' key in the offset is expected to be a Long value"
    );
    assert_eq!(
        refused(None, position(OffsetValue::Null)),
        "The value for the 'position' key in the offset is expected to be a Long value"
    );
    assert_eq!(
        refused(None, position(-1_i64)),
        "The value for the 'position' key in the offset should be a non-negative value"
    );
    assert_eq!(
        refused(None, position(1_i64)),
        "Partition objects cannot be null"
    );
    assert_eq!(
        refused(Some(OffsetMap::of("other", "x")), position(1_i64)),
        "Partition objects should contain the key 'filename'"
    );
}

#[test]
fn good_and_removed_offsets_are_accepted() {
    assert_eq!(alter(&config(), partition(), position(0_i64)), Ok(true));
    assert_eq!(alter(&config(), partition(), position(10_i64)), Ok(true));
    assert_eq!(alter(&config(), partition(), None), Ok(true));
    assert_eq!(alter(&config(), None, None), Ok(true));
    assert_eq!(
        alter(&config(), Some(OffsetMap::of("other", "x")), None),
        Ok(true)
    );
    assert_eq!(
        FileStreamSourceConnector::alter_offsets(&config(), &[]),
        Ok(true)
    );
}

use connect_sdk::TopicPartition;
use connect_sdk::testing::FakeConnectorContext;

use super::*;

fn tasks(config: Config, max_tasks: u32) -> Vec<Config> {
    let context = Box::new(FakeConnectorContext::default());
    let mut connector = FileStreamSinkConnector::start(context, config).unwrap();
    connector.task_configs(max_tasks).unwrap()
}

#[test]
fn every_task_gets_the_same_configuration() {
    let config = Config::from([(FILE, "/afilename"), ("topics", "test1,test2")]);
    assert_eq!(tasks(config.clone(), 1), std::slice::from_ref(&config));
    assert_eq!(tasks(config.clone(), 2), [config.clone(), config]);
}

#[test]
fn without_a_file_none_is_made_up() {
    assert_eq!(tasks(Config::new(), 1)[0].get(FILE), None);
}

#[test]
fn any_offsets_are_accepted() {
    let partition = TopicPartition {
        topic: "t".to_owned(),
        partition: 0,
    };
    let altered = AlteredConsumerOffset {
        partition,
        offset: None,
    };
    assert_eq!(
        FileStreamSinkConnector::alter_offsets(&Config::new(), &[altered]),
        Ok(true)
    );
}

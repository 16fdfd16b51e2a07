use connect_data::{ConnectHeaders, ConnectRecord, Value};

use super::records::{config, map, record};
use crate::transform::{Applied, TransformationChain};

const PREFIX: &str = "org.apache.kafka.connect.transforms.";

fn chain(pairs: &[(&str, &str)]) -> TransformationChain {
    TransformationChain::create(&config(pairs)).unwrap()
}

fn run(chain: &mut TransformationChain, record: &mut ConnectRecord<'_>) -> Applied {
    for stage in chain.stages() {
        if stage.apply(record).unwrap() == Applied::Dropped {
            return Applied::Dropped;
        }
    }
    Applied::Kept
}

#[test]
fn stages_are_applied_in_their_order() {
    let hoist = format!("{PREFIX}HoistField$Value");
    let insert = format!("{PREFIX}InsertField$Value");
    let mut chain = chain(&[
        ("transforms", "h, i"),
        ("transforms.i.type", &insert),
        ("transforms.i.topic.field", "t"),
        ("transforms.h.type", &hoist),
        ("transforms.h.field", "line"),
    ]);
    let names: Vec<_> = chain.stages().iter().map(|stage| &stage.alias).collect();
    assert_eq!(names, ["h", "i"]);
    assert_eq!(chain.stages()[0].class, hoist);
    let mut record = record(None, "x".into());
    assert_eq!(run(&mut chain, &mut record), Applied::Kept);
    assert_eq!(
        record.value,
        map([("line", "x".into()), ("t", "test".into())])
    );
}

#[test]
fn a_predicate_decides_and_can_be_turned_around() {
    let predicates = [
        ("RecordIsTombstone", &[][..]),
        ("HasHeaderKey", &[("name", "h")]),
        ("TopicNameMatches", &[("pattern", "te.*")]),
    ];
    let mut headers = ConnectHeaders::new();
    headers.add_int("h", 1);
    let holding = ConnectRecord {
        headers,
        ..record(None, Value::Null)
    };
    let other = ConnectRecord {
        topic: None,
        ..record(None, 1.into())
    };
    for (class, settings) in predicates {
        for negate in [None, Some("false"), Some("TRUE")] {
            let class = format!("{PREFIX}predicates.{class}");
            let mut pairs = vec![
                ("transforms", "f"),
                ("transforms.f.type", "Filter"),
                ("transforms.f.predicate", "p"),
                ("predicates", "p"),
                ("predicates.p.type", &class),
            ];
            let prefixed: Vec<(String, &str)> = settings
                .iter()
                .map(|(key, value)| (format!("predicates.p.{key}"), *value))
                .collect();
            pairs.extend(prefixed.iter().map(|(key, value)| (key.as_str(), *value)));
            pairs.extend(negate.map(|negate| ("transforms.f.negate", negate)));
            let mut chain = chain(&pairs);
            let turned = negate == Some("TRUE");
            for (record, holds) in [(&holding, true), (&other, false)] {
                let dropped = run(&mut chain, &mut record.clone()) == Applied::Dropped;
                assert_eq!(dropped, holds != turned, "{class} {negate:?}");
            }
        }
    }
}

#[test]
fn topics_match_as_a_whole() {
    for (topic, matches) in [
        ("my-prefix-", true),
        ("my-prefix-foo", true),
        ("x-my-prefix-", false),
    ] {
        let mut chain = chain(&[
            ("transforms", "f"),
            ("transforms.f.type", "Filter"),
            ("transforms.f.predicate", "p"),
            ("predicates", "p"),
            ("predicates.p.type", "TopicNameMatches"),
            ("predicates.p.pattern", "my-prefix-.*"),
        ]);
        let mut record = ConnectRecord {
            topic: Some(topic.into()),
            ..record(None, 1.into())
        };
        let dropped = run(&mut chain, &mut record) == Applied::Dropped;
        assert_eq!(dropped, matches, "{topic}");
    }
}

#[test]
fn no_transformations_are_no_chain() {
    assert!(chain(&[("name", "c")]).is_empty());
    assert!(chain(&[("transforms", " ")]).is_empty());
    assert!(!chain(&[("transforms", "f"), ("transforms.f.type", "Filter")]).is_empty());
}

#[test]
fn what_the_task_fails_with() {
    let failed = |pairs: &[(&str, &str)]| {
        let Err(failure) = TransformationChain::create(&config(pairs)) else {
            panic!("{pairs:?} make a chain");
        };
        failure.message
    };
    let filter = ("transforms.f.type", "Filter");
    assert_eq!(
        failed(&[("transforms", "f"), filter, ("transforms.f.predicate", "q")]),
        "org.apache.kafka.connect.errors.ConnectException: \
         org.apache.kafka.common.config.ConfigException: Unknown configuration \
         'predicates.q.plugin.version'"
    );
    assert_eq!(
        failed(&[("transforms", "f")]),
        "Missing required configuration \"transforms.f.type\" which has no default value."
    );
    let hoist = format!("{PREFIX}HoistField$Value");
    assert_eq!(
        failed(&[("transforms", "f"), ("transforms.f.type", &hoist)]),
        "org.apache.kafka.common.config.ConfigException: Missing required configuration \
         \"field\" which has no default value."
    );
}

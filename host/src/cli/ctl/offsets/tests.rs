use super::super::client::tests::MadeUpWorker;
use super::super::output::tests::Printed;
use super::*;

fn shown(offsets: &Value, format: Format) -> String {
    let body = json!({ "offsets": offsets }).to_string();
    let worker = MadeUpWorker::start(&[(200, &body)]);
    let printed = Printed::default();
    show(&worker.client(), "a", &mut printed.output(format)).expect("shown");
    printed.text()
}

#[test]
fn offsets_of_a_sink_have_columns_in_order() {
    let at = |topic: &str, partition: i64, offset: i64| {
        json!({"partition": {"kafka_topic": topic, "kafka_partition": partition},
               "offset": {"kafka_offset": offset}})
    };
    let offsets = json!([at("t", 10, 5), at("t", 9, 1), at("a", 0, 7)]);
    let expected = "\
TOPIC  PARTITION  OFFSET
a      0          7
t      9          1
t      10         5
";
    assert_eq!(shown(&offsets, Format::Table), expected);
}

#[test]
fn offsets_of_a_source_are_json() {
    let offsets = json!([{"partition": {"file": "ü", "n": 1}, "offset": {"position": 30}}]);
    let expected = "\
PARTITION           OFFSET
{\"file\":\"ü\",\"n\":1}  {\"position\":30}
";
    assert_eq!(shown(&offsets, Format::Table), expected);
    assert_eq!(shown(&offsets, Format::Name), "{\"file\":\"ü\",\"n\":1}\n");
}

#[test]
fn pairs_and_partitions_become_the_body_of_the_request() {
    let worker = MadeUpWorker::start(&[(200, r#"{"message":"done"}"#); 3]);
    let client = worker.client();
    let printed = Printed::default();
    let mut output = printed.output(Format::Table);
    let words = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let set = OffsetsCommand::Set {
        name: "a".to_owned(),
        pairs: words(&[r#"{"p":1}"#, r#"{"o":2}"#, r#"{"p":2}"#, "null"]),
        file: None,
    };
    run(&client, set, &mut output).expect("set");
    for partitions in [words(&[]), words(&[r#"{"p":1}"#])] {
        let reset = OffsetsCommand::Reset {
            name: "a".to_owned(),
            partitions,
        };
        run(&client, reset, &mut output).expect("reset");
    }
    assert_eq!(printed.text(), "a: done\na: done\na: done\n");
    let expected = [
        r#"PATCH /connectors/a/offsets {"offsets":[{"partition":{"p":1},"offset":{"o":2}},{"partition":{"p":2},"offset":null}]}"#,
        "DELETE /connectors/a/offsets",
        r#"PATCH /connectors/a/offsets {"offsets":[{"partition":{"p":1},"offset":null}]}"#,
    ];
    assert_eq!(worker.requests(), expected);
}

#[test]
fn a_partition_without_offset_is_refused() {
    assert!(matches!(offsets_of(&[]), Err(CtlError::NoOffsets)));
    let odd = vec!["{}".to_owned(); 3];
    assert!(matches!(
        offsets_of(&odd),
        Err(CtlError::PartitionWithoutOffset(3))
    ));
}

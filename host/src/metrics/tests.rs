use super::*;
use std::time::Duration;

fn labels(connector: &str, task: &str) -> InstanceLabels {
    InstanceLabels {
        connector: connector.to_owned(),
        task: task.to_owned(),
        plugin: "a.b.Source".to_owned(),
        version: "1.2".to_owned(),
    }
}

/// The contract: names, types and labels. docs/sandbox.md has the same list.
#[test]
fn the_text_has_these_names() {
    let metrics = Metrics::default();
    let task = metrics.instance(labels("one \"1\"", "0"));
    task.ran(Duration::from_millis(1500));
    task.memory(2 << 20);
    task.memory(1 << 20);
    task.called("source-task.poll");
    task.called("source-task.poll");
    task.called("source-task.stop");
    task.carried(77);
    task.refused("sandbox.log.lines.per.second");
    let (rows, level) = (OwnMetric::counter(), OwnMetric::gauge());
    task.show("rows read", &rows);
    task.show("level", &level);
    rows.add(3);
    level.set(0.5);
    let connector = metrics.instance(labels("one \"1\"", ""));
    connector.called("connector.start");
    let errors = metrics.task(TaskLabels {
        connector: "one \"1\"".to_owned(),
        task: "0".to_owned(),
    });
    for (count, number) in [
        (&errors.record_failures, 7),
        (&errors.record_errors, 6),
        (&errors.records_skipped, 5),
        (&errors.retries, 4),
        (&errors.errors_logged, 3),
        (&errors.dead_letter_requests, 2),
        (&errors.dead_letter_failures, 1),
    ] {
        count.add(number);
    }
    errors.last_error_timestamp.set(1_700_000_000_250);
    assert_eq!(metrics.text(), include_str!("tests/metrics.txt"));
}

#[test]
fn an_instance_is_gone_with_its_usage_and_its_successor_is_added_to_what_lingers() {
    let metrics = Metrics::default();
    let old = metrics.instance(labels("c", "0"));
    let new = metrics.instance(labels("c", "0"));
    for usage in [&old, &new] {
        usage.carried(5);
    }
    let bytes = |metrics: &Metrics| {
        let text = metrics.text();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("connect_wasm_guest_host_call_bytes"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let line = "connect_wasm_guest_host_call_bytes_total{connector=\"c\",task=\"0\",plugin=\"a.b.Source\",version=\"1.2\"}";
    assert_eq!(bytes(&metrics), [format!("{line} 10.0")]);
    drop(old);
    assert_eq!(bytes(&metrics), [format!("{line} 5.0")]);
    drop(new);
    assert!(bytes(&metrics).is_empty());
}

#[test]
fn the_list_does_not_grow_with_instances_that_are_gone() {
    let metrics = Metrics::default();
    let kept = metrics.instance(labels("kept", "0"));
    for _ in 0..10_000 {
        metrics.instance(labels("gone", "0"));
    }
    assert!(
        metrics.lists().instances.len() < 100,
        "{}",
        metrics.lists().instances.len()
    );
    assert_eq!(kept.calls().count(), 0);
}

#[test]
fn names_beyond_the_places_are_counted_together() {
    let usage = InstanceUsage::new(labels("c", ""));
    let names = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
    ];
    for name in names {
        usage.called(name);
    }
    let counts: Vec<_> = usage.calls().collect();
    assert_eq!(counts.len(), 13);
    assert_eq!(counts[0], ("a", 1));
    assert_eq!(counts[12], ("other", 2));
}

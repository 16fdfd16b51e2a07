use super::*;

#[test]
fn growth_is_counted_over_all_memories_and_a_refusal_is_remembered() {
    let limits = Limits {
        memory_bytes: 3 << 16,
        table_elements: 10,
        ..Limits::default()
    };
    let usage = Arc::new(InstanceUsage::default());
    let mut accounting = Accounting::new(&limits, Arc::clone(&usage));
    assert!(accounting.memory_growing(0, 1 << 16, None).unwrap());
    assert!(accounting.memory_growing(0, 2 << 16, None).unwrap());
    assert_eq!(accounting.take_refused(), None);
    assert!(!accounting.memory_growing(1 << 16, 2 << 16, None).unwrap());
    assert_eq!(
        accounting.take_refused().unwrap(),
        "262144 bytes of memory were asked for, 196608 are allowed (sandbox.memory.max.bytes)"
    );
    assert_eq!(accounting.take_refused(), None);
    assert!(accounting.table_growing(0, 10, None).unwrap());
    assert!(!accounting.table_growing(10, 11, None).unwrap());
    assert_eq!(
        accounting.take_refused().unwrap(),
        "11 table elements were asked for, 10 are allowed (sandbox.table.max.elements)"
    );
    assert_eq!(usage.memory_now(), 3 << 16);
    let refusals: Vec<_> = usage.refusals().collect();
    assert_eq!(refusals, [(MEMORY_MAX_BYTES, 1), (TABLE_MAX_ELEMENTS, 1)]);
}

fn config(entries: &[(&str, &str)]) -> crate::config::ConfigMap {
    let entries = entries.iter();
    entries
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn messages(entries: &[(&str, &str)]) -> Vec<String> {
    let errors = Limits::default()
        .tightened_by(&config(entries))
        .unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn every_limit_of_a_worker_can_be_tightened() {
    let keys: Vec<_> = crate::config::worker::limit_keys().collect();
    assert_eq!(keys.len(), 16);
    let worker = Limits::default();
    assert_eq!(
        worker.tightened_by(&config(&[("name", "c")])).unwrap(),
        worker
    );
    for key in keys {
        let default = key.default_text().unwrap();
        let same = worker.tightened_by(&config(&[(&key.name, &default)]));
        assert_eq!(
            same.unwrap(),
            worker,
            "{} has another default here",
            key.name
        );
        let tight = worker.tightened_by(&config(&[(&key.name, "1")])).unwrap();
        assert_ne!(tight, worker, "{}", key.name);
        let looser = tight
            .tightened_by(&config(&[(&key.name, "2")]))
            .unwrap_err();
        let expected = format!(
            "Invalid value 2 for configuration {key}: A connector may only tighten the limits of \
             its worker, which has {key}=1. Lower the value, or remove it to have the worker's",
            key = key.name
        );
        assert_eq!(looser[0].to_string(), expected);
        assert_eq!(looser[0].key(), key.name);
    }
}

#[test]
fn what_is_no_number_or_no_limit_is_refused_and_everything_wrong_is_told() {
    assert_eq!(
        messages(&[
            ("sandbox.memory.max.bytes", "much"),
            ("sandbox.handles.max", "0"),
            ("sandbox.fs.allow", "/"),
            ("sandbox.memory", "1"),
        ]),
        [
            "Invalid value much for configuration sandbox.memory.max.bytes: Not a number of type LONG",
            "Invalid value 0 for configuration sandbox.handles.max: Value must be at least 1",
            "Configuration sandbox.fs.allow belongs to the worker and has no effect on a connector; \
             remove it. What a connector can tighten: sandbox.memory.max.bytes, \
             sandbox.table.max.elements, sandbox.instances.max, sandbox.handles.max, \
             sandbox.sockets.max, sandbox.payload.max.bytes, sandbox.disk.max.bytes, \
             sandbox.cpu.percent, sandbox.log.lines.per.second, sandbox.log.bytes.per.second, \
             sandbox.log.line.max.bytes, sandbox.call.timeout.ms, sandbox.start.timeout.ms, \
             sandbox.poll.timeout.ms, sandbox.put.timeout.ms, sandbox.stop.timeout.ms",
            "Configuration sandbox.memory is not known. What a connector can tighten of its sandbox: \
             sandbox.memory.max.bytes, sandbox.table.max.elements, sandbox.instances.max, \
             sandbox.handles.max, sandbox.sockets.max, sandbox.payload.max.bytes, \
             sandbox.disk.max.bytes, sandbox.cpu.percent, sandbox.log.lines.per.second, \
             sandbox.log.bytes.per.second, sandbox.log.line.max.bytes, sandbox.call.timeout.ms, \
             sandbox.start.timeout.ms, sandbox.poll.timeout.ms, sandbox.put.timeout.ms, \
             sandbox.stop.timeout.ms",
        ]
    );
}

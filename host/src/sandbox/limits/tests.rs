use super::*;

#[test]
fn growth_is_counted_over_all_memories_and_a_refusal_is_remembered() {
    let limits = Limits {
        memory_bytes: 3 << 16,
        table_elements: 10,
        ..Limits::default()
    };
    let mut accounting = Accounting::new(&limits);
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
}

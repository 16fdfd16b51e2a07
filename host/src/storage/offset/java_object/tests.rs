//! The files in testdata were written by `ObjectOutputStream` of JDK 17.

use proptest::prelude::*;

use super::*;

type Owned = Vec<(Vec<u8>, Option<Vec<u8>>)>;

fn owned(bytes: &[u8]) -> Result<Owned, JavaObjectError> {
    let entries = read_map(bytes)?;
    Ok(entries
        .into_iter()
        .map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec)))
        .collect())
}

fn written(entries: &Owned) -> Vec<u8> {
    write_map(
        entries
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref())),
    )
}

const ONE: &[u8] = include_bytes!("testdata/one.bin");

#[test]
fn the_file_of_a_jvm_is_read_and_written_byte_for_byte() {
    for java in [
        ONE,
        include_bytes!("testdata/empty.bin"),
        include_bytes!("testdata/n13.bin"),
        include_bytes!("testdata/n100.bin"),
    ] {
        let entries = owned(java).unwrap();
        assert_eq!(written(&entries), java);
    }
    let key = br#"["local-file-source",{"filename":"test.txt"}]"#.to_vec();
    assert_eq!(
        owned(ONE).unwrap(),
        [(key, Some(br#"{"position":30}"#.to_vec()))]
    );
}

#[test]
fn null_values_shared_arrays_and_any_number_of_buckets_are_read() {
    let hundred = owned(include_bytes!("testdata/n100.bin")).unwrap();
    assert_eq!(hundred.len(), 100);
    assert_eq!(
        hundred.iter().filter(|(_, value)| value.is_none()).count(),
        20
    );

    let mut shared = owned(include_bytes!("testdata/shared.bin")).unwrap();
    shared.sort();
    let value = Some(br#"{"p":1}"#.to_vec());
    let expected = [
        (b"k1".to_vec(), value.clone()),
        (b"k2".to_vec(), value),
        (b"k3".to_vec(), None),
    ];
    assert_eq!(shared, expected);

    assert_eq!(owned(include_bytes!("testdata/cap.bin")).unwrap().len(), 1);
}

fn check_error(bytes: &[u8], expected: &str) {
    assert_eq!(read_map(bytes).unwrap_err().to_string(), expected);
}

#[test]
fn other_java_objects_are_refused_by_name() {
    check_error(
        include_bytes!("testdata/tree.bin"),
        "at byte 33, Expected HashMap but found class java.util.TreeMap",
    );
    check_error(
        include_bytes!("testdata/string.bin"),
        "at byte 5, Expected HashMap but found class java.lang.String",
    );
    check_error(
        include_bytes!("testdata/strings.bin"),
        "at byte 81, an array of bytes was expected, but found a string",
    );
    check_error(
        include_bytes!("testdata/ints.bin"),
        "at byte 119, an array of bytes was expected, but found an object of class [I",
    );
    check_error(
        include_bytes!("testdata/nullkey.bin"),
        "at byte 81, an entry has no key",
    );
}

#[test]
fn damage_is_refused() {
    check_error(
        b"offsets",
        "at byte 0, a Java object stream should begin, but there is something else",
    );
    check_error(
        &[0xAC],
        "at byte 0, the file ends in the middle of the header",
    );
    let mut trailing = ONE.to_vec();
    trailing.extend(b"xy");
    check_error(
        &trailing,
        "at byte 175, the map has ended, but 2 more bytes follow",
    );
    let mut negative = ONE.to_vec();
    negative[77..81].copy_from_slice(&(-1i32).to_be_bytes());
    check_error(&negative, "at byte 81, the number of entries is -1");
    // More entries than there are bytes for must not reserve memory for them.
    let mut many = ONE.to_vec();
    many[77..81].copy_from_slice(&i32::MAX.to_be_bytes());
    check_error(
        &many,
        "at byte 174, an array of bytes was expected, but found the end of an object",
    );
    let mut reference = ONE.to_vec();
    let at = reference
        .windows(5)
        .position(|part| part == [0x71, 0, 0x7E, 0, 2])
        .unwrap();
    reference[at + 4] = 0;
    check_error(
        &reference,
        "at byte 155, the class of an array of bytes was expected, but found a back-reference to something else",
    );
    reference[at + 4] = 9;
    check_error(&reference, "at byte 155, a back-reference is 8257545");
}

#[test]
fn every_truncation_is_refused() {
    for length in 0..ONE.len() {
        let error = read_map(&ONE[..length]).unwrap_err();
        assert!(
            matches!(error.kind, JavaObjectErrorKind::Truncated(_)),
            "{length}: {error}"
        );
    }
}

#[test]
fn buckets_and_threshold_are_those_of_a_hash_map() {
    let sizes = [
        (0, 16, 0),
        (1, 16, 12),
        (12, 16, 12),
        (13, 32, 24),
        (24, 32, 24),
        (25, 64, 48),
    ];
    for (size, buckets, threshold) in sizes {
        let entries: Owned = (0..size)
            .map(|number: u32| (number.to_be_bytes().to_vec(), None))
            .collect();
        let bytes = written(&entries);
        assert_eq!(bytes[67..71], u32::to_be_bytes(threshold), "{size}");
        assert_eq!(bytes[73..77], u32::to_be_bytes(buckets), "{size}");
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40)
}

proptest! {
    #[test]
    fn what_is_written_is_read(entries in prop::collection::vec((bytes(), prop::option::of(bytes())), 0..40)) {
        prop_assert_eq!(owned(&written(&entries)).unwrap(), entries);
    }

    #[test]
    fn any_bytes_give_entries_or_an_error(bytes in bytes(), header in any::<bool>()) {
        let mut input = if header { ONE[..67].to_vec() } else { Vec::new() };
        input.extend(bytes);
        let _ = read_map(&input);
    }

    #[test]
    fn a_changed_byte_gives_entries_or_an_error(index in 0..ONE.len(), byte in any::<u8>()) {
        let mut input = ONE.to_vec();
        input[index] = byte;
        let _ = read_map(&input);
    }
}

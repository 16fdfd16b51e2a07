use super::*;

fn put(buffer: &mut LineBuffer, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let room = buffer.room().unwrap();
        let taken = room.len().min(bytes.len());
        room[..taken].copy_from_slice(&bytes[..taken]);
        buffer.filled(taken);
        bytes = &bytes[taken..];
    }
}

fn take(buffer: &mut LineBuffer) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let (bytes, mut cursor) = buffer.lines();
    while let Some(line) = cursor.next_line(bytes) {
        let text = String::from_utf8(bytes[line.bytes].to_vec()).unwrap();
        found.push((text, line.consumed));
    }
    buffer.advance(cursor);
    found
}

fn line(text: &str, consumed: usize) -> (String, usize) {
    (text.to_owned(), consumed)
}

#[test]
fn all_three_ends_of_a_line() {
    let mut buffer = LineBuffer::new(64);
    put(&mut buffer, b"a\nbc\rd\r\n\n\r\r\nend");
    assert_eq!(
        take(&mut buffer),
        [
            line("a", 2),
            line("bc", 3),
            line("d", 3),
            line("", 1),
            line("", 1),
            line("", 2)
        ]
    );
    put(&mut buffer, b"\n");
    assert_eq!(take(&mut buffer), [line("end", 4)]);
}

#[test]
fn a_carriage_return_at_the_end_waits() {
    let mut buffer = LineBuffer::new(4);
    put(&mut buffer, b"a\r");
    assert_eq!(take(&mut buffer), []);
    put(&mut buffer, b"\n");
    assert_eq!(take(&mut buffer), [line("a", 3)]);
    put(&mut buffer, b"b\r");
    assert_eq!(take(&mut buffer), []);
    put(&mut buffer, b"c\n");
    assert_eq!(take(&mut buffer), [line("b", 2), line("c", 2)]);
}

#[test]
fn the_buffer_doubles_when_it_is_full_without_a_line() {
    let mut buffer = LineBuffer::new(2);
    let mut capacities = Vec::new();
    for byte in b"123456789" {
        put(&mut buffer, &[*byte]);
        assert_eq!(take(&mut buffer), []);
        capacities.push(buffer.capacity());
    }
    capacities.dedup();
    assert_eq!(capacities, [2, 4, 8, 16]);
    put(&mut buffer, b"\n");
    assert_eq!(take(&mut buffer), [line("123456789", 10)]);
    // A line of 1,025 bytes on top of what is there needs 2,048.
    put(&mut buffer, &[b'x'; 1025]);
    assert_eq!(buffer.capacity(), 2048);
}

#[test]
fn what_was_taken_makes_room() {
    let mut buffer = LineBuffer::new(8);
    for _ in 0..1000 {
        put(&mut buffer, b"abc\nd");
        assert_eq!(take(&mut buffer), [line("abc", 4)]);
        put(&mut buffer, b"\n");
        assert_eq!(take(&mut buffer), [line("d", 2)]);
    }
    assert_eq!(buffer.capacity(), 8);
}

#[test]
fn a_line_has_a_limit() {
    let mut buffer = LineBuffer::new(READ_BYTES);
    put(&mut buffer, &vec![b'x'; LINE_BYTES_MAX]);
    assert_eq!(
        buffer.room().unwrap_err().message(),
        "A line is longer than 33554432 bytes"
    );
}

#[test]
fn any_split_gives_the_same_lines() {
    let text = b"one\r\ntwo\rthree\n\n\r\nfour\r";
    let mut whole = LineBuffer::new(64);
    put(&mut whole, text);
    let expected = take(&mut whole);
    for split in 0..text.len() {
        let mut buffer = LineBuffer::new(2);
        put(&mut buffer, &text[..split]);
        let mut found = take(&mut buffer);
        put(&mut buffer, &text[split..]);
        found.extend(take(&mut buffer));
        assert_eq!(found, expected, "split at {split}");
    }
}

#[test]
fn a_buffer_grows_with_full_reads_and_not_with_small_ones() {
    let mut buffer = LineBuffer::growing(CAPACITY, READ_BYTES);
    let read = |buffer: &mut LineBuffer, bytes: usize| {
        let room = buffer.room().unwrap();
        let bytes = bytes.min(room.len());
        room[..bytes].fill(b'x');
        room[bytes - 1] = b'\n';
        buffer.filled(bytes);
        let (held, mut cursor) = buffer.lines();
        assert_eq!(cursor.next_line(held).unwrap().consumed, bytes);
        buffer.advance(cursor);
    };
    for _ in 0..100 {
        read(&mut buffer, CAPACITY / 2);
    }
    assert_eq!(buffer.capacity(), CAPACITY);
    for _ in 0..20 {
        read(&mut buffer, usize::MAX);
    }
    assert_eq!(buffer.capacity(), READ_BYTES);
}

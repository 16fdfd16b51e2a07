use super::*;

/// Takes so many bytes, then fails; records each write.
#[derive(Default)]
struct Disk {
    room: usize,
    writes: Vec<Vec<u8>>,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        self.writes.push(bytes[..taken].to_vec());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writes_hold_whole_lines() {
    let disk = Disk {
        room: usize::MAX,
        ..Disk::default()
    };
    let mut output = LineOutput::new(disk);
    for _ in 0..10_000 {
        output.line(&[b'x'; 99]).unwrap();
    }
    output.flush().unwrap();
    let writes = &output.output.writes;
    assert_eq!(writes.concat().len(), 1_000_000);
    assert!(
        writes
            .iter()
            .all(|write| write.len() % 100 == 0 && write.len() <= BUFFER_BYTES)
    );
}

#[test]
fn after_a_full_disk_it_goes_on_where_it_was() {
    let mut output = LineOutput::new(Disk {
        room: 5,
        ..Disk::default()
    });
    output.line(b"one").unwrap();
    output.line(b"two").unwrap();
    assert_eq!(output.flush().unwrap_err().kind(), ErrorKind::StorageFull);
    output.output.room = 100;
    output.line(b"three").unwrap();
    output.flush().unwrap();
    assert_eq!(output.output.writes.concat(), b"one\ntwo\nthree\n");
}

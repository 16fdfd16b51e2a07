use std::io::Write as _;

use super::*;

#[test]
fn a_look_tells_what_the_file_system_tells() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"twelve bytes").unwrap();
    let found = stat(&file).unwrap();
    let told = file.metadata().unwrap();
    assert_eq!(found.size, 12);
    assert_eq!(found.type_, DescriptorType::RegularFile);
    assert_eq!(found.link_count, 0, "a file without a name");
    let modified = found.data_modification_timestamp.unwrap();
    assert_eq!(i64::try_from(modified.seconds).unwrap(), told.mtime());
    assert_eq!(i64::from(modified.nanoseconds), told.mtime_nsec());
}

#[test]
fn files_of_the_kernel_are_not_local() {
    let file = File::open("/proc/self/status").unwrap();
    assert!(!is_local(&file));
}

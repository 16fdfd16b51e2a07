use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

const ONE: &[u8] = include_bytes!("../java_object/testdata/one.bin");
const KEY: &[u8] = br#"["local-file-source",{"filename":"test.txt"}]"#;

fn set(
    store: &FileOffsetBackingStore,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), StorageError> {
    block_on(store.set(vec![(key.to_vec(), value.map(<[u8]>::to_vec))]))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

fn started(path: &Path) -> FileOffsetBackingStore {
    let store = FileOffsetBackingStore::new(path);
    block_on(store.start()).unwrap();
    store
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_of_a_jvm_worker_is_taken_over_and_handed_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.offsets");
    fs::write(&path, ONE).unwrap();
    let store = started(&path);
    let values = block_on(store.get(&[KEY.to_vec(), b"other".to_vec()])).unwrap();
    assert_eq!(values, [Some(br#"{"position":30}"#.to_vec()), None]);

    set(&store, KEY, Some(br#"{"position":30}"#)).unwrap();
    assert_eq!(fs::read(&path).unwrap(), ONE);
    set(&store, KEY, Some(br#"{"position":31}"#)).unwrap();
    set(&store, b"gone", None).unwrap();
    let again = started(&path);
    let entries = block_on(again.entries()).unwrap();
    assert_eq!(entries, [(KEY.to_vec(), br#"{"position":31}"#.to_vec())]);
    assert_eq!(names(folder.path()), ["connect.offsets"]);
}

#[test]
fn missing_and_empty_files_have_no_offsets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.offsets");
    assert!(block_on(started(&path).entries()).unwrap().is_empty());
    assert!(
        names(folder.path()).is_empty(),
        "a start alone must not create the file"
    );
    fs::write(&path, "").unwrap();
    assert!(block_on(started(&path).entries()).unwrap().is_empty());
}

#[test]
fn a_corrupt_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.offsets");
    for bytes in [
        b"rubbish".as_slice(),
        &ONE[..100],
        include_bytes!("../java_object/testdata/tree.bin"),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = block_on(FileOffsetBackingStore::new(&path).start()).unwrap_err();
        let text = error.to_string();
        let begin = format!(
            "The offset file {} (offset.storage.file.filename) is corrupt: at byte ",
            path.display()
        );
        assert!(text.starts_with(&begin), "{text}");
        assert!(text.contains("Put a backup in its place"), "{text}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_folder_that_is_not_there_or_a_folder_as_file_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/connect.offsets");
    let error = block_on(FileOffsetBackingStore::new(&path).start())
        .unwrap_err()
        .to_string();
    let begin = format!(
        "The offset file {} (offset.storage.file.filename) cannot be written: ",
        path.display()
    );
    assert!(error.starts_with(&begin), "{error}");

    let error = block_on(FileOffsetBackingStore::new(folder.path()).start()).unwrap_err();
    assert!(error.to_string().contains("cannot be read: "), "{error}");
}

#[test]
fn a_write_that_fails_names_the_file_and_is_made_up_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("connect.offsets");
    let store = started(&path);
    fs::remove_dir(&inner).unwrap();
    let error = set(&store, b"a", Some(b"1")).unwrap_err();
    assert!(matches!(error, StorageError::Write { .. }), "{error}");
    assert!(error.to_string().contains(&path.display().to_string()));
    fs::create_dir(&inner).unwrap();
    set(&store, b"b", Some(b"2")).unwrap();
    assert_eq!(block_on(started(&path).entries()).unwrap().len(), 2);
}

#[test]
fn mode_and_links_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("real");
    let link = folder.path().join("link");
    fs::write(&target, ONE).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&target, &link).unwrap();
    let store = started(&link);
    set(&store, b"a", Some(b"1")).unwrap();
    assert!(
        fs::symlink_metadata(&link)
            .unwrap()
            .file_type()
            .is_symlink()
    );
    assert_eq!(
        fs::metadata(&target).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(block_on(started(&target).entries()).unwrap().len(), 2);
}

#[test]
fn concurrent_changes_are_all_on_disk_when_they_return() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.offsets");
    let store = started(&path);
    std::thread::scope(|scope| {
        for number in 0..8u8 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..5u8 {
                    set(store, &[number, round], Some(b"1")).unwrap();
                }
            });
        }
    });
    assert_eq!(block_on(started(&path).entries()).unwrap().len(), 40);
}

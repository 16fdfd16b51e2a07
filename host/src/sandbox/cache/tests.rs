use super::*;

fn entry_of(cache: &Cache) -> Option<(Vec<u8>, Vec<u8>)> {
    cache
        .read(&[7; 32])
        .map(|entry| (entry.description, entry.artifact))
}

#[test]
fn an_entry_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("a/b"), [1; 32]).unwrap();
    assert!(entry_of(&cache).is_none());
    cache.write(&[7; 32], b"{}", b"code").unwrap();
    assert_eq!(
        entry_of(&cache).unwrap(),
        (b"{}".to_vec(), b"code".to_vec())
    );
    let path = cache.path(&[7; 32]);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777,
        0o700
    );
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_changed_byte_anywhere_or_a_missing_end_makes_an_entry_worthless() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("c"), [1; 32]).unwrap();
    cache
        .write(&[7; 32], b"{\"a\":1}", b"machine code")
        .unwrap();
    let path = cache.path(&[7; 32]);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        fs::write(&path, &damaged).unwrap();
        assert!(entry_of(&cache).is_none(), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert!(entry_of(&cache).is_none(), "cut at {at}");
    }
    fs::write(&path, &whole).unwrap();
    assert!(entry_of(&cache).is_some());
}

#[test]
fn an_entry_of_another_engine_or_plugin_is_foreign() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("c"), [1; 32]).unwrap();
    cache.write(&[7; 32], b"{}", b"code").unwrap();
    let other = Cache::open(&folder.path().join("c"), [2; 32]).unwrap();
    fs::copy(cache.path(&[7; 32]), other.path(&[7; 32])).unwrap();
    assert!(entry_of(&other).is_none());
    fs::copy(cache.path(&[7; 32]), cache.path(&[8; 32])).unwrap();
    assert!(cache.read(&[8; 32]).is_none());
}

#[test]
fn a_folder_that_others_may_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(Cache::open(&shared, [1; 32]).is_err());
}

use std::fs;
use std::os::unix::fs::symlink;

use super::*;

fn grant(path: impl AsRef<Path>, write: bool) -> Result<FileGrant, GrantError> {
    FileGrant::new("file", path.as_ref().to_str().unwrap(), write)
}

fn mounts_of(files: Vec<Result<FileGrant, GrantError>>) -> Result<Vec<Mount>, String> {
    let files: Result<Vec<FileGrant>, GrantError> = files.into_iter().collect();
    let grants = Grants {
        files: files.map_err(|error| error.to_string())?,
        stdio: false,
        ..Grants::default()
    };
    mounts(&grants).map_err(|error| error.to_string())
}

#[test]
fn a_file_is_its_name_in_its_folder_and_a_folder_is_itself() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::create_dir(root.join("sub")).unwrap();
    let found = mounts_of(vec![
        grant(root.join("a.txt"), false),
        grant(root.join("sub"), true),
    ])
    .unwrap();
    assert_eq!(found[0].guest, root.to_str().unwrap());
    assert_eq!(found[0].host, root);
    assert_eq!(
        found[0].names.as_ref().unwrap().access("a.txt"),
        Some(false)
    );
    assert_eq!(found[0].names.as_ref().unwrap().access("b.txt"), None);
    assert!(!found[0].write);
    assert_eq!(found[1].guest, root.join("sub").to_str().unwrap());
    assert!(found[1].names.is_none() && found[1].write);
}

#[test]
fn files_of_one_folder_share_a_mount_and_keep_their_rights() {
    let folder = tempfile::tempdir().unwrap();
    let found = mounts_of(vec![
        grant(folder.path().join("in"), false),
        grant(folder.path().join("out"), true),
    ])
    .unwrap();
    assert_eq!(found.len(), 1);
    let names = found[0].names.as_ref().unwrap();
    assert_eq!(
        (names.access("in"), names.access("out")),
        (Some(false), Some(true))
    );
    assert!(found[0].write);
}

#[test]
fn a_relative_name_is_mounted_where_the_guest_looks_for_it() {
    let found = mounts_of(vec![grant("test-that-is-not-there.txt", true)]).unwrap();
    assert_eq!(found[0].guest, ".");
    assert_eq!(
        found[0].host,
        std::env::current_dir().unwrap().canonicalize().unwrap()
    );
    let found = mounts_of(vec![grant("./src/x", true), grant("src/y", true)]).unwrap();
    assert_eq!(
        found.len(),
        1,
        "the guest's libc cannot tell ./src from src"
    );
    assert_eq!(found[0].guest, "./src");
}

#[test]
fn what_cannot_be_granted_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::write(root.join("real"), "x").unwrap();
    symlink(root.join("real"), root.join("link")).unwrap();
    symlink(root.join("gone"), root.join("dangling")).unwrap();
    let text = |path: PathBuf| mounts_of(vec![grant(path, false)]).unwrap_err();
    let shown = root.display();
    assert_eq!(
        text(root.join("no/file")),
        format!("file={shown}/no/file: the folder {shown}/no does not exist; create it first")
    );
    assert_eq!(
        text(root.join("link")),
        format!(
            "file={shown}/link: it is a symbolic link; a grant does not follow links, so name the file itself: \
             {shown}/real"
        )
    );
    assert!(text(root.join("dangling")).contains("cannot be resolved"));
    assert!(text(root.join("real/x")).contains("cannot be examined"));
    assert!(text(root.join("no/")).contains("does not exist"));
    assert!(
        mounts_of(vec![grant(root.join("a\0b"), false)])
            .unwrap_err()
            .contains("NUL")
    );
}

#[test]
fn a_folder_and_a_file_in_it_need_the_same_rights() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("x");
    assert_eq!(
        mounts_of(vec![grant(folder.path(), true), grant(&inside, true)])
            .unwrap()
            .len(),
        1
    );
    assert!(
        mounts_of(vec![grant(&inside, true), grant(folder.path(), true)]).unwrap()[0]
            .names
            .is_none()
    );
    assert!(mounts_of(vec![grant(folder.path(), false), grant(&inside, true)]).is_err());
}

#[test]
fn only_one_plain_name_is_a_name() {
    let view = NameView(BTreeMap::from([("a".to_owned(), true)]));
    for path in ["a", "./a", ".//a"] {
        assert_eq!(view.access(path), Some(true), "{path}");
    }
    for path in [
        "", ".", "..", "../a", "a/", "a/.", "a/..", "a/../a", "/a", "b", "x/../a", "A", "a\0",
    ] {
        assert_eq!(view.access(path), None, "{path}");
    }
    for path in [".", "./", "././", "./."] {
        assert!(NameView::is_folder_itself(path), "{path}");
    }
    for path in ["", "/", "..", "./..", "a"] {
        assert!(!NameView::is_folder_itself(path), "{path}");
    }
}

#[test]
fn prefixes_compare_as_the_guest_keeps_them() {
    for (text, kept) in [
        (".", ""),
        ("/", ""),
        ("./a", "a"),
        ("/tmp/x", "tmp/x"),
        ("tmp/x/", "tmp/x"),
        ("../x", "../x"),
        ("./././a", "a"),
    ] {
        assert_eq!(guest_prefix(text), kept, "{text}");
    }
}

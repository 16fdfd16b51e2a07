//! A file grant is that one file, a folder grant that one folder, and nothing else is there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use connect_wasm::sandbox::{FileGrant, Grants, SourceTaskInstance};

use crate::guests;

fn read(path: impl AsRef<Path>) -> FileGrant {
    FileGrant::new("read", path.as_ref().to_str().unwrap(), false).unwrap()
}

fn write(path: impl AsRef<Path>) -> FileGrant {
    FileGrant::new("write", path.as_ref().to_str().unwrap(), true).unwrap()
}

/// Runs operations in a probe with these grants; an answer for each.
async fn answers(grants: Grants, script: &str) -> Vec<String> {
    let mut spec = guests::task(&guests::plugin(guests::PROBE).await);
    spec.grants = grants;
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let error = task
        .start(&guests::config(&[("script", script)]))
        .await
        .unwrap_err();
    let guest = error
        .guest_error()
        .unwrap_or_else(|| panic!("{}", error.trace()));
    guest.message.lines().map(str::to_owned).collect()
}

/// Checks each operation of a script, written as `operation => answer` with `{}` for the folder.
async fn check(folder: &Path, files: Vec<FileGrant>, script: &str) {
    let folder = folder.to_str().unwrap();
    let expected: Vec<(String, String)> = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (operation, answer) = line.split_once(" => ").unwrap();
            (operation.replace("{}", folder), answer.to_owned())
        })
        .collect();
    let operations: Vec<&str> = expected
        .iter()
        .map(|(operation, _)| operation.as_str())
        .collect();
    let found = answers(
        Grants {
            files,
            ..Grants::default()
        },
        &operations.join("\n"),
    )
    .await;
    let found: Vec<_> = operations.iter().zip(&found).collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(operation, answer)| (operation.as_str(), answer))
        .collect();
    let differing: Vec<_> = expected
        .iter()
        .zip(&found)
        .filter(|(expected, found)| expected.1 != found.1)
        .map(|(expected, found)| {
            format!("{}: expected {}, found {}", expected.0, expected.1, found.1)
        })
        .collect();
    assert!(
        differing.is_empty() && expected.len() == found.len(),
        "{differing:#?}"
    );
}

/// A folder with `granted`, `sibling`, `sub/inner` and links.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("granted"), "hello").unwrap();
    fs::write(root.join("sibling"), "secret").unwrap();
    fs::create_dir(root.join("sub")).unwrap();
    fs::write(root.join("sub/inner"), "secret").unwrap();
    symlink("sibling", root.join("link")).unwrap();
    folder
}

#[tokio::test]
async fn without_grants_there_is_no_file_system_environment_or_network() {
    let folder = folder();
    check(
        folder.path(),
        vec![],
        "read {}/granted => NotFound
         list / => NotFound
         list . => NotFound
         stat /etc/passwd => NotFound
         environment => ok
         arguments => ok
         connect 127.0.0.1:80 => PermissionDenied
         bind 127.0.0.1:0 => PermissionDenied",
    )
    .await;
}

#[tokio::test]
async fn a_file_to_read_is_read_and_nothing_else() {
    let folder = folder();
    check(
        folder.path(),
        vec![read(folder.path().join("granted"))],
        "read {}/granted => ok hello
         stat {}/granted => ok file 5
         lstat {}/granted => ok file 5
         list {} => ok granted
         read {}/sibling => PermissionDenied
         stat {}/sibling => PermissionDenied
         lstat {}/sibling => PermissionDenied
         stat {}/absent => PermissionDenied
         read {}/sub/inner => PermissionDenied
         list {}/sub => PermissionDenied
         read {}/link => PermissionDenied
         readlink {}/link => PermissionDenied
         read {}/sub/../sibling => PermissionDenied
         read {}/../../etc/passwd => PermissionDenied
         list {}/.. => PermissionDenied
         write {}/granted x => PermissionDenied
         append {}/granted x => PermissionDenied
         truncate {}/granted => PermissionDenied
         open-write {}/granted => PermissionDenied
         touch {}/granted => PermissionDenied
         unlink {}/granted => PermissionDenied
         rename {}/granted {}/other => PermissionDenied
         create {}/other => PermissionDenied",
    )
    .await;
    assert_eq!(
        fs::read_to_string(folder.path().join("granted")).unwrap(),
        "hello"
    );
}

#[tokio::test]
async fn a_file_to_write_is_created_written_and_never_moved() {
    let folder = folder();
    check(
        folder.path(),
        vec![write(folder.path().join("new"))],
        "stat {}/new => NotFound
         append {}/new one => ok
         append {}/new two => ok
         read {}/new => ok onetwo
         truncate {}/new => ok
         write {}/new three => ok
         touch {}/new => ok
         stat {}/new => ok file 5
         list {} => ok new
         create {}/new => AlreadyExists
         write {}/sibling x => PermissionDenied
         truncate {}/sibling => PermissionDenied
         append {}/other x => PermissionDenied
         rename {}/new {}/other => PermissionDenied
         rename {}/sibling {}/new => PermissionDenied
         link {}/sibling {}/new2 => PermissionDenied
         link {}/new {}/new2 => PermissionDenied
         symlink /etc/passwd {}/new2 => PermissionDenied
         unlink {}/sibling => PermissionDenied
         unlink {}/new => PermissionDenied
         mkdir {}/folder => PermissionDenied
         rmdir {}/sub => PermissionDenied",
    )
    .await;
    assert_eq!(
        fs::read_to_string(folder.path().join("new")).unwrap(),
        "three"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("sibling")).unwrap(),
        "secret"
    );
}

#[tokio::test]
async fn files_of_one_folder_keep_their_own_rights() {
    let folder = folder();
    check(
        folder.path(),
        vec![
            read(folder.path().join("granted")),
            write(folder.path().join("out")),
        ],
        "read {}/granted => ok hello
         write {}/granted x => PermissionDenied
         open-write {}/granted => PermissionDenied
         touch {}/granted => PermissionDenied
         write {}/out y => ok
         list {} => ok granted out
         rename {}/out {}/granted => PermissionDenied
         link {}/out {}/granted => PermissionDenied
         read {}/sibling => PermissionDenied",
    )
    .await;
}

#[tokio::test]
async fn a_file_that_comes_later_can_be_read_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later");
    let mut spec = guests::task(&guests::plugin(guests::PROBE).await);
    spec.grants = Grants {
        files: vec![read(&path)],
        stdio: false,
        ..Grants::default()
    };
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let script = format!("read {}", path.display());
    let config = guests::config(&[("script", &script)]);
    let before = task.start(&config).await.unwrap_err();
    assert_eq!(before.guest_error().unwrap().message, "NotFound");
    fs::write(&path, "here").unwrap();
    let after = task.start(&config).await.unwrap_err();
    assert_eq!(after.guest_error().unwrap().message, "ok here");
}

#[tokio::test]
async fn a_link_in_place_of_a_granted_file_is_not_followed() {
    let folder = folder();
    let root = folder.path();
    let (reads, writes) = (root.join("in"), root.join("out"));
    let grants = Grants {
        files: vec![read(&reads), write(&writes)],
        stdio: false,
        ..Grants::default()
    };
    // The grants are made while the names are free, and become links before they are opened.
    let mut spec = guests::task(&guests::plugin(guests::PROBE).await);
    spec.grants = grants;
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    for target in ["sibling", "/etc/passwd", "sub", "../outside"] {
        for link in [&reads, &writes] {
            let _ = fs::remove_file(link);
            symlink(target, link).unwrap();
        }
        let script = format!(
            "read {0}\nstat {0}\nlist {0}\nread {0}/.\nlist {0}/inner\nwrite {1} x\nappend {1} x\ntruncate {1}",
            reads.display(),
            writes.display()
        );
        let error = task
            .start(&guests::config(&[("script", &script)]))
            .await
            .unwrap_err();
        let message = &error.guest_error().unwrap().message;
        assert!(!message.contains("ok"), "{target}: {message}");
    }
    assert_eq!(fs::read_to_string(root.join("sibling")).unwrap(), "secret");
}

#[tokio::test]
async fn a_folder_that_takes_the_place_of_a_granted_file_stays_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let mut spec = guests::task(&guests::plugin(guests::PROBE).await);
    spec.grants = Grants {
        files: vec![write(&path)],
        stdio: false,
        ..Grants::default()
    };
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inner"), "secret").unwrap();
    let script = format!(
        "list {0}\nopen-list {0}\nread {0}/inner\nwrite {0}/new x",
        path.display()
    );
    let error = task
        .start(&guests::config(&[("script", &script)]))
        .await
        .unwrap_err();
    let message = &error.guest_error().unwrap().message;
    assert!(!message.contains("ok"), "{message}");
}

#[tokio::test]
async fn a_folder_is_open_as_a_whole_and_its_outside_is_not() {
    let outer = folder();
    let root = outer.path().join("granted-folder");
    fs::create_dir_all(root.join("deep")).unwrap();
    fs::write(root.join("a"), "A").unwrap();
    symlink("a", root.join("inside")).unwrap();
    symlink("../sibling", root.join("outside")).unwrap();
    symlink("/etc/passwd", root.join("absolute")).unwrap();
    symlink("..", root.join("up")).unwrap();
    check(
        &root,
        vec![write(&root)],
        "read {}/a => ok A
         write {}/deep/b B => ok
         list {}/deep => ok b
         read {}/inside => ok A
         read {}/outside => PermissionDenied
         read {}/absolute => PermissionDenied
         read {}/up/sibling => PermissionDenied
         list {}/up => PermissionDenied
         read {}/../sibling => PermissionDenied
         symlink ../../sibling {}/planted => ok
         read {}/planted => PermissionDenied
         write {}/planted x => PermissionDenied
         rename {}/a {}/../stolen => PermissionDenied
         link {}/../sibling {}/linked => PermissionDenied
         unlink {}/a => ok",
    )
    .await;
    assert_eq!(
        fs::read_to_string(outer.path().join("sibling")).unwrap(),
        "secret"
    );
}

#[tokio::test]
async fn a_folder_to_read_cannot_be_changed() {
    let folder = folder();
    check(
        folder.path(),
        vec![read(folder.path())],
        "read {}/sub/inner => ok secret
         list {} => ok granted link sibling sub
         write {}/sibling x => PermissionDenied
         create {}/new => PermissionDenied
         mkdir {}/new => PermissionDenied
         unlink {}/sibling => PermissionDenied
         rename {}/sibling {}/new => PermissionDenied
         touch {}/sibling => PermissionDenied",
    )
    .await;
}

#[tokio::test]
async fn every_way_to_write_a_path_opens_as_it_is_written() {
    let outer = tempfile::tempdir_in(".").unwrap();
    let name = outer
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    fs::create_dir(outer.path().join("sub")).unwrap();
    let here = std::env::current_dir().unwrap();
    let here_name = here.file_name().unwrap().to_str().unwrap();
    let absolute = here.join(&name);
    let absolute = absolute.to_str().unwrap();
    for path in [
        format!("{name}/f"),
        format!("./{name}/f"),
        format!(".//{name}/f"),
        format!("{name}/sub/../f"),
        format!("{name}//f"),
        format!("{name}/./f"),
        format!("../{here_name}/{name}/f"),
        format!("./../{here_name}/{name}/f"),
        format!("{absolute}/f"),
        format!("/{absolute}//f"),
        format!("{absolute}/sub/../f"),
        format!("{absolute}/./f"),
    ] {
        let grants = Grants {
            files: vec![write(&path)],
            stdio: false,
            ..Grants::default()
        };
        let found = answers(grants, &format!("write {path} x\nread {path}\nstat {path}")).await;
        assert_eq!(found, ["ok", "ok x", "ok file 1"], "{path}");
        fs::remove_file(outer.path().join("f")).unwrap();
    }
}

#[tokio::test]
async fn a_name_in_the_working_directory_opens() {
    let file = tempfile::NamedTempFile::new_in(".").unwrap();
    fs::write(file.path(), "x").unwrap();
    let name = file
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    for path in [name.clone(), format!("./{name}")] {
        let grants = Grants {
            files: vec![read(&path)],
            stdio: false,
            ..Grants::default()
        };
        let script = format!("read {path}\nlist .\nread Cargo.toml\nread ./Cargo.toml\nlist /");
        let found = answers(grants, &script).await;
        assert_eq!(
            found[..4],
            [
                "ok x".into(),
                format!("ok {name}"),
                "PermissionDenied".into(),
                "PermissionDenied".into()
            ],
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_unreadable_file_is_the_systems_refusal() {
    let folder = folder();
    fs::set_permissions(
        folder.path().join("granted"),
        fs::Permissions::from_mode(0o000),
    )
    .unwrap();
    let grants = Grants {
        files: vec![read(folder.path().join("granted"))],
        stdio: false,
        ..Grants::default()
    };
    let found = answers(grants, &format!("read {}/granted", folder.path().display())).await;
    // Root reads everything.
    assert!(
        found == ["PermissionDenied"] || found == ["ok hello"],
        "{found:?}"
    );
}

#[tokio::test]
async fn the_number_of_open_files_is_bounded() {
    let folder = folder();
    let mut spec = guests::task(&guests::plugin(guests::PROBE).await);
    spec.grants = Grants {
        files: vec![read(folder.path().join("granted"))],
        stdio: false,
        ..Grants::default()
    };
    spec.limits.handles = 100;
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let script = format!("open-many {}/granted 1000", folder.path().display());
    let error = task
        .start(&guests::config(&[("script", &script)]))
        .await
        .unwrap_err();
    assert!(error.instance_lost(), "{error}");
    let expected = "a limit was reached: 100 open handles are allowed (sandbox.handles.max)";
    assert!(error.to_string().contains(expected), "{error}");
}

#[tokio::test]
async fn a_folder_that_was_swapped_for_a_link_after_the_grant_is_not_opened() {
    let outer = tempfile::tempdir().unwrap();
    let (inside, secret) = (outer.path().join("inside"), outer.path().join("secret"));
    fs::create_dir(&inside).unwrap();
    fs::create_dir(&secret).unwrap();
    fs::write(secret.join("f"), "secret").unwrap();
    let plugin = guests::plugin(guests::PROBE).await;
    for grant in [read(&inside), read(inside.join("f"))] {
        let mut spec = guests::task(&plugin);
        spec.grants = Grants {
            files: vec![grant],
            stdio: false,
            ..Grants::default()
        };
        fs::remove_dir(&inside).unwrap();
        symlink(&secret, &inside).unwrap();
        let error = SourceTaskInstance::new(spec).await.err().unwrap();
        assert!(
            error.to_string().contains("is another folder now"),
            "{error}"
        );
        fs::remove_file(&inside).unwrap();
        fs::create_dir(&inside).unwrap();
    }
}

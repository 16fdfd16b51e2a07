use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::config::def::Importance;

fn def(grant: Grant, stdio: bool) -> ConfigDef {
    let mut key = ConfigKey::new(
        "file",
        ConfigType::String,
        DefaultValue::Null,
        Importance::High,
        "The file.",
    );
    key.grants = Some(grant);
    key.grants_stdio_when_empty = stdio;
    ConfigDef::new([key]).unwrap()
}

fn config(path: impl AsRef<Path>) -> ConfigMap {
    ConfigMap::from([(
        "file".to_owned(),
        path.as_ref().to_str().unwrap().to_owned(),
    )])
}

/// The grants of a REST connector that names `path`, where `allow` may be named.
fn over_rest(path: impl AsRef<Path>, allow: &[&Path]) -> Result<Grants, String> {
    let policy = GrantPolicy {
        fs_allow: allow.iter().map(|path| path.to_path_buf()).collect(),
        ..GrantPolicy::default()
    };
    grants_for(
        &def(Grant::PathRead, true),
        &config(path),
        GrantOrigin::Rest,
        &policy,
    )
    .map_err(|refused| {
        refused
            .iter()
            .map(|refusal| refusal.message.clone())
            .collect()
    })
}

fn from_command_line(path: impl AsRef<Path>) -> Result<Grants, Vec<GrantRefused>> {
    let policy = GrantPolicy::default();
    grants_for(
        &def(Grant::PathWrite, false),
        &config(path),
        GrantOrigin::CommandLine,
        &policy,
    )
}

#[test]
fn the_command_line_gets_what_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    let grants = from_command_line(&path).unwrap();
    let expected = FileGrant::new("file", path.to_str().unwrap(), true).unwrap();
    assert_eq!(
        grants,
        Grants {
            files: vec![expected],
            ..Grants::default()
        }
    );
    let refused = from_command_line(folder.path().join("no/new")).unwrap_err();
    assert_eq!(refused[0].key, "file");
    assert!(
        refused[0]
            .message
            .ends_with("/no does not exist; create it first")
    );
}

#[test]
fn spaces_around_a_path_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let padded = format!("  {} ", folder.path().join("new").display());
    assert_eq!(
        from_command_line(padded).unwrap().files[0].path(),
        folder.path().join("new").to_str().unwrap()
    );
}

#[test]
fn rest_gets_nothing_without_a_policy() {
    assert_eq!(
        over_rest("/etc/passwd", &[]).unwrap_err(),
        "file=/etc/passwd: a connector created over REST may not use this path; \
         sandbox.fs.allow=/etc/passwd in the worker's configuration would allow it"
    );
    assert_eq!(
        over_rest("/etc/passwd", &[Path::new("/srv")]).unwrap_err(),
        "file=/etc/passwd: a connector created over REST may not use this path; \
         sandbox.fs.allow=/srv,/etc/passwd in the worker's configuration would allow it"
    );
}

#[test]
fn rest_gets_what_is_below_an_allowed_path_after_resolution() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let data = root.join("data");
    fs::create_dir_all(data.join("sub")).unwrap();
    fs::write(root.join("secret"), "x").unwrap();
    fs::create_dir(root.join("data2")).unwrap();
    symlink(root.join("secret"), data.join("link")).unwrap();
    symlink(root, data.join("up")).unwrap();
    symlink(&data, root.join("alias")).unwrap();
    let allow: &[&Path] = &[&data];
    assert!(over_rest(data.join("in.txt"), allow).is_ok());
    assert!(over_rest(data.join("sub/in.txt"), allow).is_ok());
    assert!(over_rest(data.join("sub/../in.txt"), allow).is_ok());
    assert!(over_rest(&data, allow).is_ok());
    assert!(
        over_rest(root.join("alias/in.txt"), allow).is_ok(),
        "the link leads into the allowed folder"
    );
    for path in [
        "secret",
        "data2/x",
        "data/../secret",
        "data/sub/../../secret",
        "data/link",
        "data/up/secret",
        "data/no/../../secret",
    ] {
        let refused = over_rest(root.join(path), allow).unwrap_err();
        assert!(
            refused.contains("may not use this path"),
            "{path}: {refused}"
        );
    }
    assert!(
        over_rest(data.join("in.txt"), &[&root.join("alias")]).is_ok(),
        "an allowed link means its target"
    );
    assert!(
        over_rest(root.join("secret"), &[&root.join("secret")]).is_ok(),
        "one file may be allowed"
    );
}

#[test]
fn what_is_there_is_told_only_to_those_who_may_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let inside = over_rest(data.join("no/in.txt"), &[&data]).unwrap_err();
    assert!(
        inside.ends_with("/data/no does not exist; create it first"),
        "{inside}"
    );
    let outside = over_rest(folder.path().join("no/in.txt"), &[&data]).unwrap_err();
    assert!(outside.contains("may not use this path"), "{outside}");
}

#[test]
fn standard_streams_are_the_operators_unless_allowed() {
    let none = ConfigMap::new();
    let def = def(Grant::PathRead, true);
    let check = |origin, stdio_allow| {
        grants_for(
            &def,
            &none,
            origin,
            &GrantPolicy {
                stdio_allow,
                ..GrantPolicy::default()
            },
        )
    };
    assert!(check(GrantOrigin::CommandLine, false).unwrap().stdio);
    assert!(check(GrantOrigin::Rest, true).unwrap().stdio);
    let refused = check(GrantOrigin::Rest, false).unwrap_err();
    assert_eq!(
        refused[0].message,
        "file: without a value the connector uses the worker's standard input or output, which a connector \
         created over REST may not; sandbox.stdio.allow=true in the worker's configuration would allow it"
    );
}

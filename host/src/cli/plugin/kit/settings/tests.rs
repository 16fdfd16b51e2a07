use super::*;

fn parse(entries: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let entries = entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Settings::parse(Path::new("x/check.properties"), Path::new("x"), &entries)
}

#[test]
fn paths_are_relative_to_the_file() {
    let settings = parse(&[
        ("config", "c.properties"),
        ("records", "data/r.jsonl"),
        ("file.in/a.txt", "data/a.txt"),
        ("set.file", "in/a.txt"),
        ("skip.task.restart", "reads a socket"),
        ("wait.ms", "50"),
        ("count", "7"),
    ])
    .unwrap();
    assert_eq!(settings.config, Some("x/c.properties".into()));
    assert_eq!(settings.records, Some("x/data/r.jsonl".into()));
    assert_eq!(settings.files, [("in/a.txt".into(), "x/data/a.txt".into())]);
    assert_eq!(settings.set, [("file".to_owned(), "in/a.txt".to_owned())]);
    assert_eq!(settings.skip[0].0, "task.restart");
    assert_eq!((settings.wait.as_millis(), settings.count), (50, 7));
}

#[test]
fn what_means_nothing_is_refused() {
    let refused = |key, value| parse(&[(key, value)]).unwrap_err();
    assert!(matches!(
        refused("confg", "x"),
        SettingsError::Unknown { .. }
    ));
    assert!(matches!(
        refused("skip.all", "x"),
        SettingsError::NoSuchCheck { .. }
    ));
    assert!(matches!(
        refused("skip.task.restart", " "),
        SettingsError::NoReason { .. }
    ));
    assert!(matches!(
        refused("wait.ms", "0"),
        SettingsError::Number { .. }
    ));
    for outside in ["file.../a", "file./etc/x"] {
        assert!(matches!(
            refused(outside, "x"),
            SettingsError::Outside { .. }
        ));
    }
}

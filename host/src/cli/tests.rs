use super::*;

fn arguments(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn a_symlink_named_connect_standalone_is_the_subcommand() {
    let given = arguments(&["/usr/bin/connect-standalone", "-daemon", "w.properties"]);
    let expected = arguments(&[
        "/usr/bin/connect-standalone",
        "standalone",
        "--daemon",
        "w.properties",
    ]);
    assert_eq!(as_subcommand(given), expected);
    let given = arguments(&["connect-standalone.sh", "w.properties"]);
    assert_eq!(as_subcommand(given)[1], "standalone");
    let given = arguments(&["connect-wasm", "standalone", "w.properties"]);
    assert_eq!(as_subcommand(given.clone()), given);
}

#[test]
fn the_arguments_are_consistent() {
    use clap::CommandFactory as _;
    Arguments::command().debug_assert();
}

use clap::Parser;

use super::*;

/// `ctl` alone, as its own program.
#[derive(Parser)]
struct Alone {
    #[command(flatten)]
    arguments: CtlArguments,
}

fn parse(words: &[&str]) -> Result<CtlArguments, String> {
    let words = ["ctl"].iter().chain(words);
    Alone::try_parse_from(words)
        .map(|alone| alone.arguments)
        .map_err(|error| error.to_string())
}

#[test]
fn options_may_stand_before_and_behind_the_subcommand() {
    for words in [
        ["-o", "json", "--timeout", "2.5", "list"],
        ["list", "-o", "json", "--timeout", "2.5"],
    ] {
        let arguments = parse(&words).expect("valid");
        assert_eq!(arguments.format, Format::Json);
        assert_eq!(arguments.connection.timeout, Duration::from_millis(2500));
    }
}

#[test]
fn a_timeout_is_a_number_above_0() {
    for text in ["0", "-1", "x", "NaN", "inf", "1e300"] {
        let refused = seconds(text).expect_err(text);
        assert!(refused.contains(text), "{refused}");
    }
    assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
}

#[test]
fn what_does_not_go_together_is_refused() {
    for words in [
        &["restart", "a", "--task", "0", "--include-tasks"][..],
        &["config", "a", "k=v", "-f", "x.json"],
        &["plugins", "A", "--all"],
        &["create"],
        &["delete"],
        &["restart", "a", "--task", "-1"],
        &["create", "-f", "x", "--initial-state", "BROKEN"],
        &["offsets", "set", "a", "{}", "-f", "x"],
        &["loggers", "set", "root", "info", "--scope", "planet"],
    ] {
        assert!(parse(words).is_err(), "{words:?} was accepted");
    }
}

#[test]
fn a_change_that_removes_a_key_is_no_option() {
    let arguments = parse(&["config", "a", "k=v", "old-", "-o", "name"]).expect("valid");
    let Command::Config { changes, .. } = arguments.command else {
        panic!("not config");
    };
    assert_eq!(changes, ["k=v", "old-"]);
}

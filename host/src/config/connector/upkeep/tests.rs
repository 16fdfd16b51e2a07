use super::*;

fn config(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn without_these_keys_all_is_as_in_kafka() {
    let config = config(&[("errors.tolerance", "all")]);
    let upkeep = UpkeepConfig::new(&config).unwrap();
    assert_eq!(upkeep.restart, None);
    assert!(!upkeep.upgrade.auto);
    assert!(!UpkeepConfig::is_used(&config));
}

#[test]
fn a_policy_with_its_defaults() {
    let config = config(&[(RESTART_POLICY, "backoff"), (UPGRADE, "auto")]);
    assert!(UpkeepConfig::is_used(&config));
    let upkeep = UpkeepConfig::new(&config).unwrap();
    let expected = RestartSettings {
        backoff: RestartBackoff::Quadratic,
        max_attempts: None,
        reset_after: Duration::from_secs(600),
    };
    assert_eq!(upkeep.restart, Some(expected));
    assert!(upkeep.upgrade.auto);
    assert_eq!(upkeep.upgrade.probation, Duration::from_secs(60));
}

#[test]
fn delays_grow() {
    let minutes = |attempts| RestartBackoff::Quadratic.delay(attempts).as_secs() / 60;
    assert_eq!([0, 1, 2, 3, 4].map(minutes), [0, 2, 6, 12, 20]);
    assert_eq!(RestartBackoff::Quadratic.delay(u32::MAX), LONGEST);
    let exponential = RestartBackoff::Exponential {
        initial: Duration::from_millis(100),
        max: Duration::from_secs(1),
    };
    let delay = |attempts| exponential.delay(attempts).as_millis();
    assert_eq!(
        [0, 1, 2, 3, 4, 32, u32::MAX].map(delay),
        [100, 200, 400, 800, 1000, 1000, 1000]
    );
}

#[test]
fn values_that_cannot_be_are_named() {
    for (pairs, message) in [
        (
            &[(RESTART_POLICY, "always")][..],
            "Invalid value always for configuration errors.restart.policy: String must be one of: none, backoff",
        ),
        (
            &[(RESTART_ATTEMPTS, "-2")],
            "Invalid value -2 for configuration errors.restart.max.attempts: Value must be at least -1",
        ),
        (
            &[(RESTART_INITIAL, "0")],
            "Invalid value 0 for configuration errors.restart.backoff.initial.ms: Value must be at least 1",
        ),
        (
            &[(RESTART_INITIAL, "11"), (RESTART_MAX, "10")],
            "Invalid value 11 for configuration errors.restart.backoff.initial.ms: Value must be at most that of errors.restart.backoff.max.ms",
        ),
        (
            &[(UPGRADE, "yes")],
            "Invalid value yes for configuration connector.plugin.upgrade: String must be one of: on-restart, auto",
        ),
    ] {
        let error = UpkeepConfig::new(&config(pairs)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

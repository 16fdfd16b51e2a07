use super::*;

fn seen(allowed: &[&str]) -> Vec<String> {
    let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let variables = [
        "APP_MODE",
        "APP_DB_PASSWORD",
        "APP_API_KEY",
        "HOME",
        "KAFKA_SASL_JAAS",
    ];
    let variables = variables.map(|name| (OsString::from(name), OsString::from("x")));
    let found = allowed_variables(&allowed, variables.into_iter());
    found.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn nothing_is_seen_that_is_not_allowed() {
    assert!(seen(&[]).is_empty());
    assert_eq!(seen(&["HOME", "ABSENT"]), ["HOME"]);
    assert!(seen(&["home"]).is_empty());
}

#[test]
fn credentials_have_to_be_named() {
    assert_eq!(seen(&["APP_*"]), ["APP_MODE"]);
    assert_eq!(seen(&["*"]), ["APP_MODE", "HOME"]);
    assert_eq!(seen(&["APP_*", "APP_API_KEY"]), ["APP_API_KEY", "APP_MODE"]);
}

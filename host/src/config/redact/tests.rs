use super::*;
use crate::config::def::{ConfigKey, DefaultValue, Importance};

#[test]
fn secret_keys() {
    for key in [
        "ssl.keystore.password",
        "producer.override.sasl.jaas.config",
        "connection.password",
        "db.PASSWORD",
        "aws.secret.access.key",
        "api.token",
        "sasl.oauthbearer.client.credential",
        "ssl.keystore.key",
        "consumer.ssl.keystore.certificate.chain",
        "basic.auth.user.info",
    ] {
        assert!(is_secret_key(key), "{key}");
    }
    for key in [
        "name",
        "ssl.keystore.location",
        "ssl.keystore.type",
        "ssl.keymanager.algorithm",
        "key.converter",
        "ssl.truststore.location",
        "sasl.oauthbearer.token.endpoint.url",
        "tokens.max",
    ] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn maps() {
    let key = ConfigKey::new(
        "pin",
        ConfigType::Password,
        DefaultValue::Null,
        Importance::Low,
        "",
    );
    let def = ConfigDef::new([key]).unwrap();
    let config: ConfigMap = [
        ("pin", "1234"),
        ("my.password", "x"),
        ("url", "http://me:pass@host/a"),
        ("topic", "t"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    let shown: Vec<String> = redact_map(&config, Some(&def)).into_values().collect();
    assert_eq!(
        shown,
        ["[hidden]", "[hidden]", "http://me:[hidden]@host/a", "t"]
    );
    assert_eq!(redact_map(&config, None)["pin"], "1234");
}

#[test]
fn texts() {
    let config: ConfigMap = [
        ("a.password", "hunter2"),
        ("b.password", "hunter2-long"),
        ("c.password", "abc"),
        (
            "sasl.jaas.config",
            "x.PlainLoginModule required username=\"u\" password=\"pa ss\";",
        ),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    let mut secrets = Secrets::of(&config, None);
    secrets.add("from-provider\n");
    let hide = |text| secrets.hide(text).into_owned();
    assert_eq!(
        hide("login with hunter2 or hunter2-long failed"),
        "login with [hidden] or [hidden] failed"
    );
    assert_eq!(hide("is pa ss wrong?"), "is [hidden] wrong?");
    assert_eq!(hide("token from-provider"), "token [hidden]");
    // Too short to be told from innocent text.
    assert_eq!(hide("abc"), "abc");
    assert_eq!(hide("jdbc:x://u:p@h"), "jdbc:x://u:[hidden]@h");
    assert!(!format!("{secrets:?}").contains("hunter2"));
}

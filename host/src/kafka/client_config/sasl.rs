//! SASL settings: `sasl.jaas.config` and its login modules to librdkafka's keys.

use super::rules::Draft;
use super::{KafkaError, config_error};

const JAAS: &str = "sasl.jaas.config";

/// Java keys that librdkafka has under the same name.
const SAME: &[&str] = &[
    "sasl.kerberos.service.name",
    "sasl.kerberos.min.time.before.relogin",
];

/// Java keys of OAuth, and librdkafka's.
const OAUTH: &[(&str, &str)] = &[
    (
        "sasl.oauthbearer.token.endpoint.url",
        "sasl.oauthbearer.token.endpoint.url",
    ),
    (
        "sasl.oauthbearer.client.credentials.client.id",
        "sasl.oauthbearer.client.id",
    ),
    (
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.client.secret",
    ),
    ("sasl.oauthbearer.scope", "sasl.oauthbearer.scope"),
];

/// Java keys without effect that need no word: their Java defaults do what librdkafka does.
const SERVED: &[&str] = &["sasl.mechanism", JAAS, "sasl.login.callback.handler.class"];

/// A login module with its options.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoginModule {
    pub(super) class: String,
    pub(super) options: Vec<(String, String)>,
}

impl LoginModule {
    fn option(&self, name: &str) -> Option<&str> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

pub(super) fn apply(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let sasl = draft
        .get("security.protocol")
        .is_some_and(|protocol| protocol.to_ascii_uppercase().starts_with("SASL_"));
    for key in draft
        .keys()
        .into_iter()
        .filter(|key| key.starts_with("sasl."))
    {
        let known = SAME.contains(&key)
            || SERVED.contains(&key)
            || OAUTH.iter().any(|(java, _)| *java == key);
        if !known && draft.get(key).is_some_and(|value| !value.is_empty()) {
            draft.without_counterpart(key);
        }
    }
    if !sasl {
        return Ok(());
    }
    let mechanism = draft
        .get("sasl.mechanism")
        .unwrap_or("GSSAPI")
        .to_ascii_uppercase();
    draft.set_from("sasl.mechanism", "sasl.mechanism", &mechanism);
    for key in SAME {
        if let Some(value) = draft.get(key).map(str::to_owned) {
            draft.set_from(key, key, &value);
        }
    }
    let module = match draft.get(JAAS).map(str::to_owned) {
        Some(text) => Some(parse(&text).map_err(|reason| config_error(JAAS, "", &reason))?),
        None => None,
    };
    match mechanism.as_str() {
        "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" => password(draft, &mechanism, module.as_ref()),
        "GSSAPI" => {
            kerberos(draft, module.as_ref());
            Ok(())
        }
        "OAUTHBEARER" => {
            oauth(draft, module.as_ref());
            Ok(())
        }
        other => {
            let reason = "expected one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER";
            Err(config_error("sasl.mechanism", other, reason))
        }
    }
}

fn password(
    draft: &mut Draft<'_>,
    mechanism: &str,
    module: Option<&LoginModule>,
) -> Result<(), KafkaError> {
    let expected = if mechanism == "PLAIN" {
        "PlainLoginModule"
    } else {
        "ScramLoginModule"
    };
    let found = module.filter(|module| module.class.rsplit('.').next() == Some(expected));
    let credentials =
        found.and_then(|module| Some((module.option("username")?, module.option("password")?)));
    let Some((username, password)) = credentials else {
        let reason = format!(
            "expected {expected} with username and password, for sasl.mechanism {mechanism}"
        );
        return Err(config_error(JAAS, "", &reason));
    };
    draft.set_from(JAAS, "sasl.username", username);
    draft.set_from(JAAS, "sasl.password", password);
    Ok(())
}

fn kerberos(draft: &mut Draft<'_>, module: Option<&LoginModule>) {
    let Some(module) = module else { return };
    for (option, native) in [
        ("keyTab", "sasl.kerberos.keytab"),
        ("principal", "sasl.kerberos.principal"),
    ] {
        if let Some(value) = module.option(option) {
            // Java allows a `file:` in front of a key tab.
            draft.set_from(
                JAAS,
                native,
                value
                    .trim_start_matches("file://")
                    .trim_start_matches("file:"),
            );
        }
    }
    if let Some(service) = module.option("serviceName")
        && draft.get("sasl.kerberos.service.name").is_none()
    {
        draft.set_from(JAAS, "sasl.kerberos.service.name", service);
    }
    if module
        .option("useTicketCache")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        // The ticket is somebody else's to renew; librdkafka must not run kinit.
        draft.set("sasl.kerberos.min.time.before.relogin", "0");
    }
}

fn oauth(draft: &mut Draft<'_>, module: Option<&LoginModule>) {
    if let Some(module) = module {
        for (option, native) in [
            ("clientId", "sasl.oauthbearer.client.id"),
            ("clientSecret", "sasl.oauthbearer.client.secret"),
            ("scope", "sasl.oauthbearer.scope"),
        ] {
            if let Some(value) = module.option(option) {
                draft.set_from(JAAS, native, value);
            }
        }
        let extensions: Vec<String> = module
            .options
            .iter()
            .filter_map(|(key, value)| Some(format!("{}={value}", key.strip_prefix("extension_")?)))
            .collect();
        if !extensions.is_empty() {
            draft.set_from(JAAS, "sasl.oauthbearer.extensions", &extensions.join(","));
        }
        if module.option("unsecuredLoginStringClaim_sub").is_some() {
            let subject = module
                .option("unsecuredLoginStringClaim_sub")
                .unwrap_or_default();
            draft.set("enable.sasl.oauthbearer.unsecure.jwt", "true");
            draft.set_from(
                JAAS,
                "sasl.oauthbearer.config",
                &format!("principal={subject}"),
            );
        }
    }
    for (java, native) in OAUTH {
        if let Some(value) = draft.get(java).map(str::to_owned) {
            draft.set_from(java, native, &value);
        }
    }
    if draft.get("sasl.oauthbearer.token.endpoint.url").is_some() {
        draft.set("sasl.oauthbearer.method", "oidc");
    }
}

/// Parses `<class> <flag> name=value ...;`. Errors never quote the text, which holds passwords.
pub(super) fn parse(text: &str) -> Result<LoginModule, String> {
    let tokens = tokens(text)?;
    let mut words = tokens.into_iter();
    let class = words.next().ok_or("expected a login module")?;
    let flag = words
        .next()
        .ok_or("expected a control flag after the login module")?;
    if !["required", "requisite", "sufficient", "optional"]
        .contains(&flag.to_ascii_lowercase().as_str())
    {
        return Err(
            "expected required, requisite, sufficient or optional after the login module"
                .to_owned(),
        );
    }
    let mut options = Vec::new();
    loop {
        match words.next().as_deref() {
            None => return Err("expected ; at the end".to_owned()),
            Some(";") => break,
            Some(name) => {
                let name = name.to_owned();
                if words.next().as_deref() != Some("=") {
                    return Err(format!(
                        "expected = after option number {}",
                        options.len() + 1
                    ));
                }
                let value = words.next().filter(|value| value != ";");
                options.push((name, value.ok_or("expected a value after =")?));
            }
        }
    }
    if words.next().is_some() {
        return Err("expected a single login module".to_owned());
    }
    Ok(LoginModule { class, options })
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ';' | '=' => tokens.push(character.to_string()),
            '"' | '\'' => {
                let mut value = String::new();
                loop {
                    match characters.next() {
                        None => return Err("expected a closing quote".to_owned()),
                        Some('\\') => value.extend(characters.next()),
                        Some(end) if end == character => break,
                        Some(other) => value.push(other),
                    }
                }
                tokens.push(value);
            }
            space if space.is_whitespace() => {}
            first => {
                let mut value = String::from(first);
                while let Some(next) =
                    characters.next_if(|next| !next.is_whitespace() && !matches!(next, ';' | '='))
                {
                    value.push(next);
                }
                tokens.push(value);
            }
        }
    }
    Ok(tokens)
}

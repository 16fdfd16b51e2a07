//! Which of the worker's environment variables plugins see: `sandbox.env.allow`.
//!
//! Pure: the variables are a parameter.

use std::ffi::OsString;

#[cfg(test)]
mod tests;

/// Parts of names that credentials go by.
const CREDENTIALS: [&str; 14] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PWD",
    "SECRET",
    "TOKEN",
    "KEY",
    "CREDENTIAL",
    "AUTH",
    "SASL",
    "JAAS",
    "CERT",
    "COOKIE",
    "DSN",
];

/// The variables whose names are allowed. A rule ending in `*` leaves out what looks like a
/// credential; a name that is written out is given whatever it looks like.
pub fn allowed_variables(
    allowed: &[String],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| {
            allowed.iter().any(|rule| match rule.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix) && !looks_like_credential(name),
                None => rule == name,
            })
        })
        .collect();
    found.sort();
    found
}

fn looks_like_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    CREDENTIALS.iter().any(|part| name.contains(part))
}

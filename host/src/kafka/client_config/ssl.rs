//! TLS settings: Java key stores and trust stores to what OpenSSL reads.
//!
//! PEM (files and inline) is passed on; a PKCS#12 key store as well. The formats are told apart by content,
//! since Java's default type `JKS` also opens PKCS#12 files. A JKS store cannot be read without a JVM: the
//! error says how to convert it.

use std::fs;

use super::rules::Draft;
use super::{KafkaError, config_error};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoreFormat {
    Pem,
    Pkcs12,
    Jks,
}

/// Settings that only a JVM could serve; the user is told.
const MISSING: &[&str] = &[
    "ssl.cipher.suites",
    "ssl.enabled.protocols",
    "ssl.engine.factory.class",
    "ssl.keymanager.algorithm",
    "ssl.protocol",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
];

pub(super) fn apply(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    for key in MISSING {
        if draft.get(key).is_some_and(|value| !value.is_empty()) {
            draft.without_counterpart(key);
        }
    }
    let encrypted = draft.get("security.protocol").is_some_and(|protocol| {
        let protocol = protocol.to_ascii_uppercase();
        protocol == "SSL" || protocol == "SASL_SSL"
    });
    // Stores are opened only where TLS is spoken, as in Java: a worker file may name some that are not there.
    if !encrypted {
        return Ok(());
    }
    if let Some(algorithm) = draft
        .get("ssl.endpoint.identification.algorithm")
        .map(str::to_ascii_lowercase)
    {
        let algorithm = if algorithm.is_empty() {
            "none".to_owned()
        } else {
            algorithm
        };
        let key = "ssl.endpoint.identification.algorithm";
        draft.set_from(key, key, &algorithm);
    }
    truststore(draft)?;
    keystore(draft)
}

fn truststore(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    if let Some(pem) = draft.get("ssl.truststore.certificates").map(str::to_owned) {
        draft.set_from("ssl.truststore.certificates", "ssl.ca.pem", &pem);
        return Ok(());
    }
    const KEY: &str = "ssl.truststore.location";
    let Some(location) = draft
        .get(KEY)
        .filter(|location| !location.is_empty())
        .map(str::to_owned)
    else {
        return Ok(());
    };
    match format_of(KEY, &location)? {
        StoreFormat::Pem => draft.set_from(KEY, "ssl.ca.location", &location),
        StoreFormat::Jks => return Err(jks(KEY, &location, "truststore")),
        StoreFormat::Pkcs12 => {
            let reason = format!(
                "a PKCS12 trust store cannot be read; convert it with: openssl pkcs12 -in {location} -nokeys -out \
                 truststore.pem, and set ssl.truststore.type=PEM and {KEY}=truststore.pem"
            );
            return Err(config_error(KEY, &location, &reason));
        }
    }
    Ok(())
}

fn keystore(draft: &mut Draft<'_>) -> Result<(), KafkaError> {
    let password = draft.get("ssl.key.password").map(str::to_owned);
    if let Some(key) = draft.get("ssl.keystore.key").map(str::to_owned) {
        draft.set_from("ssl.keystore.key", "ssl.key.pem", &key);
        if let Some(chain) = draft
            .get("ssl.keystore.certificate.chain")
            .map(str::to_owned)
        {
            draft.set_from(
                "ssl.keystore.certificate.chain",
                "ssl.certificate.pem",
                &chain,
            );
        }
        if let Some(password) = password {
            draft.set_from("ssl.key.password", "ssl.key.password", &password);
        }
        return Ok(());
    }
    const KEY: &str = "ssl.keystore.location";
    let Some(location) = draft
        .get(KEY)
        .filter(|location| !location.is_empty())
        .map(str::to_owned)
    else {
        return Ok(());
    };
    match format_of(KEY, &location)? {
        StoreFormat::Jks => return Err(jks(KEY, &location, "keystore")),
        StoreFormat::Pkcs12 => {
            draft.set_from(KEY, "ssl.keystore.location", &location);
            if let Some(password) = draft.get("ssl.keystore.password").map(str::to_owned) {
                draft.set_from("ssl.keystore.password", "ssl.keystore.password", &password);
            }
        }
        StoreFormat::Pem => {
            draft.set_from(KEY, "ssl.key.location", &location);
            draft.set_from(KEY, "ssl.certificate.location", &location);
            if let Some(password) = password {
                draft.set_from("ssl.key.password", "ssl.key.password", &password);
            }
        }
    }
    Ok(())
}

fn jks(key: &str, location: &str, what: &str) -> KafkaError {
    let reason = format!(
        "a JKS {what} can only be read by a JVM; convert it with: keytool -importkeystore -srckeystore {location} \
         -destkeystore {what}.p12 -deststoretype PKCS12, then for a truststore: openssl pkcs12 -in {what}.p12 -nokeys \
         -out {what}.pem, and name the new file here"
    );
    config_error(key, location, &reason)
}

fn format_of(key: &str, location: &str) -> Result<StoreFormat, KafkaError> {
    let bytes = fs::read(location).map_err(|error| {
        config_error(key, location, &format!("the file cannot be read: {error}"))
    })?;
    if bytes.starts_with(&[0xFE, 0xED, 0xFE, 0xED]) || bytes.starts_with(&[0xCE, 0xCE, 0xCE, 0xCE])
    {
        return Ok(StoreFormat::Jks);
    }
    // DER starts with a SEQUENCE, and no text starts with this byte followed by a length of two bytes.
    if bytes.starts_with(&[0x30, 0x82]) || bytes.starts_with(&[0x30, 0x80]) {
        return Ok(StoreFormat::Pkcs12);
    }
    let pem = bytes.windows(10).any(|window| window == b"-----BEGIN");
    pem.then_some(StoreFormat::Pem).ok_or_else(|| {
        config_error(
            key,
            location,
            "the file is neither PEM, nor PKCS12, nor JKS",
        )
    })
}

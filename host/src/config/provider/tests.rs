use std::fs;

use super::*;

fn map(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn providers(pairs: &[(&str, &str)]) -> ConfigProviders {
    ConfigProviders::from_worker(&map(pairs)).unwrap()
}

fn resolve(providers: &ConfigProviders, text: &str) -> Result<String, String> {
    let resolved = providers
        .resolve(&map(&[("k", text)]))
        .map_err(|error| error.to_string())?;
    Ok(resolved.config["k"].clone())
}

#[track_caller]
fn check(providers: &ConfigProviders, text: &str, expected: &str) {
    assert_eq!(resolve(providers, text).unwrap(), expected);
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secrets.properties");
    fs::write(
        &file,
        "user=me\npass\\:word=ü\nempty=\nreference=${file:x:y}\n",
    )
    .unwrap();
    let file = file.display().to_string();
    let file_provider = providers(&[
        ("config.providers", "file"),
        (
            "config.providers.file.class",
            "org.apache.kafka.common.config.provider.FileConfigProvider",
        ),
    ]);
    check(
        &file_provider,
        &format!("<${{file:{file}:user}}>${{file:{file}:pass:word}}"),
        "<me>ü",
    );
    check(&file_provider, &format!("[${{file:{file}:empty}}]"), "[]");
    // Results are not looked into again, and what is not found stays.
    check(
        &file_provider,
        &format!("${{file:{file}:reference}}"),
        "${file:x:y}",
    );
    let absent = format!("${{file:{file}:absent}}");
    check(&file_provider, &absent, &absent);
    for literal in ["${other:a:b}", "${file}", "${}", "$", "plain", "${file:}"] {
        check(&file_provider, literal, literal);
    }
    let error = resolve(&file_provider, "${file:/no/such:k}").unwrap_err();
    assert!(
        error.starts_with("Could not read properties from file /no/such: "),
        "{error}"
    );
    let resolved = file_provider
        .resolve(&map(&[("k", &format!("a${{file:{file}:user}}"))]))
        .unwrap();
    assert_eq!(resolved.secrets, ["me"]);
}

#[test]
fn allowed_paths() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("in");
    fs::create_dir(&inside).unwrap();
    for path in [inside.join("f"), folder.path().join("f")] {
        fs::write(path, "k=v").unwrap();
    }
    let inside = inside.display().to_string();
    let providers = providers(&[
        ("config.providers", "f"),
        ("config.providers.f.class", "File"),
        ("config.providers.f.param.allowed.paths", &inside),
    ]);
    check(&providers, &format!("${{f:{inside}/f:k}}"), "v");
    check(&providers, &format!("${{f:{inside}/../in/f:k}}"), "v");
    for outside in [
        format!("{inside}/../f"),
        format!("{inside}x/f"),
        "f".to_owned(),
    ] {
        let reference = format!("${{f:{outside}:k}}");
        check(&providers, &reference, &reference);
    }
    let relative = ConfigProviders::from_worker(&map(&[
        ("config.providers", "f"),
        ("config.providers.f.class", "File"),
        ("config.providers.f.param.allowed.paths", "a"),
    ]));
    assert_eq!(
        relative.unwrap_err().to_string(),
        "Path a is not absolute (configuration config.providers.f.param.allowed.paths)"
    );
}

#[test]
fn directories() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("password"), "secret\n").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    let path = folder.path().display().to_string();
    let providers = providers(&[
        ("config.providers", " dir , other"),
        ("config.providers.dir.class", "DirectoryConfigProvider"),
        ("config.providers.other.class", "Directory"),
    ]);
    check(&providers, &format!("${{dir:{path}:password}}"), "secret\n");
    for reference in [
        format!("${{dir:{path}:folder}}"),
        format!("${{dir:{path}:../x}}"),
        "${dir:/no/such:k}".to_owned(),
        "${dir:k}".to_owned(),
    ] {
        check(&providers, &reference, &reference);
    }
}

#[test]
fn environment_variables() {
    let providers = providers(&[
        ("config.providers", "env,some"),
        ("config.providers.env.class", "EnvVar"),
        ("config.providers.some.class", "EnvVarConfigProvider"),
        (
            "config.providers.some.param.allowlist.pattern",
            "CARGO_PKG_NAM",
        ),
    ]);
    let name = std::env::var("CARGO_PKG_NAME").unwrap();
    check(&providers, "${env:CARGO_PKG_NAME}", &name);
    check(&providers, "${env::CARGO_PKG_NAME}", &name);
    for reference in [
        "${some:CARGO_PKG_NAME}",
        "${env:NO_SUCH_VARIABLE_}",
        "${env:}",
        "${env:a=b}",
    ] {
        check(&providers, reference, reference);
    }
    assert_eq!(
        resolve(&providers, "${env:x:y}").unwrap_err(),
        "Path is not supported for EnvVarConfigProvider, invalid value 'x'"
    );
}

#[test]
fn workers() {
    let config = map(&[
        ("config.providers", "env"),
        ("config.providers.env.class", "EnvVar"),
        ("config.providers.env.param.x", "${env:CARGO_PKG_NAME}"),
        ("plugin.path", "${env:CARGO_PKG_NAME}"),
        ("group.id", "${env:CARGO_PKG_NAME}"),
    ]);
    let resolved = ConfigProviders::from_worker(&config)
        .unwrap()
        .resolve_worker(&config)
        .unwrap();
    assert_eq!(resolved.config["plugin.path"], "${env:CARGO_PKG_NAME}");
    assert_eq!(
        resolved.config["config.providers.env.param.x"],
        "${env:CARGO_PKG_NAME}"
    );
    assert_eq!(
        resolved.config["group.id"],
        std::env::var("CARGO_PKG_NAME").unwrap()
    );
}

#[test]
fn wrong_declarations() {
    let error = |pairs: &[(&str, &str)]| {
        ConfigProviders::from_worker(&map(pairs))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(&[("config.providers", "a")]),
        "Missing required configuration \"config.providers.a.class\" which has no default value."
    );
    let text = error(&[
        ("config.providers", "a"),
        ("config.providers.a.class", "x.Vault"),
    ]);
    let begin = "Invalid value x.Vault for configuration config.providers.a.class: Could not load config provider class or one of its dependencies";
    assert!(text.starts_with(begin), "{text}");
}

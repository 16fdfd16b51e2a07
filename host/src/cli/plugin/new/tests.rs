use super::*;

fn arguments(name: &str, path: &Path) -> NewArguments {
    NewArguments {
        name: name.to_owned(),
        kind: Kind::Source,
        path: Some(path.to_owned()),
        class: None,
        sdk: None,
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn each_kind_has_the_files_of_a_crate_and_no_placeholder_is_left() {
    for kind in Kind::value_variants() {
        let scratch = tempfile::tempdir().unwrap();
        let mut arguments = arguments("price-source", &scratch.path().join("new"));
        arguments.kind = *kind;
        let folder = create(arguments).unwrap();
        let mut written = Vec::new();
        files(&folder, &mut written);
        for wanted in [
            "Cargo.toml",
            ".gitignore",
            "README.md",
            "config.properties",
            "check.properties",
            "src/lib.rs",
            "src/connector.rs",
            "src/task.rs",
            "src/task/tests.rs",
            "sdk/LICENSE",
            "sdk/guest-sdk/src/lib.rs",
            "sdk/guest-sdk/wit/worlds.wit",
            "sdk/connect-data/Cargo.toml",
            "sdk/wit/worlds.wit",
        ] {
            assert!(
                written.contains(&folder.join(wanted)),
                "{wanted}: {written:?}"
            );
        }
        for path in written {
            let content = fs::read_to_string(&path).unwrap();
            assert!(
                !content.contains("{{") || path.starts_with(folder.join("sdk")),
                "{path:?}"
            );
            assert!(!content.contains("workspace = true"), "{path:?}");
        }
        let config = fs::read_to_string(folder.join("config.properties")).unwrap();
        let class = "connector.class=com.example.PriceSourceConnector";
        assert!(config.contains(class), "{config}");
    }
}

#[test]
fn the_sdk_comes_without_its_tests() {
    for (path, content) in carried::SDK {
        assert!(!path.contains("tests"), "{path}");
        assert!(!content.contains("mod tests;"), "{path}");
        assert!(!content.contains("proptest"), "{path}");
    }
}

#[test]
fn what_is_there_is_not_replaced() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    let refused = create(arguments("mine", scratch.path())).unwrap_err();
    assert!(matches!(refused, NewError::Exists(_)), "{refused}");
    let refused = create(arguments("mine", &file)).unwrap_err();
    assert!(matches!(refused, NewError::Exists(_)), "{refused}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn a_checkout_is_named_in_place_of_the_carried_sdk() {
    let scratch = tempfile::tempdir().unwrap();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut with_checkout = arguments("a", &scratch.path().join("a"));
    with_checkout.sdk = Some(checkout.clone());
    let folder = create(with_checkout).unwrap();
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let sdk = checkout.canonicalize().unwrap().join("guest-sdk");
    assert!(manifest.contains(&sdk.display().to_string()), "{manifest}");
    assert!(!folder.join("sdk").exists());

    let mut without = arguments("b", &scratch.path().join("b"));
    without.sdk = Some(scratch.path().to_owned());
    let refused = create(without).unwrap_err();
    assert!(matches!(refused, NewError::NoSdk(..)), "{refused}");
    assert!(!scratch.path().join("b").exists());
}

#[test]
fn class_names_are_checked() {
    assert!(is_class("com.example.Price_2") && is_class("Price"));
    for wrong in ["", "com..Price", "1.a", "a b", "a.b;", "a.ü"] {
        assert!(!is_class(wrong), "{wrong}");
    }
}

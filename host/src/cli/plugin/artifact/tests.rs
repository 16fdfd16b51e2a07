use super::*;

fn argument(file: &Path) -> PluginArgument {
    PluginArgument {
        file: file.to_owned(),
        release: false,
    }
}

#[test]
fn what_is_neither_file_nor_crate_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let missing = scratch.path().join("x.wasm");
    let error = Artifact::of(&argument(&missing)).unwrap_err();
    assert!(matches!(error, ArtifactError::Missing(_)), "{error}");
    let error = Artifact::of(&argument(scratch.path())).unwrap_err();
    assert!(matches!(error, ArtifactError::NoCrate(_)), "{error}");
}

#[test]
fn only_components_of_the_crate_itself_count() {
    let scratch = tempfile::tempdir().unwrap();
    let manifest = scratch.path().join("Cargo.toml");
    std::fs::write(&manifest, "").unwrap();
    let mut files = Vec::new();
    let line = |reason: &str, manifest: &Path, file: &str| {
        serde_json::json!({
            "reason": reason,
            "manifest_path": manifest,
            "filenames": [file, "/t/libx.rlib"],
        })
        .to_string()
    };
    components("no json", &manifest, &mut files);
    components(
        &line(
            "compiler-artifact",
            Path::new("/other/Cargo.toml"),
            "/t/other.wasm",
        ),
        &manifest,
        &mut files,
    );
    components(
        &line("build-script-executed", &manifest, "/t/script.wasm"),
        &manifest,
        &mut files,
    );
    components(
        &line("compiler-artifact", &manifest, "/t/own.wasm"),
        &manifest,
        &mut files,
    );
    components(
        r#"{"reason":"build-finished","success":true}"#,
        &manifest,
        &mut files,
    );
    assert_eq!(files, [PathBuf::from("/t/own.wasm")]);
}

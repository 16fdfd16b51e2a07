use std::fs;
use std::os::unix::fs::symlink;

use super::*;

fn touch(path: PathBuf) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "").unwrap();
}

fn place(origin: PluginOrigin, entry: usize, path: PathBuf) -> PluginPlace {
    PluginPlace {
        origin,
        entry,
        path,
    }
}

#[test]
fn bundled_plugins_come_first_then_folders_one_level_down_then_files() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    touch(root.join("plugins/file.wasm"));
    touch(root.join("path/b.wasm"));
    touch(root.join("path/a/a.wasm"));
    touch(root.join("path/a/deep/no.wasm"));
    touch(root.join("path/readme.txt"));
    touch(root.join("path/jdbc/jdbc.jar"));
    touch(root.join("single.bin"));
    symlink(root.join("plugins/file.wasm"), root.join("path/again.wasm")).unwrap();
    touch(root.join("store/x.Y-1.wasm"));
    touch(root.join("store/.incoming/z.wasm"));
    let folders = Folders {
        bundled: Some(root.join("plugins")),
        plugin_path: ["path", "single.bin", "gone"]
            .map(|name| root.join(name))
            .to_vec(),
        store: Some(root.join("store")),
    };
    let found = folders.look();
    assert_eq!(
        found,
        Found {
            plugins: vec![
                place(PluginOrigin::Bundled, 0, root.join("plugins/file.wasm")),
                place(PluginOrigin::PluginPath, 0, root.join("path/a/a.wasm")),
                place(PluginOrigin::PluginPath, 0, root.join("path/b.wasm")),
                place(PluginOrigin::PluginPath, 1, root.join("single.bin")),
                place(PluginOrigin::Store, 0, root.join("store/x.Y-1.wasm")),
            ],
            jars: vec![root.join("path/jdbc/jdbc.jar")],
            missing: vec![root.join("gone")],
            unreadable: Vec::new(),
            folders: ["", "path", "path/a", "path/jdbc", "plugins", "store"]
                .map(|name| root.join(name))
                .into(),
        }
    );
}

#[test]
fn the_bundled_folder_is_beside_the_real_executable() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap();
    touch(root.join("bin/connect-wasm"));
    fs::create_dir(root.join("bin/plugins")).unwrap();
    symlink(
        root.join("bin/connect-wasm"),
        root.join("connect-standalone"),
    )
    .unwrap();
    assert_eq!(
        bundled_folder(&root.join("connect-standalone")),
        Some(root.join("bin/plugins"))
    );
    touch(root.join("alone/connect-wasm"));
    assert_eq!(bundled_folder(&root.join("alone/connect-wasm")), None);
}

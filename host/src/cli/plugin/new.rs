//! `plugin new`: a crate with a connector that works, to begin with.
//!
//! Owns which names are taken, where the SDK comes from, and the writing of files, of which none is
//! replaced. What is written lies in `guest-sdk/templates` and is carried by this program, like the
//! SDK itself, so that a new crate builds wherever it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use thiserror::Error;

use self::name::{CrateName, NameError};
use super::PluginFailure;

mod name;

/// The SDK and the templates, as `build.rs` found them.
mod carried {
    include!(concat!(env!("OUT_DIR"), "/plugin_new.rs"));
}

/// Where the SDK lies in a new crate.
const SDK_FOLDER: &str = "sdk";
/// The SDK's own crate, below that and below a checkout.
const SDK_CRATE: &str = "guest-sdk";

/// What `plugin new` can be told.
#[derive(clap::Args)]
pub(super) struct NewArguments {
    /// The crate's name, and that of its folder.
    name: String,
    /// What kind of connector it is to be.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The folder to make [default: the name, in the current folder].
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// The class name that configurations use [default: made of the crate's name].
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// A checkout of connect-wasm whose SDK is used in place [default: the SDK that this program
    /// carries is written into the crate].
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

/// The kinds that there are templates for: a folder of that name in `guest-sdk/templates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Brings records into Kafka.
    Source,
    /// Brings records from Kafka into another system.
    Sink,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
        }
    }

    /// The line of the README that tries it without Kafka.
    fn run(self) -> &'static str {
        match self {
            Self::Source => {
                "    connect-wasm plugin run . --max-records 5          # builds and runs it, without Kafka"
            }
            Self::Sink => {
                "    echo '{\"value\": \"hello\"}' | connect-wasm plugin run .   # builds and runs it, without Kafka"
            }
        }
    }

    /// What the task of the template does.
    fn task(self) -> &'static str {
        match self {
            Self::Source => "makes records, and goes on at the stored offset",
            Self::Sink => "writes records",
        }
    }
}

/// Why a crate was not made.
#[derive(Debug, Error)]
pub(super) enum NewError {
    /// The name cannot be a crate's.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The class name is none.
    #[error(
        "'{0}' is no class name: words of letters, digits and _ with dots between them, such as com.example.PriceSourceConnector"
    )]
    Class(String),
    /// The folder is there.
    #[error("{} exists already, and nothing in it is replaced; choose another name or --path", .0.display())]
    Exists(PathBuf),
    /// `--sdk` without an SDK.
    #[error("--sdk {}: this is no checkout of connect-wasm, because {} is not there", .0.display(), .1.display())]
    NoSdk(PathBuf, PathBuf),
    /// A path that no manifest can hold.
    #[error("--sdk {}: the path is not UTF-8 text, so that Cargo.toml cannot name it", .0.display())]
    SdkPath(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// `plugin new`
pub(super) fn run(arguments: NewArguments) -> Result<(), PluginFailure> {
    let kind = arguments.kind;
    let folder = create(arguments)?;
    let cargo = "cargo build --target wasm32-wasip2";
    super::say(&format!(
        "Made the {} connector {}. Next:\n  cd {}\n  cargo test\n  {cargo}\n  connect-wasm plugin run .",
        kind.folder(),
        folder.display(),
        folder.display(),
    ))
}

/// Makes the crate and returns its folder.
fn create(arguments: NewArguments) -> Result<PathBuf, NewError> {
    let NewArguments {
        name,
        kind,
        path,
        class,
        sdk,
    } = arguments;
    let name = CrateName::parse(&name)?;
    let class = match class {
        Some(class) if is_class(&class) => class,
        Some(class) => return Err(NewError::Class(class)),
        None => format!("com.example.{}Connector", name.type_stem()),
    };
    let sdk_path = sdk.as_deref().map(sdk_in_checkout).transpose()?;
    let folder = path.unwrap_or_else(|| PathBuf::from(name.as_str()));
    if !vacant(&folder) {
        return Err(NewError::Exists(folder));
    }
    let texts = Texts {
        name: &name,
        class: &class,
        kind,
        sdk: match &sdk_path {
            Some(path) => path.clone(),
            None => format!("{SDK_FOLDER}/{SDK_CRATE}"),
        },
    };
    for (path, content) in carried::TEMPLATES {
        let Some(path) = path_in_crate(path, kind) else {
            continue;
        };
        write(&folder.join(path), &texts.fill(content))?;
    }
    if sdk_path.is_none() {
        let sdk = folder.join(SDK_FOLDER);
        for (path, content) in carried::SDK {
            write(&sdk.join(path), content)?;
        }
        write(&sdk.join("README.md"), &sdk_readme())?;
    }
    Ok(folder)
}

/// Whether the folder can be filled: it is not there, or there is nothing in it.
fn vacant(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Where a template's file goes, none when it is another kind's.
fn path_in_crate(path: &str, kind: Kind) -> Option<&str> {
    let (folder, path) = path.split_once('/')?;
    if folder != "common" && folder != kind.folder() {
        return None;
    }
    // Under its own name, the file would hide things from the repository that it lies in.
    Some(if path == "gitignore" {
        ".gitignore"
    } else {
        path
    })
}

/// The SDK's crate in a checkout, as a manifest names it.
fn sdk_in_checkout(checkout: &Path) -> Result<String, NewError> {
    let own = checkout.join(SDK_CRATE);
    let manifest = own.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(NewError::NoSdk(checkout.to_owned(), manifest));
    }
    let full = own.canonicalize().map_err(|source| NewError::Write {
        path: own.clone(),
        source,
    })?;
    let text = full.to_str().ok_or(NewError::SdkPath(own))?;
    Ok(text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Java's rule for qualified names, as far as anybody uses it.
fn is_class(class: &str) -> bool {
    class.split('.').all(|part| {
        let starts = part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        starts && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// What stands for the placeholders of a template.
struct Texts<'a> {
    name: &'a CrateName,
    class: &'a str,
    kind: Kind,
    sdk: String,
}

impl Texts<'_> {
    fn fill(&self, template: &str) -> String {
        template
            .replace("{{crate}}", self.name.as_str())
            .replace("{{file}}", &self.name.file_stem())
            .replace("{{Type}}", &self.name.type_stem())
            .replace("{{class}}", self.class)
            .replace("{{kind}}", self.kind.folder())
            .replace("{{run}}", self.kind.run())
            .replace("{{task}}", self.kind.task())
            .replace("{{sdk}}", &self.sdk)
    }
}

fn sdk_readme() -> String {
    format!(
        "The SDK of connect-wasm {}, as `connect-wasm plugin new` wrote it: under the licence in \
         LICENSE, without its tests.\n\nTo use another version, replace this folder by the one that \
         another connect-wasm writes, or let Cargo.toml name `guest-sdk` in a checkout.\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// Writes a file that is not there yet.
fn write(path: &Path, content: &str) -> Result<(), NewError> {
    let failed = |source| NewError::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = fs::File::create_new(path).map_err(failed)?;
    io::Write::write_all(&mut file, content.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests;

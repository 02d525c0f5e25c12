//! Writes `docs/vectors`: the schema, and the vector files with every value in them.
//!
//! ```text
//! cargo run -p conformance --example vectors             writes them
//! cargo run -p conformance --example vectors -- --check  says whether they are what it would write
//! ```
//!
//! All is computed by our own engine from fixed randomness: regression vectors, until somebody else
//! agrees. `tests/peers/vectors` is who does.

mod device;
mod draw;
mod exchange;
mod format;
mod keeper;
mod render;
mod scripts;
#[cfg(test)]
mod tests;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use schemars::generate::SchemaSettings;

/// Whatever goes wrong ends the run.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let written = written()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            for (path, text) in written {
                fs::write(path, text)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        ["--check"] => {
            let stale: Vec<_> =
                written.iter().filter_map(|(path, text)| difference(path, text)).collect();
            stale.iter().for_each(|difference| eprintln!("{difference}"));
            Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err("vectors [--check]".into()),
    }
}

/// All files: where, and what is in them.
fn written() -> Result<Vec<(PathBuf, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors");
    let mut files = Vec::new();
    for (name, file) in scripts::files()? {
        files.push((folder.join(name), render::render(&file)?));
    }
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<format::File>();
    let schema = serde_json::to_string_pretty(&schema)?;
    files.push((folder.join("schema.json"), schema + "\n"));
    Ok(files)
}

/// What the file lacks of `text`.
fn difference(path: &Path, text: &str) -> Option<String> {
    let shown = path.file_name().unwrap_or_default().display();
    let found = match fs::read_to_string(path) {
        Ok(found) => found,
        Err(error) => return Some(format!("{shown}: {error}")),
    };
    if found == text {
        return None;
    }
    let same = found.lines().zip(text.lines()).take_while(|(found, new)| found == new).count();
    Some(format!("{shown}:{}: is not what the engine computes", same.saturating_add(1)))
}

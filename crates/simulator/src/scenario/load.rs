//! Reading the files: the only place here that touches the file system.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{
    ChatFile, Problem, Scenario, ScenarioError,
    error::{EXPECTED_CHAT, EXPECTED_FILE, EXPECTED_PLAN},
    limits::{MAX_CHAT_FILE, MAX_FILE},
    parse_plan, parse_with,
    source::line_of,
};
use crate::fault::Fault;

/// Reads a scenario and the chat exports that it names, which lie relative to its own folder.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn load(path: &Path) -> Result<Scenario, ScenarioError> {
    let name = path.display().to_string();
    let text = text_of(path, MAX_FILE, EXPECTED_FILE)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    parse_with(&text, &name, &mut |file| chat(&folder, file))
}

/// Reads a plan of faults for `scenario`.
///
/// # Errors
///
/// [`ScenarioError`] names the file, the line and what was expected.
pub fn load_plan(path: &Path, scenario: &Scenario) -> Result<Vec<Fault>, ScenarioError> {
    let name = path.display().to_string();
    parse_plan(&text_of(path, MAX_FILE, EXPECTED_PLAN)?, &name, scenario)
}

fn chat(folder: &Path, file: &str) -> Result<ChatFile, ScenarioError> {
    let path: PathBuf = folder.join(file);
    let text = text_of(&path, MAX_CHAT_FILE, EXPECTED_CHAT)?;
    Ok(ChatFile { name: path.display().to_string(), text })
}

fn text_of(path: &Path, limit: u64, expected: &'static str) -> Result<String, ScenarioError> {
    let fail = |line: Option<usize>, problem: Problem| ScenarioError {
        file: path.display().to_string(),
        line,
        problem,
    };
    let bytes = bytes_of(path, limit, expected).map_err(|problem| fail(None, problem))?;
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        fail(Some(line_of(error.as_bytes(), byte)), Problem::NotUtf8 { byte })
    })
}

fn bytes_of(path: &Path, limit: u64, expected: &'static str) -> Result<Vec<u8>, Problem> {
    let unreadable =
        |error: std::io::Error| Problem::Unreadable { expected, why: error.to_string() };
    if path.is_dir() {
        return Err(Problem::Directory { expected });
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, whatever size it claims to have.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Problem::TooLarge { limit });
    }
    Ok(bytes)
}

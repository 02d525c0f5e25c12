//! A chapter as a list of files to write and commands to run.
//!
//! Blocks between fences are told apart by the words behind the fence:
//!
//! - `console`: lines that begin with `$ ` are commands, and what follows is what they print;
//!   with `console mutants` only in a build with planted mistakes, with `console ordinary` only in
//!   one without;
//! - `toml`: a file, named in a first line `# file: NAME`; or with `# more of NAME` its next part;
//! - `sh` and `text`: nothing that could be checked, so no command of ours may stand there.

/// A chapter: its lines, and what is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Chapter {
    /// Every line of it.
    pub(crate) lines: Vec<String>,
    /// What is to be done, in turn.
    pub(crate) doings: Vec<Doing>,
}

/// What a chapter asks for.
#[derive(Clone, Debug)]
pub(crate) enum Doing {
    /// Write a file, or more of it.
    Write { name: String, more: bool, text: String },
    /// Run a command.
    Run(Step),
}

/// A command and what it prints.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The line of the chapter where it stands, counted from 1.
    pub(crate) line: usize,
    /// What is typed.
    pub(crate) command: String,
    /// The first line of what it prints, counted from 1.
    pub(crate) prints_at: usize,
    /// What it prints.
    pub(crate) expected: Vec<String>,
    /// Whether the exit code of this command is asked for by the next one.
    pub(crate) code_is_shown: bool,
}

impl Chapter {
    /// Reads a chapter.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut doings = Vec::new();
        let mut open: Option<(usize, String, Vec<String>)> = None;
        for (index, line) in lines.iter().enumerate() {
            let number = index.saturating_add(1);
            match (line.strip_prefix("```"), &mut open) {
                (Some(info), None) => open = Some((number, info.trim().to_owned(), Vec::new())),
                (Some(_), Some((begun, info, block))) => {
                    doings.extend(block_of(*begun, info, block)?);
                    open = None;
                }
                (None, Some((_, _, block))) => block.push(line.clone()),
                (None, None) => {}
            }
        }
        match open {
            Some((begun, ..)) => Err(format!("line {begun}: a block without an end")),
            None => Ok(Self { lines, doings }),
        }
    }

    /// The commands.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.doings.iter().filter_map(|doing| match doing {
            Doing::Run(step) => Some(step),
            Doing::Write { .. } => None,
        })
    }

    /// One of the commands.
    pub(crate) fn step_mut(&mut self, index: usize) -> Option<&mut Step> {
        let steps = self.doings.iter_mut().filter_map(|doing| match doing {
            Doing::Run(step) => Some(step),
            Doing::Write { .. } => None,
        });
        steps.into_iter().nth(index)
    }
}

/// What a block asks for; `begun` is the line of its fence.
fn block_of(begun: usize, info: &str, block: &[String]) -> Result<Vec<Doing>, String> {
    let mutants = cfg!(feature = "mutants");
    match info {
        "console" => steps(begun, block),
        "console mutants" => steps(begun, block).map(|steps| only_if(mutants, steps)),
        "console ordinary" => steps(begun, block).map(|steps| only_if(!mutants, steps)),
        "toml" => file(begun, block).map(|file| vec![file]),
        "sh" | "text" => {
            let ours = |line: &String| line.trim_start().starts_with("$ ");
            match block.iter().any(ours) {
                true => Err(format!("line {begun}: a command in a block that is not checked")),
                false => Ok(Vec::new()),
            }
        }
        _ => Err(format!("line {begun}: expected console, toml, sh or text, not {info:?}")),
    }
}

fn only_if(built: bool, steps: Vec<Doing>) -> Vec<Doing> {
    if built { steps } else { Vec::new() }
}

fn file(begun: usize, block: &[String]) -> Result<Doing, String> {
    let first = block.first().map_or("", String::as_str);
    let (name, more) = match (first.strip_prefix("# file: "), first.strip_prefix("# more of ")) {
        (Some(name), _) => (name, false),
        (None, Some(name)) => (name, true),
        (None, None) => return Err(format!("line {begun}: expected `# file: NAME` first")),
    };
    if name.contains('/') || name.starts_with('.') {
        return Err(format!("line {begun}: expected a plain name, not {name:?}"));
    }
    let text = block.iter().flat_map(|line| [line, "\n"]).collect();
    Ok(Doing::Write { name: name.to_owned(), more, text })
}

fn steps(begun: usize, block: &[String]) -> Result<Vec<Doing>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, line) in (begun.saturating_add(1)..).zip(block) {
        if let Some(command) = line.strip_prefix("$ ") {
            if command == "echo $?"
                && let Some(before) = steps.last_mut()
            {
                before.code_is_shown = true;
            }
            steps.push(Step {
                line: number,
                command: command.to_owned(),
                prints_at: number.saturating_add(1),
                expected: Vec::new(),
                code_is_shown: false,
            });
            continue;
        }
        let step = steps.last_mut();
        let step = step.ok_or_else(|| format!("line {number}: expected a command first"))?;
        if step.expected.is_empty() && step.command.ends_with('\\') {
            step.command.push('\n');
            step.command.push_str(line);
            step.prints_at = number.saturating_add(1);
        } else {
            step.expected.push(line.clone());
        }
    }
    Ok(steps.into_iter().map(Doing::Run).collect())
}

//! Lines of bounded length.

use std::io::{self, BufRead};

/// Bytes that a line may have, its end not counted.
pub const MAX_LINE: usize = 1 << 20;

/// What was read where a line was expected.
pub(crate) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line of more than [`MAX_LINE`] bytes. All of it was passed over, none of it kept.
    TooLong,
}

/// The next line, or `None` at the end of the input. A last line need not be ended.
///
/// # Errors
///
/// Those of the input.
pub(crate) fn next(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let (mut begun, mut too_long) = (false, false);
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            break;
        }
        begun = true;
        let end = available.iter().position(|byte| *byte == b'\n');
        let (part, _) = available.split_at(end.unwrap_or(available.len()));
        if line.len().saturating_add(part.len()) > MAX_LINE {
            too_long = true;
            line = Vec::new();
        }
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len().saturating_add(usize::from(end.is_some()));
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (begun, too_long) {
        (false, _) => None,
        (true, true) => Some(Line::TooLong),
        (true, false) => Some(Line::Whole(line)),
    })
}

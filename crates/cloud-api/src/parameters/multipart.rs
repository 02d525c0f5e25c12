//! `multipart/form-data` bodies (RFC 7578, with the delimiters of RFC 2046 section 5.1).

/// Parts of one body. Graph's largest calls have a handful.
const MOST_PARTS: usize = 100;

/// One part.
pub(super) struct Part<'b> {
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) mime_type: Option<String>,
    pub(super) bytes: &'b [u8],
}

/// The boundary that a content type names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    (1..=70).contains(&value.len()).then_some(value)
}

/// The parts of a body; `None` for one that does not end, or has a part without a name.
pub(super) fn parts<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<Part<'b>>> {
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = if body.starts_with(first.as_bytes()) {
        first.len()
    } else {
        // What stands before the first delimiter is for readers that know no MIME.
        find(body, between.as_bytes())?.checked_add(between.len())?
    };
    let mut rest = body.get(start..)?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let line = find(rest, b"\r\n")?.checked_add(2)?;
        rest = rest.get(line..)?;
        let end = find(rest, between.as_bytes())?;
        parts.push(part(rest.get(..end)?)?);
        rest = rest.get(end.checked_add(between.len())?..)?;
        if parts.len() > MOST_PARTS {
            return None;
        }
    }
    Some(parts)
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = core::str::from_utf8(bytes.get(..end)?).ok()?;
    let bytes = bytes.get(end.checked_add(4)?..)?;
    let (mut name, mut filename, mut mime_type) = (None, None, None);
    for line in head.split("\r\n") {
        let (header, value) = line.split_once(':')?;
        if header.eq_ignore_ascii_case("content-disposition") {
            name = quoted(value, "name");
            filename = quoted(value, "filename");
        } else if header.eq_ignore_ascii_case("content-type") {
            mime_type = Some(value.trim().to_owned());
        }
    }
    Some(Part { name: name?, filename, mime_type, bytes })
}

/// A parameter of a content disposition.
fn quoted(disposition: &str, wanted: &str) -> Option<String> {
    let mut rest = disposition;
    loop {
        let (_, after) = rest.split_once(';')?;
        let (name, value) = after.split_once('=')?;
        let (value, left) = match value.trim_start().strip_prefix('"') {
            Some(value) => value.split_once('"')?,
            None => value.find(';').map_or((value, ""), |at| value.split_at(at)),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
        rest = left;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

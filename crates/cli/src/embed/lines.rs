//! Texts, line by line.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

/// Where texts come from, and how many bytes there are, where that is known.
pub(super) struct Lines {
    name: PathBuf,
    reader: BufReader<Box<dyn Read>>,
    /// The key that holds the text, where lines are JSON objects.
    column: Option<String>,
    line: u64,
    /// Bytes read so far.
    pub(super) read: u64,
    /// Bytes in all; 0 where nobody knows.
    pub(super) bytes: u64,
}

impl Lines {
    /// A file, or `-` for standard input.
    ///
    /// Lines are JSON objects in `.jsonl` files and where a column is named.
    pub(super) fn open(path: &Path, column: Option<&str>) -> anyhow::Result<Self> {
        let (reader, bytes): (Box<dyn Read>, u64) = if path == Path::new("-") {
            (Box::new(std::io::stdin()), 0)
        } else {
            if path.is_dir() {
                bail!(
                    "{}: wanted a file of texts, for a model of texts, given a folder",
                    path.display()
                );
            }
            let file = fs_err::File::open(path)?;
            let bytes = file.metadata()?.len();
            (Box::new(file), bytes)
        };
        let end = path.extension().and_then(|end| end.to_str());
        Ok(Self {
            name: path.to_owned(),
            reader: BufReader::new(reader),
            column: match (column, end) {
                (Some(column), _) => Some(column.to_owned()),
                (None, Some("jsonl" | "ndjson")) => Some("text".to_owned()),
                _ => None,
            },
            line: 0,
            read: 0,
            bytes,
        })
    }

    /// The next text; blank lines of JSON do not count.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<String>> {
        loop {
            let mut bytes = Vec::new();
            let read = self.reader.read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.read += read as u64;
            self.line += 1;
            let place = || format!("{}, line {}", self.name.display(), self.line);
            let text = String::from_utf8(bytes)
                .map_err(|_| anyhow::anyhow!("{}: wanted text in UTF-8", place()))?;
            let text = text.trim_end_matches(['\r', '\n']);
            match &self.column {
                None => return Ok(Some(text.to_owned())),
                Some(_) if text.trim().is_empty() => {}
                Some(column) => return of_object(text, column).with_context(place).map(Some),
            }
        }
    }

    /// Up to `count` texts.
    pub(super) fn some(&mut self, count: usize) -> anyhow::Result<Vec<String>> {
        let mut texts = Vec::new();
        while texts.len() < count {
            match self.next()? {
                Some(text) => texts.push(text),
                None => break,
            }
        }
        Ok(texts)
    }
}

/// The text at a key of a JSON object.
fn of_object(line: &str, column: &str) -> anyhow::Result<String> {
    let value: Value = serde_json::from_str(line).context("wanted a JSON object")?;
    let Value::Object(mut object) = value else {
        bail!("wanted a JSON object");
    };
    match object.remove(column) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => bail!("{column}: wanted a text, given {other}"),
        None => {
            let found: Vec<&str> = object.keys().map(String::as_str).collect();
            bail!(
                "wanted the key {column} (--column names another), given {}",
                found.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn all(name: &str, contents: &[u8]) -> anyhow::Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, contents).unwrap();
        Lines::open(&path, None)?.some(99)
    }

    #[test]
    fn lines_are_texts() {
        let texts = all("a.txt", "one\r\n\nthree".as_bytes()).unwrap();
        assert_eq!(texts, ["one", "", "three"]);
    }

    #[test]
    fn objects_have_a_column() {
        let texts = all(
            "a.jsonl",
            b"{\"text\": \"a\\nb\"}\n\n{\"text\": \"c\", \"n\": 1}",
        )
        .unwrap();
        assert_eq!(texts, ["a\nb", "c"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let message = |name, contents: &[u8]| format!("{:#}", all(name, contents).unwrap_err());
        let json = message("a.jsonl", b"{\"text\": \"a\"}\n{\"txt\": 1}");
        assert!(json.contains("a.jsonl, line 2"), "{json}");
        assert!(
            json.contains("wanted the key text") && json.contains("given txt"),
            "{json}"
        );
        assert!(message("a.jsonl", b"[1]").contains("line 1"));
        assert!(message("a.jsonl", b"nonsense").contains("wanted a JSON object"));
        assert!(message("a.txt", b"fine\n\xff\n").contains("line 2: wanted text in UTF-8"));
    }
}

//! The log of a run: `events.jsonl`.

use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;

use super::event::{Event, Observer};
use crate::Error;
use crate::files::write_file;

/// Writes events as JSON, one a line, each to the file as soon as it happens.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    file: fs::File,
}

impl EventLog {
    /// A new log; a file of that name is emptied.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            path: path.to_owned(),
            file: fs::File::create(path)?,
        })
    }

    /// Goes on after a checkpoint of `step`: cuts away the events of later steps, and a last line that was
    /// torn off, so that no step appears twice. A log that is not there begins anew.
    ///
    /// # Errors
    /// [`Error::EventLine`] for a line that is no event, [`Error::Io`].
    pub fn resume(path: &Path, step: u64) -> Result<Self, Error> {
        if !path.exists() {
            return Self::create(path);
        }
        let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        write_file(path, kept(path, &text, step)?.as_bytes())?;
        Ok(Self {
            path: path.to_owned(),
            file: fs::OpenOptions::new().append(true).open(path)?,
        })
    }
}

/// The one key that every event has.
#[derive(Deserialize)]
struct Stamp {
    event: String,
    step: u64,
}

/// The lines of events up to and with a step.
fn kept(path: &Path, text: &str, step: u64) -> Result<String, Error> {
    let mut kept = String::with_capacity(text.len());
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    for (index, line) in whole.enumerate() {
        let stamp: Stamp = serde_json::from_str(line).map_err(|source| Error::EventLine {
            path: path.to_owned(),
            line: index + 1,
            source,
        })?;
        // A run that goes on has not finished yet.
        if stamp.step <= step && stamp.event != "finish" {
            kept.push_str(line);
        }
    }
    Ok(kept)
}

impl Observer for EventLog {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        let mut line = serde_json::to_string(event).map_err(|source| Error::Json {
            path: self.path.clone(),
            source,
        })?;
        line.push('\n');
        // One write, not buffered: whoever follows the file sees whole lines.
        Ok(self.file.write_all(line.as_bytes())?)
    }
}

//! A folder to work in, and the binary.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "shared by the tests"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tercet::data::Dataset;

/// A temporary folder in which commands run.
pub struct Place(TempDir);

/// A small network on few classes of the embedded set.
pub const SMALL: &str = r#"
seed = 5
[data]
validation = 0.02
test = 0.03
[sampler]
kind = "pk"
classes = 6
samples = 3
[augment]
shift = 0.1
[model]
kind = "convnet"
widths = [8, 16]
strides = [2, 2]
dim = 8
[train]
steps = 12
checkpoint_every = 3
evaluate_every = 6
[evaluate]
episodes = 20
"#;

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.bytes(name)).unwrap()
    }

    /// The command, words separated by spaces.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
        command
            .args(words.split_whitespace())
            .current_dir(self.0.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it; what it printed and its exit code.
    pub fn run(&self, words: &str) -> Ran {
        Ran::new(self.command(words).output().unwrap())
    }

    /// Real pictures in folders: the drawings of the first classes of the embedded set.
    pub fn pictures(&self, folder: &str, classes: usize, format: &str) {
        let emoji = tercet::data::emoji().unwrap();
        for (index, item) in emoji.items().iter().enumerate() {
            if (item.class as usize) < classes {
                let class = &emoji.classes()[item.class as usize];
                let vendor = item.name.split('/').next().unwrap();
                let path = self
                    .path(folder)
                    .join(class)
                    .join(format!("{vendor}.{format}"));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                emoji.image(index).unwrap().save(path).unwrap();
            }
        }
    }
}

/// What a command came to.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It must have ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.out,
            self.err
        );
        self
    }

    /// It must have failed, saying all of this, without a panic.
    #[track_caller]
    pub fn fails(self, parts: &[&str]) -> Self {
        let ran = self.ends(2);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        for part in parts {
            assert!(ran.err.contains(part), "wanted «{part}» in:\n{}", ran.err);
        }
        ran
    }
}

/// A score of a list, as `--json` and `metrics.json` have it.
pub fn score(json: &serde_json::Value, list: &str, name: &str) -> Option<f64> {
    let scores = json["scores"][list].as_array()?;
    let score = scores.iter().find(|score| score["name"] == name)?;
    score["value"].as_f64()
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

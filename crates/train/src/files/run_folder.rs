//! The folder of a run.

use std::path::{Path, PathBuf};

use fs_err as fs;
use toml::Table;

use super::atomic::{PARTIAL, remove_folder, write_file};
use crate::Error;
use crate::recipe::changed;

/// Where the checkpoints are.
const CHECKPOINTS: &str = "checkpoints";

/// The folder of a run:
///
/// | name | what |
/// |---|---|
/// | `recipe.toml` | the recipe as resolved |
/// | `events.jsonl` | what happened, an [`Event`](crate::Event) a line |
/// | `checkpoints/step-000123/` | all that is needed to go on after step 123 |
/// | `model/` | the trained model |
/// | `metrics.json` | the scores |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder of a new run: made, if it is not there. It stays empty until [`RunFolder::accept`], so a
    /// run that could not begin leaves the name free.
    ///
    /// # Errors
    /// [`Error::NotEmpty`] if there is something in it, [`Error::Io`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path)?;
        if let Some(entry) = fs::read_dir(path)?.next() {
            let found = entry?.file_name().to_string_lossy().into_owned();
            let path = path.to_owned();
            return Err(Error::NotEmpty { path, found });
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The folder of a run that was begun, to go on with; what an interruption left half-written among
    /// the checkpoints is removed.
    ///
    /// # Errors
    /// [`Error::NotARun`] for a folder without recipe, [`Error::Io`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let folder = Self {
            path: path.to_owned(),
        };
        if !folder.recipe().is_file() {
            let path = path.to_owned();
            return Err(Error::NotARun { path });
        }
        folder.sweep()?;
        Ok(folder)
    }

    /// Writes what describes the run (a recipe): that of a new run, or one that the run may go on with.
    ///
    /// # Errors
    /// [`Error::Changed`] if it differs from the one the run began with in more than `train.steps`, [`Error::Io`], and
    /// [`Error::Described`] where the folder's is no TOML.
    pub fn accept(&self, description: &Table) -> Result<(), Error> {
        let path = self.recipe();
        if path.is_file() {
            let keys = changed(&read(&path)?, description);
            if !keys.is_empty() {
                let path = self.path.clone();
                return Err(Error::Changed { path, keys });
            }
        }
        fs::create_dir_all(self.path.join(CHECKPOINTS))?;
        let text = toml::to_string(description).expect("numbers, words, lists and tables alone");
        write_file(&path, text.as_bytes())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `recipe.toml`.
    pub fn recipe(&self) -> PathBuf {
        self.path.join("recipe.toml")
    }

    /// `events.jsonl`.
    pub fn events(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// `metrics.json`.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.json")
    }

    /// `model/`.
    pub fn model(&self) -> PathBuf {
        self.path.join("model")
    }

    /// `checkpoints/step-000123/`, whether it is there or not.
    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.path.join(CHECKPOINTS).join(format!("step-{step:06}"))
    }

    /// The steps that have a checkpoint, ascending.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn checkpoints(&self) -> Result<Vec<u64>, Error> {
        let mut steps: Vec<u64> = self
            .inside()?
            .iter()
            .filter_map(|path| step_of(path))
            .collect();
        steps.sort_unstable();
        Ok(steps)
    }

    /// What there is among the checkpoints.
    fn inside(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.path.join(CHECKPOINTS);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        Ok(entries.collect::<std::io::Result<_>>()?)
    }

    /// The newest checkpoint: its step and its folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn newest(&self) -> Result<Option<(u64, PathBuf)>, Error> {
        let step = self.checkpoints()?.pop();
        Ok(step.map(|step| (step, self.checkpoint(step))))
    }

    /// A path inside this folder, as seen from it.
    pub fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.path).unwrap_or(path).to_owned()
    }

    /// Removes all checkpoints but the newest `keep`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn prune(&self, keep: usize) -> Result<(), Error> {
        let steps = self.checkpoints()?;
        let old = steps.len().saturating_sub(keep);
        steps[..old].iter().try_for_each(|&step| self.remove(step))
    }

    /// Removes a checkpoint; renamed first, so that one removed by half is none.
    fn remove(&self, step: u64) -> Result<(), Error> {
        let path = self.checkpoint(step);
        let partial = path.with_extension(PARTIAL);
        remove_folder(&partial)?;
        fs::rename(&path, &partial)?;
        remove_folder(&partial)
    }

    /// Removes checkpoints that were being written or removed when the run was ended.
    fn sweep(&self) -> Result<(), Error> {
        let ours = |path: &PathBuf| {
            let complete = path.with_extension("");
            path.extension().is_some_and(|end| end == PARTIAL) && step_of(&complete).is_some()
        };
        let mut torn = self.inside()?.into_iter().filter(ours);
        torn.try_for_each(|path| remove_folder(&path))
    }
}

/// What describes a run.
fn read(path: &Path) -> Result<Table, Error> {
    let text = fs::read_to_string(path)?;
    text.parse().map_err(|source| Error::Described {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// The step of a complete checkpoint's folder.
fn step_of(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_prefix("step-")?
        .parse()
        .ok()
}

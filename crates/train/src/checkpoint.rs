//! Everything a run needs to go on as if it had never stopped.

use std::path::Path;

use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::bridge::Network;
use crate::clock::Cost;
use crate::model::{json, read_json, weights};
use crate::step::Optimizer;
use crate::{Error, files};

/// The best model so far, by Recall@1 on the validation classes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    pub(crate) step: u64,
    pub(crate) recall_at_1: f64,
}

/// Where a run stands, apart from weights and moments.
///
/// The sampler's position is the step, and random state is a pure function of (seed, step), so
/// neither needs more than a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// Steps done.
    pub(crate) step: u64,
    pub(crate) seed: u64,
    pub(crate) best: Option<Best>,
    /// Evaluations since the best one.
    pub(crate) without_gain: u64,
    /// Whether the alarm has replaced hard mining by semi-hard.
    pub(crate) softened: bool,
    pub(crate) alarm: Alarm,
    /// Spent on training, evaluation apart.
    pub(crate) cost: Cost,
}

const MODEL: &str = "model.safetensors";
const BEST: &str = "best.safetensors";
const OPTIMIZER: &str = "optimizer.bpk";
const STATE: &str = "state.json";

/// Writes a checkpoint folder in one piece: it is there whole or not at all.
///
/// # Errors
/// The folder cannot be written; nothing already saved is lost.
pub(crate) fn write(
    folder: &Path,
    network: &Network,
    best: Option<&Network>,
    optimizer: &Optimizer,
    state: &State,
) -> Result<(), Error> {
    let moments = optimizer
        .inner
        .into_bytes()
        .map_err(|source| Error::Optimizer { path: folder.join(OPTIMIZER), source: source.into() })?;
    let mut contents = vec![
        (MODEL, weights(network)?),
        (OPTIMIZER, moments.to_vec()),
        (STATE, json(state)),
    ];
    if let Some(best) = best {
        contents.push((BEST, weights(best)?));
    }
    files::write_folder(folder, &contents)
}

/// A run as a checkpoint has it.
pub(crate) struct Checkpoint {
    pub(crate) network: Network,
    pub(crate) best: Option<Network>,
    pub(crate) optimizer: Optimizer,
    pub(crate) state: State,
}

/// Reads a checkpoint folder into a network and an optimiser of the same sizes.
///
/// # Errors
/// A file is missing or is not what it should be.
pub(crate) fn read(
    folder: &Path,
    network: Network,
    optimizer: Optimizer,
) -> Result<Checkpoint, Error> {
    let state: State = read_json(&folder.join(STATE))?;
    let path = folder.join(OPTIMIZER);
    let moments = Bytes::from_bytes_vec(fs_err::read(&path)?);
    let optimizer = optimizer
        .with_moments(moments)
        .map_err(|source| Error::Optimizer { path, source: source.into() })?;
    let best = match state.best {
        Some(_) => Some(network.clone().load(&folder.join(BEST))?),
        None => None,
    };
    let network = network.load(&folder.join(MODEL))?;
    Ok(Checkpoint { network, best, optimizer, state })
}

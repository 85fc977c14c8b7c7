//! Everything a run needs to go on as if it had never stopped.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::bridge::Network;
use crate::clock::Cost;
use crate::event::Ending;
use crate::model::weights;
use crate::optimizer::Optimizer;
use crate::{Error, files};

/// The best model so far, by its score on the validation data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    pub(crate) step: u64,
    pub(crate) value: f64,
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
    /// Why the run is over although steps are left: it is not taken up again.
    pub(crate) ended: Option<Ending>,
    /// Whether the alarm has replaced hard mining by semi-hard.
    pub(crate) softened: bool,
    pub(crate) alarm: Alarm,
    /// The logarithm of the loss's scale, where it is learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_scale: Option<f32>,
    /// Of a ladder: how many steps there were, then how often each rung could be filled.
    #[serde(default)]
    pub(crate) filled: Vec<u64>,
    /// Spent on training, evaluation apart.
    pub(crate) cost: Cost,
}

const MODEL: &str = "model.safetensors";
const BEST: &str = "best.safetensors";
/// TOML, whose numbers come back bit for bit.
const STATE: &str = "state.toml";

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
    let moments = optimizer.to_bytes().map_err(|source| Error::Optimizer {
        path: folder.join(optimizer.file_name()),
        source,
    })?;
    let mut contents = vec![
        (MODEL, weights(network)?),
        (optimizer.file_name(), moments),
        (STATE, to_toml(state).into_bytes()),
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
    let state = read_state(&folder.join(STATE))?;
    let path = folder.join(optimizer.file_name());
    let optimizer = optimizer
        .with_moments(fs_err::read(&path)?)
        .map_err(|source| Error::Optimizer { path, source })?;
    let best = match state.best {
        Some(_) => Some(network.clone().load(&folder.join(BEST))?),
        None => None,
    };
    let network = network.load(&folder.join(MODEL))?;
    Ok(Checkpoint {
        network,
        best,
        optimizer,
        state,
    })
}

fn to_toml(state: &State) -> String {
    toml::to_string(state).expect("a state holds numbers, words and tables alone")
}

fn read_state(path: &Path) -> Result<State, Error> {
    let text = fs_err::read_to_string(path)?;
    toml::from_str(&text).map_err(|source| Error::State {
        path: path.to_owned(),
        source: source.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_bit_for_bit() {
        for hits in 1..2_000_u32 {
            let value = f64::from(hits) / 1288.0;
            let mut state = State::new(7);
            state.best = Some(Best { step: 3, value });
            state.ended = Some(Ending::Early);
            let back: State = toml::from_str(&to_toml(&state)).expect("a state");
            assert_eq!(back.best, state.best);
            assert_eq!((back.ended, back.alarm), (state.ended, state.alarm));
        }
    }
}

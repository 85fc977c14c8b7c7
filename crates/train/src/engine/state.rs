//! Where a run stands, apart from weights and moments.

use serde::{Deserialize, Serialize};
use tercet_eval::Score;

use super::clock::Spent;
use super::event::Ending;
use super::monitor::{Alarm, Rungs};

/// The best model so far, by the first score of the validation data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    pub(crate) step: u64,
    pub(crate) score: Score,
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
    /// Of a ladder: which rungs could be filled.
    #[serde(default)]
    pub(crate) rungs: Rungs,
    /// Spent on training, evaluation apart.
    pub(crate) spent: Spent,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            step: 0,
            seed,
            best: None,
            without_gain: 0,
            ended: None,
            softened: false,
            alarm: Alarm::default(),
            rungs: Rungs::default(),
            spent: Spent::default(),
        }
    }

    /// The state as TOML, whose numbers come back bit for bit.
    pub(crate) fn to_toml(&self) -> String {
        toml::to_string(self).expect("a state holds numbers, words and tables alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_bit_for_bit() {
        for hits in 1..2_000_u32 {
            let score = Score::new("recall_at_1", f64::from(hits) / 1288.0);
            let mut state = State::new(7);
            state.best = Some(Best { step: 3, score });
            state.ended = Some(Ending::Early);
            let back: State = toml::from_str(&state.to_toml()).expect("a state");
            assert_eq!(back.best, state.best);
            assert_eq!((back.ended, back.alarm), (state.ended, state.alarm));
        }
    }
}

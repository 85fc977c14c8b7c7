//! What a run is watched for.
//!
//! `statistics` is what a step tells of its batch; `collapse` what a collapse looks like, `alarm` when it rings;
//! `rungs` which rungs of a ladder stay empty; `finite` which gradient is not a number.

mod alarm;
mod collapse;
mod finite;
mod rungs;
mod statistics;

pub use alarm::{Alarm, Alert};
pub use collapse::CollapseCheck;
pub(crate) use finite::finite;
pub(crate) use rungs::Rungs;
pub(crate) use statistics::{Statistics, equal, missing, scale};

//! The loop: batches through a network, a criterion, an optimiser; checkpoints, events, alarms.
//!
//! | file | what |
//! |---|---|
//! | `trainer.rs`, `learn.rs`, `keep.rs` | [`Trainer`](crate::Trainer): what a run is put together from; what it does with a batch; when it judges and writes |
//! | `settings.rs`, `curriculum.rs`, `schedule.rs` | how long, by which criterion, at which learning rate |
//! | `step.rs` | the gradient of a batch of any size |
//! | `optimizer.rs`, `learned.rs`, `memory.rs` | what moves from step to step: weights, the criterion's own parameters, past embeddings |
//! | `state.rs`, `checkpoint.rs`, `resume.rs` | a run on disk, and back |
//! | `event.rs`, `log.rs`, `clock.rs` | what a run tells |
//! | `monitor/` | statistics of batches, the collapse alarm |

mod checkpoint;
mod clock;
mod curriculum;
mod event;
mod keep;
mod learn;
mod learned;
mod log;
mod memory;
mod monitor;
mod optimizer;
mod resume;
mod schedule;
mod settings;
mod state;
mod step;
mod trainer;

pub(crate) use clock::Clock;
pub use clock::{Spent, peak_memory};
pub use curriculum::Curriculum;
pub use event::{Amount, Ending, Event, Finish, Modality, Observer, Quantiles, Start, Step};
pub use log::EventLog;
pub use monitor::{Alarm, Alert, CollapseCheck};
pub use schedule::LearningRate;
pub use settings::Settings;
pub use trainer::{Trained, Trainer};

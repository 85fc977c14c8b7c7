//! The training loop: batches, objective, optimiser, checkpoints, events.
#![forbid(unsafe_code)]

mod alarm;
mod bridge;
mod checkpoint;
mod clock;
mod collapse;
mod error;
mod event;
mod files;
mod gap;
mod goal;
mod judge;
mod lesson;
mod log;
mod model;
mod optimizer;
mod pictures;
mod relation;
mod report;
mod run;
mod schedule;
mod sentences;
mod source;
mod step;
mod task;
mod towers;
mod train;
mod trainer;
mod viewer;
mod watch;

pub use alarm::{Alarm, Alert};
pub use bridge::Network;
pub use clock::{Cost, peak_memory};
pub use collapse::Look;
pub use error::Error;
pub use event::{Amount, Ending, Event, Finish, Observer, Quantiles, Start, Step, Unit};
pub use files::{RunFolder, write_file, write_folder};
pub use gap::gap;
pub use judge::{Embed, Exam};
pub use log::EventLog;
pub use model::{AnyModel, Layout, Model};
pub use report::{RunReport, title};
pub use run::{
    ContrastiveRecipe, CurriculumRecipe, DataRecipe, DataSet, Device, EvaluateRecipe, Form, Freeze,
    GivenRecipe, Keep, LossRecipe, MatryoshkaRecipe, ModelRecipe, OnCollapse, OptimizerKind,
    OptimizerRecipe, OtherRecipe, PictureRecipe, Place, PreprocessRecipe, Recipe, RelevanceFrom,
    RelevanceRecipe, Schedule, SentenceRecipe, TargetRecipe, TowerRecipe, TowersRecipe,
    TrainRecipe, TripletRecipe,
};
pub use schedule::LearningRate;
pub use sentences::{Score, SentenceReport, SentenceScores, sentence_scores};
pub use source::Source;
pub use towers::{Direction, TowersModel, TowersReport, TowersScores, relevance, towers_report};
pub use train::{Outcome, train};

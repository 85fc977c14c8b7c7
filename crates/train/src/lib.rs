//! Training embedders: the loop, its parts, and recipes that put them together.
//!
//! Three ways in, each on top of the next:
//!
//! | for whom | what |
//! |---|---|
//! | a recipe in TOML | [`Recipe`], [`train`] |
//! | a network, data, a loss of one's own | [`Encoder`], [`BatchSource`], [`Evaluator`], [`Observer`], [`Trainer`] |
//! | a loop of one's own | [`loss`]: any criterion as a tensor with the exact gradient |
//!
//! Everything random is a pure function of (seed, step, place), so a run that is killed and resumed ends in the bits of
//! one never interrupted, on any number of threads.
#![forbid(unsafe_code)]

mod batch;
mod build;
mod encoder;
mod engine;
mod error;
mod evaluate;
mod files;
mod inputs;
mod loss;
mod networks;
mod recipe;
mod run;
mod sources;
mod tensor;

pub use batch::{BatchSource, TrainingBatch};
pub use build::{evaluate, relevance};
pub use encoder::{Encoder, Pass};
pub use engine::{
    Alarm, Alert, Amount, CollapseCheck, Curriculum, Ending, Event, EventLog, Finish, LearningRate,
    Modality, Observer, Quantiles, Settings, Spent, Start, Step, Trained, Trainer, peak_memory,
};
pub use error::Error;
pub use evaluate::{Evaluator, LabelledInputs};
pub use files::{RunFolder, write_file, write_folder};
pub use inputs::Input;
pub use loss::{LossStatistics, loss, loss_at};
pub use networks::{
    AnyEncoder, AnyModel, ImageFormat, ImageModel, SideEncoder, TwoModel, TwoSides,
};
pub use recipe::{
    CurriculumRecipe, Device, EvaluateRecipe, Freeze, Keep, MatryoshkaRecipe, MemoryRecipe,
    ModelRecipe, OnCollapse, OptimizerKind, OptimizerRecipe, PictureRecipe, Place,
    PreprocessRecipe, Recipe, RelevanceFrom, RelevanceRecipe, Schedule, SentenceRecipe,
    TargetRecipe, TowerRecipe, TowersRecipe, TrainRecipe,
};
pub use run::{RunOutcome, caption_scores, train};
pub use tensor::cpu;
pub use tercet_kernels::Criterion;

//! Errors of this crate.

use std::path::PathBuf;

use tercet_data::DataLayout;

use crate::Place;

/// What can go wrong with a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A recipe has a key that there is not.
    #[error("{place}: unknown key {key}{}; wanted one of {wanted}", meant(near))]
    UnknownKey {
        /// Where it stands.
        place: Box<Place>,
        /// The key, from the top: `sampler.clases`.
        key: String,
        /// The keys that may have been meant, nearest first.
        near: Vec<String>,
        /// Every key there is at this place.
        wanted: String,
    },
    /// A recipe is not TOML at all.
    #[error("{place}: wanted a recipe in TOML, given text with a fault: {message}")]
    Toml {
        /// Where the fault stands.
        place: Place,
        /// What the reader of TOML says.
        message: String,
    },
    /// A recipe has a value that its key cannot have, or that does not go with others.
    #[error("{place}: {key}: wanted {wanted}, given {given}")]
    Value {
        /// Where it stands.
        place: Box<Place>,
        /// The key, from the top: `loss.margin`.
        key: String,
        /// What may stand there.
        wanted: String,
        /// What stands there.
        given: String,
    },
    /// A resumed run has another recipe than it began with.
    #[error("{}: wanted the recipe it began with (train.steps may change), given another {}", path.display(), keys.join(", "))]
    Changed {
        /// The folder of the run.
        path: PathBuf,
        /// The keys that differ.
        keys: Vec<String>,
    },
    /// The folder for a new run has something in it.
    #[error("{}: wanted a folder that is empty or not there yet, given one that holds {found}", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// The name of something in it.
        found: String,
    },
    /// A folder is not that of a run.
    #[error("{}: wanted the folder of a run, given one without recipe.toml", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// What describes a run is not what was written there.
    #[error("{}: wanted the description of a run", path.display())]
    Described {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: Box<toml::de::Error>,
    },
    /// A line of an event log is not what was written there.
    #[error("{}, line {line}: wanted an event with its step", path.display())]
    EventLine {
        /// The log.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// Data cannot be written as JSON.
    #[error("{}: wanted data that can be written as json", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the writer says.
        source: serde_json::Error,
    },
    /// A folder is not that of a model.
    #[error("{}: wanted the folder of a model, given one without config.json", folder.display())]
    NoModel {
        /// The folder.
        folder: PathBuf,
    },
    /// Weights cannot be written in the safetensors format.
    #[error("weights: wanted tensors that the safetensors format can hold")]
    Weights(#[source] safetensors::SafeTensorError),
    /// The optimiser's part of a checkpoint cannot be written or read.
    #[error("{}: wanted the state of this recipe's optimizer", path.display())]
    Optimizer {
        /// The file.
        path: PathBuf,
        /// What the reader or the writer says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part of the classes that was asked for has no question to answer.
    #[error(
        "data.{split}: wanted two classes, one of them with two pictures, given {classes} of {all} classes; \
         a larger data.{split} takes more, 0 goes without"
    )]
    Split {
        /// `validation` or `test`.
        split: &'static str,
        /// The classes that fell into it.
        classes: usize,
        /// All classes.
        all: usize,
    },
    /// A data set without captions where pictures with captions are needed.
    #[error("data.set: wanted pictures with captions, given {set}")]
    NoCaptions {
        /// The kind of data set.
        set: DataLayout,
    },
    /// Data of which nothing is for the test.
    #[error("data.test: wanted pictures for the test, given data that hold none out")]
    NothingHeldOut,
    /// Relevance by what a set does not say.
    #[error(
        "relevance.from: wanted a set whose things have {needed}, given one without; \"captions\" or \"file\" work without"
    )]
    NoKinship {
        /// `groups` or `keywords`.
        needed: &'static str,
    },
    /// Relevance by a file or a text encoder that is not named.
    #[error(
        "relevance.path: wanted the table of pairs, or the folder of a text encoder, given none"
    )]
    NoRelevance,
    /// A file that embeddings of captions should be kept in holds something else.
    #[error("relevance.cache: {}: wanted embeddings of captions that tercet wrote, or no file yet", path.display())]
    Cache {
        /// The file.
        path: PathBuf,
    },
    /// The two networks of a folder embed into different spaces.
    #[error("{}: wanted two networks of {wanted} numbers, given one of {given}", folder.display())]
    Towers {
        /// The folder.
        folder: PathBuf,
        /// Numbers per embedding, as its config.json says.
        wanted: usize,
        /// Those of a network in it.
        given: usize,
    },
    /// A network that embeds something else than the data are.
    #[error("model.kind: wanted a network of {given}, or data that are {wanted}")]
    Inputs {
        /// What the network embeds.
        wanted: &'static str,
        /// What it was given.
        given: &'static str,
    },
    /// Rows of numbers of another width than the network reads.
    #[error("model.input: wanted {wanted}, the numbers per row of the data, given {given}")]
    Width {
        /// Numbers per row of the data.
        wanted: usize,
        /// Those that the network reads.
        given: usize,
    },
    /// One side of two without the other.
    #[error("model: wanted both [model.query] and [model.document], given one of them")]
    OneTower,
    /// A batch whose relation is about another number of rows.
    #[error("batch: wanted a relation of {wanted} rows, one per input, given one of {given}")]
    Relation {
        /// Inputs.
        wanted: usize,
        /// Rows of the relation.
        given: usize,
    },
    /// A batch without inputs.
    #[error("batch of step {step}: wanted inputs, given none")]
    EmptyBatch {
        /// The step.
        step: u64,
    },
    /// Rows without a class each, where past embeddings are remembered.
    #[error("memory: wanted rows with a class each, given {given}")]
    Memory {
        /// How they belong together.
        given: &'static str,
    },
    /// A memory that no loss looks into.
    #[error(
        "memory: wanted a loss that compares rows of a batch with each other and with those of past steps, given none"
    )]
    NoMemory,
    /// The memory of a checkpoint is not what was written there.
    #[error("{}: wanted the embeddings of past steps", path.display())]
    PastRows {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: postcard::Error,
    },
    /// The criterion's part of a checkpoint is not what was written there.
    #[error("{}: wanted what this recipe's loss learns itself", path.display())]
    Learned {
        /// The file.
        path: PathBuf,
    },
    /// Training has diverged.
    #[error(
        "step {step}: wanted a gradient of finite numbers, given that of {tensor} with others, at learning rate \
         {learning_rate:e}; a lower optimizer.learning_rate or more optimizer.warmup_steps may help"
    )]
    Diverged {
        /// The step, from 1.
        step: u64,
        /// What the gradient is of.
        tensor: String,
        /// The learning rate of the step.
        learning_rate: f64,
    },
    /// The folder of a frozen encoder holds other weights than when the run began.
    #[error("{}: wanted the frozen weights that the run began with, given others in the folder of the model", checkpoint.display())]
    OtherEncoder {
        /// The checkpoint.
        checkpoint: PathBuf,
    },
    /// Rows of texts that the loss cannot cost.
    #[error("{}: wanted {wanted}, which loss.kind needs, given rows that are {given}", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// What the loss needs.
        wanted: &'static str,
        /// What its rows are.
        given: tercet_data::RowKind,
    },
    /// A sampler that draws by class, and rows of texts that have none.
    #[error("{}: wanted labelled texts for this sampler, given {kind}; sampler.kind = \"rows\" takes them as they are", path.display())]
    Unlabelled {
        /// The file.
        path: PathBuf,
        /// What its rows are.
        kind: tercet_data::RowKind,
    },
    /// A row of texts with too few negatives.
    #[error("{}, row {row}: wanted {wanted} negatives, given {given}; data.negatives says how many", path.display())]
    Negatives {
        /// The file.
        path: PathBuf,
        /// The row, from 1.
        row: usize,
        /// How many a row must have.
        wanted: usize,
        /// How many it has.
        given: usize,
    },
    /// More frozen layers than there are.
    #[error(
        "model.frozen_layers: wanted at most {layers}, the layers of the encoder, given {given}"
    )]
    FrozenLayers {
        /// Layers of the encoder.
        layers: usize,
        /// What the recipe wants.
        given: usize,
    },
    /// A frozen encoder with nothing after it.
    #[error("model.freeze: wanted an encoder with a dense layer to train, given {}, which has none; model.dense = 128 adds one", path.display())]
    NothingToTrain {
        /// The model.
        path: PathBuf,
    },
    /// A frozen picture network with nothing after it.
    #[error("model.freeze: wanted a network with a linear map after it to train, given {}, which has none; model.dim = 128 adds one", path.display())]
    NoHead {
        /// The model.
        path: PathBuf,
    },
    /// A loss that cannot cost inputs that belong together in this way.
    #[error("loss.kind: wanted one for these data; this one needs {wanted}")]
    Unfit {
        /// What it needs.
        wanted: &'static str,
    },
    /// More leading dimensions than there are.
    #[error(
        "matryoshka.sizes: wanted sizes from 1 to {dim}, the numbers per embedding, given {given}"
    )]
    Size {
        /// Numbers per embedding.
        dim: usize,
        /// The size.
        given: usize,
    },
    /// The state of a checkpoint is not what was written there.
    #[error("{}: wanted the state of a run", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: Box<toml::de::Error>,
    },
    /// A run has gone farther than the recipe wants it to.
    #[error("train.steps: wanted at least {done}, the steps this run has done, given {given}")]
    Steps {
        /// Steps done.
        done: u64,
        /// Steps of the recipe.
        given: u64,
    },
    /// Pictures would have to be prepared by steps that are not here.
    #[error("{}: wanted pictures that are prepared by known steps", path.display())]
    Preprocessor {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// A file of a model is not what was written there.
    #[error("{}: wanted the file that tercet writes", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// A file cannot be read or written; the source names it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// An objective or a batch is refused.
    #[error(transparent)]
    Kernels(#[from] tercet_kernels::Error),
    /// Data are refused.
    #[error(transparent)]
    Data(#[from] tercet_data::Error),
    /// Embeddings cannot be judged.
    #[error(transparent)]
    Eval(#[from] tercet_eval::Error),
    /// A network or its files are refused.
    #[error(transparent)]
    Nn(#[from] tercet_nn::Error),
}

fn meant(near: &[String]) -> String {
    match near {
        [] => String::new(),
        _ => format!(", did you mean {}?", near.join(" or ")),
    }
}

use std::path::PathBuf;

use crate::{DataLayout, Split};

/// What can be wrong with data: what was wanted, what was given, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing at the path.
    #[error("{path}: wanted a {wanted}, given a path where nothing is", path = path.display())]
    Missing {
        /// The path as it was given.
        path: PathBuf,
        /// `folder` or `file`.
        wanted: &'static str,
    },
    /// There is something at the path, of another kind.
    #[error("{path}: wanted a folder, given a file", path = path.display())]
    NotAFolder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Not one picture that can be read.
    #[error(
        "{path}: wanted pictures (png, jpg, jpeg, webp), given none that can be read: \
         {unreadable} unreadable, {others} files of other kinds",
        path = path.display()
    )]
    NoImages {
        /// The folder or the manifest.
        path: PathBuf,
        /// How many pictures were found and could not be read.
        unreadable: usize,
        /// How many files were passed over because of their name.
        others: usize,
    },
    /// The operating system would not let us read.
    #[error("{path}: wanted to read it", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The bytes are no picture.
    #[error("{path}: wanted a picture, given bytes that do not decode", path = path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        source: image::ImageError,
    },
    /// A JPEG that stops before its end-of-image marker; decoders fill the rest with grey and
    /// report success.
    #[error("{path}: wanted a whole jpeg, given one that ends after {bytes} bytes without its end marker", path = path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// The header of a table has other columns than it may have.
    #[error("{path}: wanted the columns {wanted}, given {found}", path = path.display())]
    Columns {
        /// The table.
        path: PathBuf,
        /// The columns that are understood.
        wanted: &'static str,
        /// The columns that are there.
        found: String,
    },
    /// A field of a table holds something else than its column asks for.
    #[error("{path}, line {line}, {column}: wanted {wanted}, given {given}", path = path.display())]
    Cell {
        /// The table.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What may stand there.
        wanted: String,
        /// What stands there.
        given: String,
    },
    /// The name of a file of rows does not end as any that we read.
    #[error("{path}: wanted a file named .jsonl, .ndjson, .csv or .tsv, given {given}", path = path.display())]
    Extension {
        /// The file.
        path: PathBuf,
        /// How its name ends.
        given: String,
    },
    /// A file of texts without a row.
    #[error("{path}: wanted at least one row, given none", path = path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// Inference data without one premise from which a tuple can be made.
    #[error("{path}: wanted a premise with an entailment and a contradiction, given none among {premises} premises", path = path.display())]
    NoTuples {
        /// The file.
        path: PathBuf,
        /// How many premises there are.
        premises: usize,
    },
    /// Two things have one name, so that a file cannot say which it means.
    #[error("names: wanted each once, given {name} of {first} and {second}")]
    NameTwice {
        /// The name.
        name: String,
        /// The first thing of it.
        first: usize,
        /// The other one.
        second: usize,
    },
    /// Thresholds of relevance that are not in order.
    #[error("thresholds: wanted each below the one before, given {before} before {after}")]
    Thresholds {
        /// The first of the two.
        before: f32,
        /// The one after it.
        after: f32,
    },
    /// A JSON document is broken, or of another layout.
    #[error("{path}, line {line}, column {column}: wanted {wanted}, given something else", path = path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1; 0 at the beginning of a line.
        column: usize,
        /// What the document should be.
        wanted: &'static str,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// An entry of a JSON document does not fit the others.
    #[error("{path}, {place}: wanted {wanted}, given {given}", path = path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Where in the document: `annotations[3].image_id`.
        place: String,
        /// What may stand there.
        wanted: &'static str,
        /// What stands there.
        given: String,
    },
    /// No picture belongs to the splits that were asked for.
    #[error("{path}: wanted pictures of the splits {wanted}, given none among {given}", path = path.display())]
    NoSplit {
        /// The file.
        path: PathBuf,
        /// The splits.
        wanted: String,
        /// How many pictures there are.
        given: usize,
    },
    /// A line of a `.jsonl` file is not one JSON object, for instance because the file was cut.
    #[error("{path}, line {line}: wanted one JSON object, given something else", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// A row is not UTF-8.
    #[error("{path}, line {line}: wanted UTF-8, given other bytes", path = path.display())]
    Utf8 {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
    },
    /// A row of a table has another number of fields than its header, for instance because the file was cut.
    #[error("{path}, line {line}: wanted {wanted} fields, given {given}", path = path.display())]
    Fields {
        /// The table.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// How many the header has.
        wanted: usize,
        /// How many the row has.
        given: usize,
    },
    /// A quoted field begins and never ends, for instance because the file was cut.
    #[error("{path}, line {line}: wanted a quote at the end of the field, given the end of the file", path = path.display())]
    Quote {
        /// The table.
        path: PathBuf,
        /// The line where the row begins, counted from 1.
        line: u64,
    },
    /// A class has pictures in two splits, so a test on it would not be about an unseen class.
    #[error("{path}, line {line}: wanted class {class} in one split ({first}), given {second} as well", path = path.display())]
    TwoSplits {
        /// The table.
        path: PathBuf,
        /// The line that contradicts an earlier one.
        line: u64,
        /// The class.
        class: String,
        /// Its split so far.
        first: Split,
        /// Its split on this line.
        second: Split,
    },
    /// Only one class: there is nothing to tell apart.
    #[error("{path}: wanted at least two classes, given one ({class})", path = path.display())]
    OneClass {
        /// Where the data came from.
        path: PathBuf,
        /// The only class.
        class: String,
    },
    /// Every class has one sample: no anchor has a positive.
    #[error("{path}: wanted classes with at least two samples, given {classes} classes of one sample each", path = path.display())]
    NoPairs {
        /// Where the data came from.
        path: PathBuf,
        /// How many classes there are.
        classes: usize,
    },
    /// The classes that the sampler can use are too few.
    #[error(
        "sampler: wanted at least {wanted} training classes with two samples or more, given {given}"
    )]
    TooFewClasses {
        /// How many it needs.
        wanted: usize,
        /// How many there are.
        given: usize,
    },
    /// A class has fewer samples than a batch takes of it (only where repetition was ruled out).
    #[error("class {class}: wanted at least {wanted} samples, given {given}")]
    ClassShort {
        /// The class.
        class: String,
        /// The K of P x K.
        wanted: usize,
        /// What the class has.
        given: usize,
    },
    /// Too few pictures outside the classes of a batch.
    #[error("sampler.random: wanted at most {given} pictures of other classes, given {wanted}")]
    TooFewOthers {
        /// How many others the sampler asks for.
        wanted: usize,
        /// How many there are beside the largest classes.
        given: usize,
    },
    /// A number outside its range.
    #[error("{name}: wanted {wanted}, given {given}")]
    Number {
        /// The key or argument.
        name: &'static str,
        /// Its range.
        wanted: &'static str,
        /// The number.
        given: String,
    },
    /// A `preprocessor_config.json` that asks for something we do not do.
    #[error("preprocessor_config.json, {key}: wanted {wanted}, given {given}")]
    Preprocessor {
        /// The key.
        key: &'static str,
        /// What is supported.
        wanted: &'static str,
        /// What the file says.
        given: String,
    },
    /// Two lists that belong together have different lengths.
    #[error("labels: wanted {wanted}, given {given}")]
    Labels {
        /// The length of the list of items.
        wanted: usize,
        /// The length of the list of labels.
        given: usize,
    },
    /// No item has this index.
    #[error("item: wanted an index below {wanted}, given {given}")]
    Index {
        /// The number of items.
        wanted: usize,
        /// The index.
        given: usize,
    },
    /// A key of a [`Description`](crate::Description) does not fit the others, or has a value out of its range.
    #[error("{key}: wanted {wanted}, given {given}")]
    Key {
        /// The key, from the top: `data.path`.
        key: &'static str,
        /// What may stand there.
        wanted: &'static str,
        /// What stands there.
        given: String,
    },
    /// The embedded set in a library that was built without it.
    #[error(
        "data.set: wanted a set in files, given {set}, which this build of tercet leaves out (feature emoji)"
    )]
    NoEmoji {
        /// The set.
        set: DataLayout,
    },
    /// A part of the classes that was asked for has no question to answer.
    #[error(
        "data.{split}: wanted two classes, one of them with two pictures, given {classes} of {all} classes; \
         a larger data.{split} takes more, 0 goes without"
    )]
    SmallSplit {
        /// Which part.
        split: Split,
        /// The classes that fell into it.
        classes: usize,
        /// All classes.
        all: usize,
    },
    /// Labels that are sets or places in a hierarchy, and no two rows have anything in common.
    #[error("{path}: wanted labels of which two have something in common, given none among {labels}", path = path.display())]
    NothingShared {
        /// Where the data came from.
        path: PathBuf,
        /// How many different labels there are.
        labels: usize,
    },
    /// A source to hold out that there is not.
    #[error("data.hold_out: wanted {wanted}, given {given}")]
    HoldOut {
        /// The sources there are.
        wanted: String,
        /// The name.
        given: String,
    },
    /// A kind of caption that there is not.
    #[error(
        "data.captions: wanted name, keywords or the code of a language that names are in, given {given}"
    )]
    CaptionKind {
        /// The name.
        given: String,
    },
    /// A label that is no path or no set.
    #[error("label: wanted {wanted}, given {given}")]
    Label {
        /// What it should be.
        wanted: &'static str,
        /// The label.
        given: String,
    },
    /// A file of labels that is wrong at a line.
    #[error("{path}, line {line}: wanted {wanted}, given {given}", path = path.display())]
    LabelLine {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What may stand there.
        wanted: &'static str,
        /// What stands there.
        given: String,
    },
    /// Labels and vectors of different numbers.
    #[error("{path}: wanted {wanted} labels, one for each row of {rows}, given {given}", path = path.display(), rows = rows.display())]
    LabelCount {
        /// The file of labels.
        path: PathBuf,
        /// The file of the rows.
        rows: PathBuf,
        /// How many rows there are.
        wanted: usize,
        /// How many labels there are.
        given: usize,
    },
    /// A file of an array holds something else than was asked for, or is not whole.
    #[error("{path}: wanted {wanted}, given {given}", path = path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: String,
        /// What it holds.
        given: String,
    },
    /// A thread that makes batches ahead of time ended before its work did, because what it called panicked.
    #[error("loader: wanted the minibatch of step {step}, given a thread that had stopped")]
    Stopped {
        /// The step that never came.
        step: u64,
    },
}

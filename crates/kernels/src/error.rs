//! What can be wrong with what a caller gives.

use crate::Distance;

/// What this crate refuses, and with which figures.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A list has another length than what it belongs to.
    #[error("{what}: wanted {wanted}, given {given}")]
    Length {
        /// What was counted: `labels`, `anchor labels`, `candidate dimension`, ...
        what: &'static str,
        /// The count that would fit.
        wanted: usize,
        /// The count that came.
        given: usize,
    },
    /// The numbers do not fill whole rows, or a row would have no number at all.
    #[error("rows: wanted whole rows of {dim} numbers (at least 1), given {given} numbers")]
    Ragged {
        /// Numbers per row.
        dim: usize,
        /// Numbers in all.
        given: usize,
    },
    /// An embedding holds NaN or an infinity.
    #[error("{what}: wanted finite numbers, given {given} in row {row}, column {column}")]
    NotFinite {
        /// Which rows: `rows`, `anchors`, `candidates`, ...
        what: &'static str,
        /// The first row that holds such a number.
        row: usize,
        /// Where in that row.
        column: usize,
        /// The number itself.
        given: f64,
    },
    /// An embedding is so long that its squared distances overflow.
    #[error("{what}: wanted squared lengths that do not overflow, given {given} in row {row}")]
    TooLong {
        /// Which rows: `rows`, `anchors`, `candidates`, ...
        what: &'static str,
        /// The first such row.
        row: usize,
        /// Its squared length, possibly infinite.
        given: f64,
    },
    /// A shard is not part of the rows it is cut from.
    #[error("own: wanted a range within 0..{len}, given {start}..{end}")]
    Range {
        /// How many rows there are.
        len: usize,
        /// Start of the range that came.
        start: usize,
        /// End of the range that came.
        end: usize,
    },
    /// More rows at once than a memory has places.
    #[error("memory: wanted at most {capacity} rows at once, given {given}")]
    Capacity {
        /// Places of the memory.
        capacity: usize,
        /// Rows that came.
        given: usize,
    },
    /// A number outside its range.
    #[error("{what}: wanted {wanted}, given {given}")]
    Number {
        /// Which number: `margin`, ...
        what: &'static str,
        /// The range in words.
        wanted: &'static str,
        /// The number that came.
        given: f64,
    },
    /// A word that names nothing.
    #[error("{what}: wanted {wanted}, given {given}")]
    Name {
        /// What the word should name: `distance`, `select`, ...
        what: &'static str,
        /// Every word that would do.
        wanted: String,
        /// The word that came.
        given: String,
    },
    /// The loss has no meaning on a distance that may be negative.
    #[error("distance: wanted one that is never negative for this loss, given {given}")]
    NegativeDistance {
        /// The distance that came.
        given: Distance,
    },
    /// Numbers that do not fall.
    #[error("{what}: wanted a number below {before} after {before}, given {given}")]
    NotDescending {
        /// Which numbers: `ladder thresholds`.
        what: &'static str,
        /// The number before.
        before: f64,
        /// The number that came after it.
        given: f64,
    },
    /// The loss is defined with other distances.
    #[error("distance: wanted {} for this loss, given {given}", words(wanted))]
    Distance {
        /// The distances that would do.
        wanted: &'static [Distance],
        /// The distance that came.
        given: Distance,
    },
    /// The loss wants anchors and candidates of one set, whose positives are mutual.
    #[error("batch: wanted one set of rows with labels per item for this loss, given {given}")]
    Within {
        /// What came, in words.
        given: &'static str,
    },
    /// Two partial results that do not follow one another.
    #[error("partial: wanted {what} {wanted}, given {given}")]
    Partial {
        /// What does not fit: `terms`, `parts`, `dimension`, `shards of one set` (1 or 0), `anchors from`, `numbers of
        /// candidates`.
        what: &'static str,
        /// What would follow.
        wanted: usize,
        /// What came.
        given: usize,
    },
    /// A pair that is not of the shape it was given for.
    #[error("pairs: wanted anchors below {} and candidates below {}, given {given:?}", shape.0, shape.1)]
    Pair {
        /// How many anchors and candidates there are.
        shape: (usize, usize),
        /// The (anchor, candidate) that came.
        given: (usize, usize),
    },
    /// A path of a hierarchy without any step.
    #[error("paths: wanted at least one step per item, given none for item {item}")]
    EmptyPath {
        /// The item.
        item: usize,
    },
    /// A relevance outside its range.
    #[error(
        "relevance: wanted a number in [0, 1], given {given} of anchor {anchor}, candidate {candidate}"
    )]
    Relevance {
        /// The anchor.
        anchor: usize,
        /// The candidate.
        candidate: usize,
        /// The number that came.
        given: f32,
    },
    /// Labels of the two sides that cannot be compared.
    #[error("labels: wanted one kind for anchors and candidates, given {anchors} and {candidates}")]
    Kinds {
        /// The kind of the anchors' labels.
        anchors: &'static str,
        /// The kind of the candidates' labels.
        candidates: &'static str,
    },
    /// Labels of a kind that is not taken here.
    #[error("labels: wanted {wanted}, given {given}")]
    Kind {
        /// The kinds that would do.
        wanted: &'static str,
        /// The kind that came.
        given: &'static str,
    },
    /// Candidates that a loss cannot group.
    #[error("candidates: wanted groups of {wanted} neighbours of one class, given {given}")]
    Groups {
        /// Candidates per group.
        wanted: usize,
        /// What came, in words.
        given: String,
    },
    /// Rows that belong together in another way than a term of a criterion needs.
    #[error("rows: wanted {wanted}, given {given}")]
    Unfit {
        /// What would do, in words.
        wanted: &'static str,
        /// What came, in words.
        given: &'static str,
    },
    /// What a criterion learns is not what it was given.
    #[error("parameter {name}: wanted {wanted}, given {given}")]
    Parameter {
        /// The name.
        name: String,
        /// The shape that would do, in words.
        wanted: &'static str,
        /// What came, in words.
        given: String,
    },
    /// Leading dimensions that rows have not.
    #[error("leading dimensions: wanted at most {most}, given {given}")]
    Leading {
        /// How many there are.
        most: usize,
        /// How many a term wants.
        given: usize,
    },
}

/// Distances in words: `cosine or negative-dot`.
fn words(distances: &[Distance]) -> String {
    let names: Vec<&str> = distances.iter().map(|distance| distance.name()).collect();
    names.join(" or ")
}

//! What can be wrong with embeddings, labels and settings.

/// Why a number about embeddings cannot be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no rows to look at.
    #[error("{what}: wanted at least one row, given none")]
    Empty {
        /// Which rows: `embeddings`, `queries` or `candidates`.
        what: &'static str,
    },
    /// A list that goes with the rows has another length.
    #[error("{what}: wanted {wanted}, given {given}")]
    Length {
        /// Which list: `labels`, `groups` or `sources`.
        what: &'static str,
        /// The number of rows.
        wanted: usize,
        /// The length of the list.
        given: usize,
    },
    /// Queries and candidates have different numbers per row.
    #[error("candidates: wanted {wanted} numbers per row as the queries have, given {given}")]
    Dim {
        /// Numbers per query.
        wanted: usize,
        /// Numbers per candidate.
        given: usize,
    },
    /// A row holds NaN or infinity.
    #[error("{what}: wanted finite numbers, given NaN or infinity in row {row}")]
    NotFinite {
        /// Which rows.
        what: &'static str,
        /// The first such row, from 0.
        row: usize,
    },
    /// A row is so long that squared distances would overflow an `f32`.
    #[error("{what}: wanted a squared length of at most {limit:e}, given {given:e} in row {row}")]
    TooLong {
        /// Which rows.
        what: &'static str,
        /// The first such row, from 0.
        row: usize,
        /// The greatest squared length allowed.
        limit: f64,
        /// The squared length of this row.
        given: f64,
    },
    /// The score is defined by classes, and the labels are none.
    #[error("{what}: wanted labels that are {wanted}, given {given}")]
    Kind {
        /// Which score.
        what: &'static str,
        /// The kind of labels it is defined by.
        wanted: &'static str,
        /// The kind that came.
        given: &'static str,
    },
    /// No query has a relevant candidate, so there is nothing to average.
    #[error("labels: wanted two items alike that may be compared, given none among {items} items")]
    NoRelevant {
        /// How many items there are.
        items: usize,
    },
    /// Fewer classes can take part in an episode than it has ways.
    #[error("classes: wanted {wanted} with {shots} supports and a query each, given {given}")]
    TooFewClasses {
        /// The ways of an episode.
        wanted: usize,
        /// The supports of each class.
        shots: usize,
        /// The classes that can give these and a query.
        given: usize,
    },
    /// A setting of the episodes is too small.
    #[error("{what}: wanted at least {wanted}, given {given}")]
    TooSmall {
        /// Which setting.
        what: &'static str,
        /// The least allowed.
        wanted: usize,
        /// What was asked for.
        given: usize,
    },
    /// An index points behind the last row.
    #[error("{what}: wanted indices below {len}, given {index}")]
    OutOfRange {
        /// Which list of indices: `gallery` or `queries`.
        what: &'static str,
        /// The index.
        index: usize,
        /// The number of rows.
        len: usize,
    },
    /// Two items of the gallery have the same label.
    #[error(
        "gallery: wanted one item per class, given items {first} and {second} of label {label}"
    )]
    GalleryClassTwice {
        /// The label.
        label: i64,
        /// The lower of the two items.
        first: usize,
        /// The other one.
        second: usize,
    },
    /// The class of a query has no item in the gallery, so that no answer could be right.
    #[error("queries: wanted items of the gallery's classes, given item {query} of label {label}")]
    NotInGallery {
        /// The query.
        query: usize,
        /// Its label.
        label: i64,
    },
    /// The right answer to a query is the query itself or an item of its group.
    #[error("queries: wanted a group other than that of gallery item {answer}, given item {query}")]
    Twin {
        /// The query.
        query: usize,
        /// The gallery item of its class.
        answer: usize,
    },
    /// All numbers of a list are the same, so nothing correlates with them.
    #[error("{what}: wanted numbers that differ, given {given} {rows} times")]
    Constant {
        /// Which list: `scores` or `distances`.
        what: &'static str,
        /// The number.
        given: f64,
        /// How often.
        rows: usize,
    },
    /// All pairs are of one kind: there is nothing to tell apart.
    #[error(
        "pairs: wanted some that belong together and some that do not, given {positives} of {pairs} together"
    )]
    OneKind {
        /// How many pairs there are.
        pairs: usize,
        /// How many belong together: all or none.
        positives: usize,
    },
    /// A query's list of relevant candidates names one twice.
    #[error(
        "relevance of query {query}: wanted each candidate once, given candidate {candidate} twice"
    )]
    Twice {
        /// The query.
        query: usize,
        /// The candidate.
        candidate: usize,
    },
}

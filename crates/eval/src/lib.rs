//! Numbers about embeddings: exact neighbours, retrieval, one-shot accuracy. No gradients, no
//! network, no framework: rows of floats and labels in, numbers out.
//!
//! | question | function | answer |
//! |---|---|---|
//! | which candidates are nearest? | [`neighbors`] | [`Neighbors`] |
//! | are the nearest ones alike: of the same class, say? | [`retrieval`] | [`Retrieval`] |
//! | are more relevant ones nearer? | [`ndcg`] | [`Ndcg`] |
//! | which of N new classes is this, given K examples of each? | [`one_shot`] | [`OneShot`] |
//! | which entry of a catalogue is this? | [`fixed_gallery`] | [`FixedGallery`] |
//! | is a text nearer to its positive than to its negative? | [`triplet_accuracy`] | [`TripletAccuracy`] |
//! | are texts near that people find alike? | [`sts`] | [`Sts`] |
//! | does a search find what is relevant? | [`search`] | [`SearchScores`] |
//! | do two texts mean the same, yes or no? | [`best_threshold`], [`judge`] | [`PairScores`] |
//! | which of all pairs are nearest? | [`closest_pairs`] | [`Close`] |
//! | does a picture find its text, a text its picture? | [`cross_modal`] | [`CrossModal`] |
//! | is the whole list in the order of relevance? | [`coherence`] | [`Coherence`] |
//! | are two lists in the same order? | [`kendall`] | a number |
//! | all of it side by side | `scores()` of every answer | [`Score`]s, and their [`ScoreTable`] |
//!
//! Two rules hold everywhere. Smaller distances are nearer, and equal distances are ordered by the
//! lowest index. Results are the same bits on any number of threads.
//!
//! ```
//! use tercet_eval::{Labelled, retrieval};
//! use tercet_kernels::{Distance, Rows};
//!
//! // Four points on a line, two classes: 0 and 1 find each other, 9 finds 10, and so on.
//! let data = [0.0, 1.0, 9.0, 10.0];
//! let rows = Rows::new(&data, 1).expect("four rows of one number");
//! let items = Labelled::new(rows, &[7, 7, 8, 8], None)?;
//! assert_eq!(retrieval(&items, Distance::SquaredEuclidean)?.recall_at_1, 1.0);
//! # Ok::<(), tercet_eval::Error>(())
//! ```
#![forbid(unsafe_code)]

mod bootstrap;
mod classes;
mod closest;
mod coherence;
mod collection;
mod correlation;
mod crossmodal;
mod episodes;
mod error;
mod gallery;
mod graded;
mod interval;
mod kendall;
mod labelled;
mod nearest;
mod neighbors;
mod oneshot;
mod order;
mod pairs;
mod ranking;
mod retrieval;
mod same;
mod score;
mod search;
mod sts;
mod table;
mod tiles;
mod title;
mod top;
mod triplets;

pub use closest::{Close, closest_pairs};
pub use coherence::{Coherence, coherence};
pub use collection::TestCollection;
pub use correlation::{pearson, spearman};
pub use crossmodal::{CrossModal, cross_modal};
pub use episodes::Episodes;
pub use error::Error;
pub use gallery::{FixedGallery, SourceAccuracy, fixed_gallery};
pub use graded::{Ndcg, ndcg};
pub use interval::Interval;
pub use kendall::kendall;
pub use labelled::Labelled;
pub use neighbors::{Exclude, Neighbors, neighbors};
pub use oneshot::{OneShot, one_shot};
pub use pairs::pair_distances;
pub use ranking::{QueryScore, Ranking};
pub use retrieval::{Retrieval, retrieval};
pub use same::{PairScores, ThresholdMetric, best_threshold, judge};
pub use score::{Score, of_directions};
pub use search::{SearchScores, search};
pub use sts::{Sts, sts};
pub use table::ScoreTable;
pub use title::score_title;
pub use triplets::{TripletAccuracy, triplet_accuracy};

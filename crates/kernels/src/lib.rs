//! Losses of the triplet family with exact gradients, on plain rows of floats.
//!
//! A loss is a function from embeddings to a number and to the slope of that number; it never sees a
//! network. Embeddings are [`Rows`]; with labels they are a [`Batch`] of *anchors* and the *candidates*
//! each anchor is compared with; an [`Objective`] (a [`Distance`], a [`RowLoss`], a [`Reduce`]) turns a
//! batch into an [`Outcome`]: the value, the gradients of both sides and what was counted.
//!
//! Shapes: `n` anchors, `m` candidates, `d` numbers per embedding. No triplet is ever stored: memory
//! grows with `n * d`, never with `n^2` or `n^3`. Results have the same bits on any number of threads.
//!
//! ```
//! use tercet_kernels::{Batch, Distance, Margin, Objective, Reduce, Rows, Select, Triplet};
//!
//! // Two of class 0, one of class 1, on a line: squared distances 1 (0-0), 4 and 1 (0-1).
//! let rows = Rows::new(&[0.0, 1.0, 2.0], 1)?;
//! let batch = Batch::within(rows, &[0, 0, 1])?;
//! let loss = Triplet::new(Margin::hard(0.2)?, Select::All);
//! let outcome = Objective::new(Distance::SquaredEuclidean, loss, Reduce::Sum)?.evaluate(&batch)?;
//! // (a, p, n): [0 - 1 - 2] costs [1 - 4 + 0.2]+ = 0, [1 - 0 - 2] costs [1 - 1 + 0.2]+ = 0.2.
//! assert!((outcome.value - 0.2).abs() < 1e-12);
//! assert_eq!(outcome.terms.terms(), 2);
//! # Ok::<(), tercet_kernels::Error>(())
//! ```

#![deny(unsafe_code)]

mod batch;
mod costs;
mod criterion;
mod distance;
mod error;
mod geometry;
mod given;
mod labels;
mod loss;
mod margin;
mod memory;
mod name;
mod needs;
mod number;
mod objective;
mod outcome;
mod plain;
mod product;
mod reduce;
mod regularizer;
mod relation;
mod row;
mod rows;
mod scalar;
mod scan;
mod scratch_pool;
mod select;
mod share;
mod simd;
mod slopes;
mod spread;
mod symmetric;
mod terms;
mod threshold_search;
mod tile_scratch;
mod tiles;
mod total;
mod unit;
mod weights;
mod whole_batch;
mod workspace;

pub use batch::Batch;
pub use criterion::{
    Combined, Cost, Criterion, Direction, KeyError, Parameter, Partials, Remembered, Share,
    StepContext, Term, TermKind,
};
pub use distance::{Distance, Prepared};
pub use error::Error;
pub use geometry::Geometry;
pub use given::{
    Cosent, CosineCost, CosineRegression, Cosines, GivenOutcome, GivenPartial, GivenTriplets,
    ScoredOutcome,
};
pub use labels::{Affinity, Labels, Pairs, Paths, Relevance, Sets};
pub use loss::{
    ArcFace, Circle, Contrastive, CosFace, GeneralizedLifted, Hinges, InfoNce, Ladder,
    LadderSampling, LadderVariant, Lifted, Loss, MarginLoss, MarginPairs, MultiSimilarity, NPair,
    NtXent, ProxyAnchor, ProxyNca, Rung, Sigmoid, SoftTriple, SupCon, Triplet, Vse,
};
pub use margin::Margin;
pub use memory::Memory;
pub use needs::Needs;
pub use number::{Finite, NonNegative, Positive, Real};
pub use objective::Objective;
pub use outcome::{Gradients, Outcome, Partial};
pub use product::{Fill, Matrix, MatrixMut, Threads, product};
pub use reduce::Reduce;
pub use regularizer::Regularizer;
pub use relation::{Graded, Mark, Masked, Relation, Tuples};
pub use row::{Row, RowLoss};
pub use rows::Rows;
pub use scalar::Scalar;
pub use select::{Negative, Pick, Select, SemiHard};
pub use simd::exp;
pub use slopes::Slopes;
pub use spread::Spread;
pub use terms::{Count, Parts, Terms};
pub use total::Total;
pub use unit::Unit;
pub use whole_batch::{
    BatchLoss, BatchObjective, BatchPartial, Histogram, Settled, WholeBatchLoss,
};
pub use workspace::Workspace;

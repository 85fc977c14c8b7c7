//! What the embeddings of a step cost, whichever objective it is.
//!
//! `objective` chooses the kernel that fits how the rows belong together; `pairs` is the contrastive loss of given
//! pairs; `matryoshka` asks the same on leading dimensions; `scale` is the number of a loss that can be learnt.

mod cost;
mod matryoshka;
mod objective;
mod pairs;
mod scale;

pub(crate) use cost::Cost;
pub(crate) use matryoshka::Matryoshka;
pub(crate) use objective::{Goal, Question};
pub(crate) use scale::LARGEST;

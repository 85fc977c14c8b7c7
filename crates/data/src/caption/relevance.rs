use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Caption, CosineRelevance};
use crate::SparseRelevance;

/// How relevant one thing is to another, in `[0, 1]`; 1 says that both are the same thing. Things are numbered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Grades {
    /// By hierarchy and keywords: [`kinship`].
    Kinship(Arc<[Caption]>),
    /// By keywords alone: [`keyword_overlap`]; a thing and itself have 1.
    Keywords(Arc<[BTreeSet<String>]>),
    /// By the cosine of embeddings of their captions.
    Texts(Arc<CosineRelevance>),
    /// As a file says.
    Sparse(Arc<SparseRelevance>),
}

impl Grades {
    /// The relevance of thing `b` to thing `a`.
    ///
    /// # Panics
    /// If there is no such thing.
    pub fn of(&self, a: usize, b: usize) -> f32 {
        match self {
            _ if a == b => 1.0,
            Self::Kinship(captions) => kinship(&captions[a], &captions[b]),
            Self::Keywords(sets) => keyword_overlap(&sets[a], &sets[b]),
            Self::Texts(cosines) => cosines.of(a, b),
            Self::Sparse(pairs) => pairs.of(a, b),
        }
    }
}

/// How near two different things are in a hierarchy of groups with keywords:
///
/// ```text
/// the same subgroup:  0.5 + 0.4 J     J the share of keywords in common, |A and B| / |A or B|
/// the same group:     0.25
/// else:               0
/// ```
///
/// So: the same thing (1) above the same subgroup with shared keywords, above the same subgroup, above the same
/// group, above the rest. Symmetric.
///
/// ```
/// # #[cfg(feature = "emoji")]
/// # fn main() -> Result<(), tercet_data::Error> {
/// use tercet_data::{captions, kinship};
/// let captions = captions()?;
/// let find = |name: &str| captions.iter().find(|one| one.name == name).expect("an emoji");
/// let (cat, dog, rose) = (find("cat face"), find("dog face"), find("rose"));
/// assert!(kinship(cat, dog) > 0.5 && kinship(cat, rose) == 0.25 && kinship(cat, find("castle")) == 0.0);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "emoji"))]
/// # fn main() {}
/// ```
pub fn kinship(a: &Caption, b: &Caption) -> f32 {
    if a.group != b.group {
        return 0.0;
    }
    if a.subgroup != b.subgroup {
        return 0.25;
    }
    0.5 + 0.4 * keyword_overlap(&words(a), &words(b))
}

fn words(caption: &Caption) -> BTreeSet<&str> {
    caption.keywords.iter().map(String::as_str).collect()
}

/// The share of keywords in common, `|A and B| / |A or B|` (Jaccard); 0 where neither has any.
///
/// ```
/// let set = |words: &'static str| words.split(' ').collect();
/// assert_eq!(tercet_data::keyword_overlap(&set("cat pet"), &set("dog pet")), 1.0 / 3.0);
/// ```
pub fn keyword_overlap<W: Ord>(a: &BTreeSet<W>, b: &BTreeSet<W>) -> f32 {
    let both = a.intersection(b).count();
    let either = a.len() + b.len() - both;
    both as f32 / either.max(1) as f32
}

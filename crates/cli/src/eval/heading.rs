//! How much is judged.

use serde::Serialize;
use tercet::data::{ImageSet, Split};

use super::classes;
use crate::text::counted;

/// How many pictures of how many classes are judged; nothing for other data, whose table says it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Amounts {
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split_seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<usize>,
}

impl Amounts {
    /// Of labelled pictures; `is_drawn` where classes are split by a seed.
    pub(super) fn of(set: &ImageSet, is_drawn: bool) -> Self {
        let (items, split) = set.judged();
        let report = set.report.as_ref();
        Self {
            images: Some(items.len()),
            classes: Some(classes(set)),
            split,
            split_seed: is_drawn.then(|| set.splits.seed()),
            unreadable: Some(report.map_or(0, |report| report.unreadable().len())),
        }
    }

    /// After the name of the data.
    pub(super) fn words(&self) -> String {
        let (Some(images), Some(classes)) = (self.images, self.classes) else {
            return String::new();
        };
        let mut text = format!(
            ": {} of {}",
            counted(images, "picture"),
            counted(classes, "class")
        );
        if let Some(split) = self.split {
            text.push_str(&format!(", split {split}"));
        }
        if let Some(seed) = self.split_seed {
            text.push_str(&format!(" of seed {seed}"));
        }
        if let Some(count) = self.unreadable.filter(|&count| count > 0) {
            let skipped = counted(count, "unreadable file");
            text.push_str(&format!("; {skipped} skipped (`tercet data` lists them)"));
        }
        text
    }
}

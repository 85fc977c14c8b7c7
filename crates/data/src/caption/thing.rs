use std::collections::BTreeMap;

use serde::Deserialize;

/// What a thing is called, and where it belongs: an emoji, or a picture of a table with captions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// The name, of an emoji in English.
    pub name: String,
    /// The group; of emoji one of 8, such as `animals & nature`.
    pub group: String,
    /// The subgroup; of emoji one of 94, such as `animal-bird`.
    pub subgroup: String,
    /// Keywords, sorted; of emoji 5 on average.
    pub keywords: Vec<String>,
    /// The name in up to 15 other languages, by the language's code: `de`, `fr`, `ja`, ...
    pub names: BTreeMap<String, String>,
}

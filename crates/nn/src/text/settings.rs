//! The small JSON files of a sentence-transformers folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ops::Pooling;

/// One entry of `modules.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ModuleEntry {
    pub(super) idx: usize,
    pub(super) name: String,
    pub(super) path: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

impl ModuleEntry {
    /// The class without its module: `Transformer`, `Pooling`, `Dense`, `Normalize`.
    pub(super) fn class(&self) -> &str {
        self.kind.rsplit('.').next().unwrap_or(&self.kind)
    }

    /// An entry under the class paths that all releases of sentence-transformers read.
    pub(super) fn new(idx: usize, class: &str) -> Self {
        let path = if idx == 0 {
            String::new()
        } else {
            format!("{idx}_{class}")
        };
        Self {
            idx,
            name: idx.to_string(),
            path,
            kind: format!("sentence_transformers.models.{class}"),
        }
    }
}

/// `config_sentence_transformers.json`: prompts, and what is only passed on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct General {
    #[serde(default)]
    pub(super) prompts: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) default_prompt_name: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// `sentence_bert_config.json`: how text is cut. Its other keys are those of newer releases, which older ones
/// refuse; all say of a text encoder what goes without saying, and are not written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Cut {
    #[serde(default)]
    pub(super) max_seq_length: Option<usize>,
    #[serde(default)]
    pub(super) do_lower_case: bool,
}

/// What is read of `tokenizer_config.json`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct TokenizerConfig {
    /// A number that may be as large as 1e30, which says that there is no limit.
    #[serde(default)]
    pub(super) model_max_length: Option<f64>,
}

/// `1_Pooling/config.json` in both spellings: a name or names, or a switch for each.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PoolingConfig {
    #[serde(default)]
    pooling_mode: Option<OneOrMore>,
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
    #[serde(default)]
    pooling_mode_weightedmean_tokens: bool,
    #[serde(default)]
    pooling_mode_lasttoken: bool,
    #[serde(default = "yes")]
    pub(super) include_prompt: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Pooling),
    More(Vec<Pooling>),
}

impl PoolingConfig {
    /// The ways in the order in which their rows stand side by side; the mean if none is named.
    pub(super) fn ways(&self) -> Vec<Pooling> {
        let ways = match &self.pooling_mode {
            Some(OneOrMore::One(way)) => vec![*way],
            Some(OneOrMore::More(ways)) => ways.clone(),
            None => self.switched(),
        };
        if ways.is_empty() {
            vec![Pooling::Mean]
        } else {
            ways
        }
    }

    fn switched(&self) -> Vec<Pooling> {
        let switches = [
            (self.pooling_mode_cls_token, Pooling::Cls),
            (self.pooling_mode_max_tokens, Pooling::Max),
            (self.pooling_mode_mean_tokens, Pooling::Mean),
            (
                self.pooling_mode_mean_sqrt_len_tokens,
                Pooling::MeanSqrtLength,
            ),
            (self.pooling_mode_weightedmean_tokens, Pooling::WeightedMean),
            (self.pooling_mode_lasttoken, Pooling::LastToken),
        ];
        let on = switches.into_iter().filter(|(on, _)| *on);
        on.map(|(_, way)| way).collect()
    }
}

/// The switches of `1_Pooling/config.json`, which every release reads, where the ways are in the order
/// that switches imply; else the names, which newer ones read.
pub(super) fn pooling_config(width: usize, ways: &[Pooling]) -> Value {
    let all = [
        ("cls_token", Pooling::Cls),
        ("max_tokens", Pooling::Max),
        ("mean_tokens", Pooling::Mean),
        ("mean_sqrt_len_tokens", Pooling::MeanSqrtLength),
        ("weightedmean_tokens", Pooling::WeightedMean),
        ("lasttoken", Pooling::LastToken),
    ];
    let implied = all.iter().filter(|(_, way)| ways.contains(way));
    let mut config = Map::new();
    if implied.map(|(_, way)| *way).eq(ways.iter().copied()) {
        config.insert("word_embedding_dimension".into(), width.into());
        for (name, way) in all {
            let name = format!("pooling_mode_{name}");
            config.insert(name, ways.contains(&way).into());
        }
    } else {
        config.insert("embedding_dimension".into(), width.into());
        config.insert("pooling_mode".into(), serde_json::json!(ways));
    }
    config.insert("include_prompt".into(), true.into());
    Value::Object(config)
}

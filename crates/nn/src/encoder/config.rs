//! `config.json` of a transformer.

use std::path::Path;

use burn::tensor::{Tensor, activation};
use serde::Deserialize;
use serde_json::Value;

use super::bert::BertConfig;
use super::distilbert::DistilBertConfig;
use super::modernbert_config::ModernBertConfig;
use super::mpnet::MpNetConfig;
use crate::error::Error;
use crate::ops;

/// Sizes of a transformer, by family.
#[derive(Debug, Clone)]
pub(crate) enum Config {
    Bert(BertConfig),
    DistilBert(DistilBertConfig),
    MpNet(MpNetConfig),
    ModernBert(ModernBertConfig),
}

/// What every family's configuration says about its network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Rows of the table of tokens.
    pub(crate) vocabulary: usize,
    /// Features of a hidden state.
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Tokens of the longest sequence there are positions for.
    pub(crate) positions: usize,
}

/// Share that dropout drops, by place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rates {
    pub(crate) embeddings: f32,
    pub(crate) weights: f32,
    pub(crate) attended: f32,
    pub(crate) inner: f32,
    pub(crate) fed: f32,
}

/// What stands between the two linear maps of a feed-forward part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Activation {
    #[serde(rename = "gelu")]
    Gelu,
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluTanh,
    /// `x sigmoid(1.702 x)`, CLIP's.
    #[serde(rename = "quick_gelu")]
    QuickGelu,
    #[serde(rename = "relu")]
    Relu,
    #[serde(rename = "silu", alias = "swish")]
    Silu,
}

impl Activation {
    pub(crate) fn of(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => ops::gelu(x),
            Self::GeluTanh => activation::gelu_approximate(x),
            Self::QuickGelu => x.clone() * activation::sigmoid(x * 1.702),
            Self::Relu => activation::relu(x),
            Self::Silu => activation::silu(x),
        }
    }
}

impl Config {
    /// The configuration in a file.
    ///
    /// # Errors
    /// The file is not what it should be, or asks for a family or a way that is not here.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        Self::of(crate::json::read(path)?, path)
    }

    /// The configuration that would be in a file.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(crate) fn of(value: Value, path: &Path) -> Result<Self, Error> {
        let json = |source| Error::Json {
            path: path.to_owned(),
            source,
        };
        let family = value["model_type"].as_str().unwrap_or("none").to_owned();
        let config = match family.as_str() {
            "bert" => Self::Bert(serde_json::from_value(value.clone()).map_err(json)?),
            "roberta" | "xlm-roberta" | "camembert" => {
                let config: BertConfig = serde_json::from_value(value.clone()).map_err(json)?;
                Self::Bert(config.after_padding())
            }
            "distilbert" => Self::DistilBert(serde_json::from_value(value.clone()).map_err(json)?),
            "mpnet" => Self::MpNet(serde_json::from_value(value.clone()).map_err(json)?),
            "modernbert" => Self::ModernBert(ModernBertConfig::read(&value).map_err(json)?),
            _ => {
                let wanted =
                    "bert, roberta, xlm-roberta, camembert, distilbert, mpnet or modernbert";
                return Err(wrong(path, "model_type", wanted, &family));
            }
        };
        config.check(&value, path)?;
        Ok(config)
    }

    /// Refuses what would otherwise be computed wrongly.
    fn check(&self, value: &Value, path: &Path) -> Result<(), Error> {
        let sizes = self.sizes();
        for (key, size) in [
            ("hidden size", sizes.hidden),
            ("attention heads", sizes.heads),
            ("vocab_size", sizes.vocabulary),
            ("positions", sizes.positions),
        ] {
            if size == 0 {
                return Err(wrong(path, key, "a positive number", "0"));
            }
        }
        let uneven = !sizes.hidden.is_multiple_of(sizes.heads);
        let odd = matches!(self, Self::ModernBert(_)) && (sizes.hidden / sizes.heads) % 2 == 1;
        if uneven || odd {
            let wanted = format!("a divisor of the hidden size {}", sizes.hidden);
            let wanted = if odd {
                wanted + ", even features each"
            } else {
                wanted
            };
            return Err(wrong(
                path,
                "attention heads",
                &wanted,
                &sizes.heads.to_string(),
            ));
        }
        let only = |key: &str, given: &Value, wanted: &str| match given.as_str() {
            Some(other) if other != wanted => Err(wrong(path, key, wanted, other)),
            _ => Ok(()),
        };
        let key = "position_embedding_type";
        only(key, &value[key], "absolute")?;
        for layers in ["full_attention", "sliding_attention"] {
            let kind = &value["rope_parameters"][layers]["rope_type"];
            only("rope_type", kind, "default")?;
        }
        if let Self::MpNet(config) = self
            && config.buckets < 32
        {
            let key = "relative_attention_num_buckets";
            return Err(wrong(path, key, "32 or more", &config.buckets.to_string()));
        }
        if !value["rope_scaling"].is_null() {
            let given = value["rope_scaling"].to_string();
            return Err(wrong(path, "rope_scaling", "null", &given));
        }
        if value["is_decoder"].as_bool() == Some(true) {
            return Err(wrong(path, "is_decoder", "false", "true"));
        }
        Ok(())
    }

    pub(crate) fn sizes(&self) -> Sizes {
        match self {
            Self::Bert(config) => config.sizes(),
            Self::DistilBert(config) => config.sizes(),
            Self::MpNet(config) => config.bert.sizes(),
            Self::ModernBert(config) => config.sizes(),
        }
    }

    /// What some files put before every name.
    pub(crate) fn prefixes(&self) -> &'static [&'static str] {
        match self {
            Self::Bert(_) => &["bert.", "roberta."],
            Self::DistilBert(_) => &["distilbert."],
            Self::MpNet(_) => &["mpnet."],
            Self::ModernBert(_) => &["model."],
        }
    }
}

/// What a file says against what is here.
pub(crate) fn wrong(path: &Path, key: &str, wanted: &str, given: &str) -> Error {
    Error::Model {
        path: path.to_owned(),
        key: key.into(),
        wanted: wanted.into(),
        given: given.into(),
    }
}

//! A picture network with its files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;

use super::encoder::PictureEncoder;
use super::families::Config;
use super::family::Spelling;
use super::settings::{self, HeadConfig};
use crate::config_file::ConfigFile;
use crate::embedder::Embedder;
use crate::error::Error;
use crate::json;
use crate::tensors::Tensors;
use crate::weights::{Weight, replace, replace_by, weights};

/// Files that go with a model as they are.
const PASSED_ON: [&str; 9] = [
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
    "spiece.model",
];

/// An encoder of pictures with the files it goes with.
///
/// | `model_type` | files | embedding |
/// |---|---|---|
/// | `vit` | `ViTModel` | the pooler's, or the token's where there is no pooler |
/// | `dinov2` | `Dinov2Model` | the token's, normalised |
/// | `clip`, `clip_vision_model` | `CLIPModel`, `CLIPVisionModelWithProjection`, `CLIPVisionModel` | the projection's, or the token's where there is none |
/// | `siglip`, `siglip_vision_model` | `SiglipModel`, `SiglipVisionModel` | the probe's |
/// | `resnet18`, `resnet34`, `resnet50` | torchvision's state dict, or timm's | the mean over the last pixels, before `fc` |
/// | `efficientnet-lite0` | timm's `tf_efficientnet_lite0` | the mean over the last pixels, before `classifier` |
///
/// The last two have no `model_type` of their own: `config.json` is ours, with `model_type` and, if it is not 224,
/// `image_size`, the size of pictures to prepare, or timm's, with `architecture`; they read any size.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use tercet_nn::{Embedder, PictureModel};
///
/// let model = PictureModel::open("tests/models/towers/resnet18", &Device::flex())?;
/// let model = model.with_head(5, 1)?.with_norm(true);
/// let [height, width] = model.size();
/// let picture = Tensor::ones([1, height, width, 3], &Device::flex());
/// let row: Vec<f32> = model.encoder.embed(picture).into_data().try_into_vec().unwrap();
/// assert_eq!((row.len(), model.dim()), (5, 5));
/// assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PictureModel {
    /// The network.
    pub encoder: PictureEncoder,
    folder: PathBuf,
    pub(super) spelling: Spelling,
    levels: [[f32; 3]; 2],
    /// Passed on: files by name, and what the weights' file has besides the network's parameters.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) further: Vec<Weight>,
}

impl PictureModel {
    /// A model from a folder: `config.json`, whose `model_type` says which network it is, and
    /// `model.safetensors` (or its index) must be there; `preprocessor_config.json` says mean and standard
    /// deviation; `head.json` and `head.safetensors` are a head that [`Self::files`] wrote.
    ///
    /// # Errors
    /// A file is missing or broken, lacks a parameter or has it in another size, or the files ask for what
    /// is not here.
    pub fn open(folder: impl AsRef<Path>, device: &Device) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let path = folder.join("config.json");
        let config = Config::of(&ConfigFile {
            value: &json::read(&path)?,
            path: &path,
        })?;
        let tensors = Tensors::open(folder)?;
        let (config, spelling) = config.fit(&tensors);
        let head: HeadConfig = json::read_if_there(&folder.join("head.json"))?;
        let mut encoder = PictureEncoder::new(config, head.dim, head.normalize, device);
        encoder.tower = replace_by(encoder.tower, &tensors, &|name| spelling.of(name))?;
        if let Some(linear) = encoder.head.take() {
            let tensors = Tensors::read(&folder.join("head.safetensors"))?;
            encoder.head = Some(replace(linear, &tensors, "")?);
        }
        let used = weights(&encoder.tower);
        let used = used
            .iter()
            .map(|weight| spelling.of(&weight.name))
            .collect();
        Ok(Self {
            folder: folder.to_owned(),
            further: further(&tensors, &used),
            files: files(folder)?,
            levels: settings::levels(folder, config.levels())?,
            encoder,
            spelling,
        })
    }

    /// Whether a configuration's `model_type`, or timm's `architecture`, is one of the networks here.
    pub fn reads(kind: &str) -> bool {
        Config::KINDS.contains(&kind)
    }

    /// This model with a new linear map to `dim` numbers after the network, in place of one that was
    /// there; its weights are a pure function of the seed.
    ///
    /// # Errors
    /// `dim` is 0.
    pub fn with_head(mut self, dim: usize, seed: u64) -> Result<Self, Error> {
        if dim == 0 {
            return Err(Error::Config {
                key: "dim",
                wanted: "a positive number".into(),
                given: "0".into(),
            });
        }
        let devices = self.encoder.devices();
        let device = devices.first().expect("every network has parameters");
        self.encoder = self.encoder.with_head(dim, seed, device);
        Ok(self)
    }

    /// This model, whose embeddings have Euclidean norm 1, or not.
    #[must_use]
    pub fn with_norm(mut self, normalize: bool) -> Self {
        self.encoder.normalize = normalize;
        self
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.encoder.dim()
    }

    /// Height and width of the pictures that the network is made for, whatever the preprocessor says.
    pub fn size(&self) -> [usize; 2] {
        self.encoder.size()
    }

    /// The file that says how pictures are prepared, `preprocessor_config.json`, and its bytes as they were read; none
    /// where there is no such file.
    pub fn preprocessor(&self) -> Option<(PathBuf, &[u8])> {
        let mut files = self.files.iter();
        let (name, bytes) = files.find(|(name, _)| name == "preprocessor_config.json")?;
        Some((self.folder.join(name), bytes))
    }

    /// What is taken from red, green and blue in `[0, 1]`.
    pub fn mean(&self) -> [f32; 3] {
        self.levels[0]
    }

    /// What red, green and blue are divided by after that.
    pub fn std(&self) -> [f32; 3] {
        self.levels[1]
    }
}

/// The tensors of floats that the network does not use: a classifier, CLIP's network of texts.
fn further(tensors: &Tensors, used: &BTreeSet<String>) -> Vec<Weight> {
    let names = tensors.names().filter(|name| !used.contains(name));
    let further = names.filter_map(|name| {
        let size = tensors.size(&name)?.to_vec();
        let numbers = tensors.numbers(&name, &size).ok()?;
        Some(Weight {
            name,
            size,
            numbers,
        })
    });
    further.collect()
}

fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let there = PASSED_ON.iter().filter(|name| folder.join(name).is_file());
    there
        .map(|&name| Ok((name.to_owned(), fs_err::read(folder.join(name))?)))
        .collect()
}

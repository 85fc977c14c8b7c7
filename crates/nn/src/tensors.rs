//! Tensors by name in one safetensors file or several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use serde::Deserialize;

use crate::error::Error;
use crate::json;

/// Tensors by name, in the files of one model.
#[derive(Debug)]
pub(crate) struct Tensors {
    files: Vec<File>,
    /// What messages name: the file, or the index of several.
    path: PathBuf,
}

/// `model.safetensors.index.json`: which file has which tensor.
#[derive(Debug, Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Tensors {
    /// One file.
    ///
    /// # Errors
    /// The file cannot be read or is not safetensors.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            files: vec![File::read(path)?],
            path: path.to_owned(),
        })
    }

    /// The weights of a folder: `model.safetensors`, or the files its index names.
    ///
    /// # Errors
    /// There is neither, or [`Tensors::read`] fails on one of them.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let index = folder.join("model.safetensors.index.json");
        if !index.is_file() {
            return Self::read(&folder.join("model.safetensors"));
        }
        let names: BTreeSet<String> = json::read::<Index>(&index)?
            .weight_map
            .into_values()
            .collect();
        let files = names.iter().map(|name| File::read(&folder.join(name)));
        Ok(Self {
            files: files.collect::<Result<_, _>>()?,
            path: index,
        })
    }

    /// Names of all tensors.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.files
            .iter()
            .flat_map(|file| file.metadata.offset_keys())
    }

    /// Size of a tensor.
    pub(crate) fn size(&self, name: &str) -> Option<&[usize]> {
        let (_, info) = self.find(name)?;
        Some(&info.shape)
    }

    /// As [`Self::numbers`], all finite.
    ///
    /// # Errors
    /// One is not, or those of [`Self::numbers`].
    pub(crate) fn finite(&self, name: &str, size: &[usize]) -> Result<Vec<f32>, Error> {
        let numbers = self.numbers(name, size)?;
        match numbers.iter().find(|number| !number.is_finite()) {
            None => Ok(numbers),
            Some(number) => Err(Error::Tensor {
                path: self
                    .find(name)
                    .map_or(&self.path, |(file, _)| &file.path)
                    .clone(),
                name: name.to_owned(),
                wanted: size.to_vec(),
                given: format!("{number} among them"),
            }),
        }
    }

    /// A tensor's numbers as 32-bit floats, row-major.
    ///
    /// # Errors
    /// There is no tensor of this name and size, or its numbers are not floats of 32 or 16 bits.
    pub(crate) fn numbers(&self, name: &str, size: &[usize]) -> Result<Vec<f32>, Error> {
        let wrong = |path: &Path, given| Error::Tensor {
            path: path.to_owned(),
            name: name.to_owned(),
            wanted: size.to_vec(),
            given,
        };
        let Some((file, info)) = self.find(name) else {
            return Err(wrong(&self.path, "none".into()));
        };
        let numbers = widen(file.data(info), info.dtype).filter(|_| info.shape == size);
        numbers.ok_or_else(|| wrong(&file.path, format!("{:?} {:?}", info.dtype, info.shape)))
    }

    /// The tensor of a name, or of the name that older files have for a normalisation's scale and shift.
    fn find(&self, name: &str) -> Option<(&File, &TensorInfo)> {
        self.exactly(name).or_else(|| {
            let old = name
                .strip_suffix("LayerNorm.weight")
                .map(|stem| (stem, "gamma"));
            let old = old.or_else(|| Some((name.strip_suffix("LayerNorm.bias")?, "beta")));
            let (stem, kind) = old?;
            self.exactly(&format!("{stem}LayerNorm.{kind}"))
        })
    }

    fn exactly(&self, name: &str) -> Option<(&File, &TensorInfo)> {
        self.files
            .iter()
            .find_map(|file| Some((file, file.metadata.info(name)?)))
    }
}

/// The numbers of floats of 32 or 16 bits; `None` for other types.
fn widen(bytes: &[u8], kind: Dtype) -> Option<Vec<f32>> {
    let pairs = || bytes.as_chunks::<2>().0.iter();
    Some(match kind {
        Dtype::F32 => {
            let (numbers, _) = bytes.as_chunks::<4>();
            numbers
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()
        }
        Dtype::F16 => pairs().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        Dtype::BF16 => pairs().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
        _ => return None,
    })
}

/// One safetensors file in memory.
#[derive(Debug)]
struct File {
    path: PathBuf,
    bytes: Vec<u8>,
    metadata: Metadata,
    /// Where the numbers begin.
    start: usize,
}

impl File {
    fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs_err::read(path)?;
        let wrong = |source| Error::Safetensors {
            path: path.to_owned(),
            source,
        };
        SafeTensors::deserialize(&bytes).map_err(wrong)?;
        let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(wrong)?;
        Ok(Self {
            path: path.to_owned(),
            start: header + 8,
            bytes,
            metadata,
        })
    }

    fn data(&self, info: &TensorInfo) -> &[u8] {
        let (begin, end) = info.data_offsets;
        &self.bytes[self.start + begin..self.start + end]
    }
}

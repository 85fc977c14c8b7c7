//! Embeddings as files that other programs read.

use std::path::Path;

use anyhow::{Context, bail};
use safetensors::tensor::{Dtype, TensorView};
use tercet::data::ArrayNumber;
use tercet::kernels::Real;
use tercet::train::write_file;

/// A number of an array: `f32` or `f64`.
pub(crate) trait Number: Real + ArrayNumber + npyz::AutoSerialize {
    /// What safetensors calls it.
    const DTYPE: Dtype;
    /// Bits.
    const BITS: usize;
    /// To its bytes, the lowest first.
    fn write(self, bytes: &mut Vec<u8>);
}

macro_rules! number {
    ($type:ty, $dtype:expr) => {
        impl Number for $type {
            const DTYPE: Dtype = $dtype;
            const BITS: usize = 8 * size_of::<$type>();
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        }
    };
}

number!(f32, Dtype::F32);
number!(f64, Dtype::F64);

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// NumPy's.
    Npy,
    /// A file with one tensor.
    Safetensors,
}

impl Format {
    /// By the end of the file's name; `what` names it in the error.
    pub(crate) fn of(what: &str, path: &Path) -> anyhow::Result<Self> {
        match path.extension().and_then(|end| end.to_str()) {
            Some("npy") => Ok(Self::Npy),
            Some("safetensors") => Ok(Self::Safetensors),
            _ => bail!(
                "{what}: wanted a name that ends in .npy or .safetensors, given {}",
                path.display()
            ),
        }
    }

    /// Writes rows `(n, dim)`, in one piece; a file of tensors calls them `name`.
    pub(crate) fn write<T: Number>(
        self,
        path: &Path,
        name: &str,
        rows: &[T],
        dim: usize,
    ) -> anyhow::Result<()> {
        let bytes = match self {
            Self::Npy => npy(rows, dim).context("cannot make a .npy file")?,
            Self::Safetensors => {
                tensors(name, rows, dim).context("cannot make a .safetensors file")?
            }
        };
        Ok(write_file(path, &bytes)?)
    }
}

fn npy<T: Number>(rows: &[T], dim: usize) -> std::io::Result<Vec<u8>> {
    use npyz::WriterBuilder;

    let mut bytes = Vec::new();
    let shape = [(rows.len() / dim) as u64, dim as u64];
    let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd()?;
    writer.extend(rows.iter().copied())?;
    writer.finish()?;
    Ok(bytes)
}

fn tensors<T: Number>(name: &str, rows: &[T], dim: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size_of_val(rows));
    rows.iter().for_each(|number| number.write(&mut bytes));
    let view = TensorView::new(T::DTYPE, vec![rows.len() / dim, dim], &bytes)?;
    let metadata = [("format".to_owned(), "pt".to_owned())];
    Ok(safetensors::serialize(
        [(name, view)],
        Some(metadata.into()),
    )?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const ROWS: [f32; 6] = [0.5, -1.0, 2.0, 3.0, 4.0, 5.5];

    #[test]
    fn npy_reads_back() {
        let bytes = npy(&ROWS, 2).unwrap();
        let file = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(file.shape(), [3, 2]);
        assert_eq!(file.into_vec::<f32>().unwrap(), ROWS);
    }

    #[test]
    fn safetensors_read_back() {
        let bytes = tensors("embeddings", &ROWS, 3).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let tensor = file.tensor("embeddings").unwrap();
        assert_eq!(tensor.shape(), [2, 3]);
        assert_eq!(tensor.data()[..4], 0.5f32.to_le_bytes());
    }

    #[test]
    fn other_names_are_refused() {
        assert_eq!(
            Format::of("--out", "a/b.npy".as_ref()).unwrap(),
            Format::Npy
        );
        let error = Format::of("--out", "b.txt".as_ref()).unwrap_err();
        assert!(error.to_string().contains("given b.txt"));
    }
}

//! Arrays of other programs, from `.npy` and `.safetensors` files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use npyz::{DType, NpyHeader, Order, TypeChar};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::{Format, Number};

/// An array as it lies in its file; its bytes are as many as its shape says.
#[derive(Debug)]
pub(crate) struct Array {
    path: PathBuf,
    kind: Kind,
    /// The type in the file's own words.
    word: String,
    /// Bytes per number.
    size: usize,
    big_endian: bool,
    shape: Vec<usize>,
    columns_first: bool,
    bytes: Vec<u8>,
}

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float,
    Signed,
    Unsigned,
    Other,
}

impl Array {
    /// Reads a file by the end of its name: of a `.safetensors` file the only tensor, or the one called `name`.
    pub(crate) fn read(path: &Path, format: Format, name: &str) -> anyhow::Result<Self> {
        let bytes = fs_err::read(path)?;
        ensure!(
            !bytes.is_empty(),
            "{}: wanted an array, given an empty file",
            path.display()
        );
        match format {
            Format::Npy => Self::npy(path, &bytes),
            Format::Safetensors => Self::tensor(path, &bytes, name),
        }
    }

    fn npy(path: &Path, bytes: &[u8]) -> anyhow::Result<Self> {
        let mut rest = bytes;
        let header = NpyHeader::from_reader(&mut rest)
            .with_context(|| format!("{}: wanted a whole .npy file", path.display()))?;
        let DType::Plain(dtype) = header.dtype() else {
            bail!(
                "{}: wanted plain numbers, given records {}",
                path.display(),
                header.dtype().descr()
            );
        };
        let kind = match dtype.type_char() {
            TypeChar::Float => Kind::Float,
            TypeChar::Int => Kind::Signed,
            TypeChar::Uint => Kind::Unsigned,
            _ => Kind::Other,
        };
        let size = dtype.num_bytes().unwrap_or(1);
        let shape = header.shape().iter().map(|&length| length as usize);
        let array = Self {
            path: path.to_owned(),
            kind,
            word: dtype.to_string(),
            size,
            big_endian: dtype.endianness() == npyz::Endianness::Big,
            shape: shape.collect(),
            columns_first: header.order() == Order::Fortran,
            bytes: rest.to_vec(),
        };
        array.filled()
    }

    fn tensor(path: &Path, bytes: &[u8], name: &str) -> anyhow::Result<Self> {
        let file = SafeTensors::deserialize(bytes)
            .with_context(|| format!("{}: wanted a whole .safetensors file", path.display()))?;
        let names = file.names();
        let view = match names.as_slice() {
            [only] => file.tensor(only)?,
            _ if names.contains(&name) => file.tensor(name)?,
            _ => {
                let mut names = names;
                names.sort_unstable();
                bail!(
                    "{}: wanted one tensor or one called {name}, given {}: {}",
                    path.display(),
                    names.len(),
                    names.join(", ")
                );
            }
        };
        let kind = match view.dtype() {
            Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64 => Kind::Float,
            Dtype::I8 | Dtype::I16 | Dtype::I32 | Dtype::I64 => Kind::Signed,
            Dtype::U8 | Dtype::U16 | Dtype::U32 | Dtype::U64 => Kind::Unsigned,
            _ => Kind::Other,
        };
        let array = Self {
            path: path.to_owned(),
            kind,
            word: view.dtype().to_string(),
            size: view.dtype().bitsize() / 8,
            big_endian: false,
            shape: view.shape().to_vec(),
            columns_first: false,
            bytes: view.data().to_vec(),
        };
        array.filled()
    }

    /// Refuses a file that ends before its numbers do; what stands behind them is not read.
    fn filled(mut self) -> anyhow::Result<Self> {
        let mut lengths = self.shape.iter().copied().chain([self.size]);
        let wanted = lengths.try_fold(1, usize::checked_mul);
        match wanted.filter(|&wanted| wanted <= self.bytes.len()) {
            Some(wanted) => self.bytes.truncate(wanted),
            None => bail!(
                "{}: wanted {} numbers of {} bytes, given a file that ends after {} bytes of them",
                self.path.display(),
                self.shape_in_words(),
                self.size,
                self.bytes.len()
            ),
        }
        Ok(self)
    }

    fn shape_in_words(&self) -> String {
        let lengths: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        match lengths.as_slice() {
            [] => "a single number".to_owned(),
            [one] => format!("({one},)"),
            _ => format!("({})", lengths.join(", ")),
        }
    }

    /// Whether its numbers are floats of this many bytes.
    pub(crate) fn is_float(&self, size: usize) -> bool {
        self.kind == Kind::Float && self.size == size
    }

    /// Shape `(n, d)` with at least one row and one column; the error says so.
    pub(crate) fn rows(&self) -> anyhow::Result<(usize, usize)> {
        match *self.shape {
            [n, d] if n > 0 && d > 0 && (self.is_float(4) || self.is_float(8)) => Ok((n, d)),
            _ => bail!(
                "{}: wanted embeddings, 32- or 64-bit floats of shape (rows, numbers per row), given {} of shape {}",
                self.path.display(),
                self.word,
                self.shape_in_words()
            ),
        }
    }

    /// Its numbers, row after row; the caller has asked for [`rows`](Self::rows) and their size.
    pub(crate) fn floats<T: Number>(&self, (n, d): (usize, usize)) -> Vec<T> {
        let each = self.bytes.chunks_exact(self.size);
        let numbers: Vec<T> = each
            .map(|bytes| T::read(&self.little_endian(bytes)[..self.size]))
            .collect();
        if !self.columns_first {
            return numbers;
        }
        let places = (0..n).flat_map(|row| (0..d).map(move |column| column * n + row));
        places.map(|place| numbers[place]).collect()
    }

    /// Whole numbers, one per row: shape `(n,)` or `(n, 1)`.
    pub(crate) fn integers(&self) -> anyhow::Result<Vec<i128>> {
        let whole = matches!(self.kind, Kind::Signed | Kind::Unsigned);
        let flat = matches!(*self.shape, [_] | [_, 1]);
        ensure!(
            whole && flat && self.size <= 8,
            "{}: wanted labels, whole numbers of shape (rows,), given {} of shape {}",
            self.path.display(),
            self.word,
            self.shape_in_words()
        );
        let each = self.bytes.chunks_exact(self.size);
        Ok(each.map(|bytes| self.integer(bytes)).collect())
    }

    fn integer(&self, bytes: &[u8]) -> i128 {
        let number = u64::from_le_bytes(self.little_endian(bytes));
        let unused = 64 - 8 * self.size as u32;
        match self.kind {
            // Shifted up and down again, the sign fills the unused bits.
            Kind::Signed => (((number << unused) as i64) >> unused).into(),
            _ => number.into(),
        }
    }

    /// The bytes of one number, the lowest first, the rest 0.
    fn little_endian(&self, bytes: &[u8]) -> [u8; 8] {
        let mut number = [0; 8];
        number[..bytes.len()].copy_from_slice(bytes);
        if self.big_endian {
            number[..bytes.len()].reverse();
        }
        number
    }
}

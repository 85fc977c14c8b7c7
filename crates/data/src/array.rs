use std::path::{Path, PathBuf};

use crate::Error;

mod npy;
mod number;
mod tensor;

pub use number::ArrayNumber;

/// An array as it lies in its `.npy` or `.safetensors` file; its bytes are as many as its shape says.
#[derive(Debug)]
pub struct Array {
    path: PathBuf,
    kind: Numbers,
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
enum Numbers {
    Float,
    /// The upper half of an `f32`.
    Brain,
    Signed,
    Unsigned,
    Other,
}

/// Which format the end of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Npy,
    Safetensors,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "npy" => Some(Self::Npy),
            "safetensors" => Some(Self::Safetensors),
            _ => None,
        }
    }
}

impl Array {
    /// Whether the end of a name is that of an array: `.npy` or `.safetensors`.
    pub fn is_named(path: &Path) -> bool {
        Format::of(path).is_some()
    }

    /// Reads a file by the end of its name: of a `.safetensors` file the only tensor, or the one called `name`.
    ///
    /// # Errors
    /// [`Error::Missing`] or [`Error::Read`]; [`Error::Array`] for another ending, a file that is empty, broken or ends
    /// before its numbers do, and several tensors of which none is called `name`.
    pub fn read(path: impl AsRef<Path>, name: &str) -> Result<Self, Error> {
        let path = path.as_ref();
        let wanted = "a name that ends in .npy or .safetensors";
        let format = Format::of(path).ok_or_else(|| fault(path, wanted, "another"))?;
        let bytes = crate::files::whole(path)?;
        if bytes.is_empty() {
            return Err(fault(path, "an array", "an empty file"));
        }
        match format {
            Format::Npy => npy::read(path, &bytes),
            Format::Safetensors => tensor::read(path, &bytes, name),
        }?
        .filled()
    }

    /// Refuses a file that ends before its numbers do; what stands behind them is not read.
    fn filled(mut self) -> Result<Self, Error> {
        let mut lengths = self.shape.iter().copied().chain([self.size]);
        let wanted = lengths.try_fold(1, usize::checked_mul);
        match wanted.filter(|&wanted| wanted <= self.bytes.len()) {
            Some(wanted) => self.bytes.truncate(wanted),
            None => {
                let wanted = format!("{} numbers of {} bytes", self.shape_in_words(), self.size);
                let bytes = self.bytes.len();
                let given = format!("a file that ends after {bytes} bytes of them");
                return Err(fault(&self.path, wanted, given));
            }
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

    /// Bits of a number that is a float.
    pub fn float_bits(&self) -> Option<usize> {
        let float = matches!(self.kind, Numbers::Float | Numbers::Brain);
        float.then_some(8 * self.size)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Shape `(n, d)` of embeddings, with at least one row and one column.
    ///
    /// # Errors
    /// [`Error::Array`] for another shape, and for numbers that are no floats of 16, 32 or 64 bits.
    pub fn rows(&self) -> Result<(usize, usize), Error> {
        let float = matches!(self.float_bits(), Some(16 | 32 | 64));
        match *self.shape {
            [n, d] if n > 0 && d > 0 && float => Ok((n, d)),
            _ => {
                let wanted =
                    "embeddings, 16-, 32- or 64-bit floats of shape (rows, numbers per row)";
                Err(fault(&self.path, wanted, self.in_words()))
            }
        }
    }

    /// The numbers `(n, d)`, row after row.
    ///
    /// # Errors
    /// Those of [`Array::rows`].
    pub fn floats<T: ArrayNumber>(&self) -> Result<Vec<T>, Error> {
        let (n, d) = self.rows()?;
        let each = self.bytes.chunks_exact(self.size);
        let numbers: Vec<T> = each.map(|bytes| self.float(bytes)).collect();
        if !self.columns_first {
            return Ok(numbers);
        }
        let places = (0..n).flat_map(|row| (0..d).map(move |column| column * n + row));
        Ok(places.map(|place| numbers[place]).collect())
    }

    fn float<T: ArrayNumber>(&self, bytes: &[u8]) -> T {
        let bits = u64::from_le_bytes(self.little_endian(bytes));
        match (self.kind, self.size) {
            (Numbers::Brain, _) => T::of_f32(half::bf16::from_bits(bits as u16).to_f32()),
            (_, 2) => T::of_f32(half::f16::from_bits(bits as u16).to_f32()),
            (_, 4) => T::of_f32(f32::from_bits(bits as u32)),
            _ => T::of_f64(f64::from_bits(bits)),
        }
    }

    /// Whole numbers, one per row: shape `(n,)` or `(n, 1)`.
    ///
    /// # Errors
    /// [`Error::Array`] for another shape, and for numbers that are not whole or of more than 64 bits.
    pub fn integers(&self) -> Result<Vec<i128>, Error> {
        let whole = matches!(self.kind, Numbers::Signed | Numbers::Unsigned);
        let flat = matches!(*self.shape, [_] | [_, 1]);
        if !(whole && flat && (1..=8).contains(&self.size)) {
            let wanted = "labels, whole numbers of shape (rows,)";
            return Err(fault(&self.path, wanted, self.in_words()));
        }
        let each = self.bytes.chunks_exact(self.size);
        Ok(each.map(|bytes| self.integer(bytes)).collect())
    }

    fn integer(&self, bytes: &[u8]) -> i128 {
        let number = u64::from_le_bytes(self.little_endian(bytes));
        let unused = 64 - 8 * self.size as u32;
        match self.kind {
            // Shifted up and down again, the sign fills the unused bits.
            Numbers::Signed => (((number << unused) as i64) >> unused).into(),
            _ => number.into(),
        }
    }

    fn in_words(&self) -> String {
        format!("{} of shape {}", self.word, self.shape_in_words())
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

fn fault(path: &Path, wanted: impl Into<String>, given: impl Into<String>) -> Error {
    Error::Array {
        path: path.to_owned(),
        wanted: wanted.into(),
        given: given.into(),
    }
}

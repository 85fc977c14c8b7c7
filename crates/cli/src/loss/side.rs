//! One side of a comparison: its rows as given and as compared.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tercet::data::Array;
use tercet::kernels::{Rows, Unit};

use super::report::length;
use crate::arrays::{Format, Number};

/// One side: its rows as given and as compared.
pub(super) struct Side<T> {
    numbers: Vec<T>,
    pub(super) dim: usize,
    unit: Option<Unit<T>>,
}

/// Reads an array of embeddings.
pub(super) fn read(path: &Path) -> anyhow::Result<Array> {
    let array = Array::read(path, "embeddings")?;
    array.rows()?;
    Ok(array)
}

impl<T: Number> Side<T> {
    pub(super) fn of(array: &Array, normalize: bool) -> anyhow::Result<Self> {
        let path = array.path();
        let (_, dim) = array.rows()?;
        let numbers: Vec<T> = array.floats()?;
        check(path, &numbers, dim)?;
        let rows = Rows::new(&numbers, dim)?;
        let unit = normalize.then(|| Unit::of(rows)).transpose();
        let unit = unit.with_context(|| path.display().to_string())?;
        Ok(Self { dim, numbers, unit })
    }

    pub(super) fn given(&self) -> Rows<'_, T> {
        Rows::new(&self.numbers, self.dim).expect("the shape of the file")
    }

    pub(super) fn compared(&self) -> Rows<'_, T> {
        self.unit.as_ref().map_or(self.given(), Unit::rows)
    }

    /// Takes a gradient back to the rows as given and writes it, if that is wanted; gives its norm.
    pub(super) fn write(&self, path: &Option<PathBuf>, gradient: &[T]) -> anyhow::Result<f64> {
        let back = self.unit.as_ref().map(|unit| unit.back(gradient));
        let back = back.transpose()?;
        let gradient = back.as_deref().unwrap_or(gradient);
        if let Some(path) = path {
            let format = Format::of("--gradient", path)?;
            format
                .write(path, "gradient", gradient, self.dim)
                .context("the gradient is not written")?;
        }
        Ok(length(gradient))
    }
}

/// Refuses NaN, infinities and rows too long to have a length.
fn check<T: Number>(path: &Path, numbers: &[T], dim: usize) -> anyhow::Result<()> {
    if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
        bail!(
            "{}: wanted finite numbers, given {} in row {}, column {} (counted from 0)",
            path.display(),
            numbers[place],
            place / dim,
            place % dim
        );
    }
    let mut rows = numbers.chunks_exact(dim);
    if let Some(row) = rows.position(|row| !length(row).is_finite()) {
        bail!(
            "{}: wanted rows whose squared lengths do not overflow, given one in row {row}",
            path.display()
        );
    }
    Ok(())
}

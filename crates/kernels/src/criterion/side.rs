//! Rows as a leaf sees them, and the way back for its gradients.

use rayon::prelude::*;

use crate::{Real, Rows, Unit};

/// The leading numbers of all rows, of length 1 if wanted.
pub(super) struct Side<T> {
    cut: Cut<T>,
    /// Numbers per row as given.
    dim: usize,
}

enum Cut<T> {
    Plain { data: Vec<T>, dim: usize },
    Unit(Unit<T>),
}

impl<T: Real> Side<T> {
    /// The first `dims` numbers of checked rows, which have as many; divided by their length if `unit`.
    pub(super) fn of(rows: Rows<'_, T>, dims: usize, unit: bool) -> Self {
        let each = rows.data().par_chunks_exact(rows.dim());
        let data: Vec<T> = each
            .flat_map_iter(|row| row[..dims].iter().copied())
            .collect();
        let cut = match unit {
            true => Cut::Unit(Unit::of_checked(read(&data, dims))),
            false => Cut::Plain { data, dim: dims },
        };
        Self {
            cut,
            dim: rows.dim(),
        }
    }

    pub(super) fn rows(&self) -> Rows<'_, T> {
        match &self.cut {
            Cut::Plain { data, dim } => read(data, *dim),
            Cut::Unit(unit) => unit.rows(),
        }
    }

    /// The gradient of the rows from `first` on into that of the rows given, 0 beyond the leading numbers.
    pub(super) fn back(&self, first: usize, mut gradient: Vec<T>) -> Vec<T> {
        if let Cut::Unit(unit) = &self.cut {
            unit.back_from(first, &mut gradient);
        }
        let dims = self.rows().dim();
        let mut out = vec![T::ZERO; gradient.len() / dims * self.dim];
        let each = out.par_chunks_exact_mut(self.dim).with_min_len(64);
        let each = each.zip(gradient.par_chunks_exact(dims));
        each.for_each(|(out, row)| out[..dims].copy_from_slice(row));
        out
    }
}

fn read<T: Real>(data: &[T], dim: usize) -> Rows<'_, T> {
    Rows::new(data, dim).expect("whole rows, cut from whole rows")
}

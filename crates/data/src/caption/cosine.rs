use crate::Error;

/// Relevance by the cosine of embeddings of captions, from a text model: below 0 it counts as 0.
///
/// ```
/// use tercet_data::CosineRelevance;
/// // Of any length: they are brought to 1.
/// let cosines = CosineRelevance::new(&[2.0, 0.0, -1.0, 0.0, 0.6, 0.8], 2)?;
/// assert_eq!((cosines.of(0, 1), cosines.of(0, 2)), (0.0, 0.6));
/// let error = CosineRelevance::new(&[0.0, 0.0], 2).unwrap_err();
/// assert_eq!(error.to_string(), "embeddings: wanted rows of finite numbers, not all 0, given [0.0, 0.0] in row 0");
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CosineRelevance {
    rows: Vec<f32>,
    dim: usize,
}

impl CosineRelevance {
    /// From the embeddings `(n, dim)`, row-major, of any norm but 0.
    ///
    /// # Errors
    /// [`Error::Number`] for a `dim` of 0, numbers that are no whole number of rows, a row with a number that is not
    /// finite or of zeros alone.
    pub fn new(rows: &[f32], dim: usize) -> Result<Self, Error> {
        let wrong = |wanted, given: String| Error::Number {
            name: "embeddings",
            wanted,
            given,
        };
        if dim == 0 || !rows.len().is_multiple_of(dim) {
            let given = format!("{} numbers with {dim} per row", rows.len());
            return Err(wrong("whole rows of at least one number", given));
        }
        let mut unit = Vec::with_capacity(rows.len());
        for (index, row) in rows.chunks_exact(dim).enumerate() {
            let squares: f64 = row.iter().map(|&x| f64::from(x).powi(2)).sum();
            let length = squares.sqrt();
            if !length.is_finite() || length == 0.0 {
                let shown = &row[..dim.min(4)];
                let given = format!("{shown:?} in row {index}");
                return Err(wrong("rows of finite numbers, not all 0", given));
            }
            unit.extend(row.iter().map(|&x| (f64::from(x) / length) as f32));
        }
        Ok(Self { rows: unit, dim })
    }

    /// The relevance of thing `b` to thing `a`; 1 of a thing to itself.
    ///
    /// # Panics
    /// If there is no such thing.
    pub fn of(&self, a: usize, b: usize) -> f32 {
        if a == b {
            return 1.0;
        }
        let row = |at: usize| &self.rows[at * self.dim..][..self.dim];
        let products = row(a).iter().zip(row(b)).map(|(x, y)| x * y);
        products.sum::<f32>().clamp(0.0, 1.0)
    }
}

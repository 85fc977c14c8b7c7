//! A number of a loss that training can change.

use crate::Error;

/// One number that a loss could learn, in the form in which it is learnt: a scale by its logarithm.
///
/// | name | of | value | most |
/// |---|---|---|---|
/// | `log_scale` | `info-nce`, `nt-xent`, `sup-con`: what similarities are multiplied with, one over the temperature | its natural logarithm | `ln 100` |
/// | `log_scale` | `sigmoid`, always | as above | `ln 100` |
/// | `bias` | `sigmoid`, always: what is added to the scaled similarity | itself | none |
/// | `beta` | `margin`: the boundary, in units of the distance | itself | none |
///
/// ```
/// use tercet_kernels::{InfoNce, RowLoss};
/// let scalars = InfoNce::new(20.0)?.scalars();
/// assert_eq!((scalars[0].name, scalars[0].value), ("log_scale", 20f64.ln()));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scalar {
    /// What it is called among the parameters of a run.
    pub name: &'static str,
    /// What the loss has now.
    pub value: f64,
    /// The largest value that training may give it; `None` if there is no such bound.
    pub most: Option<f64>,
    /// Whether it is learnt unless someone says no; the others are learnt if someone says so.
    pub always: bool,
}

impl Scalar {
    /// A similarity is multiplied with this at most: beyond it training is unstable (Radford et al., *CLIP*,
    /// arXiv:2103.00020, section 2.5).
    pub const LARGEST_SCALE: f64 = 100.0;

    /// The logarithm of a scale.
    pub(crate) fn log_scale(scale: f64) -> Self {
        Self {
            name: "log_scale",
            value: scale.ln(),
            most: Some(Self::LARGEST_SCALE.ln()),
            always: false,
        }
    }
}

/// As many numbers as a loss has.
pub(crate) fn exactly<const N: usize>(scalars: &[f64]) -> Result<[f64; N], Error> {
    scalars.try_into().map_err(|_| Error::Length {
        what: "scalars",
        wanted: N,
        given: scalars.len(),
    })
}

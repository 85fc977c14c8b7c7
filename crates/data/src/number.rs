use serde::{Deserialize, Serialize};

use crate::Error;

/// A number in `[0, 1]`: a probability, or a part of a whole.
///
/// ```
/// use tercet_data::Fraction;
/// assert_eq!(Fraction::new(0.25)?.value(), 0.25);
/// assert!(Fraction::new(1.5).is_err());
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Fraction(f32);

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);
    pub(crate) const TWENTIETH: Self = Self(0.05);
    pub(crate) const FIFTH: Self = Self(0.2);

    /// The number, once checked.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] outside `[0, 1]`.
    pub fn new(value: f32) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Error::Number {
                name: "fraction",
                wanted: "a number in [0, 1]",
                given: value.to_string(),
            })
        }
    }

    /// The number.
    pub fn value(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Fraction {
    type Error = Error;

    fn try_from(value: f32) -> Result<Self, Error> {
        Self::new(value)
    }
}

impl From<Fraction> for f32 {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}

/// A range of positive factors, `[low, high]` in a file.
///
/// ```
/// use tercet_data::Span;
/// assert_eq!(Span::new(0.8, 1.0)?.low(), 0.8);
/// assert!(Span::new(1.0, 0.8).is_err());
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f32; 2]", into = "[f32; 2]")]
pub struct Span([f32; 2]);

impl Span {
    /// The span that holds 1 alone.
    pub const ONE: Self = Self([1.0, 1.0]);
    pub(crate) const GENTLE: Self = Self([0.8, 1.0]);
    pub(crate) const ERASE: Self = Self([0.02, 0.2]);

    /// The two ends, once checked.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless `0.01 <= low <= high <= 10`.
    pub fn new(low: f32, high: f32) -> Result<Self, Error> {
        if 0.01 <= low && low <= high && high <= 10.0 {
            Ok(Self([low, high]))
        } else {
            let given = format!("[{low}, {high}]");
            Err(Error::Number {
                name: "span",
                wanted: "[low, high] with 0.01 <= low <= high <= 10",
                given,
            })
        }
    }

    /// The lower end.
    pub fn low(self) -> f32 {
        self.0[0]
    }

    /// The upper end.
    pub fn high(self) -> f32 {
        self.0[1]
    }
}

impl TryFrom<[f32; 2]> for Span {
    type Error = Error;

    fn try_from([low, high]: [f32; 2]) -> Result<Self, Error> {
        Self::new(low, high)
    }
}

impl From<Span> for [f32; 2] {
    fn from(span: Span) -> Self {
        span.0
    }
}

/// An angle in `[0, 180]` degrees.
///
/// ```
/// use tercet_data::Degrees;
/// assert_eq!(Degrees::new(15.0)?.value(), 15.0);
/// assert!(Degrees::new(-1.0).is_err());
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Degrees(f32);

impl Degrees {
    /// No turn.
    pub const ZERO: Self = Self(0.0);
    pub(crate) const TEN: Self = Self(10.0);

    /// The angle in degrees, once checked.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] outside `[0, 180]`.
    pub fn new(value: f32) -> Result<Self, Error> {
        if (0.0..=180.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Error::Number {
                name: "angle",
                wanted: "degrees in [0, 180]",
                given: value.to_string(),
            })
        }
    }

    /// The angle in degrees.
    pub fn value(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Degrees {
    type Error = Error;

    fn try_from(value: f32) -> Result<Self, Error> {
        Self::new(value)
    }
}

impl From<Degrees> for f32 {
    fn from(degrees: Degrees) -> Self {
        degrees.0
    }
}

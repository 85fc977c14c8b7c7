//! The two number types, and numbers with a range.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

use crate::Error;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// The number type of an embedding: `f32` or `f64`, and no other (sealed).
pub trait Real:
    sealed::Sealed
    + Copy
    + Debug
    + Display
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Sum
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Above every number.
    const INFINITY: Self;
    /// The nearest number of this type.
    fn from_f64(number: f64) -> Self;
    /// The same number with the precision of `f64`.
    fn to_f64(self) -> f64;
    /// The square root.
    fn sqrt(self) -> Self;
    /// Whether it is neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// The larger of the two.
    fn max(self, other: Self) -> Self;
    /// The total order of IEEE 754, in which even NaN has a place.
    fn total_cmp(&self, other: &Self) -> std::cmp::Ordering;
}

macro_rules! real {
    ($type:ty) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = <$type>::INFINITY;
            #[inline]
            fn from_f64(number: f64) -> Self {
                number as $type
            }
            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn sqrt(self) -> Self {
                <$type>::sqrt(self)
            }
            #[inline]
            fn is_finite(self) -> bool {
                <$type>::is_finite(self)
            }
            #[inline]
            fn max(self, other: Self) -> Self {
                <$type>::max(self, other)
            }
            #[inline]
            fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
                <$type>::total_cmp(self, other)
            }
        }
    };
}

real!(f32);
real!(f64);

/// The most that fits: sums with squared distances of `f32` rows stay finite.
const MOST: f64 = 1e30;

/// A number from 0 to 1e30, so that it is finite in `f32` too.
///
/// ```
/// use tercet_kernels::NonNegative;
/// assert_eq!(NonNegative::new("margin", 0.2)?.get(), 0.2);
/// assert!(NonNegative::new("margin", -0.2).is_err());
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct NonNegative(f64);

impl NonNegative {
    /// Checks the number; `what` names it in the error.
    ///
    /// # Errors
    /// [`Error::Number`] outside `[0, 1e30]`, NaN included.
    pub fn new(what: &'static str, number: f64) -> Result<Self, Error> {
        if (0.0..=MOST).contains(&number) {
            // Adding 0 turns -0 into 0, so that it prints as what it is.
            return Ok(Self(number + 0.0));
        }
        let wanted = if number.is_finite() && number > MOST {
            "a number of at most 1e30"
        } else {
            "a finite number of at least 0"
        };
        Err(Error::Number {
            what,
            wanted,
            given: number,
        })
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for NonNegative {
    type Error = Error;

    fn try_from(number: f64) -> Result<Self, Error> {
        Self::new("number", number)
    }
}

impl From<NonNegative> for f64 {
    fn from(number: NonNegative) -> f64 {
        number.0
    }
}

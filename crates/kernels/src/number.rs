//! The two number types, and numbers with a range.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

use crate::Error;

mod sealed {
    use crate::Distance;
    use crate::symmetric::{Sums, weigh_f32, weigh_plain};
    use crate::threshold_search::{
        Side, above_f32, above_laid_f32, above_laid_plain, above_plain, lay_f32, lay_plain,
    };

    /// What only this crate does with its numbers.
    pub trait Sealed: Sized {
        /// `ln(1 + x)` of `x` in `[0, 1]`.
        fn ln_1p(self) -> Self;
        /// The least number above.
        fn next_up(self) -> Self;
        /// How many of some sorted thresholds lie on one side of each distance.
        fn above(thresholds: &[Self], side: Side, distances: &[Self], counts: &mut [u16]);
        /// Lays sorted thresholds out for many searches.
        fn lay(sorted: &[Self], out: &mut [Self]);
        /// That count for thresholds that are laid out, with how many they are.
        fn above_laid(laid: (&[Self], usize), side: Side, distances: &[Self], counts: &mut [u16]);
        /// Counts of a row into weights in the distances' place, also added to `columns`.
        fn weigh(
            distance: Distance,
            weights: &mut [Self],
            counts: &[u16],
            columns: &mut [f64],
        ) -> Sums;
        /// For every threshold the smallest distance above it, infinite if there is none.
        fn nearest(thresholds: &[Self], distances: &[Self], out: &mut [Self]);
        /// The nearest distance of every bin and its place.
        fn least(distances: &[Self], bins: &[u16], least: &mut [(Self, usize)]);
        /// Sorts by distance, then by place.
        fn sort(near: &mut [(Self, u32)]);
    }

    impl Sealed for f32 {
        #[inline(always)]
        fn ln_1p(self) -> Self {
            crate::simd::ln_1p(self)
        }

        #[inline(always)]
        fn next_up(self) -> Self {
            Self::next_up(self)
        }

        fn above(thresholds: &[Self], side: Side, distances: &[Self], counts: &mut [u16]) {
            above_f32(thresholds, side, distances, counts);
        }

        fn lay(sorted: &[Self], out: &mut [Self]) {
            lay_f32(sorted, out);
        }

        fn above_laid(laid: (&[Self], usize), side: Side, distances: &[Self], counts: &mut [u16]) {
            above_laid_f32(laid, side, distances, counts);
        }

        fn weigh(
            distance: Distance,
            weights: &mut [Self],
            counts: &[u16],
            columns: &mut [f64],
        ) -> Sums {
            weigh_f32(distance, weights, counts, columns)
        }

        fn sort(near: &mut [(Self, u32)]) {
            crate::threshold_search::sort_f32(near);
        }

        fn least(distances: &[Self], bins: &[u16], least: &mut [(Self, usize)]) {
            crate::threshold_search::least_f32(distances, bins, least);
        }

        fn nearest(thresholds: &[Self], distances: &[Self], out: &mut [Self]) {
            crate::threshold_search::nearest_f32(thresholds, distances, out);
        }
    }

    impl Sealed for f64 {
        fn ln_1p(self) -> Self {
            Self::ln_1p(self)
        }

        fn next_up(self) -> Self {
            Self::next_up(self)
        }

        fn above(thresholds: &[Self], side: Side, distances: &[Self], counts: &mut [u16]) {
            above_plain(thresholds, side, distances, counts);
        }

        fn lay(sorted: &[Self], out: &mut [Self]) {
            lay_plain(sorted, out);
        }

        fn above_laid(laid: (&[Self], usize), side: Side, distances: &[Self], counts: &mut [u16]) {
            above_laid_plain(laid, side, distances, counts);
        }

        fn weigh(
            distance: Distance,
            weights: &mut [Self],
            counts: &[u16],
            columns: &mut [f64],
        ) -> Sums {
            weigh_plain(distance, weights, counts, columns)
        }

        fn sort(near: &mut [(Self, u32)]) {
            crate::threshold_search::sort_plain(near);
        }

        fn least(distances: &[Self], bins: &[u16], least: &mut [(Self, usize)]) {
            crate::threshold_search::least_plain(distances, bins, least);
        }

        fn nearest(thresholds: &[Self], distances: &[Self], out: &mut [Self]) {
            crate::threshold_search::nearest(thresholds, distances, out);
        }
    }
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
    /// A number that every type holds.
    fn from_f32(number: f32) -> Self;
    /// This number with the precision of `f64`.
    fn to_f64(self) -> f64;
    /// The square root.
    fn sqrt(self) -> Self;
    /// `e^x`, to 2 units in the last place; in `f32` a plain formula that loops over rows vectorise, which
    /// gives 0 below -87.3 and stays at `e^88` above 88.
    fn exp(self) -> Self;
    /// Whether it is neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// The larger of the two.
    fn max(self, other: Self) -> Self;
    /// The total order of IEEE 754, in which even NaN has a place.
    fn total_cmp(&self, other: &Self) -> std::cmp::Ordering;
}

macro_rules! real {
    ($type:ty, $exp:path) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = <$type>::INFINITY;
            #[inline]
            fn from_f64(number: f64) -> Self {
                number as $type
            }
            #[inline]
            fn from_f32(number: f32) -> Self {
                <$type>::from(number)
            }
            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn sqrt(self) -> Self {
                <$type>::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
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

real!(f32, crate::simd::exp);
real!(f64, f64::exp);

/// The most that fits: sums with squared distances of `f32` rows stay finite.
const MOST: f64 = 1e30;

/// A number with a range, checked where it is made and where it is read.
macro_rules! ranged {
    (
        $(#[$doc:meta])*
        $type:ident, $default:expr, $wanted:literal, $large:literal, |$number:ident| $test:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $type(f64);

        impl $type {
            /// Checks the number; `what` names it in the error.
            ///
            /// # Errors
            /// [`Error::Number`] outside the range, NaN included.
            pub fn new(what: &'static str, number: f64) -> Result<Self, Error> {
                let $number = number;
                if $test && number.abs() <= MOST {
                    // Adding 0 turns -0 into 0, so that it prints as what it is.
                    return Ok(Self(number + 0.0));
                }
                let large = number.is_finite() && number.abs() > MOST;
                Err(Error::Number {
                    what,
                    wanted: if large { $large } else { $wanted },
                    given: number,
                })
            }

            /// For numbers of our own, known to be in the range.
            #[allow(dead_code, reason = "not every type has a default of our own that needs it")]
            pub(crate) const fn of($number: f64) -> Self {
                assert!($test);
                Self($number)
            }

            /// The number.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl Default for $type {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<f64> for $type {
            type Error = Error;

            fn try_from(number: f64) -> Result<Self, Error> {
                Self::new("number", number)
            }
        }

        impl From<$type> for f64 {
            fn from(number: $type) -> f64 {
                number.0
            }
        }
    };
}

ranged! {
    /// A number from 0 to 1e30, so that it is finite in `f32` too.
    ///
    /// ```
    /// use tercet_kernels::NonNegative;
    /// assert_eq!(NonNegative::new("margin", 0.2)?.get(), 0.2);
    /// assert!(NonNegative::new("margin", -0.2).is_err());
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    NonNegative, 0.0, "a finite number of at least 0", "a number of at most 1e30", |number| number >= 0.0
}

ranged! {
    /// A number above 0, up to 1e30.
    ///
    /// ```
    /// use tercet_kernels::Positive;
    /// assert_eq!(Positive::new("scale", 20.0)?.get(), 20.0);
    /// assert!(Positive::new("scale", 0.0).is_err());
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    Positive, 1.0, "a finite number above 0", "a number of at most 1e30", |number| number > 0.0
}

ranged! {
    /// Any number from -1e30 to 1e30.
    ///
    /// ```
    /// use tercet_kernels::Finite;
    /// assert_eq!(Finite::new("base", -0.5)?.get(), -0.5);
    /// assert!(Finite::new("base", f64::NAN).is_err());
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    Finite, 0.0, "a finite number", "a number between -1e30 and 1e30", |number| !number.is_nan()
}

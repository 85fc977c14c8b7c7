//! The list of losses of a whole batch.

use serde::{Deserialize, Deserializer, Serialize};

use super::{BatchLoss, Histogram, Settled};
use crate::{Distance, Error, Needs, Real, Row, Slopes};

/// Makes the enum of all such losses, which does what the one in it does.
macro_rules! batch_losses {
    ($($name:literal => $loss:ident),+ $(,)?) => {
        /// Any loss of a whole batch, where which one is known only at run time.
        ///
        /// Serialised with its name under `kind`; numbers left out have their defaults.
        ///
        /// ```
        /// use tercet_kernels::WholeBatchLoss;
        /// let loss: WholeBatchLoss = serde_json::from_str(r#"{"kind": "histogram", "bins": 51}"#)?;
        /// assert_eq!(loss.name(), "histogram");
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        #[non_exhaustive]
        pub enum WholeBatchLoss {
            $(
                #[doc = concat!("`", $name, "`, see [`", stringify!($loss), "`].")]
                #[serde(rename = $name)]
                $loss($loss),
            )+
        }

        impl WholeBatchLoss {
            /// The names of all losses.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The loss of that name with its defaults.
            ///
            /// # Errors
            /// [`Error::Name`] if there is none.
            pub fn named(name: &str) -> Result<Self, Error> {
                match name {
                    $($name => Ok(Self::$loss($loss::default())),)+
                    _ => Err(Error::Name {
                        what: "loss of a whole batch",
                        wanted: format!("one of {}", Self::NAMES.join(", ")),
                        given: name.to_owned(),
                    }),
                }
            }

            /// The name in flags, recipes and JSON.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$loss(_) => $name,)+
                }
            }

            /// The loss of that name from its keys, without `kind`; `None` if there is none.
            pub(crate) fn read<'de, D: Deserializer<'de>>(
                name: &str,
                keys: D,
            ) -> Option<Result<Self, D::Error>> {
                match name {
                    $($name => Some($loss::deserialize(keys).map(Self::$loss)),)+
                    _ => None,
                }
            }

            /// The distance it is defined with.
            pub fn default_distance(&self) -> Distance {
                match self {
                    $(Self::$loss(_) => <$loss as BatchLoss>::DISTANCE,)+
                }
            }
        }

        $(
            impl From<$loss> for WholeBatchLoss {
                fn from(loss: $loss) -> Self {
                    Self::$loss(loss)
                }
            }
        )+

        impl BatchLoss for WholeBatchLoss {
            const DISTANCE: Distance = Distance::Cosine;

            fn needs(&self) -> Needs {
                match self {
                    $(Self::$loss(loss) => loss.needs(),)+
                }
            }

            fn is_even(&self) -> bool {
                match self {
                    $(Self::$loss(loss) => loss.is_even(),)+
                }
            }

            fn sums(&self) -> usize {
                match self {
                    $(Self::$loss(loss) => loss.sums(),)+
                }
            }

            fn count<T: Real>(&self, row: &Row<'_, T>, sums: &mut [f64]) {
                match self {
                    $(Self::$loss(loss) => loss.count(row, sums),)+
                }
            }

            fn settle(&self, sums: &[f64]) -> Settled {
                match self {
                    $(Self::$loss(loss) => loss.settle(sums),)+
                }
            }

            fn slopes<T: Real>(
                &self,
                settled: &Settled,
                row: &Row<'_, T>,
                slopes: &mut Slopes<'_, T>,
            ) {
                match self {
                    $(Self::$loss(loss) => loss.slopes(settled, row, slopes),)+
                }
            }
        }
    };
}

batch_losses! {
    "histogram" => Histogram,
}

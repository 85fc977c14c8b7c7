//! The list of losses.

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    ArcFace, Circle, Contrastive, CosFace, GeneralizedLifted, InfoNce, Ladder, Lifted, MarginLoss,
    MultiSimilarity, NPair, NtXent, ProxyAnchor, ProxyNca, Sigmoid, SoftTriple, SupCon, Triplet,
    Vse,
};
use crate::threshold_search::Window;
use crate::{
    Distance, Error, Margin, Needs, NonNegative, Parts, Real, Reduce, Row, RowLoss, Scalar, Slopes,
    Terms,
};

/// Makes the enum of all losses, which does what the one in it does.
macro_rules! losses {
    ($($name:literal => $loss:ident),+ $(,)?) => {
        /// Any loss of this crate, where which one is known only at run time.
        ///
        /// Serialised with its name under `kind`; numbers left out have their defaults.
        ///
        /// ```
        /// use tercet_kernels::{Distance, Loss};
        /// let loss: Loss = serde_json::from_str(r#"{"kind": "triplet", "margin": 0.5}"#)?;
        /// assert_eq!((loss.name(), loss.default_distance()), ("triplet", Distance::SquaredEuclidean));
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        #[non_exhaustive]
        pub enum Loss {
            $(
                #[doc = concat!("`", $name, "`, see [`", stringify!($loss), "`].")]
                #[serde(rename = $name)]
                $loss($loss),
            )+
        }

        impl Loss {
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
                        what: "loss",
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
                    $(Self::$loss(_) => <$loss as RowLoss>::DISTANCE,)+
                }
            }

            /// The reduction it is defined with.
            pub fn default_reduce(&self) -> Reduce {
                match self {
                    $(Self::$loss(_) => <$loss as RowLoss>::REDUCE,)+
                }
            }
        }

        $(
            impl From<$loss> for Loss {
                fn from(loss: $loss) -> Self {
                    Self::$loss(loss)
                }
            }
        )+

        impl RowLoss for Loss {
            fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
                match self {
                    $(Self::$loss(loss) => loss.row(row, slopes),)+
                }
            }

            fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
                match self {
                    $(Self::$loss(loss) => loss.row_plain(row, slopes),)+
                }
            }

            fn window(&self) -> Option<(Window, NonNegative)> {
                match self {
                    $(Self::$loss(loss) => loss.window(),)+
                }
            }

            fn is_even(&self) -> bool {
                match self {
                    $(Self::$loss(loss) => loss.is_even(),)+
                }
            }

            fn parts(&self) -> Parts {
                match self {
                    $(Self::$loss(loss) => loss.parts(),)+
                }
            }

            fn needs(&self) -> Needs {
                match self {
                    $(Self::$loss(loss) => loss.needs(),)+
                }
            }

            fn margin(&self) -> Option<Margin> {
                match self {
                    $(Self::$loss(loss) => RowLoss::margin(loss),)+
                }
            }

            fn softened(&self) -> Option<Self> {
                match self {
                    $(Self::$loss(loss) => RowLoss::softened(loss).map(Self::$loss),)+
                }
            }

            fn scalars(&self) -> Vec<Scalar> {
                match self {
                    $(Self::$loss(loss) => loss.scalars(),)+
                }
            }

            fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error> {
                match self {
                    $(Self::$loss(loss) => loss.with_scalars(scalars).map(Self::$loss),)+
                }
            }

            fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
                match self {
                    $(Self::$loss(loss) => loss.scalar_gradient(counted),)+
                }
            }

            fn summary<T: Real>(&self, row: &Row<'_, T>) -> [f64; 2] {
                match self {
                    $(Self::$loss(loss) => loss.summary(row),)+
                }
            }
        }
    };
}

losses! {
    "triplet" => Triplet,
    "contrastive" => Contrastive,
    "info-nce" => InfoNce,
    "nt-xent" => NtXent,
    "sup-con" => SupCon,
    "n-pair" => NPair,
    "sigmoid" => Sigmoid,
    "vse" => Vse,
    "ladder" => Ladder,
    "lifted" => Lifted,
    "generalized-lifted" => GeneralizedLifted,
    "margin" => MarginLoss,
    "multi-similarity" => MultiSimilarity,
    "circle" => Circle,
    "proxy-anchor" => ProxyAnchor,
    "proxy-nca" => ProxyNca,
    "arc-face" => ArcFace,
    "cos-face" => CosFace,
    "soft-triple" => SoftTriple,
}

impl Default for Loss {
    fn default() -> Self {
        Self::Triplet(Triplet::default())
    }
}

//! One list of names per enum: what is printed, parsed, serialised and offered in an error.

/// Gives a plain enum its `ALL` list, `name`, `Display`, `FromStr` and the string conversions that
/// serde uses, from one table, so that flags, recipes and JSON cannot drift apart.
macro_rules! named {
    (
        $type:ident,
        $what:literal,
        { $($value:expr => $name:literal),+ $(,)? }
        $(, read { $($alias:literal => $meant:literal),+ $(,)? })?
    ) => {
        impl $type {
            #[doc = concat!("Every ", $what, ", in the order of the documentation.")]
            pub const ALL: &'static [Self] = &[$($value),+];

            const NAMES: &'static [&'static str] = &[$($name),+];

            /// Other names that are read, and never printed.
            const ALIASES: &'static [(&'static str, &'static str)] = &[$($(($alias, $meant)),+)?];

            /// The name in flags, recipes and JSON.
            pub fn name(self) -> &'static str {
                let at = Self::ALL.iter().position(|&value| value == self);
                Self::NAMES[at.expect("the table lists every value")]
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::Error;

            fn from_str(given: &str) -> Result<Self, $crate::Error> {
                let alias = Self::ALIASES.iter().find(|(alias, _)| *alias == given);
                let meant = alias.map_or(given, |&(_, name)| name);
                let at = Self::NAMES.iter().position(|&name| name == meant);
                at.map(|at| Self::ALL[at]).ok_or_else(|| $crate::Error::Name {
                    what: $what,
                    wanted: format!("one of {}", Self::NAMES.join(", ")),
                    given: given.to_owned(),
                })
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::Error;

            fn try_from(given: String) -> Result<Self, $crate::Error> {
                given.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.name().to_owned()
            }
        }
    };
}

pub(crate) use named;

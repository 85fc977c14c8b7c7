//! What a table holds, whatever it is written in.

use std::fmt::{self, Display};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value of TOML, JSON or any other format that describes itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    None,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Content>),
    Table(Table),
}

/// Keys with their values, in their order.
pub(super) type Table = Vec<(String, Content)>;

impl Display for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => out.write_str("nothing"),
            Self::Bool(yes) => write!(out, "{yes}"),
            Self::Signed(number) => write!(out, "{number}"),
            Self::Unsigned(number) => write!(out, "{number}"),
            Self::Float(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(text),
            Self::List(list) => {
                let list: Vec<String> = list.iter().map(Self::to_string).collect();
                write!(out, "[{}]", list.join(", "))
            }
            Self::Table(_) => out.write_str("a table"),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Content;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table, a list, a number, a word, true or false")
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Content, E> {
        Ok(Content::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content::Signed(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content::Unsigned(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Content, E> {
        Ok(Content::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::None)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Content, D::Error> {
        Content::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element()? {
            list.push(element);
        }
        Ok(Content::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut table: Table = Vec::new();
        while let Some((key, value)) = access.next_entry::<String, Content>()? {
            if table.iter().any(|(before, _)| *before == key) {
                let twice = format!("{key}: wanted once, given twice");
                return Err(de::Error::custom(twice));
            }
            table.push((key, value));
        }
        Ok(Content::Table(table))
    }
}

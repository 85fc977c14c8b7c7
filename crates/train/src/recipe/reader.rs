//! Reads types out of values, so that faults know their key.

use std::fmt::{self, Display};

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;
use toml::{Table, Value};

use super::fault::Fault;

/// A value to be read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'v>(pub(super) &'v Value);

/// A value as messages show it: words without quotes.
pub(super) struct Shown<'v>(pub(super) &'v Value);

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => out.write_str(text),
            Value::Float(number) => write!(out, "{number}"),
            Value::Array(list) => {
                let list: Vec<String> = list.iter().map(|one| Shown(one).to_string()).collect();
                write!(out, "[{}]", list.join(", "))
            }
            Value::Table(_) => out.write_str("a section"),
            other => write!(out, "{other}"),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(yes) => visitor.visit_bool(*yes),
            Value::Array(list) => visitor.visit_seq(Elements {
                elements: list.iter().enumerate(),
            }),
            Value::Table(table) => visitor.visit_map(Keys::of(table)),
            Value::Datetime(_) => Err(Fault::invalid_type(Unexpected::Other("a date"), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::String(word) = self.0 else {
            return Err(Fault::unknown_variant(&Shown(self.0).to_string(), variants));
        };
        let word: StrDeserializer<'_, Fault> = word.as_str().into_deserializer();
        word.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The entries of a table that are still to be read.
struct Keys<'v> {
    entries: toml::map::Iter<'v, String, Value>,
    entry: Option<(&'v String, &'v Value)>,
}

impl<'v> Keys<'v> {
    fn of(table: &'v Table) -> Self {
        Self {
            entries: table.iter(),
            entry: None,
        }
    }
}

impl<'v> MapAccess<'v> for Keys<'v> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'v>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.entry = self.entries.next();
        let Some((key, _)) = self.entry else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Fault> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'v>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, value) = self.entry.expect("a key was read before its value");
        let read = seed.deserialize(Reader(value));
        read.map_err(|fault| fault.given(Shown(value)).within(key))
    }
}

/// The elements of a list that are still to be read.
struct Elements<'v> {
    elements: std::iter::Enumerate<std::slice::Iter<'v, Value>>,
}

impl<'v> SeqAccess<'v> for Elements<'v> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'v>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some((index, value)) = self.elements.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Reader(value));
        let read = read.map_err(|fault| fault.given(Shown(value)).within(&index.to_string()));
        read.map(Some)
    }
}

//! Reads types out of tables, so that errors know their key.

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::content::{Content, Table};
use super::key_error::KeyError;

/// A value to be read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'c>(pub(super) &'c Content);

impl<'c> IntoDeserializer<'c, KeyError> for Reader<'c> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = KeyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.0 {
            Content::None => visitor.visit_unit(),
            Content::Bool(yes) => visitor.visit_bool(*yes),
            Content::Signed(number) => visitor.visit_i64(*number),
            Content::Unsigned(number) => visitor.visit_u64(*number),
            Content::Float(number) => visitor.visit_f64(*number),
            Content::Text(text) => visitor.visit_borrowed_str(text),
            Content::List(list) => visitor.visit_seq(SeqDeserializer::new(list.iter().map(Reader))),
            Content::Table(table) => visitor.visit_map(Keys {
                entries: table.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.0 {
            Content::None => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        let Content::Text(text) = self.0 else {
            return Err(KeyError::one_of(name, variants, &self.0.to_string()));
        };
        let word: StrDeserializer<'_, KeyError> = text.as_str().into_deserializer();
        word.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The entries of a table that are still to be read.
struct Keys<'c> {
    entries: std::slice::Iter<'c, (String, Content)>,
    value: Option<&'c (String, Content)>,
}

impl<'c> MapAccess<'c> for Keys<'c> {
    type Error = KeyError;

    fn next_key_seed<K: DeserializeSeed<'c>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, KeyError> {
        self.value = self.entries.next();
        let Some((key, _)) = self.value else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, KeyError> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'c>>(&mut self, seed: V) -> Result<V::Value, KeyError> {
        let (key, value) = self.value.expect("a key was read before its value");
        let read = seed.deserialize(Reader(value));
        read.map_err(|error| error.within(key, value))
    }
}

/// Takes a key out of a table and reads it.
pub(super) fn take<X: DeserializeOwned>(
    table: &mut Table,
    key: &str,
) -> Result<Option<X>, KeyError> {
    let Some(place) = table.iter().position(|(name, _)| name == key) else {
        return Ok(None);
    };
    let (_, value) = table.remove(place);
    let read = X::deserialize(Reader(&value));
    read.map(Some).map_err(|error| error.within(key, &value))
}

/// Takes a key out of a table and reads it as a list, or as one that is meant as a list.
pub(super) fn take_many<X: DeserializeOwned>(
    table: &mut Table,
    key: &str,
) -> Result<Vec<X>, KeyError> {
    match table.iter().find(|(name, _)| name == key) {
        Some((_, Content::List(_))) => Ok(take(table, key)?.unwrap_or_default()),
        _ => Ok(take(table, key)?.into_iter().collect()),
    }
}

//! NumPy's format.

use std::path::Path;

use npyz::{DType, NpyHeader, Order, TypeChar};

use super::{Array, Numbers, fault};
use crate::Error;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Array, Error> {
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest);
    let header = header.map_err(|error| fault(path, "a whole .npy file", error.to_string()))?;
    let DType::Plain(dtype) = header.dtype() else {
        let given = format!("records {}", header.dtype().descr());
        return Err(fault(path, "plain numbers", given));
    };
    let kind = match dtype.type_char() {
        TypeChar::Float => Numbers::Float,
        TypeChar::Int => Numbers::Signed,
        TypeChar::Uint => Numbers::Unsigned,
        _ => Numbers::Other,
    };
    let shape = header.shape().iter().map(|&length| length as usize);
    Ok(Array {
        path: path.to_owned(),
        kind,
        word: dtype.to_string(),
        size: dtype.num_bytes().unwrap_or(1),
        big_endian: dtype.endianness() == npyz::Endianness::Big,
        shape: shape.collect(),
        columns_first: header.order() == Order::Fortran,
        bytes: rest.to_vec(),
    })
}

//! The safetensors format.

use std::path::Path;

use safetensors::tensor::Dtype;
use safetensors::{SafeTensorError, SafeTensors};

use super::{Array, Numbers, fault};
use crate::Error;

pub(super) fn read(path: &Path, bytes: &[u8], name: &str) -> Result<Array, Error> {
    let broken =
        |error: SafeTensorError| fault(path, "a whole .safetensors file", error.to_string());
    let file = SafeTensors::deserialize(bytes).map_err(broken)?;
    let mut names = file.names();
    let view = match names.as_slice() {
        [only] => file.tensor(only),
        _ if names.contains(&name) => file.tensor(name),
        _ => {
            names.sort_unstable();
            let wanted = format!("one tensor or one called {name}");
            let given = format!("{}: {}", names.len(), names.join(", "));
            return Err(fault(path, wanted, given));
        }
    };
    let view = view.map_err(broken)?;
    let kind = match view.dtype() {
        Dtype::BF16 => Numbers::Brain,
        Dtype::F16 | Dtype::F32 | Dtype::F64 => Numbers::Float,
        Dtype::I8 | Dtype::I16 | Dtype::I32 | Dtype::I64 => Numbers::Signed,
        Dtype::U8 | Dtype::U16 | Dtype::U32 | Dtype::U64 => Numbers::Unsigned,
        _ => Numbers::Other,
    };
    Ok(Array {
        path: path.to_owned(),
        kind,
        word: view.dtype().to_string(),
        size: view.dtype().bitsize() / 8,
        big_endian: false,
        shape: view.shape().to_vec(),
        columns_first: false,
        bytes: view.data().to_vec(),
    })
}

use std::io::Read;

use super::Caption;
use crate::Error;
use flate2::read::GzDecoder;

/// One JSON object per class, in the order of the classes.
const PACKED: &[u8] = include_bytes!("../../../../assets/emoji/captions.jsonl.gz");

const PATH: &str = "assets/emoji/captions.jsonl.gz";

/// The captions of the [embedded emoji set](crate::emoji), one per class, in the order of the classes.
///
/// Sources: Unicode CLDR 48.2 (Unicode-3.0) and emojibase 17.0 (MIT); `assets/NOTICE` in the repository.
///
/// # Errors
/// [`Error::Read`] or [`Error::Json`] if the file under `assets/` was damaged when the library was built.
///
/// ```
/// let captions = tercet_data::captions()?;
/// assert_eq!((captions.len(), captions[0].name.as_str()), (1_586, "grinning face"));
/// assert_eq!(captions[0].names["de"], "grinsendes Gesicht");
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn captions() -> Result<Vec<Caption>, Error> {
    let mut text = String::new();
    let read = GzDecoder::new(PACKED).read_to_string(&mut text);
    read.map_err(|source| Error::Read {
        path: PATH.into(),
        source,
    })?;
    let lines = (1_u64..).zip(text.lines());
    let each = lines.map(|(line, text)| {
        serde_json::from_str(text).map_err(|source| Error::Json {
            path: PATH.into(),
            line,
            source,
        })
    });
    each.collect()
}

//! Is a JPEG all there?
//!
//! Decoders fill what is missing with grey and report success. zune-jpeg's strict mode would
//! object, but to harmless files as well (a stray byte between two headers), so the markers are
//! walked here (ITU-T T.81, annex B).

/// Marker codes, the byte after `0xFF`.
const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const TEMPORARY: u8 = 0x01;

/// Whether the bytes begin as a JPEG does.
pub(crate) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, START_OF_IMAGE, 0xFF])
}

/// Whether the end-of-image marker is reached.
///
/// Segments are skipped by their length, so the end marker of a thumbnail inside one does not
/// count; bytes after the end are nobody's business.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(start) = next_marker(bytes, at) {
        match bytes[start + 1] {
            END_OF_IMAGE => return true,
            START_OF_IMAGE | TEMPORARY => at = start + 2,
            _ => {
                let Some(&[high, low]) = bytes.get(start + 2..start + 4) else {
                    return false;
                };
                at = start + 2 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    false
}

/// The next `0xFF` that is followed neither by a zero (a data byte of a scan), a restart marker nor
/// another `0xFF` (a fill byte): the start of a marker, past the data of a scan if `at` is in one.
fn next_marker(bytes: &[u8], at: usize) -> Option<usize> {
    let begins = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF);
    bytes
        .get(at..)?
        .windows(2)
        .position(begins)
        .map(|place| at + place)
}

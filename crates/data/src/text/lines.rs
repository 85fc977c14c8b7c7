use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The line, from 1, of the row that is looked for from byte `offset` on: empty lines may come
/// first. Only errors want to know, so nothing is kept and the file is read again. A file that went
/// away in between has line 1.
pub(super) fn line_at(path: &Path, offset: u64) -> u64 {
    File::open(path)
        .and_then(|file| count(BufReader::new(file), offset))
        .unwrap_or(1)
}

fn count(mut file: BufReader<File>, offset: u64) -> std::io::Result<u64> {
    let mut line = 1;
    let mut before = file.by_ref().take(offset);
    loop {
        let block = before.fill_buf()?;
        if block.is_empty() {
            break;
        }
        line += newlines(block);
        let length = block.len();
        before.consume(length);
    }
    loop {
        let block = file.fill_buf()?;
        let empty = block.iter().take_while(|byte| b"\r\n".contains(byte));
        let empty = empty.count();
        line += newlines(&block[..empty]);
        if empty == 0 || empty < block.len() {
            return Ok(line);
        }
        file.consume(empty);
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

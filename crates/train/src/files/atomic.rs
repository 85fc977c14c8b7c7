//! Files and folders that are complete or absent.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::Error;

/// What a folder is called while it is being written.
pub(super) const PARTIAL: &str = "partial";
/// What a folder is called while another one takes its place.
const REPLACED: &str = "replaced";

/// Writes a file so that it is, whatever happens, the old one or the new one: into a neighbour, to the
/// disk, then renamed.
///
/// # Errors
/// [`Error::Io`], also for a full disk; the old file is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let partial = beside(path, PARTIAL);
    let written = write_through(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if let Err(error) = written {
        // What is left of it is of no use, and on a full disk the room is needed.
        drop(fs::remove_file(&partial));
        return Err(error.into());
    }
    sync_folder(parent(path))
}

fn write_through(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a folder of files, given by name or by path inside it, so that it is complete or absent: into `NAME.partial`, to the
/// disk, then renamed. A folder of that name is replaced; a process that is killed between its removal
/// and the renaming leaves neither, and the old one as `NAME.replaced`.
///
/// # Errors
/// [`Error::Io`], also for a full disk; nothing of the new folder is then left, and an old one is as it was.
pub fn write_folder(path: &Path, contents: &[(impl AsRef<Path>, Vec<u8>)]) -> Result<(), Error> {
    let partial = beside(path, PARTIAL);
    remove_folder(&partial)?;
    let written = fill(&partial, contents).and_then(|()| replace(&partial, path));
    if let Err(error) = written {
        drop(remove_folder(&partial));
        return Err(error);
    }
    sync_folder(parent(path))
}

fn fill(folder: &Path, contents: &[(impl AsRef<Path>, Vec<u8>)]) -> Result<(), Error> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in contents {
        let file = folder.join(name);
        fs::create_dir_all(parent(&file))?;
        write_through(&file, bytes)?;
        sync_folder(parent(&file))?;
    }
    sync_folder(folder)
}

fn replace(partial: &Path, path: &Path) -> Result<(), Error> {
    let replaced = beside(path, REPLACED);
    remove_folder(&replaced)?;
    if path.exists() {
        fs::rename(path, &replaced)?;
    }
    if let Err(error) = fs::rename(partial, path) {
        // Back to how it was; where there was none, there is nothing to bring back.
        drop(fs::rename(&replaced, path));
        return Err(error.into());
    }
    // The old one goes only once the new one is sure to be found.
    sync_folder(parent(path))?;
    remove_folder(&replaced)
}

/// Removes a folder that may not be there.
pub(super) fn remove_folder(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The names in a folder to the disk.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    // Elsewhere a folder cannot be opened as a file; there renaming is all that can be done.
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// `NAME.suffix` in the same folder.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

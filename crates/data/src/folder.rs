use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::Error;
use crate::files::{Entry, Files, Found, Strict};
use crate::report::{OpeningReport, Unreadable};

/// Opens a tree of folders with PNG, JPEG and WebP pictures (by extension, in any case), at any
/// depth.
///
/// The class of a picture is the path of the folder that holds it, relative to `path`, with `/`
/// between its parts: `cats/tabby` for `path/cats/tabby/1.jpg`; a picture that lies in `path`
/// itself is of class `.`. Links are followed, files and folders whose names begin with a dot are
/// passed over. Items are in the order of their class, then of their name.
///
/// # Errors
///
/// [`Error::Missing`], [`Error::NotAFolder`], [`Error::NoImages`]; under [`Strict::Yes`] the first
/// picture that cannot be read: [`Error::Read`], [`Error::Decode`], [`Error::Truncated`].
pub fn folder(path: impl AsRef<Path>, strict: Strict) -> Result<(Files, OpeningReport), Error> {
    let path = path.as_ref();
    if !path.exists() {
        return Err(Error::Missing {
            path: path.to_owned(),
            wanted: "folder",
        });
    }
    if !path.is_dir() {
        return Err(Error::NotAFolder {
            path: path.to_owned(),
        });
    }
    Files::open(find(path, strict)?, strict)
}

fn find(root: &Path, strict: Strict) -> Result<Found, Error> {
    let mut found = Found {
        path: root.to_owned(),
        entries: Vec::new(),
        unreadable: Vec::new(),
        others: 0,
    };
    let walk = WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry));
    for outcome in walk {
        match outcome {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if is_picture(entry.path()) => {
                found.entries.push(entry_of(root, entry.path()))
            }
            Ok(_) => found.others += 1,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                let source = std::io::Error::from(error);
                if strict == Strict::Yes {
                    return Err(Error::Read { path, source });
                }
                found.unreadable.push(Unreadable {
                    name: relative(root, &path),
                    reason: source.to_string(),
                });
            }
        }
    }
    found
        .entries
        .sort_by(|one, other| (&one.class, &one.name).cmp(&(&other.class, &other.name)));
    Ok(found)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn is_picture(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("png" | "jpg" | "jpeg" | "webp"))
}

fn entry_of(root: &Path, path: &Path) -> Entry {
    let class = path
        .parent()
        .map_or_else(String::new, |parent| relative(root, parent));
    let class = if class.is_empty() {
        ".".to_owned()
    } else {
        class
    };
    Entry {
        path: path.to_owned(),
        name: relative(root, path),
        class,
        group: None,
        split: None,
    }
}

/// The path from `root`, with `/` between its parts on every system.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

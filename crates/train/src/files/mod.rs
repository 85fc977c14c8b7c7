//! Files and folders that are complete or absent, and the folder of a run.
//!
//! | file | what |
//! |---|---|
//! | `atomic.rs` | a file or a folder written in one piece |
//! | `run_folder.rs` | [`RunFolder`]: what lies where |

mod atomic;
mod run_folder;

pub use atomic::{write_file, write_folder};
pub use run_folder::RunFolder;

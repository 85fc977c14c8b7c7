//! A model as the files of a folder.

use serde_json::json;

use super::model::SentenceModel;
use super::settings::{ModuleEntry, pooling_config};
use crate::json::{as_written, pretty};
use crate::weights::{to_bytes, weights};

impl SentenceModel {
    /// The complete folder, in the layout that sentence-transformers from 3 on reads: every file's path and
    /// its bytes. Equal models are equal bytes.
    ///
    /// # Errors
    /// The format of weights refuses them, which cannot come to pass for a model that was opened.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, safetensors::SafeTensorError> {
        let mut files = self.passed_on();
        let mut all = weights(&self.encoder.transformer);
        all.extend(self.pooler.iter().cloned());
        files.push(("model.safetensors".into(), to_bytes(&all)?));
        let mut entries = vec![
            ModuleEntry::new(0, "Transformer"),
            ModuleEntry::new(1, "Pooling"),
        ];
        for dense in &self.encoder.dense {
            let entry = ModuleEntry::new(entries.len(), "Dense");
            let at = |name: &str| format!("{}/{name}", entry.path);
            files.push((at("config.json"), pretty(&json!(dense.config()))));
            files.push((at("model.safetensors"), to_bytes(&weights(dense))?));
            entries.push(entry);
        }
        if self.encoder.normalize {
            let entry = ModuleEntry::new(entries.len(), "Normalize");
            files.push((format!("{}/config.json", entry.path), pretty(&json!({}))));
            entries.push(entry);
        }
        files.push(("1_Pooling/config.json".into(), self.pooling()));
        files.push(("modules.json".into(), pretty(&json!(entries))));
        files.sort();
        Ok(files)
    }

    fn pooling(&self) -> Vec<u8> {
        let ways = &self.encoder.pooling;
        let width = self.encoder.width() / ways.len();
        pretty(&pooling_config(width, ways))
    }

    /// The files that came with the model, its settings as they are now, its weights' type as written.
    fn passed_on(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = self.files.clone();
        for (name, bytes) in &mut files {
            if name == "config.json" {
                as_written(bytes);
            }
        }
        let mut general = self.general.clone();
        let version = json!({"tercet": env!("CARGO_PKG_VERSION")});
        general.rest.entry("__version__").or_insert(version);
        let mut cut = self.cut.clone();
        cut.max_seq_length = Some(self.max_length());
        let general = pretty(&json!(general));
        files.push(("config_sentence_transformers.json".into(), general));
        files.push(("sentence_bert_config.json".into(), pretty(&json!(cut))));
        files
    }
}

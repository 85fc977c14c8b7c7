//! Texts to rows of numbers.

use tercet::nn::SentenceModel;

use super::Embed;
use super::lines::Lines;
use crate::Ending;
use crate::arrays::Format;
use crate::show;
use crate::text::{counted, note, say};

/// Texts embedded at a time.
const CHUNK: usize = 1024;

/// Writes the rows of all texts, in their order.
pub(super) fn run(asked: &Embed, model: &SentenceModel, format: Format) -> anyhow::Result<Ending> {
    let mut lines = Lines::open(&asked.input, asked.column.as_deref())?;
    let prompt = prompt(asked.prompt.as_deref(), model);
    let bar = show::bytes(lines.bytes);
    let (mut rows, mut count, mut cut) = (Vec::new(), 0, 0);
    loop {
        let texts = lines.some(CHUNK)?;
        if texts.is_empty() {
            break;
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let embedded = model.embed_with(prompt, &texts)?;
        rows.extend(embedded.numbers);
        cut += embedded.truncated;
        count += texts.len();
        bar.set_position(lines.read);
        bar.set_message(format!("  {}", counted(count, "text")));
    }
    bar.finish_and_clear();
    anyhow::ensure!(
        count > 0,
        "{}: wanted texts, given none",
        asked.input.display()
    );
    format.write(&asked.out, "embeddings", &rows, model.dim())?;
    if cut > 0 {
        note!(
            "{} longer than {} tokens; the rest of each was left out",
            counted(cut, "text"),
            model.max_length()
        );
    }
    say(&format!(
        "{}: {} embedded, {} numbers each",
        asked.out.display(),
        counted(count, "text"),
        model.dim()
    ))?;
    Ok(Ending::Done)
}

/// What is put before every text: a prompt of the model by name, or else the words as they are given.
fn prompt<'a>(asked: Option<&'a str>, model: &'a SentenceModel) -> &'a str {
    let Some(asked) = asked else {
        return model.default_prompt();
    };
    let mut prompts = model.prompts();
    let named = prompts.find(|&(name, _)| name == asked);
    named.map_or(asked, |(_, prompt)| prompt)
}

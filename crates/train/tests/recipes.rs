//! The recipes beside the code.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use tercet_train::Recipe;

#[test]
fn the_recipes_beside_the_code_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes");
    let files = std::fs::read_dir(folder).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let recipe = Recipe::read(&file, &[]).unwrap();
        let again = Recipe::parse(&recipe.to_toml(), &file, &[]).unwrap();
        assert_eq!(recipe, again, "{}", file.display());
    }
}

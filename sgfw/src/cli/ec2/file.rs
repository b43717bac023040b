//! Values that are the contents of a file: `file://path`, also `fileb://path`. `~/` is the home directory.

/// The contents, if the value names a file.
///
/// # Errors
/// When it cannot be read as text, in the words of the CLI.
pub(super) fn read(value: &str) -> Option<Result<String, String>> {
    let path = value.strip_prefix("file://").or_else(|| value.strip_prefix("fileb://"))?;
    let path = match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => path.into(),
    };
    Some(std::fs::read_to_string(path).map_err(|error| format!("Unable to load paramfile {value}: {error}")))
}

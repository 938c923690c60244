//! Characters that nobody sees: in a secret or URL they are pasted by mistake, in a log they make one text look like
//! another.

/// Tells whether a character is displayed as nothing, or only changes how others are: Unicode's
/// `Default_Ignorable_Code_Point` (joiners, fillers, marks of direction, the byte order mark), the controls of
/// bidirectional text and of annotations, and the separators of lines and paragraphs.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Writes a text so that all of it is seen: controls and characters that are displayed as nothing by their numbers.
#[cfg(all(
    feature = "tracing",
    any(feature = "axum", feature = "actix-web", feature = "tower")
))]
pub(crate) fn escaped(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || is_invisible(character) {
            seen.extend(character.escape_unicode());
        } else {
            seen.push(character);
        }
    }
    seen
}

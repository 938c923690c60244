//! What breaks a drawing is found.

use std::fs;
use std::path::Path;

use webhook_architecture::{Break, check};

const DRAWING: &str = "# Rooms\n\n```rooms\ncrates/inbox   handles events\ntop other  the public side\n\
                       bottom  what both use\n```\n";

/// Writes files into a folder of their own and checks them.
#[track_caller]
fn found(files: &[(&str, &str)]) -> Vec<Break> {
    let root = tempfile::tempdir().unwrap();
    let plain = [
        ("ARCHITECTURE.md", DRAWING),
        (
            "src/lib.rs",
            "mod bottom; mod other; mod top; pub use crate::top::Top;",
        ),
        (
            "src/top.rs",
            "use crate::bottom::{Bottom, deep::Deep}; pub struct Top;",
        ),
        ("src/other.rs", "//! Not like crate::top::Top."),
        ("src/bottom.rs", "mod deep;"),
        (
            "src/bottom/deep.rs",
            "use super::Bottom; mod tests { use super::Deep; }",
        ),
        (
            "crates/inbox/src/lib.rs",
            "use twilio_verify_webhooks::Top;",
        ),
    ];
    for (name, text) in plain.iter().chain(files) {
        let file = root.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    check(root.path()).unwrap()
}

fn upward(file: &str, room: &str, used: &str) -> Break {
    Break::Upward {
        file: file.into(),
        room: room.into(),
        used: used.into(),
    }
}

#[test]
fn the_repository_is_as_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    assert_eq!(check(&root).unwrap(), []);
}

#[test]
fn what_is_as_drawn_is_no_break() {
    assert_eq!(found(&[]), []);
}

#[test]
#[rustfmt::skip]
fn no_room_uses_one_above_or_beside_it() {
    let bottom = |text| found(&[("src/bottom.rs", text)]);
    let above = [upward("src/bottom.rs", "bottom", "top")];
    assert_eq!(bottom("use crate::top::Top;"), above);
    assert_eq!(bottom("use crate::{other_macro, top};"), above);
    assert_eq!(bottom("use super::top;"), above);
    assert_eq!(bottom("fn f() { let _ = crate::top::Top; }"), above);
    assert_eq!(bottom("m! { $crate::f(crate::top::Top) }"), above);
    // By the name under which the root has it.
    assert_eq!(bottom("use crate::Top;"), above);
    assert_eq!(bottom("mod tests { use super::super::top::Top; }"), above);
    assert_eq!(found(&[("src/bottom/deep.rs", "use super::super::top::Top;")]),
               [upward("src/bottom/deep.rs", "bottom", "top")]);
    assert_eq!(found(&[("src/other.rs", "use crate::top::Top;")]),
               [upward("src/other.rs", "other", "top")]);
    assert_eq!(bottom("use twilio_verify_webhooks_inbox::Inbox;"),
               [upward("src/bottom.rs", "bottom", "crates/inbox")]);
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let breaks = found(&[
        ("src/bottom/deep.rs", "use super::{Bottom, low::Low};"),
        ("src/bottom/low.rs", "use crate::bottom::deep::Deep;"),
    ]);
    let files = [
        "src/bottom/deep.rs",
        "src/bottom/low.rs",
        "src/bottom/deep.rs",
    ];
    let files = files.map(String::from).into();
    assert_eq!(breaks, [Break::Circle { files }]);
}

#[test]
fn the_drawing_has_every_room_once() {
    let room = || "new".to_owned();
    assert_eq!(
        found(&[("src/new.rs", "")]),
        [Break::NotDrawn { room: room() }]
    );
    let drawing = DRAWING.replace("top ", "top new ");
    let breaks = found(&[("ARCHITECTURE.md", &drawing)]);
    assert_eq!(breaks, [Break::NotThere { room: room() }]);

    let root = tempfile::tempdir().unwrap();
    let twice = DRAWING.replace("top ", "top bottom ");
    for text in ["no drawing", &twice] {
        fs::write(root.path().join("ARCHITECTURE.md"), text).unwrap();
        assert!(check(root.path()).is_err(), "{text}");
    }
}

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// A picture for cameras; nothing where the words are too many for one.
pub(super) fn picture(words: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(words, QrCodeEcc::Medium) else {
        return html! {};
    };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing into a string cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    // With the border of four that the standard asks for; on white in dark themes too.
    let view = format!("-4 -4 {0} {0}", size + 8);
    html! {
        svg class="qr" viewBox=(view) role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect x="-4" y="-4" width="100%" height="100%" fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

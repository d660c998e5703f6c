//! Scripts, styles and pictures: part of the binary, under URLs that change with their content.

use std::sync::LazyLock;

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{hex::hex, problem::Problem};

/// Every file under `assets/` with its path there.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A hash over all files: one for all, so that modules import each other by relative names.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Context::new(&SHA256);
    for (name, bytes) in FILES {
        hash.update(name.as_bytes());
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hex(&hash.finish().as_ref()[..8])
});

/// The path that serves `name`, as in `/assets/0123456789abcdef/board.js`.
pub(crate) fn asset_url(name: &str) -> String {
    debug_assert!(find(name).is_some(), "there is no asset {name}");
    format!("/assets/{}/{name}", *VERSION)
}

fn find(name: &str) -> Option<&'static [u8]> {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}

/// `GET /assets/{version}/{*name}`.
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    // A console of an older version asks for files that are gone: it must load its page anew.
    let Some(bytes) = find(&name).filter(|_| version == *VERSION) else {
        return Problem::not_found("there is no such file", "load the page again").into_response();
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(media_type(&name)),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, bytes).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::digest;

    use super::*;

    #[test]
    fn vendored_files_are_as_they_were_published() {
        let sums = FILES
            .iter()
            .filter(|(name, _)| name.ends_with("SHA256SUMS"));
        let mut checked = 0;
        for (list, sums) in sums {
            let folder = list.trim_end_matches("SHA256SUMS");
            let text = std::str::from_utf8(sums).expect("checksums are text");
            for line in text.lines() {
                let (sum, name) = line.split_once("  ").expect("a sum and a name");
                let bytes = find(&format!("{folder}{name}")).expect("the file is there");
                assert_eq!(hex(digest(&SHA256, bytes).as_ref()), sum, "{name}");
                checked += 1;
            }
            let of_folder = FILES.iter().filter(|(name, _)| name.starts_with(folder));
            assert_eq!(text.lines().count() + 1, of_folder.count(), "{list}");
        }
        assert!(checked >= 4, "nothing is vendored any more?");
    }
}

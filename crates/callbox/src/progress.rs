//! Progress bars of long work: on stderr, and only when it is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that shows `what` out of `total`; hidden when nobody watches. Without a total it only
/// counts up.
pub(crate) fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let target = if crate::output::is_watched() {
        ProgressDrawTarget::stderr_with_hz(5)
    } else {
        ProgressDrawTarget::hidden()
    };
    let template = match total {
        Some(_) => "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        None => "{msg} {spinner} {human_pos} {per_sec}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    let bar = ProgressBar::with_draw_target(total, target);
    bar.set_style(style.progress_chars("=> "));
    bar.set_message(what);
    bar
}

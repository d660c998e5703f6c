//! placeholder
use crate::{mount::Mount, security::Route};
pub(crate) const ROUTES: &[Route] = &[];
pub(crate) fn router() -> Mount { Mount::new() }

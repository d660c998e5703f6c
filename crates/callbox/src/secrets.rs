//! Keeps what the server has in memory out of files that a crash would leave.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::output;

/// From now on a crash leaves no image of this process, and no other process of the same user may read
/// its memory. Keys, sessions and callers' words are in it.
pub(crate) fn keep_from_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let mut outcome = setrlimit(Resource::Core, none);
    // A core file that is piped to a program is not held by the limit.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        outcome = outcome.and(set_dumpable_behavior(DumpableBehavior::NotDumpable));
    }
    if let Err(error) = outcome {
        output::note(format_args!(
            "a crash may leave an image of memory ({error}); set the limit of core files to 0 where \
             the server is started"
        ));
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_crash_leaves_no_image_of_memory() {
        super::keep_from_dumps();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        let behaviour = dumpable_behavior().expect("the kernel tells");
        assert_eq!(behaviour, DumpableBehavior::NotDumpable);
    }
}

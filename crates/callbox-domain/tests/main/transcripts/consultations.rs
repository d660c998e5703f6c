//! Reads of personal data: a batch is one event, and a spool is taken over once.

use expect_test::expect;

use crate::town::check;

#[test]
fn a_batch_of_reads_is_one_event_and_a_spool_is_taken_over_once() {
    check(
        r#"
09:00:00 reads 20717 3
reads 20717 0
reads 20716 2
reads 20718 1 spool 1
reads 20718 1 spool 1
reads 20718 4097
"#,
        expect![[r#"
            09:00:00 reads 20717 3
              32 ConsultationsRecorded day=20717 reads=3
            reads 20717 0
              nothing to do
            reads 20716 2
              33 ConsultationsRecorded day=20717 reads=2
            reads 20718 1 spool 1
              34 ConsultationsRecorded day=20718 reads=1 spool=1
            reads 20718 1 spool 1
              nothing to do
            reads 20718 4097
              refused too-many: a batch of reads has more than 4096 entries
                hint: leave some out
        "#]],
    );
}

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

#[test]
fn break_glass_is_short_seen_by_another_and_judged_by_another() {
    check(
        r#"
09:00:00 by 7 receive FIRE 1 @"1 Main St"
break-glass 9
break-glass 1
break-glass 1
see 1
review 1 justified
by 8 see 1
see 1
see 9
09:31:00 by 7 break-glass 1
10:02:00 break-glass 1
10:33:00 break-glass 1
by 8 review 9 justified
review 1 justified R-7
review 1 justified
review 2 unjustified
by 7 break-glass 1
"#,
        expect![[r#"
            09:00:00 by 7 receive FIRE 1 @"1 Main St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹1 Main St›
            break-glass 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            break-glass 1
              33 BreakGlassOpened 1 #1 seconds=1800
            break-glass 1
              nothing to do
            see 1
              refused own-grant: who broke the glass cannot judge it
                hint: let somebody else look at it
            review 1 justified
              refused own-grant: who broke the glass cannot judge it
                hint: let somebody else look at it
            by 8 see 1
              34 BreakGlassSeen 1
            see 1
              nothing to do
            see 9
              refused unknown-grant: there is no grant 9 that waits for a review
                hint: check the number in the list of grants
            09:31:00 by 7 break-glass 1
              35 BreakGlassOpened 2 #1 seconds=1800
            10:02:00 break-glass 1
              36 BreakGlassOpened 3 #1 seconds=1800
            10:33:00 break-glass 1
              refused reviews-due: 3 grants of yours wait for a review
                hint: ask a supervisor to read it, or to review yours first
            by 8 review 9 justified
              refused unknown-grant: there is no grant 9 that waits for a review
                hint: check the number in the list of grants
            review 1 justified R-7
              37 BreakGlassReviewed 1 justified R-7
            review 1 justified
              refused unknown-grant: there is no grant 1 that waits for a review
                hint: check the number in the list of grants
            review 2 unjustified
              38 BreakGlassReviewed 2 unjustified
            by 7 break-glass 1
              39 BreakGlassOpened 4 #1 seconds=1800
        "#]],
    );
}

#[test]
fn an_erased_incident_has_no_glass_to_break() {
    check(
        r#"
09:00:00 by 7 receive FIRE 1 @"1 Main St"
close 1 DONE
define erasure 0
erase 1 LAW-12
by 8 approve 1
by 7 break-glass 1
"#,
        expect![[r#"
            09:00:00 by 7 receive FIRE 1 @"1 Main St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹1 Main St›
            close 1 DONE
              33 IncidentClosed #1 disposition=DONE
            define erasure 0
              34 ErasureRulesDefined wait=0
            erase 1 LAW-12
              35 ErasureRequested #1 "LAW-12" wait=0
            by 8 approve 1
              36 DomainErased #1 "LAW-12" asked by a7 at 35 version=3 payloads=0 keys=0
            by 7 break-glass 1
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
        "#]],
    );
}

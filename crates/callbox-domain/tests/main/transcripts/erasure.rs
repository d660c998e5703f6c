//! Erasure: asked for with a legal basis, waited for, approved by somebody else, held by a court.

use expect_test::expect;

use crate::town::{check, check_after};

#[test]
fn an_erasure_takes_two_and_a_waiting_period() {
    check(
        r#"
09:00:00 receive FIRE @"212 Elm St" caller "A. Meyer" 555
note 1 // smoke from the second floor
erase 1 LAW-12
close 1 DONE
erase 1 LAW-12
erase 1 LAW-12
approve 1
by 8 approve 1
201:00:00 approve 1 version 3
complete 1 3 1 1
approve 1
show 1
note 1 // more
reopen 1 // once more
hold 1 COURT-7
lift-hold 1 COURT-7
erase 1 LAW-12
refuse 1 NO
by 9 approve 1
complete 1 2 1 1
complete 1 2 1 1
show 1
"#,
        expect![[r#"
            09:00:00 receive FIRE @"212 Elm St" caller "A. Meyer" 555
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St› caller=‹A. Meyer, 555›
            note 1 // smoke from the second floor
              33 NarrativeAdded #1 line=1 ‹smoke from the second floor›
            erase 1 LAW-12
              refused not-closed: incident #1 is open
                hint: close it first
            close 1 DONE
              34 IncidentClosed #1 disposition=DONE
            erase 1 LAW-12
              35 ErasureRequested #1 "LAW-12" wait=7
            erase 1 LAW-12
              refused already-requested: the erasure of incident #1 is asked for already
                hint: wait for its approval, or refuse it and ask anew
            approve 1
              refused same-actor: who asked for an erasure cannot approve it
                hint: let a second supervisor decide
            by 8 approve 1
              refused too-early: the waiting period ends at 2026-01-12T09:00:00Z
                hint: approve it then, or refuse it now
            201:00:00 approve 1 version 3
              refused outdated: incident #1 has just changed
                hint: look at it and approve again
            complete 1 3 1 1
              refused not-erased: incident #1 is not erased
                hint: nothing to do
            approve 1
              36 DomainErased #1 "LAW-12" asked by a7 at 35 version=4 payloads=0 keys=0
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹erased› caller=‹erased›
                erased "LAW-12" 2026-01-13T09:00:00Z a8, not complete
                line 1 09:00:00 a7 ‹erased›
                closed 09:00:00 DONE
            note 1 // more
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            reopen 1 // once more
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            hold 1 COURT-7
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            lift-hold 1 COURT-7
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            erase 1 LAW-12
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            refuse 1 NO
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            by 9 approve 1
              refused incident-erased: what was personal in incident #1 is erased
                hint: nothing is added to it any more: record what follows in a new incident
            complete 1 2 1 1
              37 ErasureCompleted #1 payloads=2 keys=1 epoch=1
            complete 1 2 1 1
              nothing to do
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹erased› caller=‹erased›
                erased "LAW-12" 2026-01-13T09:00:00Z a8, complete at 37
                line 1 09:00:00 a7 ‹erased›
                closed 09:00:00 DONE
        "#]],
    );
}

#[test]
fn a_hold_stands_in_the_way() {
    check(
        r#"
define erasure 0
define erasure 0
09:00:00 receive FIRE @"212 Elm St"
hold 1 COURT-7
hold 1 COURT-7
hold 9 COURT-7
lift-hold 1 COURT-8
lift-hold 9 COURT-8
close 1 DONE
erase 1 LAW-12
hold 1 COURT-8
lift-hold 1 COURT-7
lift-hold 1 COURT-8
refuse 1 NO
refuse 9 NO
erase 9 LAW-12
erase 1 LAW-12
hold 1 COURT-9
by 8 approve 1
show 1
lift-hold 1 COURT-9
by 8 approve 9
by 7 refuse 1 WITHDRAWN
by 8 approve 1
by 7 erase 1 LAW-12
reopen 1 // there is more
by 8 approve 1
by 7 close 1 DONE
by 8 approve 1
"#,
        expect![[r#"
            define erasure 0
              32 ErasureRulesDefined wait=0
            define erasure 0
              nothing to do
            09:00:00 receive FIRE @"212 Elm St"
              33 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            hold 1 COURT-7
              34 HoldPlaced #1 "COURT-7"
            hold 1 COURT-7
              nothing to do
            hold 9 COURT-7
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            lift-hold 1 COURT-8
              refused not-on-hold: incident #1 has no legal hold COURT-8
                hint: check the incident's legal holds
            lift-hold 9 COURT-8
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            close 1 DONE
              35 IncidentClosed #1 disposition=DONE
            erase 1 LAW-12
              refused on-hold: incident #1 is on legal hold: COURT-7
                hint: lift the hold first, once its reason has ended
            hold 1 COURT-8
              36 HoldPlaced #1 "COURT-8"
            lift-hold 1 COURT-7
              37 HoldLifted #1 "COURT-7"
            lift-hold 1 COURT-8
              38 HoldLifted #1 "COURT-8"
            refuse 1 NO
              refused not-requested: nobody asks for the erasure of incident #1
                hint: ask for it first, with its legal basis
            refuse 9 NO
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            erase 9 LAW-12
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            erase 1 LAW-12
              39 ErasureRequested #1 "LAW-12" wait=0
            hold 1 COURT-9
              40 HoldPlaced #1 "COURT-9"
            by 8 approve 1
              refused on-hold: incident #1 is on legal hold: COURT-9
                hint: lift the hold first, once its reason has ended
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St›
                hold "COURT-9" 09:00:00 a7
                erasure asked for "LAW-12" 09:00:00 a7, not before 09:00:00
                closed 09:00:00 DONE
            lift-hold 1 COURT-9
              41 HoldLifted #1 "COURT-9"
            by 8 approve 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            by 7 refuse 1 WITHDRAWN
              42 ErasureRefused #1 "WITHDRAWN"
            by 8 approve 1
              refused not-requested: nobody asks for the erasure of incident #1
                hint: ask for it first, with its legal basis
            by 7 erase 1 LAW-12
              43 ErasureRequested #1 "LAW-12" wait=0
            reopen 1 // there is more
              44 IncidentReopened #1 ‹there is more›
            by 8 approve 1
              refused not-closed: incident #1 is open
                hint: close it first
            by 7 close 1 DONE
              45 IncidentClosed #1 disposition=DONE
            by 8 approve 1
              46 DomainErased #1 "LAW-12" asked by a7 at 43 version=13 payloads=0 keys=0
        "#]],
    );
}

#[test]
fn what_was_closed_by_a_slip_and_erased_stays_erased() {
    check(
        r#"
define erasure 0
09:00:00 receive FIRE @"212 Elm St"
close 1 DONE
by 8 erase 1 LAW-12
by 7 approve 1
undo
"#,
        expect![[r#"
            define erasure 0
              32 ErasureRulesDefined wait=0
            09:00:00 receive FIRE @"212 Elm St"
              33 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            close 1 DONE
              34 IncidentClosed #1 disposition=DONE
            by 8 erase 1 LAW-12
              35 ErasureRequested #1 "LAW-12" wait=0
            by 7 approve 1
              36 DomainErased #1 "LAW-12" asked by a8 at 35 version=3 payloads=0 keys=0
            undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
        "#]],
    );
}

#[test]
fn holds_are_bounded() {
    let holds: String = (0..32).map(|n| format!("hold 1 COURT-{n}\n")).collect();
    check_after(
        &format!("receive FIRE\n{holds}"),
        "hold 1 COURT-32",
        expect![[r#"
            hold 1 COURT-32
              refused full: the list of legal holds is full: at most 32
                hint: open a new incident and link the two
        "#]],
    );
}

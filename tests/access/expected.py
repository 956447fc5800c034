"""Who may do what: written down by hand from the role matrix, never from the code.

Columns of staff: M the case's mediator, M' another one; R the case's recorder, R' another
one; H the committee's head; O the justice office's officer; admin; auditor. Columns of
seats: P a party, A his agent with every scope, C his companion, `waiting` a second browser
of P behind the one that holds the seat. Whoever is not named is refused: staff and
seats with `forbidden`, other committees with `not_found`, ended memberships and links with
`signed_out`. EVERYBODY needs no cookie at all, NOBODY has it refused to all.
"""

EVERYBODY, NOBODY = "everybody", ""

OPEN_ROUTES = {
    # Liveness, figures and the description hold no content of any case.
    "GET /healthz": EVERYBODY,
    "GET /metrics": EVERYBODY,
    "GET /api/openapi.json": EVERYBODY,
    # The log's checkpoints: sizes and hashes, for whoever watches from outside.
    "GET /api/log/checkpoint": EVERYBODY,
    "GET /api/log/proof": EVERYBODY,
    # Facts about what one holds already or was told, never content; nothing is kept.
    "GET /verify": EVERYBODY,
    "POST /verify": EVERYBODY,
    "GET /verify.html": EVERYBODY,
    # Whoever holds the link sees who invites; names and content come after the digits.
    "GET /j/{token}": EVERYBODY,
    "POST /api/link/open": EVERYBODY,
    # Only the browser that gave the digits, whoever else it may be signed in as.
    "POST /api/link/resume": "P waiting",
    "POST /api/staff/sign-in": EVERYBODY,
    "GET /api/setup/{token}": EVERYBODY,
    # There is a committee already: nobody founds a second one.
    "POST /api/setup": NOBODY,
    # A demonstration on loopback only; elsewhere the path does not exist.
    "GET /api/demo/codes": EVERYBODY,
}

STAFF_ROUTES = {
    # Everybody who is appointed keeps his own account.
    "GET /api/staff/me": "M M' R R' H O admin auditor",
    "POST /api/staff/sign-out": "M M' R R' H O admin auditor",
    "POST /api/staff/step-up": "M M' R R' H O admin auditor",
    "POST /api/staff/password": "M M' R R' H O admin auditor",
    # The forms' lists, the law's words: nothing of any case.
    "GET /api/pack": "M M' R R' H O admin auditor",
    # "users, templates, keys, backup": H templates; admin, no content
    "GET /api/admin/staff": "admin",
    "POST /api/admin/staff": "admin",
    "PATCH /api/admin/staff/{staff_id}": "admin",
    "POST /api/admin/staff/{staff_id}/reset": "admin",
    "GET /api/admin/committee": "admin",
    "PUT /api/admin/committee": "admin",
    "POST /api/admin/seal-image": "admin",
    "GET /api/admin/calendar": "H admin",
    "PUT /api/admin/calendar/{year}": "H admin",
    # One person seals or two: every member of staff sees it, head or admin set it, both to go back
    "GET /api/sealing": "M M' R R' H O admin auditor",
    "POST /api/sealing": "H admin",
    # "apply, see own case": M assigned, R org, H org, O org
    "GET /api/staff/colleagues": "M M' R R' H O",
    "GET /api/today": "M M' R R' H O",
    "GET /api/cases": "M M' R R' H O",
    "GET /api/cases/{case_id}": "M R R' H O",
    # "minutes": M, R write them; H approves and O checks the file they lie in
    "GET /api/cases/{case_id}/minutes": "M R R' H O",
    # The same on paper, the form that says what was accepted, cover and contents of the paper
    # file: whoever sees the case
    "GET /api/cases/{case_id}/minutes/{session_id}/pdf": "M R R' H O",
    "GET /api/cases/{case_id}/acceptance/pdf": "M R R' H O",
    "GET /api/cases/{case_id}/file-cover/pdf": "M R R' H O",
    # "build/close case file": M, R; H approves; O only checks
    "POST /api/cases": "M M' R R' H",
    "PUT /api/cases/{case_id}": "M R R' H",
    "POST /api/cases/{case_id}/sittings": "M R R' H",
    "PUT /api/cases/{case_id}/sittings/{session_id}": "M R R' H",
    # "accept/refuse, stop mediation": M ends with reason
    "POST /api/cases/{case_id}/end": "M",
    # "read audit & metadata chain": M own cases, H org, O org, auditor without content
    "GET /api/logs": "M M' H O auditor",
    "GET /api/cases/{case_id}/log": "M H O auditor",
    # "add evidence": M, R for a party
    "POST /api/cases/{case_id}/files": "M R R'",
    # "build/close case file": M, R; H approves and O checks what lies in it. Evidence given to
    # the mediator alone is no kind of file: what parties show each other is not kept here.
    "GET /api/cases/{case_id}/files/{file_id}": "M R R' H O",
    # "reveal masked field": M, R, H, O with a logged reason
    "POST /api/cases/{case_id}/people/{person_id}/reveal": "M R R' H O",
    # "invite, resend, revoke link": M, R, H
    "POST /api/cases/{case_id}/invitations": "M R R' H",
    "POST /api/cases/{case_id}/invitations/{invitation_id}/resend": "M R R' H",
    "POST /api/cases/{case_id}/invitations/{invitation_id}/revoke": "M R R' H",
    "POST /api/cases/{case_id}/invitations/{invitation_id}/unlock": "M R R' H",
    "GET /api/cases/{case_id}/outbox": "M R R' H",
    "GET /api/cases/{case_id}/outbox/{message_id}/slip": "M R R' H",
    # "edit draft": M, R; H comments and so reads it
    "GET /api/cases/{case_id}/agreement": "M R R' H",
    "PUT /api/cases/{case_id}/agreement": "M R R'",
    "PUT /api/cases/{case_id}/agreement/characters/{code}": "M R R'",
    "GET /api/cases/{case_id}/agreement/pages/{page}": "M R R' H",
    "GET /api/cases/{case_id}/agreement/handwriting/{signer}": "M R R' H",
    "POST /api/cases/{case_id}/agreement/seal-scan": "M R R'",
    # "wet ink": M and R bring the scans, whoever reads the draft looks at them; M, or any
    # recorder so that somebody else than who brought them can, compares them
    "POST /api/cases/{case_id}/agreement/paper": "M R R'",
    "GET /api/cases/{case_id}/agreement/paper/{page}": "M R R' H",
    "POST /api/cases/{case_id}/agreement/paper/comparison": "M R'",
    # "witnessed": M records, R witnesses, or the other way round where R deputises
    "POST /api/cases/{case_id}/agreement/declaration": "M R R'",
    "POST /api/cases/{case_id}/agreement/witness": "M R R'",
    # "agree to clauses, read-back": M and R lead
    "POST /api/cases/{case_id}/agreement/court": "M R R'",
    "POST /api/cases/{case_id}/agreement/read": "M R R'",
    "POST /api/cases/{case_id}/agreement/lock": "M R R'",
    "POST /api/cases/{case_id}/agreement/reopen": "M R R'",
    # "get a copy": M, R, H; O with a reason, through the records
    "GET /api/cases/{case_id}/agreement/pdf": "M R R' H",
    "POST /api/cases/{case_id}/agreement/copies": "M R R' H",
    # "sign agreement": M after the parties, R after M; only who stands in the text
    "POST /api/cases/{case_id}/agreement/sign": "M R",
    # The first of two who seal, where the committee wants two: M, R; never who confirms
    "POST /api/cases/{case_id}/agreement/release": "M R R'",
    "POST /api/cases/{case_id}/agreement/release/withdraw": "M R R'",
    # "seal, number": H
    "POST /api/cases/{case_id}/agreement/seal": "H",
    # "search & open records": M own cases; R, H, O own org with a reason
    "GET /api/records": "M M' R R' H O",
    "POST /api/records/{record_id}/open": "M R R' H O",
    "GET /api/records/{record_id}/pdf": "M R R' H O",
    "GET /api/records/{record_id}/pages/{page}": "M R R' H O",
    "GET /api/records/{record_id}/handwriting/{signer}": "M R R' H O",
    "GET /api/records/{record_id}/package": "M R R' H O",
    # "approve destruction": two of H, O, each with the second factor where it is done
    "GET /api/keeping": "H O",
    # The committee decides how long it keeps files: its head enters it
    "PUT /api/keeping": "H",
    "POST /api/keeping/{case_id}/hold": "H O",
    "POST /api/keeping/{case_id}/hold/lift": "H O",
    "POST /api/keeping/{case_id}/destruction": "H O",
    "POST /api/keeping/{case_id}/destruction/decline": "H O",
    "POST /api/keeping/{case_id}/destruction/confirm": "H O",
    "GET /api/records/{record_id}/recordings": "M R R' H O",
    # Sound and picture of people is more than a text: not for whoever only keeps the minutes.
    "GET /api/records/{record_id}/recordings/{recording_id}/{seat}": "M H O",
    "POST /api/records/{record_id}/grids/{recording_id}": "M H O",
    "GET /api/records/{record_id}/grids/{recording_id}": "M H O",
    "GET /api/records/{record_id}/grids/{recording_id}/film": "M H O",
    "POST /api/records/{record_id}/grids/{recording_id}/cancel": "M H O",
}

SEAT_ROUTES = {
    # "apply, see own case": c. A companion and a second browser see that they are expected.
    "GET /api/seat": "P A C waiting",
    # Everybody answers for his own coming; ending the mediation is another row.
    "POST /api/seat/answer": "P A C",
    "POST /api/seat/consents": "P A C",
    "POST /api/seat/device-check": "P A C waiting",
    "POST /api/seat/enter": "P A C waiting",
    # A second browser takes the seat only by a code to the telephone on file.
    "POST /api/seat/code": "P A C waiting",
    "POST /api/seat/move": "P A C waiting",
    # "accept/refuse, stop mediation": P c; A c with scope 1; C no
    "POST /api/seat/stop": "P A",
    # The scan of a company's seal, by who signs for the company.
    "POST /api/seat/files": "A",
    # The minutes of the sitting in which they sit.
    "GET /api/seat/minutes": "P A C",
    # "edit draft": P and A comment; C hears it read out beside them
    "GET /api/seat/agreement": "P A C",
    "GET /api/seat/agreement/pages/{page}": "P A C",
    # "agree to clauses, read-back": P c; A c with scopes 4 and 5; C no
    "POST /api/seat/agreement/answers": "P A",
    # "sign agreement": P c; A c with scope 5; C no
    "POST /api/seat/signing/statement": "P A",
    "POST /api/seat/signing": "P A",
    "POST /api/seat/signing/finish": "P A",
    "POST /api/seat/signing/refuse": "P A",
    # "get a copy": P c; A c with scope 6; C no. By a code, so any browser of his.
    "POST /api/seat/copy": "P A waiting",
    "GET /api/seat/copy/{ticket}": "P A",
}

NOT_THEIRS = {"GET /api/seat/copy/{ticket}": "not_found"}
"""Where a thing of another seat is not there for him, instead of forbidden."""

LIVE_EVENTS = {
    # "be in joint session": P, A, M, R; C declared; H only to take over. O and the others
    # only with everybody's consent, which nobody can give yet, so nobody is let in.
    # A second browser is told that it waits.
    "enter": "M R R' H P A C waiting",
    "leave": EVERYBODY,
    # "speak / video": whoever may be in the room
    "media.start": "M R R' H P A C",
    "media.answer": "M R R' H P A C",
    "media.stop": "M R R' H P A C",
    "line.check": "M R R' H P A C",
    "own.media": "M R R' H P A C",
    # Notice of rights, environment: everybody for himself.
    "rights.heard": "P A C",
    "environment.declare": "P A C",
    # "call mediator / quiet help / ask for pause": P, A, C
    "call.mediator": "P A C",
    # "confirm/sign minutes": P c; A c with scope 5; C no
    "minutes.confirm": "P A",
    # "accept/refuse, stop mediation": P c; A c with scope 1; C no
    "stop": "P A",
    # "open / freeze / close room": M, R as deputy, H by taking over
    "session.open": "M R R' H",
    "session.take_over": "M R R' H",
    "session.resume": "M R R' H-chair",
    "session.pause": "M R R' H-chair",
    "space.lobby": "M R R' H-chair",
    "space.joint": "M R R' H-chair",
    "adjourn": "M R R' H-chair",
    "close": "M R R' H-chair",
    # "admit from lobby": M, R, H
    "admit": "M R R' H H-chair",
    "return": "M R R' H H-chair",
    "device.admit": "M R R' H H-chair",
    # "be in a caucus": M; R by the mediator's setting, or as deputy in his chair; H not
    "space.caucus": "M R R'",
    "recorder.caucus": "M R-chair",
    # "record, with every party's consent": who leads the sitting
    "recording.start": "M H-chair",
    "recording.stop": "M H-chair",
    # Receiving a side, its identity check, consent and notice: who conducts.
    "space.reception": "M R R'",
    "identity.check": "M R R'",
    "consent.oral": "M R R'",
    "rights.read": "M R R'",
    "rights.skip": "M R R'",
    "tell": "M R R'",
    "call.answer": "M R R'",
    "mute.please": "M R R'",
    # "write minutes": M, R
    "minutes.add": "M R R'",
    "minutes.change": "M R R'",
    # "confirm/sign minutes": M and R put them before the parties
    "minutes.ready": "M R R'",
}

"""The whole URL table.

`name` is `module.function`: the handler lives in `server/api/<module>.py`.
"""

from typing import TypedDict, Unpack

from pydantic import BaseModel

from server.api.endpoint import Route, Who
from server.api.schemas import (
    agreement,
    case,
    desk,
    invitation,
    keeping,
    log,
    minutes,
    pack,
    party_agreement,
    record,
    sealing,
    seat,
    signing,
    staff,
)
from server.api.schemas.base import Nothing
from server.domain.access import Act

OPEN, STAFF, SEAT = Who.ANYBODY, Who.STAFF, Who.SEAT
PDF, PNG, HTML, ZIP = "application/pdf", "image/png", "text/html", "application/zip"
WEBP, FILM = "image/webp", "video/*"


class More(TypedDict, total=False):
    """What a row may say beyond the compulsory."""

    ask: type[BaseModel]
    view: type[BaseModel]
    media: str
    upload: bool
    fields: tuple[str, ...]
    query: tuple[str, ...]
    act: Act


def _r(method: str, path: str, name: str, who: Who, summary: str, **more: Unpack[More]) -> Route:
    return Route(method=method, path=path, name=name, who=who, summary=summary, **more)


# One row a route.
# fmt: off
PUBLIC = (
    _r("GET", "/healthz", "health.healthz", OPEN, "Liveness", media="text/plain"),
    _r("GET", "/metrics", "health.metrics", OPEN, "Prometheus", media="text/plain"),
    _r("GET", "/api/openapi.json", "health.openapi", OPEN, "This document",
       media="application/json"),
    _r("GET", "/api/log/checkpoint", "log.checkpoint", OPEN, "The log's newest checkpoint",
       media="text/plain"),
    _r("GET", "/api/logs", "log.search", STAFF, "Session logs", view=log.LogList,
       query=("number", "from", "to", "page"), act=Act.SEE_LOG),
    _r("GET", "/api/log/proof", "log.proof", OPEN, "That the log was only added to",
       view=log.LogProof, query=("first",)),
    _r("GET", "/verify", "verify.page", OPEN, "Verify an agreement", media=HTML, query=("lang",)),
    _r("POST", "/verify", "verify.verify", OPEN,
       "Facts about a package or sealed PDF, or about what a number with its code stands for",
       media=HTML, upload=True, fields=("number", "code"), query=("lang",)),
    _r("GET", "/verify.html", "verify.offline", OPEN, "The page that verifies without a network",
       media=HTML),
    _r("GET", "/j/{token}", "link.page", OPEN, "A person's link", media=HTML, query=("lang",)),
    _r("GET", "/api/setup/{token}", "setup.status", OPEN, "Is the link good",
       view=staff.SetupStatus),
    _r("POST", "/api/setup", "setup.set_up", OPEN, "First set-up", ask=staff.Setup,
       view=staff.SetupDone),
)

ACCOUNT = (
    _r("POST", "/api/staff/sign-in", "account.sign_in", OPEN, "Sign in", ask=staff.SignIn,
       view=staff.Me),
    _r("POST", "/api/staff/sign-out", "account.sign_out", STAFF, "Sign out", view=Nothing,
       act=Act.OWN_ACCOUNT),
    _r("GET", "/api/staff/me", "account.me", STAFF, "Who am I", view=staff.Me, act=Act.OWN_ACCOUNT),
    _r("POST", "/api/staff/step-up", "account.step_up", STAFF, "Second factor again",
       ask=staff.StepUp, view=staff.Me, act=Act.OWN_ACCOUNT),
    _r("POST", "/api/staff/password", "account.change_password", STAFF, "New password",
       ask=staff.ChangePassword, view=Nothing, act=Act.OWN_ACCOUNT),
)

ADMIN = (
    _r("GET", "/api/admin/staff", "admin.staff", STAFF, "The staff", view=staff.StaffList,
       act=Act.MANAGE_STAFF),
    _r("POST", "/api/admin/staff", "admin.add_staff", STAFF, "A new colleague", ask=staff.NewStaff,
       view=staff.StaffCredentials, act=Act.MANAGE_STAFF),
    _r("PATCH", "/api/admin/staff/{staff_id}", "admin.change_staff", STAFF, "Roles and membership",
       ask=staff.ChangeStaff, view=staff.StaffView, act=Act.MANAGE_STAFF),
    _r("POST", "/api/admin/staff/{staff_id}/reset", "admin.reset_staff", STAFF,
       "New password and second factor", view=staff.StaffCredentials, act=Act.MANAGE_STAFF),
    _r("GET", "/api/admin/committee", "admin.committee", STAFF, "The committee",
       view=staff.CommitteeView, act=Act.MANAGE_COMMITTEE),
    _r("PUT", "/api/admin/committee", "admin.change_committee", STAFF, "Change the committee",
       ask=staff.ChangeCommittee, view=staff.CommitteeView, act=Act.MANAGE_COMMITTEE),
    _r("POST", "/api/admin/seal-image", "admin.seal_image", STAFF, "Seal image",
       view=staff.CommitteeView, upload=True, act=Act.MANAGE_COMMITTEE),
    _r("GET", "/api/admin/calendar", "admin.calendar", STAFF, "Holiday calendar",
       view=staff.CalendarView, act=Act.MANAGE_CALENDAR),
    _r("PUT", "/api/admin/calendar/{year}", "admin.put_calendar", STAFF, "One year's calendar",
       ask=staff.PutCalendarYear, view=staff.CalendarView, act=Act.MANAGE_CALENDAR),
    _r("GET", "/api/sealing", "sealing.rule", STAFF, "One person seals, or two",
       view=sealing.SealingRuleView, act=Act.SEE_SEALING),
    _r("POST", "/api/sealing", "sealing.change", STAFF, "A step with that rule",
       ask=sealing.RuleStepAsk, view=sealing.SealingRuleView, act=Act.SET_SEALING),
    _r("GET", "/api/staff/colleagues", "admin.colleagues", STAFF, "Names for the lists",
       view=staff.StaffList, act=Act.SEE_CASES),
)

CASES = (
    _r("GET", "/api/pack", "cases.pack", STAFF, "Enumerations", view=pack.PackView,
       act=Act.OWN_ACCOUNT),
    _r("GET", "/api/today", "cases.today", STAFF, "The day", view=desk.TodayView,
       act=Act.SEE_CASES),
    _r("GET", "/api/cases", "cases.search", STAFF, "Cases", view=desk.CaseList,
       query=("q", "state", "page"), act=Act.SEE_CASES),
    _r("POST", "/api/cases", "cases.register", STAFF, "Register a case", ask=case.RegisterCase,
       view=case.Registered, act=Act.REGISTER_CASE),
    _r("GET", "/api/cases/{case_id}", "cases.case", STAFF, "A case", view=case.CaseView,
       act=Act.SEE_CASE),
    _r("PUT", "/api/cases/{case_id}", "cases.change", STAFF, "Change a case", ask=case.ChangeCase,
       view=case.CaseView, act=Act.CHANGE_CASE),
    _r("POST", "/api/cases/{case_id}/end", "cases.end", STAFF, "End a case", ask=case.EndCaseAsk,
       view=case.CaseView, act=Act.END_CASE),
    _r("GET", "/api/cases/{case_id}/log", "cases.log", STAFF, "Session log", view=log.LogView,
       act=Act.SEE_LOG),
    _r("GET", "/api/cases/{case_id}/minutes", "cases.minutes", STAFF, "The minutes",
       view=minutes.CaseMinutes, act=Act.SEE_CASE),
    _r("GET", "/api/cases/{case_id}/minutes/{session_id}/pdf", "printing.minutes", STAFF,
       "A sitting's minutes to print", media=PDF, act=Act.SEE_CASE),
    _r("GET", "/api/cases/{case_id}/acceptance/pdf", "printing.acceptance", STAFF,
       "The acceptance form to print", media=PDF, act=Act.SEE_CASE),
    _r("GET", "/api/cases/{case_id}/file-cover/pdf", "printing.file_cover", STAFF,
       "Cover and contents list of the paper file", media=PDF, act=Act.SEE_CASE),
    _r("POST", "/api/cases/{case_id}/files", "cases.upload", STAFF, "Upload", view=case.FileView,
       upload=True, query=("kind",), act=Act.UPLOAD),
    _r("GET", "/api/cases/{case_id}/files/{file_id}", "cases.file", STAFF, "A file",
       media="application/octet-stream", act=Act.SEE_FILE),
    _r("POST", "/api/cases/{case_id}/people/{person_id}/reveal", "cases.reveal", STAFF,
       "Reveal a masked field", ask=case.RevealAsk, view=case.Revealed, act=Act.REVEAL),
    _r("POST", "/api/cases/{case_id}/sittings", "cases.schedule", STAFF, "Plan a sitting",
       ask=case.ScheduleAsk, view=case.CaseView, act=Act.CHANGE_CASE),
    _r("PUT", "/api/cases/{case_id}/sittings/{session_id}", "cases.reschedule", STAFF,
       "Move a sitting", ask=case.ScheduleAsk, view=case.CaseView, act=Act.CHANGE_CASE),
)

INVITATIONS = (
    _r("POST", "/api/cases/{case_id}/invitations", "invitations.invite", STAFF, "Invite a person",
       ask=invitation.InviteAsk, view=invitation.InvitationIssued, act=Act.INVITE),
    _r("POST", "/api/cases/{case_id}/invitations/{invitation_id}/resend", "invitations.resend",
       STAFF, "A fresh link; the old one ends", view=invitation.InvitationIssued, act=Act.INVITE),
    _r("POST", "/api/cases/{case_id}/invitations/{invitation_id}/revoke", "invitations.revoke",
       STAFF, "Revoke", view=invitation.InvitationView, act=Act.INVITE),
    _r("POST", "/api/cases/{case_id}/invitations/{invitation_id}/unlock", "invitations.unlock",
       STAFF, "Unlock the digits", view=invitation.InvitationView, act=Act.INVITE),
    _r("GET", "/api/cases/{case_id}/outbox", "invitations.outbox", STAFF, "Messages to copy",
       view=invitation.OutboxView, act=Act.INVITE),
    _r("GET", "/api/cases/{case_id}/outbox/{message_id}/slip", "invitations.slip", STAFF,
       "Print slip", media=HTML, act=Act.INVITE),
)

SEATS = (
    _r("POST", "/api/link/open", "link.open_link", OPEN, "Give the four digits", ask=seat.OpenLink,
       view=seat.SeatView),
    _r("POST", "/api/link/resume", "link.resume", OPEN, "Come back", ask=seat.ResumeLink,
       view=seat.SeatView),
    _r("GET", "/api/seat", "seats.seat", SEAT, "The own seat", view=seat.SeatView, query=("lang",)),
    _r("POST", "/api/seat/answer", "seats.answer", SEAT, "Accept or refuse", ask=seat.AnswerAsk,
       view=seat.SeatView),
    _r("POST", "/api/seat/consents", "seats.consent", SEAT, "Answer one consent",
       ask=seat.ConsentAsk, view=seat.SeatView),
    _r("POST", "/api/seat/device-check", "seats.device_check", SEAT, "Device check",
       ask=seat.DeviceCheckAsk, view=Nothing),
    _r("POST", "/api/seat/enter", "seats.enter", SEAT, "Take the seat", view=seat.Entered),
    _r("POST", "/api/seat/code", "seats.code", SEAT, "Send a code", ask=seat.CodeAsk,
       view=seat.CodeSent),
    _r("POST", "/api/seat/move", "seats.move", SEAT, "Move to this browser", ask=seat.MoveAsk,
       view=seat.Entered),
    _r("POST", "/api/seat/stop", "seats.stop", SEAT, "End the mediation", ask=seat.StopAsk,
       view=seat.SeatView),
    _r("POST", "/api/seat/files", "seats.upload", SEAT, "Upload a seal scan", view=case.FileView,
       upload=True),
    _r("GET", "/api/seat/minutes", "seats.minutes", SEAT, "The minutes", view=seat.PartyMinutes),
    _r("GET", "/api/seat/agreement", "signing.agreement", SEAT, "The agreement",
       view=party_agreement.PartyAgreement),
    _r("POST", "/api/seat/agreement/answers", "signing.answer", SEAT, "Answer a clause",
       ask=party_agreement.ClauseAnswerAsk, view=party_agreement.PartyAgreement),
    _r("GET", "/api/seat/agreement/pages/{page}", "signing.page", SEAT, "A page of the exact PDF",
       media=WEBP, query=("w",)),
    _r("POST", "/api/seat/signing/statement", "signing.statement", SEAT, "The statement to sign",
       ask=signing.StatementAsk, view=signing.Statement),
    _r("POST", "/api/seat/signing", "signing.sign", SEAT, "Sign: take the turn to",
       ask=signing.SignAsk, view=signing.SigningTurn),
    _r("POST", "/api/seat/signing/finish", "signing.finish", SEAT, "Sign: the PDF itself",
       ask=signing.FinishAsk, view=seat.Receipt),
    _r("POST", "/api/seat/signing/refuse", "signing.refuse", SEAT, "I do not sign",
       ask=signing.RefuseSigning, view=seat.SeatView),
    _r("POST", "/api/seat/copy", "signing.copy", SEAT, "Open the download", ask=seat.CopyAsk,
       view=seat.CopyTicket),
    _r("GET", "/api/seat/copy/{ticket}", "signing.download", SEAT, "The sealed PDF", media=PDF),
)

AGREEMENTS = (
    _r("GET", "/api/cases/{case_id}/agreement", "agreements.agreement", STAFF, "The agreement",
       view=agreement.AgreementView, act=Act.SEE_DRAFT),
    _r("PUT", "/api/cases/{case_id}/agreement", "agreements.edit", STAFF,
       "Save the draft; 409 with the newer one when stale", ask=agreement.DraftEdit,
       view=agreement.AgreementView, act=Act.EDIT_DRAFT),
    _r("PUT", "/api/cases/{case_id}/agreement/characters/{code}", "characters.draw", STAFF,
       "Picture of a character no font has", view=agreement.AgreementView, upload=True,
       act=Act.EDIT_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/court", "agreements.say_for_court", STAFF,
       "Whether what no court confirms stands in the text", ask=agreement.ForCourtAsk,
       view=agreement.AgreementView, act=Act.EDIT_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/read", "agreements.read", STAFF, "Read a clause out",
       ask=agreement.ReadAsk, view=agreement.AgreementView, act=Act.EDIT_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/lock", "agreements.lock", STAFF, "Lock the text",
       ask=agreement.LockAsk, view=agreement.AgreementView, act=Act.LOCK),
    _r("POST", "/api/cases/{case_id}/agreement/reopen", "agreements.reopen", STAFF,
       "A new version; signatures become void", ask=agreement.ReopenAsk,
       view=agreement.AgreementView, act=Act.LOCK),
    _r("GET", "/api/cases/{case_id}/agreement/pages/{page}", "agreements.page", STAFF,
       "A page of the exact PDF", media=WEBP, query=("w",), act=Act.SEE_DRAFT),
    _r("GET", "/api/cases/{case_id}/agreement/pdf", "agreements.pdf", STAFF, "The locked PDF",
       media=PDF, act=Act.SEE_DRAFT),
    _r("GET", "/api/cases/{case_id}/agreement/handwriting/{signer}", "agreements.handwriting",
       STAFF, "A signer's handwriting", media=PNG, act=Act.SEE_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/seal-scan", "agreements.seal_scan", STAFF,
       "Attach a company's seal scan", ask=agreement.SealScanAsk, view=agreement.AgreementView,
       act=Act.EDIT_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/paper", "paper.upload", STAFF,
       "Scan of a signed page, or of all", view=agreement.AgreementView, upload=True,
       query=("page",), act=Act.EDIT_DRAFT),
    _r("GET", "/api/cases/{case_id}/agreement/paper/{page}", "paper.page", STAFF,
       "A signed page's scan", media=WEBP, query=("w",), act=Act.SEE_DRAFT),
    _r("POST", "/api/cases/{case_id}/agreement/paper/comparison", "paper.compare", STAFF,
       "Attest that the paper is the text", ask=agreement.ComparisonAsk,
       view=agreement.AgreementView, act=Act.ATTEST),
    _r("POST", "/api/cases/{case_id}/agreement/declaration", "witnesses.record", STAFF,
       "Record an oral declaration before witnesses", ask=agreement.DeclarationAsk,
       view=agreement.AgreementView, act=Act.ATTEST),
    _r("POST", "/api/cases/{case_id}/agreement/witness", "witnesses.confirm", STAFF,
       "Confirm as a witness", ask=agreement.WitnessedAsk, view=agreement.AgreementView,
       act=Act.ATTEST),
    _r("POST", "/api/cases/{case_id}/agreement/copies", "agreements.hand_copy", STAFF,
       "Note what was done with a copy on paper", ask=agreement.CopyHandedAsk,
       view=agreement.AgreementView, act=Act.CHANGE_CASE),
    _r("POST", "/api/cases/{case_id}/agreement/sign", "agreements.sign", STAFF,
       "Sign as mediator or recorder", ask=agreement.StaffSignAsk, view=agreement.AgreementView,
       act=Act.SIGN),
    _r("POST", "/api/cases/{case_id}/agreement/release", "agreements.release", STAFF,
       "Release the seal, as the first of two", ask=agreement.ReleaseAsk,
       view=agreement.AgreementView, act=Act.RELEASE_SEAL),
    _r("POST", "/api/cases/{case_id}/agreement/release/withdraw", "agreements.withdraw", STAFF,
       "Take a release back", view=agreement.AgreementView, act=Act.RELEASE_SEAL),
    _r("POST", "/api/cases/{case_id}/agreement/seal", "agreements.seal", STAFF, "Seal",
       ask=agreement.SealAsk, view=agreement.AgreementView, act=Act.SEAL),
)

RECORDS = (
    _r("GET", "/api/records", "records.search", STAFF, "Sealed agreements", view=record.RecordList,
       query=("name", "number", "from", "to", "amount_min", "amount_max", "page"),
       act=Act.SEARCH_RECORDS),
    _r("POST", "/api/records/{record_id}/open", "records.open_record", STAFF, "Open with a reason",
       ask=record.OpenRecord, view=record.RecordView, act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/pdf", "records.pdf", STAFF, "The sealed PDF", media=PDF,
       query=("opening",), act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/pages/{page}", "records.page", STAFF,
       "A page with the viewer's watermark", media=WEBP, query=("opening", "w"),
       act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/handwriting/{signer}", "records.handwriting", STAFF,
       "A signer's handwriting", media=PNG, query=("opening",), act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/package", "records.package", STAFF, "The whole package",
       media=ZIP, query=("opening",), act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/recordings", "records.recordings", STAFF,
       "What was recorded", view=record.RecordingList, query=("opening",), act=Act.OPEN_RECORD),
    _r("GET", "/api/records/{record_id}/recordings/{recording_id}/{seat}", "records.recording",
       STAFF, "One participant's film", media=FILM, query=("opening",), act=Act.OPEN_RECORDING),
    _r("POST", "/api/records/{record_id}/grids/{recording_id}", "records.ask_grid", STAFF,
       "Have the film of all participants made", view=record.GridView, query=("opening",),
       act=Act.OPEN_RECORDING),
    _r("GET", "/api/records/{record_id}/grids/{recording_id}", "records.grid", STAFF,
       "How far it is", view=record.GridView, query=("opening",), act=Act.OPEN_RECORDING),
    _r("POST", "/api/records/{record_id}/grids/{recording_id}/cancel", "records.cancel_grid",
       STAFF, "Have it made no longer", view=record.GridView, query=("opening",),
       act=Act.OPEN_RECORDING),
    _r("GET", "/api/records/{record_id}/grids/{recording_id}/film", "records.grid_film", STAFF,
       "The film of all participants", media=FILM, query=("opening",), act=Act.OPEN_RECORDING),
)

KEEPING = (
    _r("GET", "/api/keeping", "keeping.review", STAFF, "Files due for review or held back",
       view=keeping.KeepingList, query=("page",), act=Act.KEEP_FILES),
    _r("PUT", "/api/keeping", "keeping.set_rules", STAFF, "How long the committee keeps files",
       ask=keeping.SetKeeping, view=keeping.KeepingList, act=Act.SET_KEEPING),
    _r("POST", "/api/keeping/{case_id}/hold", "keeping.hold", STAFF, "Hold a file back",
       ask=keeping.HoldFile, view=Nothing, act=Act.KEEP_FILES),
    _r("POST", "/api/keeping/{case_id}/hold/lift", "keeping.lift", STAFF, "Lift a hold",
       ask=keeping.LiftHold, view=Nothing, act=Act.KEEP_FILES),
    _r("POST", "/api/keeping/{case_id}/destruction", "keeping.propose", STAFF,
       "Propose to destroy", ask=keeping.ProposeDestruction, view=Nothing, act=Act.KEEP_FILES),
    _r("POST", "/api/keeping/{case_id}/destruction/decline", "keeping.decline", STAFF,
       "Take a proposal back or turn it down", view=Nothing, act=Act.KEEP_FILES),
    _r("POST", "/api/keeping/{case_id}/destruction/confirm", "keeping.confirm", STAFF,
       "Destroy, as the second of two", view=keeping.Destroyed, act=Act.DESTROY),
)

# Only mounted in demo mode on loopback; elsewhere the path does not exist.
DEMO = (
    _r("GET", "/api/demo/codes", "demo.codes", OPEN, "Codes for the rehearsal",
       media="application/json"),
)

# fmt: on
ROUTES = (
    *PUBLIC,
    *ACCOUNT,
    *ADMIN,
    *CASES,
    *INVITATIONS,
    *SEATS,
    *AGREEMENTS,
    *RECORDS,
    *KEEPING,
)

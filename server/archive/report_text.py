"""Says a verification report in Chinese or English, and as JSON for programs."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from server.archive.renewed import CODE
from server.domain.verification import SEAL_LASTING, Fact, Report, SignerFact

SUITES = {"sm2-sm3": "SM2/SM3", "p256-sha256": "P-256/SHA-256"}
CHINA = timezone(timedelta(hours=8))
MARKS = {True: "✓", False: "✗", None: "?"}
GROUPS = {
    "complete": {"complete", "everybody_signed"},
    "intact": {
        "readable",
        "intact",
        "same_text",
        "attachment",
        "only_blanks_filled",
        "log_chain",
        "log_tells",
    },
    "valid": {
        "manifest_signed",
        "signatures",
        "pdf_signatures",
        "seal",
        "seal_chain",
        "two_people",
        "declared_recording",
    },
    "lasting": {"archive_stamp", SEAL_LASTING},
    "trusted": {"trusted", "certificates"},
    "logged": {"log_included", "log_stamped"},
    "contained": {"container"},
}
FACTS = {
    "zh": {
        "readable": "卷宗清单可以读取",
        "complete": "文件齐全，没有缺少或多出",
        "intact": "所有文件自归档以来未被改动",
        "manifest_signed": "清单由调解委员会的印章密钥签名",
        "signatures": "每个签署人的签名有效",
        "everybody_signed": "应当签名的人都已签名",
        "same_text": "每个人所签的就是这份文本",
        "attachment": "PDF 内嵌的协议数据与卷内一致",
        "only_blanks_filled": "盖章只填写了预留的空白处",
        "pdf_signatures": "PDF 中每个签名有效，由各签署人自己的密钥作出，其后无越权改动",
        "seal": "调解委员会电子印章有效，覆盖整个文件，其后无改动",
        "seal_chain": "印章证书由卷内的签发证书签发",
        "archive_stamp": "存档时间戳有效，历次续期前后相接",
        "seal_lasting": "印章能长期核验（PAdES B-LTA）",
        "certificates": "PDF 中各证书由卷内的签发证书签发，签署时有效",
        "trusted": "签发证书是您信任的证书",
        "log_chain": "会话日志连续，未被改动",
        "log_tells": "日志记有定稿、各人的签名、盖章和生效，与卷内所载一致",
        "log_included": "日志各条均已列入经签名的总日志检查点",
        "log_stamped": "该检查点有时间戳",
        "container": "ASiC-E 容器的签名（CAdES）有效，列明的就是这些文件",
        "two_people": "盖章由两人完成：一人放行，另一人确认，两人的密钥不同",
        "declared_recording": "口头表示是否录音录像，声明所记与日志和录制清单一致",
    },
    "en": {
        "readable": "the manifest can be read",
        "complete": "no file is missing, none was added",
        "intact": "no file changed since it was archived",
        "manifest_signed": "the committee's seal key signed the manifest",
        "signatures": "every signer's signature is valid",
        "everybody_signed": "everybody who had to sign did",
        "same_text": "everybody signed this very text",
        "attachment": "the PDF carries the same agreement data",
        "only_blanks_filled": "sealing only filled the blanks",
        "pdf_signatures": "every signature in the PDF is valid and made with its signer's own key",
        "seal": "the committee's seal is valid, covers the whole file, nothing follows it",
        "seal_chain": "the issuer in the record issued the seal's certificate",
        "archive_stamp": "the archive time stamp is valid, each renewal came in time",
        "seal_lasting": "the seal can be verified in the long term (PAdES B-LTA)",
        "certificates": "the issuer in the record issued every certificate in the PDF",
        "trusted": "the issuer is one you trust",
        "log_chain": "the session log is unbroken",
        "log_tells": "the log tells of the lock, each signature, the seal and its effect as they "
        "are here",
        "log_included": "a signed checkpoint of the whole log holds every entry",
        "log_stamped": "that checkpoint has a time stamp",
        "container": "the ASiC-E container's signature (CAdES) is valid and names these files",
        "two_people": "two people sealed: one released, another confirmed, by two different keys",
        "declared_recording": "whether declarations aloud were recorded is as log and manifest say",
    },
}
WORDS = {
    "zh": {
        "number": "编号",
        "sealed": "盖章",
        "signed": "签名",
        "wet_ink": "纸上签名、按指印（扫描件经人工逐页对照）",
        "witnessed": "口头表示同意（见证人见证，本人没有签名）",
        "attested": "记录并签名的人",
        "parts": "涉及",
        "trusted": "未判断",
        "certificates": "未判断：另有签发者，请向其核对",
        "log_included": "未判断：卷内没有总日志的检查点，日志是否事后重写无从得知，"
        "请向存有检查点的见证人查询",
        "log_tells": "未判断：早先的卷宗，日志所载较少",
        "log_stamped": "未判断：卷内没有检查点的时间戳",
        "dated": "{at}，{authority}",
        "dated_unknown": "{at}，{authority}；其根证书未经您核对",
        "root": "总日志时间戳根证书",
        "container": "未判断：这里没有容器",
        "pdf_signatures": "未判断：早先格式的卷宗，PDF 只有印章签名，各签署人的签名在卷内另存",
        "archive_stamp": "未判断：PDF 没有存档时间戳",
        "seal_lasting": "未判断：印章只到 B-LT，现在有效；PDF 内没有足够材料证明有关证书"
        "多年后仍可核验，可由档案室续期补上",
        "ended": "未判断：{at} 加盖的存档时间戳已于 {until} 失效，其后没有续期",
        "stamped": "{at} 加盖，有效至 {until}",
        "renewed": "{at} 第 {renewals} 次续期，有效至 {until}",
        "certified": "印章证书上的名称，请核对",
        "log": "总日志",
        "released": "放行",
        "confirmed": "确认",
        "declared": "口头表示: {declarations}，其中有录音录像: {recorded}",
        "yes": "核验通过",
        "but": "卷宗前后一致、未被改动，但有事项没有判断",
        "no": "核验不通过",
        "how": "没有判断本卷是否确由该调解委员会出具：印章证书的签发者由卷内自述。"
        "请向调解委员会或司法所索取签发证书，再运行 heyi verify --trust <证书.pem>；"
        "或者向其核对指纹 SHA-256",
    },
    "en": {
        "number": "number",
        "sealed": "sealed by",
        "signed": "signed by",
        "wet_ink": "signed in ink (the scan was compared page by page)",
        "witnessed": "declared aloud before witnesses, signed by nobody in his name",
        "attested": "attested and signed by",
        "parts": "see",
        "trusted": "not judged",
        "certificates": "not judged: issued elsewhere, ask whoever issued them",
        "log_included": "not judged: no checkpoint of the whole log is here, so nothing shows "
        "that the log was not written anew; ask a witness who keeps its checkpoints",
        "log_tells": "not judged: sealed by an earlier release, whose log told less",
        "log_stamped": "not judged: no time stamp of a checkpoint is here",
        "dated": "{at}, {authority}",
        "dated_unknown": "{at}, {authority}; its root is none that you brought along",
        "root": "root of the log's stamps",
        "container": "not judged: there is no container here",
        "pdf_signatures": "not judged: a record of the earlier form, where the seal alone signs "
        "the PDF and the signers' signatures lie beside it",
        "archive_stamp": "not judged: the PDF has no archive time stamp",
        "seal_lasting": "not judged: the seal is at B-LT and good today; the PDF holds too little "
        "to prove its certificates in years, which a renewal may add",
        "ended": "not judged: the stamp of {at} ended on {until} and was not renewed since",
        "stamped": "made on {at}, valid until {until}",
        "renewed": "last renewed on {at} (renewal {renewals}), valid until {until}",
        "certified": "the name on the seal's certificate, to be compared",
        "log": "log",
        "released": "released by",
        "confirmed": "confirmed by",
        "declared": "declarations aloud: {declarations}, recorded: {recorded}",
        "yes": "verified",
        "but": "the record is consistent and unchanged, but not every fact was judged",
        "no": "not verified",
        "how": "whether this committee really issued it was not judged: the record itself names "
        "who issued the seal. Ask the committee or its office for the issuer's certificate and run "
        "heyi verify --trust CERTIFICATE.pem, or compare with them the fingerprint SHA-256",
    },
}


def as_text(report: Report, language: str) -> str:
    """Return the report as lines for a reader; `language` is zh or en."""
    words = WORDS[language]
    lines = [
        f"{words['number']}: {report.number}",
        f"{words['sealed']}: {report.sealed_by} {_moment(report.sealed_at)}",
        *(_signer_line(signer, words) for signer in report.signers),
        *(_fact_line(fact, language) for fact in report.facts),
        *_verdict(report, words),
    ]
    return "\n".join(lines) + "\n"


def _verdict(report: Report, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the closing lines; trust left open is never passed over in silence."""
    if not report.verified:
        return (words["no"],)
    if not report.unknown:
        return (words["yes"],)
    issuer = next(
        (dict(f.facts)["issuer_sha256"] for f in report.facts if f.code == "seal_chain"), ""
    )
    untold = any(fact.code == "trusted" for fact in report.unknown)
    return (words["but"], *((f"{words['how']} {issuer}",) if untold else ()))


def as_json(report: Report) -> dict[str, object]:
    """Return the report as a JSON object; groups first, then every fact apart."""
    return {
        "verified": report.verified,
        "unjudged": [fact.code for fact in report.unknown],
        **{name: _group(report, codes) for name, codes in GROUPS.items()},
        "record_id": report.record_id,
        "number": report.number,
        "manifest_sha256": report.manifest_sha256,
        "sealed_by": report.sealed_by,
        "sealed_at": _iso(report.sealed_at),
        "signers": [_signer_json(signer) for signer in report.signers],
        "facts": [
            {"code": f.code, "holds": f.holds, "parts": list(f.parts), "facts": dict(f.facts)}
            for f in report.facts
        ],
    }


def _group(report: Report, codes: set[str]) -> bool | None:
    held = [fact.holds for fact in report.facts if fact.code in codes]
    if not held or any(holds is False for holds in held):
        return False
    return None if None in held else True


def _fact_line(fact: Fact, language: str) -> str:
    words = WORDS[language]
    said = f"{MARKS[fact.holds]} {FACTS[language][fact.code]}"
    more = _more(fact, words)
    return f"{said}（{more}）" if more else said


def _more(fact: Fact, words: Mapping[str, str]) -> str:
    """Return what stands in brackets behind a fact."""
    named = dict(fact.facts)
    if fact.code in _DATED and named:
        return _DATED[fact.code](fact, words)
    parts = f"{words['parts']}: {', '.join(fact.parts)}" if fact.parts else ""
    if fact.holds is None:
        return f"{words[fact.code]}；{parts}" if parts else words[fact.code]
    return parts or _told(named, words)


def _told(named: Mapping[str, str | int], words: Mapping[str, str]) -> str:
    """Return what stands behind a fact that holds."""
    if "issuer_sha256" in named:
        return f"SHA-256 {named['issuer_sha256']}"
    if "certified" in named:
        return f"{words['certified']}: {named['certified']}"
    if named.get("suite"):
        return SUITES.get(str(named["suite"]), str(named["suite"]))
    if "released_by" in named:
        return _both(named, words)
    log = f"{words['log']}: {named['origin']}" if "origin" in named else ""
    return words["declared"].format(**named) if "declarations" in named else log


def _both(named: Mapping[str, str | int], words: Mapping[str, str]) -> str:
    told = (("released", "released"), ("confirmed", "sealed"))
    return "; ".join(
        f"{words[word]}: {named[f'{who}_by']} "
        f"{_moment(datetime.fromisoformat(str(named[f'{who}_at'])))}"
        for word, who in told
    )


def _stamp_words(fact: Fact, words: Mapping[str, str]) -> str:
    named = dict(fact.facts)
    how = "ended" if fact.holds is None else "renewed" if named["renewals"] else "stamped"
    days = {name: _day(str(named[name])) for name in ("at", "until")}
    return words[how].format(**{**named, **days})


def _date_words(fact: Fact, words: Mapping[str, str]) -> str:
    named = dict(fact.facts)
    how = "dated" if named["known"] else "dated_unknown"
    said = words[how].format(at=_day(str(named["at"])), authority=named["authority"])
    root = named.get("root_sha256")
    return f"{said}; {words['root']} SHA-256: {root}" if root else said


def _day(iso: str) -> str:
    return f"{_in_china(datetime.fromisoformat(iso)):%Y-%m-%d}"


_DATED = {CODE: _stamp_words, "log_stamped": _date_words}


def _signer_line(signer: SignerFact, words: Mapping[str, str]) -> str:
    name, moment = signer.name or signer.signer_id, _moment(signer.signed_at)
    said = f"{MARKS[signer.holds]} {words.get(signer.route, words['signed'])}: {name} {moment}"
    by = ", ".join(signer.attested_by)
    if by:
        return f"{said}（{words['attested']}: {by}）"
    return f"{said}（{SUITES.get(signer.suite, signer.suite)}）" if signer.suite else said


def _signer_json(signer: SignerFact) -> dict[str, object]:
    return {
        "signer_id": signer.signer_id,
        "name": signer.name,
        "role": signer.role,
        "signed_at": _iso(signer.signed_at),
        "key_control": signer.key_control,
        "route": signer.route,
        "attested_by": list(signer.attested_by),
        "suite": signer.suite,
        "holds": signer.holds,
    }


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{_in_china(moment):%Y-%m-%d %H:%M:%S} +08:00"


def _in_china(moment: datetime) -> datetime:
    """Return the time there; the last one there is for a certificate without end (RFC 5280)."""
    try:
        return moment.astimezone(CHINA)
    except OverflowError:
        return moment.replace(tzinfo=CHINA)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()

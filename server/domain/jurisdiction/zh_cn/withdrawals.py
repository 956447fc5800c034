"""What taking a consent back does, said before it is done; by the scope of the consent.

Whatever was done before it was taken back stays valid (个人信息保护法 art. 15).
"""

from typing import Final

from server.domain.jurisdiction.texts import NoticeBlock, Text


def _block(scope: str, *lines: tuple[str, str]) -> NoticeBlock:
    title = Text(zh="收回以后", en="If you take it back")
    law = Text(zh="个人信息保护法第十五条", en="Personal Information Protection Law, art. 15")
    return NoticeBlock(
        code=scope, title=title, lines=tuple(Text(zh=zh, en=en) for zh, en in lines), law=law
    )


WITHDRAWALS: Final = (
    _block(
        "online_mediation",
        ("不再用视频谈，", "There are no more talks by video."),
        ("调委会约您到现场谈。", "The committee asks you to meet in person."),
        ("已经谈过、签过的，仍然有效。", "What was settled or signed stays valid."),
    ),
    _block(
        "e_signature",
        ("还没签的，改签纸质的，", "What is not signed yet is signed on paper,"),
        ("或者当着见证人说。", "or said before witnesses."),
        ("已经签了的，仍然有效。", "What you have signed stays valid."),
    ),
    _block(
        "e_delivery",
        ("以后的文书，改邮寄或当面交。", "From now on papers are posted or handed over."),
        ("已经送达的，仍然有效。", "What has been delivered stays delivered."),
    ),
    _block(
        "preservation",
        ("另打印一份纸质的存卷。", "A paper copy is printed and filed as well."),
        ("已经保存的，依法留到期满。", "What is kept stays for the period of the law."),
    ),
    _block(
        "sensitive_information",
        ("不再使用您的病历和账户，", "Your medical papers and account are used no more,"),
        ("没签的协议里不写账户。", "no unsigned agreement names the account."),
        ("已经签的协议，仍然有效。", "A signed agreement stays valid."),
    ),
    _block(
        "recording",
        ("马上停止，不再录。", "Recording stops at once."),
        ("已经录的，随卷宗保存。", "What was recorded stays with the file."),
    ),
)

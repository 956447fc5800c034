"""The six consents of online mediation in China, in the order in which they are asked.

Agreeing to one step is no consent to another (在线调解规则 4, by analogy); recording comes last
and is off unless every party agrees (在线调解规则 22, by analogy).
"""

from typing import Final

from server.domain.jurisdiction.texts import ConsentText, Text


def _lines(*pairs: tuple[str, str]) -> tuple[Text, ...]:
    return tuple(Text(zh=zh, en=en) for zh, en in pairs)


_ONLINE: Final = ConsentText(
    scope="online_mediation",
    title=Text(zh="视频调解", en="Mediation by video"),
    statement=_lines(
        ("双方不用见面，", "You need not meet in person."),
        ("各用手机，在视频里谈。", "Each side talks by video on a phone."),
    ),
    points=_lines(
        ("谁能听到您，屏幕上写着", "The screen always says who can hear you"),
        ("网络断了，不算您离开", "A lost connection never counts as leaving"),
        ("随时可以改为到现场", "You may change to meeting in person at any time"),
    ),
    question=Text(zh="用视频调解，您同意吗？", en="Do you agree to mediate by video?"),
    on_agree=_lines(
        ("按约好的时间，", "At the agreed time,"),
        ("用这部手机谈", "you talk on this phone"),
    ),
    on_refuse=_lines(
        ("改约到现场调解，", "Mediation is moved to the office,"),
        ("您的权利不受影响", "your rights stay as they are"),
    ),
    terms=_lines(
        (
            "本人自愿以视频方式参加本次人民调解，并已了解调解的步骤、形式和操作方法。",
            (
                "I take part in this mediation by video of my own will, and I have been told its "
                "steps, its form and how to use it."
            ),
        ),
        (
            "同意视频调解，不等于同意电子签名、电子送达或者录音录像；这些事项另行询问。",
            (
                "This consent covers video alone. Electronic signing, electronic delivery and "
                "recording are asked separately."
            ),
        ),
        (
            "在合理时间内，本人可以要求改为现场调解。",
            "I may ask within reasonable time to change to meeting in person.",
        ),
        (
            "网络、设备、停电等原因造成的中断，不视为退出调解。",
            "An interruption by network, device or power failure is no withdrawal.",
        ),
        (
            "本人如实说明在场人员，不让无关人员旁听，不自行录音录像。",
            "I say truthfully who is with me, let nobody listen in, and make no recording myself.",
        ),
    ),
    law=Text(
        zh="人民调解法第三条、第二十三条；参照《人民法院在线调解规则》第四条",
        en="People's Mediation Law, arts. 3, 23; Online Mediation Rules, art. 4, by analogy",
    ),
    refusal_ends_online=True,
)

_SIGNATURE: Final = ConsentText(
    scope="e_signature",
    title=Text(zh="用手机签协议", en="Signing on the phone"),
    statement=_lines(
        ("谈成以后，在自己手机上", "Once you agree, you write your name"),
        ("手写名字，输入验证码。", "on your own phone and enter a code."),
    ),
    points=_lines(
        ("签之前会逐条读给您听", "Every clause is read to you before you sign"),
        ("验证码只发到您的手机", "The code is sent to your phone alone"),
        ("签之前随时可以改主意", "Until you sign, you may change your mind"),
    ),
    question=Text(zh="用手机签，您同意吗？", en="Do you agree to sign on the phone?"),
    on_agree=_lines(
        ("谈成当天就能签，", "You can sign the same day,"),
        ("电子版发给您", "an electronic copy is sent to you"),
    ),
    on_refuse=_lines(
        ("改签纸质协议，", "The agreement is signed on paper,"),
        ("调解照常进行", "mediation goes on as usual"),
    ),
    terms=_lines(
        (
            "各方约定，同时符合下列条件的电子签名为可靠的电子签名，与手写签名或者盖章具有同等的法律效力：",
            (
                "The parties agree that an electronic signature is reliable, and equal in law to "
                "writing one's name or sealing, when all of this holds:"
            ),
        ),
        (
            "（一）签名所用的密钥为这一次签名生成，只属于签名人；",
            "(1) the key used is made for this one signing and belongs to the signer alone;",
        ),
        (
            (
                "（二）签署时密钥和验证码只由签名人控制，验证码只发到已核验的手机号；"
                "没有条件发送验证码的，由调解员在视频中当面确认并记录；"
            ),
            (
                "(2) at signing the key and the one-time code are in the signer's hands alone, the "
                "code being sent to the verified number; where no code can be sent, the mediator "
                "confirms it face to face on video and notes so;"
            ),
        ),
        (
            "（三）签署后，对签名的任何改动能够被发现；",
            "(3) any change to the signature after signing can be found;",
        ),
        (
            "（四）签署后，对协议内容和形式的任何改动能够被发现。",
            "(4) any change to the content or form of the agreement after signing can be found.",
        ),
        (
            "涉及婚姻、收养、继承等人身关系的协议不使用电子签名，改签纸质文书。",
            (
                "Agreements on personal status, such as marriage, adoption or inheritance, are not "
                "signed electronically but on paper."
            ),
        ),
    ),
    law=Text(
        zh="电子签名法第三条、第十三条、第十四条",
        en="Electronic Signature Law, arts. 3, 13, 14",
    ),
)

_DELIVERY: Final = ConsentText(
    scope="e_delivery",
    title=Text(zh="用手机收文书", en="Receiving papers on the phone"),
    statement=_lines(
        ("协议和通知，发到", "The agreement and notices are sent"),
        ("您确认过的手机或邮箱。", "to the phone or mailbox you confirmed."),
    ),
    points=_lines(
        ("到了您的手机就算送达", "They count as delivered once they reach it"),
        ("每次发送都有记录", "Every delivery is on record"),
        ("还可以再要一份纸质的", "You may ask for a paper copy too"),
    ),
    question=Text(zh="用手机收文书，您同意吗？", en="Do you agree to receive papers this way?"),
    on_agree=_lines(
        ("文书做好了，", "As soon as papers are ready,"),
        ("马上发给您", "they are sent to you"),
    ),
    on_refuse=_lines(
        ("改邮寄或当面领取，", "They are posted or handed to you,"),
        ("调解照常进行", "mediation goes on as usual"),
    ),
    terms=_lines(
        (
            "本人确认的手机号码或者电子邮箱，是本次调解文书的电子送达地址。",
            (
                "The mobile number or mailbox I confirmed is my address for the papers of this "
                "mediation."
            ),
        ),
        (
            "文书到达该地址所在的系统，即为送达；通过几种方式发送的，以最先到达的为准。",
            (
                "A paper is delivered when it reaches the system of that address; of several "
                "channels the earliest counts."
            ),
        ),
        (
            "地址变更的，本人及时告知；未告知的，按原地址送达有效。",
            "I give notice when the address changes; until then delivery to the old one holds.",
        ),
    ),
    law=Text(
        zh="人民调解法第二十九条；参照《人民法院在线诉讼规则》第二十九条至第三十二条",
        en="People's Mediation Law, art. 29; Online Litigation Rules, arts. 29-32, by analogy",
    ),
)

_PRESERVATION: Final = ConsentText(
    scope="preservation",
    title=Text(zh="协议怎么保存", en="How the agreement is kept"),
    statement=_lines(
        ("签好的协议和调解日志，", "The signed agreement and the session log"),
        ("原样存在调委会。", "are kept unchanged by the committee."),
    ),
    points=_lines(
        ("改一个字也查得出来", "A change of one character can be found"),
        ("您有一份，可以自己核验", "You hold a copy and can check it yourself"),
        ("交给法院前会再问您", "You are asked before it goes to a court"),
    ),
    question=Text(zh="这样保存，您同意吗？", en="Do you agree to have it kept this way?"),
    on_agree=_lines(
        ("以后有争议，", "If a dispute comes up later,"),
        ("可以拿它作证据", "it can serve as evidence"),
    ),
    on_refuse=_lines(
        ("另存一份纸质协议，", "A paper agreement is kept instead,"),
        ("调解照常进行", "mediation goes on as usual"),
    ),
    terms=_lines(
        (
            "各方约定：协议、签名和调解日志以签署时形成的原始文件保存，不重新生成，不作更改。",
            (
                "The parties agree: agreement, signatures and session log are kept as the very "
                "files made at signing, neither made anew nor changed."
            ),
        ),
        (
            "每份文件计算数字指纹，与日志逐条相连；提取和传输时重新计算并核对。",
            (
                "Each file gets a digital fingerprint chained to the log; whenever it is taken out "
                "or sent, the fingerprint is computed again and compared."
            ),
        ),
        (
            "日志只记步骤、时间和参加人，不记谈话内容，不记各方的出价；单独谈话的内容从不记录。",
            (
                "The log holds steps, times and people, never what was said or offered; nothing "
                "said in a private talk is ever recorded."
            ),
        ),
        (
            "按上述方式保存、传输和提取的电子文件，各方认可其真实性；有相反证据的除外。",
            (
                "The parties accept files kept, sent and taken out this way as authentic, unless "
                "evidence shows otherwise."
            ),
        ),
    ),
    law=Text(
        zh="《最高人民法院关于民事诉讼证据的若干规定》第九十三条、第九十四条",
        en="Supreme People's Court, Provisions on Evidence in Civil Proceedings, arts. 93, 94",
    ),
)

_SENSITIVE: Final = ConsentText(
    scope="sensitive_information",
    title=Text(zh="病历和银行账户", en="Medical papers and bank account"),
    statement=_lines(
        ("只为这次调解，使用", "For this mediation alone we use"),
        ("您的病历和收款账户。", "your medical papers and account number."),
    ),
    points=_lines(
        ("加密保存，平时只显示几位", "Kept encrypted, shown only in part"),
        ("谁看过，都有记录", "Everyone who opens them is on record"),
        ("随时可以撤回同意", "You may withdraw this at any time"),
    ),
    question=Text(zh="使用这些信息，您同意吗？", en="Do you agree to their use?"),
    on_agree=_lines(
        ("可以核对费用，", "Costs can be checked,"),
        ("把账户写进协议", "the account goes into the agreement"),
    ),
    on_refuse=_lines(
        ("不用交这些材料，", "You need not hand them in,"),
        ("调解照常进行", "mediation goes on as usual"),
    ),
    terms=_lines(
        (
            "目的：核对损失和费用，写明付款方式。种类：病历、诊断、费用票据，户名、开户行、账号。",
            (
                "Purpose: to check losses and costs and to state how payment is made. Kinds: "
                "medical records, diagnoses, bills; account holder, bank, account number."
            ),
        ),
        (
            (
                "必要性：没有这些材料，难以核对金额，也无法约定转账。对您的影响：泄露会损害您的"
                "人身、财产安全，因此加密保存，只有承办人员因工作需要才能查看，每次查看留有记录。"
            ),
            (
                "Necessity: without them amounts can hardly be checked nor a transfer agreed. "
                "Effect on you: a leak would harm your person or property, so they are "
                "encrypted and seen only by the staff in charge when the work needs it, each "
                "time on record."
            ),
        ),
        (
            "保存：随卷宗保存到调委会公布的期限，到期删除；您可以查阅、复制、更正。",
            (
                "Keeping: with the case file for the period the committee has published, then "
                "deleted; you may see, copy and correct them."
            ),
        ),
        (
            "不同意或者撤回同意，不影响继续调解；撤回前已经完成的处理仍然有效。",
            (
                "Refusing or withdrawing does not end the mediation; what was done before a "
                "withdrawal stays valid."
            ),
        ),
        (
            "不满十四周岁的人，由父母或者其他监护人同意。",
            "For a child under fourteen, a parent or other guardian consents.",
        ),
    ),
    law=Text(
        zh="个人信息保护法第十五条、第二十八条至第三十一条",
        en="Personal Information Protection Law, arts. 15, 28-31",
    ),
)

_RECORDING: Final = ConsentText(
    scope="recording",
    title=Text(zh="录音录像", en="Recording"),
    statement=_lines(
        ("平时不录。", "Normally nothing is recorded."),
        ("各方都同意，才录。", "Only if every party agrees."),
    ),
    points=_lines(
        ("单独谈话从来不录", "Private talks are never recorded"),
        ("录的时候屏幕上一直写着", "The screen says so as long as it runs"),
        ("有一方不同意就不录", "One refusal is enough to leave it off"),
    ),
    question=Text(zh="录音录像，您同意吗？", en="Do you agree to recording?"),
    on_agree=_lines(
        ("各方都同意时才录，", "It runs only if all agree,"),
        ("随卷宗保存", "and is kept with the case file"),
    ),
    on_refuse=_lines(("照常调解，", "Mediation as usual,"), ("不录", "without recording")),
    terms=_lines(
        (
            "本人同意对共同谈话录音录像，用于记录调解过程；各方均同意后才开始。",
            (
                "I agree to the recording of joint talks as a record of the mediation; it starts "
                "only after every party has agreed."
            ),
        ),
        (
            "单独谈话不录。无争议的事实仍以书面方式确认。",
            "Private talks are not recorded. Undisputed facts are still confirmed in writing.",
        ),
        (
            "任何一方随时可以要求停止；停止后不再录，已录部分随卷宗保存。",
            (
                "Any party may have it stopped at any time; nothing is recorded after that, and "
                "what was recorded stays with the case file."
            ),
        ),
    ),
    law=Text(
        zh="个人信息保护法第十五条、第二十九条；参照《人民法院在线调解规则》第二十二条",
        en="Personal Information Protection Law, arts. 15, 29; Online Mediation Rules, art. 22, "
        "by analogy",
    ),
    all_parties=True,
)

CONSENTS: Final = (_ONLINE, _SIGNATURE, _DELIVERY, _PRESERVATION, _SENSITIVE, _RECORDING)

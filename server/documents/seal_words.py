"""What is said of an authority's seal that was not taken, to the operator, Chinese first."""

from collections.abc import Mapping
from typing import Final

from server.documents.keys import NoSeal, SealRefusedError

SAID: Final[Mapping[NoSeal, tuple[str, str]]] = {
    "unreadable": (
        "读不到文件 {file}。请检查路径，以及运行本命令的账户是否可读。",
        "The file {file} cannot be read: check the path, and that this account may read it.",
    ),
    "not_pkcs12": (
        "这不是完整的 PKCS#12（.pfx、.p12）文件。请向签发机构重新索取，并以二进制方式传送。",
        "This is no whole PKCS#12 file (.pfx, .p12): get it from the authority again, as it is.",
    ),
    "password": (
        "密码不对，或者文件已损坏。请核对密码后再试。",
        "The password is wrong, or the file is damaged: check the password and try again.",
    ),
    "encryption": (
        (
            "本机的 OpenSSL 解不开这个文件所用的旧式加密（{said}）。请在有旧算法的电脑上先后运行 "
            "openssl pkcs12 -legacy -in 旧.pfx -out 全部.pem 和 "
            "openssl pkcs12 -export -in 全部.pem -out 新.pfx，再用新文件。"
        ),
        (
            "This machine's OpenSSL cannot open the old encryption of this file ({said}). Where it "
            "can, run openssl pkcs12 -legacy -in OLD.pfx -out ALL.pem and then "
            "openssl pkcs12 -export -in ALL.pem -out NEW.pfx, and take the new file."
        ),
    ),
    "no_key": (
        "文件里没有私钥。请向签发机构索取带私钥的 .pfx，或在导出时勾选“导出私钥”。",
        "There is no private key in it: ask for a .pfx with it, or export it with the key.",
    ),
    "no_certificate": (
        "文件里没有私钥所对应的证书，或者证书读不出。请向签发机构索取包含证书的 .pfx。",
        "The key's certificate is not in it, or cannot be read: ask for a .pfx that holds it.",
    ),
    "key_type": (
        (
            "这把密钥是 {found}，本系统的印章只能用 P-256 密钥（ECDSA，SHA-256）。"
            "请向签发机构申请 P-256（secp256r1，又称 prime256v1）的证书。"
        ),
        (
            "Its key is {found}; a seal here needs one on P-256 (ECDSA with SHA-256). Ask the "
            "authority for a certificate on P-256, also called secp256r1 or prime256v1."
        ),
    ),
    "other_key": (
        "文件里的证书不是这把私钥的。请向签发机构索取配套的文件。",
        "The certificate in it is not this key's: ask the authority for what belongs together.",
    ),
    "validity": (
        "证书的有效期是 {begin} 至 {end}，现在不在其内。请换一份有效的证书，或校准本机时钟。",
        "It is valid from {begin} to {end}, which is not now: get another, or set the clock.",
    ),
    "usage": (
        (
            "证书的密钥用途不适合盖章。请申请密钥用途包含“数字签名”和“不可否认”"
            "（digitalSignature、nonRepudiation）的签章证书，加密证书和签发者证书都不行。"
        ),
        (
            "Its key usage does not fit a seal. Ask for a signing certificate with "
            "digitalSignature and nonRepudiation; one for encryption, or an issuer's, does not do."
        ),
    ),
    "root_unreadable": (
        "根证书文件 {file} 里没有 PEM 证书。请从签发机构网站下载根证书，核对指纹后用 --root 指明。",
        "There is no PEM certificate in {file}: get the authority's root, compare its fingerprint.",
    ),
    "chain_unreadable": (
        "上级证书或根证书中有一张读不出。请重新下载 PEM 格式的证书。",
        "One of the issuers' or roots' certificates cannot be read: get them again as PEM.",
    ),
    "chain": (
        (
            "证书链断在这里：缺少“{issuer}”的证书，到不了所给的根证书。"
            "请从签发机构下载它，存为 PEM，用 --chain 指明；并核对 --root 是不是该机构的根证书。"
        ),
        (
            "The chain breaks off: the certificate of {issuer} is missing, so that it does not "
            "reach the root that was named. Get it as PEM and name it with --chain; see that "
            "--root is this authority's root."
        ),
    ),
    "path": (
        "证书链不能用于盖章：{said}。请连同这句话询问签发机构。",
        "The chain does not fit a seal: {said}. Ask the authority about it.",
    ),
    "subject": (
        (
            "证书的主体必须恰好有一个通用名（CN），并以 UTF8String 或 PrintableString 写成，"
            "否则卷宗无法核验。请向签发机构申请这样的证书。"
        ),
        (
            "Its subject has to name exactly one common name (CN), as UTF8String or "
            "PrintableString, or no record under it verifies. Ask the authority for such a one."
        ),
    ),
    "issuer": (
        (
            "上级证书“{name}”不合 RFC 5280：须有标为关键的 basicConstraints（CA），以及包含 "
            "keyCertSign 的 keyUsage，否则卷宗无法核验。请向签发机构索取合规的证书链。"
        ),
        (
            "The issuer {name} is not as RFC 5280 has it: basicConstraints (CA) must be critical, "
            "and keyUsage must hold keyCertSign, or no record verifies. Ask the authority for "
            "another chain."
        ),
    ),
    "identifiers": (
        (
            "证书“{name}”没有签发者密钥标识（AKI），或其上级没有主体密钥标识（SKI），"
            "卷宗将无法核验。请向签发机构申请带这两项的证书。"
        ),
        (
            "The certificate of {name} has no authority key identifier, or its issuer no subject "
            "key identifier, so that no record verifies. Ask for certificates that have both."
        ),
    ),
    "algorithm": (
        (
            "证书“{name}”的签名算法无法在浏览器中核验：只认 P-256 或 P-384 上的 ECDSA，"
            "以及 RSA（PKCS#1 v1.5），并用 SHA-256、SHA-384 或 SHA-512。请向签发机构另行申请。"
        ),
        (
            "The certificate of {name} is signed in a way that the page cannot check: it knows "
            "ECDSA on P-256 or P-384 and RSA (PKCS #1 v1.5), with SHA-256, SHA-384 or SHA-512. "
            "Ask the authority for another."
        ),
    ),
    "no_address": (
        (
            "证书“{name}”里没有吊销列表（CRL）或在线查询（OCSP）的网址，以后无从证明它未被吊销。"
            "请向签发机构申请带这类网址的证书。"
        ),
        (
            "The certificate of {name} names no address of a list of the revoked (CRL) or of OCSP, "
            "so that nothing could prove it later. Ask for one that does."
        ),
    ),
    "unproven": (
        (
            "没有取得证明“{name}”未被吊销的答复：机构的服务可能正好不通，也可能证书已被吊销。"
            "请检查本机能否访问证书里的网址，稍后再试；仍不行，请询问签发机构。"
        ),
        (
            "Nothing was got that says {name} is not revoked: the authority's service may be away, "
            "or the certificate is revoked. See that this machine reaches the addresses in it and "
            "try again later; if that does not help, ask the authority."
        ),
    ),
    "suite": (
        "当前设置用 SM2 盖章，机构的 P-256 印章用不上。请先设置 HEYI_SIGNATURE_SUITE=p256-sha256。",
        "Seals are set to SM2, with which it cannot seal: set HEYI_SIGNATURE_SUITE=p256-sha256.",
    ),
    "waiting": (
        "有一份协议已经盖章、卷宗尚未写完。请启动服务，等它写完，再停下服务运行本命令。",
        "A sealed agreement's record is still to be written: start the server, let it end, retry.",
    ),
    "committee": (
        "请用 --committee 指明是哪个调委会的印章。本机有：{committees}",
        "Say with --committee whose seal it is. There are: {committees}",
    ),
}


def say(refused: SealRefusedError) -> tuple[str, str]:
    """Return two lines for the person at the keyboard, Chinese and English."""
    chinese, english = SAID[refused.reason]
    return chinese.format(**refused.facts), english.format(**refused.facts)

"""What is said of signing keys that cannot be reached, in the operator's words, Chinese first."""

from collections.abc import Mapping
from typing import Final

from server.documents.keys import KeysUnavailableError, NoKeys

SAID: Final[Mapping[NoKeys, tuple[str, str]]] = {
    "no_module": (
        "打不开 PKCS#11 模块 {module}。请检查 HEYI_PKCS11_MODULE，并安装令牌的驱动。",
        "No PKCS#11 module in {module}: check HEYI_PKCS11_MODULE, install the token's driver.",
    ),
    "no_token": (
        "没有名为 {token} 的令牌。请插好令牌，或检查 HEYI_PKCS11_TOKEN。",
        "There is no token called {token}: plug it in, or check HEYI_PKCS11_TOKEN.",
    ),
    "two_tokens": (
        "有两个令牌都叫 {token}。请只留一个。",
        "Two tokens are called {token}: leave only one of them.",
    ),
    "wrong_pin": (
        "令牌 {token} 拒绝了这个 PIN，不会再试同一个，以免锁死。请改正；若其实正确，删除 {noted}。",
        "The token {token} refused this PIN; it is not tried again. Correct it, or remove {noted}.",
    ),
    "pin_locked": (
        "令牌 {token} 的 PIN 已锁死。请用厂商的程序解锁。",
        "The PIN of the token {token} is locked: unlock it with its maker's program.",
    ),
    "last_try": (
        "令牌 {token} 的 PIN 只剩一次机会，这里不试。请用厂商的程序登录一次。",
        "One last try of the PIN is left at {token}: log in once with its maker's program.",
    ),
    "no_answer": (
        "令牌 {token} 没有照办（{said}）。请检查令牌和它的驱动。",
        "The token {token} does not do it ({said}): check the token and its driver.",
    ),
    "other_key": (
        "令牌 {token} 里没有本服务签过字的那把密钥。请换回原来的令牌，或它的备份。",
        "The token {token} holds not the key this server signed with: take that one, or its copy.",
    ),
    "in_files": (
        "签名密钥还是 {folder} 里的文件。请先备份，停下服务，再运行 heyi keys import。",
        "The signing keys are files in {folder}: back up, stop the server, run heyi keys import.",
    ),
    "in_token": (
        "签名密钥在令牌里，取不出来。请设置 HEYI_KEYS=pkcs11。",
        "The signing keys are in a token and do not come out of it: set HEYI_KEYS=pkcs11.",
    ),
    "no_sm2": (
        "令牌里只放 P-256 密钥。要用 SM2 签名，请让密钥留在文件里（HEYI_KEYS=files）。",
        "A token holds keys on P-256 alone: for SM2 leave them in files (HEYI_KEYS=files).",
    ),
    "files_set": (
        "没有指明令牌。请设置 HEYI_KEYS=pkcs11 以及令牌的模块、名称和 PIN。",
        "No token is named: set HEYI_KEYS=pkcs11 with the token's module, label and PIN.",
    ),
}


def say(refused: KeysUnavailableError) -> tuple[str, str]:
    """Return two lines for the person at the keyboard, Chinese and English."""
    chinese, english = SAID[refused.reason]
    return chinese.format(**refused.facts), english.format(**refused.facts)

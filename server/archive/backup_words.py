"""What a backup's command line says, in the operator's words, Chinese first."""

from collections.abc import Mapping
from typing import Final

from server.ports.backup import BackupError, NoBackup
from server.ports.store import DiskFullError

SAID: Final[Mapping[NoBackup, tuple[str, str]]] = {
    "broken_database": (
        "备份里的数据库不完整，未恢复。",
        "The database inside the backup is damaged; nothing was restored.",
    ),
    "busy": (
        "另一个备份正在进行。",
        "Another backup is being made.",
    ),
    "cut_or_damaged": (
        "备份文件被截断或损坏，未恢复。请换一份备份。",
        "The backup file was cut short or damaged; nothing was restored. Take another one.",
    ),
    "exists": (
        "目标文件已存在，不会覆盖：{where}",
        "There is a file of that name already, and it stays: {where}",
    ),
    "newer": (
        "备份由更新版本的和议制作，请先升级。",
        "A newer Heyi made this backup: update first.",
    ),
    "no_database": (
        "没有可备份的数据库。",
        "There is no database to back up.",
    ),
    "no_file": (
        "读不到文件：{where}",
        "Cannot read the file: {where}",
    ),
    "no_folder": (
        "文件夹不存在或写不进去：{where}。请先建好，或换一个。",
        "There is no such folder, or it cannot be written: {where}. Make it, or name another.",
    ),
    "no_key": (
        "找不到密钥。请用 --key 指明密钥文件，或把它放在备份旁边（备份名.key）。",
        "No key. Name its file with --key, or put it beside the backup (its name with .key).",
    ),
    "no_program": (
        "缺少程序 {program}，请安装 postgresql-client。",
        "The program {program} is missing: install postgresql-client.",
    ),
    "no_recipient": (
        "不是有效的接收公钥（age1…）：{recipient}",
        "Not a recipient's public key (age1…): {recipient}",
    ),
    "no_record": (
        (
            "数据库里有 {count} 件记录不在数据文件夹里（如 {where}），备份没有做。"
            "请检查数据盘是否已挂载，或从最近一份完整的备份取回 records 文件夹。"
        ),
        (
            "Records of the database that are not in the data folder: {count} (such as {where}). "
            "No backup was made. See that the disk is mounted, or take them from an older backup."
        ),
    ),
    "not_a_backup": (
        "这不是和议的备份文件，未恢复。",
        "This file is no backup of Heyi; nothing was restored.",
    ),
    "not_a_key": (
        "这个文件不是密钥。请用 --key 指明做备份时写下的密钥文件（备份名.key）。",
        "This file is no key: name with --key the one that was written with the backup.",
    ),
    "not_empty": (
        "这里已有内容，不会覆盖：{where}",
        "There is something here already, and it stays: {where}",
    ),
    "not_written": (
        "备份没有写成：{said}",
        "The backup could not be written: {said}",
    ),
    "other_database": (
        "备份来自另一种数据库（{name}），请按它设置 HEYI_DATABASE_URL。",
        "The backup is of another kind of database ({name}): set HEYI_DATABASE_URL to such a one.",
    ),
    "program_failed": (
        "{program} 失败：{said}",
        "{program} failed: {said}",
    ),
    "unfinished": (
        "此处的恢复没有完成，请再运行一次 heyi restore。",
        "A restore into this folder was not finished: run heyi restore again.",
    ),
    "wrong_key": (
        "这把密钥打不开这份备份，未恢复。",
        "This key does not open the backup; nothing was restored.",
    ),
    "wrong_passphrase": (
        "口令不对，密钥打不开。",
        "The passphrase does not open the key.",
    ),
}
_FULL = (
    "磁盘已满，没有留下半份文件。",
    "The disk is full; nothing half done stays.",
)


def say(error: BackupError | DiskFullError) -> str:
    """Return two lines for the person at the keyboard."""
    if isinstance(error, DiskFullError):
        return "\n".join(_FULL)
    return "\n".join(SAID[error.reason]).format(**error.facts)

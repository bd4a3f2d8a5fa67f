"""Items 55–62: files added to a demand on its page. The content checks alone are tested in tests/core."""

from __future__ import annotations

from core.attachments.content import EICAR, MAX_BYTES
from tests.bad_input import steps
from tests.bad_input.cases import Attached, Kept, Steps, Table
from tests.core.test_attachments import HTML, LOOPING_PDF, PDF, animation, flood, office_file, picture

NOT_TAKEN = "这种文件不能上传"
NOT_AS_NAMED = "的内容和扩展名不符，或者文件不完整"
TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + EICAR + b"!$H+H*"

ATTACHED: Table = {
    55: (
        "active-extensions",
        (
            *(
                Attached(name, HTML, NOT_TAKEN)
                for name in ("a.exe", "a.html", "a.svg", "a.js", "a.php", "a.docm", "a.exe.pdf", "README")
            ),
            Attached("a.pdf.exe", PDF, NOT_TAKEN),
            Attached("a.php%00.pdf", PDF, NOT_TAKEN),
            Attached("a.php\x00.pdf", PDF, NOT_TAKEN),
            Attached("a.docx", office_file("word/document.xml", "word/vbaProject.bin"), NOT_AS_NAMED),
        ),
    ),
    56: (
        "content-unlike-extension",
        (
            Attached("a.jpg", HTML, NOT_AS_NAMED),
            Attached("a.jpg", picture("PNG"), NOT_AS_NAMED),
            Attached("a.gif", b"GIF89a=1;alert(1)//", "打不开或不完整"),
            Attached("a.txt", b"MZ\0\0", NOT_AS_NAMED),
            Kept("说明.txt", HTML, "说明.txt"),
        ),
    ),
    57: (
        "file-names",
        (
            Kept("../../etc/说明.txt", b"words", "说明.txt"),
            Kept("/etc/说明.txt", b"words", "说明.txt"),
            Kept("C:\\x\\说明.txt", b"words", "说明.txt"),
            Kept("长" * 300 + ".txt", b"words", "长" * 116 + ".txt"),
            Kept("👍\"'.txt", b"words", "👍\"'.txt"),
            Kept("CON.txt", b"words", "CON.txt"),
            Kept("图\u202etxt.png", picture("PNG", mode="RGBA"), "图txt.png"),
            Steps(steps.import_is_named_in_full),
        ),
    ),
    58: (
        "pixel-flood",
        (
            Attached("a.png", flood(), "的像素太多（上限 4000 万）"),
            Kept("a.jpg", picture(exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken"), "a.jpg"),
            Kept("动图.gif", animation(), "动图.jpg"),
        ),
    ),
    59: ("endless-pdf", (Kept("loop.pdf", LOOPING_PDF, "loop.pdf"),)),
    60: (
        "virus-test-string",
        (
            Attached("a.txt", TEST_VIRUS, "病毒测试特征"),
            Attached("a.pdf", PDF[:9] + EICAR + PDF[9:], "病毒测试特征"),
            Steps(steps.scanner_decides),
            Steps(steps.nothing_is_taken_unseen),
        ),
    ),
    61: (
        "upload-cut-off",
        (
            Attached("a.jpg", picture(size=(900, 900))[:2000], "打不开或不完整"),
            Attached("a.pdf", PDF[:20], NOT_AS_NAMED),
            Attached("a.docx", office_file("word/document.xml")[:60], NOT_AS_NAMED),
            Attached("a.pdf", b"", "是空的（0 字节）"),
            Steps(steps.text_cut_off_is_not_kept),
        ),
    ),
    62: (
        "quota",
        (
            Attached("a.pdf", PDF + b"\0" * MAX_BYTES, "超过 20 MB"),
            Steps(steps.quota_of_a_row_is_named),
            Steps(steps.quota_of_a_branch_is_named),
            Steps(steps.thousand_files_at_once_are_refused),
        ),
    ),
}

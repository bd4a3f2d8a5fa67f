"""Refresh static/vendor from the npm packages pinned in package.json; nothing is built, only copied."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# target folder -> (file in node_modules, name in the folder); licences of bundled code travel with it
FILES = {
    "bootstrap": {
        "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
        "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
        "bootstrap/LICENSE": "LICENSE",
        "@popperjs/core/LICENSE.md": "LICENSE.popper.md",
    },
    "bootstrap-icons": {
        "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
        "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
        "bootstrap-icons/LICENSE": "LICENSE",
    },
    "htmx": {"htmx.org/dist/htmx.min.js": "htmx.min.js", "htmx.org/LICENSE": "LICENSE"},
    "tom-select": {
        "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.bootstrap5.min.css",
        "tom-select/dist/js/tom-select.complete.min.js": "tom-select.complete.min.js",
        "tom-select/LICENSE": "LICENSE",
    },
    "echarts": {
        "echarts/dist/echarts.min.js": "echarts.min.js",
        "echarts/LICENSE": "LICENSE",
        "echarts/NOTICE": "NOTICE",
        "zrender/LICENSE": "LICENSE.zrender",
    },
    "fullcalendar": {
        "fullcalendar/index.global.min.js": "fullcalendar.global.min.js",
        "@fullcalendar/core/locales/zh-cn.global.min.js": "locale.zh-cn.global.min.js",
        "fullcalendar/LICENSE.md": "LICENSE.md",
        "preact/LICENSE": "LICENSE.preact",
    },
}
# Source maps and the old woff font are not shipped, and the manifest storage refuses dangling references.
SOURCE_MAP = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)")
OLD_FONT = re.compile(rb',\s*url\("fonts/bootstrap-icons\.woff\?[^"]*"\)\s*format\("woff"\)')


def install() -> None:
    """Install exactly what package-lock.json names.

    Raises:
        SystemExit: npm is missing or fails; nothing under static/vendor has been touched then.
    """
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(
            "npm is needed to refresh static/vendor (Debian: apt-get install npm); running the site is not."
        )
    if subprocess.run([npm, "ci"], cwd=ROOT, check=False).returncode:  # noqa: S603 - a fixed command
        sys.exit("npm could not install the pinned packages; static/vendor is unchanged.")


def copy(source: Path, target: Path) -> None:
    """Copy one file, without references to files that are not shipped."""
    data = source.read_bytes()
    if target.suffix in {".js", ".css"}:
        data = OLD_FONT.sub(b"", SOURCE_MAP.sub(b"", data))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data.rstrip(b"\n") + b"\n" if target.suffix != ".woff2" else data)


def main() -> None:
    """Install, copy and record the versions beside the files."""
    install()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder, files in FILES.items():
        for source, name in files.items():
            copy(MODULES / source, VENDOR / folder / name)
    versions = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    (VENDOR / "versions.json").write_text(json.dumps(versions, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()

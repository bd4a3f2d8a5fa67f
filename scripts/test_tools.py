"""Makes sure that the programs some tests drive are installed; standard library only.

Installs what is missing when it may. Otherwise says what to install, and with CI=true that is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import system_packages
from system_packages import say

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# The tests need no window, and the browser without one takes a third less; not every system packs it.
SMALL_BROWSER, BROWSER = "chromium-headless-shell", "chromium"
BROWSERS = (SMALL_BROWSER, BROWSER, "chromium-browser", "google-chrome", "google-chrome-stable")
CHINESE_FONTS = ("cjk", "wqy", "sourcehan", "source-han", "droidsansfallback", "uming", "ukai")


def main() -> None:
    """Install the missing tools, or name them."""
    packages = missing()
    if packages and not system_packages.install(packages) and everywhere(packages) != packages:
        system_packages.install(everywhere(packages))
    packages = everywhere(missing())
    if packages:
        say(f"Missing for some tests: {', '.join(packages)}.")
        say(f"To get them: {system_packages.instruction(packages)}")
        if os.environ.get("CI") == "true":
            sys.exit("CI=true: a missing tool is a failure.")
        say("Going on; the tests that need them will say that they were skipped.")


def missing() -> "list[str]":
    """Return the Debian packages of the tools that are not there."""
    present = {
        "redis-server": has_program("redis-server"),
        SMALL_BROWSER: has_program(*BROWSERS),
        "fonts-noto-cjk": has_chinese_font(),
    }
    return [package for package, found in present.items() if not found]


def everywhere(packages: "list[str]") -> "list[str]":
    """Return the same packages, of the two browsers the one that every system has."""
    return [BROWSER if each == SMALL_BROWSER else each for each in packages]


def has_program(*names: str) -> bool:
    """Tell whether any of the programs is installed."""
    return any(shutil.which(name) for name in names)


def has_chinese_font() -> bool:
    """Tell whether a font with Chinese characters is installed; without one pages show boxes."""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)  # noqa: S607
        return bool(listed.stdout.strip())
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    files = [path.name.lower() for folder in folders for path in folder.rglob("*.tt[cf]")]
    return any(known in name for name in files for known in CHINESE_FONTS)


if __name__ == "__main__":
    main()

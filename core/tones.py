"""How states look: one table from state value to tone and icon; colour never carries a state alone."""

from typing import NamedTuple


class Look(NamedTuple):
    """How a state is shown: a tone (colour class) and always an icon, never colour alone."""

    tone: str
    icon: str


TONES = {
    "neutral": Look("neutral", "circle"),
    "info": Look("info", "info-circle"),
    "progress": Look("progress", "arrow-repeat"),
    "warning": Look("warning", "hourglass-split"),
    "danger": Look("danger", "exclamation-triangle"),
    "success": Look("success", "check-circle"),
    "muted": Look("muted", "slash-circle"),
}

# One table for every state value of every app; the word itself is the enum's label.
STATES = {
    "draft": Look("neutral", "pencil"),
    "planned": Look("neutral", "calendar"),
    "proposed": Look("warning", "hourglass-split"),
    "pending": Look("warning", "hourglass-split"),
    "awaiting_signature": Look("warning", "pen"),
    "awaiting_confirmation": Look("warning", "hourglass-split"),
    "awaiting_acceptance": Look("warning", "clipboard-check"),
    "awaiting_record": Look("warning", "journal-text"),
    "expiring": Look("warning", "hourglass-bottom"),
    "countered": Look("warning", "arrow-left-right"),
    "suspended": Look("warning", "pause-circle"),
    "open": Look("info", "megaphone"),
    "scheduled": Look("info", "calendar-event"),
    "notified": Look("info", "bell"),
    "claimed": Look("info", "person-check"),
    "sent": Look("info", "send"),
    "in_progress": Look("progress", "arrow-repeat"),
    "ongoing": Look("progress", "arrow-repeat"),
    "running": Look("progress", "arrow-repeat"),
    "published": Look("success", "check-circle"),
    "active": Look("success", "check-circle"),
    "accepted": Look("success", "check-circle"),
    "confirmed": Look("success", "check2-all"),
    "held": Look("success", "check-circle"),
    "made_up": Look("success", "check-circle"),
    "done": Look("success", "check-circle-fill"),
    "completed": Look("success", "check-circle-fill"),
    "closed": Look("success", "check-circle-fill"),
    "archived": Look("success", "archive"),
    "renewed": Look("success", "arrow-clockwise"),
    "missed": Look("danger", "exclamation-triangle"),
    "overdue": Look("danger", "exclamation-triangle"),
    "returned": Look("danger", "arrow-return-left"),
    "failed": Look("danger", "x-octagon"),
    "declined": Look("muted", "x-circle"),
    "cancelled": Look("muted", "x-circle"),
    "withdrawn": Look("muted", "slash-circle"),
    "expired": Look("muted", "clock-history"),
    "terminated": Look("muted", "stop-circle"),
    "superseded": Look("muted", "files"),
}

LIGHTS = {
    "green": ("success", "check-circle-fill", "正常"),
    "yellow": ("warning", "exclamation-circle-fill", "关注"),
    "red": ("danger", "exclamation-octagon-fill", "预警"),
}

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
    "due": Look("neutral", "calendar-event"),
    "proposed": Look("warning", "hourglass-split"),
    "pending": Look("warning", "hourglass-split"),
    "queued": Look("warning", "hourglass-split"),
    "to_sign": Look("warning", "pen"),
    "to_confirm": Look("warning", "hourglass-split"),
    "to_record": Look("warning", "journal-text"),
    "awaiting_acceptance": Look("warning", "clipboard-check"),
    "agreed": Look("info", "person-check"),
    "countered": Look("warning", "arrow-left-right"),
    "suspended": Look("warning", "pause-circle"),
    "uncertain": Look("warning", "question-circle"),
    "open": Look("info", "megaphone"),
    "announced": Look("info", "bell"),
    "claimed": Look("info", "person-check"),
    "in_progress": Look("progress", "arrow-repeat"),
    "under_way": Look("progress", "arrow-repeat"),
    "running": Look("progress", "arrow-repeat"),
    "published": Look("success", "check-circle"),
    "active": Look("success", "check-circle"),
    "in_force": Look("success", "check-circle"),
    "accepted": Look("success", "check-circle"),
    "confirmed": Look("success", "check2-all"),
    "held": Look("success", "check-circle"),
    "held_late": Look("success", "clock-history"),
    "sent": Look("success", "send-check"),
    "done": Look("success", "check-circle-fill"),
    "completed": Look("success", "check-circle-fill"),
    "closed": Look("success", "check-circle-fill"),
    "archived": Look("success", "archive"),
    "renewed": Look("success", "arrow-clockwise"),
    "returned": Look("danger", "arrow-return-left"),
    "failed": Look("danger", "x-octagon"),
    "declined": Look("muted", "x-circle"),
    "cancelled": Look("muted", "x-circle"),
    "withdrawn": Look("muted", "slash-circle"),
    "expired": Look("muted", "clock-history"),
    "ended": Look("muted", "stop-circle"),
    "terminated": Look("muted", "stop-circle"),
    "merged": Look("muted", "files"),
    "lapsed": Look("muted", "clock-history"),
    "obsolete": Look("muted", "slash-circle"),
    # computed, never stored
    "upcoming": Look("info", "calendar-check"),
    "overdue": Look("danger", "exclamation-triangle"),
    "full": Look("warning", "calendar-x"),
    "expiring": Look("warning", "hourglass-bottom"),
}

LIGHTS = {
    "green": ("success", "check-circle-fill", "正常"),
    "yellow": ("warning", "exclamation-circle-fill", "关注"),
    "red": ("danger", "exclamation-octagon-fill", "预警"),
}

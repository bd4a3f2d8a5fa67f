"""The embedded broker: no reader ever finds half a message."""

from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from pairing.filebroker import Transport


class LookedFor:
    """A part of a message that looks, while the message is being written, what a reader would find."""

    def __init__(self, channel):
        self.channel = channel

    def __json__(self):
        with pytest.raises(Empty):
            self.channel._get("doorbell")
        return "looked for"


@pytest.fixture
def options(tmp_path):
    folders = {"data_folder_in": "messages", "data_folder_out": "messages"}
    folders |= {name: name for name in ("control_folder", "processed_folder")}
    for folder in folders.values():
        (tmp_path / folder).mkdir(exist_ok=True)
    return {name: str(tmp_path / folder) for name, folder in folders.items()}


def send_and_look(transport, options):
    with Connection(transport=transport, transport_options=options).channel() as channel:
        channel._put("doorbell", {"body": LookedFor(channel)})
        return channel._get("doorbell")


def test_message_is_found_whole_or_not_at_all(options, tmp_path):
    assert send_and_look(Transport, options) == {"body": "looked for"}
    assert list((tmp_path / "messages").iterdir()) == []


def test_messages_come_in_their_order(options):
    with Connection(transport=Transport, transport_options=options).channel() as channel:
        for number in range(5):
            channel._put("doorbell", number)
            channel._put("other", -number)
        assert sorted(channel._get("doorbell") for _ in range(5)) == [0, 1, 2, 3, 4]
        with pytest.raises(Empty):
            channel._get("doorbell")


def test_negative_control_half_a_message_is_found_in_the_usual_broker(options):
    with pytest.raises(ValueError, match="Expecting value"):
        send_and_look(filesystem.Transport, options)

"""What the broker's reports make of a lane."""

from unittest.mock import Mock

from ingestion.eventlog.lane import Lane


def test_a_report_without_a_number_of_the_broker_does_not_mean_that_the_topic_was_emptied() -> None:
    lane = Lane(("topic", 0), "topic", epoch=1, saved=7, expected=30, most_bytes=100)
    lane.sent(7)
    lane.delivered(None, Mock(offset=lambda: None))
    assert (lane.acknowledged, lane.expected, lane.is_open) == (8, 30, True)

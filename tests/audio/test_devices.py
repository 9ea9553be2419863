import pytest

from voicedrill.audio.devices import DeviceInfo, choose_device
from voicedrill.core.errors import AudioError

DEVICES = (
    DeviceInfo(0, "Built-in Microphone", "MME", 2, 0, 44_100, is_default_input=True),
    DeviceInfo(1, "Headset (WH-1000)", "MME", 1, 2, 44_100),
    DeviceInfo(2, "Built-in Speakers", "MME", 0, 2, 44_100, is_default_output=True),
    DeviceInfo(3, "Headset (WH-1000)", "WASAPI", 1, 2, 16_000),
    DeviceInfo(4, "Headset Pro", "WASAPI", 1, 2, 48_000),
    DeviceInfo(5, "耳机 (蓝牙)", "WASAPI", 1, 2, 16_000),
)


def chosen(kind, wanted=None, remembered=None, devices=DEVICES):
    return choose_device(kind, wanted, remembered, devices).index


def test_the_default_unless_something_is_said():
    assert (chosen("input"), chosen("output")) == (0, 2)


def test_without_a_default_the_first_that_serves():
    assert chosen("input", devices=DEVICES[3:]) == 3


@pytest.mark.parametrize(("wanted", "index"), [(4, 4), ("4", 4), ("pro", 4), ("耳机", 5), ("Built-in Mic", 0),
                                               ("headset (wh-1000)", 1), ("WH-1000", 1)])
def test_by_number_or_part_of_the_name(wanted, index):
    assert chosen("input", wanted) == index


def test_one_device_under_two_host_apis_is_no_doubt_and_the_host_api_can_be_named():
    assert chosen("output", "wh-1000") == 1                    # that of the default device
    assert chosen("output", "wh-1000), wasapi") == 3


def test_a_remembered_device_by_its_name_wherever_its_index_went():
    assert chosen("input", remembered="Headset Pro") == 4
    assert chosen("input", remembered="Headset Pro", devices=DEVICES[:4]) == 0
    assert chosen("input", "耳机", remembered="Headset Pro") == 5


@pytest.mark.parametrize(("kind", "wanted", "words"), [
    ("input", "webcam", ["webcam", "0 Built-in Microphone", "4 Headset Pro"]),
    ("input", 99, ["99", "5 耳机"]),
    ("input", "2", ['"2"', "microphone"]),                     # a loudspeaker
    ("output", "headset", ["several", "1 Headset (WH-1000)", "4 Headset Pro"]),
])
def test_what_does_not_fit_is_told_with_the_choice(kind, wanted, words):
    with pytest.raises(AudioError) as caught:
        chosen(kind, wanted)
    for word in words:
        assert word in caught.value.to("en")
    assert "；" in caught.value.to("zh")


def test_no_device_at_all_offers_a_recording():
    with pytest.raises(AudioError, match="--input FILE"):
        chosen("input", devices=(DEVICES[2],))

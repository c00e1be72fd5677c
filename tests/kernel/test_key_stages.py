import pytest

from calloff.kernel.key_stages import KeyStage, key_stages_of_ages

KS1, KS2, KS3, KS4, KS5 = KeyStage


@pytest.mark.parametrize(
    ("ages", "stages"),
    [
        ((11, 16), [KS3, KS4]),
        ((5, 11), [KS1, KS2]),
        ((14, 19), [KS4, KS5]),
        ((10, 12), [KS2, KS3]),
        ((3, 19), [KS1, KS2, KS3, KS4, KS5]),
        ((14, 14), [KS4]),
        ((2, 4), []),
        ((19, 25), []),
    ],
)
def test_an_age_range_covers_the_right_key_stages(ages, stages):
    assert key_stages_of_ages(*ages) == stages

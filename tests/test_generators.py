"""The registry of generators."""

import pytest

from synthaudit.errors import InputError
from synthaudit.generators import GENERATORS, generator_by_name


def test_each_generator_answers_to_its_name() -> None:
    """The name on the command line, in the registry and in reports is one and the same."""
    for name, generator in GENERATORS.items():
        assert generator.name == name
        assert generator_by_name(name) is generator


@pytest.mark.parametrize("name", ["gaussian_copula", "ctgan", "tvae", "copulagan", "command:make.sh", "releases:out"])
def test_planned_generators_say_so(name: str) -> None:
    """A generator that the documentation mentions and this version lacks is told apart from a typing error."""
    with pytest.raises(InputError) as error:
        generator_by_name(name)
    assert str(error.value) == (
        f"SA-206 --generator {name}: not available in this version. Choose one of: cart, marginals."
    )


def test_unknown_generator_lists_the_known_ones() -> None:
    """A typing error gets the list, and control characters do not reach the terminal."""
    with pytest.raises(InputError) as error:
        generator_by_name("cat\x1b[31m")
    assert str(error.value) == (
        r"SA-206 --generator cat\u001b[31m: no generator of this name. Choose one of: cart, marginals."
    )

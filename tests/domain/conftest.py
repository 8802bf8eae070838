"""The domain's tests can be run by themselves, and make up as many examples as all others."""

from tests import examples

examples.choose()

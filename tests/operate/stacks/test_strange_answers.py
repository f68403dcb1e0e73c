"""Answers about stacks that make no sense end a command with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.errors import CouldNot
from mmctl.live.aws.cloudformation import CloudFormation


@pytest.mark.parametrize("answer", [[], {}, {"Stacks": [{}]}, {"Stacks": [None]}, {"Stacks": 7}])
def test_an_answer_about_a_stack_that_makes_no_sense_says_so(answer: Any) -> None:
    class Client:
        def describe_stacks(self, **_: str) -> Any:
            return answer

    with pytest.raises(CouldNot, match="DescribeStacks: the answer makes no sense"):
        CloudFormation(Client()).stack("acme")

from generated.ws.policy import CloseCode
from handlers.realtime import policy as rules
from handlers.realtime.policy import Close, Policy
from handlers.ws.endpoint import contract_policy


def test_the_rules_of_the_hub_are_those_of_the_contract() -> None:
    assert contract_policy() == Policy()


def test_what_we_close_with_is_declared() -> None:
    ours = {name: value for name, value in vars(rules).items() if isinstance(value, Close)}
    declared = {name: each.code for name, each in ours.items() if each.code >= 4000}
    assert declared == {name: CloseCode[name].value for name in declared}


def test_the_range_of_a_code_tells_whether_to_come_back() -> None:
    assert CloseCode.TOO_SLOW.reconnect
    assert not CloseCode.FORBIDDEN.reconnect

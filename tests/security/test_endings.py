"""Whoever holds a socket open hears that what opened it is no more."""

from handlers.security.endings import REMEMBERED, Endings


def test_tells_of_the_end_those_who_listen() -> None:
    endings, heard = Endings(), list[str]()
    stop = endings.listen("key_1", lambda: heard.append("first"))
    endings.listen("key_1", lambda: heard.append("second"))
    endings.listen("key_2", lambda: heard.append("other"))
    stop()
    endings.end("key_1")
    assert heard == ["second"]


def test_tells_those_who_come_too_late() -> None:
    endings, heard = Endings(), list[str]()
    endings.end("key_1")
    endings.listen("key_1", lambda: heard.append("late"))
    assert heard == ["late"]


def test_does_not_remember_for_ever() -> None:
    endings, heard = Endings(), list[str]()
    for number in range(REMEMBERED + 1):
        endings.end(f"key_{number}")
    endings.listen("key_0", lambda: heard.append("forgotten"))
    endings.listen(f"key_{REMEMBERED}", lambda: heard.append("late"))
    assert heard == ["late"]


def test_one_who_fails_does_not_keep_it_from_the_others() -> None:
    endings, heard = Endings(), list[str]()

    def fails() -> None:
        raise LookupError

    endings.listen("key_1", fails)
    endings.listen("key_1", lambda: heard.append("told"))
    endings.end("key_1")
    assert heard == ["told"]

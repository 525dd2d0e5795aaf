from typing_extensions import override

from handlers.storage.ledger import Ledger
from handlers.storage.memory_ledger import MemoryLedger
from tests.ports.ledger_suite import LedgerSuite


class TestMemoryLedger(LedgerSuite):
    @override
    def open(self) -> Ledger:
        return MemoryLedger()

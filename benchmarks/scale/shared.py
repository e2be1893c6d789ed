"""What functions and job take from the same stock: processors, addresses, connections, and the right to connect."""

from __future__ import annotations

from typing import Protocol

from simpy import Environment

from benchmarks.scale.inputs import Inputs
from benchmarks.scale.pool import Pool
from benchmarks.scale.rate import Rate

ACCOUNTS = ("analyze", "plan", "finalize", "job")
"""The service accounts that connect to the database; the Admin API's quota is for each."""


class Concurrent(Protocol):
    """Something that serves several requests at once."""

    concurrency: int


class Shared:
    """The region's and the database's stock."""

    def __init__(self, env: Environment, inputs: Inputs) -> None:
        self._inputs = inputs
        self.vcpu = Pool(env, inputs.run.vcpu.value)
        self.addresses = Pool(env, inputs.network.addresses.value)
        self.connections = Pool(env, inputs.sql.connections.value - inputs.sql.reserved.value)
        self.admin = {a: Rate(env, inputs.sql.admin_per_minute.value, inputs.burst_s.value) for a in ACCOUNTS}

    def admit(self, vcpu: float) -> bool:
        """Room in the region and in the subnet for one more instance of a function."""
        if not self.vcpu.try_take(vcpu):
            return False
        if not self.addresses.try_take(self._inputs.network.per_instance.value):
            self.vcpu.give(vcpu)
            return False
        return True

    def dismiss(self, vcpu: float) -> None:
        """An instance of a function has gone."""
        self.vcpu.give(vcpu)
        self.addresses.give(self._inputs.network.per_instance.value)

    def pool(self, fleet: Concurrent) -> int:
        """Connections an instance comes to hold: no more than it has requests, no more than DB_POOL_SIZE."""
        return min(fleet.concurrency, int(self._inputs.sql.pool))

    def connect(self, account: str, connections: int) -> bool:
        """Ask the Admin API for a certificate and settings, then the database for connections."""
        granted = self.admin[account].allow(self._inputs.sql.admin_calls.value)
        return granted and self.connections.try_take(connections)

    def disconnect(self, connections: int) -> None:
        """Give connections back."""
        self.connections.give(connections)

    def restart(self) -> None:
        """Begin to measure."""
        for pool in (self.vcpu, self.addresses, self.connections):
            pool.restart()
        for rate in self.admin.values():
            rate.restart()

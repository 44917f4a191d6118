"""Health, readiness and metrics over HTTP, for whatever watches the server."""

from collections.abc import Iterable, Iterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.clock import Clock
from bot.relay import Relay
from bot.watch import Health, Watch


def watch_routes(watch: Watch, relay: Relay, clock: Clock) -> list[web.RouteDef]:
    """`GET /healthz` (the process lives), `/readyz` (200 or 503, and why) and `/metrics` (Prometheus text format).

    Nothing in them is anybody's: names of checks, and counts.
    """

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(request: web.Request) -> web.Response:
        health = await watch.look()
        checks = [{"name": check.name, "well": check.well, "said": check.said} for check in health.checks]
        return web.json_response({"ready": health.ready, "checks": checks}, status=200 if health.ready else 503)

    async def metrics(request: web.Request) -> web.Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Measured(_families(await watch.look(), relay, clock)))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]


class _Measured(Collector):
    """What was measured for one scrape."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(health: Health, relay: Relay, clock: Clock) -> Iterator[Metric]:
    yield _gauge("exeat_ready", "Whether Exeat is ready", float(health.ready))
    well = GaugeMetricFamily("exeat_check_well", "Whether a check found all well", labels=("check",))
    for check in health.checks:
        well.add_metric((check.name,), float(check.well))
    yield well
    yield _gauge("exeat_outbox_rows", "Messages that wait to be sent", health.count.outbox)
    yield _gauge("exeat_dead_letters", "Messages that could not be delivered", health.count.dead)
    yield _gauge("exeat_shown_messages", "Messages that are kept up to date", health.count.shown)
    yield _gauge("exeat_audit_rows", "Rows of the audit", health.count.audit)
    yield _gauge("exeat_broken_records", "Records whose reminders fail", health.broken)
    for part, tally in (("relay", relay.tally), ("clock", clock.tally)):
        total = CounterMetricFamily(f"exeat_{part}", f"What the {part} has done", labels=("what",))
        for what, times in sorted(tally.items()):
            total.add_metric((what.replace(" ", "_"),), times)
        yield total


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)

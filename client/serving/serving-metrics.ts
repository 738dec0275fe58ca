/** Upper bounds in seconds of the time that a request takes within the server. */
const BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5];

export interface ServingMetrics {
  request(status: number, seconds: number): void;
  rows(scored: number, refused: number): void;
  /** As Prometheus reads it. */
  text(gauges: Readonly<Record<string, number>>): string;
}

/** Counts of one server: numbers alone, no name that a caller chooses. */
export function servingMetrics(): ServingMetrics {
  const statuses = new Map<number, number>();
  const buckets = BUCKETS.map(() => 0);
  const sums = { seconds: 0, requests: 0, scored: 0, refused: 0 };
  return {
    request(status, seconds) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      sums.seconds += seconds;
      sums.requests += 1;
      BUCKETS.forEach((bound, at) => {
        if (seconds <= bound) buckets[at]! += 1;
      });
    },
    rows(scored, refused) {
      sums.scored += scored;
      sums.refused += refused;
    },
    text(gauges) {
      const name = 'amalur_serve_request_seconds';
      return [
        '# TYPE amalur_serve_requests_total counter',
        ...[...statuses].map(
          ([status, count]) => `amalur_serve_requests_total{status="${String(status)}"} ${String(count)}`,
        ),
        '# TYPE amalur_serve_rows_total counter',
        `amalur_serve_rows_total{outcome="scored"} ${String(sums.scored)}`,
        `amalur_serve_rows_total{outcome="refused"} ${String(sums.refused)}`,
        `# TYPE ${name} histogram`,
        ...BUCKETS.map((bound, at) => `${name}_bucket{le="${String(bound)}"} ${String(buckets[at])}`),
        `${name}_bucket{le="+Inf"} ${String(sums.requests)}`,
        `${name}_sum ${String(sums.seconds)}`,
        `${name}_count ${String(sums.requests)}`,
        ...Object.entries(gauges).flatMap(([gauge, value]) => [
          `# TYPE ${gauge} gauge`,
          `${gauge} ${String(value)}`,
        ]),
        '',
      ].join('\n');
    },
  };
}

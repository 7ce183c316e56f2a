// Pure. Which numbers of a report stand where.
import type { LatencyReport, Measured, MetricReport, Report, VariantReport } from "../api/contract.ts";

/** A scorer's mean as a measured number, with the interval and floor of the criterion that judged it, where one did. */
export function measuredMetric(report: Report, variant: VariantReport, name = report.primary_metric): Measured | null {
  const metric = variant.metrics.find((each) => each.name === name);
  if (!metric) return null;
  const judged = variant.verdict?.criteria.find((criterion) =>
    criterion.metric === name && !criterion.segment && criterion.demand.startsWith(`${name} at least `) && !criterion.demand.includes(", where"));
  const { estimate, lower, upper } = judged ?? { estimate: metric.mean, lower: metric.lower, upper: metric.upper };
  return { metric: metric.name, estimate, lower, upper, floor: judged?.bound ?? null, n: judged?.n ?? metric.n, unit: "rate", demand: judged?.demand ?? null };
}

export function plainMetric(metric: MetricReport): Measured {
  return { metric: metric.name, estimate: metric.mean, lower: metric.lower, upper: metric.upper, floor: null, n: metric.n, unit: "rate", demand: null };
}

/** The 95th percentile of the wait. */
export function wait(latency: LatencyReport | null): Measured | null {
  if (!latency) return null;
  return { metric: "95 of 100 answers within", estimate: latency.p95_ms, lower: latency.p95_lower_ms, upper: latency.p95_upper_ms, floor: null, n: latency.n, unit: "ms", demand: null };
}

/** The variant that a page speaks about: the wished one, that of the headline, the first. */
export function variantOf(report: Report, wished?: string): VariantReport | undefined {
  const named = (name: string | null | undefined) => report.variants.find((variant) => variant.name === name);
  return named(wished) ?? named(report.headline.variant) ?? report.variants[0];
}

/** The address part that shows the answers of a group: `tag=hard`, `metadata.segment=app`. */
export function groupFilter(group: string): Record<string, string> {
  const at = group.indexOf("=");
  const [field, value] = [group.slice(0, at), group.slice(at + 1)];
  return field === "tag" ? { tag: value } : { field, value };
}

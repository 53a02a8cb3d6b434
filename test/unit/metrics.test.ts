import assert from "node:assert/strict";
import { isMetricName, metric, metricNames, metricsOf } from "../../extension/protocol/metrics";

describe("metrics", () => {
  it("names are group/quantity, and durations end in Seconds", () => {
    for (const name of metricNames()) {
      assert.match(name, /^[a-zA-Z]+\/[a-z][a-zA-Z0-9]*$/);
      if (name.startsWith("time/")) assert.match(name, /Seconds$/);
      assert.equal(metric(name).unit === "seconds", name.endsWith("Seconds"), name);
    }
  });
  it("every row says what a chart and its tooltip need", () => {
    for (const name of metricNames()) {
      const { unit, formula, citation, stages, healthy } = metric(name);
      assert.ok(unit && formula && citation && stages.length > 0, name);
      if (healthy?.min !== undefined && healthy.max !== undefined)
        assert.ok(healthy.min <= healthy.max, name);
    }
  });
  it("metricsOf() gives the names of a stage", () => {
    assert.ok(metricsOf("ppo").includes("policy/clipFraction"));
    assert.ok(!metricsOf("rm").includes("policy/clipFraction"));
    assert.ok(metricsOf("rm").includes("accuracy/noiseCeiling"));
    for (const stage of ["pretrain", "sft", "rm", "ppo", "evaluate"] as const)
      assert.ok(metricsOf(stage).length > 0);
  });
  it("isMetricName() knows its own names only", () => {
    assert.ok(isMetricName("loss/train"));
    for (const name of ["loss/trian", "toString", "__proto__", ""]) assert.ok(!isMetricName(name));
  });
});

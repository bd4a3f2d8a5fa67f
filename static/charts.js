/* Draws every [data-chart] with ECharts in the colours of the tokens; options are plain JSON beside the canvas. */
"use strict";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* Neighbours differ in lightness too, so that series stay apart in grey print. */
const PALETTE = ["#a3161e", "#d9a441", "#1d5fa8", "#8fb3d9", "#2e7d32", "#8a8f98"];

function dressed(option) {
  const text = { fontFamily: token("--bs-body-font-family"), color: token("--muted") };
  const axis = (given) => ({
    axisLine: { lineStyle: { color: token("--line-strong") } },
    axisTick: { show: false },
    axisLabel: { color: token("--muted") },
    splitLine: { lineStyle: { color: token("--line") } },
    ...given,
  });
  const series = (option.series || []).map((each) =>
    each.type === "bar" ? { barMaxWidth: 28, itemStyle: { borderRadius: 2 }, ...each } : { symbolSize: 7, ...each },
  );
  const axes = (given) => (Array.isArray(given) ? given.map(axis) : given && axis(given));
  return {
    color: PALETTE,
    textStyle: text,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: text, show: series.length > 1 },
    ...option,
    series,
    tooltip: { renderMode: "richText", ...option.tooltip },
    xAxis: axes(option.xAxis),
    yAxis: axes(option.yAxis),
  };
}

function draw(canvas) {
  const option = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  const chart = echarts.init(canvas);
  chart.setOption(dressed(option));
  new ResizeObserver(() => chart.resize()).observe(canvas);
  /* A datum may carry `url`: every number opens the rows behind it. */
  chart.on("click", (event) => event.data?.url && location.assign(event.data.url));
}

document.querySelectorAll("[data-chart]").forEach(draw);

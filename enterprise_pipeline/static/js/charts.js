// Draws the charts of a page from the figures in their data-chart; the table below says the same in numbers.
"use strict";

const css = getComputedStyle(document.documentElement);
const colour = (name) => css.getPropertyValue(name).trim();
const INK = colour("--ink");
const QUIET = colour("--ink-3");
const LINE = colour("--line");
const ACCENT = colour("--accent");
const LIGHT = "#8fbccb";
// Told apart by eyes that do not see red and green apart (after Okabe and Ito), darkened for white ground.
const SERIES = ["#0b5a75", "#d07a00", "#3a8f6b", "#8a4f9e", "#5a6872", "#b03a2e", "#4f8fc0"];
const FONT = getComputedStyle(document.body).fontFamily;
const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const base = (data) => ({
  animation: !isStill,
  animationDuration: 300,
  textStyle: { fontFamily: FONT, color: INK },
  // The usual tooltip is HTML with styles in attributes, which our content policy refuses.
  tooltip: {
    trigger: "axis",
    axisPointer: { type: "shadow" },
    renderMode: "richText",
    confine: true,
    valueFormatter: (value) => `${value} ${data.unit ?? ""}`,
  },
});

const valueAxis = { type: "value", minInterval: 1, axisLabel: { color: QUIET }, splitLine: { lineStyle: { color: LINE } } };
const categoryAxis = (categories) => ({
  type: "category",
  data: categories,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: LINE } },
  axisLabel: { color: INK },
});

const barLabel = { show: true, position: "right", color: INK, fontSize: 11, formatter: ({ value }) => (value ? value : "") };

// One panel of horizontal bars for each tier; a phone gets that of the chosen tier.
const panels = (given, width) => {
  const nameWidth = 140;
  const isNarrow = width < nameWidth + 2 * 135;
  const data = isNarrow ? { ...given, panels: [given.panels[given.chosen]] } : given;
  const inARow = Math.max(1, Math.min(data.panels.length, Math.floor((width - nameWidth) / 135)));
  const rows = Math.ceil(data.panels.length / inARow);
  const panelWidth = (width - nameWidth) / inARow;
  const bars = data.categories.length * 24;
  const head = 46;
  const most = Math.max(1, ...data.panels.flatMap((panel) => panel.values));
  const option = { ...base(data), title: [], grid: [], xAxis: [], yAxis: [], series: [] };
  data.panels.forEach((panel, index) => {
    const left = nameWidth + (index % inARow) * panelWidth;
    const top = Math.floor(index / inARow) * (bars + head + 18) + head;
    option.title.push({
      text: panel.name,
      left,
      top: top - 8,
      padding: 0,
      textVerticalAlign: "bottom",
      textStyle: {
        fontSize: 13,
        lineHeight: 16,
        fontWeight: 600,
        color: INK,
        width: panelWidth - 16,
        overflow: "break",
      },
    });
    option.grid.push({ left, top, width: panelWidth - 40, height: bars });
    option.xAxis.push({ gridIndex: index, type: "value", max: most, show: false });
    option.yAxis.push({
      ...categoryAxis(data.categories),
      gridIndex: index,
      inverse: true,
      axisLabel: { show: index % inARow === 0, color: INK, width: nameWidth - 12, overflow: "truncate" },
    });
    option.series.push({
      name: panel.name,
      type: "bar",
      xAxisIndex: index,
      yAxisIndex: index,
      data: panel.values,
      barWidth: 13,
      itemStyle: { color: panel.isLight ? LIGHT : ACCENT, borderRadius: [0, 2, 2, 0] },
      label: barLabel,
    });
  });
  return { option, height: rows * (bars + head + 18) };
};

const series = (data, type, extra) => ({
  option: {
    ...base(data),
    legend: { show: data.series.length > 1, top: 0, left: 0, textStyle: { color: INK } },
    grid: { left: 8, right: 24, top: data.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    xAxis: categoryAxis(data.categories),
    yAxis: valueAxis,
    series: data.series.map((entry, index) => ({
      name: entry.name,
      type,
      data: entry.values,
      itemStyle: { color: SERIES[index % SERIES.length] },
      ...extra,
    })),
  },
});

const KINDS = {
  panels,
  bars: (data) => series(data, "bar", { barMaxWidth: 36, label: { ...barLabel, position: "top" } }),
  "stacked-bars": (data) => series(data, "bar", { stack: "all", barMaxWidth: 36 }),
  lines: (data) => series(data, "line", { symbolSize: 7, connectNulls: false }),
};

document.querySelectorAll("[data-chart]").forEach((figure) => {
  const data = JSON.parse(figure.dataset.chart);
  let chart;
  const draw = () => {
    const { option, height } = KINDS[data.kind](data, figure.clientWidth);
    if (height) figure.style.height = `${height}px`;
    chart ??= window.echarts.init(figure, null, { renderer: "svg" });
    chart.clear();
    chart.resize();
    chart.setOption(option, true);
  };
  draw();
  new ResizeObserver(() => {
    if (figure.clientWidth !== chart.getWidth()) draw();
  }).observe(figure);
});

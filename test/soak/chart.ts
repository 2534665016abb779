import type { Report } from './report.ts';
import type { Sample } from './sample.ts';

type Series = { name: string; colour: string; values: (number | null)[] };
type Panel = { title: string; unit: string; logarithmic?: boolean; series: Series[] };
type Scale = { ticks: number[]; place: (value: number) => number };

const [WIDTH, PANEL_HEIGHT, LEFT, RIGHT, HEAD, GAP, FOOT] = [960, 150, 78, 20, 56, 46, 40];
const PLOT = WIDTH - LEFT - RIGHT;
const [BLUE, ORANGE, GREY] = ['#1f6fb2', '#d95f02', '#888888'];
const STYLE = `text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 13px }
  .axis { stroke: #999 } .grid { stroke: #e4e4e4 } polyline { fill: none; stroke-width: 1.4; stroke-linejoin: round }`;

/** Four panels over time, as SVG. */
export function chartOf(report: Report): string {
  const { samples } = report;
  const minutes = Math.max(1 / 60, (samples.at(-1)?.seconds ?? 0) / 60);
  const panels = panelsOf(samples);
  const height = HEAD + panels.length * (PANEL_HEIGHT + GAP) + FOOT;
  const drawn = panels.map((panel, index) =>
    drawPanel(panel, HEAD + index * (PANEL_HEIGHT + GAP) + GAP / 2, samples, minutes),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Soak">`,
    `<style>${STYLE}</style><rect width="100%" height="100%" fill="#fff"/>`,
    `<text class="title" x="${LEFT}" y="24">${headline(report)}</text>`,
    ...drawn,
    `<text x="${LEFT + PLOT / 2}" y="${height - 12}" text-anchor="middle">minutes</text></svg>\n`,
  ].join('\n');
}

function headline({ minutes, answers, killers, wrong, lost }: Report): string {
  const count = (value: number) => value.toLocaleString('en-US');
  return `${minutes} minutes: ${count(answers)} answers, ${count(killers)} of them killers' ends; ${wrong} wrong, ${lost} lost`;
}

function panelsOf(samples: readonly Sample[]): Panel[] {
  const series = (name: string, colour: string, field: keyof Sample): Series => ({
    name,
    colour,
    values: samples.map((sample) => sample[field]),
  });
  return [
    {
      title: 'Resident memory',
      unit: 'MiB',
      series: [series('node', BLUE, 'nodeMiB'), series('workers together', ORANGE, 'workersMiB')],
    },
    {
      title: 'Descriptors of the node, processes, and the load of the machine (all programs)',
      unit: '',
      series: [
        series('descriptors', BLUE, 'descriptors'),
        series('processes', ORANGE, 'processes'),
        series('load', GREY, 'load'),
      ],
    },
    {
      title: 'A single run, from call to answer',
      unit: 'ms',
      logarithmic: true,
      series: [series('p50', BLUE, 'p50Ms'), series('p99', ORANGE, 'p99Ms')],
    },
    {
      title: 'Answers, and killers among them',
      unit: '/s',
      logarithmic: true,
      series: [series('answers', BLUE, 'itemsPerSecond'), series('killers', ORANGE, 'killersPerSecond')],
    },
  ];
}

function drawPanel(
  { title, unit, logarithmic = false, series }: Panel,
  top: number,
  samples: readonly Sample[],
  minutes: number,
): string {
  const values = series.flatMap((each) => each.values).filter((value) => value !== null);
  const { ticks, place } = logarithmic ? logarithmicScale(values) : linearScale(values);
  const y = (value: number) => Math.round((top + PANEL_HEIGHT * (1 - place(value))) * 10) / 10;
  const x = (atMinutes: number) => Math.round((LEFT + (PLOT * atMinutes) / minutes) * 10) / 10;
  const bottom = top + PANEL_HEIGHT;
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${LEFT + PLOT}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text x="${LEFT - 6}" y="${y(tick) + 4}" text-anchor="end">${`${tick} ${unit}`.trim()}</text>`,
  );
  const times = stepsTo(minutes).map(
    (minute) =>
      `<line class="axis" x1="${x(minute)}" x2="${x(minute)}" y1="${bottom}" y2="${bottom + 4}"/>` +
      `<text x="${x(minute)}" y="${bottom + 17}" text-anchor="middle">${minute}</text>`,
  );
  const lines = series.map(({ values: points, colour }) => {
    const path = points.flatMap((value, index) =>
      value === null ? [] : [`${x((samples[index]?.seconds ?? 0) / 60)},${y(value)}`],
    );
    return `<polyline stroke="${colour}" points="${path.join(' ')}"/>`;
  });
  const legend = series.map(
    ({ name, colour }, index) =>
      `<text x="${LEFT + PLOT - 110 * (series.length - index - 1)}" y="${top - 8}" text-anchor="end" style="fill:${colour}">${name}</text>`,
  );
  const axis = `<line class="axis" x1="${LEFT}" x2="${LEFT + PLOT}" y1="${bottom}" y2="${bottom}"/>`;
  return [
    `<text class="title" x="${LEFT}" y="${top - 8}">${title}</text>`,
    ...legend,
    ...grid,
    axis,
    ...times,
    ...lines,
  ].join('\n');
}

/** From zero; four or five steps. */
function linearScale(values: readonly number[]): Scale {
  const ticks = stepsTo(Math.max(1, ...values) * 1.05);
  const top = Math.max(1, ...values) * 1.05;
  return { ticks, place: (value) => value / top };
}

/** Powers of ten around the values; what is zero or less lies on the axis. */
function logarithmicScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.min(...positive, 1)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...positive, 1))));
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, index) => Number(`1e${lowest + index}`));
  const place = (value: number) =>
    value <= 0 ? 0 : Math.max(0, (Math.log10(value) - lowest) / (highest - lowest));
  return { ticks, place };
}

/** Round numbers from 0 to at most `end`, four to ten of them. */
function stepsTo(end: number): number[] {
  const power = 10 ** Math.floor(Math.log10(end));
  const step =
    [0.1, 0.2, 0.25, 0.5, 1].map((part) => part * power * 2).find((size) => end / size <= 6) ?? power;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) =>
    Number((index * step).toPrecision(6)),
  );
}

/** One line of the plot: `share` (0 to 1) by `day`, from the first day on. */
export interface Curve {
  readonly label: string;
  readonly points: readonly { readonly day: number; readonly share: number }[];
}

const [WIDTH, HEIGHT] = [920, 460];
const BOX = { left: 64, top: 64, right: 620, bottom: 400 };
const DAYS_STEP = 10;

// Told apart by colour-blind people too (hues of Okabe and Ito, darker or lighter than theirs where the paper asks for it), and by their dashes.
const LINES = [
  { light: '#0066a1', dark: '#6cb8ee', dash: '' },
  { light: '#b34700', dark: '#f0934e', dash: '9 4' },
  { light: '#00795a', dark: '#3fc79f', dash: '3 3' },
  { light: '#9c4680', dark: '#e094c2', dash: '12 4 3 4' },
  { light: '#7a6500', dark: '#e3cf3f', dash: '6 3' },
  { light: '#444444', dark: '#c8c8c8', dash: '1.5 4' },
  { light: '#000000', dark: '#ffffff', dash: '1 7' },
] as const;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Colours follow the reader's light or dark scheme; a picture that is printed is light. */
const STYLE = `
  svg { font: 13px system-ui, sans-serif; }
  .paper { fill: #ffffff; } text { fill: #1c1c1c; } .faint { fill: #5a5a5a; } .grid { stroke: #d9d9d9; } .axis { stroke: #5a5a5a; }
  .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
${LINES.map(({ light, dash }, index) => `  .c${index} { stroke: ${light};${dash && ` stroke-dasharray: ${dash};`} }`).join('\n')}
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c; } text { fill: #ececec; } .faint { fill: #a8adb5; } .grid { stroke: #33373e; } .axis { stroke: #a8adb5; }
${LINES.map(({ dark }, index) => `    .c${index} { stroke: ${dark}; }`).join('\n')}
  }`;

/** The share recovered by days since due, one line for each régua, as an SVG document that stands alone. */
export function curvesSvg(curves: readonly Curve[], { title, about }: { title: string; about: string }): string {
  const days = Math.max(DAYS_STEP, ...curves.flatMap(({ points }) => points.map(({ day }) => day)));
  const top = Math.min(1, Math.max(0.1, Math.ceil(10 * Math.max(0, ...curves.flatMap(({ points }) => points.map(({ share }) => share)))) / 10));
  const x = (day: number) => round(BOX.left + ((BOX.right - BOX.left) * day) / days);
  const y = (share: number) => round(BOX.bottom - ((BOX.bottom - BOX.top) * share) / top);
  const tenths = Array.from({ length: Math.round(top * 10) + 1 }, (_, tenth) => tenth / 10);
  const ticks = Array.from({ length: Math.floor(days / DAYS_STEP) + 1 }, (_, tick) => tick * DAYS_STEP);
  const last = ({ points }: Curve) => points.at(-1)?.share ?? 0;
  // A step: what came on a day stays.
  const path = ({ points }: Curve) => points.map(({ day, share }, index) => (index === 0 ? `M${x(day)} ${y(share)}` : `H${x(day)}V${y(share)}`)).join('');
  const told = curves.map((curve) => `${curve.label}: ${percent(last(curve))}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title about">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="about">${escaped(`${about} After ${days} days: ${told}.`)}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text x="${BOX.left}" y="26" font-size="16" font-weight="600">${escaped(title)}</text>`,
    `<text x="${BOX.left}" y="46" class="faint">${escaped(about)}</text>`,
    ...tenths.flatMap((share) => [
      `<line class="${share === 0 ? 'axis' : 'grid'}" x1="${BOX.left}" y1="${y(share)}" x2="${BOX.right}" y2="${y(share)}"/>`,
      `<text x="${BOX.left - 8}" y="${y(share) + 4}" text-anchor="end" class="faint">${Math.round(100 * share)} %</text>`,
    ]),
    ...ticks.map((day) => `<line class="axis" x1="${x(day)}" y1="${BOX.bottom}" x2="${x(day)}" y2="${BOX.bottom + 5}"/><text x="${x(day)}" y="${BOX.bottom + 21}" text-anchor="middle" class="faint">${day}</text>`),
    `<text x="${(BOX.left + BOX.right) / 2}" y="${BOX.bottom + 44}" text-anchor="middle" class="faint">days since the due date</text>`,
    ...curves.map((curve, index) => `<path class="line c${index % LINES.length}" d="${path(curve)}"/>`),
    ...legend(curves, last),
    '</svg>', '',
  ].join('\n');
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** In the order in which the lines end, so that the eye finds them. */
function legend(curves: readonly Curve[], last: (curve: Curve) => number): string[] {
  const inOrder = curves.map((curve, index) => ({ curve, index })).sort((a, b) => last(b.curve) - last(a.curve) || a.index - b.index);
  return inOrder.map(({ curve, index }, place) => {
    const at = BOX.top + 12 + 24 * place;
    const label = curve.label.length > 20 ? `${curve.label.slice(0, 19)}…` : curve.label;
    return `<line class="line c${index % LINES.length}" x1="${BOX.right + 20}" y1="${at - 4}" x2="${BOX.right + 50}" y2="${at - 4}"/><text x="${BOX.right + 58}" y="${at}">${escaped(label)}</text><text x="${WIDTH - 12}" y="${at}" text-anchor="end" class="faint">${percent(last(curve))}</text>`;
  });
}

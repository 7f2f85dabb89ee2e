import { curvesSvg } from './curves-svg';

const points = (shares: number[]) => shares.map((share, day) => ({ day: day * 10, share }));
const svg = curvesSvg([{ label: 'esquecido', points: points([0.1, 0.3, 0.5]) }, { label: 'a<b & "c"', points: points([0.05, 0.2, 0.62]) }], { title: 'Recovered', about: 'R$ 10 at risk.' });

describe('the plot', () => {
  it('is one element in which every other is closed, and tells who cannot see it what it shows', () => {
    const open: string[] = [];
    for (const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!self) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(svg).toContain('role="img" aria-labelledby="title about"');
    expect(svg).toMatch(/<title id="title">Recovered<\/title>\n<desc id="about">R\$ 10 at risk\. After 20 days: esquecido: 50\.0 %; a&#60;b &#38; &#34;c&#34;: 62\.0 %\.<\/desc>/);
  });

  it('draws steps over the whole width, up to the next tenth', () => {
    expect(svg).toContain('d="M64 352H342V256H620V160"');
    expect(svg).toContain('>70 %</text>');
    expect(svg).not.toContain('>80 %</text>');
  });

  it('names the line that ends highest first, and has colours for dark readers', () => {
    expect(svg.indexOf('>a&#60;b &#38; &#34;c&#34;</text>')).toBeLessThan(svg.indexOf('>esquecido</text>'));
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('stands where there is nothing to show', () => {
    expect(curvesSvg([{ label: 'nothing', points: [] }], { title: 't', about: 'a' })).toContain('>10 %</text>');
  });
});

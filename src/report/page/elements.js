// Elements, numbers as text, colours. Text is always inserted as text, never as HTML.
(() => {
  lehr.el = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith('--')) element.style.setProperty(key, value);
      else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== undefined && child !== null));
    return element;
  };

  lehr.svg = (name, attributes = {}, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const exact = new Intl.NumberFormat('en');

  lehr.count = (value) => exact.format(value);

  // Three significant digits.
  lehr.number = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return '\u2013';
    if (!Number.isFinite(value)) return value > 0 ? '\u221e' : '\u2212\u221e';
    const size = Math.abs(value);
    if (size === 0) return '0';
    if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('e+', 'e').replace('-', '\u2212');
    return String(Number(value.toPrecision(size >= 1000 ? 5 : 4))).replace('-', '\u2212');
  };

  lehr.axisNumber = (value) => {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e5)) return String(Number(value.toPrecision(3)).toExponential()).replace('e+', 'e');
    return String(Number(value.toPrecision(4)));
  };

  lehr.percent = (value, digits = 1) => Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : '\u2013';

  lehr.bytes = (value) => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit + 1 < units.length) {
      value /= 1024;
      ++unit;
    }
    return `${Number(value.toPrecision(3))} ${units[unit]}`;
  };

  lehr.flops = (value) => {
    const units = ['', 'K', 'M', 'G', 'T', 'P', 'E'];
    const unit = Math.min(Math.max(Math.floor(Math.log10(value) / 3), 0), units.length - 1);
    return `${Number((value / 1000 ** unit).toPrecision(3))} ${units[unit]}FLOP`;
  };

  lehr.duration = (seconds) => {
    if (!Number.isFinite(seconds)) return '\u2013';
    if (seconds < 1e-3) return `${Number((1e6 * seconds).toPrecision(3))} \u00b5s`;
    if (seconds < 1) return `${Number((1e3 * seconds).toPrecision(3))} ms`;
    if (seconds < 100) return `${Number(seconds.toPrecision(3))} s`;
    if (seconds < 6000) return `${(seconds / 60).toFixed(1)} min`;
    return `${(seconds / 3600).toFixed(1)} h`;
  };

  lehr.shortened = (text, longest) => {
    const characters = Array.from(text);
    return characters.length <= longest ? text : characters.slice(0, longest - 1).join('') + '\u2026';
  };

  lehr.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Colours from the first layer (blue) to the last (red), with the brightness of the colour scheme.
  lehr.layerColour = (number, count) => {
    const depth = count > 1 ? number / (count - 1) : 0;
    return `hsl(${Math.round(250 - 245 * depth)} 68% ${lehr.colour('--layer-light')})`;
  };

  // Okabe and Ito's colours (2008), which colour-blind people can distinguish.
  const runColours = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6d46', '#7f7f7f'];
  lehr.runColour = (number) => runColours[number % runColours.length];

  // Viridis (van der Walt and Smith 2015) at five points, interpolated to 256 colours.
  const anchors = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  lehr.viridis = Array.from({length: 256}, (_, i) => {
    const at = i / 255 * (anchors.length - 1);
    const from = Math.min(Math.floor(at), anchors.length - 2);
    return anchors[from].map((low, channel) => low + (at - from) * (anchors[from + 1][channel] - low));
  });
})();

// What the rules of lehr diagnose found: causes with their evidence, and what was not checked.
(() => {
  const {el, svg} = lehr;
  const width = 260;
  const height = 64;

  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

  // Values of several powers of ten are drawn logarithmically.
  function scaleOf(values) {
    const least = Math.min(...values);
    const most = Math.max(...values);
    const log = least > 0 && most > 100 * least;
    const at = log ? Math.log : (value) => value;
    const range = at(most) - at(least) || 1;
    return {least, most, log, y: (value) => height - 3 - (height - 6) * (at(value) - at(least)) / range};
  }

  function chart({title, batches, values}) {
    const {least, most, log, y} = scaleOf(values);
    const [first, last] = [batches[0], batches.at(-1)];
    const x = (batch) => 2 + (width - 4) * (batch - first) / (last - first || 1);
    const points = [...values].map((value, i) => `${x(batches[i]).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const range = `${lehr.number(least)} to ${lehr.number(most)}${log ? ', logarithmic' : ''}`;
    return el('figure', {class: 'small-chart'},
        svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}: ${range}`},
            svg('polyline', {points, fill: 'none', stroke: 'var(--accent)', 'stroke-width': 1.6})),
        el('figcaption', {}, `${sentence(title).slice(0, -1)}, ${lehr.count(first)} to ${lehr.count(last)}: ${range}`));
  }

  function evidenceTable({evidence, moreEvidence}) {
    if (!evidence.length) return null;
    const rows = evidence.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell))));
    const more = moreEvidence ? el('p', {class: 'how'}, `And ${lehr.count(moreEvidence)} more.`) : null;
    return el('div', {class: 'scroll'}, el('table', {},
        el('thead', {}, el('tr', {}, ...['evidence', 'found', 'expected'].map((title) => el('th', {}, title)))),
        el('tbody', {}, ...rows)), more);
  }

  function symptomList({symptoms}) {
    if (!symptoms.length) return null;
    const items = symptoms.map(({rule, says}) => el('li', {}, `${sentence(says)} `, el('span', {class: 'what'}, rule)));
    return el('div', {class: 'symptoms'}, el('h4', {}, symptoms.length > 1 ? 'Its symptoms' : 'Its symptom'), el('ul', {}, ...items));
  }

  const paragraph = (title, text, name = 'p') => text ? el(name, {}, el('b', {}, `${title}: `), text) : null;

  function findingBox(finding) {
    return el('article', {class: `finding ${finding.severity}`},
        el('h3', {}, el('span', {class: 'severity'}, finding.severity), ` ${finding.title} `,
           el('span', {class: 'what'}, `${finding.rule}, ${lehr.percent(finding.probability, 0)}`)),
        el('p', {class: 'says'}, sentence(finding.says)),
        el('div', {class: 'proof'}, finding.chart ? chart(finding.chart) : null, evidenceTable(finding)),
        paragraph('What it means', finding.means),
        paragraph('To mend it', finding.mend),
        el('p', {class: 'how'}, `More: docs/diagnosis/${finding.rule}.md`),
        symptomList(finding));
  }

  function unchecked(list) {
    if (!list.length) return null;
    const count = list.reduce((sum, {rules}) => sum + rules.length, 0);
    return el('details', {}, el('summary', {}, `${lehr.count(count)} ${count === 1 ? 'rule was' : 'rules were'} not checked`),
        el('ul', {}, ...list.map(({needs, rules}) => el('li', {}, `${rules.join(', ')}: needs ${needs}`))));
  }

  function lead(causes, good) {
    if (!good) return 'Causes first; what a cause explains is under it. The first one is what to mend first.';
    return `${sentence(good)} ${causes.length ? 'Hints may cost a little; healthy trainings have some too.' : 'No rule found anything.'}`;
  }

  lehr.putDiagnosis = (run) => {
    const {causes, notChecked} = run.findings;
    const {good} = run.health;
    const section = document.getElementById('diagnosis');
    section.hidden = !causes.length && !good;
    section.querySelector('.lead').textContent = lead(causes, good);
    section.querySelector('.findings').replaceChildren(...causes.map(findingBox));
    section.querySelector('.unchecked').replaceChildren(...[unchecked(notChecked)].filter(Boolean));
  };
})();

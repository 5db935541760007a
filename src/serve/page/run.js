// The report of one run or several, which follows their records. Names are always inserted as text.
'use strict';
(() => {
  const ids = new URLSearchParams(location.search).getAll('id');
  const query = new URLSearchParams(ids.map((id) => ['id', id]));
  const place = document.getElementById('report');
  const count = new Intl.NumberFormat('en');
  let shown = null;  // the frame with the report
  let loading = 0;   // the number of the report that is being loaded; 0: none
  let loaded = 0;    // the number of the report that is shown
  let newest = 0;

  function el(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function runLine(run) {
    const accuracy = run.accuracy === null ? '' : `, accuracy ${(100 * run.accuracy).toFixed(2)} %`;
    return el('p', {title: run.reason}, el('b', {}, run.title || run.id), ' ', el('span', {class: 'status', 'data-kind': run.status}, run.status),
        ` ${count.format(run.epochs)} of ${count.format(run.epochs_asked)} epochs, ${count.format(run.batches)} batches${accuracy}`);
  }

  function findingBox(finding, run) {
    const symptoms = finding.symptoms.length ? [el('p', {}, `It explains: ${finding.symptoms.join('; ')}.`)] : [];
    return el('details', {'data-kind': finding.severity},
        el('summary', {}, el('b', {}, `${finding.severity}: `), ids.length > 1 ? `${run.title || run.id}: ` : '', finding.says),
        el('p', {}, `${finding.title}. ${finding.means}`), el('p', {}, el('b', {}, 'Cure: '), finding.cure), ...symptoms);
  }

  // Boxes that the reader opened stay open.
  function showFindings(runs) {
    const findings = document.getElementById('findings');
    const open = new Set([...findings.querySelectorAll('details[open] summary')].map((summary) => summary.textContent));
    const boxes = runs.flatMap((run) => (run.findings?.causes ?? []).map((finding) => findingBox(finding, run)));
    const same = boxes.length === findings.children.length && boxes.every((box, i) => box.textContent === findings.children[i].textContent);
    if (same) return;
    for (const box of boxes) box.open = open.has(box.querySelector('summary').textContent);
    findings.replaceChildren(...boxes);
  }

  // What the reader has chosen in the old report is chosen in the new one. A choice may draw others anew.
  function takeOver(from, to) {
    const controls = (frame) => [...frame.contentDocument.querySelectorAll('select, input[type=checkbox]')];
    controls(from).forEach((old, i) => {
      const now = controls(to)[i];
      const key = old.type === 'checkbox' ? 'checked' : 'value';
      if (!now || now.type !== old.type || now[key] === old[key]) return;
      const before = now[key];
      now[key] = old[key];
      if (now[key] === old[key]) now.dispatchEvent(new Event('change'));
      else now[key] = before;
    });
    to.contentWindow.scrollTo(from.contentWindow.scrollX, from.contentWindow.scrollY);
  }

  function swap(frame, number) {
    loading = 0;
    if (frame.contentDocument?.documentElement.dataset.ready !== 'yes') {  // an error instead of a report
      frame.remove();
      setTimeout(loadNewest, 2000);
      return;
    }
    place.querySelector('.wait')?.remove();
    if (shown) takeOver(shown, frame);
    frame.classList.remove('coming');
    shown?.remove();
    shown = frame;
    loaded = number;
    place.dataset.report = number;
    loadNewest();
  }

  // The new report is laid out behind the old one, and then takes its place.
  function loadNewest() {
    if (loading || loaded >= newest || document.hidden) return;
    const number = loading = newest;
    const frame = el('iframe', {class: 'coming', title: 'report', src: `/report?${query}`});
    frame.addEventListener('load', () => swap(frame, number));
    place.append(frame);
  }

  function show({report, runs, trouble}) {
    document.getElementById('trouble').textContent = trouble;
    document.getElementById('runs').replaceChildren(...runs.map(runLine));
    document.title = `lehr: ${runs.map((run) => run.title || run.id).join(', ')}`;
    showFindings(runs);
    if (report < newest) loaded = 0;  // another server
    newest = report;
    loadNewest();
  }

  function follow() {
    const events = new EventSource(`/events?${query}`);
    events.onmessage = ({data}) => show(JSON.parse(data));
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
      document.getElementById('trouble').textContent = 'lehr serve does not answer, or has no such run; trying again';
    };
  }

  document.addEventListener('visibilitychange', loadNewest);
  follow();
})();

// The list of runs, which follows the store. Names are always inserted as text.
'use strict';
(() => {
  const body = document.getElementById('runs');
  const compare = document.getElementById('compare');
  const chosen = new Set();
  const rows = new Map();
  const count = new Intl.NumberFormat('en');

  const address = (ids) => `/run?${new URLSearchParams(ids.map((id) => ['id', id]))}`;

  function chosenChanged() {
    compare.disabled = chosen.size < 2 || chosen.size > 20;
    compare.textContent = chosen.size > 1 ? `Compare ${chosen.size} runs` : 'Compare';
  }

  function newRow(id) {
    const row = document.createElement('tr');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('aria-label', `compare ${id}`);
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(id);
      else chosen.delete(id);
      chosenChanged();
    });
    const link = document.createElement('a');
    link.href = address([id]);
    for (const [name, child] of [['', box], ['title', link], ['status'], ['number'], ['number'], ['number'], ['number'], ['findings']]) {
      const cell = row.insertCell();
      cell.className = name;
      if (child) cell.append(child);
    }
    return row;
  }

  function put(cell, text, kind) {
    if (cell.textContent !== text) cell.textContent = text;
    if (kind !== undefined) cell.dataset.kind = kind;
  }

  function fill(row, run) {
    const cells = row.cells;
    put(cells[1].firstChild, run.title || run.id);
    cells[1].title = `${run.id}: ${run.model}, ${run.data}`;
    put(cells[2], run.status, run.status);
    cells[2].title = run.reason;
    put(cells[3], run.started > 0 ? new Date(1000 * run.started).toLocaleString() : '');
    put(cells[4], `${count.format(run.epochs)} of ${count.format(run.epochs_asked)}`);
    put(cells[5], count.format(run.batches));
    put(cells[6], run.accuracy === null ? '' : `${(100 * run.accuracy).toFixed(2)} %`);
    cells[6].title = run.validated ? 'of the validation set' : 'of the training set';
    put(cells[7], run.findings ? run.findings.line || '–' : '…', run.findings?.causes[0]?.severity ?? '');
  }

  function show({runs, trouble}) {
    document.getElementById('trouble').textContent = trouble;
    document.getElementById('empty').hidden = runs.length > 0;
    const ids = new Set(runs.map(({id}) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
      chosen.delete(id);
    }
    runs.forEach((run, i) => {
      if (!rows.has(run.id)) rows.set(run.id, newRow(run.id));
      const row = rows.get(run.id);
      fill(row, run);
      if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
    });
    chosenChanged();
  }

  function follow() {
    const events = new EventSource('/events');
    events.onmessage = ({data}) => show(JSON.parse(data));
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
      document.getElementById('trouble').textContent = 'lehr serve does not answer; trying again';
    };
  }

  compare.addEventListener('click', () => location.assign(address([...rows.keys()].filter((id) => chosen.has(id)))));
  follow();
})();

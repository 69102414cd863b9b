// TanStack Table and TanStack Virtual with React, as their documentation puts them together.
import { memo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { COLUMNS, compare, dateNeedle, geometry, load } from './rows.js';

const { rows: shown, overscan, height } = geometry();
const data = await load();

const contains = (text) => {
  const filter = (row, _column, typed) => text(row.original).includes(typed);
  filter.autoRemove = (typed) => typed === '';
  return filter;
};
const SEARCHED = {
  subject: (row) => row.subjectLower,
  created: (row) => row.createdSearch,
  scheduled: (row) => row.scheduledSearch,
};
const needle = (key, typed) =>
  key === 'created' || key === 'scheduled' ? dateNeedle(typed) : typed.trim().toLowerCase();

const features = tableFeatures({
  columnFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
});
const columns = COLUMNS.map(({ key, label }) => ({
  id: key,
  header: label,
  accessorKey: key,
  sortDescFirst: false,
  sortFn: (a, b) => compare(a.original.keys[key], b.original.keys[key]),
  filterFn: contains(SEARCHED[key] ?? ((row) => String(row[key]).toLowerCase())),
}));

/** A row's content depends on the row alone, so React may keep it. */
const Row = memo(({ row, start }) => (
  <div className="row" role="row" style={{ height, transform: `translateY(${start}px)` }}>
    {COLUMNS.map(({ key, width }) => (
      <span key={key} role="gridcell" className={key === 'status' ? row.status : undefined} style={{ width }}>
        {row[key]}
      </span>
    ))}
  </div>
));

function Field({ column, label }) {
  const [typed, setTyped] = useState('');
  return (
    <input
      aria-label={`Filter ${label}`}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        column.setFilterValue(needle(column.id, event.target.value));
      }}
    />
  );
}

function Log() {
  const viewport = useRef(null);
  const table = useTable({ features, columns, data, getRowId: (row) => String(row.id) });
  const { rows } = table.getRowModel();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    // By place, as it does unless told otherwise: the elements stay, and only what they say changes.
    overscan,
  });
  return (
    <>
      <p role="status">
        Showing {rows.length} of {data.length}
      </p>
      <div className="row">
        {table.getHeaderGroups()[0].headers.map(({ column }, at) => (
          <span key={column.id} role="columnheader" style={{ width: COLUMNS[at].width }}>
            <button onClick={column.getToggleSortingHandler()}>{COLUMNS[at].label}</button>
            <Field column={column} label={COLUMNS[at].label} />
          </span>
        ))}
      </div>
      <div ref={viewport} className="viewport" role="grid" style={{ height: shown * height }}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <Row key={item.key} row={rows[item.index].original} start={item.start} />
          ))}
        </div>
      </div>
    </>
  );
}

createRoot(document.getElementById('app')).render(<Log />);

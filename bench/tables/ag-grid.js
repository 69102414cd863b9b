// AG Grid Community, set up for speed: no debounce, no animation, the texts to search made beforehand.
import { AllCommunityModule, createGrid, ModuleRegistry } from 'ag-grid-community';
import { COLUMNS, compare, dateNeedle, geometry, load } from './rows.js';

ModuleRegistry.registerModules([AllCommunityModule]);

const { rows: shown, overscan, height } = geometry();
const rowData = await load();

/** Reads what was typed once for all rows: the grid hands it to each of them. */
const typedOnce = (read) => {
  let [before, made] = [null, ''];
  return (typed) => {
    if (typed !== before) [before, made] = [typed, read(typed ?? '')];
    return made;
  };
};
const lower = () => typedOnce((typed) => typed.trim().toLowerCase());
const SEARCHED = {
  subject: [(row) => row.subjectLower, lower()],
  created: [(row) => row.createdSearch, typedOnce(dateNeedle)],
  scheduled: [(row) => row.scheduledSearch, typedOnce(dateNeedle)],
  scheduleId: [(row) => row.scheduleId, lower()],
};
const matcher = ([text, needle]) => ({
  // Case is seen to, so the grid need not lower every text again.
  caseSensitive: true,
  textMatcher: ({ data, filterText }) => text(data).includes(needle(filterText)),
});

const columnDefs = COLUMNS.map(({ key, label, width }) => ({
  headerName: label,
  field: key,
  width,
  sortable: true,
  comparator: (_a, _b, nodeA, nodeB) => compare(nodeA.data.keys[key], nodeB.data.keys[key]),
  filter: 'agTextColumnFilter',
  floatingFilter: true,
  filterParams: {
    debounceMs: 0,
    filterOptions: ['contains'],
    maxNumConditions: 1,
    ...(key in SEARCHED && matcher(SEARCHED[key])),
  },
}));

const container = document.getElementById('app');
container.style.height = `${shown * height + 100}px`;
createGrid(container, {
  rowData,
  columnDefs,
  rowHeight: height,
  headerHeight: 48,
  floatingFiltersHeight: 48,
  rowBuffer: overscan,
  animateRows: false,
  ensureDomOrder: true,
  suppressColumnVirtualisation: true,
  getRowId: ({ data }) => String(data.id),
});

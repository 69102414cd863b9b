// AG Grid Community, set up for speed: no debounce, no animation, the texts to search made beforehand.
import { AllCommunityModule, createGrid, ModuleRegistry } from 'ag-grid-community';
import { COLUMNS, compare, dateNeedle, geometry, load } from './rows.js';

ModuleRegistry.registerModules([AllCommunityModule]);

const { rows: shown, overscan, height } = geometry();
const rowData = await load();

const SEARCHED = {
  subject: (row, typed) => row.subjectLower.includes(typed.toLowerCase()),
  created: (row, typed) => row.createdSearch.includes(dateNeedle(typed)),
  scheduled: (row, typed) => row.scheduledSearch.includes(dateNeedle(typed)),
};

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
    ...(key in SEARCHED && {
      textMatcher: ({ data, filterText }) => SEARCHED[key](data, filterText ?? ''),
    }),
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

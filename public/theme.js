// Runs before the first paint, so that a remembered choice of light or dark never flashes the other.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's own choice stands then.
}

// Before the first paint, so that a light theme never flashes dark. A file, because the CSP forbids inline script.
;(function () {
  var theme = null
  try {
    theme = localStorage.getItem('trading-pro.theme')
  } catch {
    // Storage may be switched off; the system's preference decides.
  }
  if (theme !== 'dark' && theme !== 'light') {
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'
  }
  document.documentElement.dataset.theme = theme
})()

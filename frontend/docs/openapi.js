// Everything comes from this server: no validator badge, no remote fonts.
document.documentElement.classList.toggle(
  'dark-mode',
  document.documentElement.dataset.theme === 'dark',
)

window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  tryItOutEnabled: true,
})

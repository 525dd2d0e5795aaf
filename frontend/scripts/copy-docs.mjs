// Puts the readable references of both contracts into dist/docs; they work without any other server.
import { cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist', 'docs')
const { resolve } = createRequire(import.meta.url)
const vendor = dirname(resolve('swagger-ui-dist/package.json'))
const font = resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')

await mkdir(join(target, 'vendor'), { recursive: true })
await cp(join(root, 'docs'), target, { recursive: true })
await cp(join(root, 'src', 'styles', 'tokens.css'), join(target, 'tokens.css'))
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE']) {
  const renamed = name === name.toUpperCase() ? `swagger-ui.${name}` : name
  await cp(join(vendor, name), join(target, 'vendor', renamed))
}
await cp(font, join(target, 'vendor', 'inter.woff2'))

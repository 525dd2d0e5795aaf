// Puts the readable references of both contracts into dist/docs; they work without any other server.
import { cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist', 'docs')
const vendor = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

await mkdir(join(target, 'vendor'), { recursive: true })
await cp(join(root, 'docs'), target, { recursive: true })
await cp(join(root, 'src', 'styles', 'tokens.css'), join(target, 'tokens.css'))
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE']) {
  const renamed = name === name.toUpperCase() ? `swagger-ui.${name}` : name
  await cp(join(vendor, name), join(target, 'vendor', renamed))
}

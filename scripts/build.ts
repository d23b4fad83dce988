// Builds the server and the sandbox into dist/: one file each, with what they read at run time
// beside it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildBrowserFiles } from '@holdfast/sandbox'
import { bundle } from './bundle.ts'

const out = join(import.meta.dirname, '..', 'dist')

rmSync(out, { recursive: true, force: true })
await bundle(
  out,
  {
    'server/main': 'server/src/main.ts',
    'server/holdfast': 'server/src/cli/holdfast.ts',
    'sandbox/main': 'sandbox/src/main.ts',
  },
  { server: 'server' },
)
await buildBrowserFiles(join(out, 'sandbox', 'browser'))

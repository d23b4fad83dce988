// Built pages as small as they can be, so that the routes of the pages are there whether or not the
// web was built.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPageTable } from '../../../web/page-table.ts'

const html = `<!doctype html>
<html lang="en">
  <head>
    <!--head-->
    <title>Holdfast</title>
    <!--/head-->
    <script type="module" crossorigin src="/assets/main-0.js"></script>
  </head>
  <body><div id="root"></div></body>
</html>
`

export interface Pages {
  readonly directory: string
  remove(): Promise<void>
}

export async function makePages(): Promise<Pages> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-pages-'))
  await mkdir(join(directory, 'assets'))
  await mkdir(join(directory, '.vite'))
  await writeFile(join(directory, 'index.html'), html)
  await writeFile(join(directory, '.vite', 'manifest.json'), '{}')
  await writeFile(join(directory, '.vite', 'pages.json'), JSON.stringify(readPageTable()))
  await writeFile(join(directory, 'assets', 'main-0.js'), 'export {}\n')
  await writeFile(join(directory, 'embed.js'), 'void 0\n')
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}

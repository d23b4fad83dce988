// A file made of pages, one after the other, and given to the reader.
import { byteOrderMark } from './csv.ts'

export async function downloadCsv<Page>(
  name: string,
  pages: AsyncIterable<Page>,
  textOf: (page: Page, isFirst: boolean) => string,
): Promise<void> {
  // A blob is the browser's to keep, on disk where it is large.
  const parts: Blob[] = []
  for await (const page of pages)
    parts.push(new Blob([...(parts.length === 0 ? [byteOrderMark] : []), textOf(page, parts.length === 0)]))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

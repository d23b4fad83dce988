// The show that the server wrote into the page as data, so that a show page can be read before its
// first request returns.
import type { ShowView } from '@holdfast/contract'
import type { QueryClient } from '@tanstack/react-query'
import { showQuery } from './queries.ts'

export function readEmbeddedShow(client: QueryClient): void {
  const text = document.getElementById('show-data')?.textContent
  if (!text) return
  const show = JSON.parse(text) as ShowView
  client.setQueryData(showQuery(show.id).queryKey, show)
}

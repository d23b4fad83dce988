// What navigation knows of the pages: the table comes from `main.tsx`, its type from where it is
// typed. Pages import navigation, so navigation imports no page.
import type { QueryClient } from '@tanstack/react-query'
import type { ComponentType } from 'react'
import type { Parameters } from './paths.ts'

export interface PageEntry {
  load(): Promise<ComponentType>
  /** Asks for what the page will show while its code is still on its way. */
  prepare?(client: QueryClient, params: Parameters): void
}

/** Filled in by the table of pages. */
// biome-ignore lint/suspicious/noEmptyInterface: the table adds to it
export interface Registered {}

export type PagePath = Registered extends { readonly pages: infer Pages }
  ? Extract<keyof Pages, string>
  : never

let table = new Map<PagePath, PageEntry>()

/** Before anything is navigated to. */
export function registerPages(pages: Readonly<Record<PagePath, PageEntry>>): void {
  table = new Map(Object.entries(pages) as [PagePath, PageEntry][])
}

export const pagePaths = (): PagePath[] => [...table.keys()]

export function pageAt(path: PagePath): PageEntry {
  const entry = table.get(path)
  if (!entry) throw new Error(`no page at ${path}`)
  return entry
}
